"""What any marketplace can say, in our words: frozen dataclasses, no I/O, no Django models."""
