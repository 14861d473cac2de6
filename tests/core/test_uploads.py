"""core.uploads: a PDF is known by its content, its name is made harmless, what is too large is not read."""

from __future__ import annotations

import io
import unicodedata

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from core.uploads import (
    MEGABYTE,
    BadUpload,
    PdfField,
    RequestSizeMiddleware,
    clean_name,
    read_pdf,
)

LIMIT = MEGABYTE


def drawn() -> bytes:
    """A PDF of one empty page, as a program writes it."""
    bodies = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    )
    pdf, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        pdf
        + b"xref\n0 4\n0000000000 65535 f \n%btrailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            table,
            len(pdf),
        )
    )


def sent(content: bytes, name: str = "договор.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def test_a_pdf_is_taken_whole() -> None:
    content = drawn()

    pdf = read_pdf(sent(content), max_bytes=LIMIT)

    assert (pdf.name, pdf.content, pdf.size) == ("договор.pdf", content, len(content))
    assert len(pdf.sha256) == 64


def test_the_content_is_not_in_the_repr() -> None:
    assert "%PDF" not in repr(read_pdf(sent(drawn()), max_bytes=LIMIT))


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00" + b"\x00" * 100 + b"%%EOF",
        b"<html><script>alert(1)</script></html>%%EOF",
        b"PK\x03\x04 a document of another kind %%EOF",
        b"\n%PDF-1.7\n%%EOF",
        b"%PDF-3.0\n%%EOF",
        b"%PDF",
    ],
)
def test_what_only_calls_itself_a_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(BadUpload) as refused:
        read_pdf(sent(content), max_bytes=LIMIT)

    assert refused.value.code == "not_pdf"


def test_a_pdf_that_is_cut_off_is_refused() -> None:
    with pytest.raises(BadUpload) as refused:
        read_pdf(sent(drawn()[:-20]), max_bytes=LIMIT)

    assert refused.value.code == "cut_off"


def test_a_large_file_is_refused_unread() -> None:
    file = sent(b"%PDF-1.7" + b"\x00" * LIMIT)

    with pytest.raises(BadUpload) as refused:
        read_pdf(file, max_bytes=LIMIT)

    assert refused.value.code == "too_large"
    assert "1,1 МБ" in refused.value.message
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("sent_name", "name"),
    [
        ("договор.pdf", "договор.pdf"),
        ("Договор № 5.PDF", "Договор № 5.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Договоры\\озон.pdf", "озон.pdf"),
        ("счёт\u202efdp.exe", "счётfdp.exe.pdf"),
        ("a\x00b\r\nContent-Type: text.pdf", "ab Content-Type_ text.pdf"),
        ('<script>"x"</script>.pdf', "script_.pdf"),
        ("", "document.pdf"),
        (".pdf", "document.pdf"),
        ("  . . ", "document.pdf"),
        ("я" * 400 + ".pdf", "я" * 156 + ".pdf"),
    ],
)
def test_names_are_made_harmless(sent_name: str, name: str) -> None:
    assert clean_name(sent_name) == name


@given(st.text())
def test_any_name_comes_out_short_visible_and_bare(sent_name: str) -> None:
    name = clean_name(sent_name)

    assert name.endswith(".pdf")
    assert 4 < len(name) <= 160
    assert not set(name) & set('<>:"/\\|?*')
    assert not any(unicodedata.category(sign)[0] == "C" for sign in name)
    assert clean_name(name) == name


def test_the_field_gives_the_pdf_or_nothing() -> None:
    field = PdfField(max_bytes=LIMIT, required=False)

    assert field.clean(None) is None
    assert field.clean(sent(drawn())).name == "договор.pdf"
    assert 'accept="application/pdf,.pdf"' in field.widget.render("file", None, field.widget.attrs)


class Unreadable(io.BytesIO):
    """A body that must not be read."""

    def read(self, *_args: object) -> bytes:
        raise AssertionError("it was read")


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/lavka/settings/agreements/add/"])
def test_a_request_of_200_megabytes_is_refused_unread(client, path: str) -> None:
    response = client.generic(
        "POST",
        path,
        **{
            "wsgi.input": Unreadable(),
            "CONTENT_LENGTH": str(200 * MEGABYTE),
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
        },
    )

    assert response.status_code == 413
    assert "Не больше 16" in response.content.decode()
    assert "Content-Security-Policy" in response.headers


@pytest.mark.parametrize("size", ["", "0", "-1", "many", "²", str(16 * MEGABYTE)])
def test_a_size_within_the_limit_or_unreadable_is_left_to_django(settings, size: str) -> None:
    answer = object()
    request = RequestFactory().post("/")
    request.META["CONTENT_LENGTH"] = size

    assert RequestSizeMiddleware(lambda _request: answer)(request) is answer
