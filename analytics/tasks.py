"""Celery's way to the facts."""

from __future__ import annotations

from celery import shared_task
from django.db.models import Q

from analytics.models import FactsState
from analytics.services import refresh_facts
from catalog.models import TouchedDay
from companies.models import Company


@shared_task(name="analytics.refresh_facts")
def refresh_facts_of_touched_companies() -> None:
    """Bring the facts of every company up to date whose orders or stock changed, or whose days begin elsewhere now."""
    touched = TouchedDay.all_companies.order_by().values("company_id").distinct()
    moved = FactsState.all_companies.of_another_zone().values("company_id")
    for company in Company.objects.filter(Q(pk__in=touched) | Q(pk__in=moved)).order_by("pk"):
        refresh_facts(company)
