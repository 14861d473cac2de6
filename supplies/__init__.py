"""Supplies: what is shipped to the marketplaces' warehouses, and what became of it."""
