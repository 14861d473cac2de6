"""Tenants: users, companies, members and roles, and the wall between companies."""
