"""Recording tariffs as they were published: a row for as long as a value stays, and the days that were asked."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.utils import timezone

from catalog.models import TariffDay
from core.locks import lock_until_commit
from marketplaces.contracts.pages import Rejected
from marketplaces.models import QuarantineState
from marketplaces.streams import PageResult
from marketplaces.wire import OUT_OF_RANGE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from marketplaces.contracts.tariffs import TariffSnapshot
    from marketplaces.models import MarketplaceAccount

STREAM: Final = "tariffs"
# numeric(14, 4) holds this much; anything larger is a broken answer.
_LARGEST: Final = Decimal(9_999_999_999)
_LONGEST_ID, _LONGEST_NAME, _LONGEST_WORD = 255, 300, 100

_COLUMNS: Final = "subject, subject_id, subject_name, kind, raw_name, value, unit, currency, details"
_STAGE = f"""
    CREATE TEMPORARY TABLE IF NOT EXISTS tariff_read ON COMMIT DELETE ROWS
        AS SELECT {_COLUMNS}, listing_id FROM catalog_tariff WITH NO DATA;
    DELETE FROM tariff_read
"""  # noqa: S608 - names of our own columns
_COPY = f"COPY tariff_read ({_COLUMNS}) FROM STDIN"
# A table that grows faster than its statistics would be read once for every row: hashing is never that bad.
_FIND_LISTINGS = """
    UPDATE tariff_read seen SET listing_id = listing.id FROM catalog_listing listing
    WHERE seen.subject = 'listing' AND listing.company_id = %(company)s AND listing.account_id = %(account)s
      AND listing.external_id = seen.subject_id;
    ANALYZE tariff_read;
    SET LOCAL enable_nestloop = off
"""
_KEY = """
    held.company_id = %(company)s AND held.account_id = %(account)s AND held.subject = seen.subject
    AND held.subject_id = seen.subject_id AND held.raw_name = seen.raw_name
"""
_HELD = "(held.kind, held.value, held.unit, held.currency, held.details)"
_SEEN = "(seen.kind, seen.value, seen.unit, seen.currency, seen.details)"
# What a day later than this one has told already is not told again by an older answer.
_FORGET_OLDER = f"""
    DELETE FROM tariff_read seen USING catalog_tariff held
    WHERE {_KEY} AND (held.seen_on > %(day)s OR held.valid_to >= %(day)s)
"""  # noqa: S608 - our own text
# Of several answers on one day the last one counts: what stood only since today goes …
_TAKE_BACK = f"""
    DELETE FROM catalog_tariff held USING tariff_read seen
    WHERE {_KEY} AND held.valid_to IS NULL AND held.valid_from = %(day)s AND {_HELD} IS DISTINCT FROM {_SEEN}
    RETURNING held.id
"""  # noqa: S608 - our own text
# … what stood before ends yesterday …
_CLOSE = f"""
    UPDATE catalog_tariff held SET valid_to = %(day)s - 1, seen_on = least(held.seen_on, %(day)s - 1)
    FROM tariff_read seen
    WHERE {_KEY} AND held.valid_to IS NULL AND {_HELD} IS DISTINCT FROM {_SEEN}
"""  # noqa: S608 - our own text
# … unless today brought it back: it never ended.
_REOPEN = f"""
    UPDATE catalog_tariff held SET valid_to = NULL, seen_on = %(day)s FROM tariff_read seen
    WHERE {_KEY} AND held.valid_to = %(day)s - 1 AND {_HELD} IS NOT DISTINCT FROM {_SEEN}
      AND NOT EXISTS (
        SELECT 1 FROM catalog_tariff newer
        WHERE newer.company_id = held.company_id AND newer.account_id = held.account_id
          AND newer.subject = held.subject AND newer.subject_id = held.subject_id
          AND newer.raw_name = held.raw_name AND newer.valid_from > held.valid_from
      )
"""  # noqa: S608 - our own text
_STAY = f"""
    UPDATE catalog_tariff held SET seen_on = %(day)s, subject_name = seen.subject_name,
        listing_id = coalesce(seen.listing_id, held.listing_id)
    FROM tariff_read seen
    WHERE {_KEY} AND held.valid_to IS NULL
      AND (held.seen_on, held.subject_name, held.listing_id)
          IS DISTINCT FROM (%(day)s, seen.subject_name, coalesce(seen.listing_id, held.listing_id))
"""  # noqa: S608 - our own text
_OPEN = f"""
    INSERT INTO catalog_tariff ({_COLUMNS}, listing_id, company_id, account_id, valid_from, seen_on)
    SELECT {_COLUMNS}, listing_id, %(company)s, %(account)s, %(day)s, %(day)s FROM tariff_read seen
    WHERE NOT EXISTS (SELECT 1 FROM catalog_tariff held WHERE {_KEY} AND held.valid_to IS NULL)
"""  # noqa: S608 - our own text

# What the whole answer does not name any more has ended; a record that could not be read has not.
_CLOSE_GONE = """
    UPDATE catalog_tariff held SET valid_to = %(day)s - 1
    WHERE held.company_id = %(company)s AND held.account_id = %(account)s AND held.valid_to IS NULL
      AND held.seen_on < %(day)s AND NOT held.subject_id = ANY(%(unreadable)s)
      AND NOT EXISTS (
        SELECT 1 FROM marketplaces_quarantinedrecord record
        WHERE record.company_id = held.company_id AND record.account_id = held.account_id
          AND record.stream = %(stream)s AND record.state <> %(settled)s AND record.external_id = held.subject_id
      )
"""
_COUNT_DAY = """
    SELECT count(*) FILTER (WHERE held.valid_to IS NULL),
           count(*) FILTER (WHERE held.valid_from = %(day)s AND before.id IS NOT NULL)
    FROM catalog_tariff held
    LEFT JOIN catalog_tariff before
      ON before.company_id = held.company_id AND before.account_id = held.account_id
     AND before.subject = held.subject AND before.subject_id = held.subject_id
     AND before.raw_name = held.raw_name AND before.valid_to = %(day)s - 1 AND held.valid_from = %(day)s
    WHERE held.company_id = %(company)s AND held.account_id = %(account)s
      AND (held.valid_to IS NULL OR held.valid_from = %(day)s)
"""


@transaction.atomic(savepoint=False)
def record_tariffs(
    *, account: MarketplaceAccount, snapshots: Sequence[TariffSnapshot], day: date
) -> PageResult:
    """Write the tariffs read on a business day.

    The same value only moves `seen_on`; a changed one ends the row yesterday and begins another today. Of several
    answers on one day the last counts, and an answer older than what is held changes nothing. Values that no
    tariff can have go to quarantine.
    """
    lock_until_commit(STREAM, account.pk)
    good = [one for one in snapshots if _is_possible(one)]
    latest = {(one.subject, one.subject_id, one.raw_name): one for one in good}
    values: dict[str, Any] = {"company": account.company_id, "account": account.pk, "day": day}
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            for one in latest.values():
                copy.write_row(_row(one))
        cursor.execute(_FIND_LISTINGS, values)
        cursor.execute(_FORGET_OLDER, values)
        cursor.execute(_TAKE_BACK, values)
        taken_back = cursor.rowcount
        cursor.execute(_CLOSE, values)
        closed = cursor.rowcount
        cursor.execute(_REOPEN, values)
        reopened = cursor.rowcount
        cursor.execute(_STAY, values)
        cursor.execute(_OPEN, values)
        opened = cursor.rowcount
        cursor.execute("SET LOCAL enable_nestloop = on")
    changed = min(closed + taken_back, opened + reopened)
    inserted = opened + reopened - changed
    return PageResult(
        inserted=inserted,
        changed=changed,
        unchanged=max(0, len(good) - inserted - changed),
        rejected=tuple(_rejected(one) for one in snapshots if not _is_possible(one)),
    )


@transaction.atomic(savepoint=False)
def complete_day(*, account: MarketplaceAccount, day: date, unreadable: Collection[str] = ()) -> TariffDay:
    """Close what the whole answer of the day did not name, and note that the day was read.

    `unreadable` are the ids of what was named but could not be read; those that stand in quarantine are known.
    """
    lock_until_commit(STREAM, account.pk)
    values: dict[str, Any] = {
        "company": account.company_id,
        "account": account.pk,
        "day": day,
        "stream": STREAM,
        "settled": QuarantineState.RESOLVED.value,
        "unreadable": list(unreadable),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_CLOSE_GONE, values)
        cursor.execute(_COUNT_DAY, values)
        rows, changed = cursor.fetchone()
        cursor.execute("SET LOCAL enable_nestloop = on")
    noted: TariffDay
    noted, _is_new = TariffDay.objects.for_company(account.company_id).update_or_create(
        account=account,
        day=day,
        defaults={"rows": rows, "changed": changed, "read_at": timezone.now()},
        create_defaults={
            "company_id": account.company_id,
            "rows": rows,
            "changed": changed,
            "read_at": timezone.now(),
        },
    )
    return noted


def _is_possible(one: TariffSnapshot) -> bool:
    is_value = one.value.is_finite() and abs(one.value) <= _LARGEST
    return is_value and 0 < len(one.subject_id) <= _LONGEST_ID and 0 < len(one.raw_name) <= _LONGEST_WORD


def _rejected(one: TariffSnapshot) -> Rejected:
    return Rejected(
        external_id=one.subject_id[:100],
        reason=OUT_OF_RANGE,
        detail=one.raw_name[:_LONGEST_WORD],
        payload={"subject_id": one.subject_id[:_LONGEST_ID], "value": str(one.value)[:40]},
    )


def _row(one: TariffSnapshot) -> tuple[Any, ...]:
    return (
        one.subject.value,
        one.subject_id,
        one.subject_name[:_LONGEST_NAME],
        one.kind.value,
        one.raw_name,
        one.value,
        one.unit.value,
        one.currency[:3],
        json.dumps(dict(one.details), sort_keys=True),
    )
