"""A report that is the same as another: marked so once both were looked at, and taken back when they are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.clocks import services as clocks
from ruangaman.clocks.models import Clock
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import NotFound
from ruangaman.intake import events
from ruangaman.intake.errors import NeedsReason, WrongState
from ruangaman.intake.models import Report
from ruangaman.intake.selectors.needs import subject_of
from ruangaman.intake.selectors.pressing import DECIDE
from ruangaman.intake.services.decisions import UNSORTED, end, forget_triage, move, raise_danger, suggest
from ruangaman.intake.services.desk import lock_report, write_message
from ruangaman.intake.services.telling import tell
from ruangaman.intake.services.turns import tell_case
from ruangaman.intake.types import DOUBLE_ANSWER, State, Step
from ruangaman.vault import services as vault


@dataclass(frozen=True)
class Pair:
    """A report and the one that it may be double of, as far as both are in the clear.

    Args:
        is_graver: the answers of the first say more danger than the other has: whoever only goes on with the other
            would work on less than there is.
    """

    report: Report
    other: Report
    is_graver: bool


def look_up(*, code: str, original: str, viewer: User) -> Pair:
    """Return both, so that they can be looked at before one is marked. Nothing sealed is opened.

    Raises:
        NotFound: one of them is not at a desk of `viewer`.
        WrongState: it is decided already; or the other is a double itself, was refused or has ended, or others are
            doubles of this one.
    """
    mine = Report.objects.of_desks(accounts.desks_of(viewer)).select_related("desk__unit", "taken_by")
    report = mine.filter(code=code).first()
    if report is None:
        raise NotFound(_("Tidak ada laporan seperti itu."))
    return _pair(report, original, viewer)


@transaction.atomic
def mark_duplicate(
    *,
    code: str,
    original: str,
    by: User,
    at: datetime,
    words: str = "",
    message_id: UUID | None = None,
    has_looked: bool = False,
) -> Report:
    """Mark a report as a double of another; both stay, linked to each other, each with its own thread.

    Nothing is written to the reporter that the officer did not write. Whom nobody has answered waits on, until when
    they waited before: the desk has that duty until somebody answers.

    Args:
        words: for the reporter, cleaned; "": none.
        message_id: minted with the form.
        has_looked: `by` says that the other report is looked after in the danger that this one tells of.

    Raises:
        NotFound: one of them is not at a desk of `by`.
        AlreadyTaken.
        WrongState: as for `look_up`.
        NeedsReason: this one says more danger than the other has, and nobody looked at that; nothing is written.

    Writes: the report, perhaps a sealed message, one `intake.duplicated` event; perhaps a clock. As long as the other
        is the desk's it gets the danger that this one tells of, with its clocks and one `intake.danger_raised` event.
        Once it is a case, its manager gets a turn, with one `cases.reported_again` event.
    """
    report = lock_report(code=code, by=by)
    if report.duplicate_of is not None and report.duplicate_of.code == original:
        return report
    pair = _pair(report, original, by)
    if pair.is_graver and not has_looked:
        raise NeedsReason(
            _("Laporan ini menyebut lebih banyak bahaya daripada yang lain. Baca keduanya, lalu centang.")
        )
    due = report.due_at
    move(report, Step.MARK_DUPLICATE, by=by, at=at)
    if words and message_id is not None:
        write_message(report, text=words, message_id=message_id, by=by, at=at)
        report.answered_at = report.answered_at or at
    report.duplicate_of, report.needs_desk = pair.other, False
    report.save(update_fields=["state", "duplicate_of", "needs_desk", "answered_at"])
    detail: Detail = {"original": pair.other.code, "answered": report.answered_at is not None}
    tell(events.DUPLICATED, report, by=by, at=at, detail=detail, promised_at=due)
    if pair.other.case_id is not None:
        tell_case(report, suggest(report).risk, by=by, at=at)
    elif pair.is_graver:
        other = Report.objects.select_for_update(of=("self",)).select_related("desk").get(pk=pair.other.pk)
        raise_danger(other, suggest(report).risk, double=report.code, by=by, at=at)
    end(report, State.DUPLICATE, by, at)
    return report


@transaction.atomic
def undo_duplicate(*, code: str, by: User, at: datetime) -> Report:
    """Take the mark of a double away; the report is to be triaged again. Twice is once.

    What it waited for it waits for again, until when it did before.

    Raises:
        NotFound, AlreadyTaken, WrongState.

    Writes: the report, its clocks, one `intake.unduplicated` event.
    """
    report = lock_report(code=code, by=by)
    if report.state == State.RECEIVED:
        return report
    move(report, Step.UNDO_DUPLICATE, by=by, at=at)
    report.duplicate_of, report.needs_desk = None, True
    if report.answered_at is None:  # a message meanwhile may have moved the limit of the report itself
        waiting = Clock.objects.filter(dossier_id=report.dossier_id, kind__key=DOUBLE_ANSWER).open().first()
        report.due_at = min(report.due_at, waiting.due_at) if waiting else report.due_at
    forget_triage(report)
    report.save(update_fields=["state", "duplicate_of", "needs_desk", *UNSORTED])
    clocks.resume_ended(
        event=events.DUPLICATED.key, subject=subject_of(report), since=report.received_at, at=at, but=[DECIDE]
    )
    clocks.take_turns(dossier_id=report.dossier_id, owner=report.taken_by)
    clocks.set_danger(dossier_id=report.dossier_id, subject=report.code, danger=RiskLevel(report.danger), by=by, at=at)
    tell(events.UNDUPLICATED, report, by=by, at=at, detail={"answered": report.answered_at is not None})
    vault.resume_dossier(dossier_id=report.dossier_id, by=by, at=at)
    return report


def _pair(report: Report, original: str, viewer: User) -> Pair:
    """Return a report and what it may be double of. Raises NotFound, WrongState."""
    others = Report.objects.of_desks(accounts.desks_of(viewer)).select_related("taken_by").exclude(pk=report.pk)
    other = others.filter(code=original).first()
    if other is None:
        raise NotFound(_("Tidak ada laporan lain dengan kode itu di meja Anda."))
    if other.state == State.DUPLICATE:
        raise WrongState(_("Laporan itu sendiri sudah ditandai ganda. Pilih laporan yang pertama."))
    if other.state == State.REFUSED:
        raise WrongState(
            _("Laporan itu tidak ditangani, jadi tidak ada yang meneruskan laporan ini. Pilah laporan ini.")
        )
    if _is_over(other):
        raise WrongState(
            _("Kasus dari laporan itu sudah ditutup, jadi tidak ada yang meneruskan laporan ini. Pilah laporan ini.")
        )
    if report.duplicates.exists():
        raise WrongState(_("Laporan lain sudah ditandai ganda dari laporan ini. Tandai yang lain itu."))
    return Pair(report, other, is_graver=suggest(report).risk > other.danger)


def _is_over(other: Report) -> bool:
    """Whether the case that a report became is closed: the desk sees nothing else of it."""
    if other.case_id is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT intake_is_over(%s)", [other.pk])
        return bool(cursor.fetchone()[0])
