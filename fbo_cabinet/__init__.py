"""The composition root: environment, settings, URLs, Celery and the one-machine launcher."""
