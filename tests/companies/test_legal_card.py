"""The company card: what each legal form holds, what is refused, what is missing, who may change it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages

from companies.choices import LegalForm, Role, SignatoryBasis
from companies.models import AuditEntry, Company, LegalDetails
from companies.selectors.legal import TYPED, card_of, completeness
from companies.services import save_card
from tests.factories.companies import LegalDetailsFactory

URL = "/lavka/settings/company/"
COMPANY = {
    "name": "Льняная лавка",
    "time_zone": "Europe/Moscow",
    "form": "llc",
    "full_name": "Общество с ограниченной ответственностью «Льняная лавка»",
    "short_name": "ООО «Льняная лавка»",
    "inn": "7707083893",
    "kpp": "773601001",
    "ogrn": "1027700132195",
    "legal_address": "153000, Иваново, ул. Льняная, д. 1",
    "postal_address": "153000, Иваново, а/я 12",
    "signatory_name": "Воронина Анна Петровна",
    "signatory_position": "Генеральный директор",
    "signatory_basis": "charter",
    "signatory_document": "",
    "email": "office@example.com",
    "phone": "+79161234567",
}
PERSON = {
    **COMPANY,
    "form": "sole",
    "full_name": "Индивидуальный предприниматель Воронина Анна Петровна",
    "short_name": "ИП Воронина А. П.",
    "inn": "500100732259",
    "kpp": "",
    "ogrn": "304500116000157",
    "signatory_position": "",
}
SELF_EMPLOYED = {**PERSON, "form": "self_employed", "short_name": "", "ogrn": "", "signatory_name": ""}
HOSTILE = {
    "10 000 characters": "Л" * 10_000,
    "RTL": "Лавка\u202eакваЛ",
    "NUL": "Лавка\x00",
}
SCRIPT = "<script>alert(1)</script>"

pytestmark = pytest.mark.django_db


def saved(company: Company) -> dict[str, str]:
    card = LegalDetails.objects.for_company(company).get()
    return {name: getattr(card, name) for name in ("form", *TYPED, "signatory_basis")}


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize(
    ("data", "basis"), [(COMPANY, "charter"), (PERSON, "registration"), (SELF_EMPLOYED, "self")]
)
def test_a_full_card_is_kept(owner_client, company, data: dict[str, str], basis: str) -> None:
    response = owner_client.post(URL, data)

    assert (response.status_code, response.headers["Location"]) == (302, URL)
    expected = {name: data[name] for name in ("form", *TYPED)}
    assert saved(company) == {**expected, "signatory_basis": basis}
    assert completeness(card_of(company)).is_full


def test_numbers_are_kept_bare_and_text_tidy(owner_client, company) -> None:
    owner_client.post(
        URL,
        {
            **COMPANY,
            "inn": " 7707 083-893",
            "phone": "8 (916) 123-45-67",
            "short_name": " ООО   «Лён»\u200b ",
        },
    )

    card = saved(company)
    assert (card["inn"], card["phone"], card["short_name"]) == ("7707083893", "+79161234567", "ООО «Лён»")


def test_name_and_zone_of_the_company_change_with_the_card(owner_client, company) -> None:
    owner_client.post(URL, {**COMPANY, "name": "Лавка льна", "time_zone": "Asia/Omsk"})

    company.refresh_from_db()
    assert (company.name, company.time_zone) == ("Лавка льна", "Asia/Omsk")


def test_a_draft_is_kept_and_says_what_is_missing(owner_client, company) -> None:
    response = owner_client.post(
        URL, {"name": "Лавка", "time_zone": "Europe/Moscow", "form": "llc", "inn": "7707083893"}, follow=True
    )

    found = completeness(card_of(company))
    assert (found.filled, found.total) == (1, 11)
    assert str(found.missing[0].label) == "Полное наименование"
    page = response.content.decode()
    assert '<a href="#id_kpp">КПП</a>' in page
    assert "1 из 11" in page.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("data", "field", "typed", "says"),
    [
        (COMPANY, "inn", "7707083894", "Контрольная цифра не сходится"),
        (COMPANY, "inn", "500100732259", "Это ИНН физического лица"),
        (COMPANY, "inn", "77070838", "Должно быть 10 цифр, а здесь 8"),
        (COMPANY, "kpp", "77360Я001", "КПП пишется цифрами"),
        (COMPANY, "ogrn", "1027700132196", "Контрольная цифра не сходится"),
        (COMPANY, "ogrn", "304500116000157", "Это ОГРНИП"),
        (PERSON, "inn", "500100732258", "Контрольная цифра не сходится"),
        (PERSON, "inn", "7707083893", "Это ИНН организации"),
        (PERSON, "ogrn", "304500116000158", "Контрольная цифра не сходится"),
        (SELF_EMPLOYED, "inn", "500100732258", "Контрольная цифра не сходится"),
        (COMPANY, "email", "не почта", "адрес электронной почты"),
        (COMPANY, "phone", "12345", "цифр"),
        (COMPANY, "time_zone", "Mars/Olympus", "Mars/Olympus"),
        (COMPANY, "form", "ooo", "ooo"),
        (COMPANY, "name", "", "Обязательное поле"),
    ],
)
def test_a_wrong_value_is_named_at_its_field(
    owner_client, company, data: dict[str, str], field: str, typed: str, says: str
) -> None:
    response = owner_client.post(URL, {**data, field: typed})

    assert response.status_code == 422
    errors = response.context["form"].errors
    assert list(errors) == [field]
    assert says in errors[field][0]
    assert not LegalDetails.objects.for_company(company).exists()


@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("field", ["name", "time_zone", "form", *TYPED, "signatory_basis"])
def test_hostile_input_is_refused_at_its_field(owner_client, company, field: str, typed: str) -> None:
    data = {**COMPANY, "signatory_basis": "power_of_attorney", "signatory_document": "№ 1"}

    response = owner_client.post(URL, {**data, field: typed})

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not LegalDetails.objects.for_company(company).exists()


@pytest.mark.parametrize(
    "field", ["name", "full_name", "short_name", "legal_address", "signatory_name", "signatory_position"]
)
def test_a_script_is_shown_as_text(owner_client, field: str) -> None:
    page = owner_client.post(URL, {**COMPANY, field: SCRIPT}, follow=True).content.decode()

    assert SCRIPT not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_what_a_form_does_not_have_is_emptied_with_a_word(owner_client, company) -> None:
    owner_client.post(URL, COMPANY)

    response = owner_client.post(URL, {**PERSON, "kpp": "не КПП\x00", "signatory_position": "Директор"})

    assert response.status_code == 302
    assert (saved(company)["kpp"], saved(company)["signatory_position"]) == ("", "")
    assert said(response)[-1] == "Очищено, у формы «ИП» этого нет: КПП, Должность."


def test_the_page_shows_the_fields_of_the_chosen_form_also_after_an_error(owner_client) -> None:
    response = owner_client.post(URL, {**PERSON, "inn": "7707083893"})

    rows = [row for group in response.context["form"].groups for row in group.rows]
    assert [row.bound.name for row in rows if row.is_hidden] == [
        "kpp",
        "signatory_position",
        "signatory_document",
    ]
    assert response.context["form"]["ogrn"].label == "ОГРНИП"


def test_mail_may_come_to_the_legal_address(owner_client, company) -> None:
    owner_client.post(URL, {**COMPANY, "postal_address": "", "postal_is_legal": "on"})

    assert saved(company)["postal_address"] == COMPANY["legal_address"]


def test_a_power_of_attorney_wants_its_number(owner_client, company) -> None:
    owner_client.post(URL, {**COMPANY, "signatory_basis": "power_of_attorney"})
    assert [gap.name for gap in completeness(card_of(company)).missing] == ["signatory_document"]

    owner_client.post(
        URL, {**COMPANY, "signatory_basis": "power_of_attorney", "signatory_document": "№ 7 от 1 мая"}
    )
    assert completeness(card_of(company)).is_full

    owner_client.post(URL, {**COMPANY, "signatory_document": "№ 7 от 1 мая"})
    assert (saved(company)["signatory_basis"], saved(company)["signatory_document"]) == ("charter", "")


def test_each_change_is_in_the_trail_once(owner_client, owner, company) -> None:
    owner_client.post(URL, COMPANY)
    owner_client.post(URL, COMPANY)
    owner_client.post(URL, {**COMPANY, "kpp": "370201001"})

    entries = AuditEntry.objects.for_company(company).filter(subject="legal").order_by("pk")
    assert [(entry.action, entry.actor_id) for entry in entries] == [
        ("created", owner.pk),
        ("changed", owner.pk),
    ]
    assert entries[1].changes == {"kpp": ["773601001", "370201001"]}


@pytest.mark.parametrize("role", [Role.MANAGER, Role.WAREHOUSE, Role.VIEWER])
def test_others_see_the_card_and_may_not_change_it(client_of, member, company, role: Role) -> None:
    LegalDetailsFactory(company=company, signatory_name="Льнова Вера")
    client = client_of(member(role))

    page = client.get(URL).content.decode()

    assert "Льнова Вера" in page
    assert "+7\u00a0916\u00a0123-45-67" in page
    assert "Сохранить карточку" not in page
    assert "settings/company/fill/" not in page
    assert client.post(URL, COMPANY).status_code == 403


def test_accountants_may_change_it(client_of, member, company) -> None:
    assert client_of(member(Role.ACCOUNTANT)).post(URL, COMPANY).status_code == 302


def test_who_changed_it_stands_beside_the_form(owner_client, client_of, member) -> None:
    owner_client.post(URL, COMPANY)

    assert "settings/audit/" in owner_client.get(URL).content.decode()
    shown = client_of(member(Role.VIEWER)).get(URL)
    assert [str(change.who) for change in shown.context["changes"]] != []
    assert shown.context["all_url"] == ""


def test_two_saves_at_once_make_one_card(company) -> None:
    for name in ("Первая", "Вторая"):
        save_card(
            company=Company.objects.get(pk=company.pk),
            name=company.name,
            time_zone=company.time_zone,
            form=LegalForm.LLC,
            basis=SignatoryBasis.CHARTER,
            values={"full_name": name},
        )

    assert LegalDetails.objects.for_company(company).get().full_name == "Вторая"
