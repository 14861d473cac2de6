"""What the pages of companies ask for."""

from companies.selectors.companies import free_slug, memberships_of

__all__ = ["free_slug", "memberships_of"]
