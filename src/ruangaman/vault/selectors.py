"""Reading who may open what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, Func, JSONField, Q, QuerySet, UUIDField, Value
from django.utils import timezone

from ruangaman.core.types import Actor
from ruangaman.vault.directory import SIGNATURES
from ruangaman.vault.directory import cached_directory as cached_directory
from ruangaman.vault.directory import read_directory as read_directory
from ruangaman.vault.grants import compartments_of as compartments_of
from ruangaman.vault.models import (
    ErasureOrder,
    Grant,
    Keeping,
    KeyOfficer,
    LegalHold,
    PrincipalKey,
    Waiting,
    WaitingKind,
)
from ruangaman.vault.types import Compartment, PrincipalKind

READ_GRANTS = (
    "SELECT id, epoch, principal_id, compartments, grantor_id, reason, not_after, made_at, generation"
    " FROM vault_dossier_grants(%s)"
)

GRANTS_AS_JSON = """
(SELECT coalesce(jsonb_agg(to_jsonb(g) || jsonb_build_object('keys', (
    SELECT coalesce(jsonb_agg(jsonb_build_array(p.kind, k.generation, k.retired_at IS NOT NULL)), '[]'::jsonb)
    FROM vault_principalkey k JOIN vault_principal p ON p.id = k.principal_id
    WHERE k.principal_id = g.principal_id AND p.retired_at IS NULL)) ORDER BY g.epoch, g.made_at, g.id), '[]'::jsonb)
FROM vault_dossier_grants(%(expressions)s) g)
"""


@dataclass(frozen=True)
class GrantView:
    """What may be known of a grant without its key. `compartments` None: the whole data key."""

    id: UUID
    epoch: int
    principal_id: UUID
    compartments: frozenset[Compartment] | None
    grantor_id: UUID | None
    reason: str
    not_after: datetime | None
    made_at: datetime
    generation: int = 1

    def is_live(self, at: datetime) -> bool:
        """Say whether the grant's time is not over."""
        return self.not_after is None or self.not_after > at


def list_grants(*, dossier_id: UUID, viewer: Actor, at: datetime | None = None) -> list[GrantView]:
    """Return the grants of a dossier, `viewer`'s own first; nothing for who neither holds one nor oversees the unit.

    Args:
        at: leave out those whose time is over at this moment.
    """
    views = [view for view in read_grants(dossier_id) if at is None or view.is_live(at)]
    return sorted(views, key=lambda view: view.principal_id not in viewer.principals)


def read_grants(dossier_id: UUID) -> list[GrantView]:
    """Return all grants of a dossier that the running transaction's viewer may know of."""
    with connection.cursor() as cursor:
        cursor.execute(READ_GRANTS, [dossier_id])
        return [
            GrantView(own, epoch, principal, compartments_of(bits), grantor, reason, not_after, made_at, generation)
            for own, epoch, principal, bits, grantor, reason, not_after, made_at, generation in cursor.fetchall()
        ]


def grants_as_json(dossier_id: UUID) -> Func:
    """Return the expression that says what `read_grants` says and which keys are alive, for one larger statement."""
    dossier = Value(dossier_id, output_field=UUIDField())
    return Func(dossier, template=GRANTS_AS_JSON, output_field=JSONField())


def grants_from_json(
    rows: Iterable[Mapping[str, Any]], *, viewer: Actor, at: datetime
) -> tuple[list[GrantView], set[UUID]]:
    """Return the live grants of what `grants_as_json` said, `viewer`'s own first, and whose key opens nothing."""
    views: list[GrantView] = []
    keys: list[tuple[UUID, str, int, bool]] = []
    for row in rows:
        view = GrantView(
            id=UUID(row["id"]),
            epoch=row["epoch"],
            principal_id=UUID(row["principal_id"]),
            compartments=compartments_of(row["compartments"]),
            grantor_id=UUID(row["grantor_id"]) if row["grantor_id"] else None,
            reason=row["reason"],
            not_after=datetime.fromisoformat(row["not_after"]) if row["not_after"] else None,
            made_at=datetime.fromisoformat(row["made_at"]),
            generation=row["generation"],
        )
        if view.is_live(at):
            views.append(view)
            keys += [(view.principal_id, *key) for key in row["keys"]]
    dead = _dead(views, keys)
    return sorted(views, key=lambda view: view.principal_id not in viewer.principals), dead


def list_dead(grants: Iterable[GrantView]) -> set[UUID]:
    """Return whose key behind these grants opens nothing any more: retired, or the lost generation of a person's."""
    views = list(grants)
    rows = PrincipalKey.objects.filter(
        principal_id__in={view.principal_id for view in views}, principal__retired_at=None
    ).values_list("principal_id", "principal__kind", "generation", "retired_at")
    return _dead(views, [(who, kind, generation, retired is not None) for who, kind, generation, retired in rows])


def _dead(grants: Iterable[GrantView], keys: Iterable[tuple[UUID, str, int, bool]]) -> set[UUID]:
    newest: dict[UUID, int] = {}
    for grant in grants:
        newest[grant.principal_id] = max(grant.generation, newest.get(grant.principal_id, 0))
    alive = {
        principal_id
        for principal_id, kind, generation, is_retired in keys
        if kind != PrincipalKind.USER or (generation == newest[principal_id] and not is_retired)
    }
    return newest.keys() - alive


def list_held_dossiers(*, principals: Iterable[UUID], at: datetime) -> list[UUID]:
    """Return the dossiers on which one of these principals holds a live grant."""
    live = Q(not_after=None) | Q(not_after__gt=at)
    rows = Grant.objects.filter(live, principal_id__in=list(principals))
    return list(rows.order_by().values_list("dossier_id", flat=True).distinct())


def list_requests(dossier_id: UUID) -> list[Waiting]:
    """Return what waits for somebody's keys on one dossier, oldest first."""
    return list(Waiting.objects.filter(dossier_id=dossier_id, done_at=None).order_by("asked_at", "id"))


def list_waiting(
    *,
    viewer: Actor,
    units: Collection[UUID],
    at: datetime,
    only: UUID | None = None,
    narrowed: Q | None = None,
    limit: int = 200,
) -> list[Waiting]:
    """Return what waits for keys and the viewer can do, oldest first.

    A new epoch can be begun by who holds a live grant or oversees the unit; shared can only be what one holds.

    Args:
        narrowed: which lines are looked at; without it the oldest of every kind fill the `limit`.
    """
    live = Q(not_after=None) | Q(not_after__gt=at)
    own = Grant.objects.filter(live, principal_id__in=viewer.principals)
    held: dict[UUID, set[Compartment]] = {}
    lines = Waiting.objects.filter(done_at=None, **({"id": only} if only else {})).select_related("dossier")
    mine = Q(dossier_id__in=own.values("dossier_id"))
    overseen = Q(dossier__unit_id__in=list(units), kind=WaitingKind.EPOCH)
    found = list(lines.filter(mine | overseen, narrowed or Q()).order_by("asked_at", "id")[:limit])
    shares = {line.dossier_id for line in found if line.kind == WaitingKind.SHARE}
    for dossier_id, bits in own.filter(dossier_id__in=shares).values_list("dossier_id", "compartments"):
        held.setdefault(dossier_id, set()).update(compartments_of(bits) or ())
    return [line for line in found if can_do(line, held=frozenset(held.get(line.dossier_id, ())), viewer=viewer)]


def unsigned_keys(by: QuerySet[Any, Any]) -> QuerySet[PrincipalKey]:
    """Return keys that too few key officers have signed, and this one has not: nothing for who is none.

    By the rows alone, for the pages that only ask whether there are any: no signature is checked.

    Args:
        by: a query for the principal.
    """
    officers = KeyOfficer.objects.values("principal_id")
    by_officers = Count("signatures", filter=Q(signatures__officer_id__in=officers))
    living = PrincipalKey.objects.filter(retired_at=None, principal__retired_at=None)
    rows = living.exclude(principal__kind=PrincipalKind.RECEIPT).filter(Exists(officers.filter(principal_id__in=by)))
    return rows.exclude(signatures__officer_id__in=by).annotate(signed=by_officers).filter(signed__lt=SIGNATURES)


def list_declined(*, dossier_id: UUID) -> set[UUID]:
    """Return the principals to whom the last answer of the holders was no."""
    lines = Waiting.objects.filter(dossier_id=dossier_id, kind=WaitingKind.SHARE).order_by("asked_at", "id")
    last = {line.principal_id: line.declined for line in lines if line.principal_id}
    return {who for who, declined in last.items() if declined}


def can_do(line: Waiting, *, held: frozenset[Compartment], viewer: Actor) -> bool:
    """Say whether the viewer can do what waits: begin an epoch always, share only what they hold, never to oneself."""
    if line.kind == WaitingKind.EPOCH:
        return True
    return line.principal_id not in viewer.principals and (compartments_of(line.compartments) or frozenset()) <= held


def held_of(*, dossier_id: UUID, viewer: Actor, at: datetime) -> frozenset[Compartment]:
    """Return the compartments of a dossier that the viewer holds, in whatever epoch."""
    own = Grant.objects.filter(dossier_id=dossier_id, principal_id__in=viewer.principals)
    live = own.filter(Q(not_after=None) | Q(not_after__gt=at)).values_list("compartments", flat=True)
    return frozenset(part for bits in live for part in compartments_of(bits) or ())


def get_hold(dossier_id: UUID) -> LegalHold | None:
    """Return what holds a dossier from being erased, or None."""
    return LegalHold.objects.filter(dossier_id=dossier_id, released_at=None).first()


def get_keeping(dossier_id: UUID) -> Keeping | None:
    """Return until when an ended dossier is kept, or None: it goes on."""
    return Keeping.objects.filter(dossier_id=dossier_id).select_related("retention", "dossier").first()


@dataclass(frozen=True)
class KeptView:
    """An ended dossier in the register: by its code, with what stands in the way and what was ordered."""

    keeping: Keeping
    hold: LegalHold | None
    order: ErasureOrder | None
    together: list[str]
    """Codes of what goes when it goes."""

    def is_due(self, at: datetime) -> bool:
        """Say whether its time is over."""
        return self.keeping.keep_until <= timezone.localdate(at)


def list_kept(*, codes: Collection[str] | None = None, limit: int = 200) -> list[KeptView]:
    """Return the ended dossiers that stand for themselves, due first, erased last. For keepers of the register."""
    rows = Keeping.objects.filter(with_dossier=None).select_related("retention", "dossier")
    if codes is not None:
        rows = rows.filter(code__in=codes)
    living_first = F("dossier__shredded_at").asc(nulls_first=True)
    found = list(rows.order_by(living_first, "keep_until", "code")[:limit])
    parts = going_with([row.dossier_id for row in found])
    everything = [row.dossier_id for row in found] + [part.dossier_id for several in parts.values() for part in several]
    holds = {one.dossier_id: one for one in LegalHold.objects.filter(dossier_id__in=everything, released_at=None)}
    orders = ErasureOrder.objects.filter(dossier_id__in=everything, withdrawn_at=None).order_by("proposed_at")
    ordered = {one.dossier_id: one for one in orders}
    return [_kept(row, parts[row.dossier_id], holds, ordered.get(row.dossier_id)) for row in found]


def going_with(dossier_ids: Collection[UUID]) -> dict[UUID, list[Keeping]]:
    """Return what goes when each of these goes, and what goes with that: words about a report that became a case."""
    root = {one: one for one in dossier_ids}
    parts: dict[UUID, list[Keeping]] = {one: [] for one in root}
    layer = list(root)
    while layer:
        rows = Keeping.objects.filter(with_dossier__in=layer).exclude(dossier__in=root).order_by("code", "dossier")
        layer = []
        for part in rows:
            root[part.dossier_id] = root[part.with_dossier_id]  # type: ignore[index]  # asked for by it
            parts[root[part.dossier_id]].append(part)
            layer.append(part.dossier_id)
    return parts


def _kept(
    row: Keeping, parts: Collection[Keeping], holds: dict[UUID, LegalHold], order: ErasureOrder | None
) -> KeptView:
    """An order counts that was given after the dossier ended the last time; what holds a part holds all of it."""
    held = [holds[one] for one in (row.dossier_id, *(part.dossier_id for part in parts)) if one in holds]
    counts = order is not None and order.proposed_at >= row.ended_at
    return KeptView(
        row, held[0] if held else None, order if counts else None, sorted({one.code for one in parts} - {row.code})
    )
