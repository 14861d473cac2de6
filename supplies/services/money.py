"""What is missing from supplies, valued anew: cost prices come and change after the count."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from core.locks import lock_until_commit
from core.periods import business_day
from supplies.models import Supply
from supplies.selectors.values import unit_values
from supplies.services.lines import COUNTED, added_up, held_lines

if TYPE_CHECKING:
    from marketplaces.models import MarketplaceAccount
    from supplies.models import SupplyQuerySet

# As long as anybody may still be asked for the money.
_LOOKED_BACK: Final = timedelta(days=120)


# A supply may have thousands of lines.
_AT_ONCE: Final = 50


def value_missing(*, account: MarketplaceAccount) -> int:
    """Value the missing units of counted supplies by the cost prices of today, portion by portion; say of how many it
    changed."""
    found = list(_counted(account).order_by("pk").values_list("pk", flat=True))
    return sum(_value(account, found[start : start + _AT_ONCE]) for start in range(0, len(found), _AT_ONCE))


def _counted(account: MarketplaceAccount) -> SupplyQuerySet:
    rows: SupplyQuerySet = Supply.objects.for_company(account.company_id).filter(
        account=account,
        status__in=COUNTED,
        missing_units__gt=0,
        status_at__gte=timezone.now() - _LOOKED_BACK,
    )
    return rows


@transaction.atomic
def _value(account: MarketplaceAccount, supply_ids: list[int]) -> int:
    lock_until_commit("supplies", account.pk)
    now = timezone.now()
    rows = _counted(account).filter(pk__in=supply_ids)
    supplies = list(rows.only("company_id", "status", "missing_amount"))
    lines = held_lines(company_id=account.company_id, supply_ids=[one.pk for one in supplies])
    values = unit_values(
        company_id=account.company_id,
        listing_ids={line.listing_id for group in lines.values() for line in group if line.listing_id},
        on=business_day(now, account.company.zone),
    )
    amounts = {pk: value.amount for pk, value in values.items()}
    changed = []
    for supply in supplies:
        worth = added_up(lines[supply.pk], status=supply.status, values=amounts).missing_amount
        if worth != supply.missing_amount:
            supply.missing_amount, supply.changed_at = worth, now
            changed.append(supply)
    Supply.all_companies.bulk_update(changed, ["missing_amount", "changed_at"])
    return len(changed)
