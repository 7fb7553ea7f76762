"""What a case gets from the reports it came from: the conversation goes on in its page, its people hold the keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import F, Func, JSONField, QuerySet
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.accounts.selectors.lost import keys_of
from ruangaman.accounts.types import ROLE_COMPARTMENTS, Permission, Role
from ruangaman.cases.models import Case, live_grants, live_grants_of
from ruangaman.cases.registry import TimelineItem
from ruangaman.cases.selectors.rows import PERSON, Given, Parts, as_json, build
from ruangaman.cases.selectors.timeline import CONTACT
from ruangaman.intake import policies
from ruangaman.intake.models import Attachment, Message, Report
from ruangaman.intake.services.desk import OpenMessage, thread_of
from ruangaman.intake.services.handover import avoided_in
from ruangaman.intake.services.turns import begin_turns, hand_turns
from ruangaman.intake.types import Direction
from ruangaman.vault import services as vault
from ruangaman.vault.selectors import held_of, list_grants
from ruangaman.vault.types import Closed, Compartment, Content, GrantSpec, Purpose


class ReportOrigin:
    """The reports that became a case, which their desk still has keys for."""

    key = "reports"

    def dossiers(self, *, case: Case) -> Mapping[str, UUID]:
        """Return them by their code; row-level security leaves out what the viewer does not hold."""
        return dict(Report.objects.filter(case=case).values_list("code", "dossier_id"))

    def of_case(self, case_id: UUID) -> QuerySet[Any, Any]:
        """Return the ids of their dossiers as a query."""
        return Report.objects.filter(case_id=case_id).values("dossier_id")


DESK_PARTS = ROLE_COMPARTMENTS[Role.PETUGAS]


@dataclass(frozen=True)
class CaseThread:
    """One report of a case: its conversation as it stands in the tables."""

    report: Report
    rows: list[Message]
    attachments: list[Attachment]

    def refs(self) -> list[UUID]:
        """Return what is sealed of it."""
        return [*(row.ref for row in self.rows), *(one.key_ref for one in self.attachments)]


@dataclass(frozen=True)
class ShownThread:
    """One conversation, opened, with what its form needs."""

    report: Report
    messages: list[OpenMessage] = field(repr=False)
    once: UUID
    can_answer: bool

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return anchor_of(self.report)

    @property
    def has_unread(self) -> bool:
        """Whether the reporter wrote something that nobody has seen yet."""
        return any(one.is_reporter and one.read_at is None for one in self.messages)


def anchor_of(report: Report) -> str:
    """Return where the conversation of a report stands on the page of its case."""
    return f"percakapan-{report.code}"


def _reports(given: Given) -> QuerySet[Any, Any]:
    return as_json(_held(given))


def _messages(given: Given) -> QuerySet[Any, Any]:
    return as_json(Message.objects.filter(report__in=_held(given).values("pk")), author=PERSON)


def _files(given: Given) -> QuerySet[Any, Any]:
    return as_json(Attachment.objects.filter(report__in=_held(given).values("pk")).exclude(message=None))


def _held(given: Given) -> QuerySet[Report, Any]:
    return Report.objects.filter(case_id=given.case_id, dossier_id__in=live_grants_of(given.principals))


PARTS: Parts = {"thread.reports": _reports, "thread.messages": _messages, "thread.files": _files}
"""The conversations that somebody holds a key for."""


@dataclass(frozen=True)
class ThreadPanel:
    """The conversations with the reporters, on the page of a case."""

    key: str = "intake.thread"
    template: str = "intake/_case_threads.html"

    def reads(self, case: Case, viewer: User) -> Parts:
        """Return the conversations that the viewer holds a key for."""
        return PARTS if policies.has_thread(viewer) else {}

    def load(self, case: Case, viewer: User, found: Mapping[str, list[Any]]) -> list[CaseThread]:
        """Return them, the oldest first."""
        rows = build(Message, found.get("thread.messages", []), by="sent_at")
        files = build(Attachment, found.get("thread.files", []), by="position")
        return [
            CaseThread(
                report,
                [row for row in rows if row.report_id == report.pk],
                [one for one in files if one.report_id == report.pk],
            )
            for report in build(Report, found.get("thread.reports", []), by="received_at", case=case)
        ]

    def refs(self, loaded: Sequence[CaseThread]) -> Mapping[UUID, UUID]:
        """Return every message and file key, each in the dossier of its report."""
        return {ref: thread.report.dossier_id for thread in loaded for ref in thread.refs()}

    def context(
        self, loaded: Sequence[CaseThread], opened: dict[UUID, Content | Closed], viewer: User
    ) -> list[ShownThread] | None:
        """Return the conversations; None: there is none."""
        may = viewer.has(Permission.CASE_WRITE)
        return [
            ShownThread(one.report, thread_of(one.rows, one.attachments, opened), uuid4(), may) for one in loaded
        ] or None

    def timeline(self, loaded: Sequence[CaseThread], opened: Mapping[UUID, Content | Closed]) -> Sequence[TimelineItem]:
        """Return each message as something that happened."""
        return [_item(row, opened.get(row.ref)) for thread in loaded for row in thread.rows]


@dataclass(frozen=True)
class ThreadFollower:
    """Gives whoever joins a case the keys of its conversations; takes them, and the turns, from whoever leaves."""

    key: str = "intake.thread"

    def joined(self, *, case: Case, user: User, role: Role, by: User, at: datetime) -> None:
        """Share the reports' dossiers: all that the desk holds with those who talk to the reporter, else the files.

        A file's frames stay in the dossier that it came with, so whoever may open it needs a key there too.

        Writes: grants, `vault.shared` events.
        """
        parts = ROLE_COMPARTMENTS[role] & DESK_PARTS
        if Compartment.THREAD not in parts:
            parts &= {Compartment.ATTACHMENT}
        if not parts:
            return
        for report in Report.objects.filter(case=case, dossier_id__in=live_grants(by)):
            vault.share(
                dossier_id=report.dossier_id, to=[GrantSpec(user.principal_id, parts, role.value)], by=by, at=at
            )

    def left(self, *, case: Case, user: User, by: User, at: datetime) -> None:
        """Revoke what was shared, and let the manager answer; the desk and the reporter keep theirs.

        Writes: clocks; deletes grants, begins epochs, `vault.revoked` events.
        """
        hand_turns(case, user)
        for report in Report.objects.filter(case=case, dossier_id__in=live_grants(by)):
            held = {grant.principal_id for grant in list_grants(dossier_id=report.dossier_id, viewer=by, at=at)}
            for key in keys_of(user):
                if key in held:
                    vault.revoke(dossier_id=report.dossier_id, principal_id=key, by=by, at=at)


@dataclass(frozen=True)
class ThreadHearing:
    """Says when the reporter last wrote: in the conversation of a report of the case, or of one that is double of it.

    The database answers whoever may know of the case: also the head, and a manager without the keys of a conversation.
    """

    key: str = "intake.thread"

    def heard(self) -> Func:
        """Return the two moments of the case of an outer query."""
        return Func(F("pk"), function="intake_heard", output_field=JSONField())


@dataclass(frozen=True)
class ThreadEnding:
    """Keeps the reports of a case exactly as long as the case: its files and conversations are in theirs.

    What the reporter wrote and nobody has read stays the turn of the manager.
    """

    key: str = "intake.thread"

    def ended(self, *, case: Case, state: str, by: User, at: datetime) -> None:
        """Note that they go when the case goes.

        Writes: rows, `vault.ended` events, clocks.
        """
        reports = list(Report.objects.filter(case=case, dossier_id__in=live_grants(by)).select_related("desk"))
        begin_turns(case, reports, by=by, at=at)
        for report in reports:
            vault.end_dossier(
                dossier_id=report.dossier_id,
                kind="case",
                state=state,
                code=report.code,
                with_dossier=case.dossier_id,
                by=by,
                at=at,
            )

    def resumed(self, *, case: Case, by: User, at: datetime) -> None:
        """Note that they go on.

        Writes: rows, `vault.resumed` events.
        """
        for report in Report.objects.filter(case=case, dossier_id__in=live_grants(by)):
            vault.resume_dossier(dossier_id=report.dossier_id, by=by, at=at)


@dataclass(frozen=True)
class AvoidBarrier:
    """Keeps out of a case whom its reporters asked to keep out."""

    key: str = "intake.avoid"

    def kept_out(self, *, case: Case, by: User, at: datetime) -> frozenset[str]:
        """Return the codes, as far as `by` can open the contact of the case's reports. Leaves audit events."""
        codes: set[str] = set()
        for report in Report.objects.filter(case=case, dossier_id__in=live_grants(by)):
            if Compartment.CONTACT in held_of(dossier_id=report.dossier_id, viewer=by, at=at):
                refs = {report.contact_ref: report.dossier_id}
                content = vault.reveal_many(refs=refs, purpose=Purpose.HANDLING, by=by, at=at)[report.contact_ref]
                codes |= set() if isinstance(content, Closed) else set(avoided_in(content))
        return frozenset(codes)


def _item(row: Message, content: Content | Closed | None) -> TimelineItem:
    reporter = row.direction == Direction.IN
    words = _("Pelapor menulis") if reporter else _("Pelapor dijawab")
    text = "" if content is None or isinstance(content, Closed) else str(content.get("text", ""))
    by = row.author.display_name if row.author else ""
    return TimelineItem(row.sent_at, "message", words, CONTACT, by, "", text if reporter else "")
