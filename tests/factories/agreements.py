"""Agreements with marketplaces and their files."""

from __future__ import annotations

import hashlib
from datetime import date

import factory

from marketplaces.models import Agreement, AgreementFile
from tests.factories.base import CompanyOwnedFactory
from tests.factories.companies import CompanyFactory

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


class AgreementFactory(CompanyOwnedFactory):
    """With Ozon, without an end."""

    class Meta:
        model = Agreement

    company = factory.SubFactory(CompanyFactory)
    marketplace = "ozon"
    number = factory.Sequence(lambda n: f"ИР-{104_000 + n}/24")
    signed_on = date(2024, 3, 14)


class AgreementFileFactory(CompanyOwnedFactory):
    class Meta:
        model = AgreementFile

    company = factory.SelfAttribute("agreement.company")
    agreement = factory.SubFactory(AgreementFactory)
    name = "договор.pdf"
    content = PDF
    size = factory.LazyAttribute(lambda row: len(row.content))
    sha256 = factory.LazyAttribute(lambda row: hashlib.sha256(row.content).hexdigest())
