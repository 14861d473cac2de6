"""Connecting an account, its key, its rights, and whether it is synced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as say
from pydantic import BaseModel, ValidationError

from companies.models import Membership
from core import crypto, letters
from core.locks import lock_until_commit
from marketplaces import registry
from marketplaces.adapter import MarketplaceAdapter
from marketplaces.connections import key_hint, open_adapter, open_with, revealed
from marketplaces.contracts.accounts import AccountCheck
from marketplaces.errors import CredentialsRejected
from marketplaces.models import AccountStatus, MarketplaceAccount, StreamState
from marketplaces.services.pushes import subscribe_push
from marketplaces.sync.endings import set_missing, stop_account
from marketplaces.sync.schedule import KEY_WARN_DAYS

if TYPE_CHECKING:
    from companies.models import Company, User

log = structlog.get_logger(__name__)

_LONGEST_TITLE: Final = 80


class AlreadyConnected(Exception):
    """The company has this seller's account already."""

    def __init__(self, account: MarketplaceAccount) -> None:
        super().__init__(f"{account.marketplace} {account.external_id} is connected as {account.title}")
        self.account = account


class BeingErased(AlreadyConnected):
    """The data of this seller's account are being erased; until that is done nothing can be changed."""


class TitleTaken(Exception):
    """Another account of the company is called so already."""


class NotConnected(Exception):
    """The account is disconnected: there is no key to ask with."""


class BadCredentials(Exception):
    """The credentials have not the form that the marketplace gives. `fields` names them, never a value."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = dict(fields)


def connect_account(
    *,
    company: Company,
    marketplace: str,
    credentials: Mapping[str, Any],
    title: str = "",
    base_url: str | None = None,
    actor: User | None = None,
) -> MarketplaceAccount:
    """Check the key live and connect the account; its streams are due at once.

    A seller who was connected before gets his account back as it was (`is_revived`), and its streams go on from
    where they stopped. Without a title the account is called as its seller, and never as another account.

    Raises BadCredentials, AlreadyConnected, BeingErased, TitleTaken, ForbiddenHost, and MarketplaceError
    (CredentialsRejected, TemporaryError, …) when the marketplace does not accept the key or does not answer.
    """
    adapter_class, parsed = _parsed(marketplace, credentials)
    address = base_url or registry.base_url(marketplace)
    with open_with(adapter_class, parsed, base_url=address) as adapter:
        check = adapter.check()
    account = _create(company, adapter_class, parsed, check, title=title, base_url=address)
    log.info("account_connected", account=account.pk, company=company.pk, actor=actor and actor.pk)
    subscribe_push(account=account)
    return account


def try_credentials(
    *, marketplace: str, credentials: Mapping[str, Any], base_url: str | None = None
) -> AccountCheck:
    """What a key may do, without connecting anything. Raises as `connect_account`."""
    adapter_class, parsed = _parsed(marketplace, credentials)
    address = base_url or registry.base_url(marketplace)
    with open_with(adapter_class, parsed, base_url=address) as adapter:
        return adapter.check()


def replace_credentials(
    *, account: MarketplaceAccount, credentials: Mapping[str, Any], actor: User | None = None
) -> MarketplaceAccount:
    """Give an account a new key of the same seller; a stopped or disconnected account goes on.

    Raises BadCredentials (also when the key is another seller's), BeingErased and MarketplaceError.
    """
    adapter_class, parsed = _parsed(account.marketplace, credentials)
    with open_with(adapter_class, parsed, base_url=account.base_url, seller=account.external_id) as adapter:
        check = adapter.check()
    if check.seller_external_id != account.external_id:
        name = next(iter(adapter_class.credentials_class.model_fields))
        raise BadCredentials({name: say("This key belongs to another seller.")})
    with transaction.atomic():
        account = _give_key(_locked(account), adapter_class, parsed, check)
    log.info("account_key_replaced", account=account.pk, actor=actor and actor.pk)
    subscribe_push(account=account)
    return account


def check_account(*, account: MarketplaceAccount) -> AccountCheck:
    """Ask what the key may do and until when, and note it.

    A refused key stops the account and raises CredentialsRejected; other MarketplaceErrors change nothing.
    Raises NotConnected when there is no key, also when it has gone meanwhile.
    """
    if account.status.is_final:
        raise NotConnected
    try:
        with open_adapter(account) as adapter:
            check = adapter.check()
    except CredentialsRejected:
        stop_account(account)
        raise
    with transaction.atomic():
        held = _locked(account)
        if held.status.is_final:
            raise NotConnected
        _apply(held, check)
    return check


@transaction.atomic
def pause_account(*, account: MarketplaceAccount, actor: User | None = None) -> MarketplaceAccount:
    """Sync nothing of the account until it is resumed; what we hold stays. A refused key stays refused."""
    held = _locked(account)
    if held.status == AccountStatus.ACTIVE:
        held.status = AccountStatus.PAUSED
        held.save(update_fields=["status"])
        log.info("account_paused", account=held.pk, actor=actor and actor.pk)
    return held


@transaction.atomic
def resume_account(*, account: MarketplaceAccount, actor: User | None = None) -> MarketplaceAccount:
    """Go on syncing a paused account, from where it stopped, at once."""
    held = _locked(account)
    if held.status == AccountStatus.PAUSED:
        held.status = AccountStatus.ACTIVE
        held.save(update_fields=["status"])
        _make_due(held)
        log.info("account_resumed", account=held.pk, actor=actor and actor.pk)
    return held


@transaction.atomic
def rename_account(
    *, account: MarketplaceAccount, title: str, actor: User | None = None
) -> MarketplaceAccount:
    """Call the account otherwise. Raises TitleTaken, BeingErased."""
    held = _locked(account)
    if held.status == AccountStatus.ERASING:
        raise BeingErased(held)
    if _is_taken(title, _others(held)):
        raise TitleTaken(title)
    held.title = title
    held.save(update_fields=["title"])
    log.info("account_renamed", account=held.pk, actor=actor and actor.pk)
    return held


@transaction.atomic
def warn_of_expiry(*, account: MarketplaceAccount) -> int | None:
    """Tell the company's owners by e-mail that the key soon expires; once for each of 14, 3 and 1 days.

    Gives the threshold that was told of, None when there is nothing to tell.
    """
    days = account.key_days_left(timezone.now())
    if days is None or account.status != AccountStatus.ACTIVE:
        return None
    due = [threshold for threshold in KEY_WARN_DAYS if days <= threshold]
    if not due or (account.expiry_warned_days or max(KEY_WARN_DAYS) + 1) <= due[-1]:
        return None
    accounts = MarketplaceAccount.objects.for_company(account.company_id).filter(
        pk=account.pk, expiry_warned_days=account.expiry_warned_days
    )
    # Whoever writes the mark sends the letters: two workers never send them twice.
    if not accounts.update(expiry_warned_days=due[-1]):
        return None
    account.expiry_warned_days = due[-1]
    _send_expiry_letters(account)
    return due[-1]


def _send_expiry_letters(account: MarketplaceAccount) -> None:
    owners = Membership.objects.for_company(account.company_id).owners()
    for user_id in owners.order_by("pk").values_list("user_id", flat=True):
        letters.post("key_expires", account_id=account.pk, user_id=user_id)


def _parsed(marketplace: str, credentials: Mapping[str, Any]) -> tuple[type[MarketplaceAdapter], BaseModel]:
    adapter_class = registry.adapters()[marketplace]
    try:
        return adapter_class, adapter_class.credentials_class.model_validate(dict(credentials))
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_context=False, include_input=False)
    # Raised outside the handler: the cause would carry the values.
    raise BadCredentials({str(error["loc"][0]) if error["loc"] else "": error["msg"] for error in errors})


@transaction.atomic
def _create(
    company: Company,
    adapter_class: type[MarketplaceAdapter],
    credentials: BaseModel,
    check: AccountCheck,
    *,
    title: str,
    base_url: str,
) -> MarketplaceAccount:
    # Two new accounts at once would be given the same name.
    lock_until_commit("accounts", company.pk)
    known = MarketplaceAccount.objects.for_company(company).filter(
        marketplace=adapter_class.code, external_id=check.seller_external_id
    )
    account: MarketplaceAccount | None = known.select_related("company").first()
    if account is not None:
        return _revive(account, adapter_class, credentials, check, title=title, base_url=base_url)
    account = MarketplaceAccount(
        company=company,
        marketplace=adapter_class.code,
        external_id=check.seller_external_id,
        base_url=base_url.rstrip("/"),
        key_hint=key_hint(credentials),
    )
    account.title = _title(account, title, check.seller_name or str(adapter_class.title))
    account.credentials_sealed = crypto.encrypt(revealed(credentials), context=account.secret_context)
    account.save()
    _make_streams(account, adapter_class)
    _apply(account, check)
    return account


def _revive(
    account: MarketplaceAccount,
    adapter_class: type[MarketplaceAdapter],
    credentials: BaseModel,
    check: AccountCheck,
    *,
    title: str,
    base_url: str,
) -> MarketplaceAccount:
    """A disconnected account with its new key. Raises AlreadyConnected, BeingErased."""
    account = _locked(account)
    if account.status != AccountStatus.DISCONNECTED:
        raise (BeingErased if account.status == AccountStatus.ERASING else AlreadyConnected)(account)
    account.title = _title(account, title, account.title)
    account.base_url = base_url.rstrip("/")
    account.save(update_fields=["title", "base_url"])
    account = _give_key(account, adapter_class, credentials, check)
    account.is_revived = True
    return account


def _give_key(
    account: MarketplaceAccount,
    adapter_class: type[MarketplaceAdapter],
    credentials: BaseModel,
    check: AccountCheck,
) -> MarketplaceAccount:
    """Seal the key in the locked account and let it go on at once. Raises BeingErased."""
    if account.status == AccountStatus.ERASING:
        raise BeingErased(account)
    account.credentials_sealed = crypto.encrypt(revealed(credentials), context=account.secret_context)
    account.key_hint = key_hint(credentials)
    account.key_set_at = timezone.now()
    account.status = AccountStatus.ACTIVE
    account.disconnected_at = None
    account.save(update_fields=["credentials_sealed", "key_hint", "key_set_at", "status", "disconnected_at"])
    _make_streams(account, adapter_class)
    _apply(account, check)
    _make_due(account)
    return account


def make_missing_streams() -> int:
    """Give every account the streams that were added to the cabinet since it was connected; how many accounts have
    a key and were looked at."""
    adapters = registry.adapters()
    accounts = MarketplaceAccount.all_companies.exclude(status__in=AccountStatus.finals())
    known = [account for account in accounts.order_by("pk") if account.marketplace in adapters]
    for account in known:
        _make_streams(account, adapters[account.marketplace])
    return len(known)


def _make_streams(account: MarketplaceAccount, adapter_class: type[MarketplaceAdapter]) -> None:
    """The streams that the marketplace gives; those that are there stay where they are."""
    StreamState.all_companies.bulk_create(
        (
            StreamState(company_id=account.company_id, account=account, stream=code)
            for code, stream in registry.streams().items()
            if issubclass(adapter_class, stream.role)
        ),
        ignore_conflicts=True,
    )


def _title(account: MarketplaceAccount, title: str, usual: str) -> str:
    """What the account is called: as asked, or as usual with the seller's id when that is taken.

    Raises TitleTaken.
    """
    others = _others(account)
    if title:
        if _is_taken(title, others):
            raise TitleTaken(title)
        return title[:_LONGEST_TITLE]
    # What comes from a marketplace may hold marks that nobody can type when the name is asked for.
    usual = "".join(sign for sign in " ".join(usual.split()) if sign.isprintable())
    if not _is_taken(usual, others):
        return usual[:_LONGEST_TITLE]
    mark = f" · {account.external_id}"[:_LONGEST_TITLE]
    return f"{usual[: _LONGEST_TITLE - len(mark)]}{mark}"


def _others(account: MarketplaceAccount) -> Any:
    return MarketplaceAccount.objects.for_company(account.company_id).exclude(pk=account.pk)


def _is_taken(title: str, others: Any) -> bool:
    return bool(others.kept().filter(title__iexact=title[:_LONGEST_TITLE]).exists())


def _apply(account: MarketplaceAccount, check: AccountCheck) -> None:
    now = timezone.now()
    if account.key_expires_at != check.expires_at:
        account.expiry_warned_days = None
    account.key_expires_at = check.expires_at
    account.seller_name = check.seller_name[:200]
    account.legal_name = check.legal_name[:300]
    account.tax_id = check.tax_id[:12]
    account.registration_number = check.registration_number[:15]
    account.ownership_form = check.ownership_form[:80]
    account.tax_system = check.tax_system[:24]
    account.roles = list(check.roles)
    account.key_kind = check.key_kind[:32]
    account.checked_at = now
    account.save(
        update_fields=[
            "key_expires_at",
            "expiry_warned_days",
            "seller_name",
            "legal_name",
            "tax_id",
            "registration_number",
            "ownership_form",
            "tax_system",
            "roles",
            "key_kind",
            "checked_at",
        ]
    )
    set_missing(account, sorted(check.missing))


def _make_due(account: MarketplaceAccount) -> None:
    StreamState.objects.for_company(account.company_id).filter(account=account).update(
        due_at=timezone.now(), failures=0, queued_until=None
    )


def _locked(account: MarketplaceAccount) -> MarketplaceAccount:
    held: MarketplaceAccount = (
        MarketplaceAccount.objects.for_company(account.company_id)
        .select_for_update(of=("self",), no_key=True)
        .select_related("company")
        .get(pk=account.pk)
    )
    return held
