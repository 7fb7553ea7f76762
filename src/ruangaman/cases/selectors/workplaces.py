"""Where the accused of a case works: nobody from there comes to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ruangaman.accounts.models import User
from ruangaman.cases.models import Case
from ruangaman.cases.selectors.people import read_part
from ruangaman.cases.types import Identity, PersonKind, identity_of
from ruangaman.vault import services as vault
from ruangaman.vault.selectors import held_of
from ruangaman.vault.types import Compartment, Purpose


@dataclass(frozen=True)
class WorkplaceBarrier:
    """Keeps the workplace of every accused out of the case."""

    key: str = "cases.workplace"

    def kept_out(self, *, case: Case, by: User, at: datetime) -> frozenset[str]:
        """Return the codes, as far as `by` can open identities. Leaves one audit event."""
        if Compartment.IDENTITY not in held_of(dossier_id=case.dossier_id, viewer=by, at=at):
            return frozenset()
        accused = case.people.filter(kind=PersonKind.PERPETRATOR)
        refs = dict.fromkeys(accused.values_list("identity_ref", flat=True), case.dossier_id)
        opened = vault.reveal_many(refs=refs, purpose=Purpose.HANDLING, by=by, at=at) if refs else {}
        found = [read_part(content, identity_of, Identity()) for content in opened.values()]
        return frozenset(one.workplace for one in found if one.workplace)
