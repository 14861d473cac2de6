"""The one-machine launcher: what `./cabinet` runs when nothing but Python is installed."""
