"""Agreements with marketplaces: the form field by field, the file, the list, the trail."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.choices import AuditSubject, Role
from companies.models import AuditEntry
from core.uploads import MEGABYTE
from marketplaces import selectors, services
from marketplaces.models import Agreement, AgreementFile
from marketplaces.selectors import AgreementState
from marketplaces.selectors.agreements import END_REMIND_DAYS
from marketplaces.services import AgreementExists, AgreementTerms
from tests.factories.agreements import PDF, AgreementFactory, AgreementFileFactory

LIST = "/lavka/settings/agreements/"
NEW = f"{LIST}new/"
FILLED = {
    "marketplace": "ozon",
    "number": "ИР-104283/24",
    "signed_on": "2024-03-14",
    "ends_on": "2027-03-13",
    "scheme": "fbo",
    "currency": "RUB",
    "note": "Продлевается сам",
}
HOSTILE = {
    "too long": "я" * 10_000,
    "a mark that turns the text": "ИР \u202e401",
    "NUL": "ИР\x00",
    "a control sign": "ИР\x07",
}
TODAY = date(2026, 11, 24)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_today")]


@pytest.fixture
def _today() -> Any:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False):
        yield


def pdf(content: bytes = PDF, name: str = "договор.pdf") -> SimpleUploadedFile:
    # What the browser says of the type is not listened to.
    return SimpleUploadedFile(name, content, content_type="text/html")


def only() -> Agreement:
    return Agreement.all_companies.get()


def page_of(client: Any) -> str:
    return client.get(LIST).content.decode()


def edit_of(agreement: Agreement) -> str:
    return f"{LIST}{agreement.pk}/"


def test_an_agreement_is_added_and_shown(owner_client, company) -> None:
    response = owner_client.post(NEW, {**FILLED, "file": pdf()})

    agreement, file = only(), AgreementFile.all_companies.get()
    assert response.headers["Location"] == LIST
    assert (agreement.company, agreement.marketplace, agreement.number) == (company, "ozon", "ИР-104283/24")
    assert (agreement.signed_on, agreement.ends_on) == (date(2024, 3, 14), date(2027, 3, 13))
    assert (agreement.scheme, agreement.currency, agreement.note) == ("fbo", "RUB", "Продлевается сам")
    assert (file.company, file.agreement, file.name, file.size) == (
        company,
        agreement,
        "договор.pdf",
        len(PDF),
    )
    assert bytes(file.content) == PDF
    page = page_of(owner_client)
    for words in ("ИР-104283/24", "Продлевается сам", "договор.pdf", "13\u00a0мар\u00a02027", "Действует"):
        assert words in page


def test_only_number_and_date_are_needed(owner_client) -> None:
    owner_client.post(NEW, {**FILLED, "ends_on": "", "note": ""})

    assert (only().ends_on, only().note) == (None, "")
    assert not AgreementFile.all_companies.exists()
    assert "бессрочный" in page_of(owner_client)


def test_dates_may_be_typed_as_people_write_them(owner_client) -> None:
    owner_client.post(NEW, {**FILLED, "signed_on": "14.03.2024"})

    assert only().signed_on == date(2024, 3, 14)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("marketplace", ""),
        ("marketplace", "amazon"),
        *[("marketplace", value) for value in HOSTILE.values()],
        ("number", ""),
        ("number", " "),
        *[("number", value) for value in HOSTILE.values()],
        ("signed_on", ""),
        ("signed_on", "вчера"),
        ("signed_on", "2024-02-30"),
        ("signed_on", "0001-01-01"),
        ("signed_on", "2028-01-01"),
        ("signed_on", "99999-01-01"),
        *[("signed_on", value) for value in HOSTILE.values()],
        ("ends_on", "2024-03-13"),
        ("ends_on", "2100-01-01"),
        ("ends_on", "9999-12-31"),
        *[("ends_on", value) for value in HOSTILE.values()],
        ("scheme", ""),
        ("scheme", "dbs"),
        *[("scheme", value) for value in HOSTILE.values()],
        ("currency", ""),
        ("currency", "XXX"),
        *[("currency", value) for value in HOSTILE.values()],
        *[("note", value) for value in HOSTILE.values()],
    ],
)
@pytest.mark.parametrize("is_new", [True, False], ids=["new", "changed"])
def test_what_is_wrong_is_told_at_its_field(
    owner_client, company, field: str, value: str, is_new: bool
) -> None:
    url = NEW if is_new else edit_of(AgreementFactory(company=company))

    response = owner_client.post(url, {**FILLED, field: value})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not Agreement.all_companies.filter(note=FILLED["note"]).exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "пуст"),
        (b"<html><script>alert(1)</script>", "Это не PDF"),
        (b"MZ\x90\x00%PDF-1.7 %%EOF", "Это не PDF"),
        (PDF[:-7], "PDF обрезан"),
        (PDF[:8] + b"\x00" * 11 * MEGABYTE + b"%%EOF", "а принимаем до 10 МБ"),
    ],
    ids=["empty", "a page", "a program", "cut off", "11 MB"],
)
def test_a_file_that_cannot_be_taken_is_told_at_its_field(owner_client, content: bytes, words: str) -> None:
    response = owner_client.post(NEW, {**FILLED, "file": pdf(content)})

    errors = response.context["form"].errors
    assert response.status_code == 422
    assert list(errors) == ["file"]
    assert words in errors["file"][0]
    assert not Agreement.all_companies.exists()


def test_a_file_of_ten_megabytes_is_taken(owner_client) -> None:
    content = PDF + b"\x00" * (10 * MEGABYTE - 2 * len(PDF)) + PDF

    owner_client.post(NEW, {**FILLED, "file": pdf(content)})

    assert AgreementFile.all_companies.get().size == 10 * MEGABYTE


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("счёт\u202efdp.exe", "счётfdp.exe.pdf"),
        ("я" * 10_000 + ".pdf", None),
        ('"><script>alert(1)</script>.pdf', "script_.pdf"),
    ],
)
def test_the_name_of_a_file_is_made_harmless(owner_client, sent: str, kept: str | None) -> None:
    owner_client.post(NEW, {**FILLED, "file": pdf(name=sent)})

    name = AgreementFile.all_companies.get().name
    assert name == kept or (kept is None and len(name) <= 160 and name.endswith(".pdf"))
    assert "<script>alert" not in page_of(owner_client)


def test_a_refused_form_says_that_the_file_is_lost(owner_client) -> None:
    response = owner_client.post(NEW, {**FILLED, "number": "", "file": pdf()})

    assert "Выберите файл ещё раз" in response.content.decode()


@pytest.mark.parametrize("field", ["number", "note"])
def test_markup_is_shown_as_text(owner_client, field: str) -> None:
    owner_client.post(NEW, {**FILLED, field: "<script>alert(1)</script>"})

    for page in (page_of(owner_client), owner_client.get(edit_of(only())).content.decode()):
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_same_agreement_is_kept_once(owner_client, company) -> None:
    AgreementFactory(company=company, number=FILLED["number"], signed_on=date(2024, 3, 14))

    response = owner_client.post(NEW, FILLED)

    assert response.status_code == 422
    assert response.context["form"].errors == {
        "number": ["Такой договор уже есть: совпадают маркетплейс, номер и дата."]
    }
    assert Agreement.all_companies.count() == 1


def test_an_agreement_cannot_become_another_one(company) -> None:
    taken = AgreementFactory(company=company)
    agreement = AgreementFactory(company=company)
    terms = AgreementTerms(
        marketplace="ozon", number=taken.number, signed_on=taken.signed_on, scheme="fbo", currency="RUB"
    )

    with pytest.raises(AgreementExists):
        services.change_agreement(agreement=agreement, terms=terms)


def test_the_number_may_be_of_another_company(owner_client, company) -> None:
    AgreementFactory(number=FILLED["number"], signed_on=date(2024, 3, 14))

    owner_client.post(NEW, FILLED)

    assert Agreement.objects.for_company(company).count() == 1


def test_a_change_is_kept_and_the_file_stays(owner_client, company) -> None:
    agreement = AgreementFileFactory(agreement__company=company).agreement

    owner_client.post(edit_of(agreement), {**FILLED, "number": "ИР-2"})

    assert only().number == "ИР-2"
    assert AgreementFile.all_companies.get().agreement == agreement


def test_a_new_file_takes_the_place_of_the_old(owner_client, company) -> None:
    agreement = AgreementFileFactory(agreement__company=company, name="старый.pdf").agreement

    owner_client.post(edit_of(agreement), {**FILLED, "file": pdf(PDF + b"\n", "новый.pdf")})

    file = AgreementFile.all_companies.get()
    assert (file.name, bytes(file.content)) == ("новый.pdf", PDF + b"\n")


def test_the_form_of_an_agreement_is_filled(owner_client, company) -> None:
    agreement = AgreementFileFactory(
        agreement__company=company, agreement__ends_on=date(2027, 3, 13), name="озон.pdf"
    ).agreement

    page = owner_client.get(edit_of(agreement)).content.decode()

    for part in (agreement.number, 'value="2024-03-14"', 'value="2027-03-13"', "озон.pdf"):
        assert part in page


def test_an_agreement_of_a_marketplace_that_is_gone_can_be_changed(owner_client, company) -> None:
    agreement = AgreementFactory(company=company, marketplace="lamoda")

    owner_client.post(edit_of(agreement), {**FILLED, "marketplace": "lamoda"})

    assert (only().marketplace, only().note) == ("lamoda", "Продлевается сам")
    assert "lamoda" in page_of(owner_client)


def test_a_file_is_given_to_be_saved_and_never_shown(client_of, teammate, company) -> None:
    agreement = AgreementFileFactory(agreement__company=company).agreement

    response = client_of(teammate).get(f"{edit_of(agreement)}file/")

    assert response.streaming
    assert b"".join(response) == PDF
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('договор.pdf')}"
    assert response.headers["Content-Length"] == str(len(PDF))
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_an_agreement_without_a_file_has_none_to_give(owner_client, company) -> None:
    agreement = AgreementFactory(company=company)

    assert owner_client.get(f"{edit_of(agreement)}file/").status_code == 404


def test_a_file_is_deleted_and_the_terms_stay(owner_client, company) -> None:
    agreement = AgreementFileFactory(agreement__company=company).agreement

    response = owner_client.post(f"{edit_of(agreement)}file/delete/", follow=True)

    assert not AgreementFile.all_companies.exists()
    assert only() == agreement
    assert "Файл удалён" in response.content.decode()


def test_deleting_a_file_that_is_gone_says_nothing(owner_client, company) -> None:
    agreement = AgreementFactory(company=company)

    response = owner_client.post(f"{edit_of(agreement)}file/delete/", follow=True)

    assert response.status_code == 200
    assert "Файл удалён" not in response.content.decode()


def test_an_agreement_is_deleted_with_its_file(owner_client, company) -> None:
    agreement = AgreementFileFactory(agreement__company=company).agreement

    response = owner_client.post(f"{edit_of(agreement)}delete/", follow=True)

    assert not Agreement.all_companies.exists()
    assert not AgreementFile.all_companies.exists()
    assert "удалён" in response.content.decode()


def test_deleting_asks_first(owner_client, company) -> None:
    agreement = AgreementFileFactory(agreement__company=company).agreement

    page = owner_client.get(edit_of(agreement)).content.decode()

    assert f"Удалить договор {agreement.number}?" in page
    assert "Удалить файл?" in page


def test_changes_and_files_are_in_the_trail(owner_client, owner, company) -> None:
    owner_client.post(NEW, {**FILLED, "file": pdf(name="первый.pdf")})
    owner_client.post(edit_of(only()), {**FILLED, "number": "ИР-2", "file": pdf(name="второй.pdf")})
    owner_client.post(f"{edit_of(only())}file/delete/")

    entries = AuditEntry.objects.for_company(company).filter(subject=AuditSubject.AGREEMENT).order_by("pk")
    assert {entry.actor_id for entry in entries} == {owner.pk}
    assert [entry.changes["file"] for entry in entries if "file" in entry.changes] == [
        [None, "первый.pdf"],
        ["первый.pdf", "второй.pdf"],
        ["второй.pdf", None],
    ]
    assert [entry.changes["number"] for entry in entries if entry.changes.get("number")] == [
        [None, "ИР-104283/24"],
        ["ИР-104283/24", "ИР-2"],
    ]
    assert "%PDF" not in str([entry.changes for entry in entries])


def test_the_list_is_by_marketplace_those_in_force_first(company) -> None:
    for number, marketplace, ends_on in (
        ("давний", "ozon", TODAY - timedelta(days=400)),
        ("вчерашний", "ozon", TODAY - timedelta(days=1)),
        ("бессрочный", "ozon", None),
        ("далёкий", "ozon", TODAY + timedelta(days=31)),
        ("скорый", "ozon", TODAY + timedelta(days=30)),
        ("сегодняшний", "ozon", TODAY),
        ("чужой рынок", "lamoda", None),
    ):
        AgreementFactory(company=company, number=number, marketplace=marketplace, ends_on=ends_on)

    groups = selectors.agreements(company=company)

    assert [group.marketplace for group in groups] == ["ozon", "lamoda"]
    assert [(row.agreement.number, row.state, row.left, row.tone) for row in groups[0].rows] == [
        ("сегодняшний", AgreementState.ENDS_SOON, "сегодня последний день", "danger"),
        ("скорый", AgreementState.ENDS_SOON, "осталось 30 дней", "warning"),
        ("далёкий", AgreementState.IN_FORCE, "", "neutral"),
        ("бессрочный", AgreementState.IN_FORCE, "", "neutral"),
        ("вчерашний", AgreementState.ENDED, "", "neutral"),
        ("давний", AgreementState.ENDED, "", "neutral"),
    ]
    assert [row.agreement.number for row in selectors.ending(groups)] == ["сегодняшний", "скорый"]


def test_the_page_says_what_ends_soon(owner_client, company) -> None:
    AgreementFactory(company=company, ends_on=TODAY + timedelta(days=5))

    page = page_of(owner_client)

    assert "Скоро закончится 1 договор." in page
    assert "осталось 5 дней" in page


def test_the_page_names_the_days_on_which_people_are_told(owner_client) -> None:
    *first, last = map(str, END_REMIND_DAYS)

    assert f"За {', '.join(first)} и {last} день до конца договора" in page_of(owner_client)


def test_an_empty_list_says_what_to_do(owner_client) -> None:
    page = page_of(owner_client)

    assert "Договоров пока нет" in page
    assert NEW in page


def test_a_viewer_sees_agreements_and_no_way_to_change_them(client_of, teammate, company) -> None:
    agreement = AgreementFileFactory(agreement__company=company).agreement

    page = page_of(client_of(teammate))

    assert agreement.number in page
    assert f"{edit_of(agreement)}file/" in page
    assert NEW not in page
    assert f'href="{edit_of(agreement)}"' not in page


def test_an_accountant_may_change_them(client_of, member) -> None:
    client_of(member(Role.ACCOUNTANT)).post(NEW, FILLED)

    assert only().number == "ИР-104283/24"


@pytest.mark.parametrize("is_list", [True, False], ids=["list", "form"])
def test_no_page_reads_the_bytes_of_a_file(owner_client, company, is_list: bool) -> None:
    agreement = AgreementFileFactory(agreement__company=company).agreement

    with CaptureQueriesContext(connection) as asked:
        owner_client.get(LIST if is_list else edit_of(agreement))

    files = [query["sql"] for query in asked if "agreementfile" in query["sql"]]
    assert len(files) == 1
    assert '"content"' not in files[0]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_queries(
    owner_client, company, rows: int, django_assert_num_queries
) -> None:
    for _ in range(rows):
        AgreementFileFactory(agreement__company=company)
        AgreementFileFactory(agreement__company=company, agreement__marketplace="lamoda")
    owner_client.get(LIST)

    with django_assert_num_queries(12):
        owner_client.get(LIST)
