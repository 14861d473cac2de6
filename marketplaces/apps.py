"""Django's name for the gateway."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from marketplaces.checks import check_registries


class MarketplacesConfig(AppConfig):
    name = "marketplaces"
    verbose_name = _("Marketplaces")

    def ready(self) -> None:
        """Have `manage check` look at the registries."""
        register(check_registries, "marketplaces")
