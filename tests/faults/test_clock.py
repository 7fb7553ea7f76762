"""Fault F7: the machine's clock jumps a day ahead, a day back, over the end of summer time, and past 2038."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from ruangaman.audit import services as audit
from ruangaman.audit.models import AuditEvent
from ruangaman.core import clock
from ruangaman.intake.models import Report
from ruangaman.intake.selectors import reception
from ruangaman.vault import services as vault
from ruangaman.vault.models import Sealed
from ruangaman.vault.types import Compartment, GrantSpec, Purpose
from tests.factories.intake import Browser, make_office
from tests.factories.vault import working

NOW = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
JUMPS = {
    "a day ahead": NOW + timedelta(days=1),
    "a day back": NOW - timedelta(days=1),
    "an hour back": NOW - timedelta(hours=1),
    "past 2038": datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
}


@pytest.fixture
def office(db):
    reception.forget()
    yield make_office()
    reception.forget()


@pytest.fixture
def set_clock(monkeypatch):
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


def report() -> str:
    browser = Browser(Client(enforce_csrf_checks=True))
    browser.follow(browser.report("Dia marah lagi."))
    return browser.digits


@pytest.mark.parametrize("after", JUMPS.values(), ids=JUMPS.keys())
def test_reports_go_on_in_one_chain_and_every_envelope_is_new(office, set_clock, after):
    set_clock(NOW)
    first = report()
    set_clock(after)
    second = report()

    assert len({first, second} - {""}) == 2
    envelopes = [bytes(row.envelope) for row in Sealed.objects.all()]
    assert len(set(envelopes)) == len(envelopes)
    assert audit.verify().ok
    for lane in AuditEvent.objects.values_list("lane", flat=True).distinct():
        numbers = list(AuditEvent.objects.filter(lane=lane).order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


def test_a_grant_without_an_end_opens_before_and_after_the_jump_and_one_with_an_end_not_early(office, set_clock):
    set_clock(NOW)
    report()
    stored = Report.objects.get()
    end = NOW + timedelta(hours=48)
    parts = frozenset({Compartment.NARRATIVE})
    with working(office.officer):
        vault.share(
            dossier_id=stored.dossier_id,
            to=[GrantSpec(office.other_officer.principal_id, parts, "assigned", end)],
            by=office.officer,
            at=NOW,
        )

    for moment in (NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)):
        for person in (office.officer, office.other_officer):
            with working(person):
                found = vault.reveal(ref=stored.answers_ref, purpose=Purpose.TRIAGE, by=person, at=moment)
            assert found["what"] == "Dia marah lagi."
