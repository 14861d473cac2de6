"""Yandex Market: everything that knows how Yandex Market speaks."""
