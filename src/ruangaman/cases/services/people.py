"""People in a case: who they are is sealed, what they are to the case is not."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events
from ruangaman.cases.models import Person
from ruangaman.cases.services.loading import find_first, lock_writable, seal
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import NewPerson, person_content
from ruangaman.vault.types import Compartment


@transaction.atomic
def add_person(*, code: str, person: NewPerson, by: User, at: datetime) -> Person:
    """Add somebody to a case.

    Args:
        person: with `id`, the new row's id minted with the form: asked twice, the first row is returned.

    Raises:
        NotFound: no such case for `by`.
        CaseClosed, NotAllowed: nothing is written.

    Writes: sealed identity, sealed contact if there is one, the row, one `cases.person_added` event.
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
    return row
