"""What waits for somebody's keys (vault.md, rule 12): asked for by one, done by the next who can, with one button."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.core.types import Actor
from ruangaman.vault import events, layout
from ruangaman.vault.grants import compartments_of, keyring_of, open_grants
from ruangaman.vault.models import Dossier, Principal, Waiting, WaitingKind
from ruangaman.vault.selectors import read_grants
from ruangaman.vault.services.dossiers import revoke, rotate, share
from ruangaman.vault.types import Compartment, GrantSpec


def ask_for_new_epoch(
    *, dossier_ids: Collection[UUID], reason: str, by: Actor | None, at: datetime, without: UUID | None = None
) -> int:
    """Ask for a new epoch of these dossiers. Twice is once. Needs no right on them: asking changes no key.

    Args:
        reason: a code, at most 24 characters.
        without: who must not be in the new epoch.

    Returns:
        How many of them did not wait for it already.

    Writes: a line for each living dossier, one `vault.asked` event.
    """
    return _ask_epochs(list(dossier_ids), without, reason, by, at)


def ask_for_new_epochs_without(*, principal_id: UUID, reason: str, by: Actor | None, at: datetime) -> int:
    """Ask for a new epoch of every living dossier on which somebody holds a wrap: they leave, or lost their keys.

    Call it before their wraps are deleted. Returns and writes as `ask_for_new_epoch`.
    """
    return _ask_epochs(None, principal_id, reason, by, at)


def delete_wraps_of(*, principal_id: UUID, by: Actor | None, at: datetime) -> int:
    """Delete every wrap of a retired principal at once; the new epochs follow. Returns how many.

    Raises:
        NotAllowed: the principal is not retired.

    Writes: deletes grants, one `vault.wraps_deleted` event.
    """
    if not Principal.objects.filter(id=principal_id, retired_at__isnull=False).exists():
        raise NotAllowed(_("Hanya kunci yang sudah dihentikan yang dihapus dari semua berkas."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_delete_wraps_of(%s)", [principal_id])
        count = int(cursor.fetchone()[0])
    audit.record(events.WRAPS_DELETED, by=by, subject=str(principal_id), at=at, detail={"count": count})
    return count


def ask_to_share(*, dossier_id: UUID, to: GrantSpec, by: Actor, at: datetime) -> None:
    """Ask whoever holds these compartments to share them; they may decline. Twice is once.

    Raises:
        NotFound: not for `by` to know of.

    Writes: the line, one `vault.asked` event.
    """
    if not Dossier.objects.filter(id=dossier_id, shredded_at=None).exists():
        raise NotFound(_("Tidak ada berkas seperti itu."))
    lines = Waiting.objects.filter(dossier_id=dossier_id, done_at=None, kind=WaitingKind.SHARE)
    if lines.filter(principal_id=to.principal_id).exists():
        return
    parts = to.compartments or frozenset()
    Waiting(
        id=uuid4(),
        dossier_id=dossier_id,
        kind=WaitingKind.SHARE,
        principal_id=to.principal_id,
        compartments=layout.compartment_bits(parts),
        not_after=to.not_after,
        reason=to.reason,
        asked_by_id=by.principal_id,
        asked_at=at,
    ).save(force_insert=True)
    detail: Detail = {
        "kind": WaitingKind.SHARE.value,
        "reason": to.reason,
        "principals": [str(to.principal_id)],
        "compartments": [part.name.lower() for part in sorted(parts)],
    }
    audit.record(events.ASKED, by=by, subject=str(dossier_id), at=at, dossier_id=dossier_id, detail=detail)


def do_waiting(*, waiting_id: UUID, by: Actor, at: datetime) -> Waiting:
    """Do what waits: begin the new epoch, or share what was asked for. Done already is done.

    Raises:
        NotFound: not for `by` to know of.
        NotAllowed: sharing, and `by` does not hold all that was asked for, or is the one who asked for themselves.
        Conflict: sharing with somebody whose time is over meanwhile.
        KeyNotSigned, Locked, Tampered.

    Writes: what `rotate`, `revoke` or `share` writes; the line, one `vault.answered` event.
    """
    keyring_of(by)
    line = _lock_line(waiting_id)
    if line.done_at is not None:
        return line
    with transaction.atomic():
        if line.kind == WaitingKind.EPOCH:
            _begin(line, by, at)
        else:
            _share(line, by, at)
        _close(line, by, at, declined=False)
    return line


def decline_waiting(*, waiting_id: UUID, by: Actor, at: datetime) -> Waiting:
    """Say no to sharing; nobody is asked again for it. Done already is done.

    Raises:
        NotFound: not for `by` to know of.
        NotAllowed: a new epoch is not declined; or `by` does not hold what was asked for.

    Writes: the line, one `vault.answered` event.
    """
    line = _lock_line(waiting_id)
    if line.done_at is not None:
        return line
    if line.kind == WaitingKind.EPOCH:
        raise NotAllowed(_("Kunci baru tidak dapat ditolak."))
    _refuse_unless_held(line, by, at)
    _close(line, by, at, declined=True)
    return line


def close_request(*, dossier_id: UUID, principal_id: UUID, by: Actor, at: datetime, declined: bool) -> None:
    """Close what waits to be shared with somebody, for it was shared otherwise or is not wanted any more.

    Writes: the line if there is one, one `vault.answered` event.
    """
    lines = Waiting.objects.filter(dossier_id=dossier_id, kind=WaitingKind.SHARE, principal_id=principal_id)
    for line in lines.filter(done_at=None).select_for_update():
        _close(line, by, at, declined=declined)


def _ask_epochs(wanted: list[UUID] | None, without: UUID | None, reason: str, by: Actor | None, at: datetime) -> int:
    asker = by.principal_id if by else None
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_ask_epochs(%s::uuid[], %s, %s, %s, %s)", [wanted, without, reason, asker, at])
        count = int(cursor.fetchone()[0])
    detail: Detail = {"kind": WaitingKind.EPOCH.value, "reason": reason, "dossiers": count}
    subject = str(without) if without else "dossiers"
    audit.record(events.ASKED, by=by, subject=subject, at=at, detail=detail)
    return count


def _lock_line(waiting_id: UUID) -> Waiting:
    line = Waiting.objects.select_for_update().filter(id=waiting_id).first()
    if line is None:
        raise NotFound(_("Tidak ada pekerjaan seperti itu."))
    return line


def _begin(line: Waiting, by: Actor, at: datetime) -> None:
    """Begin an epoch without whoever left; their wraps go, if they are still there."""
    leaver = line.principal_id
    if leaver is not None and any(view.principal_id == leaver for view in read_grants(line.dossier_id)):
        revoke(dossier_id=line.dossier_id, principal_id=leaver, by=by, at=at)
    else:
        rotate(dossier_id=line.dossier_id, by=by, at=at)


def _share(line: Waiting, by: Actor, at: datetime) -> None:
    _refuse_unless_held(line, by, at)
    if line.not_after is not None and line.not_after <= at:
        raise Conflict(_("Batas waktunya sudah lewat. Tolak permintaan ini."))
    spec = GrantSpec(line.principal_id, compartments_of(line.compartments), line.reason, line.not_after)  # type: ignore[arg-type]  # a share names somebody: a constraint of the table
    share(dossier_id=line.dossier_id, to=[spec], by=by, at=at)


def _refuse_unless_held(line: Waiting, by: Actor, at: datetime) -> None:
    """Only who holds all of it in some epoch decides; never who would receive it."""
    opened = open_grants([line.dossier_id], by=by, at=at).of(line.dossier_id)
    held = {part for keys in opened.values() for part in Compartment if keys.get(part) is not None}
    if line.principal_id in by.principals or not (compartments_of(line.compartments) or frozenset()) <= held:
        raise NotAllowed(_("Hanya pemegang bagian ini yang dapat membagikannya."))


def _close(line: Waiting, by: Actor, at: datetime, *, declined: bool) -> None:
    line.done_at, line.done_by_id, line.declined = at, by.principal_id, declined
    line.save(update_fields=["done_at", "done_by", "declined"])
    detail: Detail = {"kind": line.kind, "principals": [str(line.principal_id)], "declined": declined}
    audit.record(events.ANSWERED, by=by, subject=str(line.dossier_id), at=at, dossier_id=line.dossier_id, detail=detail)
