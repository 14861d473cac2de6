"""SSCC numbers of boxes: extension digit, the company's GS1 prefix, a serial that is never given twice, check digit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.locks import lock_until_commit
from supplies.labels.barcodes import check_digit
from supplies.models import SsccSeries

if TYPE_CHECKING:
    from companies.models import Company

SHORTEST_PREFIX: Final = 7
LONGEST_PREFIX: Final = 10
_DIGITS: Final = 17
_PREFIX: Final = re.compile(rf"[0-9]{{{SHORTEST_PREFIX},{LONGEST_PREFIX}}}")


class BadPrefix(ValueError):
    """It cannot be a GS1 company prefix; the message says why."""


class SeriesExhausted(Exception):
    """The series has no more numbers; the message says what to do."""


def checked_prefix(text: str) -> str:
    """The GS1 company prefix without the spaces and hyphens that people put into it. Raises BadPrefix."""
    prefix = re.sub(r"[\s\-]+", "", text)
    if not _PREFIX.fullmatch(prefix):
        raise BadPrefix(
            _("A GS1 company prefix has %(least)s to %(most)s digits and nothing else.")
            % {"least": SHORTEST_PREFIX, "most": LONGEST_PREFIX}
        )
    if prefix.startswith("000"):
        raise BadPrefix(_("GS1 gives no prefixes that begin with 000."))
    return prefix


def last_serial(prefix: str) -> int:
    """The largest serial that fits beside the prefix."""
    return int(10 ** (_DIGITS - 1 - len(prefix))) - 1


def sscc(*, extension: int, prefix: str, serial: int) -> str:
    """The 18 digits. Raises SeriesExhausted when the serial does not fit."""
    if not 0 < serial <= last_serial(prefix):
        raise _exhausted(prefix)
    digits = f"{extension}{prefix}{serial:0{_DIGITS - 1 - len(prefix)}d}"
    return digits + check_digit(digits)


def series_of(company: Company) -> SsccSeries | None:
    """The series from which boxes are numbered now; None: the company has not given its prefix."""
    rows = SsccSeries.objects.for_company(company).order_by("-chosen_at", "-pk")
    found: SsccSeries | None = rows.first()
    return found


@transaction.atomic
def choose_series(*, company: Company, prefix: str, extension: int, next_serial: int) -> SsccSeries:
    """Number boxes from this series from now on. A series that was used before goes on from where it stopped, never
    from before. Raises BadPrefix, SeriesExhausted."""
    number = checked_prefix(prefix)
    if next_serial > last_serial(number):
        raise _exhausted(number)
    lock_until_commit("sscc", company.pk)
    series: SsccSeries = SsccSeries.objects.for_company(company).get_or_create(
        company=company, prefix=number, extension=extension
    )[0]
    series.next_serial = max(series.next_serial, next_serial)
    series.chosen_at = timezone.now()
    series.save(update_fields=["next_serial", "chosen_at"])
    return series


@transaction.atomic
def take_numbers(*, company: Company, count: int) -> list[str]:
    """So many SSCCs that nobody had before; none when the company has no series. Raises SeriesExhausted, and then
    none is taken."""
    lock_until_commit("sscc", company.pk)
    series = series_of(company)
    if series is None or count == 0:
        return []
    first = series.next_serial
    numbers = [
        sscc(extension=series.extension, prefix=series.prefix, serial=serial)
        for serial in range(first, first + count)
    ]
    SsccSeries.objects.for_company(company).filter(pk=series.pk).update(next_serial=first + count)
    return numbers


def _exhausted(prefix: str) -> SeriesExhausted:
    return SeriesExhausted(
        _("The numbers of the prefix %(prefix)s are used up: choose another extension digit or prefix.")
        % {"prefix": prefix}
    )
