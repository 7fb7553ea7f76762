"""People in a case: who they are is sealed, what they are to the case is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.accounts.services import finding
from ruangaman.audit.types import Detail, EventType
from ruangaman.cases import events
from ruangaman.cases.models import Case, Person
from ruangaman.cases.services.loading import find_first, lock_writable, seal
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import Identity, NewPerson, PersonKind, SafeContact, person_content
from ruangaman.core.errors import NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.services import Probe
from ruangaman.vault.types import Compartment, TagSubject


@transaction.atomic
def add_person(
    *, code: str, person: NewPerson, by: User, at: datetime, probes: Sequence[Probe] | None = None
) -> Person:
    """Add somebody to a case.

    Args:
        person: with `id`, the new row's id minted with the form: asked twice, the first row is returned.
        probes: their numbers, stretched; None: not stretched, so they wait to be found by them.

    Raises:
        NotFound: no such case for `by`.
        CaseClosed, NotAllowed: nothing is written.

    Writes: sealed identity, sealed contact if there is one, the row, one `cases.person_added` event; what
        `index_row` writes.
    """
    case = lock_writable(code, by)
    found = find_first(Person, person.id, case)
    if found is not None:
        return found
    identity_ref = seal(case, Compartment.IDENTITY, person_content(person.identity), by=by, at=at)
    contact_ref = None
    if person.contact is not None:
        contact_ref = seal(case, Compartment.CONTACT, person_content(person.contact), by=by, at=at)
    row = Person(
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
    row.save(force_insert=True)
    _record(events.PERSON_ADDED, case, row, by=by, at=at)
    index_row(case, row, probes, by=by, at=at, is_new=True)
    return row


@transaction.atomic
def edit_person(
    *,
    code: str,
    person_id: UUID,
    kind: PersonKind,
    sex: str,
    age_group: str,
    identity: Identity,
    contact: SafeContact | None,
    by: User,
    at: datetime,
    probes: Sequence[Probe] | None = None,
) -> Person:
    """Correct what is known about somebody: sealed again in the same place, as a new version.

    Args:
        contact: None leaves the contact as it is, for those who cannot open it.
        probes: as in `add_person`.

    Raises:
        NotFound: no such case or person for `by`.
        CaseClosed, NotAllowed: nothing is written.

    Writes: new versions of the sealed parts, the row, one `cases.person_edited` event; what `index_row` writes.
    """
    case = lock_writable(code, by)
    row = Person.objects.select_for_update().filter(pk=person_id, case=case).first()
    if row is None:
        raise NotFound(_("Orang ini tidak ada dalam kasus ini."))
    _reseal(case, row.identity_ref, Compartment.IDENTITY, identity, by=by, at=at)
    if contact is not None and row.contact_ref is not None:
        _reseal(case, row.contact_ref, Compartment.CONTACT, contact, by=by, at=at)
    elif contact is not None and person_content(contact):
        row.contact_ref = seal(case, Compartment.CONTACT, person_content(contact), by=by, at=at)
    row.kind, row.sex, row.age_group = kind, sex, age_group
    row.save(update_fields=["kind", "sex", "age_group", "contact_ref"])
    _record(events.PERSON_EDITED, case, row, by=by, at=at)
    index_row(case, row, probes, by=by, at=at)
    return row


def index_row(
    case: Case, row: Person, probes: Sequence[Probe] | None, *, by: User, at: datetime, is_new: bool = False
) -> None:
    """Let somebody be found by the numbers that are now sealed of them, or note that this waits for a holder.

    Args:
        is_new: no number of theirs was ever in the index: without one now there is nothing to do.

    Writes: tags, meetings and bars through the vault; the row.
    """
    done = (is_new and probes is not None and not probes) or (
        probes is not None
        and finding.ready_to_find(by=by, at=at)
        and vault.index_person(
            unit_id=case.unit_id,
            dossier_id=case.dossier_id,
            ref=row.pk,
            probes=probes,
            subject=TagSubject.PERSON,
            code=case.code,
            by=by,
            at=at,
        )
    )
    moment = at if done else None
    if row.indexed_at != moment:
        row.indexed_at = moment
        row.save(update_fields=["indexed_at"])


def _reseal(
    case: Case, ref: UUID, compartment: Compartment, part: Identity | SafeContact, *, by: User, at: datetime
) -> None:
    seal(case, compartment, person_content(part), by=by, at=at, ref=ref)


def _record(event: EventType, case: Case, row: Person, *, by: User, at: datetime) -> None:
    detail: Detail = {"kind": row.kind, "person": str(row.pk)}
    tell(event, case, by=by, at=at, detail=detail)
