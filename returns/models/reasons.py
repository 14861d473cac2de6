"""The dictionary of reasons, shared by all companies: what staff keep, and the words that nothing fits yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from returns.choices import MatchBy, ReasonGroup

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Reason(models.Model):
    """Level 2 of the reasons; `code` never changes, `name` is what sellers read."""

    code = models.SlugField(_("code"), max_length=64, unique=True)
    group = models.CharField(_("who can act"), max_length=16, choices=ReasonGroup)
    name = models.CharField(_("name"), max_length=200)
    advice = models.CharField(_("what to do"), max_length=500, blank=True)
    is_active = models.BooleanField(_("offered to rules"), default=True)

    class Meta:
        verbose_name = _("reason of returns")
        verbose_name_plural = _("reasons of returns")

    def __str__(self) -> str:
        return self.name

    @property
    def group_name(self) -> StrOrPromise:
        """Who can act, in words; for lists: Django's own way prepares every choice each time it is asked."""
        return ReasonGroup(self.group).label


class ReasonRule(models.Model):
    """Words of a marketplace (empty: of any) that mean a reason. Text is compared without case and spare spaces."""

    marketplace = models.CharField(_("marketplace"), max_length=32, blank=True)
    match_by = models.CharField(_("compares"), max_length=8, choices=MatchBy, default=MatchBy.TEXT)
    words = models.CharField(_("words"), max_length=300)
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="rules")
    priority = models.SmallIntegerField(_("priority"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        verbose_name = _("rule of reasons")
        verbose_name_plural = _("rules of reasons")
        constraints = [
            models.UniqueConstraint(fields=["marketplace", "match_by", "words"], name="reason_rule_once")
        ]

    def __str__(self) -> str:
        return f"{self.marketplace or '*'}: {self.words}"


class ReasonWord(models.Model):
    """Words that a marketplace gave as a reason, and how often; without `reason` they wait for a rule."""

    marketplace = models.CharField(_("marketplace"), max_length=32)
    words_id = models.CharField(_("id of the reason"), max_length=100, blank=True)
    words = models.CharField(_("words"), max_length=300, blank=True)
    reason = models.ForeignKey(Reason, on_delete=models.SET_NULL, null=True, blank=True, related_name="words")
    seen = models.PositiveIntegerField(_("times seen"), default=0)
    first_seen_at = models.DateTimeField(_("first seen"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        verbose_name = _("words of a reason")
        verbose_name_plural = _("words of reasons")
        constraints = [
            models.UniqueConstraint(fields=["marketplace", "words_id", "words"], name="reason_word_once")
        ]
        indexes = [
            models.Index(fields=["-seen", "id"], condition=models.Q(reason=None), name="reason_word_queue")
        ]

    def __str__(self) -> str:
        return f"{self.marketplace}: {self.words or self.words_id}"
