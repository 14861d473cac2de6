"""The goods of a plan: pasted, uploaded, or units beside each product."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import formats
from core.uploads import MEGABYTE
from supplies.services.plan_lines import MOST_UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LARGEST_FILE: Final = 5 * MEGABYTE
_LONGEST_LIST: Final = 500_000
_UNITS: Final = re.compile(r"[0-9]{0,9}")
_ID: Final = re.compile(r"[0-9]{1,18}")
_TOO_LARGE: Final = _("At most {most} MB are taken. Choose a smaller file.")


class ListForm(forms.Form):
    """A list of goods: pasted, or a file."""

    text = forms.CharField(
        label=_("Pasted list"),
        required=False,
        max_length=_LONGEST_LIST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": "12", "spellcheck": "false", "autocomplete": "off"}),
        help_text=_(
            "A product a row: article or barcode, then the units. Copied from a spreadsheet it fits as it is."
        ),
    )
    file = forms.FileField(
        label=_("Or a file, XLSX or CSV"),
        required=False,
        help_text=_("Up to 5 MB. The columns “Артикул” or “Штрихкод”, and “Количество”."),
        widget=forms.FileInput(
            attrs={
                "accept": ".xlsx,.csv,.txt,text/csv,text/plain",
                "data-max-bytes": LARGEST_FILE,
                "data-too-large": format_lazy(_TOO_LARGE, most=LARGEST_FILE // MEGABYTE),
            }
        ),
    )

    def clean_file(self) -> Any:
        """A file that is not too large; what is in it is read later."""
        file = self.cleaned_data["file"]
        if file and (file.size or 0) > LARGEST_FILE:
            raise ValidationError(
                gettext("At most {most} MB are taken. Choose a smaller file.").format(
                    most=LARGEST_FILE // MEGABYTE
                )
            )
        return file

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data: dict[str, Any] = super().clean() or {}
        has_file, has_text = bool(data.get("file")), bool((data.get("text") or "").strip())
        if not self.errors and has_file == has_text:
            both = gettext("There is a pasted list and a file: leave one of them out.")
            self.add_error("text", both if has_file else gettext("Paste a list or choose a file."))
        return data


def _wrong(most: int) -> dict[str, str]:
    """In few words: they stand under a narrow field."""
    return {
        "invalid": gettext("a whole number"),
        "min_value": gettext("0 or more"),
        "max_value": gettext("at most %(most)s") % {"most": formats.number(most)},
    }


def rows_sent(data: Iterable[str], *, name: str) -> list[int]:
    """The rows whose fields were sent, in the order of the page."""
    ids = (one.removeprefix(f"{name}-") for one in data if one.startswith(f"{name}-"))
    return [int(one) for one in ids if _ID.fullmatch(one)]


class UnitsForm(forms.Form):
    """Units beside rows: a field a row, named `units-<id>`; a row whose field is not sent stays as it is.

    With `keeps_shown` each field brings along, hidden, the units that it showed at first.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        rows: Iterable[tuple[int, int | None, str]],
        most: int = MOST_UNITS,
        name: str = "units",
        keeps_shown: bool = False,
    ) -> None:
        super().__init__(data)
        self.stem = f"{name}-"
        self.names: dict[int, str] = {}
        for pk, units, label in rows:
            self.names[pk] = f"{name}-{pk}"
            self.fields[self.names[pk]] = forms.IntegerField(
                label=label,
                required=False,
                min_value=0,
                max_value=most,
                initial=units,
                show_hidden_initial=keeps_shown,
                error_messages=_wrong(most),
                widget=forms.NumberInput(
                    attrs={
                        "class": "input input--num units-input",
                        "aria-label": label,
                        "min": "0",
                        "max": str(most),
                        "inputmode": "numeric",
                        "autocomplete": "off",
                    }
                ),
            )
        if data is not None and keeps_shown:
            sent = data.copy()
            for name in self.names.values():
                units = self.fields[name].initial
                for one in (name, f"initial-{name}"):
                    sent.setdefault(one, "" if units is None else str(units))
            self.data = sent

    def field_of(self, pk: int) -> forms.BoundField:
        """The field of a row."""
        return self[self.names[pk]]

    def units(self) -> dict[int, int]:
        """What was filled in: {id: units}."""
        values = {pk: self.cleaned_data.get(name) for pk, name in self.names.items()}
        return {pk: value for pk, value in values.items() if value is not None}

    def changed(self) -> dict[int, int]:
        """What was filled in, or emptied, and differs from what was shown: {id: units}, 0 for a field left empty."""
        shown = self.shown()
        filled = dict.fromkeys(shown, 0) | self.units()
        return {pk: units for pk, units in filled.items() if pk not in shown or shown[pk] != units}

    def shown(self) -> dict[int, int]:
        """What was shown before, as the page tells it: {id: units}, 0 for an empty field."""
        told = {pk: self.data.get(self[name].html_initial_name) for pk, name in self.names.items()}
        return {
            pk: int(text or 0) for pk, text in told.items() if text is not None and _UNITS.fullmatch(text)
        }

    def refuse(self, now: Mapping[int, int]) -> None:
        """Say at the fields what stands there by now, {id: units}. What was filled in stays, and is written when it is
        sent again."""
        data: Any = self.data
        self.data = data = data.copy()
        for pk, units in now.items():
            self.add_error(
                self.names[pk],
                gettext("Meanwhile somebody has put %(units)s here. Save again to write yours.")
                % {"units": formats.number(units)},
            )
            data[self[self.names[pk]].html_initial_name] = str(units)

    def lost(self) -> bool:
        """Whether something was filled in beside a row that is not there any more."""
        sent = [name for name in self.data if name.startswith(self.stem) and name not in self.fields]
        return any(self.data[name] not in ("", self.data.get(f"initial-{name}")) for name in sent)
