"""Sealing and opening content. Reading is a write: it leaves an event, committed before the plaintext leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from ruangaman.audit import services as audit
from ruangaman.audit.selectors import appended_seal
from ruangaman.audit.types import Detail, Role, Seal
from ruangaman.core.errors import Conflict, NotFound
from ruangaman.core.types import Actor
from ruangaman.vault import events, pepper, sealing
from ruangaman.vault.errors import NotHeld, Tampered
from ruangaman.vault.files import FileFacts, open_frames
from ruangaman.vault.grants import Opened, keyring_of, open_grants
from ruangaman.vault.models import Dossier, Frame, Sealed, SealedFile
from ruangaman.vault.sealing import EpochKeys
from ruangaman.vault.services.dossiers import OpenDossier
from ruangaman.vault.types import Closed, Compartment, Content, Place, Purpose

FRAMES_AT_ONCE = 4
Refs: TypeAlias = Collection[UUID] | Mapping[UUID, UUID]
"""References, or references each with the dossier that it has to be in."""


def seal(
    *, dossier_id: UUID, compartment: Compartment, content: Content, by: Actor, at: datetime, ref: UUID | None = None
) -> UUID:
    """Seal content under the dossier's present epoch and return its reference.

    Args:
        ref: what stands there is replaced by a new version; None: a new reference.

    Raises:
        NotFound: no such dossier or reference, or not for `by` to know of.
        NotHeld: `by` holds no key for the compartment.
        Conflict: somebody else replaced it at the same moment.
        Locked, Tampered.

    Writes: the sealed row; one `vault.sealed` event for each dossier of the unit of work, with the fingerprint.
    """
    keyring_of(by)
    dossier = LIVING.first(dossier_id=dossier_id)
    opened = open_grants([dossier_id], by=by, at=at)
    if dossier is None or not (opened.of(dossier_id) or opened.false):
        raise NotFound(_("Tidak ada berkas seperti itu."))
    keys = opened.need((dossier_id, dossier["epoch"]), compartment)
    if ref is None:
        row = make_sealed(Place(dossier_id, compartment, uuid4(), dossier["epoch"], 1), keys, content, at)
        row.save(force_insert=True)
    else:
        row = _replace(Place(dossier_id, compartment, ref, dossier["epoch"], 0), keys, content, at)
    record_sealed(dossier_id, [row], by=by, at=at)
    return row.ref


def _living(*, dossier_id: UUID) -> QuerySet[Any, Any]:
    return Dossier.objects.filter(id=dossier_id, shredded_at=None).values("epoch")


LIVING = audit.Planned(_living)


def seal_in(dossier: OpenDossier, compartment: Compartment, content: Content, at: datetime) -> UUID:
    """Seal content into a dossier that was just made and return its reference.

    Writes: the sealed row; one `vault.sealed` event for the dossier, with the fingerprint.
    """
    row = make_sealed(Place(dossier.dossier_id, compartment, uuid4(), dossier.epoch, 1), dossier.keys, content, at)
    row.save(force_insert=True)
    record_sealed(dossier.dossier_id, [row], by=dossier.by, at=at)
    return row.ref


def reveal(*, ref: UUID, purpose: Purpose, by: Actor, at: datetime, dossier_id: UUID | None = None) -> Content:
    """Open one content. See `reveal_many`.

    Args:
        dossier_id: where it has to be.

    Raises:
        NotHeld: `by` holds no key for its compartment.
    """
    refs: Refs = {ref: dossier_id} if dossier_id else [ref]
    content = reveal_many(refs=refs, purpose=purpose, by=by, at=at)[ref]
    if isinstance(content, Closed):
        raise NotHeld(_("Bagian berkas ini tidak terbuka bagi Anda."))
    return content


def reveal_many(*, refs: Refs, purpose: Purpose, by: Actor, at: datetime) -> dict[UUID, Content | Closed]:
    """Open contents; `Closed` stands for one in a compartment for which `by` holds no key.

    The order: grant, its signature, unwrap, commitment, the fingerprint in the trail, then the seal itself.

    Args:
        refs: a mapping says of each reference in which dossier it has to be: one that was pointed at another dossier's
            content opens nothing, also for who may open both.

    Raises:
        NotFound: a reference is unknown, or in a dossier that `by` may not know of.
        Tampered: something is not as it was sealed; a refusal is recorded.
        Locked: the keys of `by` are locked.

    Writes: one `vault.revealed` event for each dossier with purpose, compartments and number of references.
    """
    keyring_of(by, to_read=True)
    rows = list(Sealed.objects.filter(ref__in=set(refs)).annotate(appended=appended_seal("ref", "version")))
    opened = open_grants({row.dossier_id for row in rows}, by=by, at=at)
    known = {dossier_id for dossier_id, _epoch in {*opened.keys, *opened.false}}
    if {row.ref for row in rows if row.dossier_id in known} != set(refs):
        raise NotFound(_("Tidak ada isi seperti itu."))
    fingerprints = audit.newest_seals({row.ref: row.version for row in rows}, {row.ref: row.appended for row in rows})
    found: dict[UUID, Content | Closed] = {}
    homes = refs if isinstance(refs, Mapping) else {}
    for row in rows:
        try:
            if homes.get(row.ref, row.dossier_id) != row.dossier_id:
                raise Tampered(_("Isi tidak dapat dibuka: bukan di berkas tempat ia disimpan."))
            found[row.ref] = _open(row, opened, fingerprints.get(row.ref))
        except Tampered:
            _record_tampered(row, purpose, by, at)
            raise
    _record_revealed([row for row in rows if not isinstance(found[row.ref], Closed)], purpose, by, at)
    return {ref: found[ref] for ref in refs}


def open_file(
    *, key_ref: UUID, purpose: Purpose, by: Actor, at: datetime, dossier_id: UUID | None = None
) -> tuple[FileFacts, Iterator[bytes]]:
    """Open a file: its facts, and its bytes piece by piece, to be sent once the unit of work is committed.

    Args:
        key_ref: where the file's key is sealed: in the dossier that it came with, or sealed again in a case's.
        dossier_id: in which dossier that has to be.

    Raises:
        NotFound, NotHeld, Locked: as `reveal`.
        Tampered: as `reveal`, or frames are missing.

    Writes: one `vault.revealed` event.
    """
    facts = FileFacts.from_content(reveal(ref=key_ref, purpose=purpose, by=by, at=at, dossier_id=dossier_id))
    home = Sealed.objects.filter(ref=key_ref).values("dossier_id")
    moved = ~Q(key_ref=key_ref) & Q(dossier_id__in=home)  # in the file's own dossier there is one right reference
    row = SealedFile.objects.filter(id=facts.file_id).exclude(moved).first()
    if row is None or Frame.objects.filter(file=row).count() != facts.frames:
        raise Tampered(_("Berkas ini tidak utuh."))
    frames = _read_frames(facts, audit.current_unit().role, list(by.principals))
    return facts, open_frames(facts.file_id, facts.key, frames)


def make_sealed(place: Place, keys: EpochKeys, content: Content, at: datetime) -> Sealed:
    """Return an unsaved row with content sealed in its place. Raises NotHeld: `keys` lacks the compartment's."""
    key = keys.get(place.compartment)
    if key is None:
        raise NotHeld(_("Bagian berkas ini tidak terbuka bagi Anda."))
    return Sealed(
        ref=place.ref,
        dossier_id=place.dossier_id,
        compartment=place.compartment,
        epoch=place.epoch,
        version=place.version,
        envelope=sealing.seal_content(key, content, place, pepper.installation()),
        sealed_at=at,
    )


def seals_of(rows: Collection[Sealed]) -> list[Seal]:
    """Return what the trail keeps of sealed rows."""
    return [Seal(row.ref, row.version, sealing.fingerprint(bytes(row.envelope))) for row in rows]


def record_sealed(dossier_id: UUID, rows: Collection[Sealed], *, by: Actor | None, at: datetime) -> None:
    """Record that rows of one dossier were sealed, with their fingerprints."""
    audit.record_seals(
        events.SEALED, seals=seals_of(rows), by=by, dossier_id=dossier_id, at=at, detail=_detail(list(rows))
    )


def _replace(place: Place, keys: EpochKeys, content: Content, at: datetime) -> Sealed:
    """Put the next version where `place` says, whatever version it names."""
    ref, compartment = place.ref, place.compartment
    old = Sealed.objects.filter(ref=ref, dossier_id=place.dossier_id, compartment=compartment).first()
    if old is None:
        raise NotFound(_("Tidak ada isi seperti itu."))
    new = make_sealed(replace(place, version=old.version + 1), keys, content, at)
    changed = Sealed.objects.filter(ref=ref, version=old.version).update(
        epoch=new.epoch, version=new.version, envelope=new.envelope, sealed_at=at
    )
    if not changed:
        raise Conflict(_("Orang lain baru saja mengubah isi ini."))
    return new


def _open(row: Sealed, opened: Opened, fingerprint: bytes | None) -> Content | Closed:
    compartment, envelope = Compartment(row.compartment), bytes(row.envelope)
    key = opened.get((row.dossier_id, row.epoch), compartment)
    if key is None:
        return Closed(compartment)
    if sealing.fingerprint(envelope) != fingerprint:
        raise Tampered(_("Isi tidak dapat dibuka: bukan seperti saat disimpan."))
    place = Place(row.dossier_id, compartment, row.ref, row.epoch, row.version)
    return sealing.open_content(key, envelope, place, pepper.installation())


def _record_revealed(rows: Collection[Sealed], purpose: Purpose, by: Actor, at: datetime) -> None:
    dossiers: dict[UUID, list[Sealed]] = defaultdict(list)
    for row in rows:
        dossiers[row.dossier_id].append(row)
    for dossier_id, own in dossiers.items():
        audit.record(
            events.REVEALED,
            by=by,
            subject=str(dossier_id),
            at=at,
            dossier_id=dossier_id,
            detail=_detail(own) | {"purpose": purpose.value},
        )


def _record_tampered(row: Sealed, purpose: Purpose, by: Actor, at: datetime) -> None:
    audit.record_refusal(
        events.REFUSED,
        by=by,
        subject=str(row.dossier_id),
        at=at,
        dossier_id=row.dossier_id,
        detail=_detail([row]) | {"purpose": purpose.value, "why": "tampered"},
    )


def _detail(rows: list[Sealed]) -> Detail:
    parts = {Compartment(row.compartment).name.lower() for row in rows}
    return {"compartments": sorted(parts), "refs": len(rows)}


def _read_frames(facts: FileFacts, role: Role, principals: list[UUID]) -> Iterator[bytes]:
    """Read frames a few at a time, each few in a transaction of their own: no connection waits for a slow receiver."""
    for start in range(0, facts.frames, FRAMES_AT_ONCE):
        wanted = range(start, min(start + FRAMES_AT_ONCE, facts.frames))
        with audit.unit_of_work(role) as unit:
            unit.set_viewer(None, principals)
            rows = Frame.objects.filter(file_id=facts.file_id, position__in=wanted).order_by("position")
            frames = [bytes(data) for data in rows.values_list("data", flat=True)]
        yield from frames
