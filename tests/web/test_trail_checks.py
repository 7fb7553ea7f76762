"""The root of a day and who opened a file: pages for those who check, and for whoever answers for a case."""

# ruff: noqa: S608 - statements are put together from this file alone
from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from ruangaman.accounts.types import Role
from ruangaman.audit import services as audit
from ruangaman.audit.models import AuditEvent
from ruangaman.core.codelists import Authority, CaseType, RiskLevel
from ruangaman.intake import services as intake
from ruangaman.vault import services as vault
from ruangaman.web import services
from tests.factories.cases import FEB_9, read
from tests.support.signing_in import signed_in
from tests.support.superuser import as_superuser

ROOT, READERS = "/pengaturan/jejak/akar/", "/pengaturan/jejak/pembaca/"
NOW = timezone.now()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path):
    with override_settings(RUANGAMAN_CHECKPOINTS=tmp_path / "notes"):
        yield


@pytest.fixture
def case(counter):
    """A case that came from a report, opened by its companion twice."""
    report = counter.send()
    counter.do(intake.open_report, report)
    facts = {"case_type": CaseType.WOMAN, "risk": RiskLevel.SEDANG, "authority": Authority.CITY}
    counter.do(intake.triage, report, **facts)
    opened = counter.do(intake.open_case, report, manager=counter.manager, case_id=uuid4())
    counter.team.assign(opened, counter.team.companion)
    note = opened.notes.first()
    for day in range(2):
        read(counter.team.companion, note.ref, at=FEB_9 + timedelta(days=day))
    return opened


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_the_root_of_the_day_stands_in_groups_and_as_a_picture(counter):
    made = vault.make_checkpoint(at=NOW)
    client = signed_in(counter.office.guard)
    page = words(client.get(ROOT))
    root = made.root.hex()
    assert f"<span>{root[:4]}</span> <span>{root[4:8]}</span>" in page
    assert "data:image/svg+xml;base64," in page
    assert f"atas {made.rows} baris" in page
    assert "Belum ada akar" in words(client.get(ROOT, {"hari": "2001-01-01"}))


def test_a_root_from_paper_is_compared_with_the_rows_of_today(counter):
    counter.send()
    client = signed_in(counter.office.guard)
    assert client.post(ROOT, {"root": "ab" * 32}).status_code == 200
    made = vault.make_checkpoint(at=NOW)
    typed = " ".join(made.root.hex().upper()[at : at + 4] for at in range(0, 64, 4))
    assert "Cocok." in words(client.post(ROOT, {"root": typed}))
    assert "tidak dikenal" in words(client.post(ROOT, {"root": "ab" * 32}))
    assert client.post(ROOT, {"root": "ab"}).status_code == 422
    assert client.post(ROOT, {"root": "zz" * 32}).status_code == 422
    as_superuser("UPDATE audit_auditevent SET hash = sha256('x') WHERE type = 'intake.accepted' OR seq = 1")
    assert "berbeda dari kertas" in words(client.post(ROOT, {"root": typed}))
    marks = AuditEvent.objects.filter(type="web.root_compared").order_by("at").values_list("detail", flat=True)
    assert [one["holds"] for one in marks].count(True) == 1


def test_a_forged_row_of_a_checkpoint_is_not_believed(counter):
    vault.make_checkpoint(at=NOW)
    as_superuser("UPDATE audit_auditcheckpoint SET root = decode(repeat('ab', 32), 'hex')")
    client = signed_in(counter.office.guard)
    assert "tidak dikenal" in words(client.post(ROOT, {"root": "ab" * 32}))


def test_the_page_says_when_nothing_could_be_signed(counter):
    vault.make_checkpoint(at=NOW)
    as_superuser("DELETE FROM audit_auditevent WHERE seq = 1")
    with pytest.raises(vault.TrailBroken):
        vault.make_checkpoint(at=NOW)
    assert "tidak ada akar baru yang ditandatangani" in words(signed_in(counter.office.guard).get(ROOT))
    assert services.read_root(day=NOW.date(), at=NOW + timedelta(days=8)).alarm is None


def test_who_opened_a_case_is_told_with_purpose_parts_and_times(counter, case):
    page = words(signed_in(counter.manager).get(f"/kasus/{case.code}/pembaca/"))
    name = counter.team.companion.display_name
    assert f"<h3>{name} <small>Pendamping</small></h3> <p>2 kali, pertama" in page
    assert "<b>Menangani kasus</b> <span>Cerita kejadian</span>" in page
    assert f"<h3>{counter.first.display_name} <small>Petugas pengaduan</small></h3>" in page  # the report's own dossier
    assert "UJI" not in page
    assert AuditEvent.objects.filter(type="web.readers_read", subject=case.code).count() == 1


def test_the_head_of_the_unit_and_the_auditor_see_the_same_people(counter, case):
    name = counter.team.companion.display_name
    assert name in words(signed_in(counter.office.head).get(f"/kasus/{case.code}/pembaca/"))
    client = signed_in(counter.office.guard)
    assert name in words(client.get(READERS, {"kode": case.code.lower()}))
    report = case.reports.get()
    found = words(client.get(READERS, {"kode": report.code}))
    assert counter.first.display_name in found
    assert name not in found
    assert "Tidak ada kasus atau laporan" in words(client.get(READERS, {"kode": "K-00000000"}))
    assert client.get(READERS, {"kode": "nama"}).status_code == 422
    assert client.get(READERS).status_code == 200


def test_a_companion_does_not_see_who_opened_the_case(counter, case):
    assert signed_in(counter.team.companion).get(f"/kasus/{case.code}/pembaca/").status_code == 404
    assert signed_in(counter.office.user(Role.MANAJER)).get(f"/kasus/{case.code}/pembaca/").status_code == 404


def test_a_refused_reading_is_shown_too(counter, case):
    note = case.notes.first()
    as_superuser(f"UPDATE vault_sealed SET envelope = '' WHERE ref = '{note.ref}'")
    with pytest.raises(vault.Tampered):
        read(counter.team.companion, note.ref)
    assert "Ditolak 1 kali." in words(signed_in(counter.manager).get(f"/kasus/{case.code}/pembaca/"))


def test_the_database_tells_nobody_who_may_not_know(counter, case):
    """Raw, as `ra_web` with the settings of a stranger: no dossier and no reading."""
    stranger = counter.office.user(Role.PENDAMPING)
    with audit.unit_of_work(audit.Role.WEB) as unit, connection.cursor() as cursor:
        unit.set_viewer(stranger.pk, [stranger.principal_id])
        cursor.execute("SELECT * FROM intake_dossiers_of(%s)", [case.code])
        assert cursor.fetchall() == []
        cursor.execute("SELECT * FROM audit_readings(%s, ARRAY['vault.revealed'])", [case.dossier_id])
        assert cursor.fetchall() == []


def test_it_is_one_query_for_each_dossier(counter, case, django_assert_num_queries):
    from ruangaman.audit.selectors import list_readings

    with audit.unit_of_work(audit.Role.AUDIT), django_assert_num_queries(1):
        assert list_readings(case.dossier_id, ["vault.revealed"])


def test_without_the_public_key_the_page_says_what_is_missing(counter, tmp_path):
    made = vault.make_checkpoint(at=NOW)
    (tmp_path / "notes" / "key.pub").unlink()
    page = words(signed_in(counter.office.guard).post(ROOT, {"root": made.root.hex()}))
    assert "Tidak dapat dibandingkan" in page
