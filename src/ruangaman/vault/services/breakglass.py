"""Reading one dossier with a unit's emergency key: an actor who opens that one, and writes nothing.

When somebody may, and for how long, is decided above and in the database (`cases_glass_live`). Here the keys are cut to
size: a keyring of its own for the reading, without a signature, for one dossier.

Source: vault.md rule 13.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

from ruangaman.core.types import Actor
from ruangaman.vault.grants import keyring_of
from ruangaman.vault.keyring import Keyring


@dataclass(frozen=True)
class GlassReader:
    """Somebody who reads one dossier as a holder of an emergency key. The trail names the person, not the key."""

    principal_id: UUID
    group_id: UUID
    keyring: Keyring = field(repr=False)

    @property
    def principals(self) -> list[UUID]:
        """The unit's emergency key alone: what the person holds otherwise is not used."""
        return [self.group_id]


def glass_reader(*, by: Actor, group_id: UUID, dossier_id: UUID) -> GlassReader:
    """Return who reads a dossier with a group's key. Their own keys open the group's; they sign nothing.

    Raises:
        Locked: the keys of `by` are locked.
        NotAllowed: `by` is such a reader already.
    """
    keyring = replace(keyring_of(by), signing=None, only=dossier_id)
    return GlassReader(by.principal_id, group_id, keyring)
