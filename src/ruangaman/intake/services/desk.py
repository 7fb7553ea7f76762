"""What the desk does with a report before it becomes something else: open, take, release, answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.models import DeskMember, User
from ruangaman.audit import services as audit
from ruangaman.cases.models import Case
from ruangaman.clocks import services as clocks
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.intake import events, policies
from ruangaman.intake.errors import AlreadyTaken, WrongState
from ruangaman.intake.models import Attachment, Message, Report
from ruangaman.intake.services.telling import tell
from ruangaman.intake.services.turns import end_turns, end_wait
from ruangaman.intake.types import WORKED_ON, Direction
from ruangaman.ui.moments import when
from ruangaman.vault import services as vault
from ruangaman.vault.files import FileFacts
from ruangaman.vault.types import Closed, Compartment, Content, Purpose


@dataclass(frozen=True)
class OpenFile:
    """A file in the list: what it is, not what is in it."""

    id: UUID
    facts: FileFacts = field(repr=False)


@dataclass(frozen=True)
class OpenMessage:
    """One message of the thread; `text` is None when the viewer holds no key for the thread."""

    id: UUID
    is_reporter: bool
    author: str
    sent_at: datetime
    read_at: datetime | None
    text: str | None = field(repr=False)
    files: tuple[OpenFile, ...] = ()


@dataclass(frozen=True)
class OpenReport:
    """A report with its words."""

    report: Report
    answers: Content | Closed = field(repr=False)
    contact: Content | Closed = field(repr=False)
    messages: list[OpenMessage] = field(repr=False)
    files: list[OpenFile] = field(repr=False)
    taken_over_at: datetime | None = None
    """When somebody of the case answered: what was written from then on is the case's, and not shown here."""
    why: str = field(default="", repr=False)
    """Why it was found less dangerous than its answers say; "" also without the key."""


@transaction.atomic
def open_report(*, code: str, by: User, at: datetime) -> OpenReport:
    """Open a report of the own desk with everything in it.

    Raises:
        NotFound: no such report at a desk of `by`.
        Locked: the keys of `by` are locked.

    Writes: the first time the moment of opening and one `intake.opened` event; what is unread becomes read, unless a
        case has to answer it; one `vault.revealed` event each time.
    """
    report = lock_report(code=code, by=by)
    rows = list(report.messages.select_related("author").order_by("sent_at", "id"))
    ended = taken_over_at(report, rows)
    rows = rows if ended is None else [row for row in rows if row.sent_at < ended]
    attachments = _files_of(report, rows)
    refs = [report.answers_ref, report.contact_ref, *(row.ref for row in rows), *(one.key_ref for one in attachments)]
    refs += [report.triage_ref] if report.triage_ref else []
    found = vault.reveal_many(refs=dict.fromkeys(refs, report.dossier_id), purpose=Purpose.TRIAGE, by=by, at=at)
    if report.opened_at is None:
        report.opened_at = at
        report.save(update_fields=["opened_at"])
        tell(events.OPENED, report, by=by, at=at)
    if report.case_id is None:  # what is written about a case is unread until its people say otherwise
        mark_read(rows, at)
    return OpenReport(
        report=report,
        answers=found[report.answers_ref],
        contact=found[report.contact_ref],
        messages=thread_of(rows, attachments, found),
        files=[file for one in attachments if one.message_id is None and (file := _file(one, found))],
        taken_over_at=ended,
        why=(_text(found[report.triage_ref]) or "") if report.triage_ref else "",
    )


@transaction.atomic
def open_attachment(*, code: str, attachment_id: UUID, by: User, at: datetime) -> tuple[FileFacts, Iterator[bytes]]:
    """Open a file of a report for download: its facts, and its bytes, to be sent once this is committed.

    Raises:
        NotFound: no such file at a desk of `by`, nor in the conversation of a case of theirs.
        Locked, Tampered.

    Writes: one `vault.revealed` event with the purpose of a download.
    """
    report = _lock_thread(code=code, by=by)
    attachment = report.attachments.select_related("message").filter(pk=attachment_id).first()
    if attachment is None or (attachment.message is not None and _is_case_s(report, attachment.message, by)):
        raise NotFound(_("Tidak ada berkas seperti itu."))
    ref, home = attachment.key_ref, report.dossier_id
    return vault.open_file(key_ref=ref, dossier_id=home, purpose=Purpose.DOWNLOAD, by=by, at=at)


@transaction.atomic
def take(*, code: str, by: User, at: datetime, instead_of: UUID | None = None) -> Report:
    """Take a report: from now on only `by` answers it. Taking it twice is taking it once.

    Args:
        instead_of: whom `by` saw holding it and takes over from.

    Raises:
        NotFound: no such report at a desk of `by`.
        AlreadyTaken: somebody else holds it, and not the one who was to be replaced.

    Writes: the report, one `intake.taken` event.
    """
    report = lock_report(code=code, by=by)
    if report.taken_by_id == by.pk:
        return report
    if report.taken_by_id is not None and report.taken_by_id != instead_of:
        raise held_by_other(report)
    _give_to(report, by, at)
    return report


@transaction.atomic
def release(*, code: str, by: User, at: datetime) -> Report:
    """Put a report back for the others of the desk. Releasing what nobody holds is no fault.

    Raises:
        NotFound: no such report at a desk of `by`.
        AlreadyTaken: somebody else holds it.

    Writes: the report, one `intake.released` event.
    """
    report = lock_report(code=code, by=by)
    refuse_if_held(report, by=by)
    if report.taken_by_id is not None:
        report.taken_by, report.taken_at = None, None
        report.save(update_fields=["taken_by", "taken_at"])
        clocks.take_turns(dossier_id=report.dossier_id, owner=None)
        tell(events.RELEASED, report, by=by, at=at)
    return report


@transaction.atomic
def reply(*, code: str, text: str, message_id: UUID, by: User, at: datetime) -> Message:
    """Answer the reporter. Whoever answers at the desk holds the report from then on.

    Args:
        text: cleaned.
        message_id: minted with the form, so that sending it twice writes it once.

    Raises:
        NotFound: no such report, neither at a desk of `by` nor in a case of theirs.
        AlreadyTaken: somebody else at the desk holds it.
        NotAllowed: the role of `by` does not answer reporters.
        WrongState: `by` sits at the desk, and somebody of the case has answered.

    Writes: the sealed message, the report, one `intake.replied` event; what asked for it ends, also where it is the
        turn of somebody of the case; the first answer after a case was opened ends the wait in the case
        (`cases.reporter_answered`).
    """
    report = _lock_thread(code=code, by=by)
    earlier = Message.objects.filter(pk=message_id).first()
    if earlier is not None:
        if earlier.report_id != report.pk:
            raise Conflict(_("Kiriman ini milik percakapan lain."))
        return earlier
    at_desk = report.desk_id in accounts.desks_of(by) and policies.can_work_at_desk(by)
    if at_desk:
        if taken_over_at(report, list(report.messages.all())) is not None:
            raise WrongState(_("Manajer kasus sudah meneruskan percakapan ini."))
        refuse_if_held(report, by=by)
    message = write_message(report, text=text, message_id=message_id, by=by, at=at)
    if at_desk:
        hold(report, by=by, at=at)
    if report.state not in WORKED_ON:
        report.needs_desk = False
    if report.answered_at is None:
        report.answered_at = at
        if report.case_id is not None:
            end_wait(report, by=by, at=at)
    report.save(update_fields=["answered_at", "needs_desk"])
    mark_read(list(report.messages.filter(direction=Direction.IN, read_at=None)), at)
    end_turns(report, events.REPLIED, at=at)
    return message


@transaction.atomic
def acknowledge(*, code: str, by: User, at: datetime) -> Report:
    """Note that what the reporter wrote was read, without answering. Twice is once.

    Raises:
        NotFound, NotAllowed: as `reply`.

    Writes: the messages' `read_at`, the report, which the desk is done with as well, its clocks, one
        `intake.acknowledged` event if anything was unread.
    """
    report = _lock_thread(code=code, by=by)
    unread = list(report.messages.filter(direction=Direction.IN, read_at=None))
    if unread:
        mark_read(unread, at)
        if report.case_id is not None and report.needs_desk:
            report.needs_desk = False
            report.save(update_fields=["needs_desk"])
        tell(events.ACKNOWLEDGED, report, by=by, at=at)
        end_turns(report, events.ACKNOWLEDGED, at=at)
    return report


@transaction.atomic
def settle(*, code: str, by: User, at: datetime) -> Report:
    """Take a report whose work had ended out of the queue again, without an answer. Twice is once.

    Of a case, closed as it is, its people have the message all the same: their turn goes on.

    Raises:
        NotFound, AlreadyTaken.
        WrongState: the desk still has to decide about it.

    Writes: the report, one `intake.returned` event.
    """
    report = lock_report(code=code, by=by)
    if report.state in WORKED_ON:
        raise WrongState(_("Laporan ini belum diputuskan; pilah dulu."))
    refuse_if_held(report, by=by)
    if report.needs_desk:
        hold(report, by=by, at=at)
        report.needs_desk = False
        report.save(update_fields=["needs_desk"])
        if report.case_id is None:
            tell(events.RETURNED, report, by=by, at=at)
        else:
            audit.record(events.RETURNED, by=by, subject=report.code, at=at, dossier_id=report.dossier_id)
    return report


def lock_report(*, code: str, by: User) -> Report:
    """Return a report of the own desk, its row locked.

    Only what never changes is joined: beside a row that was waited for, a joined one would be as it was before.

    Raises:
        NotFound, NotAllowed.
    """
    if not policies.can_work_at_desk(by):
        raise NotAllowed(_("Anda tidak bertugas di meja pengaduan."))
    report = (
        Report.objects.select_for_update(of=("self",))
        .select_related("desk__unit")
        .of_desks(accounts.desks_of(by))
        .filter(code=code)
        .first()
    )
    if report is None:
        raise NotFound(_("Tidak ada laporan seperti itu."))
    return report


def taken_over_at(report: Report, rows: Sequence[Message]) -> datetime | None:
    """Return when somebody of the case first answered: from then on the desk reads and writes no more.

    None: nobody of the case has, so that a reporter is never without somebody who reads; or she wrote after the case
    was closed, and it is the desk's again.
    """
    if report.case_id is None or report.needs_desk:
        return None
    seated = set(DeskMember.objects.filter(desk_id=report.desk_id).values_list("user_id", flat=True))
    answers = [row for row in rows if row.direction == Direction.OUT and row.author_id not in seated]
    return min((row.sent_at for row in answers), default=None)


def _is_case_s(report: Report, message: Message, by: User) -> bool:
    """Whether a message is the case's alone, and `by` reads it at the desk."""
    if report.desk_id not in accounts.desks_of(by):
        return False
    ended = taken_over_at(report, list(report.messages.all()))
    return ended is not None and message.sent_at >= ended


def _files_of(report: Report, rows: Sequence[Message]) -> list[Attachment]:
    """Return the files of a report and of these messages."""
    shown = {None, *(row.pk for row in rows)}
    return [one for one in report.attachments.order_by("position", "id") if one.message_id in shown]


def refuse_if_held(report: Report, *, by: User) -> None:
    """Stop when somebody else works on a locked report. Raises AlreadyTaken."""
    if policies.is_held_by_other(by, report):
        raise held_by_other(report)


def hold(report: Report, *, by: User, at: datetime) -> None:
    """Make `by` the one who works on a locked report that nobody else holds."""
    if report.taken_by_id is None:
        _give_to(report, by, at)


def held_by_other(report: Report) -> AlreadyTaken:
    """Return the refusal that says who has a report, and since when."""
    name = report.taken_by.display_name if report.taken_by else ""
    sentence = _("Laporan ini sedang dipegang %(name)s sejak %(when)s. Belum ada yang terkirim atau berubah.")
    return AlreadyTaken(sentence % {"name": name, "when": when(report.taken_at)})


def write_message(report: Report, *, text: str, message_id: UUID, by: User, at: datetime) -> Message:
    """Seal a message to the reporter into the thread."""
    ref = vault.seal(dossier_id=report.dossier_id, compartment=Compartment.THREAD, content={"text": text}, by=by, at=at)
    message = Message(id=message_id, report=report, direction=Direction.OUT, ref=ref, sent_at=at, author=by)
    message.save(force_insert=True)
    tell(events.REPLIED, report, by=by, at=at)
    return message


def _give_to(report: Report, by: User, at: datetime) -> None:
    report.taken_by, report.taken_at = by, at
    report.save(update_fields=["taken_by", "taken_at"])
    clocks.take_turns(dossier_id=report.dossier_id, owner=by)
    tell(events.TAKEN, report, by=by, at=at)


def _lock_thread(*, code: str, by: User) -> Report:
    report = Report.objects.select_for_update(of=("self",)).select_related("desk").filter(code=code).first()
    if report is None:
        raise NotFound(_("Tidak ada laporan seperti itu."))
    at_desk = report.desk_id in accounts.desks_of(by)
    in_case = (
        report.case_id is not None
        and policies.has_thread(by)
        and Case.objects.granted_to(by).filter(pk=report.case_id).exists()
    )
    if not at_desk and not in_case:
        raise NotFound(_("Tidak ada laporan seperti itu."))
    if not policies.can_write_in_thread(by, at_desk=at_desk, in_case=in_case):
        raise NotAllowed(_("Anda tidak menjawab pelapor di laporan ini."))
    return report


def mark_read(rows: Sequence[Message], at: datetime) -> None:
    """Note that what the reporter wrote was seen."""
    unread = [row.pk for row in rows if row.direction == Direction.IN and row.read_at is None]
    if unread:
        Message.objects.filter(pk__in=unread).update(read_at=at)


def thread_of(
    rows: Sequence[Message], attachments: Sequence[Attachment], found: Mapping[UUID, Content | Closed]
) -> list[OpenMessage]:
    """Put the rows of a conversation and what was opened of them together."""
    return [
        OpenMessage(
            id=row.pk,
            is_reporter=row.direction == Direction.IN,
            author=row.author.display_name if row.author else "",
            sent_at=row.sent_at,
            read_at=row.read_at,
            text=_text(found[row.ref]),
            files=tuple(file for one in attachments if one.message_id == row.pk and (file := _file(one, found))),
        )
        for row in rows
    ]


def _text(content: Content | Closed) -> str | None:
    return None if isinstance(content, Closed) else str(content.get("text", ""))


def _file(attachment: Attachment, found: Mapping[UUID, Content | Closed]) -> OpenFile | None:
    content = found[attachment.key_ref]
    return None if isinstance(content, Closed) else OpenFile(attachment.pk, FileFacts.from_content(content))
