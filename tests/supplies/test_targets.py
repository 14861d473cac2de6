"""Where a plan goes and when: in which zone a slot is meant, and which cluster fits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.urls import reverse

from supplies.forms.targets import TargetForm
from supplies.models import Supply
from tests.factories.catalog import ClusterFactory, WarehouseFactory
from tests.factories.marketplaces import AccountFactory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from catalog.models import Warehouse
    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

SLOT = {"slot_on": "2026-12-01", "slot_from": "10:00", "slot_to": "11:00"}


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 24, 9, 0, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def market(company: Company) -> MarketplaceAccount:
    """An account of Yandex Market, which does not tell the zones of its warehouses."""
    return AccountFactory(company=company, marketplace="yandex_market")


@pytest.fixture
def khabarovsk(company: Company) -> Warehouse:
    return WarehouseFactory(company=company, marketplace="yandex_market", name="Хабаровск", time_zone="")


def url(company: Company, name: str, *args: object) -> str:
    return reverse(f"supplies:{name}", args=[company.slug, *args])


def test_where_a_warehouse_has_no_zone_a_person_chooses_it(
    owner_client: Client, company: Company, market: MarketplaceAccount, khabarovsk: Warehouse
) -> None:
    page = url(company, "supply-plan")
    sent = {"account": market.pk, "warehouse": khabarovsk.pk, **SLOT}

    refused = owner_client.post(page, sent)
    assert set(refused.context["form"].errors) == {"slot_zone"}
    owner_client.post(page, sent | {"slot_zone": "Asia/Vladivostok"})

    supply = Supply.objects.for_company(company).get()
    assert (supply.slot_from, supply.slot_zone) == (datetime(2026, 12, 1, tzinfo=UTC), "Asia/Vladivostok")
    form = owner_client.get(url(company, "plan-target", supply.pk)).context["form"]
    assert [form[name].value() for name in ("slot_zone", "slot_from")] == [
        "Asia/Vladivostok",
        supply.slot_from.time().replace(hour=10),
    ]


def test_without_a_slot_no_zone_is_asked_for(
    owner_client: Client, company: Company, market: MarketplaceAccount, khabarovsk: Warehouse
) -> None:
    sent = owner_client.post(
        url(company, "supply-plan"),
        {"account": market.pk, "warehouse": khabarovsk.pk, "wished_on": "2026-12-01"},
    )

    assert sent.status_code == 302
    assert Supply.objects.for_company(company).get().slot_zone == ""


@pytest.mark.parametrize(
    ("told", "chosen", "zone", "hour"),
    [
        ("Asia/Vladivostok", "", "Asia/Vladivostok", 0),
        ("Asia/Vladivostok", "Europe/Moscow", "Europe/Moscow", 7),
        ("", "Europe/Moscow", "Europe/Moscow", 7),
        (None, "", "Asia/Yekaterinburg", 5),
        (None, "Europe/Samara", "Europe/Samara", 6),
    ],
)
def test_a_slot_is_in_the_chosen_zone_else_the_warehouse_s_else_the_company_s(
    owner_client: Client,
    company: Company,
    account: MarketplaceAccount,
    told: str | None,
    chosen: str,
    zone: str,
    hour: int,
) -> None:
    company.time_zone = "Asia/Yekaterinburg"
    company.save(update_fields=["time_zone"])
    warehouse = WarehouseFactory(company=company, time_zone=told) if told is not None else None

    owner_client.post(
        url(company, "supply-plan"),
        {"account": account.pk, "warehouse": warehouse.pk if warehouse else "", "slot_zone": chosen, **SLOT},
    )

    supply = Supply.objects.for_company(company).get()
    assert (supply.slot_zone, supply.slot_from) == (zone, datetime(2026, 12, 1, hour, tzinfo=UTC))
    assert supply.slot_to - supply.slot_from == timedelta(hours=1)
    form = TargetForm(company=company, supply=supply)
    assert form["slot_zone"].value() == chosen


def test_the_zone_that_will_be_used_is_named(company: Company, khabarovsk: Warehouse) -> None:
    told = WarehouseFactory(company=company, name="Артём", time_zone="Asia/Vladivostok", cluster=None)
    supply = Supply(company=company, marketplace="ozon", warehouse=told)

    new, known, unknown = (
        TargetForm(company=company),
        TargetForm(company=company, supply=supply),
        TargetForm(
            company=company, supply=Supply(company=company, marketplace="yandex_market", warehouse=khabarovsk)
        ),
    )

    assert "это Москва, UTC+03" in str(new["slot_zone"].help_text)
    assert known["slot_zone"].help_text == "На складе Артём это Владивосток, UTC+10."
    assert "не сообщает" in str(unknown["slot_zone"].help_text)
    labels = dict(new.fields["warehouse"].choices)  # type: ignore[attr-defined]
    assert [label.split(" · ")[1:] for key, label in labels.items() if key and key.value == told.pk] == [
        ["Артём", "МСК+7"]
    ]
    assert [key for key, _label in new.fields["slot_zone"].choices][:2] == ["", "Europe/Moscow"]  # type: ignore[attr-defined]


def test_a_zone_that_is_no_russian_one_is_kept(
    owner_client: Client, company: Company, account: MarketplaceAccount
) -> None:
    warehouse = WarehouseFactory(company=company, time_zone="Asia/Almaty")
    owner_client.post(url(company, "supply-plan"), {"account": account.pk, "warehouse": warehouse.pk, **SLOT})
    supply = Supply.objects.for_company(company).get()
    before = supply.slot_from
    warehouse.time_zone = ""
    warehouse.save(update_fields=["time_zone"])
    page = url(company, "plan-target", supply.pk)
    form = owner_client.get(page).context["form"]
    fields = dict(form.shown())

    sent = owner_client.post(
        page,
        fields
        | {name.removeprefix("initial-"): value for name, value in fields.items()}
        | {"note": "Ворота 3"},
    )

    assert sent.status_code == 302
    supply.refresh_from_db()
    assert (supply.slot_from, supply.slot_zone, supply.note) == (before, "Asia/Almaty", "Ворота 3")


def test_another_zone_moves_the_slot(
    owner_client: Client, company: Company, market: MarketplaceAccount, khabarovsk: Warehouse
) -> None:
    sent = {"account": market.pk, "warehouse": khabarovsk.pk, "slot_zone": "Europe/Moscow", **SLOT}
    owner_client.post(url(company, "supply-plan"), sent)
    supply = Supply.objects.for_company(company).get()
    page = url(company, "plan-target", supply.pk)
    hidden = dict(owner_client.get(page).context["form"].shown())

    owner_client.post(page, hidden | sent | {"slot_zone": "Asia/Vladivostok"})

    supply.refresh_from_db()
    assert (supply.slot_zone, supply.slot_from) == ("Asia/Vladivostok", datetime(2026, 12, 1, tzinfo=UTC))


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "\x00", "x" * 500])
def test_a_strange_zone_is_told(
    owner_client: Client, company: Company, account: MarketplaceAccount, zone: str
) -> None:
    sent = owner_client.post(url(company, "supply-plan"), {"account": account.pk, "slot_zone": zone, **SLOT})

    assert set(sent.context["form"].errors) == {"slot_zone"}


def test_a_cluster_is_one_of_the_account_s_marketplace(
    owner_client: Client, company: Company, account: MarketplaceAccount
) -> None:
    for marketplace, name in (
        ("wildberries", "Чужой"),
        ("ozon", "Свой"),
        ("wildberries", "Общий"),
        ("ozon", "Общий"),
    ):
        ClusterFactory(company=company, marketplace=marketplace, name=name)
    page = url(company, "supply-plan")

    refused = owner_client.post(page, {"account": account.pk, "cluster_name": "Чужой"})

    assert refused.context["form"].errors == {"cluster_name": ["Этот кластер — другого маркетплейса."]}
    for name in ("Свой", "Общий"):
        assert owner_client.post(page, {"account": account.pk, "cluster_name": name}).status_code == 302
