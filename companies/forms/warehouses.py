"""What a person fills in about a warehouse of the company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.forms.companies import zone_choices
from companies.services.warehouses import WarehouseDetails
from core.phones import PhoneField
from core.text import LineField

if TYPE_CHECKING:
    from companies.models import OwnWarehouse


class WarehouseForm(forms.Form):
    """A warehouse, new or changed."""

    name = LineField(
        label=_("Name"),
        max_length=120,
        help_text=_("As people at work call it: it will stand in supplies."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    address = LineField(
        label=_("Address"),
        max_length=400,
        help_text=_("With the city, as the driver needs it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        help_text=_("In it the times of loading at this warehouse are counted."),
    )
    contact_name = LineField(
        label=_("Contact"),
        max_length=120,
        required=False,
        help_text=_("Whom the driver asks for."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    contact_phone = PhoneField(
        label=_("Phone"), required=False, help_text=_("A Russian number, written in any way.")
    )

    def __init__(
        self, *args: Any, warehouse: OwnWarehouse | None = None, time_zone: str = "", **kwargs: Any
    ) -> None:
        """A new warehouse is offered the `time_zone` of its company."""
        kwargs["initial"] = (
            {"time_zone": time_zone}
            if warehouse is None
            else {name: getattr(warehouse, name) for name in self.base_fields}
        )
        super().__init__(*args, **kwargs)
        self.warehouse = warehouse

    @property
    def details(self) -> WarehouseDetails:
        """What the services take, once the form is valid."""
        return WarehouseDetails(**self.cleaned_data)
