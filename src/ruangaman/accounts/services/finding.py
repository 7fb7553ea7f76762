"""Who may search by NIK and phone: they hold the key of their unit's index, and nobody else does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from ruangaman.accounts import selectors
from ruangaman.accounts.models import Relative, User
from ruangaman.accounts.types import Permission, Role, permissions_of
from ruangaman.audit import services as audit
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.vault import services as vault
from ruangaman.vault.services import Probe
from ruangaman.vault.sessions import StaffSessionStore
from ruangaman.vault.types import Closed, Content, IdentifierKind, Purpose

FINDERS = tuple(role for role in Role if Permission.PEOPLE_FIND in permissions_of(role))


@contextmanager
def at_the_door(*, cookie: str, permission: Permission | None, at: datetime) -> Iterator[User | None]:
    """Be whoever a session belongs to, for a short unit of work before the page takes its own.

    For what has to be known before something slow: who asks, and what is to be stretched. Call outside of any unit of
    work; what is slow comes after it.

    Args:
        permission: None: everybody who works here may enter.

    Yields:
        Who it is, told to the database; None: nobody who may enter with open keys. The page says so itself.
    """
    with audit.unit_of_work(DatabaseRole.WEB) as unit:
        viewer = selectors.load_viewer(session=StaffSessionStore(cookie), at=at, activity=False)
        may = viewer is not None and (permission is None or viewer.has(permission)) and viewer.keyring is not None
        if viewer is None or not may or not viewer.has_second_factor or viewer.waits_at:
            yield None
            return
        unit.set_viewer(viewer.pk, viewer.principals, viewer.oversight_units)
        yield viewer


def finders_of(unit_id: UUID) -> list[UUID]:
    """Return the principals of those who may search in a unit: who sits at one of its desks, and its case managers."""
    seated = Q(desk_memberships__until=None, desk_memberships__desk__unit_id=unit_id)
    users = User.objects.filter(unit_id=unit_id, is_active=True, role__in=FINDERS)
    rows = users.filter(seated | Q(role=Role.MANAJER)).order_by("principal_id").distinct()
    return list(rows.values_list("principal_id", flat=True))


def has_declared(*, by: User) -> bool:
    """Say whether a colleague has declared somebody who is not in the index yet, and `by` may take them in."""
    return by.has(Permission.PEOPLE_FIND) and _declared(by).exists()


@transaction.atomic
def ready_to_find(*, by: User, at: datetime) -> bool:
    """Bring the index of one's unit up to date: whoever may search has the key, what was declared is in it.

    Returns:
        Whether `by` holds the key.

    Raises:
        Locked: the keys of `by` are locked.

    Writes: what `vault.ready_index` and `take_in` write; nothing when all is as it should be.
    """
    if not by.has(Permission.PEOPLE_FIND):
        return False
    holds = vault.ready_index(unit_id=by.unit_id, holders=finders_of(by.unit_id), by=by, at=at)
    if holds:
        take_in(by=by, at=at)
    return holds


def take_in(*, by: User, at: datetime) -> int:
    """Take into the index what colleagues without its key have declared. Returns how many.

    Writes: tags, the declarations, `vault.indexed` events, bars.
    """
    rows = list(_declared(by))
    held = set(vault.held_among(dossiers=[row.dossier_id for row in rows], by=by, at=at))
    found = [row for row in rows if row.dossier_id in held]
    refs = {row.numbers_ref: row.dossier_id for row in found}
    opened = vault.reveal_many(refs=refs, purpose=Purpose.FINDING, by=by, at=at) if refs else {}
    count = 0
    for row in found:
        content = opened[row.numbers_ref]
        if isinstance(content, Closed):
            continue
        count += index_relative(row, probes_of(content), by=by, at=at)
    return count


def index_relative(row: Relative, probes: tuple[Probe, ...], *, by: User, at: datetime) -> bool:
    """Take one declaration into the index, if `by` holds its key.

    Writes: tags, the row, what `vault.index_kin` records.
    """
    done = vault.index_kin(
        unit_id=row.user.unit_id,
        dossier_id=row.dossier_id,
        ref=row.pk,
        probes=probes,
        principal_id=row.user.principal_id,
        by=by,
        at=at,
    )
    if done:
        row.indexed_at = at
        row.save(update_fields=["indexed_at"])
    return done


def _declared(by: User) -> QuerySet[Relative]:
    rows = Relative.objects.filter(indexed_at=None, withdrawn_at=None, user__unit_id=by.unit_id)
    return rows.select_related("user")


def numbers_content(probes: tuple[Probe, ...]) -> Content:
    """Return what is sealed of stretched numbers."""
    return {"numbers": [[probe.kind.value, probe.stretched.hex()] for probe in probes]}


def probes_of(content: Content) -> tuple[Probe, ...]:
    """Return the stretched numbers in what was sealed of them."""
    rows = content.get("numbers")
    pairs = rows if isinstance(rows, list) else []
    return tuple(Probe(IdentifierKind(kind), bytes.fromhex(stretched)) for kind, stretched in pairs)
