"""Every change of supplies."""
