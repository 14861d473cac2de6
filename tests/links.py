"""The links that letters carry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.core.mail import EmailMessage


def link_in(letter: EmailMessage) -> str:
    """The path of the first link of the letter's text."""
    return re.search(r"https?://[^/\s]+(/\S+)", letter.body).group(1)
