"""The columns of the lists of companies and people."""
