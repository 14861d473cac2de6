"""Answers about returns: only the fields that we read. Numbers come as numbers or as text."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator as Before
from pydantic import Field

from marketplaces.ozon.schemas import MOST_UNITS, Id, MaybeAmount, MaybeId, MaybeMoment, Text, Wire


def _list(value: Any) -> Any:
    return [] if value is None else value


class Sum(Wire):
    price: MaybeAmount = None
    currency_code: Text = None


class ReturnedProduct(Wire):
    sku: MaybeId = None
    offer_id: Text = None
    name: Text = None
    price: Sum | None = None
    quantity: Annotated[int, Field(ge=1, le=MOST_UNITS)]


class Place(Wire):
    id: MaybeId = None
    name: Text = None
    address: Text = None


class Storage(Wire):
    sum: Sum | None = None
    utilization_sum: Sum | None = None
    tariffication_first_date: MaybeMoment = None
    tariffication_start_date: MaybeMoment = None
    arrived_moment: MaybeMoment = None
    utilization_forecast_date: MaybeMoment = None


class Logistic(Wire):
    """`final_moment` is when the goods came to a fulfilment centre or to the seller."""

    return_date: MaybeMoment = None
    technical_return_moment: MaybeMoment = None
    final_moment: MaybeMoment = None


class NamedStatus(Wire):
    id: MaybeId = None
    display_name: Text = None
    sys_name: Text = None


class StatusSince(Wire):
    """`visual` and `compensation_status`: a status and when it came."""

    status: NamedStatus | None = None
    change_moment: MaybeMoment = None


class ReturnRow(Wire):
    """One product of one return."""

    id: Id
    type: Text = None
    schema_word: Text = Field(None, alias="schema")
    posting_number: Text = None
    order_number: Text = None
    return_reason_name: Text = None
    product: ReturnedProduct
    place: Place | None = None
    storage: Storage | None = None
    logistic: Logistic | None = None
    visual: StatusSince | None = None
    compensation_status: StatusSince | None = None


class ReturnRows(Wire):
    returns: Annotated[list[ReturnRow], Before(_list)]
    has_next: bool | None = None
