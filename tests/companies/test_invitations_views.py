"""Inviting from the settings; for the invited, the page of the link, the sign-up by it, the acceptance."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from companies.choices import InvitationStatus, Role
from companies.models import Company, Invitation, Membership, User
from companies.services.invitations import link
from tests.factories.companies import PASSWORD, InvitationFactory, UserFactory
from tests.links import link_in

PEOPLE = "/lavka/settings/people/"
INVITE = PEOPLE + "invite/"
JOINING = {"name": "Пётр Лебедев", "password1": "gorky-tea-42-cups", "password2": "gorky-tea-42-cups"}
HOSTILE = [
    "п" * 10_000,
    "\u202egmoc.elpmaxe@rtep",
    "petr\x00@example.com",
    "<script>alert(1)</script>",
    "пётр",
    "@",
]


@pytest.fixture
def sure(owner: User, client_of) -> Client:
    """The owner's browser, in which he has just given his password."""
    return client_of(owner, confirmed=True)


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of letters that were asked for."""
    found: list[str] = []
    monkeypatch.setattr("core.letters.post", lambda kind, **ids: found.append(kind))
    return found


@pytest.fixture
def asked(company: Company, owner: User) -> Invitation:
    """An invitation that waits for Pyotr."""
    invitation: Invitation = InvitationFactory(
        company=company, email="petr@example.com", role=Role.ACCOUNTANT, invited_by=owner
    )
    return invitation


def path_of(invitation: Invitation) -> str:
    return urlsplit(link(invitation)).path


def proved(email: str) -> User:
    user = UserFactory(email=email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_an_owner_invites(sure, company, posted) -> None:
    response = sure.post(INVITE, {"email": "  Petr@Example.com ", "role": "manager"}, follow=True)

    invitation = Invitation.objects.for_company(company).get()
    assert (invitation.email, invitation.role) == ("petr@example.com", Role.MANAGER)
    assert response.redirect_chain == [(PEOPLE, 302)]
    assert "Приглашение отправлено на petr@example.com" in words(response)
    assert posted == ["invitation"]


@pytest.mark.parametrize("email", ["", *HOSTILE])
def test_what_is_no_address_is_a_field_error(sure, company, posted, email: str) -> None:
    response = sure.post(INVITE, {"email": email, "role": "manager"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"email"}
    assert "<script>alert" not in response.content.decode()
    assert posted == []


def test_the_role_is_explained_and_must_be_chosen(sure, company) -> None:
    response = sure.post(INVITE, {"email": "petr@example.com", "role": "king"})

    assert set(response.context["form"].errors) == {"role"}
    assert "Реквизитов выплат не видит" in words(response)


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("owner@example.com", "ваш собственный адрес"),
        ("OWNER@example.com", "ваш собственный адрес"),
        ("teammate@example.com", "уже в компании"),
        ("petr@example.com", "уже приглашён"),
    ],
)
def test_who_is_in_or_invited_is_told_at_the_field(
    sure, teammate, asked, company, email: str, said: str
) -> None:
    response = sure.post(INVITE, {"email": email, "role": "viewer"})

    assert response.status_code == 422
    assert said in str(response.context["form"].errors["email"])
    assert Invitation.objects.for_company(company).count() == 1


def test_too_many_are_told_at_the_field(sure, company) -> None:
    InvitationFactory.create_batch(50, company=company)

    response = sure.post(INVITE, {"email": "petr@example.com", "role": "viewer"})

    assert "Открыто 50 приглашений" in str(response.context["form"].errors["email"])


def test_inviting_asks_who_one_is_and_keeps_what_was_filled_in(owner_client, company, posted) -> None:
    opened = owner_client.get(INVITE)
    response = owner_client.post(INVITE, {"email": "petr@example.com", "role": "manager"})

    assert opened.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    assert response.status_code == 422
    assert response.context["form"]["email"].value() == "petr@example.com"
    assert posted == []


def test_a_link_is_sent_again_and_withdrawn(sure, company, posted) -> None:
    invitation = InvitationFactory(company=company, email="petr@example.com", expired=True)
    old = path_of(invitation)

    resent = sure.post(f"{PEOPLE}invitations/{invitation.pk}/resend/", follow=True)
    again = sure.post(f"{PEOPLE}invitations/{invitation.pk}/resend/", follow=True)
    withdrawn = sure.post(f"{PEOPLE}invitations/{invitation.pk}/withdraw/", follow=True)
    late = sure.post(f"{PEOPLE}invitations/{invitation.pk}/resend/", follow=True)

    assert "Новая ссылка отправлена" in words(resent)
    assert "меньше минуты назад" in words(again)
    assert "отозвано, ссылка не работает" in words(withdrawn)
    assert "отправлять нечего" in words(late)
    assert posted == ["invitation"]
    invitation.refresh_from_db()
    assert path_of(invitation) != old


def test_a_guest_without_a_cabinet_is_led_to_sign_up(client, asked) -> None:
    response = client.get(path_of(asked))

    text = words(response)
    assert [word for word in ("Льняная лавка", "Бухгалтер", "petr@example.com") if word not in text] == []
    assert path_of(asked) + "signup/" in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]


def test_a_guest_with_a_cabinet_is_led_to_sign_in_and_back(client, asked) -> None:
    proved("petr@example.com")

    body = client.get(path_of(asked)).content.decode()

    assert f"/accounts/login/?next={quote(path_of(asked))}" in body
    assert "signup/" not in body


def test_the_invited_signs_up_without_a_second_letter_and_accepts(client, asked, company) -> None:
    path = path_of(asked)

    signed_up = client.post(path + "signup/", JOINING)
    accepted = client.post(path, follow=True)

    assert (signed_up.status_code, signed_up.headers["Location"]) == (302, path)
    user = User.objects.get(email="petr@example.com")
    assert (user.name, user.check_password(JOINING["password1"])) == ("Пётр Лебедев", True)
    assert list(EmailAddress.objects.filter(user=user).values_list("email", "verified", "primary")) == [
        ("petr@example.com", True, True)
    ]
    assert mail.outbox == []
    assert accepted.redirect_chain == [("/lavka/", 302)]
    assert Membership.objects.for_company(company).get(user=user).role == Role.ACCOUNTANT


def test_another_address_cannot_be_slipped_in(client, asked) -> None:
    client.post(path_of(asked) + "signup/", {**JOINING, "email": "mallory@example.com"})

    assert list(User.objects.filter(name="Пётр Лебедев").values_list("email", flat=True)) == [
        "petr@example.com"
    ]


def test_the_proof_of_the_link_is_not_left_in_the_browser(client, asked) -> None:
    client.get(path_of(asked) + "signup/")
    client.post(path_of(asked) + "signup/", {**JOINING, "password2": "other"})

    client.post(
        "/accounts/signup/",
        {"email": "mallory@example.com", "password1": PASSWORD + "1", "password2": PASSWORD + "1"},
    )

    assert not EmailAddress.objects.filter(email="petr@example.com").exists()
    assert not EmailAddress.objects.filter(email="mallory@example.com", verified=True).exists()


@pytest.mark.parametrize("name", ["", "п" * 10_000, "\u202eрётП", "Пётр\x00"])
def test_a_hostile_name_is_a_field_error(client, asked, name: str) -> None:
    response = client.post(path_of(asked) + "signup/", {**JOINING, "name": name})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"name"}
    assert not User.objects.filter(email="petr@example.com").exists()


def test_a_weak_password_is_refused(client, asked) -> None:
    response = client.post(
        path_of(asked) + "signup/", {**JOINING, "password1": "12345", "password2": "12345"}
    )

    assert set(response.context["form"].errors) == {"password1"}


def test_whoever_has_a_cabinet_does_not_sign_up_again(client, client_of, asked, stranger) -> None:
    assert client_of(stranger).get(path_of(asked) + "signup/").headers["Location"] == path_of(asked)
    proved("petr@example.com")

    assert client.post(path_of(asked) + "signup/", JOINING).headers["Location"] == path_of(asked)


def test_a_guest_who_presses_accept_is_shown_the_page(client, asked) -> None:
    response = client.post(path_of(asked))

    assert response.status_code == 200
    assert not Membership.objects.for_company(asked.company).filter(user__email="petr@example.com").exists()


def test_looking_at_the_link_accepts_nothing(client_of, asked) -> None:
    client = client_of(proved("petr@example.com"))

    response = client.get(path_of(asked))

    asked.refresh_from_db()
    assert "Принять приглашение" in words(response)
    assert asked.accepted_at is None


def test_somebody_else_is_told_who_he_is_and_for_whom_it_is(client_of, stranger, asked, company) -> None:
    client = client_of(stranger)

    text = words(client.get(path_of(asked)))
    response = client.post(path_of(asked))

    assert "Вы вошли как stranger@example.com, а приглашение для petr@example.com" in text
    assert response.headers["Location"] == path_of(asked)
    assert not Membership.objects.for_company(company).filter(user=stranger).exists()


def test_signing_out_there_leads_back_to_the_link(client_of, stranger, asked) -> None:
    response = client_of(stranger).post("/accounts/logout/", {"next": path_of(asked)})

    assert response.headers["Location"] == path_of(asked)


def test_an_unconfirmed_address_is_sent_to_confirm_it(client_of, asked) -> None:
    user = UserFactory(email="petr@example.com")
    EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)

    text = words(client_of(user).get(path_of(asked)))

    assert "Подтвердите почту" in text
    assert "Принять приглашение" not in text


@pytest.mark.parametrize(
    ("trait", "said"),
    [
        ("expired", "Срок приглашения вышел"),
        ("withdrawn", "Приглашение отозвано"),
        ("accepted", "Приглашение уже принято"),
    ],
)
def test_a_closed_link_says_why(client, company, trait: str, said: str) -> None:
    path = path_of(InvitationFactory(company=company, **{trait: True}))

    response = client.get(path)

    assert response.status_code == 410
    assert said in words(response)
    assert client.get(path + "signup/").headers["Location"] == path


def test_an_older_link_names_the_newer(client, asked) -> None:
    old = path_of(asked)
    asked.nonce = "n" * 32
    asked.save()

    assert "Есть ссылка новее" in words(client.get(old))


def test_who_accepted_sees_that_he_did(client_of, asked) -> None:
    client = client_of(proved("petr@example.com"))
    client.post(path_of(asked))

    response = client.get(path_of(asked))
    pressed = client.post(path_of(asked))

    assert "Вы приняли это приглашение" in words(response)
    assert pressed.headers["Location"] == "/lavka/"
    asked.refresh_from_db()
    assert asked.status(asked.expires_at) == InvitationStatus.ACCEPTED


def test_from_the_owners_form_to_the_orders_by_the_letter_alone(
    sure, client, company, mailoutbox, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        sure.post(INVITE, {"email": "petr@example.com", "role": "warehouse"})
    (letter,) = mailoutbox
    path = link_in(letter)

    client.post(path + "signup/", JOINING)
    client.post(path)

    assert letter.to == ["petr@example.com"]
    assert client.get("/lavka/orders/").status_code == 200
    assert client.get(INVITE).status_code == 403
    assert client.get(path).status_code == 410


@pytest.mark.parametrize("token", ["x", "eyJwayI6MX0:made-up", "a" * 5_000, "%00", "%E2%80%AE", "<script>"])
def test_a_made_up_link_is_404(client, client_of, stranger, token: str) -> None:
    for browser in (client, client_of(stranger)):
        assert browser.get(f"/companies/invitations/{token}/").status_code == 404
        assert browser.post(f"/companies/invitations/{token}/").status_code == 404
        assert browser.get(f"/companies/invitations/{token}/signup/").status_code == 404
