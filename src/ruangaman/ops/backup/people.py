"""Whom a restore has brought back: everybody who can sign in, said to one person who goes through them.

A backup is older than the day it is put back. Who left since then, or lost a seat or a grant, has it again, and nothing
beside the database knows of it for certain; an export of the trail that somebody made since then does, up to its end.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q

from ruangaman.accounts import events
from ruangaman.accounts.models import DeskMember, Invitation, Unit, User
from ruangaman.audit import services as audit
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.cases.models import Access
from ruangaman.core import clock
from ruangaman.ops.backup.types import BackupError
from ruangaman.vault import services as vault
from ruangaman.vault.models import Grant

TAKEN_AWAY = frozenset(
    {
        "accounts.left", "accounts.unseated", "accounts.invitation_withdrawn", "cases.access_ended", "cases.unassigned",
        "cases.manager_changed", "vault.group_changed", "vault.revoked", "vault.wraps_deleted",
    }
)  # fmt: skip
"""Events after which somebody can do less than before."""
_NAMED = ("user", "principals", "before", "removed")
"""Fields of such events that name people."""
Later = Mapping[str, list[str]]


def describe(*, at: datetime, later: Path | None = None) -> list[str]:
    """Return the list, a line each, to be said to a person and never written. Django is set up as `migrate`.

    Args:
        later: an export of the trail that was made after the backup.

    Raises:
        BackupError: that export is not one of this installation, or does not hold.

    Writes: one `accounts.people_listed` event: names were read.
    """
    with unit_of_work(Role.MIGRATE):
        known = _read_later(later) if later else {}
        people = list(User.objects.filter(is_active=True).select_related("unit").order_by("unit__name", "username"))
        closed = User.objects.filter(is_active=False).count()
        lines = [
            f"{len(people)} people can sign in now: their accounts are open. {closed} closed accounts are not listed.",
            "Some of them may have left, or lost something, since the backup:",
        ]
        facts = _Facts(at)
        for user in people:
            lines.append(f"  {user.username}: {user.display_name}, {user.get_role_display()}, {user.unit}")
            lines.append(f"      {'; '.join(facts.of(user))}")
            lines += [f"      since the backup: {said}" for said in _said_of(user, known)]
        lines += _passing(at, known)
        audit.record(events.PEOPLE_LISTED, by=None, subject="people", at=at, detail={"people": len(people)})
    return [*lines, *_WHAT_TO_DO]


def count_people() -> int:
    """Return how many people can sign in: those whose account is open, everywhere this number is said."""
    with unit_of_work(Role.MIGRATE):
        return User.objects.filter(is_active=True).count()


def note_checked() -> None:
    """Leave in the trail that a person went through the list.

    Raises:
        BackupError: nothing was restored here, so there is nothing to have looked at.

    Writes: one `accounts.people_checked` event.
    """
    with unit_of_work(Role.MIGRATE):
        if not AuditEvent.objects.filter(type="vault.restored").exists():
            raise BackupError("Nothing was restored here: there is nobody to go through. Nothing was noted.")
        people = User.objects.filter(is_active=True).count()
        audit.record(events.PEOPLE_CHECKED, by=None, subject="people", at=clock.now(), detail={"people": people})


class _Facts:
    """What a person holds, read once for all of them."""

    def __init__(self, at: datetime) -> None:
        signed_in = AuditEvent.objects.filter(type="accounts.signed_in").values_list("actor")
        live = Grant.objects.filter(Q(not_after=None) | Q(not_after__gt=at), dossier__shredded_at=None)
        self.seen: dict[str, datetime] = dict(signed_in.annotate(Max("at")))
        self.opens: dict[UUID, int] = dict(live.values_list("principal_id").annotate(Count("dossier", distinct=True)))
        self.officers = set(vault.list_officers())
        groups = [unit.breakglass_id for unit in Unit.objects.all() if unit.breakglass_id]
        self.emergency = {member for group in groups for member in vault.read_members(group)}
        self.desks: dict[UUID, list[str]] = defaultdict(list)
        for seat in DeskMember.objects.filter(until=None).select_related("desk"):
            self.desks[seat.user_id].append(seat.desk.name)

    def of(self, user: User) -> Iterator[str]:
        """Yield them."""
        seen = self.seen.get(str(user.principal_id))
        yield f"signed in last {seen:%Y-%m-%d %H:%M} UTC" if seen else "never signed in"
        yield f"opens {self.opens.get(user.principal_id, 0)} dossiers"
        if user.pk in self.desks:
            yield f"sits at {', '.join(self.desks[user.pk])}"
        if user.principal_id in self.officers:
            yield "key officer"
        if user.principal_id in self.emergency:
            yield "holds the emergency key"


def _passing(at: datetime, known: Later) -> Iterator[str]:
    """Yield what somebody may have taken back since: reading for a while, invitations on paper."""
    running = Access.objects.filter(ended_at=None, not_after__gt=at).select_related("case", "user")
    for access in running.order_by("case__code", "user__username"):
        yield f"  may read a part of {access.case.code} until {access.not_after:%Y-%m-%d}: {access.user.username}"
    unused = Invitation.objects.filter(used_at=None, withdrawn_at=None, expires_at__gt=at)
    for paper in unused.order_by("username"):
        yield f"  invited, good until {paper.expires_at:%Y-%m-%d}: {paper.username}, {paper.get_role_display()}"
        yield from (f"      since the backup: {said}" for said in known.get(str(paper.pk), ()))


def _said_of(user: User, known: Later) -> list[str]:
    return sorted({said for key in (user.pk, user.principal_id) for said in known.get(str(key), ())})


def _read_later(path: Path) -> dict[str, list[str]]:
    """Return what an export tells of rows that this database has not, by the ids that they name."""
    from ruangaman.vault import notebook, trailfile

    try:
        verdict = trailfile.verify_file(path, notebook.public_key())
    except (notebook.NoKey, ValueError) as error:
        raise BackupError(f"{path}: {error}") from None
    if verdict.fault is not None:
        raise BackupError(f"{path} does not hold ({verdict.fault}): it says nothing that could be trusted.")
    found: dict[str, list[str]] = defaultdict(list)
    with path.open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            if row.get("type") in TAKEN_AWAY and not _is_here(row):
                for name in _names(row):
                    found[name].append(f"{row['type']} at {row['at'][:16]}")
    return found


def _is_here(row: Mapping[str, Any]) -> bool:
    return AuditEvent.objects.filter(lane=row["lane"], seq=row["seq"], hash=bytes.fromhex(row["hash"])).exists()


def _names(row: Mapping[str, Any]) -> Iterator[str]:
    yield row["subject"]
    detail = json.loads(row["detail"])
    for field in _NAMED:
        value = detail.get(field, [])
        yield from [value] if isinstance(value, str) else value


_WHAT_TO_DO = (
    "Go through them with the head of the unit: the screens (People, Settings, each case) take away what is too much.",
    "Roles, seats and grants are as they were when the backup was taken. When all is done:",
    "./ruang doctor --checked people",
)
