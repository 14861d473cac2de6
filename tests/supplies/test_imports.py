"""Lists of goods as people paste and upload them: every row is read, or told what is wrong with it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from catalog.choices import ImportState
from catalog.models import Listing
from companies.models import Company, User
from core.uploads import BadUpload
from fbo_cabinet.celery import app
from marketplaces.contracts.supplies import SupplyStatus
from marketplaces.models import MarketplaceAccount
from supplies import tasks
from supplies.models import PlanImport, Supply, SupplyLine
from supplies.services import imports
from supplies.services.plan_lines import MOST_UNITS, Outdated, set_quantities
from supplies.services.plan_lists import MOST_ERRORS, ListRow, RowError, rows_of_file, rows_of_text, units_of
from supplies.services.plans import CannotChange, Target, mark, plan_supply
from tests.catalog.test_costs import HOSTILE, forged, sheet, text_cell
from tests.factories.catalog import ListingFactory
from tests.factories.supplies import PlanImportFactory, SupplyFactory


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """What is said is compared in the words of the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def plan(company: Company, account: MarketplaceAccount, owner: User) -> Supply:
    return plan_supply(company=company, account=account, target=Target(), actor=owner)


def listing(plan: Supply, sku: str, barcode: str = "", **fields: Any) -> Listing:
    barcodes = [barcode] if barcode else []
    return ListingFactory(
        account=plan.account, product__sku=f"{sku}-{barcode}", seller_sku=sku, barcodes=barcodes, **fields
    )


def read(plan: Supply, text: str = "", content: bytes | None = None) -> PlanImport:
    return imports.read_list(supply=plan, text=text, content=content, user=None)


def planned(plan: Supply) -> dict[str, int]:
    rows = SupplyLine.objects.for_company(plan.company_id).filter(supply=plan)
    return dict(rows.values_list("seller_sku", "planned"))


def pairs(text: str) -> list[tuple[tuple[str, ...], int] | str]:
    return [(row.names, row.units) if isinstance(row, ListRow) else row.column for row in rows_of_text(text)]


# ---- rows -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "name", "units"),
    [
        ("LN-1\t10", "LN-1", 10),
        ("LN-1;10", "LN-1", 10),
        ("LN-1,10", "LN-1", 10),
        ("LN-1, 10", "LN-1", 10),
        ("LN-1 10", "LN-1", 10),
        ("  LN-1    10  ", "LN-1", 10),
        ("LN-1\t10 шт.", "LN-1", 10),
        ("LN-1 10 шт", "LN-1", 10),
        ("LN-1 x 10", "LN-1", 10),
        ("Плед 130 170 12", "Плед 130 170", 12),
        ("A,B,3", "A,B", 3),
        ("LN-1\t1 200", "LN-1", 1200),
        ("LN-1\t10.0", "LN-1", 10),
        ("LN-1\tПлед овсяный\t10", "LN-1", 10),
        ("4670123400313 5", "4670123400313", 5),
    ],
)  # fmt: skip
def test_a_row_is_a_name_and_units(text: str, name: str, units: int) -> None:
    assert pairs(text) == [((name,), units)]


@pytest.mark.parametrize(
    ("text", "column"),
    [("LN-1", "units"), ("LN-1\tмного", "units"), ("LN-1\t0", "units"), ("LN-1\t-5", "units"), ("LN-1\t1,5", "units"),
     ("LN-1 1,5", "units"), ("LN-1\t999999999", "units"), ("x" * 300 + "\t5", "name"), ("\t5", "units")],
)  # fmt: skip
def test_a_wrong_row_names_the_column(text: str, column: str) -> None:
    assert pairs(text) == [column]


def test_a_head_names_the_columns_in_any_order_and_empty_rows_are_nothing() -> None:
    text = "Наименование\tКоличество, шт\tБаркод\tАртикул\n\nПлед\t10\t4670123400313\tLN-1\n\t\t\t\nЧашка\t5\t\tLN-2\n"

    assert pairs(text) == [(("4670123400313", "LN-1"), 10), (("LN-2",), 5)]


def test_rows_are_numbered_as_the_person_sees_them() -> None:
    rows = list(rows_of_text("Артикул;Количество\n\nA;1\nB;нет"))

    assert [(row.number if isinstance(row, ListRow) else row.row) for row in rows] == [3, 4]


@given(text=st.text(max_size=200))
def test_any_text_is_rows_or_errors(text: str) -> None:
    with contextlib.suppress(BadUpload):
        assert all(isinstance(row, ListRow | RowError) for row in rows_of_text(text))


@given(cell=st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40), st.dates()))
def test_any_cell_is_units_or_an_error(cell: Any) -> None:
    with contextlib.suppress(ValueError):
        assert 0 < units_of(cell) <= MOST_UNITS


# ---- what they mean ---------------------------------------------------------------------------------------
def test_nothing_is_written_until_it_is_confirmed(plan: Supply, owner: User) -> None:
    first, second = listing(plan, "LN-1", "4670123400313"), listing(plan, "LN-2", "4670123400450")

    kept = read(plan, "LN-1\t10\n4670123400450\t5\nln-1 2\nНЕТ\t1")

    assert planned(plan) == {}
    assert [(row["sku"], row["quantity"], row["rows"], row["was"]) for row in kept.rows] == [
        ("LN-1", 12, [1, 3], None),
        ("LN-2", 5, [2], None),
    ]
    assert [(error["row"], error["column"], error["value"]) for error in kept.errors] == [(4, "name", "НЕТ")]
    assert imports.apply_list(kept=kept, user=owner) == 2
    assert planned(plan) == {first.seller_sku: 12, second.seller_sku: 5}
    with pytest.raises(imports.AlreadySettled):
        imports.apply_list(kept=kept, user=owner)


def test_a_list_given_twice_changes_nothing_the_second_time(plan: Supply, owner: User) -> None:
    listing(plan, "LN-1")
    other = listing(plan, "LN-9")
    set_quantities(supply=plan, wishes={other.pk: 3}, actor=owner)

    for changed in (1, 0):
        kept = read(plan, "LN-1\t10")
        assert imports.apply_list(kept=kept, user=owner) == changed
    assert planned(plan) == {"LN-1": 10, "LN-9": 3}
    assert kept.rows[0]["was"] == 10


def test_what_fits_several_or_cannot_travel_is_told(plan: Supply) -> None:
    listing(plan, "SHIRT", "2000000000017", size="S")
    listing(plan, "SHIRT", "2000000000024", size="M")
    listing(plan, "OLD", is_archived=True)
    listing(plan, "OLD-AND-NEW", is_archived=True)
    listing(plan, "OLD-AND-NEW", "2000000000031")
    listing(plan, "NAMELESS", marketplace_sku="")

    kept = read(plan, "SHIRT 1\n2000000000024 2\nOLD 3\nOLD-AND-NEW 4\nNAMELESS 5")

    assert [(row["quantity"], row["rows"]) for row in kept.rows] == [(2, [2]), (4, [4])]
    assert [error["row"] for error in kept.errors] == [1, 3, 5]
    assert "S, M" in kept.errors[0]["text"]


def test_the_goods_of_another_account_are_unknown(plan: Supply, company: Company) -> None:
    ListingFactory(account__company=company, seller_sku="ELSEWHERE")

    assert read(plan, "ELSEWHERE 5").rows == []


def test_sums_beyond_the_limit_are_told(plan: Supply) -> None:
    listing(plan, "LN-1")

    kept = read(plan, f"LN-1 {MOST_UNITS}\nLN-1 1")

    assert [(row["quantity"], row["rows"]) for row in kept.rows] == [(MOST_UNITS, [1])]
    assert [error["row"] for error in kept.errors] == [2]


def test_what_somebody_planned_meanwhile_is_not_overwritten(plan: Supply, owner: User) -> None:
    first, second = listing(plan, "LN-1"), listing(plan, "LN-2")
    set_quantities(supply=plan, wishes={first.pk: 10}, actor=owner)
    kept = read(plan, "LN-1 20\nLN-2 30\nНЕТ 1")
    set_quantities(supply=plan, wishes={first.pk: 500, second.pk: 5}, actor=None)

    with pytest.raises(Outdated) as refused:
        imports.apply_list(kept=kept, user=owner)

    assert refused.value.now == {first.pk: 500, second.pk: 5}
    assert planned(plan) == {"LN-1": 500, "LN-2": 5}
    kept.refresh_from_db()
    assert kept.state == ImportState.PREVIEW

    again = imports.renew_list(kept=kept, user=owner)
    assert [(row["sku"], row["was"], row["quantity"]) for row in again.rows] == [
        ("LN-1", 500, 20),
        ("LN-2", 5, 30),
    ]
    assert (again.errors, again.made_by) == (kept.errors, owner)
    for settle in (imports.apply_list, imports.renew_list):
        with pytest.raises(imports.AlreadySettled):
            settle(kept=kept, user=owner)
    assert imports.apply_list(kept=again, user=owner) == 2
    assert planned(plan) == {"LN-1": 20, "LN-2": 30}


def test_what_somebody_took_out_meanwhile_is_not_put_back(plan: Supply, owner: User) -> None:
    one = listing(plan, "LN-1")
    set_quantities(supply=plan, wishes={one.pk: 10}, actor=owner)
    kept = read(plan, "LN-1 20")
    set_quantities(supply=plan, wishes={one.pk: 0}, actor=None)

    with pytest.raises(Outdated):
        imports.apply_list(kept=kept, user=owner)

    assert planned(plan) == {}
    assert imports.renew_list(kept=kept, user=owner).rows[0]["was"] is None


def test_changes_beside_the_list_and_the_same_units_do_not_matter(plan: Supply, owner: User) -> None:
    first, second, other = (listing(plan, f"LN-{number}") for number in (1, 2, 9))
    kept = read(plan, "LN-1 20\nLN-2 30")
    set_quantities(supply=plan, wishes={first.pk: 20, other.pk: 7}, actor=None)

    assert imports.apply_list(kept=kept, user=owner) == 1
    assert planned(plan) == {"LN-1": 20, second.seller_sku: 30, "LN-9": 7}


def test_a_discarded_list_is_not_written(plan: Supply, owner: User) -> None:
    listing(plan, "LN-1")
    kept = read(plan, "LN-1 5")
    imports.discard_list(kept=kept)

    with pytest.raises(imports.AlreadySettled):
        imports.apply_list(kept=kept, user=owner)
    assert planned(plan) == {}


def test_all_or_nothing_when_the_plan_may_not_be_changed(plan: Supply, owner: User) -> None:
    listing(plan, "LN-1")
    kept = read(plan, "LN-1 5")
    mark(supply=plan, status=SupplyStatus.CANCELLED, actor=owner)

    with pytest.raises(CannotChange):
        imports.apply_list(kept=kept, user=owner)
    kept.refresh_from_db()
    assert (kept.state, planned(plan)) == (ImportState.PREVIEW, {})


# ---- files ------------------------------------------------------------------------------------------------
def test_a_workbook_is_read_whatever_its_cells_are(plan: Supply) -> None:
    listing(plan, "12345")
    listing(plan, "LN-1")
    content = sheet(
        [12345.0, "Плед", 10],
        ["LN-1", "=1+1", "5 шт"],
        ["LN-1", "", "=2+2"],
        ["LN-1", "", None],
        head=["Артикул", "Название", "Количество"],
    )

    kept = read(plan, content=content)

    assert [(row["sku"], row["quantity"]) for row in kept.rows] == [("12345", 10), ("LN-1", 5)]
    assert [(error["row"], error["column"]) for error in kept.errors] == [(4, "units"), (5, "units")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_a_text_file_is_read_in_the_encodings_of_excel(plan: Supply, encoding: str, delimiter: str) -> None:
    listing(plan, "Плед-1")
    content = f"Артикул{delimiter}Количество\r\nПлед-1{delimiter}10\r\n".encode(encoding)

    assert [row["quantity"] for row in read(plan, content=content).rows] == [10]


def test_what_a_sheet_says_of_its_size_is_not_believed(plan: Supply) -> None:
    listing(plan, "A")
    cells = f'<row r="1">{text_cell("A1", "Артикул")}{text_cell("B1", "Количество")}</row>'
    cells += f'<row r="2">{text_cell("A2", "A")}<c r="B2"><v>5</v></c></row>'

    for dimension in ("A1", "A1:XFD1048576"):
        assert [row["quantity"] for row in read(plan, content=forged(cells, dimension=dimension)).rows] == [5]


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - {"no columns", "no rows", "a million lines"}))
def test_hostile_files_are_refused_in_words(plan: Supply, name: str) -> None:
    make, code = HOSTILE[name]

    with pytest.raises(BadUpload) as refused:
        read(plan, content=make())

    assert refused.value.code == code
    assert not PlanImport.objects.for_company(plan.company_id).exists()


def test_nothing_but_errors_is_the_wrong_file() -> None:
    with pytest.raises(BadUpload) as refused:
        list(rows_of_text("x\tне число\n" * 3_000))
    assert refused.value.code == "too_many_errors"
    with pytest.raises(BadUpload) as refused:
        list(rows_of_file(("A;5\n" * 60_000).encode()))
    assert refused.value.code == "too_many_rows"


@pytest.mark.parametrize("wrong", [0, 500])
def test_unknown_products_are_errors_like_others(plan: Supply, wrong: int) -> None:
    listing(plan, "LN-1")
    text = "LN-1 1\n" + "x\tне число\n" * wrong
    unknown = [f"НЕТ-{number}\t1\n" for number in range(MOST_ERRORS - wrong + 1)]

    assert len(read(plan, text + "".join(unknown[:-1])).errors) == MOST_ERRORS
    with pytest.raises(BadUpload) as refused:
        read(plan, text + "".join(unknown))

    assert refused.value.code == "too_many_errors"
    assert PlanImport.objects.for_company(plan.company_id).count() == 1


# ---- the clock --------------------------------------------------------------------------------------------
def aged(plan: Supply, *, days: int, state: ImportState = ImportState.PREVIEW) -> PlanImport:
    return PlanImportFactory(supply=plan, state=state, made_at=timezone.now() - timedelta(days=days))


def test_lists_that_nobody_put_into_a_plan_are_forgotten(plan: Supply) -> None:
    elsewhere = SupplyFactory(plan=True)
    kept = [aged(plan, days=6), aged(plan, days=400, state=ImportState.APPLIED)]
    for supply in (plan, elsewhere):
        aged(supply, days=8)
        aged(supply, days=8, state=ImportState.DISCARDED)

    assert tasks.forget_lists() == 4
    assert list(PlanImport.all_companies.order_by("pk")) == kept
    assert app.conf.beat_schedule["forget-lists"]["task"] == tasks.forget_lists.name


def test_lists_are_forgotten_in_portions(plan: Supply) -> None:
    for days in (8, 9, 10):
        aged(plan, days=days)

    assert [imports.forget_unwritten(now=timezone.now(), most=2) for _time in range(3)] == [2, 1, 0]


def test_what_cannot_stand_in_the_plan_together_is_told_at_once(
    plan: Supply, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = listing(plan, "LN-0", marketplace_sku="1")
    set_quantities(supply=plan, wishes={held.pk: 1}, actor=owner)
    listing(plan, "LN-1", marketplace_sku="1")
    for number in (2, 3):
        listing(plan, f"LN-{number}", marketplace_sku=str(number))

    with pytest.raises(BadUpload, match="“LN-1” and “LN-0” have the same"):
        read(plan, "LN-1\t5")
    monkeypatch.setattr("supplies.services.plan_lines.MOST_LINES", 2)
    with pytest.raises(BadUpload, match="at most 2 products"):
        read(plan, "LN-2\t5\nLN-3\t5")
    assert len(read(plan, "LN-0\t7\nLN-2\t5").rows) == 2
    assert planned(plan) == {"LN-0": 1}


def test_an_empty_list_is_refused(plan: Supply) -> None:
    with pytest.raises(BadUpload, match="not one row"):
        read(plan, "\n \n\t\n")
