"""The tenant wall: rows of a company are reached through `.for_company(company)` only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.db import models

if TYPE_CHECKING:
    from companies.models import Company


class UnscopedQuery(Exception):
    """A query over a tenant table that names no company."""


class CompanyQuerySet(models.QuerySet[Any]):
    """Base of the querysets of tenant tables."""

    def for_company(self, company: Company | int | models.OuterRef) -> Self:
        """The rows of one company; in a subquery, of the company that the outer row names."""
        return self.filter(company_id=company if isinstance(company, int | models.OuterRef) else company.pk)


class ScopedManager(models.Manager[Any]):
    """A manager that knows one word, `for_company`, and refuses the rest.

    Made with `ScopedManager.from_queryset(OrderQuerySet)()`.
    """

    def for_company(self, company: Company | int | models.OuterRef) -> Any:
        """The rows of one company, as the model's own queryset."""
        return self._queryset_class(self.model, using=self._db).for_company(company)  # type: ignore[attr-defined]  # set by from_queryset

    def get_queryset(self) -> NoReturn:
        name = self.model.__name__
        raise UnscopedQuery(
            f"Write {name}.objects.for_company(company), or {name}.all_companies in admin and tasks."
        )


class CompanyOwned(models.Model):
    """Base of every tenant table; give `all_companies` and `objects` in this order in each subclass."""

    company = models.ForeignKey(
        "companies.Company", on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        abstract = True
