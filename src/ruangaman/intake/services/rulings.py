"""What the desk decides against what the answers say is read by the head of the unit, who may send it back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.accounts.types import ROLE_PERMISSIONS, Permission
from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail, EventType
from ruangaman.cases.selectors.shelf import Facts, facts_of, text_of
from ruangaman.cases.services.aside import seal_aside
from ruangaman.clocks import services as clocks
from ruangaman.clocks.types import Subject, span
from ruangaman.core.codelists import AgeGroup, Danger, Now, RiskLevel
from ruangaman.core.errors import Conflict, NotFound
from ruangaman.intake import events
from ruangaman.intake.models import Report, Ruling
from ruangaman.intake.selectors.needs import subject_of
from ruangaman.intake.types import Ruled, Verdict
from ruangaman.vault import services as vault
from ruangaman.vault.types import Closed, Compartment, Content, Purpose

KIND = "ruling"
"""Of the dossiers that hold why the desk decided so."""
READERS = tuple(role.value for role, verbs in ROLE_PERMISSIONS.items() if Permission.CASE_APPROVE in verbs)


@dataclass(frozen=True)
class Why:
    """Why the desk decided so, and what the report says without its story, as it was sealed for the head."""

    text: str = field(repr=False)
    facts: Facts = field(repr=False)


def rule(report: Report, kind: Ruled, why: str, *, said: RiskLevel, by: User, at: datetime, sent: str = "") -> Ruling:
    """Write down why for the heads of the desk's unit, who hold no key of the report; it is theirs to read.

    Of the danger that the answers say: what was decided is what they look at. Beside the reason they read what the
    danger was seen from, and how long it had waited; no story and no name.

    Args:
        sent: of a refusal what the reporter reads.

    Writes: a dossier with the sealed reason, the row, one `intake.ruled` event; a clock, which only a head ends; one
        `vault.revealed` event of the answers.
    """
    facts = _facts(report, sent, by, at)
    heads = User.objects.filter(unit_id=report.desk.unit_id, role__in=READERS, is_active=True)
    readers = {report.desk.principal_id, *heads.values_list("principal_id", flat=True)}
    home, ref = seal_aside(KIND, why, readers, report.dossier_id, report.code, facts=facts, by=by, at=at)
    row = Ruling(
        id=uuid4(),
        report=report,
        code=report.code,
        dossier_id=report.dossier_id,
        desk=report.desk,
        kind=kind,
        said=said,
        danger=report.danger,
        reason=report.refusal_reason if kind is Ruled.REFUSED else "",
        made_at=at,
        made_by=by,
        why_home_id=home,
        why_ref=ref,
    )
    row.save(force_insert=True)
    _tell(events.RULED, row, subject_of(report), by, at, kind=kind.value)
    return row


def open_why(*, ruling: Ruling, by: User, at: datetime) -> Why | None:
    """Return why; None: `by` holds no key for it. Writes: one `vault.revealed` event."""
    content = _open(ruling.why_ref, ruling, Purpose.SUPERVISION, by, at)
    return None if isinstance(content, Closed) else Why(text_of(content), facts_of(content))


def open_word(*, report: Report, by: User, at: datetime) -> tuple[Ruling, str | None] | None:
    """Return what the head said when they sent the report back last, for the desk; None: nobody did.

    Writes: one `vault.revealed` event where there is something to open.
    """
    rows = Ruling.objects.filter(report=report, verdict=Verdict.RETURNED).select_related("read_by")
    row = rows.order_by("-read_at", "id").first()
    if row is None or row.word_ref is None:
        return None
    content = _open(row.word_ref, row, Purpose.TRIAGE, by, at)
    return row, None if isinstance(content, Closed) else text_of(content)


@transaction.atomic
def read_ruling(*, ruling_id: UUID, by: User, at: datetime) -> Ruling:
    """Note that the head has read why. Twice is once.

    Raises:
        NotFound: no such reason in a unit that `by` oversees.
        Conflict: it was sent back.

    Writes: the row, one `intake.ruling_read` event, its clock.
    """
    row = _lock(ruling_id, by)
    if row.verdict == Verdict.READ:
        return row
    _refuse_decided(row)
    row.verdict, row.read_at, row.read_by = Verdict.READ, at, by
    row.save(update_fields=["verdict", "read_at", "read_by"])
    _tell(events.RULING_READ, row, _known(row), by, at)
    return row


@transaction.atomic
def send_back(*, ruling_id: UUID, word: str, by: User, at: datetime) -> Ruling:
    """Give a report back to its desk: as dangerous as its answers say, to be triaged, held by nobody. Twice is once.

    Who was refused is answered anew: that wait begins now.

    Args:
        word: for the desk, cleaned, not empty; sealed beside the reason.

    Raises:
        NotFound: no such reason in a unit that `by` oversees.
        Conflict: it was read, or the report has moved on.
        Locked.

    Writes: the report, its clocks, the sealed word, the row, one `intake.sent_back` event.
    """
    row = _lock(ruling_id, by)
    if row.verdict == Verdict.RETURNED:
        return row
    _refuse_decided(row)
    with connection.cursor() as cursor:
        cursor.execute("SELECT intake_send_back(%s, %s)", [row.pk, at])
        found = cursor.fetchone()[0]
        if found is None:
            raise Conflict(
                _("Laporan ini sudah bergerak lagi: menjadi kasus, ditandai ganda, atau dipilah ulang. Tinjau di sana.")
            )
    content: Content = {"text": word}
    row.word_ref = vault.seal(dossier_id=row.why_home_id, compartment=Compartment.WORK, content=content, by=by, at=at)
    row.verdict, row.read_at, row.read_by = Verdict.RETURNED, at, by
    row.save(update_fields=["verdict", "read_at", "read_by", "word_ref"])
    _tell(events.SENT_BACK, row, _known(row), by, at, answered=found == "answered")
    return row


def waits_since(report: Report) -> datetime:
    """Return since when the reporter waits for an answer: since the report came, or since a refusal was sent back."""
    sent_back = Ruling.objects.filter(report=report, kind=Ruled.REFUSED, verdict=Verdict.RETURNED)
    last = sent_back.order_by("-read_at").values_list("read_at", flat=True).first()
    return max(report.received_at, last) if last is not None else report.received_at


def _lock(ruling_id: UUID, by: User) -> Ruling:
    rows = Ruling.objects.select_for_update(of=("self",)).filter(desk__unit_id__in=by.oversight_units)
    row = rows.select_related("desk").filter(pk=ruling_id).first()
    if row is None or not by.has(Permission.CASE_APPROVE):
        raise NotFound(_("Tidak ada alasan seperti itu."))
    return row


def _refuse_decided(row: Ruling) -> None:
    if row.verdict:
        raise Conflict(_("Ini sudah diputuskan: %(verdict)s.") % {"verdict": Verdict(row.verdict).label.lower()})


def _tell(event: EventType, row: Ruling, subject: Subject, by: User, at: datetime, **more: str | bool) -> None:
    detail: Detail = {"ruling": str(row.pk), **more}
    audit.record(event, by=by, subject=row.code, at=at, dossier_id=row.dossier_id, detail=detail)
    clocks.happened(event=event.key, subject=replace(subject, danger=row.said), by=by, at=at, detail=detail)


def _known(row: Ruling) -> Subject:
    """Return the report as far as the head knows it."""
    return Subject("report", row.code, row.dossier_id, row.desk.unit_id, row.said, desk_id=row.desk_id)


def _open(ref: UUID, row: Ruling, purpose: Purpose, by: User, at: datetime) -> Content | Closed:
    return vault.reveal_many(refs={ref: row.why_home_id}, purpose=purpose, by=by, at=at)[ref]


def _facts(report: Report, sent: str, by: User, at: datetime) -> Facts:
    """Return what the head weighs a decision by, in the language of the house; of the answers only the age."""
    answers = vault.reveal_many(refs={report.answers_ref: report.dossier_id}, purpose=Purpose.TRIAGE, by=by, at=at)[
        report.answers_ref
    ]
    age = "" if isinstance(answers, Closed) else str(answers.get("age_group") or "")
    with translation.override(settings.LANGUAGE_CODE):
        pairs = (
            (_("Tanda bahaya"), ", ".join(str(Danger(one).label) for one in report.dangers) or _("tidak ada")),
            (_("Masih terjadi saat melapor"), str(Now(report.now).label) if report.now else _("tidak dijawab")),
            (_("Umur"), str(AgeGroup(age).label) if age in AgeGroup.values else _("tidak dijawab")),
            (_("Sudah menunggu"), span(at - report.received_at)),
            (_("Yang dibaca pelapor"), sent),
        )
        return [(label, value) for label, value in pairs if value]
