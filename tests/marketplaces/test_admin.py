"""The admin of staff: every page opens, nothing secret is shown, actions go through the services."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from companies.models import Company, User
from marketplaces.models import AccountStatus, MarketplaceAccount, QuarantinedRecord, QuarantineState
from tests.factories.catalog import ListingFactory, StockHoldFactory, StockLevelFactory
from tests.factories.companies import UserFactory
from tests.factories.goods import DoubtfulPairFactory, ListingMoveFactory
from tests.factories.marketplaces import (
    AccountFactory,
    PushMessageFactory,
    QuarantinedRecordFactory,
    StreamStateFactory,
    SyncRunFactory,
)
from tests.factories.orders import OrderEventFactory, OrderFactory, OrderTallyFactory

OURS = {"companies", "marketplaces", "catalog", "orders", "analytics"}
MODELS = sorted(
    (model for model in admin.site._registry if model._meta.app_label in OURS),
    key=lambda model: model._meta.label,
)


@pytest.fixture
def staff_client(staff, client_of):
    return client_of(staff)


@pytest.fixture
def world(account, owner):
    """One row of everything that the admin shows."""
    StreamStateFactory(account=account)
    SyncRunFactory(account=account)
    QuarantinedRecordFactory(account=account)
    PushMessageFactory(account=account)
    listing = ListingFactory(account=account)
    StockLevelFactory(listing=listing)
    StockHoldFactory(listing=listing)
    DoubtfulPairFactory(listing=listing)
    ListingMoveFactory(listing=listing)
    OrderEventFactory(order=OrderFactory(account=account))
    OrderTallyFactory(account=account)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_list_and_page_opens(staff_client, world, model) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model._default_manager.first()

    assert staff_client.get(reverse(f"{name}_changelist")).status_code == 200
    if row is not None:
        assert staff_client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_nothing_is_added_or_deleted_by_hand(staff_client, world, model) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model._default_manager.first()

    assert staff_client.get(reverse(f"{name}_add")).status_code == 403
    if row is not None:
        assert staff_client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_the_page_of_an_account_holds_no_secret(staff_client, account) -> None:
    page = staff_client.get(
        reverse("admin:marketplaces_marketplaceaccount_change", args=[account.pk])
    ).content.decode()

    assert account.title in page
    assert account.credentials_sealed not in page
    assert account.push_token not in page
    assert str(account.open_credentials()["api_key"]) not in page


def test_posting_to_a_read_only_page_changes_nothing(staff_client, account) -> None:
    url = reverse("admin:marketplaces_marketplaceaccount_change", args=[account.pk])

    assert staff_client.post(url, {"title": "Другой"}).status_code == 403
    assert MarketplaceAccount.all_companies.get().title == "Ozon основной"


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("pause", AccountStatus.ACTIVE, AccountStatus.PAUSED),
        ("resume", AccountStatus.PAUSED, AccountStatus.ACTIVE),
    ],
)
def test_accounts_are_paused_and_resumed(staff_client, action, before, after) -> None:
    account = AccountFactory(status=before)

    _act(staff_client, "marketplaceaccount", action, account.pk)

    account.refresh_from_db(from_queryset=MarketplaceAccount.all_companies.all())
    assert account.status == after


def test_a_record_is_left_out_by_whoever_did_it(staff_client, staff, account) -> None:
    record = QuarantinedRecordFactory(account=account)

    _act(staff_client, "quarantinedrecord", "ignore", record.pk)

    record = QuarantinedRecord.all_companies.get()
    assert (record.state, record.settled_by) == (QuarantineState.IGNORED, staff)


def test_retry_of_a_stopped_account_says_so(staff_client) -> None:
    record = QuarantinedRecordFactory(account=AccountFactory(paused=True))

    page = _act(staff_client, "quarantinedrecord", "retry", record.pk)

    assert "кабинет стоит" in page.content.decode()
    assert QuarantinedRecord.all_companies.get().state == QuarantineState.OPEN


def test_a_stream_is_made_due(staff_client, account) -> None:
    state = StreamStateFactory(account=account)

    page = _act(staff_client, "streamstate", "make_due", state.pk)

    assert "Сделано: 1 строка." in page.content.decode()


def test_the_payload_is_shown_as_text(staff_client, account) -> None:
    record = QuarantinedRecordFactory(account=account, payload={"name": "<script>alert(1)</script>"})

    page = staff_client.get(
        reverse("admin:marketplaces_quarantinedrecord_change", args=[record.pk])
    ).content.decode()

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_staff_without_the_right_sees_no_actions(client_of, account) -> None:
    looker = UserFactory(is_staff=True)

    assert (
        client_of(looker).get(reverse("admin:marketplaces_marketplaceaccount_changelist")).status_code == 403
    )


def test_a_company_can_be_renamed_and_no_more(staff_client, company) -> None:
    url = reverse("admin:companies_company_change", args=[company.pk])

    staff_client.post(url, {"name": "Новая лавка", "slug": "drugaya", **_inlines(staff_client, url)})

    assert list(Company.objects.values_list("name", "slug")) == [("Новая лавка", "lavka")]


def test_nobody_makes_himself_anything(staff_client, staff) -> None:
    url = reverse("admin:companies_user_change", args=[staff.pk])

    assert staff_client.post(url, {"name": "Я", "language": "ru"}).status_code == 403
    assert User.objects.get(pk=staff.pk).is_staff


def test_companies_show_the_health_of_their_accounts(staff_client, account) -> None:
    AccountFactory(company=account.company, rejected=True)

    page = staff_client.get(reverse("admin:companies_company_changelist"))

    row = page.context["cl"].queryset.get()
    assert (row.member_count, row.working_count, row.stopped_count) == (0, 1, 1)


def _act(client, model, action, pk):
    url = reverse(f"admin:marketplaces_{model}_changelist")
    return client.post(url, {"action": action, "_selected_action": [pk]}, follow=True)


def _inlines(client, url):
    """The hidden counts of the inlines on a page."""
    formsets = [inline.formset for inline in client.get(url).context["inline_admin_formsets"]]
    return {
        f"{formset.management_form.prefix}-{name}": value
        for formset in formsets
        for name, value in formset.management_form.initial.items()
    }
