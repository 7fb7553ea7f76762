"""From a report to a case: nothing is typed again, everything is sealed anew under the case's own keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.accounts.types import ROLE_COMPARTMENTS, Role
from ruangaman.cases import services as cases
from ruangaman.cases.models import Case
from ruangaman.cases.types import (
    FactKey,
    Identity,
    NewFile,
    NewPerson,
    PersonKind,
    SafeContact,
    SealedFact,
    note_content,
)
from ruangaman.core.codelists import AgeGroup, Authority, CaseType, ContactWay, Danger, Now, RiskLevel, Who
from ruangaman.core.errors import NotAllowed
from ruangaman.core.regions import KELURAHAN, kecamatan_of
from ruangaman.intake import events, policies
from ruangaman.intake.errors import AlreadyOpened, WrongState
from ruangaman.intake.models import Attachment, Message, Report
from ruangaman.intake.selectors.desk import names_by_code
from ruangaman.intake.services.desk import hold, lock_report, refuse_if_held
from ruangaman.intake.services.telling import tell
from ruangaman.intake.types import Direction, Relation, State, Step, ViolenceForm, state_after
from ruangaman.ui.moments import short
from ruangaman.vault import services as vault
from ruangaman.vault.services import Probe
from ruangaman.vault.types import Closed, Compartment, Content, GrantSpec, Purpose

Found = dict[UUID, Content | Closed]


@transaction.atomic
def open_case(
    *, code: str, manager: User, case_id: UUID, by: User, at: datetime, probes: Sequence[Probe] | None = None
) -> Case:
    """Open a case from a triaged report and name its manager, who receives the keys and assigns onward.

    The answers, the contact, the conversation so far and the files' keys are sealed again in the case's dossier; the
    report's own dossier is shared with the manager, who goes on talking to the reporter there. Whom nobody has answered
    yet waits on, until when they waited before.

    Args:
        case_id: minted with the form.
        probes: the reporter's number, stretched; None: not stretched, so it waits to be found.

    Raises:
        NotFound, AlreadyTaken.
        NotAllowed: `by` does not open cases, or lacks a key that the case needs.
        NotAssignable: `manager` manages no cases of this unit, or is too near to this one.
        AlreadyOpened: it is a case already, perhaps because the form was sent twice; nothing is written.
        WrongState: not triaged, or decided otherwise.

    Writes: the case with all that belongs to it, grants on the report's dossier, the report, one
        `intake.case_opened` event; perhaps a clock and one `cases.answer_awaited` event.
    Source: vault.md rule 10.
    """
    report = lock_report(code=code, by=by)
    if report.case_id is not None:
        raise AlreadyOpened(_("Dari laporan ini sudah dibuka kasus."))
    if not policies.can_open_case(by):
        raise NotAllowed(_("Anda tidak berwenang membuka kasus."))
    if state_after(report.state, Step.OPEN_CASE) is None:
        raise WrongState(_("Jawab dulu tiga pertanyaan triase."))
    refuse_if_held(report, by=by)
    with translation.override(settings.LANGUAGE_CODE):  # what is sealed is for everybody, whatever `by` reads in
        case = _make_case(report, manager=manager, case_id=case_id, probes=probes, by=by, at=at)
    hold(report, by=by, at=at)
    shared = ROLE_COMPARTMENTS[Role.MANAJER] & ROLE_COMPARTMENTS[Role.PETUGAS]
    grant = GrantSpec(manager.principal_id, shared, "case_manager")
    vault.share(dossier_id=report.dossier_id, to=[grant], by=by, at=at)
    report.state, report.case, report.needs_desk = State.CASE_OPENED, case, False
    report.save(update_fields=["state", "case", "needs_desk"])
    tell(events.CASE_OPENED, report, by=by, at=at, detail={"case": case.code})
    if report.answered_at is None:
        cases.await_answer(case=case, report_id=report.pk, due_at=report.due_at, by=by, at=at)
    return case


def _make_case(
    report: Report, *, manager: User, case_id: UUID, probes: Sequence[Probe] | None, by: User, at: datetime
) -> Case:
    messages = list(report.messages.order_by("sent_at", "id"))
    attachments = list(report.attachments.order_by("position", "id"))
    refs = [report.answers_ref, report.contact_ref, *(m.ref for m in messages), *(a.key_ref for a in attachments)]
    found = vault.reveal_many(refs=dict.fromkeys(refs, report.dossier_id), purpose=Purpose.OPEN_CASE, by=by, at=at)
    if any(isinstance(content, Closed) for content in found.values()):
        raise NotAllowed(_("Ada bagian laporan yang kuncinya tidak Anda pegang, jadi kasus tidak bisa dibuka lengkap."))
    answers, contact = _content(found, report.answers_ref), _content(found, report.contact_ref)
    people = _people(report, answers, contact)
    return cases.open_case(
        unit=report.desk.unit,
        case_type=CaseType(report.case_type),
        risk=RiskLevel(report.danger),
        authority=Authority(report.authority),
        kecamatan=kecamatan_of(_text(answers, "where")),
        manager=manager,
        by=by,
        at=at,
        contents={
            Compartment.NARRATIVE: [note_content(_text(answers, "what"), _facts(report, answers, contact))],
            Compartment.THREAD: _conversation(messages, found),
        },
        people=people,
        files=_files(attachments, found),
        forms=_forms(answers),
        case_id=case_id,
        probes=None if probes is None or people[0].id is None else {people[0].id: probes},
        kept_out=avoided_in(contact),
    )


def _content(found: Found, ref: UUID) -> Content:
    content = found[ref]
    return {} if isinstance(content, Closed) else content


def _text(content: Content, key: str) -> str:
    value = content.get(key)
    return value if isinstance(value, str) else ""


def _facts(report: Report, answers: Content, contact: Content) -> Iterable[SealedFact]:
    """What was chosen, as pairs of question and answer in words; what may cost a life comes first."""
    forms = [str(ViolenceForm(kind).label) for kind in _forms(answers)]
    relation, age, where = (_text(answers, key) for key in ("relation", "age_group", "where"))
    signs = ", ".join(str(Danger(code).label) for code in report.dangers)
    pairs = (
        (_("Masih terjadi saat melapor"), str(Now(report.now).label) if report.now else ""),
        (_("Tidak boleh tahu"), ", ".join(_kept_from(contact))),
        (_("Laporan"), report.code),
        (_("Laporan lain yang sama"), ", ".join(report.duplicates.order_by("code").values_list("code", flat=True))),
        (_("Tentang"), str(Who(report.who).label) if report.who else ""),
        (_("Yang terjadi"), ", ".join(forms)),
        (_("Kapan"), _text(answers, "when")),
        (_("Tempat"), KELURAHAN[where][0] if where in KELURAHAN else where),
        (_("Pelaku"), str(Relation(relation).label) if relation in Relation.values else relation),
        (_("Umur"), str(AgeGroup(age).label) if age in AgeGroup.values else age),
    )
    danger = [(_("Tanda bahaya"), signs, FactKey.DANGER.value)] if signs else []
    return [*danger, *((label, value) for label, value in pairs if value)]


def _forms(answers: Content) -> list[str]:
    """The forms of violence that the reporter chose."""
    kinds = answers.get("kinds")
    return [str(kind) for kind in kinds] if isinstance(kinds, list) else []


def _kept_from(contact: Content) -> list[str]:
    """The agencies and units that must not know, by name: whoever works on the case has to keep to it."""
    codes = avoided_in(contact)
    names = names_by_code() if codes else {}
    return [names.get(code, code) for code in codes]


def avoided_in(contact: Content) -> list[str]:
    """Return the codes of the agencies and units that the reporter keeps out."""
    avoid = contact.get("avoid")
    return [str(code) for code in avoid] if isinstance(avoid, list) else []


def _conversation(messages: list[Message], found: Found) -> list[Content]:
    return [
        note_content(
            _text(_content(found, message.ref), "text"),
            [(_("Dari"), str(Direction(message.direction).label)), (_("Dikirim"), short(message.sent_at))],
        )
        for message in messages
    ]


def _people(report: Report, answers: Content, contact: Content) -> list[NewPerson]:
    """The reporter with the way to reach her, and the person it is about when that is somebody else."""
    age = _text(answers, "age_group")
    way = _text(contact, "way")
    reporter = NewPerson(
        kind=PersonKind.VICTIM if report.who == Who.SELF else PersonKind.REPORTER,
        age_group=age if report.who == Who.SELF else "",
        id=uuid4(),
        identity=Identity(chosen_name=_text(contact, "name")),
        contact=SafeContact(
            way=way if way in ContactWay.values else "",
            value=_text(contact, "value"),
            hours=_text(contact, "hours"),
            never=_("Jangan dihubungi selain lewat tanda terimanya.") if way in {"", "none", "receipt"} else "",
        ),
    )
    if report.who == Who.SELF:
        return [reporter]
    return [reporter, NewPerson(kind=PersonKind.VICTIM, age_group=age)]


def _files(attachments: list[Attachment], found: Found) -> list[NewFile]:
    return [NewFile(file_id=one.file_id, key=_content(found, one.key_ref)) for one in attachments]
