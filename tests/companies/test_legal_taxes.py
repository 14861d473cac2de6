"""Taxes: what the law allows on which day, the history without gaps, changes of the past."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from companies.choices import VAT_RATES, LegalForm, TaxRegime
from companies.models import AuditEntry, TaxPeriod
from companies.selectors import tax_history, tax_on
from companies.selectors.taxes import TaxState, ended_rate, regime_trouble, vat_trouble
from tests.factories.companies import LegalDetailsFactory, TaxPeriodFactory

CARD = "/lavka/settings/company/"
NEW = f"{CARD}taxes/new/"
TODAY = date(2026, 11, 24)
NOON = "2026-11-24 09:00:00Z"
USN, OSNO, NPD = TaxRegime.SIMPLIFIED_INCOME, TaxRegime.GENERAL, TaxRegime.PROFESSIONAL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOON, tick=False):
        yield


def plain(text: str) -> str:
    """The text with plain spaces."""
    return text.replace("\u00a0", " ")


def periods(company) -> list[tuple[str, str, date]]:
    return [
        (row.period.regime, str(row.period.vat_percent), row.period.starts_on)
        for row in tax_history(company, today=TODAY)
    ]


# ---- the law ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("regime", "percent", "on", "says"),
    [
        (OSNO, "22", date(2026, 1, 1), ""),
        (OSNO, "22", date(2025, 12, 31), "Ставка 22 % при этом режиме действует с 1 января."),
        (OSNO, "20", date(2025, 12, 31), ""),
        (OSNO, "20", date(2026, 1, 1), "Ставка 20 % действовала по 31 декабря 2025."),
        (OSNO, "18", date(2018, 12, 31), ""),
        (OSNO, "18", date(2019, 1, 1), "Ставка 18 % действовала по 31 декабря 2018."),
        (OSNO, "0", TODAY, ""),
        (OSNO, "10", TODAY, ""),
        (OSNO, "5", TODAY, "Ставка 5 % не для режима «ОСНО»."),
        (USN, "5", date(2025, 1, 1), ""),
        (USN, "7", date(2024, 12, 31), "Ставка 7 % при этом режиме действует с 1 января 2025."),
        (USN, "20", date(2024, 12, 31), "Ставка 20 % при этом режиме действует с 1 января 2025."),
        (USN, "20", date(2025, 6, 1), ""),
        (USN, "0", TODAY, "Ставка 0 % не для режима"),
        (NPD, "5", TODAY, "НДС не платят."),
        (OSNO, "13", TODAY, "Такой ставки в законе нет."),
        (OSNO, None, TODAY, ""),
        (NPD, None, TODAY, ""),
    ],
)
def test_a_rate_fits_the_regime_and_the_day(
    regime: TaxRegime, percent: str | None, on: date, says: str
) -> None:
    trouble = plain(vat_trouble(None if percent is None else Decimal(percent), regime=regime, on=on))

    assert (says in trouble) if says else trouble == ""


@pytest.mark.parametrize(
    ("regime", "form", "on", "is_fine"),
    [
        (USN, LegalForm.LLC, TODAY, True),
        (TaxRegime.PATENT, LegalForm.LLC, TODAY, False),
        (TaxRegime.PATENT, LegalForm.SOLE, TODAY, True),
        (USN, LegalForm.SELF_EMPLOYED, TODAY, False),
        (NPD, LegalForm.SELF_EMPLOYED, TODAY, True),
        (NPD, LegalForm.SELF_EMPLOYED, date(2018, 12, 31), False),
        (TaxRegime.AUTOMATED, LegalForm.LLC, date(2022, 6, 30), False),
        (TaxRegime.AUTOMATED, LegalForm.LLC, date(2022, 7, 1), True),
    ],
)
def test_a_regime_fits_the_form_and_the_day(
    regime: TaxRegime, form: LegalForm, on: date, is_fine: bool
) -> None:
    assert (regime_trouble(regime, form=form, on=on) == "") == is_fine


@given(on=st.dates(date(2004, 1, 1), date(2030, 1, 1)), rate=st.sampled_from(VAT_RATES))
def test_what_the_table_of_rates_refuses_is_refused(on: date, rate) -> None:
    for regime in TaxRegime:
        if not rate.is_valid(on=on, regime=regime):
            assert vat_trouble(rate.percent, regime=regime, on=on)


# ---- history ----------------------------------------------------------------------------------------------------


def test_a_period_lasts_until_the_next_begins(company) -> None:
    TaxPeriodFactory(company=company, regime=USN, starts_on=date(2024, 1, 1))
    TaxPeriodFactory(company=company, regime=USN, vat_percent=5, starts_on=date(2025, 1, 1))
    TaxPeriodFactory(company=company, regime=OSNO, vat_percent=22, starts_on=date(2027, 1, 1))

    rows = tax_history(company, today=TODAY)

    assert [(row.period.starts_on, row.last_day, row.state) for row in rows] == [
        (date(2027, 1, 1), None, TaxState.NEXT),
        (date(2025, 1, 1), date(2026, 12, 31), TaxState.NOW),
        (date(2024, 1, 1), date(2024, 12, 31), TaxState.PAST),
    ]


@pytest.mark.parametrize(
    ("day", "regime"),
    [
        (date(2023, 12, 31), None),
        (date(2024, 1, 1), USN),
        (date(2024, 12, 31), USN),
        (date(2025, 1, 1), OSNO),
        (date(2030, 1, 1), OSNO),
    ],
)
def test_the_tax_of_a_day_is_that_of_its_period(company, other_company, day: date, regime) -> None:
    TaxPeriodFactory(company=company, regime=USN, starts_on=date(2024, 1, 1))
    TaxPeriodFactory(company=company, regime=OSNO, vat_percent=20, starts_on=date(2025, 1, 1))
    TaxPeriodFactory(company=other_company, regime=TaxRegime.PATENT, starts_on=date(2010, 1, 1))

    found = tax_on(company, day)

    assert (found and found.regime) == regime


@pytest.mark.parametrize(
    ("percent", "successor"),
    [("20", Decimal(22)), ("18", Decimal(20)), ("22", None), ("5", None), (None, None)],
)
def test_a_rate_that_the_law_has_ended_is_seen(
    company, percent: str | None, successor: Decimal | None
) -> None:
    period = TaxPeriodFactory.build(company=company, regime=OSNO, vat_percent=percent and Decimal(percent))

    found = ended_rate(period, today=TODAY)

    assert (found and found.successor) == successor


def test_the_card_warns_of_an_ended_rate_and_offers_the_new_one(owner_client, company) -> None:
    TaxPeriodFactory(company=company, regime=OSNO, vat_percent=20, starts_on=date(2024, 1, 1))

    page = plain(owner_client.get(CARD).content.decode())
    assert "Ставка НДС 20 % действовала по" in page
    assert "taxes/new/?vat=22&amp;from=2026-01-01" in page

    form = owner_client.get(f"{NEW}?vat=22&from=2026-01-01").context["form"]
    assert (form["regime"].value(), form["vat_percent"].value(), form["starts_on"].value()) == (
        "general",
        "22",
        date(2026, 1, 1),
    )


def test_the_card_warns_when_the_regime_does_not_suit_the_form(owner_client, company) -> None:
    LegalDetailsFactory(company=company)
    TaxPeriodFactory(company=company, regime=NPD, starts_on=date(2024, 1, 1))

    assert "Налоговый режим не подходит к карточке." in owner_client.get(CARD).content.decode()


@pytest.mark.parametrize(("rows", "queries"), [(1, 14), (3, 14)])
def test_the_card_asks_the_same_number_of_queries(
    owner_client, company, rows: int, queries: int, django_assert_num_queries
) -> None:
    LegalDetailsFactory(company=company)
    for _ in range(rows):
        TaxPeriodFactory(company=company)
    owner_client.get(CARD)

    with django_assert_num_queries(queries):
        owner_client.get(CARD)


# ---- changes ----------------------------------------------------------------------------------------------------


def test_the_first_period_is_added_without_questions(owner_client, company) -> None:
    response = owner_client.post(NEW, {"regime": USN, "vat_percent": "5", "starts_on": "2025-01-01"})

    assert response.headers["Location"] == CARD
    assert periods(company) == [("simplified_income", "5.00", date(2025, 1, 1))]


def test_no_vat_is_not_the_rate_of_nought(owner_client, company) -> None:
    owner_client.post(NEW, {"regime": OSNO, "vat_percent": "none", "starts_on": "2025-01-01"})
    owner_client.post(NEW, {"regime": OSNO, "vat_percent": "0", "starts_on": "2026-12-01"})

    assert [vat for _regime, vat, _day in periods(company)] == ["0.00", "None"]


def test_past_days_change_after_a_confirmation_only(owner_client, company) -> None:
    TaxPeriodFactory(company=company, regime=USN, starts_on=date(2024, 1, 1))
    data = {"regime": USN, "vat_percent": "5", "starts_on": "2025-01-01"}

    asked = owner_client.post(NEW, data)
    assert asked.status_code == 422
    assert list(asked.context["form"].errors) == ["confirmed"]
    assert plain(asked.context["form"].errors["confirmed"][0]) == (
        "Дни с 1 января 2025 уже прошли. Подтвердите, что хотите их изменить."
    )
    assert 'name="confirmed"' in asked.content.decode()
    assert len(periods(company)) == 1

    assert owner_client.post(NEW, {**data, "confirmed": "on"}).status_code == 302
    assert len(periods(company)) == 2


def test_a_future_day_asks_nothing(owner_client, company) -> None:
    TaxPeriodFactory(company=company, regime=USN, starts_on=date(2024, 1, 1))

    response = owner_client.post(NEW, {"regime": OSNO, "vat_percent": "22", "starts_on": "2027-01-01"})

    assert response.status_code == 302


def test_today_is_the_day_of_the_company(owner_client, company) -> None:
    company.time_zone = "Asia/Kamchatka"
    company.save()
    TaxPeriodFactory(company=company, regime=USN, starts_on=date(2024, 1, 1))

    with time_machine.travel("2026-11-24 13:00:00Z", tick=False):
        response = owner_client.post(NEW, {"regime": USN, "vat_percent": "7", "starts_on": "2026-11-24"})

    assert list(response.context["form"].errors) == ["confirmed"]


def test_two_periods_cannot_begin_on_one_day(owner_client, company) -> None:
    TaxPeriodFactory(company=company, regime=USN, starts_on=date(2027, 1, 1))

    response = owner_client.post(NEW, {"regime": OSNO, "vat_percent": "22", "starts_on": "2027-01-01"})

    assert list(response.context["form"].errors) == ["starts_on"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("regime", "patent"),
        ("regime", "x" * 10_000),
        ("regime", "\x00"),
        ("regime", "<script>alert(1)</script>"),
        ("vat_percent", "20"),
        ("vat_percent", "13"),
        ("vat_percent", "\u202e22"),
        ("vat_percent", "NaN"),
        ("starts_on", ""),
        ("starts_on", "2003-12-31"),
        ("starts_on", "2099-01-01"),
        ("starts_on", "9" * 10_000),
        ("starts_on", "2027-01-01\x00"),
        ("starts_on", "<script>"),
    ],
)
def test_a_wrong_or_hostile_value_is_named_at_its_field(
    owner_client, company, field: str, typed: str
) -> None:
    LegalDetailsFactory(company=company)
    data = {"regime": OSNO, "vat_percent": "22", "starts_on": "2027-01-01", field: typed}

    response = owner_client.post(NEW, data)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert periods(company) == []


@pytest.mark.parametrize(
    "query", ["vat=%00", "vat=" + "9" * 5000, "vat=NaN", "vat=sNaN", "vat=1e9", "from=%00", "regime=%3Cb%3E"]
)
def test_a_hostile_address_opens_the_form(owner_client, company, query: str) -> None:
    assert owner_client.get(f"{NEW}?{query}").status_code == 200


def test_a_period_is_corrected(owner_client, company) -> None:
    period = TaxPeriodFactory(company=company, regime=USN, starts_on=TODAY + timedelta(days=10))

    page = owner_client.get(f"{CARD}taxes/{period.pk}/")
    assert page.context["form"]["regime"].value() == USN
    response = owner_client.post(
        f"{CARD}taxes/{period.pk}/", {"regime": OSNO, "vat_percent": "22", "starts_on": "2027-02-01"}
    )

    assert response.status_code == 302
    assert periods(company) == [("general", "22.00", date(2027, 2, 1))]


def test_moving_a_past_period_into_the_future_changes_the_past(owner_client, company) -> None:
    period = TaxPeriodFactory(company=company, regime=USN, starts_on=date(2024, 1, 1))

    response = owner_client.post(
        f"{CARD}taxes/{period.pk}/", {"regime": USN, "vat_percent": "none", "starts_on": "2027-02-01"}
    )

    assert list(response.context["form"].errors) == ["confirmed"]


def test_a_period_is_deleted_after_a_dialog(owner_client, company) -> None:
    period = TaxPeriodFactory(company=company)

    assert f'id="tax-delete-{period.pk}"' in owner_client.get(CARD).content.decode()
    owner_client.post(f"{CARD}taxes/{period.pk}/delete/")

    assert not TaxPeriod.objects.for_company(company).exists()
    entries = AuditEntry.objects.for_company(company).filter(subject="tax").order_by("pk")
    assert [entry.action for entry in entries] == ["created", "deleted"]
