"""Opening a case: a dossier of its own, its keys to the manager, what came from the report sealed anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import Unit, User
from ruangaman.accounts.types import ROLE_COMPARTMENTS, Role
from ruangaman.audit.types import Detail
from ruangaman.cases import events, policies
from ruangaman.cases.errors import NotAssignable
from ruangaman.cases.models import Assignment, Case, CaseFile, Note, Person
from ruangaman.cases.services.conflicts import refuse_new_conflict
from ruangaman.cases.services.people import index_row
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import (
    Content,
    NewFile,
    NewPerson,
    NoteSource,
    first_state,
    person_content,
)
from ruangaman.core.codelists import Authority, CaseType, RiskLevel
from ruangaman.core.errors import NotAllowed
from ruangaman.vault import services as vault
from ruangaman.vault.services import OpenDossier, Probe
from ruangaman.vault.types import Compartment, GrantSpec


@transaction.atomic
def open_case(
    *,
    unit: Unit,
    case_type: CaseType,
    risk: RiskLevel,
    authority: Authority,
    kecamatan: str,
    manager: User,
    by: User,
    at: datetime,
    contents: Mapping[Compartment, Sequence[Content]] | None = None,
    people: Sequence[NewPerson] = (),
    files: Sequence[NewFile] = (),
    forms: Sequence[str] = (),
    case_id: UUID | None = None,
    probes: Mapping[UUID, Sequence[Probe]] | None = None,
    kept_out: Collection[str] = (),
) -> Case:
    """Open a case for a manager, with what came from the report sealed under the case's own keys.

    Keys go to the manager, to recovery and to the unit's break-glass principal; not to the desk that opens it.

    Args:
        kecamatan: code, or "" when it is not known.
        contents: becomes one note each in its compartment; made by `types.note_content`.
        people: those who are known; identity and contact are sealed.
        files: keys of files that stay where they are; sealed in the attachment compartment.
        forms: of violence that the report spoke of: they begin clocks, and are kept nowhere.
        case_id: the new row's id, minted with the form: asked twice, the first case is returned.
        probes: numbers of `people` by their ids, stretched; who is not in it waits to be found by theirs.
        kept_out: codes of agencies and units that must not know.

    Raises:
        NotAllowed: `by` may not open cases.
        NotAssignable: `manager` manages no cases of this unit, or is too near to this one.

    Writes: the dossier and its grants, the case, one assignment, people, notes, files, clocks, one `cases.opened`
        event; what `index_row` writes.
    Source: vault.md rule 10.
    """
    if not policies.can_open(by):
        raise NotAllowed(_("Anda tidak berwenang membuka kasus."))
    if not policies.can_manage(manager, unit.pk):
        raise NotAssignable(_("Orang ini tidak dapat menjadi manajer kasus di unit ini."))
    case_id = case_id or uuid4()
    with _opening(case_id):
        found = Case.objects.filter(pk=case_id).first()
        if found is not None:
            return found
        numbers = [probe for several in (probes or {}).values() for probe in several]
        refuse_new_conflict(unit_id=unit.pk, manager=manager, probes=numbers, kept_out=kept_out, by=by, at=at)
        state = first_state(risk=risk, authority=authority)
        opened = vault.new_dossier(kind="case", unit_id=unit.pk, grants=_first_grants(unit, manager), at=at, by=by)
        case = Case(
            id=case_id,
            unit=unit,
            dossier_id=opened.dossier_id,
            state=state,
            state_since=at,
            case_type=case_type,
            risk=risk,
            authority=authority,
            kecamatan=kecamatan,
            manager=manager,
            opened_at=at,
            opened_by=by,
        )
        case.save(force_insert=True)
        Assignment(case=case, user=manager, role=Role.MANAJER, since=at, by=by).save(force_insert=True)
        _seal_people(case, opened, people, probes or {}, by=by, at=at)
        _seal_notes(case, opened, contents or {}, by=by, at=at)
        _seal_files(case, opened, files, by=by, at=at)
    _record_opened(case, forms, by=by, at=at)
    return case


def _record_opened(case: Case, forms: Sequence[str], *, by: User, at: datetime) -> None:
    detail: Detail = {
        "case_type": str(case.case_type),
        "risk": int(case.risk),
        "authority": str(case.authority),
        "state": str(case.state),
        "manager": str(case.manager_id),
    }
    tell(events.CASE_OPENED, case, by=by, at=at, detail=detail, forms=forms)


def _first_grants(unit: Unit, manager: User) -> list[GrantSpec]:
    """Return whom the vault wraps to beside the recovery key, which it never leaves out."""
    grants = [GrantSpec(manager.principal_id, ROLE_COMPARTMENTS[Role.MANAJER], "manager")]
    if unit.breakglass_id is not None:
        grants.append(GrantSpec(unit.breakglass_id, None, "breakglass"))
    return grants


@contextmanager
def _opening(case_id: UUID) -> Iterator[None]:
    """Let row-level security show this one case to the person who opens it, until it is opened."""
    _set_opening(str(case_id))
    yield
    _set_opening("")


def _set_opening(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ra.opening', %s, true)", [value])


def _seal_people(
    case: Case,
    opened: OpenDossier,
    people: Sequence[NewPerson],
    probes: Mapping[UUID, Sequence[Probe]],
    *,
    by: User,
    at: datetime,
) -> None:
    rows = []
    for person in people:
        identity_ref = vault.seal_in(opened, Compartment.IDENTITY, person_content(person.identity), at)
        contact_ref = None
        if person.contact is not None:
            contact_ref = vault.seal_in(opened, Compartment.CONTACT, person_content(person.contact), at)
        rows.append(
            Person(
                id=person.id or uuid4(),
                case=case,
                kind=person.kind,
                sex=person.sex,
                age_group=person.age_group,
                identity_ref=identity_ref,
                contact_ref=contact_ref,
                added_at=at,
                added_by=by,
            )
        )
    Person.objects.bulk_create(rows)
    for row in rows:
        if row.pk in probes:
            index_row(case, row, probes[row.pk], by=by, at=at, is_new=True)


def _seal_notes(
    case: Case,
    opened: OpenDossier,
    contents: Mapping[Compartment, Sequence[Content]],
    *,
    by: User,
    at: datetime,
) -> None:
    Note.objects.bulk_create(
        Note(
            case=case,
            compartment=compartment,
            source=NoteSource.REPORT,
            ref=vault.seal_in(opened, compartment, content, at),
            author=by,
            at=at,
        )
        for compartment, several in contents.items()
        for content in several
    )


def _seal_files(case: Case, opened: OpenDossier, files: Sequence[NewFile], *, by: User, at: datetime) -> None:
    CaseFile.objects.bulk_create(
        CaseFile(
            case=case,
            file_id=file.file_id,
            key_ref=vault.seal_in(opened, Compartment.ATTACHMENT, file.key, at),
            position=position,
            added_at=at,
            added_by=by,
        )
        for position, file in enumerate(files)
    )
