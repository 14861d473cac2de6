"""The apps of the composition root: management commands that need every app, and the admin site."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class CabinetConfig(AppConfig):
    name = "fbo_cabinet"
    verbose_name = "FBO Cabinet"
    default = True


class StaffAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "fbo_cabinet.staff.StaffSite"
