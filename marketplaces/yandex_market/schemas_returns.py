"""Answers about returns and unredeemed orders: only the fields that we read.

Buyers' comments and photos are not even read; the pick-up point is Market's, not the buyer's.
"""

# Fields are called as they call them.
# ruff: noqa: N815

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator as Before
from pydantic import Field

from marketplaces.yandex_market.schemas import (
    Count,
    Id,
    MaybeCount,
    MaybeMoment,
    OfferId,
    Paging,
    Text,
    Wire,
    as_list,
)


class PickupAddress(Wire):
    city: Text = None
    street: Text = None
    house: Text = None


class PickupPoint(Wire):
    """Where the seller picks the goods up."""

    name: Text = None
    address: PickupAddress | None = None


class ReturnDecision(Wire):
    count: MaybeCount = None
    reasonType: Text = None
    subreasonType: Text = None


class ReturnInstance(Wire):
    """One unit: where it is, and as what it lies there."""

    status: Text = None
    stockType: Text = None


class ReturnItem(Wire):
    shopSku: OfferId
    count: Count
    decisions: Annotated[list[ReturnDecision], Before(as_list)] = Field(default_factory=list)
    instances: Annotated[list[ReturnInstance], Before(as_list)] = Field(default_factory=list)


class MarketReturn(Wire):
    id: Id
    orderId: Id
    creationDate: MaybeMoment = None
    updateDate: MaybeMoment = None
    returnType: Text = None
    refundStatus: Text = None
    shipmentStatus: Text = None
    fastReturn: bool | None = None
    logisticPickupPoint: PickupPoint | None = None
    pickupTillDate: MaybeMoment = None
    items: Annotated[list[ReturnItem], Before(as_list), Field(min_length=1)]


class MarketReturns(Wire):
    returns: Annotated[list[MarketReturn], Before(as_list)]
    paging: Paging | None = None


class ReturnsPage(Wire):
    result: MarketReturns
