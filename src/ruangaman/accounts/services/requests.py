"""What nobody does alone: one asks, a second person decides, and only then is it done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from ruangaman.accounts import events, policies
from ruangaman.accounts.models import DoorRequest, FormerKeys, User
from ruangaman.accounts.selectors.deciding import undecidable
from ruangaman.accounts.selectors.lost import list_sole_desks
from ruangaman.accounts.services.invitations import invite_again
from ruangaman.accounts.services.letters import call_second_person
from ruangaman.accounts.types import ROLE_COMPARTMENTS, RequestKind, Role
from ruangaman.audit import services as audit
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.vault import services as vault


@transaction.atomic
def ask(*, kind: RequestKind, user: User, by: User, at: datetime, instead_of: User | None = None) -> DoorRequest:
    """Ask for something that needs a second person, who gets a letter. What is asked for again is the same request.

    What waited for too long makes room; so does what `by` asked for with the emergency key in somebody else's place.

    Args:
        instead_of: who gives the emergency key up; for other kinds nobody.

    Raises:
        NotAllowed: `by` may not ask this for `user`.
        Conflict: nobody could decide it, or fresh keys would leave a desk without anybody; the words say who could
            ask, or what to do instead. Somebody else has asked for it, with something else in mind.

    Writes: the request, one `accounts.requested` event, the jobs that send the letters.
    """
    _refuse_asking(kind, user, by)
    found = _find_open(kind, user, by, instead_of, at)
    if found is not None:
        return found
    request = DoorRequest(kind=kind, user=user, asked_by=by, asked_at=at, instead_of=instead_of)
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError:  # somebody was faster
        found = _find_open(kind, user, by, instead_of, at)
        if found is None:
            raise
        return found
    audit.record(events.REQUESTED, by=by, subject=str(user.pk), at=at, detail={"kind": str(kind)})
    call_second_person(request=request)
    return request


@transaction.atomic
def withdraw(*, request_id: UUID, by: User, at: datetime) -> DoorRequest:
    """Take back what `by` asked for and nobody has decided. Returns what was taken back.

    Raises:
        NotFound: there is no such request of `by`, or it is decided.

    Writes: deletes the request, one `accounts.request_withdrawn` event.
    """
    request = DoorRequest.objects.filter(pk=request_id, asked_by=by, decided_at=None).first()
    if request is None or not DoorRequest.objects.filter(pk=request_id, decided_at=None)._raw_delete("default"):
        raise NotFound(_("Permintaan itu tidak ada."))
    audit.record(events.REQUEST_WITHDRAWN, by=by, subject=str(request.user_id), at=at, detail={"kind": request.kind})
    return request


def asking_fault(*, kind: RequestKind, user: User, by: User) -> str:
    """Return why asking for this now would lead nowhere, and what to do instead; "" when it would not."""
    fault = sole_desk_fault(user) if kind == RequestKind.FRESH_KEYS else ""
    return fault or undecidable(kind=kind, user=user, by=by)


def sole_desk_fault(user: User) -> str:
    """Return why `user` cannot begin with fresh keys: the desk where nobody else sits would open to nobody again."""
    desks = list_sole_desks(user=user)
    if not desks:
        return ""
    return _(
        "%(name)s satu-satunya petugas %(desks)s. Dengan kunci baru, laporan di meja itu tidak terbuka lagi bagi siapa"
        " pun. Pulihkan kuncinya dengan tiga kepingan kunci pemulihan."
    ) % {"name": user.display_name, "desks": ", ".join(desk.name for desk in desks)}


def _refuse_asking(kind: RequestKind, user: User, by: User) -> None:
    if not policies.can_ask(by, user, kind):
        raise NotAllowed(_("Anda tidak berwenang meminta ini."))
    if kind == RequestKind.OFFICER and by.principal_id not in vault.list_officers():
        raise NotAllowed(_("Hanya petugas kunci yang dapat mengusulkan petugas kunci."))
    fault = asking_fault(kind=kind, user=user, by=by)
    if fault:
        raise Conflict(fault)


def _find_open(kind: RequestKind, user: User, by: User, instead_of: User | None, at: datetime) -> DoorRequest | None:
    """Return what was asked for already, whoever asked. What is too old goes, and what `by` asked for otherwise."""
    oldest = at - policies.INVITATION_LIMIT
    rows = DoorRequest.objects.select_related("asked_by").filter(kind=kind, user=user, decided_at=None)
    if kind == RequestKind.REGRANT:  # whoever asks does it
        rows = rows.filter(asked_by=by)
        rows.filter(asked_at__lt=oldest)._raw_delete("default")
        return rows.first()
    if not _count_open(kind, user, oldest):
        return None
    found = rows.first()
    if found is None:
        raise Conflict(_("Orang lain sudah memintanya. Permintaan itu menunggu orang kedua."))
    if found.instead_of_id == (instead_of.pk if instead_of else None):
        return found
    if found.asked_by_id != by.pk:
        words = _("%(name)s sudah meminta hal lain untuk orang ini. Ia dapat menarik permintaannya.")
        raise Conflict(words % {"name": found.asked_by.display_name})
    rows.filter(pk=found.pk)._raw_delete("default")
    return None


def _count_open(kind: RequestKind, user: User, oldest: datetime) -> int:
    """Return how many such requests wait, seen by `by` or not; those that are too old are deleted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_open_request(%s, %s, %s)", [str(kind), user.pk, oldest])
        return len(cursor.fetchall())


@transaction.atomic
def decide(*, request: DoorRequest, is_approved: bool, by: User, at: datetime) -> str:
    """Decide as the second person; what can be done at once is done. Returns an invitation's code, or "".

    A lost phone: the second step goes. Fresh keys: a paper is made. A new key officer: the list grows. Of each of
    these the person is told by e-mail. Dossiers again: the colleague who asked does it, with their own keys; the
    emergency key: whoever holds it.

    Raises:
        NotAllowed: `by` may not decide this.
        Conflict: it is decided already, or waited for too long; fresh keys would leave a desk without anybody.

    Writes: the request, one `accounts.decided` event, what follows, the job that sends the letter.
    """
    if not policies.can_decide(by, request):
        raise NotAllowed(_("Permintaan ini diputuskan oleh orang lain."))
    if request.asked_at + policies.INVITATION_LIMIT < at:
        raise Conflict(_("Permintaan ini lebih dari tujuh hari. Minta sekali lagi."))
    fault = sole_desk_fault(request.user) if request.kind == RequestKind.FRESH_KEYS and is_approved else ""
    if fault:
        raise Conflict(fault)
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
