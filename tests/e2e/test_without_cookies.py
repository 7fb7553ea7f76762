"""A browser that refuses cookies: report, receipt, thread, all the same."""

from __future__ import annotations

import re

import pytest

from ruangaman.ops.visitor import Upload
from tests.e2e.conftest import NewVisitor
from tests.e2e.steps import photo

pytestmark = pytest.mark.slow


def test_report_receipt_and_thread_with_cookies_refused(new_visitor: NewVisitor) -> None:
    visitor = new_visitor(cookies=False)
    files = [Upload("files", "foto.jpg", "image/jpeg", photo())]

    shown = visitor.submit(visitor.get("/i/"), {"what": "Tanpa kuki, tetapi tetap penting."}, files)
    assert shown.status == 200
    assert shown.receipt is not None

    noted = visitor.submit(shown, {}, action="/i/selesai")
    assert "message" in noted.form("message").names
    sent = visitor.submit(noted, {"message": "Apakah pesan ini sampai?"})
    assert "Apakah pesan ini sampai?" in sent.text

    again = new_visitor(cookies=False)
    thread = again.submit(again.get("/p/"), {"receipt": shown.receipt})
    assert "Apakah pesan ini sampai?" in thread.text
    assert not visitor.cookies
    assert not re.search(r'href="[^"]*[?&]s=', thread.text), "the key of a session never stands in an address"


def test_the_same_form_sent_twice_without_cookies_is_one_report(new_visitor: NewVisitor) -> None:
    visitor = new_visitor(cookies=False)
    page = visitor.get("/i/")

    first = visitor.submit(page, {"what": "Terkirim dua kali."})
    second = visitor.submit(page, {"what": "Terkirim dua kali."})

    assert first.receipt is not None
    assert second.receipt in {first.receipt, None}
