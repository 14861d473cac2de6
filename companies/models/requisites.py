"""Who the seller is by law, how he is taxed, where his money goes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.choices import LegalForm, SignatoryBasis, TaxRegime
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from core import crypto


class LegalDetails(CompanyOwned):
    """The company card: one row a company, empty fields where the seller has not filled them yet."""

    form = models.CharField(_("legal form"), max_length=16, choices=LegalForm, default=LegalForm.LLC)
    full_name = models.CharField(_("full name"), max_length=300, blank=True)
    short_name = models.CharField(_("short name"), max_length=160, blank=True)
    inn = models.CharField(_("INN"), max_length=12, blank=True)
    kpp = models.CharField(_("KPP"), max_length=9, blank=True)
    ogrn = models.CharField(_("OGRN or OGRNIP"), max_length=15, blank=True)
    legal_address = models.CharField(_("legal address"), max_length=400, blank=True)
    postal_address = models.CharField(_("postal address"), max_length=400, blank=True)
    signatory_name = models.CharField(_("signatory"), max_length=160, blank=True)
    signatory_position = models.CharField(_("position"), max_length=120, blank=True)
    signatory_basis = models.CharField(
        _("acts on the basis of"), max_length=24, choices=SignatoryBasis, default=SignatoryBasis.CHARTER
    )
    signatory_document = models.CharField(_("document of the basis"), max_length=160, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=24, blank=True)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now)

    is_audited: ClassVar[bool] = True

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("company card")
        verbose_name_plural = _("company cards")
        constraints = [models.UniqueConstraint(fields=["company"], name="legal_details_once")]

    def __str__(self) -> str:
        return self.short_name or self.full_name


class TaxPeriod(CompanyOwned):
    """From which day the seller pays taxes how; a period ends where the next begins.

    `vat_percent` is empty for a seller who pays no VAT; 0 is the rate of 0 %.
    """

    regime = models.CharField(_("tax regime"), max_length=24, choices=TaxRegime)
    vat_percent = models.DecimalField(_("VAT, %"), max_digits=4, decimal_places=2, null=True, blank=True)
    starts_on = models.DateField(_("from"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    is_audited: ClassVar[bool] = True

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("tax period")
        verbose_name_plural = _("tax periods")
        constraints = [models.UniqueConstraint(fields=["company", "starts_on"], name="tax_period_once")]

    def __str__(self) -> str:
        return f"{self.get_regime_display()} · {self.starts_on:%Y-%m-%d}"


class BankAccount(CompanyOwned):
    """Where a marketplace pays to. The numbers are sealed; pages show `last4`.

    `sealed` holds `{"settlement": 20 digits, "correspondent": 20 digits}` and is only read and written by
    companies.services.payouts. A marketplace account points to the one that it pays to
    (`marketplace_accounts` from here).
    """

    bic = models.CharField(_("BIC"), max_length=9)
    bank_name = models.CharField(_("bank"), max_length=160)
    sealed = models.TextField(editable=False)
    last4 = models.CharField(_("account ends with"), max_length=4)
    currency = models.CharField(_("currency"), max_length=3, default="RUB")
    purpose = models.CharField(_("purpose of payment"), max_length=210, blank=True)
    created_at = models.DateTimeField(_("added"), default=timezone.now)
    # When the numbers themselves were last given.
    numbers_set_at = models.DateTimeField(_("numbers given"), default=timezone.now)

    is_audited: ClassVar[bool] = True
    sealed_columns: ClassVar[tuple[str, ...]] = ("sealed",)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        indexes = [models.Index(fields=["company", "created_at", "id"], name="bank_account_of")]

    def __str__(self) -> str:
        return f"{self.bank_name} …{self.last4}"

    @property
    def secret_context(self) -> str:
        """What the sealed numbers are bound to."""
        return f"companies_bankaccount/sealed/{self.company_id}"

    def open_numbers(self) -> dict[str, str]:
        """The numbers in clear: `settlement`, `correspondent`. Raises core.crypto.CannotDecrypt."""
        return crypto.decrypt(self.sealed, context=self.secret_context)


class OwnWarehouse(CompanyOwned):
    """A warehouse of the seller himself: where supplies start. Marketplaces' warehouses are in `catalog`."""

    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=400)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Moscow")
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    contact_phone = models.CharField(_("phone"), max_length=24, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(_("added"), default=timezone.now)

    is_audited: ClassVar[bool] = True

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("own warehouse")
        verbose_name_plural = _("own warehouses")
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="own_warehouse_once")]

    def __str__(self) -> str:
        return self.name
