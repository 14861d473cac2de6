"""Staff see who is locked out, and let people in before the pause is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.urls import reverse
from django.utils import timezone

from tests.factories.companies import UserFactory

LIST = "/admin/axes/accessattempt/"


def _wrong(email: str, address: str, count: int = 5, **fields) -> AccessAttempt:
    return AccessAttempt.objects.create(
        username=email,
        ip_address=address,
        failures_since_start=count,
        **{"user_agent": "curl/8.0", "post_data": "planted-secret", **fields},
    )


def test_the_doors_that_are_closed_are_told(client_of, staff) -> None:
    _wrong("anna@example.com", "203.0.113.7")
    _wrong("boris@example.com", "203.0.113.8", count=1)

    page = client_of(staff).get(LIST).content.decode()

    assert "anna@example.com" in page
    assert "человек с этого адреса" in page
    assert page.count("человек с этого адреса") == 1


def test_old_wrong_passwords_close_nothing(client_of, staff) -> None:
    row = _wrong("anna@example.com", "203.0.113.7")
    AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=timezone.now() - timedelta(hours=1))

    assert "человек с этого адреса" not in client_of(staff).get(LIST).content.decode()


def test_an_address_and_a_person_tried_everywhere_are_told(client_of, staff) -> None:
    for number in range(10):
        _wrong(f"person{number}@example.com", "203.0.113.7", count=3)
        _wrong("anna@example.com", f"198.51.100.{number}", count=2)

    page = client_of(staff).get(LIST).content.decode()

    assert "все с этого адреса" in page
    assert "человек в новых браузерах" in page


@pytest.mark.parametrize(
    ("action", "left"),
    [
        ("open_for_people", {("boris@example.com", "203.0.113.7")}),
        ("open_for_addresses", {("anna@example.com", "203.0.113.9")}),
    ],
)
def test_a_door_is_opened(client_of, staff, action: str, left: set[tuple[str, str]]) -> None:
    row = _wrong("anna@example.com", "203.0.113.7")
    _wrong("anna@example.com", "203.0.113.9")
    _wrong("boris@example.com", "203.0.113.7")

    client_of(staff).post(LIST, {"action": action, "_selected_action": [row.pk]})

    assert set(AccessAttempt.objects.values_list("username", "ip_address")) == left


def test_what_was_posted_is_shown_to_nobody(client_of, staff) -> None:
    row = _wrong("anna@example.com", "203.0.113.7")

    page = client_of(staff).get(reverse("admin:axes_accessattempt_change", args=[row.pk])).content.decode()

    assert "anna@example.com" in page
    assert "planted-secret" not in page


def test_staff_without_the_right_open_nothing(client_of, db) -> None:
    row = _wrong("anna@example.com", "203.0.113.7")
    person = UserFactory(is_staff=True)

    client_of(person).post(LIST, {"action": "open_for_people", "_selected_action": [row.pk]})

    assert AccessAttempt.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(
    client_of, staff, django_assert_num_queries, count: int
) -> None:
    for number in range(count):
        _wrong(f"person{number}@example.com", "203.0.113.7")
    client = client_of(staff)
    client.get(LIST)

    with django_assert_num_queries(7):
        client.get(LIST)
