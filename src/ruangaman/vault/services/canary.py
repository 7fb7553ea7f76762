"""The canary: one dossier that stands for all, so that a restore can prove that what is sealed opens again.

Its key lies in a file beside the pepper and nowhere else. Opening it needs that file, the pepper, the grant, the epoch,
the fingerprint in the trail and the sealed row: all that a real dossier needs. Like a receipt it has no signer.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail
from ruangaman.core.errors import DomainError
from ruangaman.vault import directory, events, layout, pepper
from ruangaman.vault.errors import KeyNotSigned, Tampered
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.models import Principal, PrincipalKey, Sealed
from ruangaman.vault.services.contents import reveal, seal_in
from ruangaman.vault.services.dossiers import new_dossier
from ruangaman.vault.services.receipts import ReceiptActor
from ruangaman.vault.types import Compartment, GrantSpec, PrincipalKind, Purpose

KIND = "canary"


@dataclass(frozen=True)
class Canary:
    """What the key file holds: where the canary sits, what it sings, and the seed that opens it."""

    principal: str
    ref: str
    word: str
    seed: str = field(repr=False)

    def to_text(self) -> str:
        """Return the file's text."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_text(cls, text: str) -> Canary:
        """Return the canary in the file. Raises Tampered: it is none."""
        try:
            return cls(**{name: str(value) for name, value in json.loads(text).items()})
        except (ValueError, TypeError, AttributeError) as error:
            raise Tampered(_("Berkas kunci kenari tidak dapat dibaca.")) from error


def make_canary(*, at: datetime) -> Canary:
    """Make the canary in `unit_of_work(Role.MIGRATE)`; the caller writes its key file.

    Raises:
        KeyNotSigned: the recovery key is not there yet or not signed: every dossier has it.

    Writes: principal, public key, dossier, grants, one sealed row; the events of a dossier that is made.
    """
    if directory.read_directory().recovery is None:
        raise KeyNotSigned(_("Kunci pemulihan belum disahkan; tanpa itu tidak ada berkas yang dibuat."))
    principal_id, seed, word = uuid4(), secrets.token_bytes(layout.SEED_BYTES), secrets.token_hex(16)
    public = Keyring.of_seed(principal_id, seed).kem.public().to_bytes()
    entry = layout.DirectoryEntry(principal_id, PrincipalKind.RECEIPT, 1, public)
    mac = pepper.mac(pepper.Label.DIRECTORY, layout.directory_bytes(pepper.installation(), entry))
    with transaction.atomic():
        Principal(id=principal_id, kind=PrincipalKind.RECEIPT, created_at=at).save(force_insert=True)
        PrincipalKey(
            id=uuid4(), principal_id=principal_id, generation=1, kem_public=public, mac=mac, created_at=at
        ).save(force_insert=True)
    spec = GrantSpec(principal_id, frozenset({Compartment.WORK}), KIND)
    dossier = new_dossier(kind=KIND, unit_id=None, grants=[spec], at=at, by=None)
    ref = seal_in(dossier, Compartment.WORK, {"word": word}, at)
    return Canary(str(principal_id), str(ref), word, seed.hex())


def has_canary(canary: Canary) -> bool:
    """Say whether this database is the one that the key file was made for."""
    return Sealed.objects.filter(ref=UUID(canary.ref)).exists()


def is_recoverable() -> bool:
    """Say whether dossiers can be made yet: whether the recovery key is there and signed."""
    return directory.read_directory().recovery is not None


def open_canary(canary: Canary, *, at: datetime) -> None:
    """Open it, as a person opens a dossier, and hear the right word.

    Raises:
        Tampered: it does not open, or sings another word: keys, pepper and rows do not belong together.

    Writes: one `vault.revealed` event.
    """
    try:
        principal_id, ref = UUID(canary.principal), UUID(canary.ref)
        keyring = Keyring.of_seed(principal_id, bytes.fromhex(canary.seed))
        row = Sealed.objects.get(ref=ref)
        actor = ReceiptActor(principal_id, row.dossier_id, keyring)
        content = reveal(ref=ref, purpose=Purpose.PROOF, by=actor, at=at)
    except (DomainError, ValueError, Sealed.DoesNotExist) as error:
        raise Tampered(_("Kenari tidak terbuka: kunci, pepper dan isi tidak cocok.")) from error
    if content != {"word": canary.word}:
        raise Tampered(_("Kenari tidak terbuka: kunci, pepper dan isi tidak cocok."))


def record_restored(*, taken: str, rows: int, erased: int, sha256: str, at: datetime) -> None:
    """Leave in the trail that this database was put back from a backup.

    Args:
        taken: moment of the backup, as ISO text.
        erased: dossiers whose erasure was done again.
        sha256: of the backup's file; "" when the rows came back by other means.

    Writes: one `vault.restored` event.
    """
    detail: Detail = {"taken": taken, "rows": rows, "erased": erased, "sha256": sha256}
    audit.record(events.RESTORED, by=None, subject="database", at=at, detail=detail)
