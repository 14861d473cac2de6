"""Celery's way to the facts."""

from __future__ import annotations

from celery import shared_task

from analytics.services import refresh_facts
from catalog.models import TouchedDay
from companies.models import Company


@shared_task(name="analytics.refresh_facts")
def refresh_facts_of_touched_companies() -> None:
    """Bring the facts of every company whose orders or stock changed up to date."""
    touched = TouchedDay.all_companies.order_by().values("company_id").distinct()
    for company in Company.objects.filter(pk__in=touched).order_by("pk"):
        refresh_facts(company)
