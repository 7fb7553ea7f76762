"""What nobody does alone: one asks, a second person decides, and only then is it done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ruangaman.accounts import events, policies
from ruangaman.accounts.models import DoorRequest, FormerKeys, User
from ruangaman.accounts.services.invitations import invite_again
from ruangaman.accounts.types import ROLE_COMPARTMENTS, RequestKind, Role
from ruangaman.audit import services as audit
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.vault import services as vault


@transaction.atomic
def ask(*, kind: RequestKind, user: User, by: User, at: datetime, instead_of: User | None = None) -> DoorRequest:
    """Ask for something that needs a second person. Asking again while it waits changes nothing.

    What waited for too long, or for the emergency key in somebody else's place, makes room.

    Args:
        instead_of: who gives the emergency key up; for other kinds nobody.

    Raises:
        NotAllowed: `by` may not ask this for `user`.

    Writes: the request, one `accounts.requested` event.
    """
    if not policies.can_ask(by, user, kind):
        raise NotAllowed(_("Anda tidak berwenang meminta ini."))
    if kind == RequestKind.OFFICER and by.principal_id not in vault.list_officers():
        raise NotAllowed(_("Hanya petugas kunci yang dapat mengusulkan petugas kunci."))
    waiting = DoorRequest.objects.filter(kind=kind, user=user, asked_by=by, decided_at=None)
    found = waiting.filter(instead_of=instead_of, asked_at__gte=at - policies.INVITATION_LIMIT).first()
    if found is not None:
        return found
    waiting.delete()
    request = DoorRequest(kind=kind, user=user, asked_by=by, asked_at=at, instead_of=instead_of)
    request.save(force_insert=True)
    audit.record(events.REQUESTED, by=by, subject=str(user.pk), at=at, detail={"kind": str(kind)})
    return request


@transaction.atomic
def decide(*, request: DoorRequest, is_approved: bool, by: User, at: datetime) -> str:
    """Decide as the second person; what can be done at once is done. Returns an invitation's code, or "".

    A lost phone: the second step goes. Fresh keys: a paper is made. A new key officer: the list grows. Of each of
    these the person is told by e-mail. Dossiers again: the colleague who asked does it, with their own keys; the
    emergency key: whoever holds it.

    Raises:
        NotAllowed: `by` may not decide this.
        Conflict: it is decided already, or waited for too long.

    Writes: the request, one `accounts.decided` event, what follows, the job that sends the letter.
    """
    if not policies.can_decide(by, request):
        raise NotAllowed(_("Permintaan ini diputuskan oleh orang lain."))
    if request.asked_at + policies.INVITATION_LIMIT < at:
        raise Conflict(_("Permintaan ini lebih dari tujuh hari. Minta sekali lagi."))
    if not _call("accounts_decide(%s, %s, %s)", request.pk, is_approved, at):
        raise Conflict(_("Permintaan ini sudah diputuskan."))
    detail: dict[str, str | int | bool | list[str] | None] = {"kind": request.kind, "approved": is_approved}
    audit.record(events.DECIDED, by=by, subject=str(request.user_id), at=at, detail=detail)
    return _follow(request, by, at) if is_approved else ""


def _follow(request: DoorRequest, by: User, at: datetime) -> str:
    if request.kind in {RequestKind.REGRANT, RequestKind.EMERGENCY}:
        return ""
    code = ""
    if request.kind == RequestKind.FRESH_KEYS:
        _made, code = invite_again(user=request.user, by=by, at=at)
    if request.kind == RequestKind.OFFICER:
        _add_officer(request, at)
    _finish(request, at)
    if request.kind == RequestKind.SECOND_STEP:
        detail: dict[str, str | int | bool | list[str] | None] = {"request": str(request.pk)}
        audit.record(events.SECOND_STEP_RESET, by=by, subject=str(request.user_id), at=at, detail=detail)
    return code


def _add_officer(request: DoorRequest, at: datetime) -> None:
    """Put the proposed one on the list, on the word of the officer who proposed and the administrator who agreed."""
    vault.add_officer(principal_id=request.user.principal_id, by=request.asked_by, at=at)


@transaction.atomic
def regrant(*, request: DoorRequest, by: User, at: datetime) -> int:
    """Open dossiers again for somebody with fresh keys, from the keyring of who asked. Returns how many.

    Only what both held and the role may hold; a case's own parts stay with those who have them.

    Raises:
        NotFound: not approved, or done already.
        KeyNotSigned: the fresh keys are not signed by two key officers yet.
        Locked.

    Writes: grants, the request, one `accounts.regranted` event and those of the vault.
    """
    if request.asked_by_id != by.pk or not request.is_approved or request.done_at is not None:
        raise NotFound(_("Permintaan itu tidak ada."))
    parts = ROLE_COMPARTMENTS.get(Role(request.user.role), frozenset())
    count = 0
    for former, dossiers in shared_dossiers(user=request.user).items():
        count += vault.regrant(
            former=former, to=request.user.principal_id, dossiers=dossiers, parts=parts, by=by, at=at
        )
    _finish(request, at)
    audit.record(events.REGRANTED, by=by, subject=str(request.user_id), at=at, detail={"dossiers": count})
    return count


@transaction.atomic
def dismiss_officer(*, principal_id: UUID, by: User, at: datetime) -> None:
    """Take a key officer off the list who has left, or whose keys are lost.

    Raises:
        NotAllowed: they still work with these keys, or `by` is no key officer.
        Conflict: some keys would count no more; another officer has to sign them first.

    Writes: the list, one `vault.officers_appointed` event.
    """
    if User.objects.filter(principal_id=principal_id, is_active=True).exists():
        raise NotAllowed(_("Petugas kunci ini masih bekerja. Ia dilepas setelah akunnya ditutup."))
    vault.remove_officer(principal_id=principal_id, by=by, at=at)


def shared_dossiers(*, user: User) -> dict[UUID, list[UUID]]:
    """Return, for each of the lost keys of `user`, the dossiers that the viewer holds and those keys opened."""
    former = FormerKeys.objects.filter(user=user).values_list("principal_id", flat=True)
    found: dict[UUID, list[UUID]] = {}
    with connection.cursor() as cursor:
        for principal_id in former:
            cursor.execute("SELECT * FROM accounts_shared_with(%s)", [principal_id])
            found[principal_id] = [row[0] for row in cursor.fetchall()]
    return {principal_id: dossiers for principal_id, dossiers in found.items() if dossiers}


def _finish(request: DoorRequest, at: datetime) -> None:
    if not _call("accounts_finish(%s, %s)", request.pk, at):
        raise Conflict(_("Permintaan ini sudah selesai."))


def _call(function: str, *values: UUID | datetime | bool) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}", list(values))
        return bool(cursor.fetchone()[0])
