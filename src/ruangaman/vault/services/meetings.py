"""What came of two tags being the same: who is told of it, and who is kept away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail
from ruangaman.core.errors import NotFound
from ruangaman.core.types import Actor
from ruangaman.vault import events, layout
from ruangaman.vault.models import Meeting, WaitingKind
from ruangaman.vault.types import Compartment


def list_meetings(*, dossiers: Collection[UUID]) -> list[Meeting]:
    """Return who may be the same as somebody in these dossiers, and is elsewhere, the oldest first."""
    return list(Meeting.objects.filter(found_id__in=dossiers, done_at=None).order_by("met_at", "id"))


def settle_meeting(*, meeting_id: UUID, dossier_id: UUID, by: Actor, at: datetime) -> None:
    """Note that somebody has looked whether the two are one. Twice is once.

    Raises:
        NotFound: no such meeting in this dossier.

    Writes: the row, one `vault.meeting_seen` event.
    """
    row = Meeting.objects.select_for_update().filter(pk=meeting_id, found_id=dossier_id).first()
    if row is None:
        raise NotFound(_("Tidak ada petunjuk seperti itu."))
    if row.done_at is None:
        row.done_at, row.done_by_id = at, by.principal_id
        row.save(update_fields=["done_at", "done_by"])
        audit.record(events.MEETING_SEEN, by=by, subject=row.origin_code, at=at, dossier_id=dossier_id)


def ask_about(*, meeting_id: UUID, parts: frozenset[Compartment], by: Actor, at: datetime) -> bool:
    """Ask whoever holds the other dossier to share it, so that the two can be compared; they may decline.

    Returns:
        Whether it was asked for now; False: it was before, or there is no such meeting for `by`.

    Writes: the line, one `vault.asked` event.
    """
    with connection.cursor() as cursor:
        bits = layout.compartment_bits(parts)
        cursor.execute("SELECT vault_ask_about(%s, %s, %s, %s)", [meeting_id, by.principal_id, bits, at])
        if not cursor.fetchone()[0]:
            return False
    detail: Detail = {
        "kind": WaitingKind.SHARE.value,
        "reason": "same_person",
        "principals": [str(by.principal_id)],
        "compartments": [part.name.lower() for part in sorted(parts)],
    }
    audit.record(events.ASKED, by=by, subject=str(meeting_id), at=at, detail=detail)
    return True


def is_barred(*, dossier_id: UUID, principal_id: UUID) -> bool:
    """Say whether somebody has to be kept away from a dossier, for a relative of theirs is in it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_is_barred(%s, %s)", [dossier_id, principal_id])
        return bool(cursor.fetchone()[0])


def is_lifted(*, dossier_id: UUID, principal_id: UUID) -> bool:
    """Say whether who oversees a dossier's unit has let somebody come to it, whatever speaks against it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_is_lifted(%s, %s)", [dossier_id, principal_id])
        return bool(cursor.fetchone()[0])


def list_barred_holders() -> list[tuple[UUID, UUID]]:
    """Return (dossier, principal) of people who hold keys that they should not, in units that the viewer oversees."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT dossier_id, principal_id FROM vault_barred_holders() ORDER BY 1, 2")
        return [(row[0], row[1]) for row in cursor.fetchall()]


def lift_bars(*, dossier_id: UUID, principal_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Let somebody come to a dossier after all. For who oversees its unit, and never for oneself.

    Whether there was anything to lift is not said: it would tell whose relative is in there.

    Args:
        reason: a code.

    Writes: the bars, one `vault.bar_lifted` event, whether or not there was one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_lift_bars(%s, %s, %s, %s)", [dossier_id, principal_id, by.principal_id, at])
    detail: Detail = {"principal": str(principal_id), "reason": reason}
    audit.record(events.BAR_LIFTED, by=by, subject=str(dossier_id), at=at, dossier_id=dossier_id, detail=detail)
