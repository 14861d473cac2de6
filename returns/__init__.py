"""Returns and refusals."""
