"""Confirming a draft, or discarding it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from catalog.choices import BatchState, ChangeState
from catalog.models import PriceBatch, PriceChange
from catalog.services.prices.drafting import ON_ITS_WAY
from catalog.services.prices.finishing import finish_batches
from catalog.services.prices.wishes import refusal, setter_of
from core.locks import lock_until_commit
from marketplaces.models import AccountStatus

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from companies.models import Company

_AT_ONCE: Final = 5_000


class CannotConfirm(Exception):
    """The batch is no draft any more."""


@transaction.atomic
def confirm_batch(*, company: Company, batch_id: int) -> PriceBatch:
    """Queue the rows of a draft that nothing stands against.

    Rows whose listing has got another price, or another new price on its way, since the draft was made are
    REFUSED, and with them the other sizes that share their price. Raises CannotConfirm, PriceBatch.DoesNotExist.
    """
    lock_until_commit("prices", company.pk)
    batch = _draft(company, batch_id)
    rows = PriceChange.objects.for_company(company).filter(batch=batch, state=ChangeState.DRAFT)
    _refuse(rows.exclude(account__status=AccountStatus.ACTIVE), "account_off")
    _refuse(rows.filter(_has_changed()), "changed_meanwhile")
    others = PriceChange.objects.for_company(company).filter(
        listing=OuterRef("listing"), state__in=ON_ITS_WAY
    )
    _refuse(rows.filter(Exists(others)), "on_its_way")
    for account_id, cards in _torn_cards(batch).items():
        _refuse(rows.filter(account=account_id, listing__card_id__in=cards), "changed_meanwhile")
    rows.update(state=ChangeState.QUEUED)
    batch.state, batch.confirmed_at = BatchState.CONFIRMED, timezone.now()
    batch.save(update_fields=["state", "confirmed_at"])
    finish_batches(company_id=company.pk, batch_ids=[batch.pk])
    batch.refresh_from_db()
    return batch


@transaction.atomic
def discard_batch(*, company: Company, batch_id: int) -> PriceBatch:
    """Throw a draft away; nothing was sent. Raises CannotConfirm, PriceBatch.DoesNotExist."""
    batch = _draft(company, batch_id)
    now = timezone.now()
    rows = PriceChange.objects.for_company(company).filter(batch=batch, state=ChangeState.DRAFT)
    rows.update(state=ChangeState.DISCARDED, decided_at=now)
    batch.state, batch.settled_at = BatchState.DISCARDED, now
    batch.save(update_fields=["state", "settled_at"])
    return batch


def accounts_of(batch: PriceBatch) -> list[int]:
    """The accounts that have queued rows of the batch."""
    rows = PriceChange.objects.for_company(batch.company_id).filter(batch=batch, state=ChangeState.QUEUED)
    return list(rows.order_by("account_id").values_list("account_id", flat=True).distinct())


def _draft(company: Company, batch_id: int) -> PriceBatch:
    batch: PriceBatch = (
        PriceBatch.objects.for_company(company).select_for_update(no_key=True, of=("self",)).get(pk=batch_id)
    )
    if batch.state != BatchState.DRAFT:
        raise CannotConfirm
    return batch


def _has_changed() -> Q:
    changed = Q()
    for name in ("price", "old_price", "min_price"):
        held, was = f"listing__{name}", f"was_{name}"
        changed |= ~Q(**{held: F(was)}) & Q(**{f"{held}__isnull": False, f"{was}__isnull": False})
        changed |= Q(**{f"{held}__isnull": True, f"{was}__isnull": False})
        changed |= Q(**{f"{held}__isnull": False, f"{was}__isnull": True})
    return changed


def _torn_cards(batch: PriceBatch) -> dict[int, set[str]]:
    """By account the cards of which a size has just been refused, where a card has one price."""
    refused = PriceChange.objects.for_company(batch.company_id).filter(
        batch=batch, state=ChangeState.REFUSED, decided_at__isnull=False
    )
    cards: dict[int, set[str]] = defaultdict(set)
    for account_id, marketplace, card_id in refused.values_list(
        "account_id", "account__marketplace", "listing__card_id"
    ):
        setter = setter_of(marketplace)
        if card_id and setter is not None and setter.prices_cards:
            cards[account_id].add(card_id)
    return cards


def _refuse(rows: QuerySet[PriceChange], code: str) -> None:
    # By number: an UPDATE that joins its own table once more takes minutes where statistics do not know the draft yet.
    pks = list(rows.values_list("pk", flat=True))
    for place in range(0, len(pks), _AT_ONCE):
        PriceChange.all_companies.filter(pk__in=pks[place : place + _AT_ONCE]).update(
            state=ChangeState.REFUSED, problems=[refusal(code)], decided_at=timezone.now()
        )
