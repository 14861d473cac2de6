"""What the pages of supplies show."""
