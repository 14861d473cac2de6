"""A letter is one subject and two bodies of the same words, sent once, and never lost in silence."""

from __future__ import annotations

import json
import smtplib
from contextlib import contextmanager, suppress
from queue import Empty
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from celery import current_app
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from structlog.testing import capture_logs

from core import letters, tasks
from core.letters import Action, Letter, LetterKind, NotSent, UnknownLetter

NAME = "<script>alert(1)</script> & «Лён»"


def _letter(**changes: Any) -> Letter:
    parts: dict[str, Any] = {
        "to": "anna@example.com",
        "language": "ru",
        "subject": f"Новости {NAME}",
        "lead": (f"Первое о {NAME}.", "Второе."),
        "facts": (("Кто", NAME),),
        "action": Action(label="Открыть", url="http://127.0.0.1:8000/a/?b=1&c=2"),
        "after": ("Послесловие.",),
        "also": Action(label="Ещё", url="http://127.0.0.1:8000/d/"),
        "why": "Потому что.",
    }
    return Letter(**(parts | changes))


class Hello(LetterKind):
    """Greets whoever has the number; 404 has none."""

    kind = "hello"
    title = "Hello"

    def write(self, **ids: int) -> Letter | None:
        """None for 404."""
        return None if ids["number"] == 404 else _letter(subject=f"№ {ids['number']}")

    def sample(self, language: str) -> Letter:
        """The same."""
        return _letter(language=language)


class Failing(BaseEmailBackend):
    """A mail server in trouble: raises what it is told, in turn, then takes letters."""

    troubles: ClassVar[list[Exception]] = []
    taken: ClassVar[list[Any]] = []

    def send_messages(self, messages) -> int:
        """Raise the next trouble, or take them."""
        if self.troubles:
            raise self.troubles.pop(0)
        self.taken.extend(messages)
        return len(messages)


@pytest.fixture
def hello(settings):
    settings.LETTERS = ["tests.core.test_letters.Hello"]
    letters.kinds.cache_clear()
    yield
    letters.kinds.cache_clear()


@pytest.fixture
def mark() -> str:
    """Of no letter before: Valkey remembers them for a day."""
    return uuid4().hex


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "tests.core.test_letters.Failing"
    Failing.troubles, Failing.taken = [], []
    return Failing


@contextmanager
def _nothing_of_the_letter_in_logs():
    with capture_logs() as logs:
        yield logs
    told = json.dumps(logs, default=str, ensure_ascii=False)
    assert "anna@example.com" not in told
    assert "Первое" not in told


# ---- how it looks ------------------------------------------------------------------------------------------------


def test_text_and_html_say_the_same() -> None:
    _subject, text, html = letters.render(
        _letter(subject="Тема", lead=("Первое.", "Второе."), facts=(("Кто", "Анна"),))
    )

    for words in ("Первое.", "Второе.", "Кто", "Анна", "Открыть", "Послесловие.", "Ещё", "Потому что."):
        assert words in text
        assert words in html


def test_names_are_escaped_in_html_and_plain_in_text() -> None:
    subject, text, html = letters.render(_letter())

    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; «Лён»" in html
    assert f"Первое о {NAME}." in text
    assert subject == f"Новости {NAME}"


def test_the_address_stands_in_clear_too() -> None:
    _subject, text, html = letters.render(_letter())

    assert "http://127.0.0.1:8000/a/?b=1&c=2" in text
    assert html.count("http://127.0.0.1:8000/a/?b=1&amp;c=2") == 3


def test_nothing_comes_from_elsewhere() -> None:
    _subject, _text, html = letters.render(_letter())

    for tag in ("<img", "<script", "<iframe", "<link", "@import", "url("):
        assert tag not in html


def test_a_subject_is_one_line_whatever_the_names() -> None:
    message = letters.message(_letter(subject="Тема\r\nBcc: victim@example.com\x00\u202e" + "ы" * 500))

    subject = message.message()["Subject"]
    assert message.subject.startswith("Тема Bcc: victim@example.comы")
    assert len(message.subject) == 150
    assert "\n" not in message.subject
    assert message.message()["Bcc"] is None
    assert subject is not None


def test_machines_do_not_answer_it() -> None:
    message = letters.message(_letter(), mark="abc")

    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert message.extra_headers["Message-ID"] == "<abc@127.0.0.1>"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("40702810900000003456", "…3456"),
        ("счёт 4070 2810 9000 0000 3456.", "счёт …3456."),
        ("4070-2810-9000-0000-3456", "…3456"),
        ("БИК 044525225", "БИК 044525225"),
        ("ИНН 7707083893, 2026-11-24", "ИНН 7707083893, 2026-11-24"),
    ],
)
def test_account_numbers_are_cut(text, masked) -> None:
    assert letters.mask_numbers(text) == masked


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Льняная лавка", "Льняная лавка"),
        ("приз http://evil.example/a", "приз http: evil. example/a"),
        ("забери evil.ru", "забери evil. ru"),
        ("ООО «Лён»\r\nтвой приз", "ООО «Лён» твой приз"),
        ("А.С. Пушкин", "А.С. Пушкин"),
    ],
)
def test_names_are_no_links(name, shown) -> None:
    assert letters.name_of(name) == shown


# ---- how it is sent ----------------------------------------------------------------------------------------------


def test_it_leaves_after_the_commit(hello, db, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        letters.post("hello", number=7)
        before = len(mail.outbox)

    assert before == 0
    assert [(message.subject, message.to) for message in mail.outbox] == [("№ 7", ["anna@example.com"])]


@pytest.mark.django_db(transaction=True)
def test_nothing_leaves_when_the_change_is_undone(hello) -> None:
    with transaction.atomic():
        letters.post("hello", number=7)
        transaction.set_rollback(True)

    assert mail.outbox == []


def test_an_unknown_kind_is_a_mistake_at_once(hello, db) -> None:
    with pytest.raises(UnknownLetter):
        letters.post("nonsense", number=7)


def test_two_kinds_of_one_name_are_a_mistake(hello, settings) -> None:
    settings.LETTERS = ["tests.core.test_letters.Hello"] * 2

    with pytest.raises(ImproperlyConfigured):
        letters.kinds()


def test_a_letter_with_nothing_to_tell_is_not_sent(hello, db) -> None:
    assert letters.deliver("hello", {"number": 404}, mark="a") is False
    assert mail.outbox == []


def test_only_ids_wait_in_the_queue(hello, db, settings, django_capture_on_commit_callbacks) -> None:
    settings.LETTERS_ARE_QUEUED = True

    with django_capture_on_commit_callbacks(execute=True):
        letters.post("hello", number=7)

    task, args, kwargs = _last_task("push")
    assert mail.outbox == []
    assert (task, args) == ("core.send_letter", [])
    assert sorted(kwargs) == ["ids", "kind", "mark"]
    assert (kwargs["kind"], kwargs["ids"]) == ("hello", {"number": 7})


def _last_task(queue: str) -> tuple[str, list[Any], dict[str, Any]]:
    """Name and arguments of the newest task in the queue of the real broker, which is empty afterwards."""
    found = []
    with current_app.connection() as connection, suppress(Empty):
        waiting = connection.SimpleQueue(queue)
        while True:
            found.append(waiting.get(timeout=0.5))
            found[-1].ack()
    args, kwargs, _embed = found[-1].payload
    return found[-1].headers["task"], args, kwargs


def test_a_task_delivered_twice_sends_once(hello, db, mark) -> None:
    for _time in range(2):
        tasks.send_letter(kind="hello", ids={"number": 7}, mark=mark)

    assert len(mail.outbox) == 1


def test_a_broker_that_is_away_loses_no_letter(
    hello, db, settings, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    settings.LETTERS_ARE_QUEUED = True
    nowhere = current_app.connection("redis://127.0.0.1:1/0", transport_options={"socket_connect_timeout": 1})
    monkeypatch.setattr(current_app, "producer_or_acquire", lambda producer=None: nowhere.Producer())

    with capture_logs() as logs, django_capture_on_commit_callbacks(execute=True):
        letters.post("hello", number=7)

    assert [message.subject for message in mail.outbox] == ["№ 7"]
    assert logs[0]["event"] == "broker_unreachable"


@pytest.mark.parametrize(
    "trouble",
    [
        smtplib.SMTPServerDisconnected("anna@example.com Первое"),
        smtplib.SMTPDataError(451, b"anna@example.com later"),
        smtplib.SMTPAuthenticationError(535, b"wrong password"),
        smtplib.SMTPRecipientsRefused({"anna@example.com": (450, b"busy")}),
        ConnectionRefusedError("nobody listens"),
        TimeoutError("too slow"),
    ],
)
def test_trouble_is_tried_again_and_the_letter_comes_once(hello, db, server, mark, trouble) -> None:
    server.troubles.append(trouble)

    with _nothing_of_the_letter_in_logs() as logs, pytest.raises(NotSent) as caught:
        letters.deliver_once("hello", {"number": 7}, mark=mark)
    letters.deliver_once("hello", {"number": 7}, mark=mark)

    assert [message.subject for message in server.taken] == ["№ 7"]
    assert "anna" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert logs[-1]["event"] == "letter_not_sent"


@pytest.mark.parametrize(
    "refusal",
    [
        smtplib.SMTPRecipientsRefused({"anna@example.com": (550, b"no such user")}),
        smtplib.SMTPDataError(554, b"anna@example.com spam"),
    ],
)
def test_a_refusal_for_good_is_not_tried_again(hello, db, server, mark, refusal) -> None:
    server.troubles.append(refusal)

    with _nothing_of_the_letter_in_logs() as logs:
        tasks.send_letter(kind="hello", ids={"number": 7}, mark=mark)

    assert server.taken == []
    assert "letter_refused" in [line["event"] for line in logs]


def test_a_letter_nobody_can_send_is_an_error_in_the_log(
    hello, db, server, django_capture_on_commit_callbacks
) -> None:
    server.troubles.append(ConnectionRefusedError("nobody listens"))

    with _nothing_of_the_letter_in_logs() as logs, django_capture_on_commit_callbacks(execute=True):
        letters.post("hello", number=7)

    assert (logs[-1]["event"], logs[-1]["log_level"]) == ("letter_lost", "error")


def test_the_task_retries_for_two_hours_and_never_waits_past_the_broker(settings) -> None:
    task = tasks.send_letter

    assert task.autoretry_for == (NotSent,)
    assert task.retry_backoff_max < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert task.max_retries == 12
