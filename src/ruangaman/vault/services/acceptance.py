"""Accepting a report: everything slow is done before a connection is taken, then one short write.

Nobody is looking: the street has no viewer and no keyring. The grants are MACed under the pepper, and the role that
writes may only add (foundations.md 3 and 6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from ruangaman.audit import services as audit
from ruangaman.audit.types import Role
from ruangaman.vault import directory as keys_directory
from ruangaman.vault import events, layout, pepper, sealing
from ruangaman.vault.directory import ActiveKey, Directory
from ruangaman.vault.errors import KeyNotSigned
from ruangaman.vault.files import SealedUpload
from ruangaman.vault.grants import EpochFacts, make_grant
from ruangaman.vault.models import Grant, Sealed
from ruangaman.vault.receipts import Receipt
from ruangaman.vault.sealing import EpochKeys
from ruangaman.vault.services.contents import make_sealed, seals_of
from ruangaman.vault.services.files import FileRow, Slot, store_files, take_slot
from ruangaman.vault.types import Compartment, Content, GrantSpec, Place, PrincipalKind

RECEIPT_COMPARTMENTS = frozenset({Compartment.THREAD})
DESK_COMPARTMENTS = frozenset(
    {
        Compartment.IDENTITY,
        Compartment.CONTACT,
        Compartment.NARRATIVE,
        Compartment.ATTACHMENT,
        Compartment.THREAD,
        Compartment.WORK,
    }
)

ACCEPT = """
WITH receipt AS (
    INSERT INTO vault_principal (id, kind, created_at) VALUES (%(receipt)s, 'receipt', %(at)s)
), receipt_key AS (
    INSERT INTO vault_principalkey (id, principal_id, generation, kem_public, signing_public, mac, created_at)
    VALUES (%(key)s, %(receipt)s, 1, %(kem_public)s, ''::bytea, %(mac)s, %(at)s)
), dossier AS (
    INSERT INTO vault_dossier (id, kind, unit_id, epoch, created_at)
    VALUES (%(dossier)s, %(kind)s, %(unit)s, 1, %(at)s)
), epoch AS (
    INSERT INTO vault_dossierepoch (id, dossier_id, epoch, commitment, began_at)
    VALUES (%(epoch)s, %(dossier)s, 1, %(commitment)s, %(at)s)
), content AS (
    INSERT INTO vault_sealed (ref, dossier_id, compartment, epoch, version, envelope, sealed_at)
    SELECT s.ref, %(dossier)s, s.compartment, 1, 1, s.envelope, %(at)s
    FROM unnest(%(refs)s::uuid[], %(compartments)s::smallint[], %(envelopes)s::bytea[]) AS s(ref, compartment, envelope)
), locator AS (
    INSERT INTO vault_receiptlocator (locator, principal_id, dossier_id) VALUES (%(locator)s, %(receipt)s, %(dossier)s)
)
INSERT INTO vault_grant
    (id, dossier_id, epoch, principal_id, generation, compartments, wrapped, reason, made_at, signature)
SELECT g.id, %(dossier)s, 1, g.principal_id, g.generation, g.compartments, g.wrapped, g.reason, %(at)s, g.signature
FROM unnest(%(grants)s::uuid[], %(principals)s::uuid[], %(generations)s::integer[], %(masks)s::integer[],
            %(wraps)s::bytea[], %(reasons)s::text[], %(signatures)s::bytea[])
    AS g(id, principal_id, generation, compartments, wrapped, reason, signature)
"""


@dataclass
class Acceptance:
    """A report sealed and ready to be written; `refs` says where each content went."""

    dossier_id: UUID
    receipt_id: UUID
    refs: dict[tuple[Compartment, int], UUID]
    """By compartment and position in what was handed in; file keys follow in `file_refs`."""
    file_refs: list[tuple[UUID, UUID]]
    """(file id, key reference) in the order of the files."""
    values: dict[str, object] = field(repr=False)
    rows: list[Sealed] = field(repr=False)
    grants: list[Grant] = field(repr=False)
    files: list[FileRow] = field(repr=False)
    slot: Slot | None = field(repr=False)


def load_directory() -> Directory:
    """Return the keys that reports are sealed to: kept for ten seconds, else a short read of its own."""
    cached = keys_directory.cached_directory()
    if cached is not None:
        return cached
    with audit.unit_of_work(Role.PUBLIC):
        return keys_directory.read_directory()


def prepare_acceptance(
    *,
    directory: Directory,
    desk_id: UUID,
    unit_id: UUID | None,
    contents: Mapping[Compartment, Sequence[Content]],
    files: Sequence[SealedUpload],
    receipt: Receipt,
    at: datetime,
    desk_compartments: frozenset[Compartment] = DESK_COMPARTMENTS,
    breakglass_id: UUID | None = None,
    kind: str = "report",
) -> Acceptance:
    """Seal a report for a desk, the recovery key, the break-glass key and the receipt. Takes no connection.

    Args:
        desk_id: the desk's principal.
        unit_id: the unit that will oversee the dossier.
        contents: what to seal, by compartment.
        files: uploads; their keys are sealed in the attachment compartment, which the receipt does not open.
        desk_compartments: what the desk may open.
        breakglass_id: the unit's break-glass principal; None when the reporter avoids the unit.

    Raises:
        KeyNotSigned: the desk, the break-glass or the recovery key is not signed.
        Busy: too many files are being stored.
    """
    recovery = directory.recovery
    desk = directory.get(desk_id)
    breakglass = directory.get(breakglass_id) if breakglass_id else None
    if recovery is None or desk is None or (breakglass_id and breakglass is None):
        raise KeyNotSigned(_("Kunci penerima belum disahkan dua petugas kunci."))
    data_key, dossier_id, receipt_id = sealing.new_data_key(), uuid4(), uuid4()
    keys, epoch = EpochKeys(data_key), EpochFacts(dossier_id, 1, sealing.commitment(data_key))
    own = ActiveKey(receipt_id, PrincipalKind.RECEIPT, 1, receipt.public())
    wished = [(desk, desk_compartments, "report"), (recovery, None, "recovery"), (own, RECEIPT_COMPARTMENTS, "receipt")]
    if breakglass is not None:
        wished.append((breakglass, None, "breakglass"))
    grants = [
        make_grant(GrantSpec(key.principal_id, parts, reason), key, epoch, keys, by=None, at=at)
        for key, parts, reason in wished
    ]
    rows, refs = _seal_contents(keys, dossier_id, contents, at)
    file_rows = [FileRow(upload, Compartment.ATTACHMENT, uuid4()) for upload in files]
    rows += [_seal(keys, dossier_id, row.compartment, row.key_ref, row.upload.to_content(), at) for row in file_rows]
    return Acceptance(
        dossier_id=dossier_id,
        receipt_id=receipt_id,
        refs=refs,
        file_refs=[(row.upload.file_id, row.key_ref) for row in file_rows],
        values=_values(epoch, own, receipt, rows, grants) | {"kind": kind, "unit": unit_id, "at": at},
        rows=rows,
        grants=grants,
        files=file_rows,
        slot=take_slot() if file_rows else None,
    )


def write_acceptance(acceptance: Acceptance, at: datetime) -> None:
    """Write a prepared report, inside `unit_of_work(Role.PUBLIC)`: one statement, and the frames of its files.

    Writes: receipt principal, dossier, epoch, grants, sealed rows, files; one `vault.dossier_made` event with the
    fingerprints.
    """
    if acceptance.files:
        # Before the grants: the public role may add files only to a dossier that nobody holds yet.
        store_files(acceptance.dossier_id, acceptance.files, at, slot=acceptance.slot)
    audit.run_prepared(ACCEPT, acceptance.values)
    audit.record_seals(
        events.DOSSIER_MADE,
        seals=seals_of(acceptance.rows),
        by=None,
        dossier_id=acceptance.dossier_id,
        at=at,
        detail={
            "kind": str(acceptance.values["kind"]),
            "principals": [str(row.principal_id) for row in acceptance.grants],
        },
    )


def _seal_contents(
    keys: EpochKeys, dossier_id: UUID, contents: Mapping[Compartment, Sequence[Content]], at: datetime
) -> tuple[list[Sealed], dict[tuple[Compartment, int], UUID]]:
    rows, refs = [], {}
    for compartment, several in contents.items():
        for number, content in enumerate(several):
            refs[compartment, number] = uuid4()
            rows.append(_seal(keys, dossier_id, compartment, refs[compartment, number], content, at))
    return rows, refs


def _seal(
    keys: EpochKeys, dossier_id: UUID, compartment: Compartment, ref: UUID, content: Content, at: datetime
) -> Sealed:
    return make_sealed(Place(dossier_id, compartment, ref, 1, 1), keys, content, at)


def _values(
    epoch: EpochFacts, own: ActiveKey, receipt: Receipt, rows: Sequence[Sealed], grants: Sequence[Grant]
) -> dict[str, object]:
    entry = layout.DirectoryEntry(own.principal_id, own.kind, own.generation, own.kem.to_bytes())
    return {
        "receipt": own.principal_id,
        "key": uuid4(),
        "kem_public": entry.kem_public,
        "mac": pepper.mac(pepper.Label.DIRECTORY, layout.directory_bytes(pepper.installation(), entry)),
        "dossier": epoch.dossier_id,
        "epoch": uuid4(),
        "commitment": epoch.commitment,
        "locator": receipt.locator,
        "refs": [row.ref for row in rows],
        "compartments": [int(row.compartment) for row in rows],
        "envelopes": [row.envelope for row in rows],
        "grants": [row.id for row in grants],
        "principals": [row.principal_id for row in grants],
        "generations": [row.generation for row in grants],
        "masks": [row.compartments for row in grants],
        "wraps": [row.wrapped for row in grants],
        "reasons": [row.reason for row in grants],
        "signatures": [row.signature for row in grants],
    }
