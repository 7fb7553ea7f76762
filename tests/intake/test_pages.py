"""The public pages over the real door: small, bland, whole, and out of here even when everything else is gone."""

from __future__ import annotations

import base64
import gzip
import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.test import Client

from ruangaman.core.errors import Busy
from ruangaman.intake.models import Report
from ruangaman.intake.selectors import reception
from ruangaman.ui import inline
from ruangaman.vault import receipts
from tests.factories.intake import Browser, picture

LIMIT = 14_600


def weight(response) -> int:
    """Return how many bytes go over the line: the page as compressed, and the headers."""
    headers = sum(len(f"{name}: {value}\r\n") for name, value in response.items())
    return len(response.content if response.get("Content-Encoding") else gzip.compress(response.content)) + headers


@pytest.mark.parametrize("path", ["/", "/i/", "/i/?untuk=anak", "/i/?untuk=lain", "/p/", "/layanan", "/panduan/aman",
                                  "/panduan/hak", "/panduan/anak"])  # fmt: skip
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_page_fits_the_first_round_trip(office, path, language):
    address = f"{path}{'&' if '?' in path else '?'}l={language}"
    response = Client().get(address, headers={"Accept-Encoding": "gzip"})

    assert response.status_code == 200
    assert response["Content-Encoding"] == "gzip"
    assert weight(response) <= LIMIT, f"{weight(response)} bytes"


def test_pages_that_answer_fit_too(office, browser):
    sent = browser.report("")
    assert sent.status_code == 422
    assert weight(sent) <= LIMIT
    assert weight(browser.follow(browser.report())) <= LIMIT
    assert weight(browser.follow(browser.post("/i/selesai"))) <= LIMIT


def test_a_page_runs_its_own_script_and_no_other(office, browser):
    for path in ("/", "/i/", "/p/", "/panduan/aman"):
        policy = browser.get(path)["Content-Security-Policy"]
        assert f"script-src {inline.script().csp_hash};" in policy
    assert "script-src 'self';" in browser.get("/masuk/")["Content-Security-Policy"]


def test_every_page_is_bland_and_keeps_nothing(office, browser):
    for path in ("/", "/i/", "/p/", "/layanan", "/panduan/aman", "/panduan/hak", "/panduan/anak"):
        response = browser.get(path)
        assert re.findall(r"<title>(.*?)</title>", browser.text) == ["Informasi"]
        assert response["Cache-Control"] == "no-store"
        assert not re.search(r'(?:src|action)="(?:https?:)?//', browser.text)
    assert set(browser.client.cookies) == {"s"}


@pytest.mark.parametrize("path", ["/", "/i/", "/i/?untuk=anak", "/p/", "/layanan"])
def test_the_one_style_of_a_page_is_allowed_by_its_hash(office, browser, path):
    response = browser.get(path)
    styles = re.findall(r"<style>(.*?)</style>", browser.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()

    assert len(styles) == 1
    assert f"style-src 'self' 'sha256-{digest}';" in response["Content-Security-Policy"]


def test_tokens_and_keys_are_new_on_every_form(office, browser):
    first = (browser.get("/i/"), browser.hidden("/i/"))[1]
    second = (browser.get("/i/"), browser.hidden("/i/"))[1]

    assert first["key"] != second["key"]
    assert first["csrfmiddlewaretoken"] != second["csrfmiddlewaretoken"]
    assert receipts.check_key(second["key"])


def test_the_child_path_is_chosen_by_the_address_and_stays(office, browser):
    browser.get("/i/?untuk=anak")
    assert 'name="who" value="child"' in browser.text
    page = browser.post("/i/?untuk=anak", {"what": ""})
    assert page.status_code == 422
    assert 'action="/i/?untuk=anak"' in browser.text
    browser.follow(browser.post("/i/?untuk=anak", {"what": "Aku takut"}))
    assert Report.objects.get().who == "child"


def test_what_was_typed_is_kept_in_every_field(office, browser):
    kept = {
        "what": "\nCerita <b>dengan</b> & tanda\n\nDua baris", "now": "unsure", "who": "other",
        "kinds": ["FISIK", "KBGO"],
        "dangers": ["near"], "when": "kemarin", "where": "64.71.05.1002", "relation": "SUAMI_ISTRI",
        "age_group": "25-44", "contact": "phone", "contact_value": "08",
        "contact_hours": "pagi", "contact_name": 'Bu "R"',
        "avoid": ["polisi"],
    }  # fmt: skip
    browser.get("/i/")
    key = browser.hidden("/i/")["key"]
    page = browser.post("/i/", {**kept, "files": [picture("bukti.png")]})
    text = browser.text

    assert page.status_code == 422
    assert "Cerita &lt;b&gt;dengan&lt;/b&gt; &amp; tanda\n\nDua baris" in text.replace("\r", "")
    checked = set(re.findall(r'name="(\w+)" value="([^"]+)"[^>]* checked', text))
    assert {("now", "unsure"), ("who", "other"), ("kinds", "FISIK"), ("kinds", "KBGO"), ("dangers", "near"),
            ("contact", "phone"), ("avoid", "polisi")} <= checked  # fmt: skip
    assert set(re.findall(r'<option value="([^"]+)" selected', text)) == {"64.71.05.1002", "SUAMI_ISTRI", "25-44"}
    assert 'value="Bu &quot;R&quot;"' in text
    assert "bukti.png" in text
    assert browser.hidden("/i/")["key"] == key
    assert text.count('class="oops"') >= 2


def test_a_busy_house_keeps_the_text(office, browser, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise Busy("penuh")

    monkeypatch.setattr(receipts, "derive_receipt", full)
    page = browser.report("Tetap ada")

    assert page.status_code == 503
    assert "Tetap ada</textarea>" in browser.text
    assert "Sedang ramai" in browser.text


@contextmanager
def no_database() -> Iterator[None]:
    """The database cannot be reached."""

    def gone(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    reception.forget()
    wrapper = connections["default"]
    with ExitStack() as stack:  # not `MonkeyPatch`: it would leave on the object what it found on the class
        for name in ("ensure_connection", "cursor", "savepoint"):
            stack.enter_context(patch.object(wrapper, name, gone))
        yield


def test_pressed_twice_the_receipt_is_shown_all_the_same(office, browser):
    """The first answer's cookie has come, its page has not: the form still has the token and the key of before."""
    browser.get("/i/")
    form = {**browser.hidden("/i/"), "what": "Dia marah lagi."}
    first = browser.client.post("/i/", form)
    second = browser.client.post("/i/", form)
    assert first.status_code == second.status_code == 303
    browser.follow(second)
    assert browser.digits
    assert Report.objects.count() == 1


def test_an_old_form_of_another_visit_is_asked_to_be_sent_again(office, browser):
    browser.get("/i/")
    old = {**browser.hidden("/i/"), "what": "Yang pertama."}
    browser.follow(browser.report("Yang kedua."))
    answer = browser.client.post("/i/", old)
    assert answer.status_code == 422
    assert "Yang pertama.</textarea>" in answer.content.decode()


def test_the_receipt_confirms_files_and_who_is_not_told(office, browser):
    browser.follow(browser.report(files=[picture("a.png"), picture("b.png")], avoid=["polisi"]))
    assert "2 berkas ikut terkirim." in browser.text
    assert "Tidak diberi tahu: Polisi." in browser.text


def test_leaving_works_without_a_database_a_token_or_a_session(browser):
    browser.client.cookies["s"] = "c" * 43
    with no_database():
        response = browser.client.post("/keluar")

    assert response.status_code == 303
    assert response["Location"] == settings.RUANGAMAN_EXIT_URL
    assert response["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert response.cookies["s"].value == ""
    assert response.cookies["s"]["max-age"] == 0
    assert browser.client.get("/keluar")["Location"] == "/"


def test_without_a_database_the_numbers_are_there_and_the_text_comes_back(office, browser):
    browser.get("/i/")
    fields = browser.hidden("/i/")
    with no_database():
        page = browser._seen(
            browser.client.post("/i/", {**fields, "what": "Satu\n dua", "now": "yes", "kinds": ["FISIK"]})
        )
        assert page.status_code == 503
        assert "Satu\n dua</textarea>" in browser.text
        assert 'name="kinds" value="FISIK"' in browser.text
        assert 'href="tel:112"' in browser.text
        assert browser.hidden("/i/")["key"] == fields["key"]
        assert browser.get("/").status_code == 200
        assert browser.get("/p/pesan").status_code == 503
    again = browser._seen(browser.client.post("/i/", {**fields, "what": "Satu\n dua"}))
    assert again.status_code == 303


def test_the_blank_form_is_there_without_a_database_or_says_whom_to_call(office, browser):
    with no_database():
        page = browser.get("/i/")

    assert page.status_code == 503
    assert 'href="tel:112"' in browser.text


def test_the_text_comes_back_from_a_database_that_goes_after_the_form_was_checked(office, browser, monkeypatch):
    from ruangaman.intake import services

    def gone(**_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(services, "accept_report", gone)
    browser.client.raise_request_exception = False
    page = browser.report("Masih utuh")

    assert page.status_code == 503
    assert "Masih utuh</textarea>" in browser.text


def test_nothing_personal_is_logged(office, browser, shy, caplog):
    caplog.set_level(logging.DEBUG)
    browser.follow(browser.report("Kanari-satu", contact="email", contact_value="kanari-dua@contoh.id",
                                  contact_name="Kanari-tiga", files=[picture("kanari-empat.png")]))  # fmt: skip
    digits = browser.digits
    browser.follow(browser.post("/i/selesai"))
    browser.follow(browser.post("/p/pesan", {"message": "Kanari-lima"}))
    Browser(shy.client, refuses=True).report("Kanari-enam", now="salah")
    logged = " ".join(record.getMessage() for record in caplog.records if record.name != "django.db.backends")

    assert "kanari" not in logged.lower()
    assert digits not in logged


def test_addresses_say_nothing(office, browser):
    first = browser.report("x")
    browser.follow(first)
    second = browser.post("/i/selesai")

    assert [first["Location"], second["Location"]] == ["/i/selesai", "/p/pesan"]


def test_other_methods_are_refused(office):
    client = Client()
    for path in ("/i/", "/p/", "/p/pesan", "/i/selesai", "/keluar", "/"):
        assert client.put(path).status_code in {403, 405}
        assert client.delete(path).status_code in {403, 405}


def test_one_can_avoid_each_receiver_and_each_agency_without_a_desk(office, browser):
    browser.get("/i/")

    assert re.findall(r'name="avoid" value="([^"]+)"', browser.text) == ["uptd-ppa", "dinsos", "polisi"]
    assert len(re.findall(r'class="holds"', browser.text)) == 2


def test_at_once_is_promised_without_a_moment_that_has_passed(office, browser):
    browser.follow(browser.report(now="yes"))
    assert "Secepatnya" in browser.text
    browser.follow(browser.post("/i/selesai"))

    assert "secepatnya" in browser.text
    assert "paling lambat" not in browser.text
