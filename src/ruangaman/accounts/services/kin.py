"""What people who work here declare: relatives whose cases must not come to them, places they are too near to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts import events
from ruangaman.accounts.models import Agency, AvoidedPlace, Relative, Unit, User
from ruangaman.accounts.services.finding import at_the_door, finders_of, index_relative, numbers_content, ready_to_find
from ruangaman.audit import services as audit
from ruangaman.core.errors import Busy, Conflict, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.errors import TooMany
from ruangaman.vault.services import Probe
from ruangaman.vault.types import Closed, Compartment, GrantSpec, IdentifierKind, Purpose

KIND = "kin"


@dataclass(frozen=True)
class Named:
    """What is sealed of a relative, for whoever declared them."""

    name: str
    relation: str


def prepare_relative(*, cookie: str, nik: str, phone: str, at: datetime) -> tuple[Probe, ...] | None:
    """Stretch the numbers of a relative. Call outside of any unit of work.

    Returns:
        None: nobody who works here with open keys, or too many hash at once; nothing is to be declared then.

    Writes: one count.
    """
    try:
        with at_the_door(cookie=cookie, permission=None, at=at) as viewer:
            if viewer is None:
                return None
            vault.count_lookup(by=viewer, at=at)
        return vault.stretch_all([(IdentifierKind.NIK, nik), (IdentifierKind.PHONE, phone)])
    except (Busy, TooMany):
        return None


@transaction.atomic
def declare_relative(
    *,
    name: str,
    relation: str,
    probes: tuple[Probe, ...],
    by: User,
    at: datetime,
    relative_id: UUID | None = None,
) -> Relative:
    """Declare a relative: the name for oneself alone, the stretched numbers for those who hold the index's key.

    Args:
        relation: in words of one's own, or a code.
        probes: at least one number.
        relative_id: the new row's id, minted with the form: asked twice, the first row is returned.

    Raises:
        Conflict: no number.
        Locked: the keys of `by` are locked.

    Writes: a dossier with name and numbers, the row, one `accounts.relative_declared` event; with the index's key the
        tags too.
    """
    found = Relative.objects.filter(pk=relative_id, user=by).first() if relative_id else None
    if found is not None:
        return found
    if not probes:
        raise Conflict(_("Tulis NIK atau nomor telepon. Tanpa itu kerabat Anda tidak dapat dikenali."))
    own = GrantSpec(by.principal_id, frozenset({Compartment.IDENTITY, Compartment.WORK}), KIND)
    takers = vault.active_among([one for one in finders_of(by.unit_id) if one != by.principal_id])
    grants = [own, *(GrantSpec(one, frozenset({Compartment.WORK}), KIND) for one in takers)]
    opened = vault.new_dossier(kind=KIND, unit_id=None, grants=grants, at=at, by=by)
    row = Relative(
        id=relative_id or uuid4(),
        user=by,
        dossier_id=opened.dossier_id,
        name_ref=vault.seal_in(opened, Compartment.IDENTITY, {"name": name, "relation": relation}, at),
        numbers_ref=vault.seal_in(opened, Compartment.WORK, numbers_content(probes), at),
        declared_at=at,
    )
    row.save(force_insert=True)
    audit.record(events.RELATIVE_DECLARED, by=by, subject=str(row.pk), at=at, dossier_id=opened.dossier_id)
    if ready_to_find(by=by, at=at) and row.indexed_at is None:
        row.refresh_from_db()
        if row.indexed_at is None:
            index_relative(row, probes, by=by, at=at)
    return row


@transaction.atomic
def withdraw_relative(*, relative_id: UUID, by: User, at: datetime) -> Relative:
    """Take a declaration back. What it has already kept one away from stays so: only another lifts that.

    Raises:
        NotFound: no such declaration of one's own.

    Writes: the row, deletes tags, one `accounts.relative_withdrawn` event.
    """
    row = Relative.objects.select_for_update().filter(pk=relative_id, user=by).first()
    if row is None:
        raise NotFound(_("Tidak ada kerabat seperti itu."))
    if row.withdrawn_at is None:
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        vault.forget_kin(ref=row.pk)
        audit.record(events.RELATIVE_WITHDRAWN, by=by, subject=str(row.pk), at=at, dossier_id=row.dossier_id)
    return row


def list_relatives(*, by: User) -> list[Relative]:
    """Return whom somebody declared, the oldest first."""
    return list(Relative.objects.filter(user=by, withdrawn_at=None).order_by("declared_at", "id"))


def open_names(*, rows: Sequence[Relative], by: User, at: datetime) -> dict[UUID, Named]:
    """Open the names of one's own relatives. Leaves one audit event for each."""
    refs = {row.name_ref: row.dossier_id for row in rows}
    opened = vault.reveal_many(refs=refs, purpose=Purpose.CORRECTION, by=by, at=at) if refs else {}
    named = {}
    for row in rows:
        content = opened[row.name_ref]
        if not isinstance(content, Closed):
            named[row.pk] = Named(str(content.get("name", "")), str(content.get("relation", "")))
    return named


@transaction.atomic
def avoid_place(*, code: str, by: User, at: datetime) -> AvoidedPlace:
    """Declare an agency or unit that one is too near to. Twice is once.

    Args:
        code: of an agency or unit, or of a body outside that an accused may work for.

    Writes: the row, one `accounts.place_avoided` event.
    """
    found = AvoidedPlace.objects.filter(user=by, code=code, until=None).first()
    if found is not None:
        return found
    row = AvoidedPlace(user=by, code=code, since=at)
    row.save(force_insert=True)
    audit.record(events.PLACE_AVOIDED, by=by, subject=code, at=at)
    return row


@transaction.atomic
def end_place(*, code: str, by: User, at: datetime) -> None:
    """Take a place back. Twice is once.

    Writes: the row, one `accounts.place_ended` event.
    """
    if AvoidedPlace.objects.filter(user=by, code=code, until=None).update(until=at):
        audit.record(events.PLACE_ENDED, by=by, subject=code, at=at)


def list_places(*, by: User) -> list[AvoidedPlace]:
    """Return the places that somebody declared, in the order of their names."""
    return list(AvoidedPlace.objects.filter(user=by, until=None).order_by("code"))


def place_names() -> dict[str, str]:
    """Return the names of agencies and units by their code."""
    return {**dict(Agency.objects.values_list("code", "name")), **dict(Unit.objects.values_list("code", "name"))}
