"""A fourth marketplace, as somebody would add one: this folder and a line in settings.MARKETPLACES."""
