"""The formulas behind the figures: pure functions of numbers, as docs/formulas.md defines them."""
