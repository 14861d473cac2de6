"""Returns: whose the row is, where the unit is, what it costs, and how much of it Ozon dates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from marketplaces.contracts.pages import Rejected
from marketplaces.contracts.returns import ReturnKind, ReturnSnapshot, ReturnStatus
from marketplaces.ozon.mapping_returns import is_fbo, return_snapshot
from marketplaces.ozon.schemas_returns import ReturnRow
from tests.marketplaces.ozon.payloads_supplies import returned, status

CAME = "2024-07-29T06:15:48.998146Z"
CAME_AT = datetime(2024, 7, 29, 6, 15, 48, 998146, tzinfo=UTC)


def mapped(**changes: Any) -> ReturnSnapshot:
    one = return_snapshot(ReturnRow.model_validate(returned(**changes)))
    assert isinstance(one, ReturnSnapshot)
    return one


def logistic(**changes: Any) -> dict[str, Any]:
    return {"return_date": "2024-07-28T20:59:00Z", "final_moment": None, **changes}


def test_a_return_as_the_document_shows_it() -> None:
    one = mapped()

    assert (one.external_id, one.number) == ("1000015552", "1000015552")
    assert (one.order_external_id, one.order_number) == ("58544282-0057-1", "58544282-0057")
    assert (one.kind, one.status, one.external_status) == (
        ReturnKind.REFUSAL,
        ReturnStatus.WAITING_PICKUP,
        "ArrivedAtReturnPlace",
    )
    assert one.registered_at == datetime(2024, 7, 28, 20, 59, tzinfo=UTC)
    assert (one.changed_at, one.received_at, one.settled_at) == (CAME_AT, CAME_AT, None)
    assert (one.marketplace_sku, one.seller_sku, one.name, one.quantity) == (
        "1100526203",
        "81451",
        "Кукла",
        1,
    )
    assert (one.price, one.currency) == (Decimal("3318.00"), "RUB")
    assert (one.reason_id, one.reason) == (
        "",
        "Покупатель отказался при вручении: недоволен качеством товара",
    )
    assert (one.place_name, one.place_address) == ("СЦ_Львовский_Возвраты", "г. Подольск, ул. Московская")
    assert (one.storage_from, one.storage_cost) == (date(2024, 7, 30), Decimal("1231.00"))
    # The last hours of the 29th in UTC are the 30th in Moscow, and the day before it the last one to come.
    assert (one.disposal_on, one.disposal_cost) == (date(2024, 8, 30), Decimal("21.50"))
    assert one.pick_up_until == date(2024, 8, 29)
    assert (one.compensation, one.compensation_status) == (None, "")
    assert not one.is_partial


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Cancellation", ReturnKind.CANCELLATION),
        ("FullReturn", ReturnKind.REFUSAL),
        ("PartialReturn", ReturnKind.PARTIAL_REFUSAL),
        ("ClientReturn", ReturnKind.CLIENT_RETURN),
        ("Unknown", ReturnKind.TECHNICAL),
        ("clientreturn", ReturnKind.CLIENT_RETURN),
        ("Teleported", ReturnKind.UNKNOWN),
        (None, ReturnKind.UNKNOWN),
    ],
)
def test_kinds(word: str | None, kind: ReturnKind) -> None:
    assert mapped(type=word).kind is kind


@pytest.mark.parametrize(
    ("word", "final", "compensation", "ours", "changed"),
    [
        ("MovingToOzon", None, None, ReturnStatus.IN_TRANSIT, 29),
        ("ReturnedToOzon", None, None, ReturnStatus.RECEIVED, 29),
        ("ReturnedToOzon", "2024-08-02T00:00:00Z", None, ReturnStatus.BACK_ON_SALE, 2),
        ("ReturnedToOzon", None, "Received", ReturnStatus.COMPENSATED, 5),
        ("ReceivedBySeller", "2024-08-02T00:00:00Z", "Received", ReturnStatus.HANDED_OVER, 5),
        ("WaitingCompensation", None, "Sent", ReturnStatus.CHECKED, 5),
        ("WaitingCompensation", None, "Received", ReturnStatus.COMPENSATED, 5),
        ("WaitingCompensation", None, "Canceled", ReturnStatus.CHECKED, 5),
        ("Utilized", None, None, ReturnStatus.DISPOSED, 29),
        ("Teleporting", None, None, ReturnStatus.UNKNOWN, 29),
        (None, None, "Received", ReturnStatus.COMPENSATED, 5),
    ],
)
def test_where_the_unit_is(
    word: str | None, final: str | None, compensation: str | None, ours: ReturnStatus, changed: int
) -> None:
    one = mapped(
        visual=status(word, CAME),
        logistic=logistic(final_moment=final),
        compensation_status=compensation and status(compensation, "2024-08-05T16:06:56.639Z"),
    )

    assert (one.status, one.external_status) == (ours, word or "")
    assert one.changed_at is not None
    assert one.changed_at.day == changed
    assert one.settled_at == (one.changed_at if ours.is_final else None)
    assert one.pick_up_until is None
    assert one.compensation_status == (compensation or "")


def test_what_came_back_on_sale_was_received_then() -> None:
    one = mapped(
        visual=status("ReturnedToOzon", CAME), logistic=logistic(final_moment="2024-08-02T00:00:00Z")
    )

    assert one.received_at == datetime(2024, 8, 2, tzinfo=UTC)


def test_a_technical_return_began_when_it_was_made_one() -> None:
    moments = logistic(return_date=None, technical_return_moment="2024-07-27T10:00:00Z")

    assert mapped(logistic=moments).registered_at == datetime(2024, 7, 27, 10, tzinfo=UTC)
    assert mapped(logistic=None).registered_at is None


@pytest.mark.parametrize("missing", ["place", "storage", "logistic", "visual", "compensation_status", "type"])
def test_missing_parts_are_borne(missing: str) -> None:
    row = returned()
    del row[missing]

    assert isinstance(return_snapshot(ReturnRow.model_validate(row)), ReturnSnapshot)


def test_a_place_that_is_none_of_ozons_is_dropped() -> None:
    one = mapped(place={"id": 0, "name": "Иванов И. И.", "address": "Москва, ул. Ленина, 1, кв. 5"})

    assert (one.place_name, one.place_address) == ("", "")


@pytest.mark.parametrize(
    ("word", "ours"), [("FBO", True), ("Fbo", True), ("", True), ("FBS", False), ("Fbs", False)]
)
def test_rows_of_the_other_scheme_are_told_apart(word: str, ours: bool) -> None:
    assert is_fbo(ReturnRow.model_validate(returned(schema=word))) is ours


def test_a_row_that_names_nothing_is_rejected() -> None:
    row = returned(posting_number=None, product={"sku": 0, "offer_id": "", "quantity": 1})

    one = return_snapshot(ReturnRow.model_validate(row))

    assert isinstance(one, Rejected)
    assert (one.external_id, one.reason) == ("1000015552", "missing_field")
    assert "address" not in str(one.payload)


_values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=120), st.just([]), st.just({}))


@given(changes=st.dictionaries(st.sampled_from(sorted(returned())), _values), moment=_values)
def test_mapping_is_total(changes: dict[str, Any], moment: Any) -> None:
    try:
        row = ReturnRow.model_validate(
            returned(visual=status("MovingToOzon", moment), logistic=logistic(final_moment=moment)) | changes
        )
    except ValidationError:
        return
    one = return_snapshot(row)
    if isinstance(one, ReturnSnapshot):
        assert len(one.reason) <= 300
        assert len(one.order_external_id) <= 100
        assert one.quantity > 0
