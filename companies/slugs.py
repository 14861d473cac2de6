"""Addresses of companies: made from a name, and the words that the cabinet keeps for itself."""

from __future__ import annotations

from django.utils.text import slugify

LONGEST_SLUG = 50

# First parts of the cabinet's own addresses, those planned too: a company may not hide behind them.
RESERVED_SLUGS = frozenset(
    {
        "accounts", "admin", "api", "assets", "companies", "company", "demo-data", "docs", "favicon", "health",
        "healthz", "help", "login", "logout", "manrope", "media", "metrics", "new", "push", "readyz", "robots",
        "settings", "signup", "static", "status", "styleguide", "support", "webhooks", "well-known", "www",
    }
)  # fmt: skip

# How names are written in Latin on passports and road signs, with the marks that a slug cannot hold left out.
_LATIN = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i",
        "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
        "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y",
        "ь": "", "э": "e", "ю": "yu", "я": "ya",
    }
)  # fmt: skip


def latin_slug(name: str) -> str:
    """The name as an address: «Льняная лавка» → `lnyanaya-lavka`; empty when nothing of it can be kept."""
    return slugify(name.lower().translate(_LATIN))[:LONGEST_SLUG].strip("-_")


def numbered(slug: str, number: int) -> str:
    """The address with a number at its end, no longer than an address may be."""
    tail = f"-{number}"
    return f"{slug[: LONGEST_SLUG - len(tail)].rstrip('-_')}{tail}"
