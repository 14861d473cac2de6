"""Before an agreement ends its owners and managers are told, once for each of 30, 7 and 1 days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from celery.schedules import crontab

from companies.choices import Role
from companies.models import AuditEntry
from fbo_cabinet.celery import app
from marketplaces import services
from marketplaces.models import Agreement
from marketplaces.services import AgreementTerms
from marketplaces.tasks import remind_of_agreements
from tests.factories.agreements import AgreementFactory
from tests.factories.companies import CompanyFactory, MembershipFactory

if TYPE_CHECKING:
    from collections.abc import Callable

END = date(2026, 12, 24)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement(company, owner) -> Agreement:
    return AgreementFactory(company=company, number="ИР-5", ends_on=END)


@pytest.fixture
def told(mailoutbox, django_capture_on_commit_callbacks) -> Callable[[str], list[str]]:
    """Run the reminder at the moment; to whom letters went."""

    def remind(moment: str) -> list[str]:
        del mailoutbox[:]
        with time_machine.travel(moment, tick=False), django_capture_on_commit_callbacks(execute=True):
            remind_of_agreements()
        return [letter.to[0] for letter in mailoutbox]

    return remind


def test_each_threshold_is_told_of_once(agreement, owner, told) -> None:
    days = {offset: f"{END - timedelta(days=offset)}T06:10:00Z" for offset in range(40, -10, -1)}

    told_on = [offset for offset, moment in days.items() if told(moment)]

    assert told_on == [30, 7, 1]


def test_the_letter_names_the_agreement_and_the_days(agreement, told, mailoutbox) -> None:
    told("2026-12-17T06:10:00Z")

    assert "ИР-5" in mailoutbox[0].subject
    assert "7 дней" in mailoutbox[0].subject


def test_a_day_that_was_missed_is_made_up_for(agreement, told) -> None:
    assert told("2026-12-20T06:10:00Z")
    assert not told("2026-12-21T06:10:00Z")
    assert told("2026-12-24T06:10:00Z")


def test_nobody_is_told_of_what_has_ended(agreement, told) -> None:
    assert not told("2026-12-25T06:10:00Z")


def test_an_agreement_without_an_end_is_left_alone(company, owner, told) -> None:
    AgreementFactory(company=company)

    assert not told("2026-12-20T06:10:00Z")


def test_owners_and_managers_of_the_company_are_told(agreement, company, owner, told) -> None:
    people = {role: MembershipFactory(company=company, role=role).user.email for role in Role}
    MembershipFactory(company=company, role=Role.OWNER, user__is_active=False)
    MembershipFactory(company=CompanyFactory(), role=Role.OWNER)

    assert sorted(told("2026-12-20T06:10:00Z")) == sorted(
        [owner.email, people[Role.OWNER], people[Role.MANAGER]]
    )


@pytest.mark.parametrize(
    ("zone", "is_told"), [("Asia/Kamchatka", True), ("Europe/Moscow", False), ("Europe/Kaliningrad", False)]
)
def test_days_are_those_of_the_company(agreement, company, told, zone: str, is_told: bool) -> None:
    company.time_zone = zone
    company.save()

    # On Kamchatka the 24th has begun: 30 days are left there, 31 in Moscow.
    assert bool(told("2026-11-23T13:00:00Z")) is is_told


def test_another_last_day_is_reminded_of_anew(agreement, told) -> None:
    told("2026-12-23T06:10:00Z")
    terms = AgreementTerms(
        marketplace="ozon",
        number="ИР-5",
        signed_on=agreement.signed_on,
        scheme="fbo",
        currency="RUB",
        ends_on=END + timedelta(days=10),
    )

    services.change_agreement(agreement=agreement, terms=terms)

    assert told("2026-12-28T06:10:00Z")


def test_a_change_that_leaves_the_last_day_reminds_of_nothing_new(agreement, told) -> None:
    told("2026-12-20T06:10:00Z")
    terms = AgreementTerms(
        marketplace="ozon",
        number="ИР-6",
        signed_on=agreement.signed_on,
        scheme="fbo",
        currency="RUB",
        ends_on=END,
    )

    services.change_agreement(agreement=agreement, terms=terms)

    assert not told("2026-12-21T06:10:00Z")


def test_of_two_workers_one_posts_the_letters(
    agreement, mailoutbox, django_capture_on_commit_callbacks
) -> None:
    seen_by_both = [Agreement.all_companies.select_related("company").get() for _ in range(2)]

    with (
        time_machine.travel("2026-12-17T06:10:00Z", tick=False),
        django_capture_on_commit_callbacks(execute=True),
    ):
        told = [services.remind_of_end(agreement=seen) for seen in seen_by_both]

    assert told == [7, None]
    assert len(mailoutbox) == 1


def test_the_mark_of_the_machine_makes_no_noise_in_the_trail(agreement, company, told) -> None:
    before = AuditEntry.objects.for_company(company).count()

    told("2026-12-20T06:10:00Z")

    assert Agreement.all_companies.get().reminded_days == 7
    assert AuditEntry.objects.for_company(company).count() == before


@pytest.mark.parametrize("agreements", [1, 3])
def test_the_search_for_them_is_one_query(agreements: int, django_assert_num_queries) -> None:
    for _ in range(agreements):
        AgreementFactory(ends_on=END)

    with time_machine.travel("2026-12-20T06:10:00Z", tick=False), django_assert_num_queries(1):
        found = services.ending_agreements()
        assert len({agreement.company.zone for agreement in found}) == 1
    assert len(found) == agreements


def test_the_clock_calls_it_once_a_day() -> None:
    entry = app.conf.beat_schedule["remind-of-agreements"]

    assert entry["task"] in app.tasks
    assert entry["schedule"] == crontab(hour="6", minute="10")
