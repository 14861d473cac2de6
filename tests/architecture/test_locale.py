"""The Russian catalogue says everything that the cabinet says, and nothing else."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.architecture.messages import ROOT, Message, all_messages

PO = ROOT / "locale" / "ru" / "LC_MESSAGES" / "django.po"
_PLACE = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}|(%%)")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="ru", abort_invalid=True)


def test_every_message_is_translated(catalogue: Catalog) -> None:
    missing = sorted(
        {
            f"{message.singular!r} ({message.place})"
            for message in all_messages()
            if not _is_translated(catalogue, message)
        }
    )

    assert missing == []


def test_plurals_have_all_three_forms(catalogue: Catalog) -> None:
    incomplete = sorted(
        {
            f"{message.singular!r} ({message.place})"
            for message in all_messages()
            if message.plural and not _has_three_forms(catalogue, message)
        }
    )

    assert incomplete == []


def test_placeholders_are_kept(catalogue: Catalog) -> None:
    broken = []
    for entry in catalogue:
        if not entry.id:
            continue
        ids = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        # A singular may leave the number out: "the last day".
        allowed = set().union(*(_places(text) for text in ids))
        broken += [f"{ids[0]!r}: {text!r}" for text in strings if _places(text) - allowed]
        if len(ids) == 1 and _places(strings[0]) != allowed:
            broken.append(f"{ids[0]!r}: {strings[0]!r}")

    assert broken == []


def test_nothing_is_fuzzy_obsolete_or_stale(catalogue: Catalog) -> None:
    used = {message.key for message in all_messages()}
    given = [
        (entry.context or "", entry.id[0] if isinstance(entry.id, tuple) else entry.id)
        for entry in catalogue
        if entry.id
    ]

    assert [entry.id for entry in catalogue if entry.fuzzy and entry.id] == []
    assert list(catalogue.obsolete) == []
    assert sorted(key for key in given if key not in used) == []


def test_no_message_is_given_twice() -> None:
    blocks = PO.read_text(encoding="utf-8").split("\n\n")
    keys = [re.findall(r'^(?:msgctxt|msgid) .*(?:\n".*")*', block, re.MULTILINE) for block in blocks]

    assert [key for key, count in Counter(map(tuple, keys)).items() if key and count > 1] == []


def _is_translated(catalogue: Catalog, message: Message) -> bool:
    entry = catalogue.get(message.singular, message.context or None)
    if entry is None or entry.fuzzy:
        return False
    strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
    return all(strings)


def _has_three_forms(catalogue: Catalog, message: Message) -> bool:
    entry = catalogue.get(message.singular, message.context or None)
    return (
        entry is not None and isinstance(entry.string, tuple) and len(entry.string) == 3 and all(entry.string)
    )


def _places(text: str) -> set[str]:
    return {"".join(groups) for groups in _PLACE.findall(text)}
