"""What marketplaces tell of the seller: compared with the card, taken into it, never over what is filled."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import override_settings

from companies.choices import LegalForm, Role, TaxRegime
from companies.models import Company, LegalDetails
from companies.selectors.legal import Told, card_of, compare, is_same, told_of
from companies.services import NothingTold, take_field
from marketplaces.models import AccountStatus
from tests.factories.companies import LegalDetailsFactory, TaxPeriodFactory
from tests.factories.marketplaces import AccountFactory

CARD = "/lavka/settings/company/"
FILL = f"{CARD}fill/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(company: Company) -> Any:
    """An account whose marketplace knows the seller."""
    return AccountFactory(
        company=company,
        title="Ozon",
        legal_name="ООО «Льняная лавка»",
        tax_id="7707083893",
        registration_number="1027700132195",
        ownership_form="ООО",
        tax_system="USN",
    )


def card(company: Company) -> LegalDetails:
    return LegalDetails.objects.for_company(company).get()


def said(response: Any) -> str:
    return str(list(get_messages(response.wsgi_request))[-1])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ООО «Льняная лавка»", 'ооо  "ЛЬНЯНАЯ ЛАВКА"', True),
        ("ООО «Лён»", "Общество с ограниченной ответственностью «Лен»", True),
        ("ИП Воронина А.П.", "Индивидуальный предприниматель Воронина А. П.", True),
        ("АО «Лён»", "Непубличное акционерное общество «Лён»", True),
        ("ПАО «Лён»", "АО «Лён»", False),
        ("ООО «Лён»", "ООО «Лён плюс»", False),
        ("", "7707083893", False),
    ],
)
def test_spellings_of_one_name_are_the_same(one: str, other: str, same: bool) -> None:
    assert is_same(one, other) is same


def test_what_an_account_tells_is_put_into_our_words(company, shop) -> None:
    [told] = told_of(company)

    assert (told.key, told.title, told.url) == (str(shop.pk), "Ozon", shop.get_absolute_url())
    assert told.values == {
        "form": "llc",
        "short_name": "ООО «Льняная лавка»",
        "inn": "7707083893",
        "ogrn": "1027700132195",
    }
    assert told.regimes == {TaxRegime.SIMPLIFIED_INCOME, TaxRegime.SIMPLIFIED_PROFIT}
    assert told.regime_word == "УСН"


@pytest.mark.parametrize(
    ("form", "name", "kept"),
    [
        ("ИП", "ИП Воронина А. П.", {"form": "sole", "short_name": "ИП Воронина А. П."}),
        (
            "Индивидуальный предприниматель",
            "Индивидуальный предприниматель Воронина Анна",
            {"form": "sole", "full_name": "Индивидуальный предприниматель Воронина Анна"},
        ),
        ("Самозанятый", "Воронина Анна", {"form": "self_employed", "full_name": "Воронина Анна"}),
        ("ПАО", "ПАО «Лён»", {"form": "jsc", "short_name": "ПАО «Лён»"}),
        ("Частная собственность", "", {}),
        ("", "", {}),
    ],
)
def test_forms_and_names_are_recognised(company, form: str, name: str, kept: dict[str, str]) -> None:
    AccountFactory(company=company, ownership_form=form, legal_name=name)

    assert [told.values for told in told_of(company)] == ([kept] if kept else [])


@pytest.mark.parametrize(("tax_id", "number"), [("7707083894", "1027700132190"), ("77", "1" * 15), ("", "")])
def test_a_number_that_cannot_be_right_is_not_offered(company, tax_id: str, number: str) -> None:
    AccountFactory(company=company, ownership_form="ООО", tax_id=tax_id, registration_number=number)

    assert told_of(company)[0].values == {"form": "llc"}


@pytest.mark.parametrize("status", [AccountStatus.DISCONNECTED, AccountStatus.ERASING])
def test_accounts_that_are_gone_tell_nothing(company, shop, status: AccountStatus) -> None:
    shop.status = status
    shop.save()

    assert told_of(company) == []


def test_nobody_hears_of_another_company(other_company, shop) -> None:
    assert told_of(other_company) == []


def test_differences_are_marked_on_the_card(owner_client, company, shop) -> None:
    LegalDetailsFactory(company=company, short_name="ООО «Лён и хлопок»", ogrn="")
    TaxPeriodFactory(company=company, regime=TaxRegime.GENERAL)

    response = owner_client.get(CARD)

    [testimony] = response.context["testimonies"]
    assert [(row.name, row.is_same, row.can_take) for row in testimony.rows] == [
        ("form", True, False),
        ("short_name", False, True),
        ("inn", True, False),
        ("ogrn", False, True),
        ("regime", False, False),
    ]
    assert (testimony.differences, testimony.can_fill) == (2, True)
    page = response.content.decode()
    assert "в карточке: ООО «Лён и хлопок»" in page
    assert "Заполнить из Ozon" in page


def test_usn_is_either_of_the_two(company, shop) -> None:
    [told] = told_of(company)

    for regime in (TaxRegime.SIMPLIFIED_INCOME, TaxRegime.SIMPLIFIED_PROFIT):
        assert compare(card_of(company), told, regime=regime).rows[-1].is_same


def test_an_empty_card_is_filled_with_the_form_too(owner_client, company) -> None:
    shop = AccountFactory(
        company=company, ownership_form="ИП", tax_id="500100732259", registration_number="304500116000157"
    )

    response = owner_client.post(FILL, {"source": shop.pk})

    assert response.headers["Location"] == CARD
    found = card(company)
    assert (found.form, found.inn, found.ogrn) == ("sole", "500100732259", "304500116000157")
    assert "Правовая форма, ИНН, ОГРНИП." in said(response)


def test_filling_leaves_what_is_filled(owner_client, company, shop) -> None:
    LegalDetailsFactory(company=company, short_name="ООО «Лён»", inn="", ogrn="")

    owner_client.post(FILL, {"source": shop.pk})

    found = card(company)
    assert (found.short_name, found.inn, found.ogrn) == ("ООО «Лён»", "7707083893", "1027700132195")


def test_filling_leaves_out_what_does_not_fit_the_form(owner_client, company, shop) -> None:
    LegalDetailsFactory(company=company, form="sole", inn="", ogrn="", kpp="", signatory_position="")

    response = owner_client.post(FILL, {"source": shop.pk})

    assert (card(company).inn, card(company).ogrn) == ("", "")
    assert "Заполнять нечего" in said(response)


def test_one_differing_field_is_taken(owner_client, company, shop) -> None:
    LegalDetailsFactory(company=company, short_name="ООО «Лён»")

    owner_client.post(FILL, {"source": shop.pk, "field": "short_name"})

    assert card(company).short_name == "ООО «Льняная лавка»"


def test_a_field_that_does_not_fit_the_form_is_refused_in_words(owner_client, company, shop) -> None:
    LegalDetailsFactory(company=company, form="sole", inn="500100732259", kpp="")

    response = owner_client.post(FILL, {"source": shop.pk, "field": "inn"})

    assert card(company).inn == "500100732259"
    assert "Это ИНН организации" in said(response)


def test_another_form_is_taken_and_empties_what_it_has_not(owner_client, company) -> None:
    shop = AccountFactory(company=company, ownership_form="ИП")
    LegalDetailsFactory(company=company)

    response = owner_client.post(FILL, {"source": shop.pk, "field": "form"})

    found = card(company)
    assert (found.form, found.kpp, found.signatory_basis) == ("sole", "", "registration")
    assert "КПП" in said(response)


@pytest.mark.parametrize("field", ["kpp", "email", "full_name"])
def test_what_was_not_told_is_not_taken(owner_client, company, shop, field: str) -> None:
    LegalDetailsFactory(company=company)

    response = owner_client.post(FILL, {"source": shop.pk, "field": field})

    assert "не сообщает" in said(response)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"source": "0"},
        {"source": "x" * 10_000},
        {"source": "\x00"},
        {"source": "<script>"},
        {"source": "1", "field": "pk"},
    ],
)
def test_an_unknown_source_or_field_is_404(owner_client, shop, data: dict[str, str]) -> None:
    assert owner_client.post(FILL, data).status_code == 404


def test_the_source_of_another_company_is_404(client_of, stranger, shop) -> None:
    client = client_of(stranger)

    assert client.post("/chuzhaya/settings/company/fill/", {"source": shop.pk}).status_code == 404


def test_viewers_see_what_was_told_without_buttons(client_of, member, shop) -> None:
    page = client_of(member(Role.VIEWER)).get(CARD).content.decode()

    assert "Что сообщает Ozon" in page
    assert "Взять" not in page


def test_hostile_words_of_a_marketplace_are_escaped(owner_client, company) -> None:
    AccountFactory(company=company, title="<script>a</script>", legal_name="<script>alert(1)</script>")

    page = owner_client.get(CARD).content.decode()

    assert "<script>alert(1)" not in page
    assert "<script>a<" not in page


@override_settings(COMPANY_WITNESSES=[])
def test_without_witnesses_nothing_is_told(company, shop) -> None:
    assert told_of(company) == []


def test_taking_what_was_not_told_raises(company) -> None:
    with pytest.raises(NothingTold):
        take_field(company=company, told=Told(key="1", title="Ozon", url="/"), field="form")
    assert card_of(company).form == LegalForm.LLC
