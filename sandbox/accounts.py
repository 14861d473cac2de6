"""Sellers' keys as the sandbox knows them: good, short-lived, revoked, with few rights, bound to networks."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A seller's cabinet and its key.

    `roles` are names of roles in the dialect. `expires_at` is when the key stops working; without it the
    key lives for three months after the history of its world. `networks` are the only ones it may be used from.
    """

    client_id: str = "1284417"
    api_key: str = "demo-ozon-key"
    company: str = "Льняная лавка"
    marketplace: str = "ozon"
    roles: tuple[str, ...] = ("Admin read only",)
    expires_at: datetime | None = None
    revoked: bool = False
    networks: tuple[str, ...] = ()

    def allows(self, address: str) -> bool:
        """Tell whether the key may be used from an address."""
        return not self.networks or any(
            ip_address(address or "127.0.0.1") in ip_network(network) for network in self.networks
        )

    @classmethod
    def parse(cls, text: str, *, now: datetime) -> Self:
        """Read `CLIENT_ID:API_KEY[:option,…]`; options: revoked, expires=DAYS, roles=A+B, ip=NETWORK, name=TEXT."""
        client_id, _, rest = text.partition(":")
        api_key, _, options = rest.partition(":")
        if not client_id or not api_key:
            raise ValueError(f"an account is CLIENT_ID:API_KEY, not {text!r}")
        account = cls(client_id=client_id, api_key=api_key)
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
        raise ValueError(f"an account has no option {name!r}")


DEMO = Account()
