"""The pages of supplies, one module a noun."""
