"""Every change of the assortment and its stock."""
