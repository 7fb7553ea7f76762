"""A limit for which somebody in danger waits, or that a law sets, becomes longer only with a reason that is kept."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from ruangaman.audit.models import AuditEvent
from ruangaman.clocks import selectors, services
from ruangaman.clocks.migrations._first_kinds import KINDS
from ruangaman.clocks.models import Limit
from ruangaman.clocks.registry import abouts
from ruangaman.clocks.types import Calendar, Length, LongerReason, Unit
from ruangaman.core.errors import Conflict
from tests.factories.accounts import working
from tests.factories.cases import FEB_2, FEB_3
from tests.support.signing_in import signed_in

RULES = "/pengaturan/jam/"
LONG = {"value": "720", "unit": "hour", "calendar": "calendar", "legal_basis": "Rapat kantor"}


@pytest.fixture
def client(clocks):
    return signed_in(clocks.admin)


def words(answer, status=200):
    assert answer.status_code == status
    return " ".join(html.unescape(answer.content.decode()).split())


def mark(answer):
    found = re.search(r'name="dilihat" value="(\w+)"', answer.content.decode())
    return {"dilihat": found.group(1)} if found else {}


def set_as(clocks, key, length, **facts):
    with working(clocks.admin):
        return services.set_limit(
            **{"legal_basis": "Rapat kantor", "valid_from": FEB_3, "at": FEB_2, **facts}, key=key, length=length,
            by=clocks.admin,
        )  # fmt: skip


@pytest.mark.parametrize("key", ["report.extreme", "report.triage_high", "case.safety_again", "clinical.pep"])
def test_where_somebody_waits_it_needs_a_reason_and_a_look(clocks, key):
    before = selectors.limit_for(key, FEB_2)
    longer = Length(before.value + 700, Unit(before.unit), Calendar(before.calendar))
    for facts in ({}, {"reason": LongerReason.STAFF}, {"has_looked": True}):
        with pytest.raises(Conflict):
            set_as(clocks, key, longer, **facts)
    assert selectors.limit_for(key, FEB_3) == before
    made = set_as(clocks, key, longer, reason=LongerReason.STAFF, has_looked=True)
    assert (made.reason, made.made_by, made.made_at) == ("staff", clocks.admin, FEB_2)
    assert AuditEvent.objects.get(type="clocks.limit_set", subject=key).detail["reason"] == "staff"
    assert selectors.list_longer() == [(made, before)]


def test_a_law_s_own_number_is_exceeded_only_on_another_basis(clocks):
    before = selectors.limit_for("tpks.report", FEB_2)
    facts = {"reason": LongerReason.BASIS, "has_looked": True}
    with pytest.raises(Conflict, match="Tulis dasar lain"):
        set_as(clocks, "tpks.report", Length(300, Unit.DAY), legal_basis=before.legal_basis, **facts)
    set_as(clocks, "tpks.report", Length(300, Unit.DAY), legal_basis="PP 1/2030", **facts)


def test_shorter_and_what_nobody_in_danger_waits_for_need_none(clocks):
    set_as(clocks, "report.low", Length(1))
    set_as(clocks, "case.companion", Length(300))
    assert selectors.list_longer() == []


def test_what_changes_nothing_is_not_saved(clocks):
    before = selectors.limit_for("report.low", FEB_2)
    with pytest.raises(Conflict, match="Sama dengan"):
        set_as(clocks, "report.low", before.length, legal_basis=before.legal_basis)


def test_the_preview_shows_both_and_asks_why_before_it_saves(client, clocks):
    address = f"{RULES}report.extreme/"
    first = client.post(address, LONG)
    page = words(first)
    for said in ("Batas sekarang", "seketika", "720 jam kalender", "sekarang seketika; sesudah ini tidak lagi",
                 "paling lama 72 jam", "Mengapa lebih lama"):  # fmt: skip
        assert said in page, said
    again = client.post(address, {**LONG, **mark(first), "simpan": "1"})
    page = words(again, 422)
    assert "Pilih mengapa boleh lebih lama." in page
    assert "Simpan dan pakai" in page, "the preview stays"
    assert Limit.objects.filter(key="report.extreme").count() == 1
    assert (
        client.post(address, {**LONG, **mark(again), "simpan": "1", "reason": "staff", "seen": "on"}).status_code == 302
    )
    page = words(client.get(address))
    assert clocks.admin.display_name in page
    assert "petugasnya belum cukup" in page
    medium = words(client.post(f"{RULES}report.medium/", {**LONG, "value": "240"}))
    assert re.search(r"\d+,\d kali lebih lama", medium)


def test_days_for_a_report_are_refused_before_the_preview(client):
    page = words(client.post(f"{RULES}report.low/", {**LONG, "value": "30", "unit": "day"}), 422)
    assert "dalam jam kalender, bukan hari" in page
    assert "Simpan dan pakai" not in page
    before = selectors.limit_for("report.low", timezone.now())
    same = {"value": before.value, "unit": before.unit, "calendar": before.calendar, "legal_basis": before.legal_basis}
    page = words(client.post(f"{RULES}report.low/", same), 422)
    assert "Sama dengan yang sudah berlaku" in page


def test_minutes_that_are_hours_read_as_hours():
    assert Length(120, Unit.MINUTE).words == "2 jam kalender"
    assert Length(90, Unit.MINUTE).words == "90 menit kalender"
    assert Length(60, Unit.MINUTE, Calendar.WORKING).short == "1 jam kerja"
    assert timedelta(minutes=120) == timedelta(hours=2)


def test_no_kind_speaks_in_codes(client):
    for kind in KINDS:
        about = abouts.get(kind["about"])
        for event in (*kind["starts_on"], *kind["stops_on"]) if about else ():
            assert about.words(event) != event, event
    assert "cases.mediation_ended" not in words(client.get(f"{RULES}mediation.session/"))


def test_the_head_sees_what_was_made_longer(clocks):
    set_as(clocks, "report.extreme", Length(720), reason=LongerReason.STAFF, has_looked=True)
    page = words(signed_in(clocks.team.head).get("/batas/"))
    for said in ("bahaya ekstrem", "720 jam kalender", "seketika", "Petugasnya belum cukup", clocks.admin.display_name):
        assert said in page, said
    assert "/batas/" in words(signed_in(clocks.team.head).get("/kerja/beban/"))
    assert signed_in(clocks.team.companion).get("/batas/").status_code == 404
