"""Words of the assortment that no marketplace speaks."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.statuses import StatusChoices


class LinkSource(models.TextChoices):
    """How a listing came to its product."""

    ARTICLE = "article", _("by the article")
    BARCODE = "barcode", _("by the barcode")
    MANUAL = "manual", _("by hand")


class PairReason(models.TextChoices):
    """Why a listing and a product may be the same goods."""

    BARCODE = "barcode", _("the same barcode, another article")
    ARTICLE = "article", _("articles alike")
    CONFLICT = "conflict", _("the article says one product, the barcode another")


class PairState(StatusChoices):
    """What became of a doubtful pair."""

    OPEN = "open", "warning", "circle-help", False, _("To decide")
    LINKED = "linked", "success", "link", True, _("Linked")
    DECLINED = "declined", "neutral", "x", True, _("Different goods")
    GONE = "gone", "neutral", "clock", True, _("No longer in question")


class MoveKind(models.TextChoices):
    """What a person did with the listings of a product."""

    LINK = "link", _("Linked")
    SPLIT = "split", _("Split off")
    MERGE = "merge", _("Merged")


class CostSource(models.TextChoices):
    """Where a cost price comes from."""

    MANUAL = "manual", _("by hand")
    FILE = "file", _("from a file")


class ImportState(StatusChoices):
    """What became of an uploaded file."""

    PREVIEW = "preview", "info", "eye", False, _("To confirm")
    APPLIED = "applied", "success", "check", True, _("Written")
    DISCARDED = "discarded", "neutral", "x", True, _("Discarded")


class BatchState(StatusChoices):
    """Where a change of prices stands as a whole."""

    DRAFT = "draft", "info", "eye", False, _("To confirm")
    CONFIRMED = "confirmed", "progress", "send", False, _("Sent to the marketplaces")
    DONE = "done", "success", "check", True, _("Every price decided")
    DISCARDED = "discarded", "neutral", "x", True, _("Discarded")


class ChangeState(StatusChoices):
    """Where the new price of one listing stands. From SENT on it is never sent again by itself."""

    DRAFT = "draft", "info", "eye", False, _("To confirm")
    REFUSED = "refused", "danger", "ban", True, _("Against the rules, not sent")
    QUEUED = "queued", "info", "clock", False, _("Queued")
    SENT = "sent", "progress", "send", False, _("Sent, not confirmed yet")
    CONFIRMED = "confirmed", "success", "check", True, _("In force")
    HELD = "held", "warning", "shield-alert", True, _("Held back by the marketplace")
    REJECTED = "rejected", "danger", "x", True, _("Rejected")
    UNKNOWN = "unknown", "warning", "circle-help", True, _("Unknown: look in the marketplace's cabinet")
    DISCARDED = "discarded", "neutral", "x", True, _("Discarded")
