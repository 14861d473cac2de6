"""Sellers' keys as the sandbox knows them: good, short-lived, revoked, with few rights, bound to networks."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Self
from urllib.parse import unquote

from sandbox.world.listings import CHANNELS, OZON, WILDBERRIES, YANDEX_MARKET

#: The role of an Ozon key that reads everything, and the scope of a Yandex Market key that may do everything.
READ_ONLY = ("Admin read only",)
ALL_SCOPES = ("all-methods",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A seller's cabinet and its key.

    `client_id` is what the dialect calls the seller: Ozon's Client-Id, Wildberries' `sid`, Yandex Market's campaign.
    `roles` are names of roles in the dialect (Yandex Market: scopes; Wildberries reads them from the token).
    `expires_at` is when the key stops working; without it the key lives for three months after the history of its
    world. `networks` are the only ones it may be used from.
    """

    client_id: str = "1284417"
    api_key: str = "demo-ozon-key"
    company: str = "Льняная лавка"
    marketplace: str = "ozon"
    roles: tuple[str, ...] = READ_ONLY
    expires_at: datetime | None = None
    revoked: bool = False
    networks: tuple[str, ...] = ()
    subscription: str = "NONE"

    def allows(self, address: str) -> bool:
        """Tell whether the key may be used from an address."""
        return not self.networks or any(
            ip_address(address or "127.0.0.1") in ip_network(network) for network in self.networks
        )

    @classmethod
    def parse(cls, text: str, *, now: datetime) -> Self:
        """Read `[MARKETPLACE/]CLIENT_ID:API_KEY[:option,…]`; a colon in the key is written %3A.

        Options: revoked, expires=DAYS, roles=A+B, ip=NETWORK, name=TEXT, subscription=LEVEL.
        """
        client_id, _, rest = text.partition(":")
        api_key, _, options = rest.partition(":")
        marketplace, mark, seller = client_id.rpartition("/")
        if not seller or not api_key or (mark and marketplace not in CHANNELS):
            raise ValueError(f"an account is [MARKETPLACE/]CLIENT_ID:API_KEY, not {text!r}")
        account = cls(
            client_id=seller,
            api_key=unquote(api_key),
            marketplace=marketplace or OZON,
            roles=ALL_SCOPES if marketplace == YANDEX_MARKET else READ_ONLY,
        )
        for option in filter(None, options.split(",")):
            account = account._with(option, now=now)
        return account

    def _with(self, option: str, *, now: datetime) -> Self:
        name, _, value = option.partition("=")
        match name:
            case "revoked":
                return replace(self, revoked=True)
            case "expires":
                return replace(self, expires_at=now + timedelta(days=float(value)))
            case "roles":
                return replace(self, roles=tuple(value.split("+")))
            case "ip":
                return replace(self, networks=(*self.networks, value))
            case "name":
                return replace(self, company=value)
            case "subscription":
                return replace(self, subscription=value)
        raise ValueError(f"an account has no option {name!r}")


# Reads everything and changes prices.
DEMO = Account(roles=(*READ_ONLY, "Product"))
DEMO_WILDBERRIES = Account(
    marketplace=WILDBERRIES,
    client_id="0f6f2b1e-7c1d-5c7e-9d53-1a2b3c4d5e6f",
    # A personal token with every category that a seller by FBW needs, good until June 2030.
    api_key=(
        "eyJhbGciOiJFUzI1NiIsImtpZCI6IjIwMjYwODAxdjEiLCJ0eXAiOiJKV1QifQ.eyJhY2MiOjMsImZvciI6InNlbGY"
        "iLCJlbnQiOjEsImV4cCI6MTkwNjUwMjQwMCwiaWQiOiIwMTlhZDNjNC01YjFlLTdjOWEtOGY0ZS02ZDJiMWEwYzllO"
        "DgiLCJpaWQiOjQ4MjExOTA1LCJvaWQiOjM5MTgyNzQsInMiOjE1NTk4LCJzaWQiOiIwZjZmMmIxZS03YzFkLTVjN2U"
        "tOWQ1My0xYTJiM2M0ZDVlNmYiLCJ0IjpmYWxzZSwidWlkIjo0ODIxMTkwNX0.KWX6MTUCDGPT4YRrpATMx77QN2YDu"
        "a2bq9h_wqpsXojj-bomW4Vy3m0wM8D2bozolQP6Jxsj8UDkvtS0qrbstA"
    ),
)
DEMO_YANDEX_MARKET = Account(
    marketplace=YANDEX_MARKET,
    client_id="22123456",
    api_key="ACMA:demo:yandex-market-key:fbo",
    roles=ALL_SCOPES,
)
DEMOS = (DEMO, DEMO_WILDBERRIES, DEMO_YANDEX_MARKET)
