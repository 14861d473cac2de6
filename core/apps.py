"""Django's name for the core (it holds template tags, no tables)."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
