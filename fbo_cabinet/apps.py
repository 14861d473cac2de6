"""Django's name for the composition root (it holds management commands that need every app)."""

from django.apps import AppConfig


class CabinetConfig(AppConfig):
    name = "fbo_cabinet"
    verbose_name = "FBO Cabinet"
