"""The holder of a receipt: an actor who opens one thread and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from ruangaman.vault.keyring import Keyring
from ruangaman.vault.receipts import Receipt


@dataclass(frozen=True)
class ReceiptActor:
    """Somebody with a receipt in hand."""

    principal_id: UUID
    dossier_id: UUID
    keyring: Keyring = field(repr=False)

    @property
    def principals(self) -> list[UUID]:
        """The receipt's own principal."""
        return [self.principal_id]


def locate_receipt(locator: bytes) -> tuple[UUID, UUID] | None:
    """Return (principal, dossier) of a receipt's locator, or None: no such receipt."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT principal_id, dossier_id FROM vault_locate_receipt(%s)", [locator])
        row = cursor.fetchone()
    return None if row is None else (row[0], row[1])


def receipt_actor(receipt: Receipt) -> ReceiptActor | None:
    """Return the actor of a receipt, or None: it is unknown. Call `set_viewer(None, actor.principals)` next."""
    found = locate_receipt(receipt.locator)
    if found is None:
        return None
    principal_id, dossier_id = found
    return ReceiptActor(principal_id, dossier_id, Keyring.of_seed(principal_id, receipt.seed))
