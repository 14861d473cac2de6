"""The pages of marketplace accounts."""
