"""The sync engine: one path for every stream of every marketplace."""
