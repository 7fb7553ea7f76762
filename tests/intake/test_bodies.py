"""Broken bodies, byte for byte through the real WSGI door: a sentence, what was readable kept, nothing stored."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from ruangaman.intake.models import Attachment, Message, Report

APPLICATION: list[WSGIHandler] = []


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Keep the test's transaction: Django drops an open one at the edges of a request, as its own client knows."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


BOUNDARY = "----tapal"
KIND = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str, value: bytes, *, file: str = "") -> bytes:
    """Return one part of a multipart body."""
    more = f'; filename="{file}"\r\nContent-Type: application/octet-stream' if file else ""
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def send(body: bytes, *, kind: str = KIND, announced: int | None = None, path: str = "/i/", cookie: str = "") -> Any:
    """Send bytes as a server would hand them on; returns status and page."""
    seen: dict[str, Any] = {}
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body) if announced is None else announced),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if cookie:
        environ["HTTP_COOKIE"] = f"s={cookie}"
    if not APPLICATION:
        APPLICATION.append(WSGIHandler())
    pieces = APPLICATION[0](environ, lambda status, headers, *_: seen.update(status=int(status[:3]), headers=headers))
    return seen["status"], b"".join(pieces).decode()


def nothing_stored() -> bool:
    """Whether no trace of a report is there, in the database or in the spool."""
    return not (Report.objects.exists() or Attachment.objects.exists() or any(settings.RUANGAMAN_SPOOL.iterdir()))


WHOLE = part("what", b"Dia datang lagi") + part("files", b"x" * 1000, file="foto rahasia.jpg") + END


def test_a_whole_body_is_stored(office):
    status, page = send(WHOLE)

    assert status == 200
    assert 'id="receipt"' in page
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "announced", "words"),
    [
        (WHOLE[:-200], len(WHOLE), "Sambungan terputus"),
        (WHOLE[:-200], None, "Sambungan terputus"),
        (WHOLE[: -len(END)], None, "Sambungan terputus"),
        (WHOLE, len(WHOLE) + 500, "Sambungan terputus"),
        (part("what", b"x" * 2_000_000) + END, None, "terlalu besar"),
        (b"".join(part(f"f{n}", b"x") for n in range(300)) + END, None, "Terlalu banyak isian"),
        (b"".join(part(f"f{n}", b"x") for n in range(200)) + END, None, "Terlalu banyak isian"),
        (
            part("what", b"a") + b"".join(part("files", b"x", file=f"{n}.txt") for n in range(11)) + END,
            None,
            "10 berkas",
        ),
        (b"halo saja", None, "Sambungan terputus"),
        (b"", None, "Sambungan terputus"),
    ],
)
def test_a_broken_body_is_told_and_nothing_is_stored(office, body, announced, words):
    status, page = send(body, announced=announced)

    assert status == 422
    assert words in page
    assert "<title>Informasi</title>" in page
    assert nothing_stored()


def test_wherever_it_is_cut_nothing_is_stored(office):
    for cut in range(0, len(WHOLE), 23):
        status, _page = send(WHOLE[:cut], announced=len(WHOLE))
        assert status == 422
    assert nothing_stored()


def test_what_was_readable_is_kept_and_the_file_named(office):
    status, page = send(part("what", b"Jangan hilang") + part("files", b"x" * 26 * 1024 * 1024, file="film.mp4") + END)

    assert status == 422
    assert "Jangan hilang</textarea>" in page
    assert "25 MB" in page
    assert "film.mp4 lebih besar" in page
    assert "Pilih lagi berkas ini" not in page
    assert nothing_stored()


@pytest.mark.parametrize(
    "kind", ["", "application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary="]
)
def test_another_kind_of_body_is_told(office, kind):
    status, page = send(b'{"what": "x"}', kind=kind)

    assert status == 422
    assert "rusak di jalan" in page or "Sambungan terputus" in page


@pytest.mark.parametrize(
    "value",
    [
        b"\xff\xfe\x00halo",
        "Dia \x00\x07 marah \u202e\u2066 x".encode(),
        "\u200b\u200b".encode(),
        b"<script>alert(1)</script>\"'><img src=x>",
        b"a" * 65_536,
        "é".encode("latin-1"),
        "𝔘𝔫𝔦 👩‍👧 ".encode() * 50,
        b"{{ 7|add:7 }} {% csrf_token %}",
    ],
)
def test_odd_text_is_cleaned_or_told_and_markup_is_only_text(office, value):
    status, page = send(part("what", value) + END)

    assert status in {200, 422}
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert Report.objects.exists() == (status == 200)


def test_urlencoded_in_the_wrong_encoding_is_told(office):
    status, page = send(b"what=Dia+%E9+marah", kind="application/x-www-form-urlencoded")

    assert status == 422
    assert "tidak bisa kami baca" in page


def test_a_token_of_another_browser_is_told_and_the_text_kept(office):
    status, page = send(
        b"what=Masih+ada&csrfmiddlewaretoken=x", kind="application/x-www-form-urlencoded", cookie="c" * 43
    )

    assert status == 422
    assert "sudah lama terbuka" in page
    assert "Masih ada</textarea>" in page
    assert not Report.objects.exists()


@pytest.mark.parametrize("path", ["/i/", "/i/selesai", "/p/", "/p/pesan", "/keluar"])
def test_no_address_answers_with_an_error_of_ours(office, path):
    for body in (b"", b"\x00\xff", WHOLE[:300], WHOLE, b"%%%=&&&=%zz&receipt=1&message=%ff"):
        for kind in (KIND, "application/x-www-form-urlencoded", "text/plain"):
            status, _page = send(body, path=path, kind=kind)
            assert status < 500
    assert not Message.objects.exists()
