"""The benchmark of labels runs and says what it measured."""

from __future__ import annotations

from fbo_cabinet.bench import labels


def test_a_few_labels_are_measured() -> None:
    (found,) = labels.measure(count=3)

    assert found.ratio > 0
    assert "3 different labels" in found.what
