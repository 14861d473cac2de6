"""The tables of companies: people, tenants, requisites, who changed what."""

from companies.models.audit import AuditEntry
from companies.models.people import SignIn, User, UserManager
from companies.models.requisites import BankAccount, LegalDetails, OwnWarehouse, TaxPeriod
from companies.models.tenants import Company, Invitation, Membership, StaffVisit

__all__ = [
    "AuditEntry",
    "BankAccount",
    "Company",
    "Invitation",
    "LegalDetails",
    "Membership",
    "OwnWarehouse",
    "SignIn",
    "StaffVisit",
    "TaxPeriod",
    "User",
    "UserManager",
]
