"""What the pages of the catalog and of the stock show."""
