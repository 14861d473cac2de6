"""The columns of the reports, one module a report."""
