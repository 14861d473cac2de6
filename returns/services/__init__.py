"""Every change of returns and of their reasons."""
