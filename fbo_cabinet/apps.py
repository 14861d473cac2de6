"""The apps of the composition root: management commands that need every app, and the admin site."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps

from fbo_cabinet.celery import app as celery


class CabinetConfig(AppConfig):
    name = "fbo_cabinet"
    verbose_name = "FBO Cabinet"
    default = True
    # Imported with the apps, so that every process that sends tasks knows the broker.
    celery = celery


class StaffAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "fbo_cabinet.staff.StaffSite"
