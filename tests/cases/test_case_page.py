"""The case page: how much of a long one is shown, what a locked drawer tells, what is printed, what it counts later."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ruangaman.cases import services
from ruangaman.cases.models import Case
from ruangaman.cases.selectors.timeline import FEW, LONG
from ruangaman.clocks.models import Clock
from ruangaman.clocks.types import PauseReason
from ruangaman.core.codelists import RiskLevel
from ruangaman.vault.types import Compartment
from tests.cases.test_page_queries import lengthen, statements
from tests.cases.test_views import page, send
from tests.factories.accounts import working
from tests.factories.cases import Team
from tests.support.signing_in import signed_in

EVENT = '<li class="ev'


@pytest.fixture
def case(team: Team) -> Case:
    """A case of today with a psychologist."""
    case = team.open(at=timezone.now())
    team.assign(case, team.companion, team.psychologist, at=timezone.now())
    return case


def note(case: Case, team: Team, text: str) -> None:
    """Let the psychologist write into her drawer."""
    with working(team.psychologist):
        services.add_note(
            code=case.code, compartment=Compartment.CLINICAL, text=text, by=team.psychologist, at=timezone.now()
        )


def test_a_long_history_shows_the_newest_and_the_rest_is_asked_for(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/"
    assert "yang lebih lama" not in page(team.manager, address)
    lengthen(team, case, LONG + FEW)
    short = page(team.manager, address)
    assert short.count(EVENT) == LONG
    assert "Kasus dibuka" not in short
    left = int(re.findall(r"Tampilkan (\d+) yang lebih lama", short)[0])
    whole = page(team.manager, f"{address}?semua")
    assert whole.count(EVENT) == LONG + left
    assert "Kasus dibuka" in whole
    assert "yang lebih lama" not in whole
    decisions = page(team.manager, f"{address}?r=keputusan")
    assert "Kasus dibuka" in decisions, "a stream that is short by itself is shown whole"
    assert "Catatan ditulis" not in decisions


def test_all_of_a_long_history_takes_no_more_statements(team: Team, case: Case) -> None:
    lengthen(team, case, LONG + FEW)
    assert len(statements(team.manager, case, "?semua")) == len(statements(team.manager, case))


def test_a_locked_drawer_tells_of_the_last_session_and_not_how_much_lies_in_it(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/"
    before = page(team.manager, address)
    note(case, team, "KLINIS-SATU")
    note(case, team, "KLINIS-DUA")
    drawer = re.compile(r'id="clinical".*?id="legal"', re.DOTALL)
    after = page(team.manager, address)
    assert drawer.findall(after) == drawer.findall(before), "what was written in it changes nothing for others"
    assert "di “Catatan klinis”" not in after
    assert "di “Catatan klinis”" in page(team.psychologist, address)

    services_at = timezone.now()
    with working(team.psychologist):
        services.hold_session(
            code=case.code, on=timezone.localdate(services_at), attended=True, next_on=None, risk=RiskLevel.TINGGI,
            words="KLINIS-TIGA", by=team.psychologist, at=services_at,
        )  # fmt: skip
    (told,) = drawer.findall(page(team.manager, address))
    for words in ("Sesi terakhir", "hadir", "belum dijanjikan", "Bahaya menurut psikolog", "tinggi", "dijaga antara"):
        assert words in told
    assert "KLINIS" not in told
    assert "Sesi terakhir" not in page(team.head, address), "who only oversees sees that it is locked, and whose it is"


def test_what_is_printed_says_who_printed_it_and_leaves_the_shelter_out(team: Team, case: Case) -> None:
    team.assign(case, team.shelter, at=timezone.now())
    text = page(team.shelter, f"/kasus/{case.code}/")
    (head,) = re.findall(r'<p class="print-head only-print">(.*?)</p>', text)
    for words in ("Rahasia", case.code, team.shelter.display_name):
        assert words in head
    assert re.search(r'id="shelter" class="no-print"', text)
    assert not re.search(r'id="identity" class="no-print"', text)


def test_the_page_does_not_wait_for_the_number_and_asks_for_it(team: Team, case: Case) -> None:
    client = signed_in(team.manager)
    asked = 'hx-get="/kerja/jumlah"'
    assert asked in page(team.manager, f"/kasus/{case.code}/", client)
    listed = page(team.manager, "/kasus/", client)
    assert asked not in listed
    waiting = re.findall(r'<span class="count">(\d+)</span>', listed)
    assert re.findall(r"\d+", client.get("/kerja/jumlah").content.decode()) == waiting
    assert Client().get("/kerja/jumlah").status_code == 404


def test_no_consent_is_presumed(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/izin/"
    asked = page(team.manager, address)
    assert "checked" not in re.findall(r'<form class="form".*?</form>', asked, re.DOTALL)[0]
    said = {"purpose": "services", "source": "self", "given_on": timezone.localdate().isoformat()}
    for missing in ({}, {"is_given": "yes"}, {"how": "spoken"}):
        assert send(team.manager, address, **said, **missing).status_code == 422, missing
    assert send(team.manager, address, **said, is_given="no", how="spoken").status_code == 302
    assert "Dijawab tidak" in page(team.manager, address)


def test_every_clock_that_runs_stands_on_the_page_paused_ones_too(team: Team, case: Case) -> None:
    address, at = f"/kasus/{case.code}/", timezone.now()
    step = Clock.objects.get(subject=case.code, kind__key="case.step", stopped_at=None)
    own = clocks_on(page(team.manager, address))
    assert step.kind.name in own
    assert "giliran Anda" in own
    other = clocks_on(page(team.companion, address))
    assert f"{team.manager.display_name} ·" in other
    assert "giliran Anda" not in other

    Clock.objects.filter(pk=step.pk).update(paused_at=at, pause_reason=PauseReason.NO_CONTACT)
    paused = clocks_on(page(team.manager, address))
    assert str(PauseReason.NO_CONTACT.label) in paused
    assert "dijeda" in paused

    with working(team.manager):
        facts: dict[str, Any] = {"title": "JUDUL-UJI", "owner": team.manager, "due_at": at + timedelta(days=1)}
        services.add_task(code=case.code, at=at, by=team.manager, **facts)
    assert "JUDUL-UJI" in clocks_on(page(team.manager, address))
    overseen = page(team.head, address)
    assert "JUDUL-UJI" not in overseen
    assert Clock.objects.get(subject=case.code, kind__key="task").kind.name in clocks_on(overseen)


def clocks_on(text: str) -> str:
    """The part of the page in which clocks run."""
    return text.partition("Jam yang berjalan")[2].partition("Orang di sekitar kasus")[0]
