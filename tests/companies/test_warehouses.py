"""The company's own warehouses: the form field by field, names that are taken, the archive, the page."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from companies import services
from companies.choices import AuditSubject, Role
from companies.models import AuditEntry, OwnWarehouse
from companies.services import NameTaken, WarehouseDetails
from core.phones import shown_phone
from tests.factories.companies import CompanyFactory
from tests.factories.warehouses import OwnWarehouseFactory

LIST = "/lavka/settings/warehouses/"
NEW = f"{LIST}new/"
FILLED = {
    "name": "Основной склад",
    "address": "Иваново, улица Лежневская, 120",
    "time_zone": "Europe/Moscow",
    "contact_name": "Пётр Соколов",
    "contact_phone": "8 (916) 123-45-67",
}
HOSTILE = {
    "too long": "я" * 10_000,
    "a mark that turns the text": "Склад \u202eдалкс",
    "NUL": "Склад\x00",
    "a control sign": "Склад\x07",
}

pytestmark = pytest.mark.django_db


def details(**changes: str) -> WarehouseDetails:
    return WarehouseDetails(**{**FILLED, "contact_phone": "+79161234567", **changes})


def only() -> OwnWarehouse:
    return OwnWarehouse.all_companies.get()


def page_of(client: Any) -> str:
    return client.get(LIST).content.decode()


def test_a_warehouse_is_added_and_shown(owner_client, company) -> None:
    response = owner_client.post(NEW, FILLED)

    warehouse = only()
    assert response.headers["Location"] == LIST
    assert (warehouse.company, warehouse.name, warehouse.address) == (
        company,
        "Основной склад",
        "Иваново, улица Лежневская, 120",
    )
    assert (warehouse.time_zone, warehouse.contact_name, warehouse.contact_phone, warehouse.is_active) == (
        "Europe/Moscow",
        "Пётр Соколов",
        "+79161234567",
        True,
    )
    page = page_of(owner_client)
    assert "Склад добавлен: «Основной склад»." in page
    assert shown_phone("+79161234567") in page
    assert 'href="tel:+79161234567"' in page
    assert "Москва" in page


def test_the_contact_may_be_left_out(owner_client) -> None:
    owner_client.post(NEW, {**FILLED, "contact_name": "", "contact_phone": ""})

    assert (only().contact_name, only().contact_phone) == ("", "")


def test_a_new_warehouse_is_offered_the_zone_of_the_company(owner_client, company) -> None:
    company.time_zone = "Asia/Omsk"
    company.save()

    assert '<option value="Asia/Omsk" selected>' in owner_client.get(NEW).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        *[("name", value) for value in HOSTILE.values()],
        ("address", ""),
        *[("address", value) for value in HOSTILE.values()],
        ("time_zone", ""),
        ("time_zone", "Europe/Paris"),
        *[("time_zone", value) for value in HOSTILE.values()],
        *[("contact_name", value) for value in HOSTILE.values()],
        ("contact_phone", "звоните вечером"),
        ("contact_phone", "+7 916 123-45-6"),
        ("contact_phone", "<script>alert(1)</script>"),
        *[("contact_phone", value) for value in HOSTILE.values()],
    ],
)
@pytest.mark.parametrize("is_new", [True, False], ids=["new", "changed"])
def test_what_is_wrong_is_told_at_its_field(
    owner_client, company, field: str, value: str, is_new: bool
) -> None:
    url = NEW if is_new else f"{LIST}{OwnWarehouseFactory(company=company, name='Старый').pk}/"

    response = owner_client.post(url, {**FILLED, field: value})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not OwnWarehouse.all_companies.filter(address=FILLED["address"], name=FILLED["name"]).exists()


@pytest.mark.parametrize("field", ["name", "address", "contact_name"])
def test_markup_is_shown_as_text(owner_client, field: str) -> None:
    owner_client.post(NEW, {**FILLED, field: "<script>alert(1)</script>"})

    assert getattr(only(), field) == "<script>alert(1)</script>"
    page = page_of(owner_client)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("name", ["Основной склад", "основной СКЛАД", "  Основной   склад "])
def test_a_name_is_given_once(owner_client, company, name: str) -> None:
    OwnWarehouseFactory(company=company, name="Основной склад")

    response = owner_client.post(NEW, {**FILLED, "name": name})

    assert response.status_code == 422
    assert response.context["form"].errors == {
        "name": ["Склад с таким названием уже есть: «Основной склад». Выберите другое название."]
    }


def test_a_name_in_the_archive_is_told_of(owner_client, company) -> None:
    OwnWarehouseFactory(company=company, name="Основной склад", archived=True)

    response = owner_client.post(NEW, FILLED)

    assert "в архиве" in response.context["form"].errors["name"][0]


def test_another_company_may_use_the_name(owner_client, company) -> None:
    OwnWarehouseFactory(name="Основной склад")

    owner_client.post(NEW, FILLED)

    assert OwnWarehouse.objects.for_company(company).get().name == "Основной склад"


def test_a_warehouse_keeps_its_own_name(owner_client, company) -> None:
    warehouse = OwnWarehouseFactory(company=company, name="Основной склад")

    response = owner_client.post(f"{LIST}{warehouse.pk}/", {**FILLED, "name": "ОСНОВНОЙ склад"})

    assert response.headers["Location"] == LIST
    assert (only().name, only().address) == ("ОСНОВНОЙ склад", FILLED["address"])


def test_the_form_of_a_warehouse_is_filled(owner_client, company) -> None:
    warehouse = OwnWarehouseFactory(company=company, time_zone="Asia/Omsk")

    page = owner_client.get(f"{LIST}{warehouse.pk}/").content.decode()

    assert f'value="{shown_phone(warehouse.contact_phone)}"' in page
    assert '<option value="Asia/Omsk" selected>' in page


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_warehouse() -> None:
    company = CompanyFactory(slug="lavka")
    start, made, refused = threading.Barrier(2), [], []

    def add(name: str) -> None:
        try:
            start.wait(timeout=10)
            made.append(services.add_warehouse(company=company, details=details(name=name)))
        except NameTaken as exc:
            refused.append(exc)
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=(name,)) for name in ("Склад", "СКЛАД")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert (len(made), len(refused)) == (1, 1)
    assert OwnWarehouse.all_companies.count() == 1


def test_a_warehouse_goes_to_the_archive_and_back(owner_client, company) -> None:
    warehouse = OwnWarehouseFactory(company=company, name="Старый")

    page = owner_client.post(f"{LIST}{warehouse.pk}/archive/", follow=True).content.decode()
    assert not only().is_active
    assert f"{LIST}{warehouse.pk}/restore/" in page

    page = owner_client.post(f"{LIST}{warehouse.pk}/restore/", follow=True).content.decode()
    assert only().is_active
    assert "Склад «Старый» снова в работе." in page


def test_archiving_twice_is_archiving_once(company) -> None:
    warehouse = OwnWarehouseFactory(company=company)

    for _ in range(2):
        services.archive_warehouse(warehouse=warehouse)

    entries = AuditEntry.objects.for_company(company).filter(subject=AuditSubject.OWN_WAREHOUSE)
    assert [entry.changes.get("is_active") for entry in entries.order_by("pk")[1:]] == [[True, False]]


def test_a_change_is_in_the_trail_with_its_person(owner_client, owner, company) -> None:
    warehouse = OwnWarehouseFactory(company=company, name="Старый")

    owner_client.post(f"{LIST}{warehouse.pk}/", {**FILLED, "name": "Новый"})

    entry = AuditEntry.objects.for_company(company).filter(action="changed").get()
    assert (entry.actor, entry.source, entry.changes["name"]) == (owner, "web", ["Старый", "Новый"])
    assert "Старый" in owner_client.get(f"{LIST}{warehouse.pk}/").content.decode()


def test_an_empty_list_says_what_to_do(owner_client) -> None:
    page = page_of(owner_client)

    assert "Своих складов пока нет" in page
    assert NEW in page


def test_a_viewer_sees_the_warehouses_and_no_way_to_change_them(client_of, teammate, company) -> None:
    warehouse = OwnWarehouseFactory(company=company)
    OwnWarehouseFactory(company=company, archived=True)

    page = page_of(client_of(teammate))

    assert warehouse.name in page
    assert NEW not in page
    assert f"{LIST}{warehouse.pk}/" not in page
    assert "/restore/" not in page


def test_a_warehouse_worker_may_change_them(client_of, member) -> None:
    client_of(member(Role.WAREHOUSE)).post(NEW, FILLED)

    assert only().name == "Основной склад"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_queries(
    owner_client, company, rows: int, django_assert_num_queries
) -> None:
    for _ in range(rows):
        OwnWarehouseFactory(company=company)
        OwnWarehouseFactory(company=company, archived=True)
    owner_client.get(LIST)

    with django_assert_num_queries(11):
        owner_client.get(LIST)
