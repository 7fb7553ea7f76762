"""The pages of the door: one answer for what is not there, kept words when the database is away, a locked screen."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from ruangaman.core.access import Access, Door
from ruangaman.web import views
from tests.support.signing_in import signed_in

TYPED = {"what": "CERITA-UJI <b>", "now": "yes", "dangers": ["weapon", "near"], "key": "k", "csrfmiddlewaretoken": "t"}


def test_livez_and_readyz_answer(db):
    for path in ("/livez", "/readyz"):
        answer = Client().get(path)
        assert (answer.status_code, answer.content) == (200, b"ok\n")
        assert not answer.cookies
        assert Client().post(path).status_code == 405


def test_readyz_says_when_the_database_is_away(db, monkeypatch):
    def away(*_: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr("ruangaman.config.middleware.unit_of_work", away)
    assert Client().get("/readyz").status_code == 503
    assert Client().get("/livez").status_code == 200


def test_what_was_typed_comes_back_when_the_database_is_away(db, monkeypatch):
    client = Client(enforce_csrf_checks=True)

    def away(*_: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr("ruangaman.config.middleware.unit_of_work", away)
    request = RequestFactory().post("/i/", TYPED)
    request.cookie_is_new, request.META["CSRF_COOKIE"] = True, "x" * 32
    answer = views.down(request, Access(Door.PUBLIC, role="ra_public"))
    text = answer.content.decode()
    assert answer.status_code == 503
    assert "CERITA-UJI &lt;b&gt;</textarea>" in text
    for pair in ('name="now" value="yes"', 'name="dangers" value="weapon"', 'name="dangers" value="near"'):
        assert pair in text
    assert 'name="csrfmiddlewaretoken" value="t"' not in text
    assert "tel:112" in text

    blank = client.get("/p/pesan")
    assert blank.status_code == 503
    assert "tel:112" in blank.content.decode()
    staff = client.get("/kasus/")
    assert staff.status_code == 503
    assert "Sistem sedang tidak dapat dihubungi" in staff.content.decode()


def test_files_are_named_so_that_they_can_be_chosen_again():
    request = RequestFactory().post("/p/pesan", {"message": "PESAN-UJI"})
    request.META["CSRF_COOKIE"] = "x" * 32
    request.uploads = type("Uploads", (), {"names": ["bukti.jpg"]})()
    text = views.down(request, Access(Door.PUBLIC)).content.decode()
    assert "bukti.jpg" in text
    assert 'enctype="multipart/form-data"' in text
    assert 'name="message"' in text


def test_public_addresses_that_do_not_exist_show_the_numbers(db):
    answer = Client().get("/i/tidak-ada")
    assert answer.status_code == 404
    assert "tel:112" in answer.content.decode()
    assert "<title>Informasi</title>" in answer.content.decode()


def test_an_address_that_does_not_exist_speaks_english_when_asked(db):
    assert '<html lang="en">' in Client().get("/i/tidak-ada?l=en").content.decode()
    assert '<html lang="id">' in Client().get("/i/tidak-ada?l=xx").content.decode()


def test_an_unknown_address_is_answered_alike_in_and_out(counter):
    inside, outside = signed_in(counter.first).get("/tidak-ada/"), Client().get("/tidak-ada/")
    assert (inside.status_code, inside.content) == (404, outside.content)
    assert "<title>Informasi</title>" in inside.content.decode()


def test_a_part_of_a_page_whose_session_ended_asks_for_the_whole_page(db):
    answer = Client().get("/kerja/alarm", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (404, "true")


def test_somebody_not_signed_in_is_led_to_the_door(db):
    answer = Client().get("/kerja/")
    assert (answer.status_code, answer["Location"]) == (302, "/masuk/")
    assert Client().post("/kerja/").status_code in {403, 404}


def test_a_locked_screen_leads_to_the_unlock_page_and_says_what_was_lost(counter):
    locked = signed_in(counter.first, locked=True)
    answer = locked.get("/kerja/")
    assert answer["Location"] == "/terkunci/?next=%2Fkerja%2F"
    part = locked.get("/kerja/", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (403, "/terkunci/")
    lost = locked.post("/laporan/L-TIDAKADA/balas", {"once": str(uuid4())})
    assert lost.status_code == 403
    assert "Layar terkunci sebelum ini terkirim" in lost.content.decode()


@pytest.mark.parametrize(("view", "status"), [(views.bad_request, 400), (views.stale, 403), (views.broken, 500)])
def test_each_fault_has_a_page_with_a_way_on(view, status):
    answer = view(RequestFactory().get("/kerja/"))
    assert answer.status_code == status
    assert 'class="btn btn-go"' in answer.content.decode()


def test_an_old_staff_form_is_told_that_nothing_was_stored(counter):
    client = Client(enforce_csrf_checks=True)
    signed_in(counter.first, client=client)
    answer = client.post("/laporan/L-TIDAKADA/ambil", {})
    assert answer.status_code == 403
    assert "belum tersimpan" in answer.content.decode()
