"""Pretend marketplaces: one simulated world, spoken in the dialects of real marketplaces."""
