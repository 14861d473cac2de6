"""What the pages of the assortment ask for."""
