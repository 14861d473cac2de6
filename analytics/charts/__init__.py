"""From what selectors read to what components draw: one module a page."""
