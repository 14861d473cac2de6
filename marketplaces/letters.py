"""Letters about marketplace accounts and agreements: a key that expires, an agreement that ends."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Final

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from companies.models import Company, Membership, User
from core import formats
from core.letters import Action, Letter, LetterKind, link, mask_numbers, told_moment
from core.ui.marks import marketplace_title
from marketplaces.models import AccountStatus, Agreement, MarketplaceAccount

_SAMPLE_PERSON: Final = "anna@example.com"
_SAMPLE_COMPANY: Final = "Льняная лавка"
_LIVING: Final = (AccountStatus.ACTIVE, AccountStatus.PAUSED, AccountStatus.REJECTED)


class KeyExpires(LetterKind):
    """Says until when the key of an account works, and what to do."""

    kind: ClassVar[str] = "key_expires"
    title = gettext_lazy("The key of an account expires")

    def write(self, **ids: int) -> Letter | None:
        """For the connected account `account_id`, to the member `user_id` of its company."""
        found = MarketplaceAccount.all_companies.select_related("company").defer("credentials_sealed")
        account = found.filter(pk=ids["account_id"], status__in=_LIVING, key_expires_at__isnull=False).first()
        user = None if account is None else _member(account.company_id, ids["user_id"])
        return None if account is None or user is None else _key_letter(user, account)

    def sample(self, language: str) -> Letter:
        """The key of the main account works for three days more."""
        account = MarketplaceAccount(
            pk=1,
            company=Company(name=_SAMPLE_COMPANY, slug="lavka"),
            marketplace="ozon",
            title="Ozon основной",
            key_expires_at=timezone.now() + timedelta(days=3, hours=4),
        )
        return _key_letter(User(email=_SAMPLE_PERSON, language=language), account)


class AgreementEnds(LetterKind):
    """Says on which day an agreement with a marketplace ends."""

    kind: ClassVar[str] = "agreement_ends"
    title = gettext_lazy("An agreement ends")

    def write(self, **ids: int) -> Letter | None:
        """For the agreement `agreement_id`, to the member `user_id` of its company."""
        found = Agreement.all_companies.select_related("company")
        agreement = found.filter(pk=ids["agreement_id"], ends_on__isnull=False).first()
        user = None if agreement is None else _member(agreement.company_id, ids["user_id"])
        return None if agreement is None or user is None else _agreement_letter(user, agreement)

    def sample(self, language: str) -> Letter:
        """The agreement with Ozon ends in a week."""
        company = Company(name=_SAMPLE_COMPANY, slug="lavka")
        today = timezone.localdate(timezone=company.zone)
        agreement = Agreement(
            company=company,
            marketplace="ozon",
            number="ИР-104283/24",
            signed_on=today - timedelta(days=358),
            ends_on=today + timedelta(days=7),
        )
        return _agreement_letter(User(email=_SAMPLE_PERSON, language=language), agreement)


def _member(company_id: int, user_id: int) -> User | None:
    members = Membership.objects.for_company(company_id).filter(user=user_id, user__is_active=True)
    member = members.select_related("user").first()
    return None if member is None else member.user


def _key_letter(user: User, account: MarketplaceAccount) -> Letter:
    now = timezone.now()
    expires_at = account.key_expires_at or now
    company = account.company
    with translation.override(user.language):
        days = max(account.key_days_left(now) or 0, 0)
        names = {"title": account.title, "company": company.name, "left": _days(days)}
        is_over = expires_at <= now
        subject = (
            _("%(title)s: the key has expired") if is_over else _("%(title)s: the key expires in %(left)s")
        )
        path = reverse("marketplaces:account-key", args=[company.slug, account.pk])
        return Letter(
            to=user.email,
            language=user.language,
            subject=subject % names,
            lead=(
                _("Without a working key the orders, stock and prices of the account are no longer updated."),
                _("Make a new key in the marketplace's own cabinet and put it in place of the old one."),
            ),
            facts=(
                (_("Account"), f"{account.title}, {marketplace_title(account.marketplace)}"),
                (_("Company"), company.name),
                (_("The key works until"), told_moment(expires_at, company.zone)),
            ),
            action=Action(label=_("Replace the key"), url=link(path)),
            after=(_("Never send a key by e-mail: it is only entered on the page of the account."),),
            why=_why(company),
        )


def _agreement_letter(user: User, agreement: Agreement) -> Letter:
    company = agreement.company
    today = timezone.localdate(timezone=company.zone)
    with translation.override(user.language):
        number = mask_numbers(agreement.number)
        names = {"number": number, "marketplace": marketplace_title(agreement.marketplace)}
        left = agreement.days_left(today) or 0
        path = reverse("marketplaces:agreement-list", args=[company.slug])
        return Letter(
            to=user.email,
            language=user.language,
            subject=_ending(left) % (names | {"left": _days(left)}),
            lead=(
                _("Agree with the marketplace on a new term, or find out whether it goes on by itself."),
                _("Then note the new date in the cabinet, and we will remind you before that one."),
            ),
            facts=(
                (_("Agreement"), _("No. %(number)s of %(day)s") % {
                    "number": number, "day": formats.long_day(agreement.signed_on, today=today)
                }),
                (_("Marketplace"), names["marketplace"]),
                (_("Company"), company.name),
                (_("The last day"), formats.long_day(agreement.ends_on, today=today)),
            ),
            action=Action(label=_("Look at the agreements"), url=link(path)),
            why=_why(company),
        )  # fmt: skip


def _ending(days_left: int) -> str:
    if days_left < 0:
        return _("The agreement %(number)s with %(marketplace)s has ended")
    if days_left == 0:
        return _("The agreement %(number)s with %(marketplace)s ends today")
    return _("The agreement %(number)s with %(marketplace)s ends in %(left)s")


def _days(count: int) -> str:
    return ngettext("%(days)s day", "%(days)s days", count) % {"days": count}


def _why(company: Company) -> str:
    return _("You get this letter because you look after the company “%(company)s”.") % {
        "company": company.name
    }
