"""Settings: base, and what local, test and production change of it."""
