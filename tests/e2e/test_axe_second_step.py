"""The pages that the demo passes by, second step and paper: drawn by the product, looked at in the browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Route, sync_playwright

from ruangaman.ops.chromium import ARGUMENTS
from ruangaman.ops.shots import open_context
from ruangaman.ui.assets import STATIC
from tests.e2e.conftest import needed_chromium
from tests.e2e.test_axe import violations
from tests.factories.accounts import PASSWORD, Office, make_office
from tests.support.signing_in import code_for, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.xdist_group("axe")]
ENROL, CODES, SECOND = (f"/masuk/langkah-kedua/{end}" for end in ("pasang/", "kode/", ""))
SHOWN, RENEW, PAPER = "/sudah-ditampilkan/", "/pengaturan/kode/", "/pengaturan/undangan/"
"""The first stands for the page of the codes when it is loaded again."""
LONG = "https://laporan-perlindungan-perempuan-dan-anak.dinas-pemberdayaan.kota-contoh.invalid"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_violation_and_nothing_too_wide(language: str, settings: Any):
    settings.RUANGAMAN_URL = LONG
    pages = draw(language)
    assert LONG in pages[PAPER].replace("<wbr>", "")
    with sync_playwright() as playwright:  # begun after the last query: while it is open, Django minds its event loop
        browser = playwright.chromium.launch(executable_path=needed_chromium(), args=ARGUMENTS)
        context = open_context(browser, "http://127.0.0.1:9", width=1280, scheme="light")
        context.route("**/*", lambda route: answer(route, pages))
        tab, found = context.new_page(), []
        for path in pages:
            tab.goto(path)
            assert tab.locator("main h1").count() == 1
            found += violations(tab, path, language)
        browser.close()

    assert found == []


def draw(language: str) -> dict[str, str]:
    """What somebody sees who signs in for the first time, and the next time."""
    office = make_office()
    user = office.user()
    for person in (user, office.head):
        person.language = language
        person.save(update_fields=["language"])
    pages, client = {PAPER: paper(office)}, enter(user.username)
    pages[ENROL] = client.get(ENROL).content.decode()
    secret = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", pages[ENROL])
    assert secret
    client.post(ENROL, {"code": code_for(secret[1].replace(" ", ""), datetime.now(UTC))})
    pages[CODES] = client.get(CODES).content.decode()
    pages[SHOWN] = client.get(CODES).content.decode()
    pages[RENEW] = client.get(RENEW).content.decode()
    pages[SECOND] = enter(user.username).get(SECOND).content.decode()
    return pages


def paper(office: Office) -> str:
    """The paper for somebody new."""
    client = signed_in(office.head)
    facts = {"display_name": "Contoh", "username": "baru", "email": "", "role": "petugas", "unit": office.unit.pk}
    return client.post("/pengaturan/orang/undang/", facts, follow=True).content.decode()


def enter(username: str) -> Client:
    """Pass the first step."""
    client = Client()
    assert client.post("/masuk/", {"username": username, "password": PASSWORD}).status_code == 302
    return client


def answer(route: Route, pages: dict[str, str]) -> None:
    """The drawn pages and our own static files; nothing else exists."""
    path = "/" + route.request.url.split("/", 3)[3]
    if path in pages:
        route.fulfill(body=pages[path], content_type="text/html; charset=utf-8")
        return
    file = STATIC / Path(path.split("?")[0]).relative_to("/static") if path.startswith("/static/") else None
    if file is None or not file.is_file():
        route.fulfill(status=404)
        return
    route.fulfill(body=file.read_bytes(), content_type=KINDS.get(file.suffix, "application/octet-stream"))
