"""Answers about goods that come back: only the fields that we read. What a buyer wrote or photographed is not."""

# Fields are called as they call them.
# ruff: noqa: N815

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator as Before
from pydantic import Field

from marketplaces.wildberries.schemas import Key, MaybeId, MaybeMoment, Text, Wire, Word, listed
from marketplaces.wildberries.supply_schemas import Code


def _named(value: Any) -> Any:
    return None if value == "" else value


class ItemReturn(Wire):
    """A thing on its way to the seller. `srid` names the order of the return, `shkId` the thing itself: of goods that
    nobody recognised the order may be missing."""

    srid: Annotated[Key | None, Before(_named)] = None
    shkId: MaybeId = None
    sku: Text = None
    subjectName: Text = None
    returnType: Text = None
    returnReason: Text = None
    returnStatus: Word
    orderDt: MaybeMoment = None
    readyToReturnDt: MaybeMoment = None
    completedDt: MaybeMoment = None
    expiredDt: MaybeMoment = None
    dstOfficeAddress: Text = None


class ItemReturns(Wire):
    """`count` is of the whole period."""

    count: int | None = None
    report: Annotated[list[ItemReturn], Before(listed)] = Field(default_factory=list)


class Claim(Wire):
    """A buyer's claim. Moments are naive, of Moscow."""

    id: Key
    status: Code | None = None
    status_ex: Code
    srid: Key
    imt_name: Text = None
    dt: MaybeMoment = None
    dt_update: MaybeMoment = None


class Claims(Wire):
    claims: Annotated[list[Claim], Before(listed)] = Field(default_factory=list)
