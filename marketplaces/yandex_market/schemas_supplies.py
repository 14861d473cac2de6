"""Answers about supply requests: only the fields that we read. Links to documents are not even read."""

# Fields are called as they call them.
# ruff: noqa: N815

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator as Before
from pydantic import Field

from marketplaces.yandex_market.schemas import (
    Id,
    MaybeCount,
    MaybeId,
    MaybeMoment,
    Money,
    OfferId,
    Paging,
    Text,
    Wire,
    Word,
    as_list,
)


class RequestId(Wire):
    """`id` is the key and known to the API only; `marketplaceRequestId` is what people see."""

    id: Id
    marketplaceRequestId: Text = None


class Link(Wire):
    id: RequestId
    type: Text = None


class Location(Wire):
    """A warehouse or point, and when goods are to come there."""

    serviceId: MaybeId = None
    name: Text = None
    requestedDate: MaybeMoment = None


class RequestCounters(Wire):
    """Units of the whole request."""

    planCount: MaybeCount = None
    factCount: MaybeCount = None


class SupplyRequest(Wire):
    id: RequestId
    type: Word
    subtype: Word
    status: Word
    updatedAt: MaybeMoment = None
    counters: RequestCounters | None = None
    parentLink: Link | None = None
    childrenLinks: Annotated[list[Link], Before(as_list)] = Field(default_factory=list)
    targetLocation: Location | None = None
    transitLocation: Location | None = None


class SupplyRequests(Wire):
    requests: Annotated[list[SupplyRequest], Before(as_list)]
    paging: Paging | None = None


class SupplyRequestsPage(Wire):
    result: SupplyRequests


class ItemCounters(Wire):
    """Units of one offer; what is not there is not told."""

    planCount: MaybeCount = None
    factCount: MaybeCount = None
    surplusCount: MaybeCount = None
    shortageCount: MaybeCount = None
    defectCount: MaybeCount = None


class SupplyItem(Wire):
    offerId: OfferId
    name: Text = None
    price: Money | None = None
    counters: ItemCounters


class SupplyItems(Wire):
    items: Annotated[list[SupplyItem], Before(as_list)]
    paging: Paging | None = None


class SupplyItemsPage(Wire):
    result: SupplyItems


class SupplyDocument(Wire):
    type: Word
    createdAt: MaybeMoment = None


class SupplyDocuments(Wire):
    documents: Annotated[list[SupplyDocument], Before(as_list)] = Field(default_factory=list)


class SupplyDocumentsPage(Wire):
    result: SupplyDocuments
