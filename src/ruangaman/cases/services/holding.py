"""What forbids to erase a case though its time may come."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.cases import policies
from ruangaman.cases.models import Case
from ruangaman.cases.services.loading import lock_case, seal
from ruangaman.cases.types import note_content
from ruangaman.core.errors import Conflict, NotAllowed
from ruangaman.vault import services as vault
from ruangaman.vault.selectors import get_hold
from ruangaman.vault.types import Compartment, HoldReason


@transaction.atomic
def hold_case(*, code: str, reason: HoldReason, words: str, by: User, at: datetime) -> Case:
    """Forbid to erase a case, until it is released.

    Args:
        words: why; sealed in the work compartment.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: `by` does not manage it.
        Conflict: it is held already.

    Writes: the sealed words, the hold, one `vault.hold_placed` event.
    """
    case = lock_case(code, by)
    if not policies.can_assign(by, case):
        raise NotAllowed(_("Hanya manajer kasus yang menahan kasus dari penghapusan."))
    if get_hold(case.dossier_id) is not None:
        raise Conflict(_("Kasus ini sudah ditahan dari penghapusan."))
    ref = seal(case, Compartment.WORK, note_content(words), by=by, at=at)
    vault.place_hold(dossier_id=case.dossier_id, reason=reason, words_ref=ref, by=by, at=at)
    return case


@transaction.atomic
def release_case(*, code: str, by: User, at: datetime) -> Case:
    """Let a case be erased when its time comes.

    Raises:
        NotFound: no such case for `by`, or nothing holds it.
        NotAllowed: `by` does not manage it.

    Writes: the hold, one `vault.hold_released` event.
    """
    case = lock_case(code, by)
    if not policies.can_assign(by, case):
        raise NotAllowed(_("Hanya manajer kasus yang melepas tahanan."))
    vault.release_hold(dossier_id=case.dossier_id, by=by, at=at)
    return case
