"""The register of ended dossiers, for those who keep it: each call tells the database first that a keeper is asking."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Permission
from ruangaman.core.errors import NotAllowed, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.selectors import KeptView, list_kept
from ruangaman.vault.types import ErasureReason, HoldReason


def list_register(*, by: User) -> list[KeptView]:
    """Return the ended dossiers, what is due first, what is erased last. Raises NotAllowed: `by` keeps no register."""
    _enter(by)
    return list_kept()


def list_open(*, by: User, at: datetime) -> list[KeptView]:
    """Return what asks for `by`: due and not held, or proposed by somebody else."""
    return [one for one in list_register(by=by) if _asks_for(one, by, at)]


def get_kept(*, code: str, by: User) -> KeptView:
    """Return one ended dossier. Raises NotFound, NotAllowed."""
    _enter(by)
    found = list_kept(codes=[code])
    if not found:
        raise NotFound(_("Tidak ada berkas seperti itu."))
    return found[0]


def hold(*, code: str, reason: HoldReason, by: User, at: datetime) -> None:
    """Forbid to erase an ended dossier. Raises and writes as `vault.services.place_hold`."""
    vault.place_hold(dossier_id=_id(code, by), reason=reason, by=by, at=at)


def release(*, code: str, by: User, at: datetime) -> None:
    """Let an ended dossier be erased. Raises and writes as `vault.services.release_hold`."""
    kept = get_kept(code=code, by=by)
    vault.release_hold(dossier_id=kept.hold.dossier_id if kept.hold else kept.keeping.dossier_id, by=by, at=at)


def propose(*, code: str, reason: ErasureReason, by: User, at: datetime) -> None:
    """Propose to erase it. Raises and writes as `vault.services.propose_erasure`."""
    vault.propose_erasure(dossier_id=_id(code, by), reason=reason, by=by, at=at)


def withdraw(*, code: str, by: User, at: datetime) -> None:
    """Take a proposal back. Raises and writes as `vault.services.withdraw_erasure`."""
    vault.withdraw_erasure(dossier_id=_id(code, by), by=by, at=at)


def approve(*, code: str, by: User, at: datetime) -> None:
    """Approve what another proposed, and erase for ever. Raises and writes as `vault.services.approve_erasure`."""
    vault.approve_erasure(dossier_id=_id(code, by), by=by, at=at)


def _enter(by: User) -> None:
    if not by.has(Permission.RECORDS_KEEP):
        raise NotAllowed(_("Anda tidak berwenang atas daftar simpanan."))
    vault.enter_as_keeper(by.pk)


def _id(code: str, by: User) -> UUID:
    return get_kept(code=code, by=by).keeping.dossier_id


def _asks_for(kept: KeptView, by: User, at: datetime) -> bool:
    if kept.keeping.dossier.shredded_at is not None or kept.hold is not None:
        return False
    return kept.order.proposed_by_id != by.principal_id if kept.order else kept.is_due(at)
