"""The sync page, "Refresh now", the history of runs and of quarantine."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from python_calamine import CalamineWorkbook

from companies.choices import RIGHTS, Role
from marketplaces.models import AccountStatus, QuarantinedRecord, QuarantineState, StreamState
from marketplaces.onboarding import onboarding
from marketplaces.sync import schedule
from marketplaces.tasks import sync_stream
from tests.factories.companies import InvitationFactory, LegalDetailsFactory
from tests.factories.marketplaces import (
    AccountFactory,
    QuarantinedRecordFactory,
    StreamStateFactory,
    SyncRunFactory,
)
from tests.factories.payouts import BankAccountFactory

SYNC = "/lavka/marketplaces/"
RUNS = f"{SYNC}runs/"
QUARANTINE = f"{SYNC}quarantine/"
HTMX = {"HX-Request": "true"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_cache(settings) -> None:
    """Cooldowns of one test do not hold up another."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def sent(monkeypatch) -> list:
    """What was handed to the workers; commits happen at once."""
    messages: list = []
    monkeypatch.setattr(transaction, "on_commit", lambda call, **_: call())
    monkeypatch.setattr(sync_stream, "apply_async", lambda **message: messages.append(message["args"]))
    return messages


@pytest.fixture
def streams(account) -> list[StreamState]:
    return [
        StreamStateFactory(
            account=account, stream=stream, fresh=True, due_at=timezone.now() + timedelta(hours=1)
        )
        for stream in ("products", "stock", "orders")
    ]


def test_a_company_without_accounts_is_told_how_to_begin(owner_client) -> None:
    page = owner_client.get(SYNC).content.decode()

    assert "/lavka/marketplaces/connect/" in page
    assert "Первые шаги" in page


def test_a_viewer_without_accounts_is_told_whom_to_ask(client_of, teammate) -> None:
    page = client_of(teammate).get(SYNC).content.decode()

    assert "Попросите об этом владельца или менеджера" in page


def test_each_stream_shows_what_its_last_run_brought(owner_client, account, streams) -> None:
    SyncRunFactory(account=account, stream="orders", inserted=38, changed=112, unchanged=1305)

    page = owner_client.get(SYNC).content.decode()

    assert [figure in page for figure in (">38<", ">112<", ">1\N{NO-BREAK SPACE}305<")] == [True] * 3
    assert "1 кабинет, 3 потока · свежие: 3" in page


def test_a_run_that_goes_on_shows_how_far_it_is(owner_client, account, streams) -> None:
    SyncRunFactory(
        account=account, stream="orders", running=True, done=18400, total=31200, pages=184, inserted=24
    )

    page = owner_client.get(SYNC).content.decode()

    assert "18\N{NO-BREAK SPACE}400 из ≈ 31\N{NO-BREAK SPACE}200" in page
    assert "страница 184 · новых 24" in page
    assert 'hx-trigger="every 2s, refresh"' in page


def test_an_idle_page_asks_seldom(owner_client, streams) -> None:
    assert 'hx-trigger="every 10s, refresh"' in owner_client.get(SYNC).content.decode()


def test_a_live_answer_is_what_moves_and_no_more(owner_client, streams) -> None:
    answer = owner_client.get(SYNC, headers=HTMX)

    page = answer.content.decode()
    assert "HX-Request" in answer.headers["Vary"]
    assert "<html" not in page
    assert 'id="sync-accounts"' in page
    assert 'id="sync-running" hx-swap-oob="true"' in page


def test_quarantine_is_drawn_again_only_when_it_changed(owner_client, account, streams) -> None:
    QuarantinedRecordFactory(account=account)
    mark = owner_client.get(SYNC).context["quarantine_mark"]

    same = owner_client.get(SYNC, {"mark": mark}, headers=HTMX).content.decode()
    other = owner_client.get(SYNC, {"mark": "0"}, headers=HTMX).content.decode()

    assert ('id="sync-quarantine"' in same, 'id="sync-quarantine"' in other) == (False, True)


@pytest.mark.parametrize(
    ("age", "tone"),
    [(timedelta(minutes=1), "fresh"), (timedelta(minutes=20), "late"), (timedelta(hours=5), "stale")],
)
def test_old_data_are_told_in_words(owner_client, account, age: timedelta, tone: str) -> None:
    StreamStateFactory(account=account, stream="orders", data_as_of=timezone.now() - age)

    assert f"fresh--{tone}" in owner_client.get(SYNC).content.decode()


def test_what_went_wrong_is_told(owner_client, account, streams) -> None:
    SyncRunFactory(account=account, stream="stock", outcome="failed", error_code="temporary")

    assert "Ozon не отвечает или отвечает ошибкой" in owner_client.get(SYNC).content.decode()


def test_refresh_everything(owner_client, account, streams, sent) -> None:
    paused = AccountFactory(company=account.company, paused=True)
    StreamStateFactory(account=paused)

    response = owner_client.post(f"{SYNC}refresh/")

    assert response.headers["Location"] == SYNC
    assert sorted(sent) == [(account.pk, "orders"), (account.pk, "products"), (account.pk, "stock")]


def test_refresh_one_stream(owner_client, account, streams, sent) -> None:
    owner_client.post(f"{SYNC}refresh/", {"account": account.pk, "stream": "stock"})

    assert sent == [(account.pk, "stock")]


def test_refreshing_again_says_when(owner_client, account, streams, sent) -> None:
    owner_client.post(f"{SYNC}refresh/", {"account": account.pk})

    page = owner_client.post(f"{SYNC}refresh/", {"account": account.pk}, follow=True).content.decode()

    assert len(sent) == 3
    assert f"Снова можно через {int(schedule.STREAM_COOLDOWN.total_seconds())} секунд" in page


def test_refreshing_what_stands_still_says_so(owner_client, company, sent) -> None:
    account = AccountFactory(company=company, paused=True)

    page = owner_client.post(f"{SYNC}refresh/", {"account": account.pk}, follow=True).content.decode()

    assert "Обновлять нечего" in page
    assert sent == []


@pytest.mark.parametrize("asked", ["x", "0", "99999999999999999999"])
def test_refreshing_an_account_that_is_not_there_is_404(owner_client, asked: str) -> None:
    assert owner_client.post(f"{SYNC}refresh/", {"account": asked}).status_code == 404


def test_refreshing_anothers_account_is_404(owner_client, other_company, sent) -> None:
    theirs = AccountFactory(company=other_company)

    assert owner_client.post(f"{SYNC}refresh/", {"account": theirs.pk}).status_code == 404
    assert sent == []


@pytest.mark.parametrize(("accounts", "queries"), [(1, 24), (3, 24)])
def test_the_page_asks_the_same_number_of_queries(
    owner_client, company, accounts: int, queries: int, django_assert_num_queries
) -> None:
    for _ in range(accounts):
        account = AccountFactory(company=company)
        for stream in ("products", "stock", "orders"):
            StreamStateFactory(account=account, stream=stream, fresh=True)
            SyncRunFactory(account=account, stream=stream, outcome="failed", error_code="temporary")
        SyncRunFactory(account=account, running=True)
        QuarantinedRecordFactory(account=account)
    owner_client.get(SYNC)

    with django_assert_num_queries(queries):
        owner_client.get(SYNC)


# ---- runs -----------------------------------------------------------------------------------------------------


def test_runs_are_listed_newest_first(owner_client, account) -> None:
    now = timezone.now()
    old = SyncRunFactory(account=account, started_at=now - timedelta(hours=1))
    new = SyncRunFactory(account=account, started_at=now)

    assert [row.pk for row in owner_client.get(RUNS).context["found"].rows] == [new.pk, old.pk]


@pytest.mark.parametrize(
    ("query", "inside", "outside"),
    [
        ({"stream": "orders"}, {"stream": "orders"}, {"stream": "stock"}),
        ({"outcome": "failed"}, {"outcome": "failed"}, {"outcome": "done"}),
        ({"period": "7d"}, {}, {"started_at": timezone.now() - timedelta(days=20)}),
        ({"objects": "only"}, {"external_id": "1"}, {}),
        ({}, {}, {"external_id": "1"}),
    ],
)
def test_runs_are_filtered(owner_client, account, query, inside, outside) -> None:
    shown = SyncRunFactory(account=account, **inside)
    SyncRunFactory(account=account, **outside)

    assert [row.pk for row in owner_client.get(RUNS, query).context["found"].rows] == [shown.pk]


def test_runs_are_filtered_by_account(owner_client, account) -> None:
    shown = SyncRunFactory(account=account)
    SyncRunFactory(account=AccountFactory(company=account.company))

    assert [row.pk for row in owner_client.get(RUNS, {"account": account.pk}).context["found"].rows] == [
        shown.pk
    ]


@pytest.mark.parametrize(("rows", "queries"), [(1, 12), (3, 12)])
def test_runs_ask_the_same_number_of_queries(
    owner_client, account, owner, rows: int, queries: int, django_assert_num_queries
) -> None:
    for _ in range(rows):
        SyncRunFactory(account=account, actor=owner, outcome="failed", error_code="temporary")
    owner_client.get(RUNS)

    with django_assert_num_queries(queries):
        owner_client.get(RUNS)


def test_the_export_of_runs_is_the_screen(owner_client, account) -> None:
    SyncRunFactory(account=account, stream="orders", inserted=38)

    response = owner_client.get(f"{RUNS}export.xlsx", {"stream": "orders"})

    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response)))
    head, row = book.get_sheet_by_index(0).to_python()
    values = dict(zip(head, row, strict=True))
    assert (values["Поток"], values["Новых"], values["Кабинет"]) == ("Заказы", 38, "Ozon основной")


def test_a_viewer_may_not_export(client_of, teammate, account) -> None:
    assert client_of(teammate).get(f"{RUNS}export.csv").status_code == 403
    assert "export.csv" not in client_of(teammate).get(RUNS).content.decode()


# ---- quarantine -------------------------------------------------------------------------------------------------


def test_a_record_is_told_in_words(owner_client, account) -> None:
    record = QuarantinedRecordFactory(account=account, reason="bad_sum", detail="lines")

    page = owner_client.get(f"{QUARANTINE}{record.pk}/").content.decode()

    assert "Суммы не сходятся" in page
    assert "posting_number" in page


def test_what_came_is_shown_as_text_and_cut(owner_client, account) -> None:
    record = QuarantinedRecordFactory(account=account, payload={"x": "<b>" + "y" * 50_000})

    page = owner_client.get(f"{QUARANTINE}{record.pk}/").content.decode()

    assert "&lt;b&gt;" in page
    assert "<b>yyy" not in page
    assert len(page) < 60_000


def test_what_came_is_a_block_for_the_sync_page(owner_client, account) -> None:
    record = QuarantinedRecordFactory(account=account)

    page = owner_client.get(f"{QUARANTINE}{record.pk}/", headers=HTMX).content.decode()

    assert page.strip().startswith("<pre")


@pytest.mark.parametrize(("back", "where"), [({}, SYNC), ({"next": "record"}, None)])
def test_a_record_is_left_out(owner_client, owner, account, back, where) -> None:
    record = QuarantinedRecordFactory(account=account)

    response = owner_client.post(f"{QUARANTINE}{record.pk}/ignore/", back)

    record = QuarantinedRecord.all_companies.get()
    assert (record.state, record.settled_by) == (QuarantineState.IGNORED, owner)
    assert response.headers["Location"] == (where or f"{QUARANTINE}{record.pk}/")


def test_a_retry_without_an_id_waits_for_the_next_run(owner_client, account) -> None:
    state = StreamStateFactory(account=account, stream="orders", due_at=timezone.now() + timedelta(hours=1))
    record = QuarantinedRecordFactory(account=account, external_id="")

    page = owner_client.post(f"{QUARANTINE}{record.pk}/retry/", follow=True).content.decode()

    state.refresh_from_db(from_queryset=StreamState.all_companies.all())
    assert "со следующим запросом" in page
    assert state.due_at <= timezone.now()


def test_a_retry_of_a_stopped_account_says_so(owner_client, company) -> None:
    record = QuarantinedRecordFactory(account=AccountFactory(company=company, paused=True))

    page = owner_client.post(f"{QUARANTINE}{record.pk}/retry/", follow=True).content.decode()

    assert "Сначала возобновите его" in page


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.VIEWER])
def test_who_may_not_sync_settles_nothing(client_of, member, account, role: Role) -> None:
    record = QuarantinedRecordFactory(account=account)

    assert client_of(member(role)).post(f"{QUARANTINE}{record.pk}/ignore/").status_code == 403
    assert QuarantinedRecord.all_companies.get().state == QuarantineState.OPEN


@pytest.mark.parametrize(
    ("query", "inside", "outside"),
    [
        ({"state": "open"}, {}, {"ignored": True}),
        ({"stream": "orders"}, {}, {"stream": "stock"}),
    ],
)
def test_records_are_filtered(owner_client, account, query, inside, outside) -> None:
    shown = QuarantinedRecordFactory(account=account, **inside)
    QuarantinedRecordFactory(account=account, **outside)

    assert [row.pk for row in owner_client.get(QUARANTINE, query).context["found"].rows] == [shown.pk]


@pytest.mark.parametrize(("rows", "queries"), [(1, 12), (3, 12)])
def test_records_ask_the_same_number_of_queries(
    owner_client, account, rows: int, queries: int, django_assert_num_queries
) -> None:
    for _ in range(rows):
        QuarantinedRecordFactory(account=account)
    owner_client.get(QUARANTINE)

    with django_assert_num_queries(queries):
        owner_client.get(QUARANTINE)


# ---- first steps ------------------------------------------------------------------------------------------------


def test_a_new_company_has_one_step_done(company) -> None:
    steps = onboarding(company)

    assert [step.is_done for step in steps.steps] == [True] + [False] * 7
    assert [bool(step.url) for step in steps.steps] == [False, True, False, False, False, True, True, True]
    assert steps.note == "1 из 7"


def test_steps_carry_buttons_only_where_the_rights_open_them(company) -> None:
    manager = onboarding(company, rights=RIGHTS[Role.MANAGER])
    viewer = onboarding(company, rights=RIGHTS[Role.VIEWER])

    assert [bool(step.url) for step in manager.steps] == [False, True, *[False] * 6]
    assert not any(step.url or step.action for step in viewer.steps)


def test_a_disconnected_account_is_none(company) -> None:
    AccountFactory(company=company, status=AccountStatus.DISCONNECTED)

    assert onboarding(company).steps[1].url == "/lavka/marketplaces/connect/"


def test_the_steps_of_the_company_itself_are_ticked(company, owner) -> None:
    LegalDetailsFactory(company=company)
    BankAccountFactory(company=company)
    InvitationFactory(company=company)

    assert [step.is_done for step in onboarding(company).steps[5:]] == [True, True, True]


def test_a_half_filled_card_says_how_far_it_is(company) -> None:
    LegalDetailsFactory(company=company, kpp="", phone="")

    assert onboarding(company).steps[5].note == "Полей: 9 из 11."


def test_first_steps_ask_five_queries(company, streams, django_assert_num_queries) -> None:
    with django_assert_num_queries(5):
        onboarding(company)


def test_streams_are_ticked_as_they_are_read(company, account) -> None:
    StreamStateFactory(account=account, stream="products", fresh=True)
    StreamStateFactory(account=account, stream="orders")
    SyncRunFactory(account=account, stream="orders", running=True, done=40, total=200)

    steps = {str(step.name): step for step in onboarding(company).steps}

    assert steps["Прочитано: Товары"].is_done
    assert steps["Прочитано: Заказы"].note == "Читаем сейчас: 40 из 200"


def test_a_refused_key_is_the_step_that_failed(company) -> None:
    account = AccountFactory(company=company, rejected=True)

    step = onboarding(company).steps[1]

    assert (step.is_failed, step.url) == (True, f"/lavka/marketplaces/accounts/{account.pk}/key/")


def test_a_stream_without_a_right_is_a_step_that_failed(company, account) -> None:
    StreamStateFactory(account=account, stream="stock", is_on=False)

    assert [step.is_failed for step in onboarding(company).steps[:5]] == [False, False, False, True, False]


def test_all_done_is_done(company, streams) -> None:
    assert not onboarding(company).is_done

    LegalDetailsFactory(company=company)
    BankAccountFactory(company=company)

    assert onboarding(company).is_done


def test_first_steps_leave_the_page_when_done(owner_client, company, streams) -> None:
    LegalDetailsFactory(company=company)
    BankAccountFactory(company=company)

    assert "Первые шаги" not in owner_client.get(SYNC).content.decode()
