"""Who may do what: one table, Role → Permission."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is in a company."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    WAREHOUSE = "warehouse", _("Warehouse worker")
    ACCOUNTANT = "accountant", _("Accountant")
    VIEWER = "viewer", _("Viewer")


class Permission(StrEnum):
    """What a page or an action asks for."""

    VIEW = "view"
    EXPORT = "export"
    SYNC = "sync"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_COMPANY = "manage_company"


_EVERYBODY = frozenset({Permission.VIEW, Permission.EXPORT})

RIGHTS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: _EVERYBODY | {Permission.SYNC, Permission.MANAGE_ACCOUNTS},
    Role.WAREHOUSE: _EVERYBODY | {Permission.SYNC},
    Role.ACCOUNTANT: _EVERYBODY,
    Role.VIEWER: frozenset({Permission.VIEW}),
}

# The zones in which a seller's day may begin, from west to east.
ZONES = (
    ("Europe/Kaliningrad", _("Kaliningrad")),
    ("Europe/Moscow", _("Moscow")),
    ("Europe/Samara", _("Samara")),
    ("Asia/Yekaterinburg", _("Yekaterinburg")),
    ("Asia/Omsk", _("Omsk")),
    ("Asia/Krasnoyarsk", _("Krasnoyarsk")),
    ("Asia/Irkutsk", _("Irkutsk")),
    ("Asia/Yakutsk", _("Yakutsk")),
    ("Asia/Vladivostok", _("Vladivostok")),
    ("Asia/Magadan", _("Magadan")),
    ("Asia/Kamchatka", _("Kamchatka")),
)
