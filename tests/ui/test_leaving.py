"""Leaving, in a real browser: one history entry for all our pages, and nothing of what was typed comes back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.http import HttpResponse
from django.template import engines
from django.test import RequestFactory
from playwright.sync_api import Page, expect, sync_playwright

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
FORM = """{% extends "ui/public.html" %}
{% block style %}{% inline_style "form again" %}{% endblock %}
{% block main %}<div class="page">
{% if wrong %}<section class="again" role="alert"><h2>Sedikit lagi</h2></section>{% endif %}
<h1>Ceritakan</h1><form method="post" action="/i/" autocomplete="off"><textarea class="in" name="what" aria-label="x">
{{ text }}</textarea><div class="send"><button class="btn">Kirim</button></div></form></div>{% endblock %}"""
DONE = """{% extends "ui/public.html" %}
{% block style %}{% inline_style "slip" %}{% endblock %}
{% block main %}<div class="page"><h1>Sudah</h1>{% receipt "48210936775412086395" %}</div>{% endblock %}"""


class Server(ThreadingMixIn, WSGIServer):
    """Answers several requests at once, for the exit's word to the server must not wait."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Says nothing on the console."""

    def log_message(self, format: str, *args: Any) -> None:
        """Drop the line."""


class House:
    """The least house that has the public door: start, form, receipt, exit, and the world around it."""

    def __init__(self) -> None:
        self.left = threading.Event()
        self.reports: list[str] = []

    def answer(self, path: str, method: str, body: str) -> HttpResponse:
        """Return the answer to one request."""
        if path == "/outside":
            return HttpResponse('<title>Luar</title><a href="/">masuk</a>')
        if path == "/weather":
            return HttpResponse("<title>Cuaca</title>cerah")
        if path == "/keluar":
            self.left.set()
            return HttpResponse(status=303, headers={"Location": "/weather"})
        if path == "/" or path == "/i/selesai":
            return self.page('{% include "intake/start.html" %}' if path == "/" else DONE)
        text = parse_qs(body).get("what", [""])[0] if "=" in body[:8] else body
        if "mati" in text:
            return HttpResponse("<title>Informasi</title>", status=503, headers={"Retry-After": "60"})
        if method == "GET" or "salah" in text:
            return self.page(FORM, text="salah" if "salah" in text else "", wrong="salah" in text)
        self.reports.append(text)
        return HttpResponse(status=303, headers={"Location": "/i/selesai"})

    def page(self, source: str, **context: object) -> HttpResponse:
        """Draw a public page with the policy of the real one."""
        request = RequestFactory().get("/")
        response = HttpResponse(
            engines["django"].from_string(source).render(context, request), status=422 if context.get("wrong") else 200
        )
        allowed = "; ".join(f"{directive} {found}" for directive, found in request.csp_hashes)
        response["Content-Security-Policy"] = (
            f"default-src 'none'; connect-src 'self'; img-src data:; form-action *; {allowed}"
        )
        response["Cache-Control"] = "no-store"
        return response

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        """The WSGI face."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode("utf-8", "replace")
        response = self.answer(environ["PATH_INFO"], environ["REQUEST_METHOD"], body)
        start(f"{response.status_code} x", list(response.items()))
        return [response.content]


@pytest.fixture
def house(settings: Any) -> Iterator[tuple[House, str]]:
    app = House()
    server = make_server("127.0.0.1", 0, app, server_class=Server, handler_class=Quiet)
    settings.RUANGAMAN_EXIT_URL = "/weather"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield app, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(house: tuple[House, str]) -> Iterator[Page]:
    """A tab that came from outside and stands at the form."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page()
        faults: list[str] = []
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.on("console", lambda line: faults.append(line.text) if "Policy" in line.text else None)
        tab.goto(house[1] + "/outside")
        tab.click("a")
        tab.click("text=Ceritakan sekarang")
        tab.wait_for_url("**/i/")
        yield tab
        browser.close()
        assert faults == []


def test_after_the_whole_way_and_the_exit_back_finds_no_page_of_ours(page, house):
    page.fill("textarea", "salah dulu")
    page.click("button.btn")
    expect(page.locator(".again")).to_have_css("display", "grid")
    expect(page.locator("textarea")).to_have_value("salah")
    page.fill("textarea", "lalu benar")
    page.click("button.btn")
    expect(page.locator("#receipt")).to_contain_text("4821")

    page.click(".exit")
    page.wait_for_url("**/weather")
    page.go_back()

    assert page.title() == "Luar"
    assert house[0].left.wait(5)
    assert len(house[0].reports) == 1


@pytest.mark.parametrize("key", ["Escape", "Shift"])
def test_a_key_three_times_leaves(page, key):
    page.fill("textarea", "cerita")

    for _ in range(3):
        page.keyboard.press(key)

    page.wait_for_url("**/weather")
    page.go_back()
    assert page.title() == "Luar"


def test_no_tap_comes_before_the_script_for_it_comes_with_the_page(page):
    asked = []
    page.on("request", lambda request: asked.append(request.resource_type))

    page.goto(page.url.replace("/i/", "/"))
    page.click("text=Ceritakan sekarang")
    page.wait_for_url("**/i/")

    assert set(asked) == {"document"}
    assert asked


def test_typing_capitals_does_not_leave(page):
    page.focus("textarea")

    for letter in "TOLONG":
        page.keyboard.press(f"Shift+{letter}")

    expect(page.locator("textarea")).to_have_value("TOLONG")


def test_going_away_by_the_address_bar_leaves_nothing_typed_behind(page, house):
    page.fill("textarea", "cerita")

    page.goto(house[1] + "/weather")
    page.go_back()

    expect(page.locator("textarea")).to_have_value("")


def test_a_proxy_that_answers_in_our_place_takes_no_words(page):
    page.fill("textarea", "mati lampu")

    page.click("button.btn")

    expect(page.locator(".sent")).to_contain_text("Belum terkirim")
    expect(page.locator("textarea")).to_have_value("mati lampu")


def test_a_broken_connection_keeps_the_words_and_says_so(page):
    page.fill("textarea", "cerita")
    page.context.set_offline(True)

    page.click("button.btn")

    expect(page.locator(".sent")).to_contain_text("Belum terkirim")
    expect(page.locator("textarea")).to_have_value("cerita")
    page.context.set_offline(False)
    page.click("button.btn")
    expect(page.locator("#receipt")).to_be_visible()
