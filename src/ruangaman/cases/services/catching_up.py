"""People whose numbers wait to come into the index: added by somebody without its key, or before there was one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from ruangaman.accounts.models import User
from ruangaman.accounts.services import finding
from ruangaman.accounts.types import Permission
from ruangaman.cases.selectors.people import list_unindexed, read_part
from ruangaman.cases.services.people import index_row
from ruangaman.cases.types import contact_of, identity_of, numbers_of
from ruangaman.core.errors import Busy
from ruangaman.vault import services as vault
from ruangaman.vault.services import Probe
from ruangaman.vault.types import IdentifierKind, Purpose

MOST_AT_ONCE = 20
"""Two numbers each, a fortieth of a second for each number."""
Numbers = dict[UUID, list[tuple[IdentifierKind, str]]]


def read_waiting_numbers(*, by: User, at: datetime) -> Numbers:
    """Open the numbers of people who cannot be found yet, in cases that `by` manages: at most `MOST_AT_ONCE` people.

    Writes: one `vault.revealed` event for each case.
    """
    rows = list(list_unindexed(viewer=by)[:MOST_AT_ONCE])
    refs = {ref: row.case.dossier_id for row in rows for ref in (row.identity_ref, row.contact_ref) if ref}
    opened = vault.reveal_many(refs=refs, purpose=Purpose.FINDING, by=by, at=at) if refs else {}
    return {
        row.pk: numbers_of(
            read_part(opened.get(row.identity_ref), identity_of, None),
            read_part(opened.get(row.contact_ref) if row.contact_ref else None, contact_of, None),
        )
        for row in rows
    }


def stretch_numbers(*, cookie: str, nik: str, phone: str, at: datetime) -> tuple[Probe, ...] | None:
    """Stretch what is typed of somebody, for whoever may search. Call outside of any unit of work.

    Returns:
        None: nobody who may, or too many hash at once: what is saved then waits to be found.
    """
    with finding.at_the_door(cookie=cookie, permission=Permission.PEOPLE_FIND, at=at) as viewer:
        if viewer is None:
            return None
    try:
        return vault.stretch_all([(IdentifierKind.NIK, nik), (IdentifierKind.PHONE, phone)])
    except Busy:
        return None


@transaction.atomic
def index_waiting(*, found: Mapping[UUID, Sequence[Probe]], by: User, at: datetime) -> int:
    """Let people be found by their numbers. Returns how many.

    Args:
        found: by person, what `read_waiting_numbers` read, stretched.

    Writes: what `index_row` writes for each.
    """
    rows = list(list_unindexed(viewer=by).filter(pk__in=found))
    for row in rows:
        index_row(row.case, row, found[row.pk], by=by, at=at)
    return sum(row.indexed_at is not None for row in rows)
