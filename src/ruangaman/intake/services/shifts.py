"""The desk goes on from one shift to the next: given, read, taken. Nobody goes unless somebody has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.models import Desk, User
from ruangaman.audit import services as audit
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Detail, Role
from ruangaman.core import jobs
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.intake import events, policies
from ruangaman.intake.models import Handover, Report
from ruangaman.intake.selectors import shifts as selectors
from ruangaman.intake.services.desk import take as take_report
from ruangaman.intake.services.lateness import ALARM_TASK
from ruangaman.notifications.selectors import list_alarmed
from ruangaman.notifications.types import AlarmKind
from ruangaman.vault import services as vault
from ruangaman.vault.types import Closed, Compartment, Content, GrantSpec, Purpose

KEEP_NOTES = timedelta(days=30)
"""How long the words of a handing-over are kept: long enough to ask back, not long enough to be a second record."""


@dataclass(frozen=True)
class Note:
    """What somebody wrote for the next shift."""

    handover: Handover
    text: str = field(repr=False)
    about: dict[str, str] = field(repr=False)
    """Code of a report → what is to be known about it."""
    is_there: bool = True
    """False: nothing was written, or it is closed to the one who looks."""


@transaction.atomic
def give(*, desk_code: str, handover_id: UUID, text: str, about: Mapping[str, str], by: User, at: datetime) -> Handover:
    """Hand the own desk over, with words for whoever comes. Until somebody takes it, `by` is called as well.

    Args:
        handover_id: minted with the form, so that sending it twice gives once.
        text: cleaned; may be empty.
        about: code of a report of the desk → cleaned words; empty ones are left out.

    Raises:
        NotFound: no such desk of `by`, or no such report there.
        NotAllowed: `by` works at no desk.
        KeyNotSigned: the desk's key waits for its officers; nothing is handed over.
        Locked.

    Writes: the row; with words a dossier of its own for the desk's key; one `intake.handover_given` event.
    """
    desk = own_desk(desk_code, by)
    earlier = Handover.objects.filter(pk=handover_id).first()
    if earlier is not None:
        if earlier.desk_id != desk.pk or earlier.given_by_id != by.pk:
            raise Conflict(_("Kiriman ini milik serah terima lain."))
        return earlier
    reports, said = Report.objects.of_desks([desk.pk]), {code: words for code, words in about.items() if words}
    if reports.filter(code__in=said).count() < len(said):
        raise NotFound(_("Tidak ada laporan seperti itu."))
    count = reports.unfinished().count()
    row = Handover(id=handover_id, desk=desk, given_by=by, given_at=at, open_reports=count)
    if text or said:
        grants = [GrantSpec(desk.principal_id, frozenset({Compartment.WORK}), "handover")]
        opened = vault.new_dossier(kind="handover", unit_id=None, grants=grants, at=at, by=by)
        content: Content = {"text": text, "about": {**said}}
        row.note_dossier_id = opened.dossier_id
        row.note_ref = vault.seal_in(opened, Compartment.WORK, content, at)
    row.save(force_insert=True)
    detail: Detail = {"reports": count, "note": row.note_ref is not None}
    audit.record(events.HANDOVER_GIVEN, by=by, subject=desk.code, at=at, detail=detail)
    return row


@transaction.atomic
def take(*, desk_code: str, by: User, at: datetime) -> list[Handover]:
    """Say "I have read it and I stand guard": everything that was handed over at the desk is taken. Twice is once.

    What those who went still held and nobody has finished goes to `by`, so that it can be answered.

    Raises:
        NotFound: no such desk of `by`.
        NotAllowed: `by` works at no desk, or only what `by` gave away waits here.

    Writes: the rows, or one without a giver where nobody handed over; the reports; one `intake.taken` event for each of
        them, one `intake.handover_taken` event.
    """
    desk = own_desk(desk_code, by)
    _lock(desk)
    waiting = list(Handover.objects.filter(desk=desk, taken_at=None).order_by("given_at", "id"))
    others = [row for row in waiting if row.given_by_id != by.pk]
    if waiting and not others:
        raise NotAllowed(_("Anda yang menyerahkan; rekan yang datang yang menerima."))
    if not others:
        turn = selectors.read_turns([desk.pk], at)[desk.pk]
        if turn.taken_by == by.pk:
            return []
        others = [Handover(desk=desk)]
    for row in others:
        row.taken_by, row.taken_at = by, at
        row.save(update_fields=["taken_by", "taken_at"] if row.given_by_id else None)
    moved = _take_reports(desk, {row.given_by_id for row in others if row.given_by_id}, by, at)
    given = sum(row.given_by_id is not None for row in others)
    audit.record(events.HANDOVER_TAKEN, by=by, subject=desk.code, at=at, detail={"given": given, "reports": moved})
    return others


def read_notes(*, handovers: list[Handover], by: User, at: datetime) -> list[Note]:
    """Open the words of these handings-over.

    Raises:
        Locked, Tampered.

    Writes: one `vault.revealed` event for each that has words, purpose handover.
    """
    refs = {row.note_ref: row.note_dossier_id for row in handovers if row.note_ref and row.note_dossier_id}
    found = vault.reveal_many(refs=refs, purpose=Purpose.HANDOVER, by=by, at=at) if refs else {}
    return [_note(row, found.get(row.note_ref) if row.note_ref else None) for row in handovers]


def tell_heads(*, at: datetime) -> int:
    """Have the head told of every turn that nobody took in time. Returns how many turns.

    Asked about again until a letter went out; each person gets one.

    Writes: one job for each turn.
    """
    with unit_of_work(Role.WORKER):
        late = selectors.list_untaken_turns(at=at)
        done = list_alarmed(report_ids=[turn_id for turn_id, _desk in late], kind=AlarmKind.TURN)
        waiting = [(turn_id, desk_id) for turn_id, desk_id in late if turn_id not in done]
        for turn_id, desk_id in waiting:
            jobs.enqueue(
                ALARM_TASK,
                lock=f"alarm:{turn_id}",
                report_id=str(turn_id),
                desk_id=str(desk_id),
                kind=AlarmKind.TURN.value,
            )
    return len(waiting)


def forget_notes(*, at: datetime) -> int:
    """Erase the words of what was handed over long ago; who gave and who took stays. Returns how many.

    Needs a unit of work as worker.

    Writes: as `vault.services.shred`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT intake_old_notes(%s)", [at - KEEP_NOTES])
        old = [row[0] for row in cursor.fetchall()]
    if old:
        vault.shred(dossier_ids=old, by=None, at=at)
    return len(old)


def own_desk(code: str, by: User) -> Desk:
    """Return a desk that `by` sits at. Raises NotFound, NotAllowed."""
    if not policies.can_work_at_desk(by):
        raise NotAllowed(_("Anda tidak bertugas di meja pengaduan."))
    desk = Desk.objects.filter(code=code, pk__in=accounts.desks_of(by)).first()
    if desk is None:
        raise NotFound(_("Tidak ada meja seperti itu."))
    return desk


def _take_reports(desk: Desk, givers: set[UUID], by: User, at: datetime) -> int:
    held = Report.objects.of_desks([desk.pk]).unfinished().filter(taken_by_id__in=givers).order_by("pk")
    pairs = list(held.values_list("code", "taken_by_id"))
    for code, holder in pairs:
        take_report(code=code, by=by, at=at, instead_of=holder)
    return len(pairs)


def _lock(desk: Desk) -> None:
    """Let nobody else take this desk until the transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"handover {desk.pk}"])


def _note(row: Handover, content: Content | Closed | None) -> Note:
    if content is None or isinstance(content, Closed):
        return Note(row, "", {}, is_there=False)
    about = content.get("about")
    return Note(
        row,
        str(content.get("text", "")),
        {str(code): str(words) for code, words in about.items()} if isinstance(about, dict) else {},
    )
