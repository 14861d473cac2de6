"""Letting an account go: the key at once, the data kept or erased; and what comes too late writes nothing."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog.models import Product
from companies.models import AuditEntry
from core.locks import lock_until_commit
from marketplaces import services, tasks
from marketplaces.contracts.accounts import AccountCheck
from marketplaces.errors import TemporaryError
from marketplaces.models import (
    AccountStatus,
    Erasure,
    MarketplaceAccount,
    PushMessage,
    RunOutcome,
    StreamState,
    SyncRun,
)
from marketplaces.services.accounts import AlreadyConnected, BeingErased, NotConnected, TitleTaken
from marketplaces.sync import batches
from marketplaces.sync.engine import CannotRun, run_stream
from marketplaces.sync.leases import hold_active
from marketplaces.sync.schedule import Trigger
from tests.factories.marketplaces import (
    AccountFactory,
    PushMessageFactory,
    QuarantinedRecordFactory,
    SyncRunFactory,
)
from tests.factories.orders import OrderFactory, OrderTallyFactory
from tests.marketplaces.fakes import BASE_URL, SECRET, Shop

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from companies.models import Company, User

pytestmark = pytest.mark.django_db

KEY = {"shop": "77", "key": SECRET}


@pytest.fixture
def account(shop: Shop, company: Company, settings: Any) -> MarketplaceAccount:
    """A connected account of the fake marketplace, which sends its notices."""
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    return services.connect_account(
        company=company, marketplace="fake", credentials=KEY, base_url=BASE_URL, title="Основной"
    )


def again(account: MarketplaceAccount) -> MarketplaceAccount:
    return MarketplaceAccount.all_companies.select_related("company").get(pk=account.pk)


def run(account: MarketplaceAccount, **values: Any) -> SyncRun:
    return run_stream(account_id=account.pk, stream="things", trigger=Trigger.COMMAND, **values)


# ---- kept -------------------------------------------------------------------------------------------------------


def test_a_disconnected_account_has_no_key_and_is_never_read(account: MarketplaceAccount, shop: Shop) -> None:
    shop.things = {"a": "1"}
    run(account)
    assert shop.subscribed

    services.disconnect_account(account=account, erases=False)

    held = again(account)
    assert (held.status, held.credentials_sealed, held.key_hint) == (AccountStatus.DISCONNECTED, "", "")
    assert held.disconnected_at is not None
    assert (held.push_is_on, shop.subscribed) == (False, [])
    assert not StreamState.all_companies.filter(is_on=True).exists()
    assert services.queue_due_streams() == []
    with pytest.raises(CannotRun):
        run(account)
    with pytest.raises(NotConnected):
        services.check_account(account=held)
    assert not services.request_refresh(account=held).is_accepted
    assert services.resume_account(account=held).status == AccountStatus.DISCONNECTED
    with pytest.raises(CannotRun):
        services.retry_quarantined(record=QuarantinedRecordFactory(account=held, stream="mute"), by=None)
    assert Product.all_companies.get().sku == "a", "what was read stays"
    assert tasks.check_accounts() == 0


def test_a_marketplace_that_does_not_answer_keeps_nobody(account: MarketplaceAccount, shop: Shop) -> None:
    def refuse(_url: str) -> None:
        raise TemporaryError("500")

    shop.unsubscribe = refuse
    services.disconnect_account(account=account, erases=False)
    assert again(account).status == AccountStatus.DISCONNECTED


def test_its_notices_are_no_longer_taken(account: MarketplaceAccount, client: Client) -> None:
    services.disconnect_account(account=account, erases=False)

    answer = client.post(f"/push/{account.push_token}/", "{}", content_type="application/json")

    assert answer.status_code == 404
    assert not PushMessage.all_companies.exists()


def test_the_trail_names_who_let_it_go_and_not_the_key(account: MarketplaceAccount, company: Company) -> None:
    services.disconnect_account(account=account, erases=False)

    entry = AuditEntry.objects.for_company(company).order_by("-pk")[0]
    assert entry.changes["status"] == ["active", "disconnected"]
    assert entry.changes["credentials_sealed"] == ["•••", None]


def test_the_same_seller_gets_his_account_back_with_its_data(
    account: MarketplaceAccount, shop: Shop, company: Company
) -> None:
    shop.things = {"a": "1", "b": "2", "c": "3"}
    run(account)
    StreamState.all_companies.filter(stream="things").update(cursor={"after": "b"})
    services.disconnect_account(account=account, erases=False)

    back = services.connect_account(company=company, marketplace="fake", credentials=KEY, base_url=BASE_URL)

    assert (back.pk, back.is_revived, back.title) == (account.pk, True, "Основной")
    held = again(account)
    assert (held.status, held.disconnected_at, held.open_credentials()) == (AccountStatus.ACTIVE, None, KEY)
    assert held.push_is_on
    state = StreamState.all_companies.get(stream="things")
    assert (state.is_on, state.cursor) == (True, {"after": "b"}), "it goes on from where it stopped"
    shop.requests.clear()
    assert run(account).outcome == RunOutcome.DONE
    assert shop.requests[0].cursor == {"after": "b"}


def test_a_new_key_on_its_page_connects_it_again(account: MarketplaceAccount) -> None:
    services.disconnect_account(account=account, erases=False)
    before = again(account).key_set_at

    services.replace_credentials(account=again(account), credentials=KEY)

    held = again(account)
    assert (held.status, held.key_hint) == (AccountStatus.ACTIVE, "beef")
    assert held.key_set_at > before


def test_a_key_without_a_right_switches_on_no_more_than_it_may(
    account: MarketplaceAccount, shop: Shop
) -> None:
    services.disconnect_account(account=account, erases=False)
    shop.check = lambda: AccountCheck(seller_external_id="77", missing=("mute",))

    services.replace_credentials(account=again(account), credentials=KEY)

    assert dict(StreamState.all_companies.values_list("stream", "is_on")) == {"things": True, "mute": False}


# ---- names ------------------------------------------------------------------------------------------------------


def test_two_accounts_of_one_seller_name_are_told_apart(shop: Shop, company: Company) -> None:
    titles = []
    for number in ("77", "78"):
        shop.check = lambda number=number: AccountCheck(
            seller_external_id=number, seller_name="Лён \u202eи дом"
        )
        made = services.connect_account(
            company=company,
            marketplace="fake",
            credentials={"shop": number, "key": SECRET},
            base_url=BASE_URL,
        )
        titles.append(made.title)

    assert titles == ["Лён и дом", "Лён и дом · 78"]


def test_a_name_that_is_taken_is_refused(account: MarketplaceAccount, shop: Shop, company: Company) -> None:
    shop.check = lambda: AccountCheck(seller_external_id="78")
    with pytest.raises(TitleTaken):
        services.connect_account(
            company=company, marketplace="fake", credentials=KEY, base_url=BASE_URL, title="основной"
        )
    other = AccountFactory(company=company)
    with pytest.raises(TitleTaken):
        services.rename_account(account=other, title="Основной")
    services.rename_account(account=account, title="Основной")


# ---- too late ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("erases", [False, True])
def test_a_run_going_on_writes_no_page_more(
    account: MarketplaceAccount, shop: Shop, monkeypatch: pytest.MonkeyPatch, *, erases: bool
) -> None:
    monkeypatch.setattr(batches.batches, "__kwdefaults__", {"most": 1, "longest": 0.0})
    shop.things = dict.fromkeys("abcdef", "1")

    def let_go(page: int) -> None:
        if page == 1:
            services.disconnect_account(account=account, erases=erases)

    shop.before_page = let_go

    ended = run(account)

    assert ended.outcome == RunOutcome.STOPPED
    assert set(Product.all_companies.values_list("sku", flat=True)) == {"a", "b"}
    state = StreamState.all_companies.get(stream="things")
    assert (state.lease_token, state.is_on) == (None, False)
    assert not SyncRun.all_companies.filter(finished_at=None).exists()


def test_a_run_that_outlives_its_account_ends_quietly(
    account: MarketplaceAccount, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches.batches, "__kwdefaults__", {"most": 1, "longest": 0.0})
    shop.things = dict.fromkeys("abcdef", "1")

    def vanish(page: int) -> None:
        if page == 1:
            services.disconnect_account(account=account, erases=True)
            assert services.erase_account(account_id=account.pk)

    shop.before_page = vanish

    assert run(account).outcome == RunOutcome.STOPPED
    assert not SyncRun.all_companies.exists()


@pytest.mark.parametrize("erases", [False, True])
def test_a_notice_in_the_middle_of_its_reading_writes_nothing(
    account: MarketplaceAccount, shop: Shop, *, erases: bool
) -> None:
    shop.things = {"a": "1"}
    shop.before_page = lambda _page: services.disconnect_account(account=account, erases=erases) and None
    message = PushMessageFactory(
        account=account, body={"kind": "CHANGED", "id": "n-1", "stream": "things", "thing": "a"}
    )

    assert services.process_push(message_id=message.pk) == "account_stopped"
    assert not Product.all_companies.exists()


def test_a_notice_whose_account_is_erased_meanwhile_is_forgotten(
    account: MarketplaceAccount, shop: Shop
) -> None:
    message = PushMessageFactory(
        account=account, body={"kind": "CHANGED", "id": "n-1", "stream": "things", "thing": "a"}
    )

    def vanish(_page: int) -> None:
        services.disconnect_account(account=account, erases=True)
        assert services.erase_account(account_id=account.pk)

    shop.things = {"a": "1"}
    shop.before_page = vanish

    assert services.process_push(message_id=message.pk) == "account_stopped"
    assert services.process_push(message_id=message.pk) == ""
    assert not Product.all_companies.exists()


def test_a_check_that_answers_too_late_switches_nothing_on(account: MarketplaceAccount, shop: Shop) -> None:
    def check() -> AccountCheck:
        services.disconnect_account(account=account, erases=False)
        return AccountCheck(seller_external_id="77")

    shop.check = check
    with pytest.raises(NotConnected):
        services.check_account(account=account)
    assert not StreamState.all_companies.filter(is_on=True).exists()


@pytest.mark.django_db(transaction=True)
def test_whoever_lets_go_waits_for_the_page_in_hand(account: MarketplaceAccount) -> None:
    has_gone = threading.Event()

    def let_go() -> None:
        services.disconnect_account(account=account, erases=False)
        has_gone.set()
        connection.close()

    thread = threading.Thread(target=let_go)
    with transaction.atomic():
        hold_active(account)
        thread.start()
        assert not has_gone.wait(0.5)
    thread.join(10)

    assert has_gone.is_set()
    assert again(account).status == AccountStatus.DISCONNECTED


# ---- erased -----------------------------------------------------------------------------------------------------


def test_erasing_forgets_the_key_at_once_and_counts_into_the_trail(
    account: MarketplaceAccount, company: Company, owner: User
) -> None:
    OrderFactory.create_batch(3, account=account)
    services.disconnect_account(account=account, erases=True, actor=owner)
    held = again(account)
    assert (held.status, held.credentials_sealed) == (AccountStatus.ERASING, "")

    assert tasks.erase_account(account.pk, owner.pk) == "done"

    entry = AuditEntry.objects.for_company(company).get(action="erased")
    assert (entry.subject, entry.subject_id, entry.subject_name) == ("account", account.pk, "Основной")
    assert entry.changes == {"orders": [3, 0], "listings": [3, 0], "history": [2, 0]}
    assert (entry.actor_id, entry.source) == (owner.pk, "task erase_account")
    assert tasks.erase_account(account.pk, owner.pk) == "done", "again changes nothing"
    assert AuditEntry.objects.for_company(company).filter(action="erased").count() == 1


def test_tallies_go_down_with_the_orders(account: MarketplaceAccount) -> None:
    day = timezone.now().date()
    OrderFactory.create_batch(3, account=account, placed_date=day, units=2)
    tally = OrderTallyFactory(account=account, day=day, orders=3, units=6, amount=7470)
    services.disconnect_account(account=account, erases=True)

    assert services.erase_portion(account_id=account.pk, most=2)

    tally.refresh_from_db(from_queryset=type(tally).all_companies.all())
    assert (tally.orders, tally.units, tally.amount) == (1, 2, 2490)


def test_killed_between_portions_it_is_picked_up_and_goes_on(
    account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch, owner: User
) -> None:
    SyncRunFactory.create_batch(5, account=account)
    services.disconnect_account(account=account, erases=True, actor=owner)
    assert not services.erase_account(account_id=account.pk, most=2, longest=timedelta(0))
    sent: list[Any] = []
    monkeypatch.setattr(tasks.erase_account, "apply_async", lambda args, **_rest: sent.append(args))
    assert tasks.go_on_erasing() == 0, "its worker may be alive"

    Erasure.all_companies.update(seen_at=timezone.now() - timedelta(minutes=1))
    assert tasks.go_on_erasing() == 1
    assert sent == [(account.pk, owner.pk)]
    assert Erasure.all_companies.get().erased == {"history": 2}
    assert tasks.erase_account(*sent[0]) == "done"
    assert not MarketplaceAccount.all_companies.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_erase_one_account_at_once(account: MarketplaceAccount) -> None:
    services.disconnect_account(account=account, erases=True)
    answers: list[str] = []

    def work() -> None:
        answers.append(tasks.erase_account(account.pk))
        connection.close()

    with transaction.atomic():
        lock_until_commit("erase", account.pk)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(10)

    assert answers == ["busy"]
    assert tasks.erase_account(account.pk) == "done"


def test_what_is_being_erased_cannot_be_changed_or_connected(
    account: MarketplaceAccount, company: Company, shop: Shop
) -> None:
    services.disconnect_account(account=account, erases=True)
    held = again(account)

    with pytest.raises(BeingErased):
        services.connect_account(company=company, marketplace="fake", credentials=KEY, base_url=BASE_URL)
    with pytest.raises(BeingErased):
        services.replace_credentials(account=held, credentials=KEY)
    with pytest.raises(BeingErased):
        services.rename_account(account=held, title="Другой")
    services.disconnect_account(account=held, erases=False)
    assert again(account).status == AccountStatus.ERASING, "there is no way back"


def test_after_erasing_the_seller_begins_anew(account: MarketplaceAccount, company: Company) -> None:
    services.disconnect_account(account=account, erases=False)
    services.disconnect_account(account=again(account), erases=True)
    assert services.erase_account(account_id=account.pk)

    new = services.connect_account(company=company, marketplace="fake", credentials=KEY, base_url=BASE_URL)

    assert (new.pk != account.pk, new.is_revived) == (True, False)
    with pytest.raises(AlreadyConnected):
        services.connect_account(company=company, marketplace="fake", credentials=KEY, base_url=BASE_URL)


def test_an_account_that_nobody_wants_erased_is_not_erased(account: MarketplaceAccount) -> None:
    assert not services.erase_portion(account_id=account.pk)
    Erasure.all_companies.create(company=account.company, account=account)
    assert not services.erase_portion(account_id=account.pk), "the account itself must say so"
    assert again(account).status == AccountStatus.ACTIVE


def test_the_broker_that_does_not_answer_only_delays(
    account: MarketplaceAccount,
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    def refuse(**_values: Any) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.erase_account, "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.disconnect(account=account, erases=True, by=owner)
    assert Erasure.all_companies.get().requested_by == owner
