"""The register of ended dossiers, and what waits for keys, as pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import services as cases
from ruangaman.cases.models import Case
from ruangaman.core.codelists import Authority, CaseType, RefusalReason, RiskLevel
from ruangaman.core.errors import NotAllowed
from ruangaman.intake import services as intake
from ruangaman.intake.models import Report
from ruangaman.intake.services import decisions, doubles
from ruangaman.vault import ledger
from ruangaman.vault import services as vault
from ruangaman.vault.models import Dossier, Keeping, Waiting
from ruangaman.web.services import records
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.desk import KINDS, Counter
from tests.support.signing_in import signed_in

REGISTER = "/pengaturan/simpanan/"


@pytest.fixture(autouse=True)
def path(tmp_path: Path) -> Iterator[None]:
    """A ledger of the test's own."""
    with override_settings(RUANGAMAN_LEDGER=tmp_path / "erasure.ledger"):
        yield


@pytest.fixture
def admin(counter: Counter) -> User:
    """The second keeper; the first is the office's guard."""
    return counter.office.user(Role.ADMIN)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def refused(counter: Counter, **more: Any) -> Report:
    """A report that the desk does not take on."""
    at = timezone.now()
    report = counter.send(at=at, **KINDS)
    facts = {
        "reason": RefusalReason.SPAM,
        "words": "MAAF",
        "note": "Sudah dipastikan lewat telepon",
        "message_id": uuid4(),
    }
    counter.do(intake.refuse, report, at=at, **facts)
    return report


def closed(counter: Counter) -> tuple[Report, Case]:
    """A report that became a case that is closed."""
    at = timezone.now()
    report = counter.send(at=at, **KINDS)
    facts = {
        "case_type": CaseType.WOMAN,
        "risk": RiskLevel.SEDANG,
        "authority": Authority.CITY,
        "why": "Sudah dipastikan lewat telepon",
    }
    counter.do(intake.triage, report, at=at, **facts)
    case = counter.do(intake.open_case, report, at=at, manager=counter.manager, case_id=uuid4())
    flow.close(case, by=counter.manager, head=counter.team.head, at=timezone.now())
    return report, case


def make_due() -> None:
    Keeping.objects.update(keep_until=timezone.localdate())


def test_two_keepers_erase_a_report_and_its_receipt_is_like_any_unknown_number(counter: Counter, admin: User):
    report = refused(counter)
    guard, second = signed_in(counter.office.guard), signed_in(admin)
    way = f"{REGISTER}{report.code}/"
    assert "disimpan" in text(guard, REGISTER)
    assert guard.post(f"{way}usul", {"reason": "due"}).status_code == 409
    make_due()
    assert "Masa simpannya habis" in text(guard, "/kerja/")
    assert guard.post(f"{way}usul", {"reason": "due"}).status_code == 302
    assert "orang lain yang menyetujui" in text(guard, way)
    assert guard.post(f"{way}setujui", {"code": report.code}).status_code == 409
    assert "Usul penghapusan menunggu orang kedua" in text(second, "/kerja/")
    assert second.post(f"{way}setujui", {"code": "L-"}).status_code == 422
    assert Dossier.objects.get(pk=report.dossier_id).shredded_at is None

    assert second.post(f"{way}setujui", {"code": report.code.lower()}).status_code == 302

    assert "Dihapus untuk selamanya" in text(guard, REGISTER)
    assert "dihapus" in text(guard, way)
    why = report.rulings.get().why_home_id
    assert {one.dossier_id for one in ledger.read()} == {report.dossier_id, why}, "with what the head read of it"
    with working(role=DatabaseRole.PUBLIC):
        assert vault.receipt_actor(counter.sent[0].receipt) is None
    for address in (f"/laporan/{report.code}/", f"/laporan/{report.code}/akses"):
        assert signed_in(counter.first).get(address).status_code == 404


def test_a_case_takes_its_reports_with_it(counter: Counter, admin: User):
    report, case = closed(counter)
    make_due()
    guard, way = signed_in(counter.office.guard), f"{REGISTER}{case.code}/"
    assert guard.get(f"{REGISTER}{report.code}/").status_code == 404
    assert f"<dd>{report.code}</dd>" in text(guard, way), "what was said about the case is not named beside it"
    guard.post(f"{way}usul", {"reason": "due"})
    assert signed_in(admin).post(f"{way}setujui", {"code": case.code}).status_code == 302
    assert Dossier.objects.filter(shredded_at=None, pk__in=[report.dossier_id, case.dossier_id]).count() == 0
    assert signed_in(counter.manager).get(f"/kasus/{case.code}/").status_code == 404
    page = text(signed_in(counter.team.head), f"/kasus/{case.code}/")
    assert "dihapus" in page


def test_what_is_opened_again_leaves_the_register_with_its_reports(counter: Counter):
    report, case = closed(counter)
    kept = Keeping.objects.filter(dossier__in=[report.dossier_id, case.dossier_id])
    assert kept.count() == 2
    with working(counter.manager):
        cases.reopen_case(
            code=case.code, risk=RiskLevel.RENDAH, is_safe=True, reason="LAGI", by=counter.manager, at=timezone.now()
        )
    assert not kept.exists()


def test_a_refusal_and_a_double_that_are_taken_back_leave_the_register(counter: Counter):
    report, other = refused(counter), counter.send(at=timezone.now(), **KINDS)
    first = counter.send(at=timezone.now(), **KINDS)
    counter.do(doubles.mark_duplicate, other, at=timezone.now(), original=first.code)
    kept = Keeping.objects.filter(dossier__in=[report.dossier_id, other.dossier_id])
    assert set(kept.values_list("retention__state", flat=True)) == {"refused", "duplicate"}
    counter.do(decisions.undo_refusal, report, at=timezone.now())
    counter.do(doubles.undo_duplicate, other, at=timezone.now())
    assert not kept.exists()


def test_what_is_held_stays_until_it_is_released(counter: Counter, admin: User):
    report = refused(counter)
    make_due()
    guard, way = signed_in(counter.office.guard), f"{REGISTER}{report.code}/"
    assert guard.post(f"{way}tahan", {"reason": ""}).status_code == 422
    assert guard.post(f"{way}tahan", {"reason": "police"}).status_code == 302
    assert "ditahan" in text(guard, REGISTER)
    assert guard.post(f"{way}usul", {"reason": "due"}).status_code == 409
    assert "Masa simpannya habis" not in text(guard, "/kerja/")
    assert signed_in(admin).post(f"{way}lepas").status_code == 302
    assert guard.post(f"{way}usul", {"reason": "unknown"}).status_code == 422
    assert guard.post(f"{way}usul", {"reason": "due"}).status_code == 302
    assert guard.post(f"{way}tarik").status_code == 302
    assert guard.post(f"{way}tarik").status_code == 404


def test_the_register_is_for_its_keepers(counter: Counter):
    with working(counter.manager), pytest.raises(NotAllowed):
        records.list_register(by=counter.manager)
    assert signed_in(counter.manager).get(REGISTER).status_code == 404


def test_a_leaver_s_case_waits_in_the_queue_and_one_button_does_it(counter: Counter):
    _report, case = closed(counter)
    with working(counter.team.head):
        asked = vault.ask_for_new_epochs_without(
            principal_id=counter.team.companion.principal_id, reason="left", by=counter.team.head, at=timezone.now()
        )
        assert asked == 0
        dossiers = [case.dossier_id]
        vault.ask_for_new_epoch(dossier_ids=dossiers, reason="left", by=counter.team.head, at=timezone.now())
    line, manager = Waiting.objects.get(), signed_in(counter.manager)
    way = f"/kerja/kunci/{line.pk}/"
    assert "Berkas ini perlu kunci baru" in text(manager, "/kerja/")
    assert case.code in text(manager, way)
    assert signed_in(counter.first).get(way).status_code == 404
    assert manager.post(f"{way}tolak").status_code == 409
    assert manager.post(f"{way}lakukan").status_code == 302
    assert "Berkas ini perlu kunci baru" not in text(manager, "/kerja/")
    assert manager.get(way).status_code == 404


def test_the_desk_page_says_who_can_open_a_report(counter: Counter):
    report = counter.send(at=timezone.now(), **KINDS)
    page = text(signed_in(counter.first), f"/laporan/{report.code}/akses")
    assert counter.desk.name in page
    assert counter.first.display_name in page
    assert "Pelapor" in page
    assert "Kunci pemulihan" in page
    assert "tiga dari lima" in page
