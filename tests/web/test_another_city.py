"""A second city in the same program: queue, report form, paper and letters have its time, districts and telephone."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from ruangaman.accounts.types import Role
from ruangaman.core import regions
from ruangaman.intake.forms.public import ReportForm
from ruangaman.ui import moments
from tests.factories.cases import FEB_1
from tests.factories.places import CONTOH
from tests.support.signing_in import signed_in

OTHER = re.compile(r"Balikpapan|WITA|5285-8026|Sepinggan")


@pytest.fixture
def elsewhere(settings):
    settings.RUANGAMAN_PLACE = CONTOH
    settings.TIME_ZONE = CONTOH.zone_key


def test_the_queue_shows_the_hour_of_this_city_and_its_districts(counter, elsewhere):
    counter.send(at=FEB_1)

    page = signed_in(counter.first).get("/kerja/").content.decode()

    assert " WIB</p>" in page
    assert re.findall(r'<option value="(99[^"]*)"', page) == ["99.01.03", "99.01.02", "99.01.01"]
    assert not OTHER.search(page)


def test_the_same_moment_is_an_hour_earlier_on_its_clock(settings):
    there = moments.clock_time(FEB_1)
    settings.RUANGAMAN_PLACE = CONTOH

    assert int(there[:2]) - int(moments.clock_time(FEB_1)[:2]) == 1


def test_the_report_form_offers_its_kelurahan_and_takes_no_other(db, elsewhere):
    page = Client().get("/i/").content.decode()
    assert "Melati" in page
    assert "021-5550-1234" in page
    assert not OTHER.search(page)
    for code, fits in (("99.01.01.1001", True), ("99.01.03", True), ("64.71.05.1002", False)):
        form = ReportForm({"what": "cerita", "where": code})
        form.is_valid()
        assert ("where" not in form.errors) is fits, code


def test_a_kecamatan_without_kelurahan_stands_for_itself(elsewhere):
    assert regions.kecamatan_of("99.01.03") == "99.01.03"
    assert regions.kelurahan_in_words("99.01.03") == "Contoh Selatan"
    assert regions.kelurahan_in_words("99.01.01.1001") == "Melati, Contoh Utara"
    assert regions.kecamatan_of("99.01.01") == "", "one that has kelurahan does not"


def test_the_paper_of_an_invitation_and_the_letters_are_of_this_city(counter, elsewhere):
    office = counter.office
    head = signed_in(office.head)
    facts = {"username": "baru", "display_name": "Orang Baru", "email": "baru@lapor.example"}
    head.post("/pengaturan/orang/undang/", {**facts, "role": Role.PETUGAS.value, "unit": str(office.unit.pk)})

    page = head.get("/pengaturan/undangan/").content.decode()

    assert " WIB</dd>" in page
    assert "UPTD PPA Kota Contoh" in page
    assert not OTHER.search(page)
    assert not any(OTHER.search(f"{letter.subject}{letter.body}") for letter in mail.outbox)
