"""The page of changes: filters, pages, the export, and who may see it."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from companies.actors import Actor, acting
from companies.choices import AuditAction, AuditSubject, Role
from companies.models import AuditEntry, Company, Membership, StaffVisit
from companies.services.audit import note
from tests.factories.companies import MembershipFactory

pytestmark = pytest.mark.django_db
URL = "/lavka/settings/audit/"


def page(client, query: str = "") -> str:
    """The list alone: the name of the company stands in the frame too."""
    response = client.get(f"{URL}{query}")
    assert response.status_code == 200
    return response.content.decode().split('class="settings__main')[1].split("</main>")[0]


def rename(company: Company, to: str, **actor) -> None:
    with acting(Actor(**{"source": "web", "name": "Анна Воронина"} | actor)):
        Company.objects.filter(pk=company.pk).update(name=to)


def lines(client, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"{URL}export.csv{query}")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_a_change_stands_there_in_words(owner_client, company, owner) -> None:
    rename(company, "Лавка <b>новая</b>", user_id=owner.pk, address="10.0.0.7")

    text = page(owner_client)
    assert "Анна Воронина" in text
    assert "10.0.0.7" in text
    assert "Лавка &lt;b&gt;новая&lt;/b&gt;" in text
    assert "Журнал изменений" in text


def test_the_page_and_its_file_are_for_owners(client_of, member, company) -> None:
    for role in Role:
        client = client_of(member(role))
        wanted = 200 if role == Role.OWNER else 403
        assert client.get(URL).status_code == wanted, role
        assert client.get(f"{URL}export.csv").status_code == wanted, role


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_sent_to_it(owner_client, company, method: str) -> None:
    before = AuditEntry.objects.for_company(company).count()

    assert getattr(owner_client, method)(URL).status_code == 405
    assert AuditEntry.objects.for_company(company).count() == before


def test_filters_by_subject_action_and_name(owner_client, company) -> None:
    rename(company, "Другое имя")
    note(
        company=company,
        subject=AuditSubject.BANK_ACCOUNT,
        action=AuditAction.SHOWN,
        subject_name="ПАО Сбербанк",
    )

    assert "ПАО Сбербанк" not in page(owner_client, "?subject=company")
    assert "Другое имя" not in page(owner_client, "?action=shown")
    found = page(owner_client, "?subject=company&subject=bank_account&q=сбер")
    assert "ПАО Сбербанк" in found
    assert "Другое имя" not in found
    assert "Ни одно изменение не подходит" in page(owner_client, "?q=нет такого")


def test_people_are_found_by_their_names(owner_client, company) -> None:
    MembershipFactory(company=company, user__name="Борис Лях", user__email="lyakh@example.com")

    for asked in ("лях", "LYAKH@"):
        rows = lines(owner_client, f"?q={asked}")
        assert [row["Название того, что изменили"] for row in rows] == ["Борис Лях"]


def test_filter_by_who(owner_client, company, owner) -> None:
    rename(company, "Имя от человека", user_id=owner.pk)
    rename(company, "Имя от задачи", user_id=None, name="", source="task rename")

    of_person, of_nobody = page(owner_client, f"?actor={owner.pk}"), page(owner_client, "?actor=0")
    assert "→" in of_person
    assert "Имя от задачи" not in of_person
    assert "самим кабинетом" in of_nobody
    # Strangers are no choice: their names must not leak.
    assert "Фильтр не понят" in page(owner_client, "?actor=999999")


def test_filter_by_days_of_the_company(owner_client, company) -> None:
    rename(company, "Сегодня")
    tomorrow = timezone.localdate() + timedelta(days=2)

    assert "Сегодня" in page(owner_client, "?period=7d")
    assert "Ни одно изменение" in page(owner_client, f"?period_from={tomorrow}&period_to={tomorrow}")


def test_what_support_did_is_marked(owner_client, company, owner, staff) -> None:
    visit = StaffVisit.all_companies.create(
        company=company,
        staff=staff,
        as_user=owner,
        role=Role.OWNER,
        reason="Проверка заказов",
        ends_at=timezone.now() + timedelta(minutes=15),
    )
    rename(company, "Поддержкой", user_id=staff.pk, name="Ирина", visit_id=visit.pk)
    rename(company, "Не поддержкой")

    text = page(owner_client, "?visits=only")
    assert "Поддержка: Ирина" in text
    assert f"от имени: {owner} (Владелец)" in text
    assert "Не поддержкой" not in text.split("<tbody>")[1].split("Поддержкой")[0]
    (row,) = lines(owner_client, "?visits=only")
    assert (row["Кто"], row["От имени"]) == ("Поддержка: Ирина", f"{owner} (Владелец)")


def test_the_file_says_what_the_page_says(owner_client, company, owner) -> None:
    member = MembershipFactory(company=company, role=Role.MANAGER, user__name="=Анна")
    with acting(Actor(source="web", user_id=owner.pk, name="Пётр", address="10.0.0.7")):
        Membership.objects.for_company(company).filter(pk=member.pk).update(role=Role.OWNER)

    row = lines(owner_client)[0]
    assert row["Что и как изменили"] == "Роль: Менеджер → Владелец"
    # A formula is written as text.
    assert row["Название того, что изменили"] == "'=Анна"
    assert (row["Кто"], row["Каким путём"], row["Сетевой адрес"]) == ("Пётр", "в браузере", "10.0.0.7")
    assert (row["Что изменили"], row["Действие"]) == ("Люди и роли", "Изменено")

    book = CalamineWorkbook.from_filelike(
        io.BytesIO(b"".join(owner_client.get(f"{URL}export.xlsx").streaming_content))
    )
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[1][rows[0].index("Что и как изменили")] == "Роль: Менеджер → Владелец"
    assert len(rows) - 1 == AuditEntry.objects.for_company(company).count()


def test_an_export_is_filtered_as_the_page(owner_client, company) -> None:
    rename(company, "Иначе")

    assert {row["Что изменили"] for row in lines(owner_client, "?subject=company")} == {"Компания"}
    assert owner_client.get(f"{URL}export.csv?period_from=2026-05-02&period_to=2026-05-01").status_code == 400


def test_pages_by_the_key(owner_client, company) -> None:
    for number in range(60):
        rename(company, f"Имя {number}")

    first = page(owner_client, "?subject=company")
    assert first.count('id="change-') == 50
    older = re.findall(r'href="(\?[^"]*after=[^"]*)"', first)
    assert page(owner_client, html.unescape(older[0])).count('id="change-') == 11


@pytest.mark.parametrize(
    "query", ["?q=" + "я" * 10_000, "?q=%00", "?q=%E2%80%AE<script>", "?subject=x&actor=-1", "?after=x"]
)
def test_hostile_questions(owner_client, company, query: str) -> None:
    text = page(owner_client, query)

    assert "<script>" not in text.replace('<script src="', "").replace('<script type="module"', "")


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_asks_as_much_for_fifty_rows(
    client_of, owner, company, count: int, django_assert_num_queries
) -> None:
    for _number in range(count):
        member = MembershipFactory(company=company, role=Role.MANAGER)
        with acting(Actor(source="web", user_id=owner.pk, name="Анна")):
            Membership.objects.for_company(company).filter(pk=member.pk).update(role=Role.VIEWER)
    client = client_of(owner)
    client.get(URL)

    with django_assert_num_queries(QUERIES):
        page(client)


# Session, person, membership; the entries, the people named and the people who act; accounts and companies of the
# frame, quarantine.
QUERIES = 14
