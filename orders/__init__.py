"""Orders, their lines, their history and the tally by day and status."""
