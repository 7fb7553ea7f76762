"""Checkpoints of the trail: made only over what was signed before, checked by everybody with the public key."""

# ruff: noqa: S608 - statements are put together from this file alone
from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings

from ruangaman.audit import services as audit
from ruangaman.audit.models import AuditAlarm, AuditCheckpoint, AuditEvent
from ruangaman.audit.types import BadNote, BadRow, Beside, Verdict
from ruangaman.vault import jobs, notebook, notes, services, trailfile
from ruangaman.vault.errors import TrailBroken
from ruangaman.vault.notebook import NoKey
from ruangaman.vault.notes import Checkpoint, PublicKey
from ruangaman.vault.services import checkpoints
from ruangaman.vault.trailfile import Question
from ruangaman.vault.wrapping import SigningPair
from tests.support.roles import acting_role
from tests.support.superuser import as_superuser
from tests.support.trail import FEB_1, LANE, WHERE, add, export, rechain, sign

pytestmark = [pytest.mark.django_db, pytest.mark.sql]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for the checkpoints of this test, and a second one."""
    (tmp_path / "copy").mkdir()
    with override_settings(RUANGAMAN_CHECKPOINTS=tmp_path / "notes", RUANGAMAN_CHECKPOINT_COPY=tmp_path / "copy"):
        yield tmp_path / "notes"


def test_a_checkpoint_says_what_the_trail_is_and_everything_holds(folder: Path, tmp_path: Path):
    add(5)
    add(3, lane=2, seals=0)
    made = sign()
    assert made is not None
    assert (made.number, made.rows, made.sizes[LANE], made.sizes[2]) == (1, 8, 5, 3)
    assert services.verify_trail() == Verdict(8, 1, end=made.mark, beside=Beside(1, 0))
    (note,) = notebook.read(folder)
    assert notes.read(note, notebook.public_key()) == made
    assert notebook.read(tmp_path / "copy") == [note]
    assert (folder / "key.pub").read_text() == PublicKey(notebook.origin(), notebook.signing_pair().public).to_text()
    assert trailfile.verify_file(export(tmp_path), notebook.public_key(), Question([note], root=made.root)).ok


def test_a_check_tells_what_is_newer_and_what_beside_the_database_is_not_ours(folder: Path):
    add(3)
    made = sign()
    add(2)
    assert made is not None
    foreign = replace(made, origin=notes.ORIGIN + "other").sign(SigningPair.generate())
    (folder / "2026-03.txt").write_text(foreign)

    assert services.verify_trail() == Verdict(5, 1, end=made.mark, unsigned=2, beside=Beside(1, 1))


def test_nothing_new_is_not_signed_again_until_a_day_has_passed():
    add()
    assert sign() is not None
    assert sign(10) is None
    made = sign(24 * 60)
    assert made is not None
    assert made.number == 2


def test_each_checkpoint_names_the_one_before_it_and_catches_up_beside(folder: Path):
    add()
    sign()
    (note,) = notebook.read(folder)
    next(folder.glob("2026-*.txt")).write_text(note[:40])  # a write that was cut off
    add()
    second = sign(10)
    assert second is not None
    assert second.before == notes.fingerprint(note)
    written = notebook.read(folder)
    assert [notes.read(one, notebook.public_key()).number for one in written] == [1, 2]
    assert services.verify_trail().ok


def test_the_job_signs():
    add()
    assert jobs.checkpoint(0) == 1
    assert jobs.checkpoint(0) == 0


def test_without_a_key_nothing_is_signed():
    with override_settings(RUANGAMAN_CHECKPOINT_KEY_FILE=None), pytest.raises(NoKey):
        sign()


def test_the_copy_that_cannot_be_written_is_told_and_stops_nothing(tmp_path: Path, caplog, folder: Path):
    add()
    (tmp_path / "file").write_text("")
    with override_settings(RUANGAMAN_CHECKPOINT_COPY=tmp_path / "file" / "sub"):
        sign()
    assert "copy of the checkpoints" in caplog.text
    assert len(notebook.read(folder)) == 1
    with override_settings(RUANGAMAN_CHECKPOINT_COPY=None):
        add()
        sign(10)
    assert len(notebook.read(folder)) == 2


FORGERIES: dict[str, tuple[list[str], bool, BadRow]] = {
    "edited, and all hashes after it computed anew": (
        [f"UPDATE audit_auditevent SET actor = 'x' {WHERE} 3"], True, BadRow(LANE, 1, "fork")),
    "left out, and all hashes after it computed anew": (
        [f"DELETE FROM audit_auditseal {WHERE} 3", f"DELETE FROM audit_auditevent {WHERE} 3"], True,
        BadRow(LANE, 1, "truncated")),
    "cut off at the end, the lane's head set back": (
        [f"DELETE FROM audit_auditseal {WHERE} 5", f"DELETE FROM audit_auditevent {WHERE} 5"], True,
        BadRow(LANE, 1, "truncated")),
    "edited": ([f"UPDATE audit_auditevent SET actor = 'x' {WHERE} 3"], False, BadRow(LANE, 3, "hash")),
    "left out": ([f"DELETE FROM audit_auditevent {WHERE} 3"], False, BadRow(LANE, 3, "gap")),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "forged", "bad"), FORGERIES.values(), ids=FORGERIES.keys())
def test_what_was_signed_cannot_be_rewritten(statements: list[str], forged: bool, bad: BadRow):
    add(5)
    sign()
    as_superuser(*statements)
    if forged:
        rechain()
        assert audit.verify().ok  # by themselves the chains look whole
    assert services.verify_trail().fault == bad


def test_the_first_checkpoint_that_disagrees_tells_where_to_look():
    add(5)
    sign()
    add(3)
    sign(10)
    as_superuser(f"UPDATE audit_auditevent SET actor = 'x' {WHERE} 7")
    rechain()
    assert services.verify_trail().fault == BadRow(LANE, 6, "fork")


def test_a_checkpoint_is_refused_loudly_when_the_trail_is_not_what_it_was(caplog):
    add(5)
    sign()
    as_superuser(f"DELETE FROM audit_auditseal {WHERE} 5", f"DELETE FROM audit_auditevent {WHERE} 5")
    rechain()
    for minutes in (10, 20):
        with pytest.raises(TrailBroken, match="lane 5, row 5: truncated"):
            sign(minutes)
    assert "The audit trail is not what was signed" in caplog.text
    assert AuditCheckpoint.objects.count() == 1
    assert AuditAlarm.objects.get().why == "lane 5, row 5: truncated"
    told = AuditEvent.objects.get(type="vault.checkpoint_refused")
    assert (told.subject, told.detail) == ("trail", {"why": "lane 5, row 5: truncated"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [checkpoints.ALARM])
        assert cursor.fetchone() == (1,), "a letter, once"


@pytest.mark.parametrize(
    ("statement", "forged"),
    [
        (f"UPDATE audit_auditevent SET actor = 'x' {WHERE} 3", True),
        (f"UPDATE audit_auditevent SET hash = sha256('x') {WHERE} 3", False),
        (f"UPDATE audit_auditevent SET prev = sha256('x') {WHERE} 6", False),
        (f"DELETE FROM audit_auditseal {WHERE} 6", False),
        ("UPDATE audit_auditlane SET head = sha256('x') WHERE lane = 3", False),
    ],
)
def test_a_checkpoint_is_refused_over_anything_that_does_not_hold(statement: str, forged: bool):
    add(5)
    sign()
    add(2)
    as_superuser(statement)
    if forged:
        rechain()
    with pytest.raises(TrailBroken):
        sign(10)


SECOND = "UPDATE audit_auditcheckpoint SET {} WHERE number = 2"
NOTE_TAMPERINGS = {
    "note": (SECOND.format("note = replace(note, 'time 2026', 'time 2025')"), "signature"),
    "root": (SECOND.format("root = sha256('x')"), "copied facts"),
    "rows": (SECOND.format("rows = 1"), "copied facts"),
    "moment": (SECOND.format("at = now()"), "copied facts"),
    "an earlier one left out": ("DELETE FROM audit_auditcheckpoint WHERE number = 1", "order"),
    "the last one left out": ("DELETE FROM audit_auditcheckpoint WHERE number = 2", "missing"),
    "all left out": ("DELETE FROM audit_auditcheckpoint", "missing"),
}


@pytest.mark.parametrize(("statement", "why"), NOTE_TAMPERINGS.values(), ids=NOTE_TAMPERINGS.keys())
def test_checkpoints_cannot_be_changed_or_left_out(statement: str, why: str):
    add()
    sign()
    add()
    sign(10)
    as_superuser(statement)
    fault = services.verify_trail().fault
    assert isinstance(fault, BadNote)
    assert fault.why == why
    assert why in str(fault)
    if "number = 2" in statement or why == "missing":
        add()
        with pytest.raises(TrailBroken):
            sign(20)


def test_another_note_of_the_same_number_is_a_fork():
    """Somebody who had the key for a moment signed another trail into the database."""
    add()
    made = sign()
    assert made is not None
    other = Checkpoint(made.origin, 1, FEB_1 - timedelta(days=1), made.sizes, made.roots, notes.NOTHING)
    note = other.sign(notebook.signing_pair())
    as_superuser("DELETE FROM audit_auditcheckpoint")
    audit.keep_checkpoint(number=1, at=other.at, rows=other.rows, root=other.root, note=note)
    assert services.verify_trail().fault == BadNote(1, "fork")
    with pytest.raises(TrailBroken, match="fork"):
        sign(10)


def test_a_foreign_line_beside_the_database_stops_the_signing(folder: Path):
    add()
    made = sign()
    assert made is not None
    path = next(folder.glob("*.txt"))
    path.write_text(path.read_text() + made.sign(SigningPair.generate()) + "\n")
    with pytest.raises(TrailBroken, match="not signed by the trail's key"):
        sign(10)
    assert services.verify_trail().ok  # for a check it is noise, not a word of ours


def test_a_restored_backup_is_excused_by_a_signed_word(folder: Path):
    add(3)
    sign()
    add(2)
    sign(10)
    newest = notebook.read(folder)[-1]
    as_superuser("DELETE FROM audit_auditcheckpoint WHERE number = 2")
    assert services.verify_trail().fault == BadNote(2, "missing")

    made = services.record_restore(at=FEB_1 + timedelta(minutes=30))

    assert (made.number, made.restored, made.before) == (3, 1, notes.fingerprint(newest))
    assert AuditEvent.objects.get(type="vault.trail_restored").detail == {"number": 1}
    assert services.verify_trail().ok
    add()
    later = sign(40)
    assert later is not None
    assert later.number == 4
    assert services.verify_trail().ok
    assert AuditEvent.objects.filter(type="vault.trail_restored", subject="1").count() == 1
    as_superuser("DELETE FROM audit_auditcheckpoint WHERE number = 3")
    assert services.verify_trail().fault == BadNote(2, "order")


def test_after_a_restore_the_newest_word_is_followed_wherever_it_stands(folder: Path):
    for minutes in (0, 10, 20):
        add()
        sign(minutes)
    as_superuser("DELETE FROM audit_auditcheckpoint WHERE number > 1")
    assert services.record_restore(at=FEB_1 + timedelta(minutes=30)).number == 4

    last = AuditCheckpoint.objects.latest("number")
    shutil.rmtree(folder)
    made = services.record_restore(at=FEB_1 + timedelta(minutes=40))
    assert (made.number, made.restored, made.before) == (5, 4, notes.fingerprint(last.note))


def test_without_the_folder_beside_the_database_its_own_checkpoints_are_checked(folder: Path):
    add(2)
    sign()
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "key.pub").write_text(PublicKey(notebook.origin(), notebook.signing_pair().public).to_text())
    assert services.verify_trail().checkpoints == 1

    as_superuser("UPDATE audit_auditcheckpoint SET rows = 7")
    assert services.verify_trail().fault == BadNote(1, "copied facts")


def test_the_trail_is_checked_and_written_out_with_the_auditors_rights(monkeypatch: pytest.MonkeyPatch):
    add()
    sign()
    seen: list[str] = []
    read_tips = checkpoints.selectors.read_tips

    def note() -> list[int]:
        seen.append(acting_role())
        return read_tips()

    monkeypatch.setattr(checkpoints.selectors, "read_tips", note)
    services.verify_trail()
    services.export_trail(io.StringIO(), at=FEB_1)

    assert seen == ["ra_audit"] * 2


def test_an_export_says_up_to_where_it_goes_and_how_far_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checkpoints, "EXPORT_REPORT", 3)
    add(4)
    made = sign()
    add(2)
    file, told = io.StringIO(), list[tuple[str, int, int]]()

    assert services.export_trail(file, at=FEB_1, progress=lambda *facts: told.append(facts)) == (made, 2)
    assert told == [("rows", at, 4) for at in range(0, len(file.getvalue().splitlines()), 3)]
    assert len(told) == 2


def test_a_backup_from_before_the_first_checkpoint_is_excused_too():
    add()
    made = services.record_restore(at=FEB_1)
    assert (made.number, made.restored, made.before) == (1, 0, notes.NOTHING)
    assert services.verify_trail().ok


def test_a_check_without_any_checkpoint_says_so():
    add(2)
    found = services.verify_trail()
    assert (found.rows, found.checkpoints, found.unsigned) == (2, 0, 2)
    with pytest.raises(TrailBroken, match="make one first"):
        services.export_trail(None, at=FEB_1)  # type: ignore[arg-type]  # nothing is written


def test_a_check_without_the_public_key_says_so(folder: Path):
    add()
    sign()
    (folder / "key.pub").unlink()
    with pytest.raises(NoKey):
        services.verify_trail()


def test_a_root_is_compared_with_the_rows_of_now():
    add(3)
    made = sign()
    assert made is not None
    assert services.compare_root(made.root) == services.Compared(made, holds=True)
    assert services.compare_root(b"x" * 32) == services.Compared(None, holds=False)
    as_superuser(f"UPDATE audit_auditevent SET hash = sha256('x') {WHERE} 2")
    assert services.compare_root(made.root) == services.Compared(made, holds=False)
    as_superuser("UPDATE audit_auditcheckpoint SET note = replace(note, 'number', 'Number')")
    assert services.compare_root(made.root) == services.Compared(None, holds=False)


def test_long_work_tells_how_far_it_is(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(trailfile, "_REPORT_EVERY", 2)
    add(4)
    sign()
    told: list[str] = []
    services.verify_trail(lambda what, done, rows: told.append(f"{what} {done}/{rows}"))
    assert told[-1] == "roots 4/4"
    assert "chains 4/4" in told
    trailfile.verify_file(export(tmp_path), notebook.public_key(), progress=lambda *facts: told.append(str(facts)))
    assert told[-1] == "('rows', 4, 4)"
