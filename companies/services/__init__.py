"""Every change to companies, their people and their details."""

from companies.services.companies import SlugTaken, create_company

__all__ = ["SlugTaken", "create_company"]
