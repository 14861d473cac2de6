"""Yandex Market's dialect of the world: Partner API for FBY, at its real paths."""

from sandbox.yandex_market.dialect import YandexMarket

__all__ = ["YandexMarket"]
