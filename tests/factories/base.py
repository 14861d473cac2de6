"""What all factories of tenant tables share."""

from __future__ import annotations

from typing import Any

from factory.django import DjangoModelFactory


class CompanyOwnedFactory(DjangoModelFactory):
    """Makes rows through the manager that knows no company, since the scoped one refuses."""

    class Meta:
        abstract = True

    @classmethod
    def _get_manager(cls, model_class: Any) -> Any:
        return model_class.all_companies
