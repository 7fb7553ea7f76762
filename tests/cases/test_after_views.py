"""What the pages say when she is not safe, after the closing, and when a page is stale."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.models import Aftercare, Case
from ruangaman.cases.types import note_content
from ruangaman.core.codelists import RiskLevel
from ruangaman.vault.types import Compartment
from tests.cases.test_flow_views import day, plan_data
from tests.cases.test_views import page, send
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import Team
from tests.support.signing_in import signed_in


@pytest.fixture
def case(team: Team) -> Case:
    """A case of today with its companion."""
    story = note_content("CERITA-UJI", [("Tanda bahaya", "Ada senjata")])
    case = team.open(at=timezone.now(), contents={Compartment.NARRATIVE: [story]})
    team.assign(case, team.companion, at=timezone.now())
    return case


def closed_with_contact(team: Team, case: Case) -> Aftercare:
    """A closed case with one contact to come."""
    at = timezone.now()
    flow.close(case, by=team.manager, head=team.head, at=at)
    with working(team.manager):
        days = {1: timezone.localdate(at) + timedelta(days=30)}
        (row,) = services.plan_aftercare(code=case.code, days=days, by=team.manager, at=at)
    return row


def test_the_companion_sees_the_contacts_and_records_them_and_plans_none(team: Team, case: Case) -> None:
    row, address = closed_with_contact(team, case), f"/kasus/{case.code}/pasca/"
    before = AuditEvent.objects.filter(type="vault.revealed").count()
    text = page(team.companion, address)
    assert "Catat kontak" in text
    assert "Yang menjadwalkan dan membatalkan" in text
    assert 'name="first"' not in text
    assert f"{row.pk}/batal" not in text
    assert "Yang membahayakannya" in text, "how she may be reached"
    assert send(team.companion, address, first="2030-01-01").status_code == 404
    client = signed_in(team.psychologist)
    assert client.get(address).status_code == 404, "not on this team"
    assert "Yang membahayakannya" in page(team.companion, f"{address}{row.pk}/")
    assert AuditEvent.objects.filter(type="vault.revealed").count() > before
    assert send(team.companion, f"{address}{row.pk}/", doing="danger").status_code == 302
    text = page(team.companion, f"/kasus/{case.code}/")
    for words in ("Menurut kontak sesudah kasus ditutup", "110 (polisi)", "buka-lagi/"):
        assert words in text
    text = page(team.manager, f"/kasus/{case.code}/")
    assert f'class="btn btn-s btn-go" href="/kasus/{case.code}/buka-lagi/"' in text
    assert "Kontak sesudah ditutup: tidak aman, perlu dibuka lagi. Bahaya dari" in text


def test_the_page_says_how_many_contacts_are_planned_and_when_they_were(team: Team, case: Case) -> None:
    row = closed_with_contact(team, case)
    text = page(team.manager, f"/kasus/{case.code}/")
    assert "1 kontak direncanakan" in text
    assert "Kontak sesudah ditutup dijadwalkan" in text
    cancel = f"/kasus/{case.code}/pasca/{row.pk}/batal"
    assert send(team.manager, cancel, reason="SEBAB-BATAL").status_code == 302
    assert "SEBAB-BATAL" in page(team.manager, f"/kasus/{case.code}/pasca/")
    assert "kontak direncanakan" not in page(team.manager, f"/kasus/{case.code}/")


@pytest.mark.parametrize("step", ["aman/", "tutup/", "tinjauan/", "penutupan/"])
def test_a_form_that_a_closed_case_does_not_take_leads_to_opening_it_again(team: Team, case: Case, step: str) -> None:
    at = timezone.now()
    flow.close(case, by=team.manager, head=team.head, at=at)
    text = page(team.manager, f"/kasus/{case.code}/{step}")
    assert "Kasus ini sudah ditutup" in text
    assert f'href="/kasus/{case.code}/buka-lagi/"' in text
    assert 'method="post"' not in text.split("<h1>")[1].split("</main>")[0]
    flow.reopen(case, by=team.manager, at=at)
    assert "Kasus ini sudah ditutup" not in page(team.manager, f"/kasus/{case.code}/{step}")


def test_a_case_that_was_closed_before_says_so(team: Team, case: Case) -> None:
    assert "pernah ditutup" not in page(team.manager, f"/kasus/{case.code}/")
    for number in (2, 3):
        flow.close(case, by=team.manager, head=team.head, at=timezone.now())
        flow.reopen(case, by=team.manager, at=timezone.now())
        text = page(team.manager, f"/kasus/{case.code}/")
        assert f"Sekarang episode ke-{number}" in text
        assert "tujuan tercapai" in text


def test_a_stale_review_saves_nothing_and_says_what_changed(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/tinjauan/"
    seen = re.search(r'name="seen" value="([^"]*)"', page(team.manager, address))
    assert seen is not None
    flow.check_safety(case, by=team.companion, at=timezone.now(), is_safe=False)
    flow.check_safety(case, by=team.companion, at=timezone.now(), is_safe=True)
    data = {"risk": "1", "reason": "x", "next_on": day(5)}
    answer = send(team.manager, address, **data, seen=seen[1])
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "bahayanya berubah dari sedang menjadi tinggi" in text
    assert "checked" not in text.split('name="risk"')[1].split("</fieldset>")[0]
    assert team.fresh(case).risk == RiskLevel.TINGGI
    now = re.search(r'name="seen" value="([^"]*)"', text)
    assert now is not None
    assert send(team.manager, address, **data, seen=now[1]).status_code == 302
    assert team.fresh(case).risk == RiskLevel.RENDAH


def test_nothing_is_claimed_before_somebody_says_it(team: Team, case: Case) -> None:
    text = page(team.manager, f"/kasus/{case.code}/rencana/")
    assert not re.search(r'name="(with_her|agreed)"[^>]*checked', text)
    assert send(team.manager, f"/kasus/{case.code}/rencana/", **plan_data(team.manager)).status_code == 302
    text = page(team.manager, f"/kasus/{case.code}/rencana/")
    assert not re.search(r'name="(with_her|agreed)"[^>]*checked', text)
    text = page(team.manager, f"/kasus/{case.code}/penutupan/")
    assert re.search(r'name="goals_met"(?![^>]*value=)[^>]*>', text)
    assert re.search(r'name="goals_total"[^>]*value="1"', text)


def test_the_form_says_before_what_unsafe_does(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/aman/"
    assert "bahaya kasus ini menjadi tinggi" in page(team.companion, address)
    assert send(team.companion, address, is_safe="no", escort="police").status_code == 302
    assert "bahaya kasus ini menjadi tinggi" not in page(team.companion, address), "it is"
    assert send(team.companion, address, is_safe="yes", escort="none").status_code == 422
    text = page(team.manager, f"/kasus/{case.code}/")
    assert "Direncanakan: ia dijemput bersama polisi" in text
    assert "Belum aman menurut cek" in page(team.manager, "/kasus/")
