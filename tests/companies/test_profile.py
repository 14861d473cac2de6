"""A person's own pages: name and language, sessions that end at once, the history of sign-ins."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from companies.choices import SignInOutcome
from companies.models import SignIn
from tests.factories.companies import PASSWORD, UserFactory

PROFILE, SESSIONS, SIGN_INS = "/accounts/profile/", "/accounts/sessions/", "/accounts/sign-ins/"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36"
)


@pytest.fixture
def person(db):
    user = UserFactory(email="anna@example.com", name="Анна")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def browser_of(client_of):
    """A browser that is signed in and has been seen on a page."""

    def signed_in(user, agent: str = CHROME) -> Client:
        client = client_of(user)
        client.get(PROFILE, headers={"user-agent": agent})
        return client

    return signed_in


def _is_signed_in(client: Client) -> bool:
    return client.get(PROFILE).status_code == 200


@pytest.mark.parametrize("url", [PROFILE, SESSIONS, SIGN_INS])
def test_guests_are_sent_to_sign_in(client, db, url: str) -> None:
    response = client.get(url)

    assert response.headers["Location"] == f"/accounts/login/?next={url}"


@pytest.mark.parametrize("name", ["session-end-others", "session-end"])
def test_guests_end_nothing(client, db, name: str) -> None:
    url = reverse(f"profile:{name}", args=[1] if name == "session-end" else [])

    assert client.post(url).status_code == 302


def test_name_and_language_are_kept(client_of, person) -> None:
    response = client_of(person).post(PROFILE, {"name": "  Анна   Воронина ", "language": "en"})

    person.refresh_from_db()
    assert response.headers["Location"] == PROFILE
    assert (person.name, person.language) == ("Анна Воронина", "en")


def test_the_language_changes_at_once(client_of, person) -> None:
    client = client_of(person)

    page = client.post(PROFILE, {"name": "Anna", "language": "en"}, follow=True)

    assert page.headers["Content-Language"] == "en"
    assert "Sign-in history" in page.content.decode()
    assert "Saved." in page.content.decode()


def test_the_persons_language_wins_over_the_browsers(client_of, person, client) -> None:
    asked = {"accept-language": "en"}

    assert client_of(person).get(PROFILE, headers=asked).headers["Content-Language"] == "ru"
    assert client.get("/accounts/login/", headers=asked).headers["Content-Language"] == "en"


def test_a_language_that_is_not_ours_is_left_aside(client_of, person) -> None:
    person.language = "xx"
    person.save()

    assert client_of(person).get(PROFILE).headers["Content-Language"] == "ru"


@pytest.mark.parametrize("name", ["a" * 121, "я" * 10_000, "Ан\u202eна", "Ан\0на"])
def test_a_name_that_cannot_be_is_refused(client_of, person, name: str) -> None:
    response = client_of(person).post(PROFILE, {"name": name, "language": "ru"})

    person.refresh_from_db()
    assert response.status_code == 422
    assert "id_name_error" in response.content.decode()
    assert person.name == "Анна"


def test_a_name_of_markup_is_only_text(client_of, person) -> None:
    client = client_of(person)

    page = client.post(PROFILE, {"name": "<script>alert(1)</script>", "language": "ru"}, follow=True)

    assert "<script>alert(1)" not in page.content.decode()
    assert "&lt;script&gt;alert(1)" in page.content.decode()


def test_an_unknown_language_is_refused(client_of, person) -> None:
    assert client_of(person).post(PROFILE, {"name": "Анна", "language": "xx"}).status_code == 422


def test_sessions_are_shown_in_words(browser_of, person) -> None:
    page = browser_of(person).get(SESSIONS, headers={"user-agent": CHROME}).content.decode()

    assert "Chrome, Windows 10" in page
    assert "Этот" in page


def test_others_sessions_are_not_shown(browser_of, person) -> None:
    browser_of(UserFactory(), agent="Secret browser of another")

    assert browser_of(person).get(SESSIONS).context["sessions"][0].is_current
    assert len(browser_of(person).get(SESSIONS).context["sessions"]) == 2


def test_ending_the_other_sessions_ends_them_at_once(browser_of, person) -> None:
    mine, other, third = (browser_of(person) for _ in range(3))

    mine.post(reverse("profile:session-end-others"))

    assert _is_signed_in(mine)
    assert not _is_signed_in(other)
    assert not _is_signed_in(third)
    assert [row.is_current for row in mine.get(SESSIONS).context["sessions"]] == [True]


def test_one_session_can_be_ended(browser_of, person) -> None:
    mine, other, third = (browser_of(person) for _ in range(3))
    row = UserSession.objects.get(session_key=other.session.session_key)

    mine.post(reverse("profile:session-end", args=[row.pk]))

    assert not _is_signed_in(other)
    assert _is_signed_in(third)


def test_nobody_ends_anothers_session(browser_of, person) -> None:
    other = browser_of(UserFactory())
    row = UserSession.objects.get(session_key=other.session.session_key)

    assert browser_of(person).post(reverse("profile:session-end", args=[row.pk])).status_code == 404
    assert _is_signed_in(other)


def test_looking_ends_nothing(browser_of, person) -> None:
    client = browser_of(person)

    assert client.get(reverse("profile:session-end-others")).status_code == 405


def test_a_new_password_ends_the_other_sessions(browser_of, person) -> None:
    mine, other = browser_of(person), browser_of(person)
    fresh = "new-horse-battery"

    mine.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    )

    assert _is_signed_in(mine)
    assert not _is_signed_in(other)
    assert len(mine.get(SESSIONS).context["sessions"]) == 1


def test_a_session_whose_time_is_over_is_not_shown(browser_of, person) -> None:
    mine, other = browser_of(person), browser_of(person)
    other.session.flush()

    assert len(mine.get(SESSIONS).context["sessions"]) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_sessions_cost_the_same_whatever_their_number(
    browser_of, person, django_assert_num_queries, count: int
) -> None:
    client, *_others = [browser_of(person) for _ in range(count)]
    client.get(SESSIONS)

    with django_assert_num_queries(8):
        client.get(SESSIONS)


def _sign_in(user, **fields) -> SignIn:
    return SignIn.objects.create(
        user=user, **{"outcome": SignInOutcome.DONE, "address": "203.0.113.7", "user_agent": CHROME, **fields}
    )


def test_sign_ins_are_told(client_of, person) -> None:
    _sign_in(person, is_new_device=True)
    _sign_in(person, outcome=SignInOutcome.FAILED, address="198.51.100.9", user_agent="")

    page = client_of(person).get(SIGN_INS).content.decode()

    assert "Chrome, Windows 10" in page
    assert "Новый браузер" in page
    assert "203.0.113.7" in page
    assert "198.51.100.9" in page
    assert str(SignInOutcome.FAILED.label) in page


def test_only_ones_own_sign_ins_are_shown(client_of, person) -> None:
    _sign_in(UserFactory(), address="198.51.100.9")

    page = client_of(person).get(SIGN_INS).content.decode()

    assert "198.51.100.9" not in page
    assert "Входов ещё не было" in page


def test_the_history_is_filtered(client_of, person) -> None:
    _sign_in(person)
    _sign_in(person, outcome=SignInOutcome.LOCKED)

    found = client_of(person).get(SIGN_INS, {"outcome": "locked"}).context["found"]

    assert [row.outcome for row in found.rows] == [SignInOutcome.LOCKED]


def test_the_history_has_pages(client_of, person) -> None:
    now = timezone.now()
    for minutes in range(60):
        _sign_in(person, at=now - timedelta(minutes=minutes))
    client = client_of(person)

    first = client.get(SIGN_INS).context["found"]
    second = client.get(SIGN_INS + first.older_url).context["found"]

    assert (len(first.rows), len(second.rows)) == (50, 10)
    assert first.rows[-1].at > second.rows[0].at
    assert not second.older_url


def test_hostile_browsers_are_only_text(client_of, person) -> None:
    _sign_in(person, user_agent='<script>alert("x")</script>' * 10, is_new_device=True)

    response = client_of(person).get(SIGN_INS)

    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize(
    "query", ["after=x", "outcome=%00", "sort=-" + "x" * 10_000, "is_new_device=%E2%80%AE"]
)
def test_hostile_questions_are_answered(client_of, person, query: str) -> None:
    assert client_of(person).get(f"{SIGN_INS}?{query}").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_history_costs_the_same_whatever_its_length(
    client_of, person, django_assert_num_queries, count: int
) -> None:
    for _ in range(count):
        _sign_in(person)
    client = client_of(person)
    client.get(SIGN_INS)

    with django_assert_num_queries(7):
        client.get(SIGN_INS)
