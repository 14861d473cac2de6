"""SSCC numbers of boxes: extension digit, the company's GS1 prefix, a serial that is never given twice, check digit."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.locks import lock_until_commit
from supplies.labels.barcodes import check_digit
from supplies.models import SsccSeries, SupplyBox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from companies.models import Company

SHORTEST_PREFIX: Final = 7
LONGEST_PREFIX: Final = 10
_DIGITS: Final = 17
# Numbers looked up at once where boxes bear the next ones.
_AT_ONCE: Final = 2_000
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
    return _all_series(company.pk).first()


@transaction.atomic
def choose_series(*, company: Company, prefix: str, extension: int, next_serial: int) -> SsccSeries:
    """Number boxes from this series from now on. A series that was used before goes on from where it stopped, never
    from before; and none begins below what another with the same extension digit gave of the same numbers, as that of
    a prefix that begins alike does. Raises BadPrefix, SeriesExhausted."""
    number = checked_prefix(prefix)
    if next_serial > last_serial(number):
        raise _exhausted(number)
    lock_until_commit("sscc", company.pk)
    series: SsccSeries = SsccSeries.objects.for_company(company).get_or_create(
        company=company, prefix=number, extension=extension
    )[0]
    series.next_serial = max(series.next_serial, next_serial)
    if series.next_serial > last_serial(number):
        raise _exhausted(number)
    series.next_serial = _first_free(series)
    series.chosen_at = timezone.now()
    series.save(update_fields=["next_serial", "chosen_at"])
    return series


@transaction.atomic
def take_numbers(*, company: Company, count: int) -> list[str]:
    """So many SSCCs that nobody had before: no series of the company gave them and none of its boxes bears them; none
    when the company has no series. Raises SeriesExhausted, and then none is taken."""
    lock_until_commit("sscc", company.pk)
    series = series_of(company)
    if series is None or count == 0:
        return []
    free = _free_numbers(series, count)
    SsccSeries.objects.for_company(company).filter(pk=series.pk).update(next_serial=free[-1][1] + 1)
    return [number for number, _serial in free]


def _all_series(company_id: int) -> QuerySet[SsccSeries]:
    """The one in use first."""
    return SsccSeries.objects.for_company(company_id).order_by("-chosen_at", "-pk")


def _first_free(series: SsccSeries) -> int:
    """The serial that the series begins with, or goes on from. Raises SeriesExhausted when there is none."""
    serial = next(_free_serials(series), None)
    if serial is None:
        raise SeriesExhausted(
            _(
                "No number of the prefix %(prefix)s is left: a series with a prefix that begins alike and the same"
                " extension digit has given them. Choose another extension digit."
            )
            % {"prefix": series.prefix}
        )
    return serial


def _free_numbers(series: SsccSeries, count: int) -> list[tuple[str, int]]:
    """The next so many SSCCs that no box of the company bears, with their serials. Raises SeriesExhausted."""
    serials, size = _free_serials(series), count
    boxes = SupplyBox.objects.for_company(series.company_id).filter(is_told=False).exclude(code="")
    free: list[tuple[str, int]] = []
    while len(free) < count:
        numbers = {
            sscc(extension=series.extension, prefix=series.prefix, serial=serial): serial
            for serial in islice(serials, size)
        }
        if not numbers:
            raise _exhausted(series.prefix)
        borne = set(boxes.filter(code__in=list(numbers)).values_list("code", flat=True))
        free += [(number, serial) for number, serial in numbers.items() if number not in borne]
        size = _AT_ONCE
    return free[:count]


def _free_serials(series: SsccSeries) -> Iterator[int]:
    """The serials from the next one on, but those that make numbers which another series has given."""
    given = [
        _given(other)
        for other in _all_series(series.company_id)
        if other.pk != series.pk and other.extension == series.extension
    ]
    zero, serial = _zero(series.prefix), series.next_serial
    while serial <= last_serial(series.prefix):
        taken_to = max((to for since, to in given if since <= zero + serial <= to), default=None)
        if taken_to is None:
            yield serial
        else:
            serial = taken_to - zero
        serial += 1


def _given(series: SsccSeries) -> tuple[int, int]:
    """The first and the last number that the series gave, or that it began behind: without extension and check
    digit. The last is before the first when there is none."""
    zero = _zero(series.prefix)
    return zero + 1, zero + series.next_serial - 1


def _zero(prefix: str) -> int:
    """The number with the serial 0, without extension and check digit."""
    return int(prefix) * int(10 ** (_DIGITS - 1 - len(prefix)))


def _exhausted(prefix: str) -> SeriesExhausted:
    return SeriesExhausted(
        _("The numbers of the prefix %(prefix)s are used up: choose another extension digit or prefix.")
        % {"prefix": prefix}
    )
