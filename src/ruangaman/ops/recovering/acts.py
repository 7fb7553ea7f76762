"""The transactions of `recover`: new keys, signatures, dossiers wrapped again; all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from ruangaman.accounts import services as accounts
from ruangaman.accounts.models import FormerKeys, User
from ruangaman.audit import services as audit
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.ops.recovering.talk import Assembled, Returning
from ruangaman.vault import events
from ruangaman.vault import services as vault
from ruangaman.vault.services import RecoveryActor, Rewrapped
from ruangaman.vault.wrapping import KemPublic


def bring_back(
    *, returning: Sequence[Returning], signers: Sequence[User], assembled: Assembled, at: datetime
) -> tuple[Rewrapped, list[UUID]]:
    """Give people new keys and wrap to them what they could open.

    Args:
        signers: two key officers; of those who return, the keys are made here.

    Returns:
        What came of it, and the groups with a new generation, for `sweep`.
    """
    users = [one.user for one in returning]
    with unit_of_work(Role.MIGRATE):
        for one in returning:
            one.user.keyring = vault.renew_person(
                principal_id=one.user.principal_id, password=one.password, code=one.code, at=at
            )
        keyrings = {user.pk: user.keyring for user in users}
        for signer in signers:
            signer.keyring = keyrings.get(signer.pk, signer.keyring)
        if any(vault.is_officer(user.principal_id) for user in users):
            vault.reappoint_officers(signers=signers, at=at)
        _sign((user.principal_id for user in users), signers, at)
        groups = sorted({group for user in users for group in vault.groups_of(user.principal_id)})
        for group_id in groups:
            vault.renew_group(group_id=group_id, at=at)
        _sign(groups, signers, at)
        done = _rewrap([*(user.principal_id for user in users), *groups], assembled.actor, signers[0], at)
        for one in returning:
            accounts.begin_again(user=one.user, drops_second_step=one.drops_second_step, at=at)
        _record(assembled, [user.principal_id for user in users], done, signers[0], at)
    return done, groups


def split_again(*, public: KemPublic, signers: Sequence[User], assembled: Assembled, at: datetime) -> Rewrapped:
    """Put a new recovery key in the old one's place and wrap every dossier to it: the old shares open nothing here."""
    with unit_of_work(Role.MIGRATE):
        recovery_id = assembled.actor.principal_id
        vault.renew_recovery(principal_id=recovery_id, public=public, at=at)
        _sign([recovery_id], signers, at)
        done = _rewrap([recovery_id], assembled.actor, signers[0], at)
        _record(assembled, [recovery_id], done, signers[0], at)
    return done


def sweep(*, principals: Iterable[UUID], signer: User, actor: RecoveryActor, at: datetime) -> Rewrapped:
    """Wrap again what came in meanwhile under a key that a process had read a moment before."""
    with unit_of_work(Role.MIGRATE):
        return _rewrap(principals, actor, signer, at)


def _sign(principals: Iterable[UUID], signers: Sequence[User], at: datetime) -> None:
    for principal_id in principals:
        for signer in signers:
            vault.sign_key(principal_id=principal_id, by=signer, at=at)


def _rewrap(principals: Iterable[UUID], actor: RecoveryActor, by: User, at: datetime) -> Rewrapped:
    done = Rewrapped()
    for principal_id in principals:
        earlier = FormerKeys.objects.filter(user__principal_id=principal_id).values_list("principal_id", flat=True)
        done += vault.rewrap(principal_id=principal_id, recovery=actor, by=by, at=at, former=list(earlier))
    return done


def _record(assembled: Assembled, principals: Sequence[UUID], done: Rewrapped, by: User, at: datetime) -> None:
    audit.record(
        events.RECOVERED,
        by=by,
        subject=str(assembled.actor.principal_id),
        at=at,
        detail={
            "shares": [str(number) for number in assembled.numbers],
            "principals": [str(one) for one in principals],
            "dossiers": done.dossiers,
            "left": done.left,
        },
    )
