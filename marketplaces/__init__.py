"""The gateway: accounts, contracts, the sync engine and one folder a marketplace. Knows no orders, no catalog."""
