"""Commands about the assortment."""
