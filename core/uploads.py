"""Files that people send: how large a request may be, and whether a file is the PDF that it says it is."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import structlog
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest, HttpResponseBase

log = structlog.get_logger(__name__)

MEGABYTE: Final = 1024 * 1024
_LONGEST_NAME: Final = 160
_HEAD: Final = re.compile(rb"%PDF-[12]\.\d")
_END: Final = b"%%EOF"
# Readers look for the end mark in the last KiB.
_TAIL: Final = 1024
# Signs that no system allows in names, or that mean something to a shell.
_NOT_IN_NAMES: Final = re.compile(r'[<>:"/\\|?*]+')


class BadUpload(ValidationError):
    """The file cannot be taken; the message says why. Codes: `too_large`, `not_pdf`, `cut_off`."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message, code=code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdf:
    """A PDF that was checked; `name` is fit to be shown and saved under."""

    name: str
    content: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)

    @property
    def sha256(self) -> str:
        """The fingerprint of the content."""
        return hashlib.sha256(self.content).hexdigest()


def read_pdf(file: UploadedFile[Any], *, max_bytes: int) -> Pdf:
    """The file, when it is a PDF by its content, whatever its name and the browser say. Raises BadUpload.

    What is inside is never opened or drawn here: the file is only kept and given back.
    """
    size = file.size or 0
    if size > max_bytes:
        raise BadUpload(
            _(
                "The file has %(size)s MB, and at most %(most)s MB are taken. Save the PDF smaller or split it."
            )
            % {"size": _megabytes(size), "most": _megabytes(max_bytes)},
            code="too_large",
        )
    content = file.read()
    if not _HEAD.match(content):
        raise BadUpload(
            _("This is not a PDF, whatever its name says. Scan or save the document as PDF."), code="not_pdf"
        )
    if _END not in content[-_TAIL:]:
        raise BadUpload(_("The PDF is cut off: its end is missing. Take the file anew."), code="cut_off")
    return Pdf(name=clean_name(file.name or ""), content=content)


def clean_name(name: str) -> str:
    """A name for a PDF out of whatever the browser sent: no path, no invisible signs, `.pdf` at its end."""
    text = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    text = "".join(char for char in text if char.isspace() or unicodedata.category(char)[0] != "C")
    text = " ".join(_NOT_IN_NAMES.sub("_", text).split())
    stem = re.sub(r"\.pdf$", "", text, flags=re.IGNORECASE).strip(". ")
    return f"{stem[: _LONGEST_NAME - len('.pdf')].rstrip('. ') or 'document'}.pdf"


class PdfField(forms.FileField):
    """One PDF of at most `max_bytes`; its clean value is a Pdf, None where none is given."""

    def __init__(self, *, max_bytes: int, **kwargs: Any) -> None:
        attrs = {
            "accept": "application/pdf,.pdf",
            "data-max-bytes": max_bytes,
            "data-too-large": format_lazy(
                gettext_lazy("At most {most} MB are taken. Choose a smaller file."),
                most=_megabytes(max_bytes),
            ),
        }
        widget = forms.FileInput(attrs=attrs)
        super().__init__(**{"widget": widget, **kwargs})
        self.max_bytes = max_bytes

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The checked PDF. Raises BadUpload."""
        file = super().clean(data, initial)
        return read_pdf(file, max_bytes=self.max_bytes) if file else None


class RequestSizeMiddleware:
    """Refuses a request that says it is larger than settings.REQUEST_MAX_BYTES before anything of it is read.

    A request cannot lie about it: never more than its Content-Length is read. Stands above whatever looks
    into the body, the check of the CSRF token first of all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        size = request.META.get("CONTENT_LENGTH") or "0"
        most = settings.REQUEST_MAX_BYTES
        if not (size.isascii() and size.isdigit()) or int(size) <= most:
            return self.get_response(request)
        log.warning("request_too_large", path=request.path, size=int(size))
        return HttpResponse(render_to_string("413.html", {"most": _megabytes(most)}), status=413)


def _megabytes(size: int) -> str:
    """Rounded up to a tenth, so that what is too large never reads like the limit."""
    tenths = math.ceil(size * 10 / MEGABYTE)
    return formats.number(tenths / 10, digits=1 if tenths % 10 else 0)
