"""Reading who may open what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from ruangaman.core.types import Actor
from ruangaman.vault.directory import cached_directory as cached_directory
from ruangaman.vault.directory import read_directory as read_directory
from ruangaman.vault.grants import compartments_of
from ruangaman.vault.models import Grant
from ruangaman.vault.types import Compartment

READ_GRANTS = (
    "SELECT epoch, principal_id, compartments, grantor_id, reason, not_after, made_at FROM vault_dossier_grants(%s)"
)


@dataclass(frozen=True)
class GrantView:
    """What may be known of a grant without its key. `compartments` None: the whole data key."""

    epoch: int
    principal_id: UUID
    compartments: frozenset[Compartment] | None
    grantor_id: UUID | None
    reason: str
    not_after: datetime | None
    made_at: datetime

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
            GrantView(epoch, principal, compartments_of(bits), grantor, reason, not_after, made_at)
            for epoch, principal, bits, grantor, reason, not_after, made_at in cursor.fetchall()
        ]


def list_held_dossiers(*, principals: Iterable[UUID], at: datetime) -> list[UUID]:
    """Return the dossiers on which one of these principals holds a live grant."""
    live = Q(not_after=None) | Q(not_after__gt=at)
    rows = Grant.objects.filter(live, principal_id__in=list(principals))
    return list(rows.order_by().values_list("dossier_id", flat=True).distinct())
