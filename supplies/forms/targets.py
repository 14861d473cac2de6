"""Where a supply goes and when."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Cluster, Warehouse
from companies.forms.companies import zone_choices
from core import formats
from core.text import LineField
from marketplaces import registry
from marketplaces.models import MarketplaceAccount
from supplies.selectors.slots import named_zone, zone_label, zone_of
from supplies.services.plans import Target

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from companies.models import Company
    from supplies.models import Supply

# A supply may be noted after its day, but not a slip of the year.
_AROUND: Final = timedelta(days=366)
_WHERE_AND_WHEN: Final = ("warehouse", "cluster_name", "slot_on", "slot_from", "slot_to", "slot_zone")
_MOSCOW: Final = "Europe/Moscow"
_UNTOLD: Final = _("The marketplace does not tell the zone of this warehouse: choose it.")
_TOGETHER: Final = (_WHERE_AND_WHEN, ("wished_on",), ("note",))


def _day_field(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **more)


def _time_field(label: Any, **more: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, widget=widget, **more)


class TargetForm(forms.Form):
    """A warehouse or a cluster, the wished day, and the slot once it is booked; `account` for a new plan only.

    The slot is written in the zone that was chosen, else in the warehouse's own, without a warehouse in the company's;
    a slot that ends at or before its beginning ends on the next day.
    """

    account: forms.ModelChoiceField[MarketplaceAccount] = forms.ModelChoiceField(
        label=_("Account"), queryset=None
    )
    warehouse: forms.ModelChoiceField[Warehouse] = forms.ModelChoiceField(
        label=_("Warehouse"),
        queryset=None,
        required=False,
        empty_label=_("not chosen yet"),
        help_text=_("Of the marketplace of the account. With a warehouse the cluster follows by itself."),
    )
    cluster_name = forms.ChoiceField(
        label=_("Cluster"), required=False, help_text=_("Where the marketplace itself chooses the warehouse.")
    )
    wished_on = _day_field(_("Wished date"))
    slot_on = _day_field(_("Day of the slot"), help_text=_("Once a slot is booked there."))
    slot_from = _time_field(_("Slot from"))
    slot_to = _time_field(_("Slot until"))
    slot_zone = forms.ChoiceField(label=_("Time zone of the slot"), required=False)
    note = LineField(label=_("Note"), required=False, max_length=500)

    def __init__(self, data: Any = None, *, company: Company, supply: Supply | None = None) -> None:
        self.company, self.supply = company, supply
        self._stored = _texts(supply) if supply else {}
        self._shown = {name: data.get(f"initial-{name}") for name in self._stored} if data is not None else {}
        self._outdated: list[str] = []
        super().__init__(self._rebased(data), initial=_initial(supply) if supply else None)
        accounts = MarketplaceAccount.objects.for_company(company).kept().order_by("title", "pk")
        warehouses = Warehouse.objects.for_company(company).select_related("cluster")
        clusters = Cluster.objects.for_company(company)
        if supply:
            del self.fields["account"]
            own = Q(pk=supply.warehouse_id)
            warehouses = warehouses.filter(Q(is_active=True) | own, marketplace=supply.marketplace)
            clusters = clusters.filter(marketplace=supply.marketplace)
        else:
            warehouses = warehouses.filter(is_active=True)
            self._field("account").queryset = accounts
            self._choose_the_only(accounts)
        field = self._field("warehouse")
        field.queryset = warehouses.order_by("marketplace", "name", "pk")
        field.label_from_instance = _warehouse_label if supply else _warehouse_label_with_marketplace
        names = clusters.order_by("name").values_list("name", flat=True).distinct()
        held = [supply.cluster_name] if supply and supply.cluster_name else []
        choices = dict.fromkeys([*held, *names])
        self._field("cluster_name").choices = [
            ("", gettext("not chosen yet")),
            *((one, one) for one in choices),
        ]
        self._offer_zones()

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def _choose_the_only(self, accounts: Any) -> None:
        """Whoever has one account need not choose it."""
        first = list(accounts[:2])
        if len(first) == 1:
            self._field("account").initial = first[0].pk

    def _offer_zones(self) -> None:
        """The zones of Russia, Moscow first, and the one that the slot has."""
        field, names = self._field("slot_zone"), dict(zone_choices())
        kept = str(self.initial.get("slot_zone") or "")
        zones = dict.fromkeys([_MOSCOW, *names, *filter(None, [kept])])
        field.choices = [
            ("", gettext("as at the warehouse")),
            *((one, names.get(one, one)) for one in zones),
        ]
        field.help_text = self._zone_help(names)

    def _zone_help(self, names: dict[str, str]) -> str:
        """Which zone it is when none is chosen."""
        warehouse = self.supply.warehouse if self.supply else None
        told = warehouse.time_zone if warehouse else ""
        if warehouse and told:
            return gettext("At the warehouse %(name)s it is %(zone)s.") % {
                "name": warehouse.name,
                "zone": names.get(told, told),
            }
        if warehouse:
            return str(_UNTOLD)
        own = self.company.time_zone
        return gettext(
            "It stands beside the name of the warehouse; where it does not, choose it here. Without a warehouse it is %(zone)s."
        ) % {"zone": names.get(own, own)}

    def shown(self) -> list[tuple[str, str]]:
        """What the plan says now, field by field: sent along hidden, it tells later what the person changed."""
        return [(f"initial-{name}", text) for name, text in self._stored.items()]

    def _rebased(self, data: Any) -> Any:
        """What was sent, with the present value in the fields that the person left as they were shown.

        Fields that belong together are compared together: nobody gets a slot that is half his and half another's.
        """
        if not self._shown or None in self._shown.values():
            return data
        sent = {name: data.get(name, "") for name in self._stored}
        rebased = data.copy()
        for names in _TOGETHER:
            mine = [name for name in names if sent[name] != self._shown[name]]
            if mine and any(sent[name] != self._stored[name] for name in names):
                self._outdated += [name for name in names if self._stored[name] != self._shown[name]]
            for name in names:
                if name not in mine:
                    rebased[name] = self._stored[name]
        return rebased

    def clean_wished_on(self) -> date | None:
        """A day that can be meant."""
        return _checked_day(self.cleaned_data["wished_on"])

    def clean_slot_on(self) -> date | None:
        """A day that can be meant."""
        return _checked_day(self.cleaned_data["slot_on"])

    def clean(self) -> dict[str, Any]:
        """The warehouse is one of the account's marketplace, the slot is whole, and nobody has changed them meanwhile."""
        data: dict[str, Any] = super().clean() or {}
        for name in self._outdated:
            self.add_error(name, self._meanwhile(name))
        warehouse, marketplace = data.get("warehouse"), self._marketplace(data)
        if warehouse and marketplace and warehouse.marketplace != marketplace:
            self.add_error("warehouse", gettext("This warehouse belongs to another marketplace."))
        self._check_cluster(data, marketplace)
        self._check_slot(data)
        return data

    def _check_slot(self, data: dict[str, Any]) -> None:
        """A slot is whole, and in a zone that somebody tells."""
        parts = {name: data.get(name) for name in ("slot_on", "slot_from", "slot_to")}
        if all(part is None for part in parts.values()):
            return
        for name, part in parts.items():
            if part is None and name not in self.errors:
                self.add_error(name, gettext("A slot has a day, a beginning and an end."))
        if not self.errors and not (data["slot_zone"] or _zone_at(data["warehouse"], self.company)):
            self.add_error("slot_zone", _UNTOLD)

    def _check_cluster(self, data: dict[str, Any], marketplace: str) -> None:
        """A new plan may be offered the clusters of every marketplace."""
        name = data.get("cluster_name")
        if self.supply or data.get("warehouse") or not (name and marketplace):
            return
        rows = Cluster.objects.for_company(self.company).filter(marketplace=marketplace, name=name)
        if not rows.exists():
            self.add_error("cluster_name", gettext("This cluster belongs to another marketplace."))

    def target(self) -> Target:
        """What was filled in. A slot that is as it was at the same warehouse keeps its moments and its zone."""
        data = self.cleaned_data
        warehouse = data["warehouse"]
        zone = data["slot_zone"] or _zone_at(warehouse, self.company)
        slot_from, slot_to = _slot(data["slot_on"], data["slot_from"], data["slot_to"], named_zone(zone))
        if self.supply and self._is_as_stored("warehouse", "slot_on", "slot_from", "slot_to", "slot_zone"):
            slot_from, slot_to = self.supply.slot_from, self.supply.slot_to
        return Target(
            warehouse=warehouse,
            cluster_name="" if warehouse else data["cluster_name"],
            wished_on=data["wished_on"],
            slot_from=slot_from,
            slot_to=slot_to,
            slot_zone=zone if slot_from else "",
            note=data["note"],
        )

    def _is_as_stored(self, *names: str) -> bool:
        return all((self.data.get(name) or "") == self._stored[name] for name in names)

    def _meanwhile(self, name: str) -> str:
        value = self.initial.get(name)
        told = self.supply.warehouse_name if self.supply and name == "warehouse" else self._stored[name]
        if isinstance(value, date):
            told = formats.day(value)
        elif name == "slot_zone":
            told = dict(self._field(name).choices).get(told, told)
        return gettext(
            "Meanwhile somebody has changed this; now it is: %(value)s. Save again to write yours."
        ) % {"value": told or formats.UNKNOWN}

    def _marketplace(self, data: dict[str, Any]) -> str:
        if self.supply:
            return self.supply.marketplace
        account = data.get("account")
        return account.marketplace if account else ""


def _warehouse_label(warehouse: Warehouse) -> str:
    """Its name, its cluster, and its zone where the marketplace tells it."""
    zone = zone_label(named_zone(warehouse.time_zone), timezone.now()) if warehouse.time_zone else ""
    cluster = warehouse.cluster.name if warehouse.cluster else ""
    return " · ".join(filter(None, [warehouse.name, cluster, zone]))


def _warehouse_label_with_marketplace(warehouse: Warehouse) -> str:
    return f"{registry.adapters().title(warehouse.marketplace)} · {_warehouse_label(warehouse)}"


def _slot(
    day: date | None, begins: time | None, ends: time | None, zone: ZoneInfo
) -> tuple[datetime | None, datetime | None]:
    if day is None or begins is None or ends is None:
        return None, None
    last = day if ends > begins else day + timedelta(days=1)
    return datetime.combine(day, begins, zone), datetime.combine(last, ends, zone)


def _zone_at(warehouse: Warehouse | None, company: Company) -> str:
    """In which zone a slot is when none was chosen; empty where nobody tells it."""
    return warehouse.time_zone if warehouse else company.time_zone


def _initial(supply: Supply) -> dict[str, Any]:
    zone = zone_of(supply)
    begins = supply.slot_from.astimezone(zone) if supply.slot_from else None
    ends = supply.slot_to.astimezone(zone) if supply.slot_to else None
    is_usual = not begins or zone.key == _zone_at(supply.warehouse, supply.company)
    return {
        "warehouse": supply.warehouse_id,
        "cluster_name": supply.cluster_name,
        "wished_on": supply.wished_on,
        "slot_on": begins.date() if begins else None,
        "slot_from": begins.time() if begins else None,
        "slot_to": ends.time() if ends else None,
        "slot_zone": "" if is_usual else zone.key,
        "note": supply.note,
    }


def _texts(supply: Supply) -> dict[str, str]:
    """The same as the fields show it."""
    return {
        name: "" if value is None else f"{value:%H:%M}" if isinstance(value, time) else str(value)
        for name, value in _initial(supply).items()
    }


def _checked_day(day: date | None) -> date | None:
    today = timezone.localdate()
    if day is not None and not today - _AROUND <= day <= today + _AROUND:
        raise ValidationError(gettext("The day must lie within a year from today."))
    return day
