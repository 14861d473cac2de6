"""Users, companies and members."""

from __future__ import annotations

from datetime import date, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from companies.choices import LegalForm, Role, TaxRegime
from companies.models import Company, Invitation, LegalDetails, Membership, TaxPeriod, User
from tests.factories.base import CompanyOwnedFactory

PASSWORD = "correct-horse-battery"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Анна Воронина {n}")
    password = factory.django.Password(PASSWORD)

    class Params:
        staff = factory.Trait(is_staff=True, is_superuser=True)


class CompanyFactory(DjangoModelFactory):
    class Meta:
        model = Company

    name = factory.Sequence(lambda n: f"Льняная лавка {n}")
    slug = factory.Sequence(lambda n: f"lavka-{n}")


class MembershipFactory(CompanyOwnedFactory):
    class Meta:
        model = Membership

    company = factory.SubFactory(CompanyFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.OWNER


class InvitationFactory(CompanyOwnedFactory):
    class Meta:
        model = Invitation

    class Params:
        expired = factory.Trait(
            expires_at=factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=1))
        )
        accepted = factory.Trait(
            accepted_at=factory.LazyFunction(timezone.now), accepted_by=factory.SubFactory(UserFactory)
        )
        withdrawn = factory.Trait(withdrawn_at=factory.LazyFunction(timezone.now))

    company = factory.SubFactory(CompanyFactory)
    email = factory.Sequence(lambda n: f"invited{n}@example.com")
    role = Role.MANAGER


class LegalDetailsFactory(CompanyOwnedFactory):
    class Meta:
        model = LegalDetails

    company = factory.SubFactory(CompanyFactory)
    form = LegalForm.LLC
    full_name = "Общество с ограниченной ответственностью «Льняная лавка»"
    short_name = "ООО «Льняная лавка»"
    inn = "7707083893"
    kpp = "773601001"
    ogrn = "1027700132195"
    legal_address = "153000, Иваново, ул. Льняная, д. 1"
    postal_address = "153000, Иваново, а/я 12"
    signatory_name = "Воронина Анна Петровна"
    signatory_position = "Генеральный директор"
    email = "office@example.com"
    phone = "+79161234567"


class TaxPeriodFactory(CompanyOwnedFactory):
    class Meta:
        model = TaxPeriod

    company = factory.SubFactory(CompanyFactory)
    regime = TaxRegime.SIMPLIFIED_INCOME
    starts_on = factory.Sequence(lambda n: date(2015, 1, 1) + timedelta(days=n))
