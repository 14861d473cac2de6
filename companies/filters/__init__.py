"""The filters of the lists of companies and people."""
