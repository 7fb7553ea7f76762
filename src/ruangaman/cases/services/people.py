"""People in a case: who they are is sealed, what they are to the case is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from ruangaman.accounts.models import User
from ruangaman.accounts.services import finding
from ruangaman.audit.types import Detail
from ruangaman.cases import events
from ruangaman.cases.models import Case, Person
from ruangaman.cases.services.loading import find_first, lock_writable, seal
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import NewPerson, person_content
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
    detail: Detail = {"kind": row.kind, "person": str(row.pk)}
    tell(events.PERSON_ADDED, case, by=by, at=at, detail=detail)
    index_row(case, row, probes, by=by, at=at, is_new=True)
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
