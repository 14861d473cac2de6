"""Notices: stored and acknowledged at once, taken once, believed after reading again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog.models import Product
from marketplaces import services, tasks
from marketplaces.errors import CredentialsRejected, RateLimited, TemporaryError
from marketplaces.models import AccountStatus, PushMessage, StreamState, SyncRun
from marketplaces.services import pushes
from tests.factories.marketplaces import AccountFactory, StreamStateFactory
from tests.marketplaces.fakes import Shop

if TYPE_CHECKING:
    from django.test import Client

    from marketplaces.models import MarketplaceAccount

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The notices that the view gave to the workers."""
    taken: list[int] = []
    monkeypatch.setattr(tasks.process_push, "apply_async", lambda args, **_rest: taken.extend(args))
    return taken


def post(client: Client, account: MarketplaceAccount, body: Any) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(f"/push/{account.push_token}/", data, content_type="application/json")


def notice(**values: Any) -> dict[str, Any]:
    return {"kind": "CHANGED", "id": "n-1", "stream": "things", "thing": "a"} | values


def test_a_notice_is_stored_acknowledged_and_handed_over(
    client: Client, fake_account: MarketplaceAccount, handed_over: list[int], shop: Shop
) -> None:
    answer = post(client, fake_account, notice())

    assert (answer.status_code, answer.json()) == (200, {"result": True})
    message = PushMessage.all_companies.get()
    assert handed_over == [message.pk]
    assert (message.kind, message.dedupe_key, message.processed_at) == ("CHANGED", "n-1", None)
    assert shop.requests == [], "nobody was asked anything yet"


def test_the_acknowledgement_costs_few_queries(
    client: Client,
    fake_account: MarketplaceAccount,
    handed_over: list[int],
    django_assert_max_num_queries: Any,
) -> None:
    with django_assert_max_num_queries(4):
        post(client, fake_account, notice())


def test_a_repeated_notice_is_acknowledged_and_taken_once(
    client: Client, fake_account: MarketplaceAccount, handed_over: list[int]
) -> None:
    for _time in range(3):
        assert post(client, fake_account, notice()).status_code == 200
    assert len(handed_over) == 1
    assert PushMessage.all_companies.count() == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[1]", b'"x"', b"\xff", b"[" * 200_000, b'{"kind": "' + b"x" * 300_000 + b'"}'],
)
def test_what_is_no_notice_gets_their_error_and_is_not_stored(
    client: Client, fake_account: MarketplaceAccount, handed_over: list[int], body: bytes
) -> None:
    answer = post(client, fake_account, body)
    assert (answer.status_code, answer.json()) == (400, {"result": False})
    assert not PushMessage.all_companies.exists()


def test_a_notice_that_touches_nothing_of_ours_is_kept_as_not_needed(
    client: Client, fake_account: MarketplaceAccount, handed_over: list[int]
) -> None:
    post(client, fake_account, notice(stream="", thing=""))
    assert PushMessage.all_companies.get().outcome == "not_needed"
    assert handed_over == []


def test_an_unknown_address_is_not_found_and_others_methods_are_not_allowed(
    client: Client, fake_account: MarketplaceAccount
) -> None:
    assert client.post("/push/guess/", "{}", content_type="application/json").status_code == 404
    assert client.get(f"/push/{fake_account.push_token}/").status_code == 405
    type(fake_account).all_companies.update(marketplace="gone")
    assert post(client, fake_account, notice()).status_code == 404


def test_a_broker_that_does_not_answer_costs_no_notice(
    client: Client, fake_account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_values: Any) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.process_push, "apply_async", refuse)
    assert post(client, fake_account, notice()).status_code == 200
    assert services.waiting_pushes() == [], "the view has just tried"
    PushMessage.all_companies.update(received_at=timezone.now() - timedelta(minutes=1))
    assert len(services.waiting_pushes()) == 1


def stored(account: MarketplaceAccount, **values: Any) -> PushMessage:
    body = notice(**values)
    return PushMessage.all_companies.create(
        company_id=account.company_id, account=account, kind="CHANGED", dedupe_key=body["id"], body=body
    )


def test_the_object_is_read_again_and_the_notice_itself_not_believed(
    fake_account: MarketplaceAccount, shop: Shop
) -> None:
    shop.things = {"a": "what is true"}
    message = stored(fake_account)

    assert services.process_push(message_id=message.pk) == "recorded"

    assert Product.all_companies.get().name == "what is true"
    run = SyncRun.all_companies.get()
    assert (run.trigger, run.external_id) == ("push", "a")
    assert shop.requests[0].changed_to == "accepted"
    assert services.process_push(message_id=message.pk) == "", "a second worker finds it done"
    assert len(shop.requests) == 1


def test_what_we_know_already_is_nothing_new(fake_account: MarketplaceAccount, shop: Shop) -> None:
    shop.things = {"a": "1"}
    services.process_push(message_id=stored(fake_account).pk)
    assert services.process_push(message_id=stored(fake_account, id="n-2").pk) == "nothing_new"


def test_a_notice_before_its_object_is_looked_for_again_a_few_times(
    fake_account: MarketplaceAccount, shop: Shop
) -> None:
    message = stored(fake_account)
    outcomes = []
    for _attempt in range(pushes.MOST_SEARCHES):
        PushMessage.all_companies.update(not_before=timezone.now())
        outcomes.append(services.process_push(message_id=message.pk))
    assert outcomes == ["", "", "", "not_found"]

    late = stored(fake_account, id="n-2")
    assert services.process_push(message_id=late.pk) == ""
    assert services.process_push(message_id=late.pk) == "", "not before its time"
    shop.things = {"a": "1"}
    PushMessage.all_companies.update(not_before=timezone.now())
    assert services.process_push(message_id=late.pk) == "recorded"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (TemporaryError("500"), "gave_up"),
        (RateLimited("429", retry_after=timedelta(seconds=3)), "gave_up"),
        (CredentialsRejected("revoked"), "account_stopped"),
    ],
)
def test_failures_end_in_an_outcome(
    fake_account: MarketplaceAccount, shop: Shop, error: Exception, outcome: str
) -> None:
    def refuse(_page: int) -> None:
        raise error

    shop.before_page = refuse
    message = stored(fake_account)
    for _attempt in range(pushes.MOST_ATTEMPTS):
        PushMessage.all_companies.update(not_before=timezone.now())
        last = services.process_push(message_id=message.pk)
    message.refresh_from_db(from_queryset=PushMessage.all_companies.all())
    assert message.outcome == outcome
    assert last in (outcome, "")


def test_notices_of_a_stream_read_as_a_whole_bring_it_forward_once(fake_account: MarketplaceAccount) -> None:
    later = timezone.now() + timedelta(hours=1)
    state = StreamStateFactory(account=fake_account, stream="mute", due_at=later)
    for number in range(3):
        message = stored(fake_account, id=f"n-{number}", stream="mute")
        assert services.process_push(message_id=message.pk) == "stream_due"

    first = StreamState.all_companies.get(pk=state.pk).due_at
    assert first < timezone.now() + pushes.COALESCED_IN + timedelta(seconds=1)
    soon = timezone.now()
    StreamState.all_companies.filter(pk=state.pk).update(due_at=soon)
    services.process_push(message_id=stored(fake_account, id="n-9", stream="mute").pk)
    assert StreamState.all_companies.get(pk=state.pk).due_at == soon, "never put off"


def test_strange_notices_are_settled(fake_account: MarketplaceAccount) -> None:
    assert services.process_push(message_id=stored(fake_account, stream="gone").pk) == "not_needed"
    broken = stored(fake_account, id="n-2")
    PushMessage.all_companies.filter(pk=broken.pk).update(body=[1])
    assert services.process_push(message_id=broken.pk) == "unreadable"
    type(fake_account).all_companies.update(status=AccountStatus.PAUSED)
    assert services.process_push(message_id=stored(fake_account, id="n-3").pk) == "account_stopped"


def test_the_waiting_are_sent_to_the_workers(
    fake_account: MarketplaceAccount, handed_over: list[int]
) -> None:
    message = stored(fake_account)
    PushMessage.all_companies.update(received_at=timezone.now() - timedelta(minutes=1))
    assert tasks.process_waiting_pushes() == 1
    assert handed_over == [message.pk]


def test_a_notice_reaches_only_its_own_company(
    client: Client, fake_account: MarketplaceAccount, handed_over: list[int], other_company: Any
) -> None:
    other = AccountFactory(company=other_company, marketplace="fake", external_id="77")
    post(client, fake_account, notice())
    post(client, other, notice())
    owners = PushMessage.all_companies.values_list("company", "account")
    assert set(owners) == {(fake_account.company_id, fake_account.pk), (other.company_id, other.pk)}
