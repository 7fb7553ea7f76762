"""Who works on a case: a part in it is a grant, and taking somebody off takes the keys away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.accounts.selectors.lost import keys_of
from ruangaman.accounts.types import ROLE_COMPARTMENTS, Role
from ruangaman.audit.types import Detail
from ruangaman.cases import events, policies, registry
from ruangaman.cases.errors import LastHolder, NotAssignable
from ruangaman.cases.models import Assignment, Case, Task
from ruangaman.cases.selectors.needs import PARTS
from ruangaman.cases.selectors.people import held_alone, join_names
from ruangaman.cases.services.conflicts import refuse_conflict
from ruangaman.cases.services.loading import find_first, lock_case
from ruangaman.cases.services.telling import tell
from ruangaman.clocks import services as clocks
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.selectors import list_grants
from ruangaman.vault.types import GrantSpec


@transaction.atomic
def assign(
    *, code: str, user: User, role: Role, by: User, at: datetime, assignment_id: UUID | None = None
) -> Assignment:
    """Give somebody a part in a case, and the keys of that part's compartments.

    A compartment that `by` cannot open (the first psychologist) begins a new epoch: what was written in it before
    stays closed to the new person.

    Args:
        assignment_id: the new row's id, minted with the form.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: `by` does not manage it.
        NotAssignable: not active, not of this role, of another agency, the role is that of the manager, or they are
            too near to the case.

    Writes: grants, the row, one `cases.assigned` event; what followers share along with it; the turns of a part that
        was empty, which were the manager's so long.
    Source: vault.md rule 1.
    """
    case = lock_case(code, by)
    found = find_first(Assignment, assignment_id, case) or case.assignments.filter(user=user, until=None).first()
    if found is not None:
        return found
    if not policies.can_assign(by, case):
        raise NotAllowed(_("Hanya manajer kasus yang menugaskan orang."))
    if role == Role.MANAJER:
        raise NotAssignable(_("Sebuah kasus punya satu manajer. Gunakan serah terima."))
    _check_part(case, user, role)
    refuse_conflict(case=case, user=user, by=by, at=at)
    return _join(case, user, role, by=by, at=at, assignment_id=assignment_id)


@transaction.atomic
def unassign(*, code: str, assignment_id: UUID, by: User, at: datetime, is_confirmed: bool = False) -> Assignment:
    """Take somebody off a case: the keys are deleted, a new epoch begins, open tasks go to the manager.

    Args:
        is_confirmed: that a compartment which this person alone holds closes for everybody at work.

    Raises:
        NotFound: no such case or part for `by`.
        NotAllowed: `by` does not manage it, or it is the manager, who is replaced instead.
        LastHolder: something would close and `is_confirmed` is False.

    Writes: deletes grants, begins an epoch; the row, the tasks, clocks, one `cases.unassigned` event.
    """
    case = lock_case(code, by)
    part = case.assignments.select_related("user").filter(pk=assignment_id).first()
    if part is None:
        raise NotFound(_("Penugasan ini tidak ada dalam kasus ini."))
    if part.until is not None:
        return part
    if not policies.can_assign(by, case):
        raise NotAllowed(_("Hanya manajer kasus yang melepas orang."))
    if part.user_id == case.manager_id:
        raise NotAllowed(_("Manajer kasus tidak dilepas, tetapi diganti."))
    lost = held_alone(case, part)
    if lost and not is_confirmed:
        names = join_names(str(one.label) for one in sorted(lost))
        raise LastHolder(
            _("Hanya orang ini yang memegang %(names)s. Isinya tertutup bagi semua setelah ia dilepas.")
            % {"names": names}
        )
    Task.objects.filter(case=case, owner=part.user, done_at=None).update(owner=case.manager)
    clocks.hand_all(dossier_id=case.dossier_id, before=part.user_id, to=case.manager, by=by, at=at)
    _leave(case, part, by=by, at=at)
    detail: Detail = {"user": str(part.user_id), "role": part.role}
    tell(events.UNASSIGNED, case, by=by, at=at, detail=detail)
    return part


@transaction.atomic
def change_manager(*, code: str, to: User, by: User, at: datetime, assignment_id: UUID | None = None) -> Case:
    """Hand a case over: the new manager gets the keys, the old one loses them and no longer sees the case.

    Of a case whose manager has left, anybody of its team names the next one, who gets of the past what `by` can open.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: `by` does not manage it, or does not work on it when its manager has left.
        NotAssignable: `to` manages no cases of this unit, or is too near to this one.
        Conflict: it is their case already.

    Writes: grants, deletes grants; two rows, the case, the old manager's open tasks, `cases.manager_changed`.
    """
    case = lock_case(code, by)
    if not policies.can_name_manager(by, case, case.assignments.filter(user=by, until=None)):
        raise NotAllowed(_("Hanya manajer kasus yang menyerahkan kasus."))
    if to.pk == case.manager_id:
        raise Conflict(_("Kasus ini sudah dipegang orang itu."))
    if not policies.can_manage(to, case.unit_id):
        raise NotAssignable(_("Orang ini tidak dapat menjadi manajer kasus di unit ini."))
    refuse_conflict(case=case, user=to, by=by, at=at)
    old = case.assignments.get(user_id=case.manager_id, until=None)
    _share(case, to, Role.MANAJER, by=by, at=at)
    old.until, old.until_by = at, by
    old.save(update_fields=["until", "until_by"])
    Assignment(id=assignment_id or uuid4(), case=case, user=to, role=Role.MANAJER, since=at, by=by).save(
        force_insert=True
    )
    Task.objects.filter(case=case, owner_id=case.manager_id, done_at=None).update(owner=to)
    clocks.hand_all(dossier_id=case.dossier_id, before=case.manager_id, to=to, by=by, at=at)
    case.manager = to
    case.save(update_fields=["manager"])
    detail: Detail = {"before": str(old.user_id), "after": str(to.pk)}
    tell(events.MANAGER_CHANGED, case, by=by, at=at, detail=detail)
    _revoke(case, old.user, by=by, at=at)  # last: from here on `by` sees nothing of the case
    return case


def _check_part(case: Case, user: User, role: Role) -> None:
    if not policies.can_take_part(user, role) or user.unit.agency_id != case.unit.agency_id:
        raise NotAssignable(_("Orang ini tidak dapat ditugaskan dalam peran itu."))


def _join(case: Case, user: User, role: Role, *, by: User, at: datetime, assignment_id: UUID | None) -> Assignment:
    _share(case, user, role, by=by, at=at)
    case.accesses.filter(user=user, ended_at=None).update(ended_at=at, ended_by=by)  # from now on it is a part
    part = Assignment(id=assignment_id or uuid4(), case=case, user=user, role=role, since=at, by=by)
    is_first = not case.assignments.filter(role=role, until=None).exists()
    part.save(force_insert=True)
    if role in PARTS and is_first:
        clocks.fill_part(dossier_id=case.dossier_id, part=PARTS[role], before=case.manager_id, to=user)
    detail: Detail = {"user": str(user.pk), "role": role.value}
    tell(events.ASSIGNED, case, by=by, at=at, detail=detail)
    return part


def _leave(case: Case, part: Assignment, *, by: User, at: datetime) -> None:
    part.until, part.until_by = at, by
    part.save(update_fields=["until", "until_by"])
    _revoke(case, part.user, by=by, at=at)


def _share(case: Case, user: User, role: Role, *, by: User, at: datetime) -> None:
    spec = GrantSpec(user.principal_id, ROLE_COMPARTMENTS[role], role.value)
    vault.share(dossier_id=case.dossier_id, to=[spec], by=by, at=at)
    for follower in registry.followers:
        follower.joined(case=case, user=user, role=role, by=by, at=at)


def _revoke(case: Case, user: User, *, by: User, at: datetime) -> None:
    """Take every key away, the lost ones too: nobody opens the case again for who no longer works on it."""
    for follower in registry.followers:
        follower.left(case=case, user=user, by=by, at=at)
    there = {grant.principal_id for grant in list_grants(dossier_id=case.dossier_id, viewer=by)}
    for principal_id in keys_of(user):
        if principal_id in there:
            vault.revoke(dossier_id=case.dossier_id, principal_id=principal_id, by=by, at=at)
