"""The pages of the assortment."""
