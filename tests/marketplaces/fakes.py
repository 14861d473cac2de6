"""A marketplace of one noun, "things", that does what a test tells it; recorded as catalog products."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from django.db import connection
from django.utils import timezone
from pydantic import BaseModel, Field, SecretStr

from catalog.models import Product
from core.merge import MergeRule, merge
from marketplaces.adapter import MarketplaceAdapter, ReceivesPush
from marketplaces.contracts.accounts import AccountCheck
from marketplaces.contracts.pages import KEPT, Cursor, Page, Rejected
from marketplaces.contracts.pushes import PushNotice, PushReply
from marketplaces.errors import RequestRejected, UnexpectedResponse
from marketplaces.ratelimit import Limit
from marketplaces.streams import PageResult, PullRequest, SyncStream

BASE_URL = "http://fake.test"
SECRET = "fake-key-0123456789-beef"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    external_id: str
    value: str = ""


def _nothing(_page: int) -> None:
    """Before a page: nothing happens."""


@dataclass
class Shop:
    """What the marketplace holds and how it behaves. `before_page` may raise or do mischief.

    Where `lists` are given they are what is asked, one after the other, each naming some of the things; `read` is
    which of them were, and `keeps` what the adapter wants kept for the pulls to come.
    """

    things: dict[str, str] = field(default_factory=dict)
    lists: tuple[tuple[str, ...], ...] = ()
    read: list[int] = field(default_factory=list)
    keeps: dict[str, Any] = field(default_factory=dict)
    settled: tuple[str, ...] = ()
    absent: tuple[Rejected, ...] = ()
    covers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rejected: tuple[Rejected, ...] = ()
    page_size: int = 2
    before_page: Callable[[int], None] = _nothing
    check: Callable[[], AccountCheck] = lambda: AccountCheck(seller_external_id="77")
    subscribe: Callable[[str], None] = lambda _url: None
    requests: list[PullRequest] = field(default_factory=list)
    subscribed: list[str] = field(default_factory=list)
    unsubscribe: Callable[[str], None] = lambda _url: None
    asked: int = 0
    was_in_transaction: bool = False

    def pages(self, cursor: Cursor) -> Iterator[Page[Thing]]:
        yield from self._of_lists(cursor) if self.lists else self._of_things(cursor)

    def _of_lists(self, cursor: Cursor) -> Iterator[Page[Thing]]:
        kept = {KEPT: self.keeps} if self.keeps else {}
        for number in range(cursor.get("list", 0), len(self.lists)):
            self.before_page(number)
            self.read.append(number)
            keys = self.lists[number]
            yield Page(
                snapshots=tuple(Thing(external_id=key, value=self.things[key]) for key in keys),
                cursor={"list": number + 1, **kept},
                observed_at=timezone.now(),
                covers=self.covers.get(str(number), ()),
                absent=self.absent,
            )
        yield Page(snapshots=(), cursor={"watermark": 1, **kept}, observed_at=timezone.now(), is_last=True)

    def _of_things(self, cursor: Cursor) -> Iterator[Page[Thing]]:
        keys = sorted(key for key in self.things if key > cursor.get("after", ""))
        chunks = [keys[first : first + self.page_size] for first in range(0, len(keys), self.page_size)] or [
            []
        ]
        for number, chunk in enumerate(chunks):
            self.before_page(number)
            self.asked += 1
            is_last = number == len(chunks) - 1
            yield Page(
                snapshots=tuple(Thing(external_id=key, value=self.things[key]) for key in chunk),
                rejected=self.rejected if number == 0 else (),
                settled=self.settled,
                cursor={} if is_last else {"after": chunk[-1]},
                observed_at=timezone.now(),
                done=min((number + 1) * self.page_size, len(keys)),
                total=len(keys),
                covers=tuple(chunk) and self.covers.get(chunk[0], ()),
                is_last=is_last,
            )


SHOP = Shop()


def open_shop(**values: Any) -> Shop:
    """Start anew."""
    SHOP.__dict__.update(Shop(**values).__dict__)
    return SHOP


class FetchesThings(ABC):
    @abstractmethod
    def fetch_things(self, *, cursor: Cursor) -> Iterator[Page[Thing]]: ...

    @abstractmethod
    def fetch_thing(self, external_id: str) -> Page[Thing]: ...


class FakeCredentials(BaseModel):
    shop: str = Field(min_length=1)
    key: SecretStr


class FakeAdapter(FetchesThings, ReceivesPush, MarketplaceAdapter):
    code = "fake"
    title = "Fake"
    base_url = BASE_URL
    credentials_class = FakeCredentials
    limits: ClassVar[Mapping[str, Limit]] = {"": Limit(requests=1000)}
    capabilities = ()

    def check(self) -> AccountCheck:
        return SHOP.check()

    @classmethod
    def external_id(cls, credentials: BaseModel) -> str:
        return credentials.shop  # type: ignore[attr-defined]

    @classmethod
    def headers(cls, credentials: BaseModel) -> Mapping[str, str]:
        return {"Api-Key": credentials.key.get_secret_value()}  # type: ignore[attr-defined]

    def fetch_things(self, *, cursor: Cursor) -> Iterator[Page[Thing]]:
        return SHOP.pages(cursor)

    def fetch_thing(self, external_id: str) -> Page[Thing]:
        SHOP.before_page(0)
        if external_id not in SHOP.things:
            raise RequestRejected("no such thing")
        return Page(
            snapshots=(Thing(external_id=external_id, value=SHOP.things[external_id]),),
            rejected=SHOP.rejected,
            observed_at=timezone.now(),
            done=1,
            total=1,
            is_last=True,
        )

    @classmethod
    def parse_push(cls, body: Any) -> PushNotice:
        if not isinstance(body, dict) or "kind" not in body:
            raise UnexpectedResponse("no notice")
        return PushNotice(
            kind=body["kind"],
            dedupe_key=body.get("id", "none"),
            stream=body.get("stream", ""),
            external_id=body.get("thing", ""),
            status="accepted",
            changed_at=timezone.now(),
        )

    @classmethod
    def push_reply(cls, notice: PushNotice | None, *, now: Any) -> PushReply:
        return PushReply(status=200 if notice else 400, body={"result": notice is not None})

    def subscribe(self, url: str) -> None:
        SHOP.subscribe(url)
        SHOP.subscribed.append(url)

    def unsubscribe(self, url: str) -> None:
        SHOP.unsubscribe(url)
        SHOP.subscribed.remove(url)


_PRODUCTS = MergeRule(
    model=Product,
    columns=("company_id", "sku", "name", "photo_url", "created_at"),
    key=("company_id", "sku"),
    update={"name": None},
    when="t.name IS DISTINCT FROM EXCLUDED.name",
)


class ThingStream(SyncStream):
    """Things become products; a value of "boom" is an error of ours."""

    code = "things"
    title = "Things"
    role: ClassVar[type[Any]] = FetchesThings
    every = timedelta(minutes=10)
    fresh_for = timedelta(minutes=15)
    rereads_one = True

    def pages(self, adapter: Any, request: PullRequest) -> Iterator[Page[Any]]:
        SHOP.requests.append(request)
        SHOP.was_in_transaction = connection.in_atomic_block
        if request.external_id:
            yield adapter.fetch_thing(request.external_id)
            return
        yield from adapter.fetch_things(cursor=request.cursor)

    def record(self, page: Page[Any], request: PullRequest) -> PageResult:
        if any(thing.value == "boom" for thing in page.snapshots):
            raise RuntimeError("an error of ours")
        known = {thing.external_id: thing for thing in page.snapshots}
        now = timezone.now()
        company_id = request.account.company_id
        written = merge(_PRODUCTS, [(company_id, key, thing.value, "", now) for key, thing in known.items()])
        inserted = sum(1 for row in written if row[1])
        return PageResult(
            inserted=inserted,
            changed=len(written) - inserted,
            unchanged=len(page.snapshots) - len(written),
        )

    def held(self, account: Any) -> int:
        return int(Product.objects.for_company(account.company_id).count())

    def held_of(self, account: Any, covers: tuple[str, ...]) -> int:
        return int(Product.objects.for_company(account.company_id).filter(sku__in=covers).count())


class DeepThingStream(ThingStream):
    """The same, read anew every day."""

    code = "things"
    deep_every = timedelta(days=1)


class MuteStream(ThingStream):
    """A second stream that notices only bring forward."""

    code = "mute"
    rereads_one = False
