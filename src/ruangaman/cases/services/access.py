"""Reading a part of a case for a while: given, changed, taken away; and what a holder shares of what is older."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.accounts.selectors.lost import keys_of
from ruangaman.audit.types import Detail, EventType
from ruangaman.cases import events, policies
from ruangaman.cases.errors import NotAssignable
from ruangaman.cases.models import Access, Case
from ruangaman.cases.selectors.holders import closed_before
from ruangaman.cases.services.conflicts import refuse_conflict
from ruangaman.cases.services.loading import find_first
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import LONGEST_ACCESS, AccessReason
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.selectors import list_grants
from ruangaman.vault.types import Compartment, GrantSpec


@transaction.atomic
def give_access(
    *,
    code: str,
    user: User,
    compartments: Collection[Compartment],
    reason: AccessReason,
    not_after: datetime,
    by: User,
    at: datetime,
    access_id: UUID | None = None,
) -> Access:
    """Let somebody read some compartments until a moment. Who oversees holds no keys: then the holders are asked.

    Args:
        compartments: some of `policies.offered_to` the person's role.
        not_after: at most half a year from now.
        access_id: the new row's id, minted with the form.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: `by` governs no access to it, or not to these compartments.
        NotAssignable: the person has no role for cases here, or is too near to this one.
        Conflict: they read or work on it already, or the moment is not one.

    Writes: grants or a request, the row, one `cases.access_given` event.
    """
    case = _lock_governed(code, by)
    found = find_first(Access, access_id, case)
    if found is not None:
        return found
    _refuse_gift(case, user, frozenset(compartments), not_after, at)
    refuse_conflict(case=case, user=user, by=by, at=at)
    earlier = case.accesses.filter(user=user, ended_at=None)
    if any(policies.is_running(one, at) for one in earlier):
        raise Conflict(_("Orang ini sudah diberi akses. Ubah batas waktunya, atau cabut dulu."))
    earlier.update(ended_at=at, ended_by=by)
    spec = GrantSpec(user.principal_id, frozenset(compartments), reason.value, not_after)
    if policies.can_assign(by, case):
        vault.share(dossier_id=case.dossier_id, to=[spec], by=by, at=at)
    else:
        vault.ask_to_share(dossier_id=case.dossier_id, to=spec, by=by, at=at)
    access = Access(
        id=access_id or uuid4(),
        case=case,
        user=user,
        compartments=sum(1 << part for part in compartments),
        reason=reason,
        since=at,
        by=by,
        not_after=not_after,
    )
    access.save(force_insert=True)
    names = [part.name.lower() for part in sorted(compartments)]
    detail: Detail = {"compartments": [*names], "reason": reason.value, "until": not_after.isoformat()}
    _record(events.ACCESS_GIVEN, case, user, by, at, detail)
    return access


@transaction.atomic
def change_access(*, code: str, access_id: UUID, not_after: datetime, by: User, at: datetime) -> Access:
    """Let an access end earlier or later.

    Raises:
        NotFound: no such case or running access for `by`.
        NotAllowed: `by` does not manage the case: only who holds the keys can wrap them anew.
        Conflict: the moment is not one, or nothing was shared yet.

    Writes: grants in the place of grants, the row, one `cases.access_changed` event.
    """
    case = _lock_governed(code, by)
    access = _get_running(case, access_id, at)
    if not policies.can_assign(by, case):
        raise NotAllowed(_("Hanya manajer kasus yang mengubah batas waktu: kuncinya harus dibungkus lagi."))
    _refuse_moment(not_after, at)
    if not _holds(case, access.user, by):
        raise Conflict(_("Isinya belum dibagikan, jadi belum ada batas waktu yang bisa diubah."))
    principal = access.user.principal_id
    vault.set_expiry(dossier_id=case.dossier_id, principal_id=principal, not_after=not_after, by=by, at=at)
    access.not_after = not_after
    access.save(update_fields=["not_after"])
    _record(events.ACCESS_CHANGED, case, access.user, by, at, {"until": not_after.isoformat()})
    return access


@transaction.atomic
def end_access(*, code: str, access_id: UUID, by: User, at: datetime) -> Access:
    """Take an access away: its keys are deleted, a new epoch begins. Twice is once.

    Raises:
        NotFound: no such case or access for `by`.

    Writes: deletes grants, begins an epoch, closes the request; the row, one `cases.access_ended` event.
    """
    case = _lock_governed(code, by)
    access = case.accesses.select_related("user").filter(pk=access_id).first()
    if access is None:
        raise NotFound(_("Akses ini tidak ada dalam kasus ini."))
    if access.ended_at is not None:
        return access
    access.ended_at, access.ended_by = at, by
    access.save(update_fields=["ended_at", "ended_by"])
    principal = access.user.principal_id
    vault.close_request(dossier_id=case.dossier_id, principal_id=principal, by=by, at=at, declined=True)
    _record(events.ACCESS_ENDED, case, access.user, by, at, {})
    there = {view.principal_id for view in list_grants(dossier_id=case.dossier_id, viewer=by)}
    for key in keys_of(access.user):  # the lost ones too: nobody opens it again for them
        if key in there:
            vault.revoke(dossier_id=case.dossier_id, principal_id=key, by=by, at=at)
    return access


@transaction.atomic
def share_older(*, code: str, user: User, by: User, at: datetime) -> frozenset[Compartment]:
    """Share with somebody who came later what was written before, in the compartments that both hold.

    Only a holder can: the manager does not open the clinical notes, the first psychologist does.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: they hold nothing in common.

    Writes: grants, one `cases.older_shared` event. Returns what was shared.
    Source: vault.md rule 1.
    """
    case = Case.objects.granted_to(by).filter(code=code).first()
    if case is None:
        raise NotFound(_("Kasus ini tidak ada."))
    grants = list_grants(dossier_id=case.dossier_id, viewer=by, at=at)
    theirs = [grant for grant in grants if grant.principal_id == user.principal_id]
    mine = {part for one in grants if one.principal_id in by.principals for part in one.compartments or ()}
    shared = closed_before(grants, user.principal_id) & mine
    if not shared:
        raise NotAllowed(_("Tidak ada isi lama yang Anda pegang dan tertutup bagi orang ini."))
    last = max(theirs, key=lambda grant: grant.epoch)
    spec = GrantSpec(user.principal_id, shared, last.reason, last.not_after)
    vault.share(dossier_id=case.dossier_id, to=[spec], by=by, at=at)
    vault.close_request(dossier_id=case.dossier_id, principal_id=user.principal_id, by=by, at=at, declined=False)
    _record(events.OLDER_SHARED, case, user, by, at, {"compartments": [one.name.lower() for one in sorted(shared)]})
    return shared


@transaction.atomic
def ask_for_older(*, code: str, user: User, by: User, at: datetime) -> None:
    """Ask whoever holds it to share what was written before somebody came; it waits in their queue.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: `by` governs no access to it, or nothing older is closed to the person.

    Writes: a request, what the vault records.
    """
    case = _lock_governed(code, by)
    grants = list_grants(dossier_id=case.dossier_id, viewer=by, at=at)
    theirs = [one for one in grants if one.principal_id == user.principal_id]
    wanted = closed_before(grants, user.principal_id)
    if not theirs or not wanted:
        raise NotAllowed(_("Tidak ada isi lama yang tertutup bagi orang ini."))
    last = max(theirs, key=lambda one: one.epoch)
    spec = GrantSpec(user.principal_id, wanted, last.reason, last.not_after)
    vault.ask_to_share(dossier_id=case.dossier_id, to=spec, by=by, at=at)


def _lock_governed(code: str, by: User) -> Case:
    """Return a case whose access `by` governs, locked where the keys are. Raises NotFound, NotAllowed."""
    case = Case.objects.granted_to(by).select_for_update(of=("self",)).select_related("unit").filter(code=code).first()
    if case is None:
        case = Case.objects.overseen_by(by).select_related("unit").filter(code=code).first()
    if case is None:
        raise NotFound(_("Kasus ini tidak ada."))
    if not policies.can_govern(by, case):
        raise NotAllowed(_("Hanya manajer kasus dan kepala unit yang mengatur akses."))
    return case


def _refuse_gift(
    case: Case, user: User, compartments: frozenset[Compartment], not_after: datetime, at: datetime
) -> None:
    if not policies.can_read_a_part(user, case):
        raise NotAssignable(_("Orang ini tidak dapat diberi akses ke kasus ini."))
    if case.assignments.filter(user=user, until=None).exists():
        raise Conflict(_("Orang ini sudah bertugas dalam kasus ini."))
    if not compartments or not compartments <= policies.offered_to(user.role):
        raise NotAllowed(_("Bagian ini tidak termasuk peran orang itu."))
    _refuse_moment(not_after, at)


def _refuse_moment(not_after: datetime, at: datetime) -> None:
    if not at < not_after <= at + LONGEST_ACCESS:
        raise Conflict(_("Pilih hari sesudah sekarang, paling lama setengah tahun."))


def _get_running(case: Case, access_id: UUID, at: datetime) -> Access:
    access = case.accesses.select_related("user").filter(pk=access_id).first()
    if access is None or not policies.is_running(access, at):
        raise NotFound(_("Akses ini sudah berakhir."))
    return access


def _holds(case: Case, user: User, by: User) -> bool:
    views = list_grants(dossier_id=case.dossier_id, viewer=by)
    return any(view.principal_id == user.principal_id for view in views)


def _record(event: EventType, case: Case, user: User, by: User, at: datetime, detail: Detail) -> None:
    tell(event, case, by=by, at=at, detail={"user": str(user.pk), **detail})
