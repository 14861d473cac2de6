"""Links that letters carry open a door once, for a while; what the pages say gives away nobody's e-mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from companies.models import User
from tests.factories.companies import PASSWORD, UserFactory
from tests.links import link_in

FRESH = "new-horse-battery"
RESET, SIGN_UP, EMAIL = "/accounts/password/reset/", "/accounts/signup/", "/accounts/email/"


@pytest.fixture(autouse=True)
def _own_limits(settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.ACCOUNT_RATE_LIMITS = False
    cache.clear()


@pytest.fixture
def person(db) -> User:
    user = UserFactory(email="anna@example.com")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def _ask_for_link(client) -> str:
    client.post(RESET, {"email": "anna@example.com"})
    return link_in(mail.outbox[-1])


def _open(client, link: str):
    """The page behind the link, after it has hidden its key from the address."""
    return client.get(link, follow=True)


def _set_password(client, link: str, password: str = FRESH):
    page = _open(client, link)
    return client.post(page.redirect_chain[-1][0], {"password1": password, "password2": password})


def _can_sign_in(client, password: str) -> bool:
    response = client.post("/accounts/login/", {"login": "anna@example.com", "password": password})
    return response.status_code == 302


def _is_dead(page) -> bool:
    return "Ссылка больше не действует" in page.content.decode()


def test_a_link_sets_a_new_password(client, person) -> None:
    response = _set_password(client, _ask_for_link(client))

    assert response.headers["Location"] == reverse("account_reset_password_from_key_done")
    assert _can_sign_in(client, FRESH)


def test_a_link_works_once(client, person) -> None:
    link = _ask_for_link(client)
    _set_password(client, link)

    assert _is_dead(_open(client, link))


def test_an_older_link_dies_with_the_newer_ones_use(client, person) -> None:
    older, newer = _ask_for_link(client), _ask_for_link(client)
    _set_password(client, newer)

    assert _is_dead(_open(client, older))


def test_a_link_dies_after_two_hours(client, person) -> None:
    link = _ask_for_link(client)

    with time_machine.travel(timezone.now() + timedelta(hours=2, minutes=1)):
        assert _is_dead(_open(client, link))


def test_a_link_dies_when_the_password_is_changed_meanwhile(client, client_of, person) -> None:
    link = _ask_for_link(client)
    client_of(person).post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "third-horse-battery", "password2": "third-horse-battery"},
    )

    assert _is_dead(_open(client, link))


def test_a_link_dies_when_the_person_signs_in_meanwhile(client, person) -> None:
    link = _ask_for_link(client)
    _can_sign_in(client, PASSWORD)
    client.logout()

    assert _is_dead(_open(client, link))


def test_a_page_opened_before_sets_nothing_after(client, client_of, person) -> None:
    link = _ask_for_link(client)
    page = _open(client, link)
    person.set_password("third-horse-battery")
    person.save()

    client.post(page.redirect_chain[-1][0], {"password1": FRESH, "password2": FRESH})

    assert not _can_sign_in(client, FRESH)


def test_a_changed_link_opens_nothing(client, person) -> None:
    link = _ask_for_link(client)

    assert _is_dead(_open(client, link[:-3] + "xx/"))


def test_a_new_password_by_a_link_ends_every_session(client, client_of, person) -> None:
    other = client_of(person)
    assert other.get("/accounts/profile/").status_code == 200

    _set_password(client, _ask_for_link(client))

    assert other.get("/accounts/profile/").status_code == 302


def test_a_bad_password_leaves_the_link_alive(client, person) -> None:
    link = _ask_for_link(client)

    response = _set_password(client, link, password="123")

    assert "Пароль не изменён" in response.content.decode()
    assert _set_password(client, link).status_code == 302


def test_asking_for_a_link_tells_nothing(client, person) -> None:
    known = client.post(RESET, {"email": "anna@example.com"}, follow=True)
    unknown = client.post(RESET, {"email": "nobody@example.com"}, follow=True)

    assert known.redirect_chain == unknown.redirect_chain
    assert _words(known) == _words(unknown)


def _sign_up(client, email: str, **fields):
    asked = {"email": email, "name": "Борис", "password1": FRESH, "password2": FRESH, **fields}
    return client.post(SIGN_UP, asked, follow=True)


def test_signing_up_with_a_known_e_mail_looks_like_with_a_new_one(client, person) -> None:
    known = _sign_up(client, "anna@example.com")
    unknown = _sign_up(client, "boris@example.com")

    assert known.redirect_chain == unknown.redirect_chain
    assert _words(known).replace("anna@", "boris@") == _words(unknown)
    assert not User.objects.filter(name="Борис").exclude(email="boris@example.com").exists()


def test_a_wrong_password_reads_like_an_unknown_person(client, person) -> None:
    known, unknown = (
        client.post("/accounts/login/", {"login": email, "password": "wrong"})
        for email in ("anna@example.com", "nobody@example.com")
    )

    assert _words(known).replace("anna", "") == _words(unknown).replace("nobody", "")


def _words(response) -> str:
    """What the page says, without what changes at every answer."""
    page = response.content.decode()
    for token in ("csrfmiddlewaretoken", "x-csrftoken"):
        while token in page:
            start = page.index(token)
            page = page[:start] + page[page.index(">", start) :]
    return page


def test_a_newcomer_comes_from_the_form_to_his_first_company(client, db) -> None:
    page = client.get(SIGN_UP).content.decode()
    assert "10 символов" in page

    _sign_up(client, "boris@example.com")
    link = link_in(mail.outbox[-1])
    assert "boris@example.com" in client.get(link).content.decode()
    response = client.post(link, follow=True)

    user = User.objects.get(email="boris@example.com")
    assert (user.name, user.language) == ("Борис", "ru")
    assert response.redirect_chain[-1][0] == "/companies/new/"


def test_a_newcomer_keeps_the_language_he_came_in(client, db) -> None:
    asked = {"email": "boris@example.com", "name": "", "password1": FRESH, "password2": FRESH}
    client.post(SIGN_UP, asked, headers={"accept-language": "en"})

    assert User.objects.get(email="boris@example.com").language == "en"


@pytest.mark.parametrize("name", ["Бо\u202eрис", "я" * 10_000, "Бо\0рис"])
def test_hostile_names_are_refused_at_sign_up(client, db, name: str) -> None:
    response = _sign_up(client, "boris@example.com", name=name)

    assert response.status_code == 200
    assert "id_name_error" in response.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["12345", "password123", "boris@example.com", "1234567890"])
def test_weak_passwords_are_refused(client, db, password: str) -> None:
    response = _sign_up(client, "boris@example.com", password1=password, password2=password)

    assert "id_password1_error" in response.content.decode()


def test_a_link_that_confirms_an_e_mail_works_once(client, db) -> None:
    _sign_up(client, "boris@example.com")
    link = link_in(mail.outbox[-1])
    client.post(link)
    client.logout()

    assert _is_dead(client.get(link))


def test_a_link_that_confirms_an_e_mail_grows_old(client, db) -> None:
    _sign_up(client, "boris@example.com")
    link = link_in(mail.outbox[-1])

    with time_machine.travel(timezone.now() + timedelta(days=4)):
        assert _is_dead(client.get(link))


def _change_email(client, email: str = "new@example.com"):
    return client.post(EMAIL, {"email": email, "action_add": "1"})


def test_changing_the_e_mail_asks_who_one_is(client_of, person) -> None:
    response = _change_email(client_of(person))

    assert response.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not EmailAddress.objects.filter(email="new@example.com").exists()


def test_the_old_e_mail_stays_until_the_new_one_is_confirmed(client_of, person) -> None:
    client = client_of(person, confirmed=True)
    _change_email(client)

    person.refresh_from_db()
    assert person.email == "anna@example.com"
    assert "Отправили ссылку на new@example.com" in client.get(EMAIL).content.decode()


def test_a_confirmed_e_mail_takes_the_place_of_the_old_one_which_is_told(client_of, person) -> None:
    client = client_of(person, confirmed=True)
    _change_email(client)
    link = next(link_in(letter) for letter in mail.outbox if letter.to == ["new@example.com"])
    mail.outbox.clear()

    client.post(link)

    person.refresh_from_db()
    assert person.email == "new@example.com"
    assert [row.email for row in person.emailaddress_set.all()] == ["new@example.com"]
    assert ["anna@example.com"] in [letter.to for letter in mail.outbox]


def test_a_taken_e_mail_is_not_given_away(client_of, person) -> None:
    taken = UserFactory(email="boris@example.com")
    taken.emailaddress_set.create(email=taken.email, verified=True, primary=True)
    client = client_of(person, confirmed=True)

    known, unknown = _change_email(client, "boris@example.com"), _change_email(client, "free@example.com")

    assert known.status_code == unknown.status_code
    taken.refresh_from_db()
    assert taken.email == "boris@example.com"


def test_too_many_questions_are_told_when_to_come_back(client, person, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "2/m/ip"}
    for _ in range(2):
        client.post(RESET, {"email": "anna@example.com"})

    response = client.post(RESET, {"email": "anna@example.com"})

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert "Подождите минуту" in response.content.decode()
