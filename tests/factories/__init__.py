"""Factories of rows, one module an app; every row of a tenant is made with the company of its parent."""
