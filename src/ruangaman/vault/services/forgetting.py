"""The end of a dossier: how long it is kept, what stands in the way of erasing it, and erasing it for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail, EventType
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.core.types import Actor
from ruangaman.vault import events, ledger
from ruangaman.vault.models import Dossier, ErasureOrder, Keeping, LegalHold, RetentionClass
from ruangaman.vault.selectors import going_with
from ruangaman.vault.types import ErasureReason, HoldReason


def end_dossier(
    *, dossier_id: UUID, kind: str, state: str, code: str, by: Actor, at: datetime, with_dossier: UUID | None = None
) -> date:
    """Note that a dossier has ended, by which class it is kept, and until when. A second end counts.

    Args:
        kind, state: of the retention class that is valid at `at`.
        code: of the case or report, the only thing that stays to call it by.
        with_dossier: the case that a report became; it goes when that goes.

    Returns:
        The first day on which it may be erased.

    Raises:
        NotFound: no such class; the installation is not set up.

    Writes: the row, one `vault.ended` event.
    """
    found = (
        RetentionClass.objects.filter(kind=kind, state=state, valid_from__lte=timezone.localdate(at))
        .order_by("-valid_from")
        .first()
    )
    if found is None:
        raise NotFound(f"There is no retention class for {kind} {state}.")
    keep_until = _years_after(timezone.localdate(at), found.years)
    _lock(with_dossier or dossier_id)
    Keeping.objects.filter(dossier_id=dossier_id).delete()
    Keeping(
        dossier_id=dossier_id,
        code=code,
        with_dossier_id=with_dossier,
        retention=found,
        ended_at=at,
        keep_until=keep_until,
    ).save(force_insert=True)
    detail: Detail = {"state": state, "years": found.years, "until": keep_until.isoformat()}
    audit.record(events.ENDED, by=by, subject=code, at=at, dossier_id=dossier_id, detail=detail)
    return keep_until


def keep_with(*, dossier_id: UUID, with_dossier: UUID, code: str, at: datetime) -> None:
    """Let a dossier that says something about another one go when that goes, however long that is.

    Args:
        code: of the case that `with_dossier` belongs to.

    Raises:
        NotFound: there are no retention classes; the installation is not set up.

    Writes: the row.
    """
    found = RetentionClass.objects.filter(kind="case").order_by("-valid_from", "state").first()
    if found is None:
        raise NotFound("There is no retention class for cases.")
    Keeping(
        dossier_id=dossier_id,
        code=code,
        with_dossier_id=with_dossier,
        retention=found,
        ended_at=at,
        keep_until=_years_after(timezone.localdate(at), found.years),
    ).save(force_insert=True)


def resume_dossier(*, dossier_id: UUID, by: Actor, at: datetime) -> bool:
    """Note that a dossier goes on: nothing of it is due any more, and no earlier proposal counts. False: it went on.

    Raises:
        NotFound: it is erased.

    Writes: the row, one `vault.resumed` event.
    """
    rows = Keeping.objects.filter(dossier_id=dossier_id)
    found = rows.first()
    if found is None:
        return False
    _lock(found.with_dossier_id or dossier_id)
    if not Dossier.objects.filter(id=dossier_id, shredded_at=None).exists():
        raise NotFound(_("Tidak ada berkas seperti itu."))
    rows.delete()
    audit.record(events.RESUMED, by=by, subject=found.code, at=at, dossier_id=dossier_id)
    return True


def place_hold(
    *, dossier_id: UUID, reason: HoldReason, by: Actor, at: datetime, words_ref: UUID | None = None
) -> LegalHold:
    """Forbid to erase a dossier, until somebody releases it again.

    Args:
        words_ref: why, in words, sealed in the dossier by who holds its keys; None: the code says enough.

    Raises:
        NotFound: not for `by` to know of, or erased.
        Conflict: it is held already.

    Writes: the hold, one `vault.hold_placed` event.
    """
    _lock(Keeping.objects.filter(dossier_id=dossier_id).values_list("with_dossier_id", flat=True).first() or dossier_id)
    if not Dossier.objects.filter(id=dossier_id, shredded_at=None).exists():
        raise NotFound(_("Tidak ada berkas seperti itu."))
    if LegalHold.objects.filter(dossier_id=dossier_id, released_at=None).exists():
        raise Conflict(_("Berkas ini sudah ditahan dari penghapusan."))
    hold = LegalHold(
        id=uuid4(),
        dossier_id=dossier_id,
        reason=reason,
        words_ref=words_ref,
        placed_by_id=by.principal_id,
        placed_at=at,
    )
    hold.save(force_insert=True)
    _record(events.HOLD_PLACED, dossier_id, by, at, reason=reason)
    return hold


def release_hold(*, dossier_id: UUID, by: Actor, at: datetime) -> None:
    """Let a dossier be erased when its time comes. Raises NotFound: nothing holds it.

    Writes: the hold, one `vault.hold_released` event.
    """
    holds = LegalHold.objects.filter(dossier_id=dossier_id, released_at=None)
    if not holds.update(released_at=at, released_by_id=by.principal_id):
        raise NotFound(_("Berkas ini tidak sedang ditahan."))
    _record(events.HOLD_RELEASED, dossier_id, by, at)


def enter_as_keeper(user_id: UUID) -> None:
    """Tell the database, for this transaction, that the viewer keeps the registers. The caller has checked the verb."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ra.keeper', %s, true)", [str(user_id)])


def propose_erasure(*, dossier_id: UUID, reason: ErasureReason, by: Actor, at: datetime) -> ErasureOrder:
    """Propose to erase an ended dossier; somebody else has to approve.

    Raises:
        NotFound: it has not ended, or goes with another one, or `by` keeps no register.
        NotAllowed: it is held, or its time is not over and no other reason is given.
        Conflict: proposed already.

    Writes: the order, one `vault.erasure_proposed` event.
    """
    keeping = _lock_keeping(dossier_id)
    if reason == ErasureReason.DUE and keeping.keep_until > timezone.localdate(at):
        raise NotAllowed(_("Masa simpannya belum habis."))
    _refuse_if_held(dossier_id)
    orders = ErasureOrder.objects.filter(dossier_id=dossier_id, approved_at=None, withdrawn_at=None)
    orders.filter(proposed_at__lt=keeping.ended_at).update(withdrawn_at=at, withdrawn_by_id=by.principal_id)
    if orders.exists():
        raise Conflict(_("Penghapusan berkas ini sudah diusulkan."))
    order = ErasureOrder(
        id=uuid4(), dossier_id=dossier_id, reason=reason, proposed_by_id=by.principal_id, proposed_at=at
    )
    order.save(force_insert=True)
    _record(events.ERASURE_PROPOSED, dossier_id, by, at, reason=reason)
    return order


def withdraw_erasure(*, dossier_id: UUID, by: Actor, at: datetime) -> None:
    """Take a proposal back, one's own or another's. Raises NotFound: there is none.

    Writes: the order, one `vault.erasure_withdrawn` event.
    """
    orders = ErasureOrder.objects.filter(dossier_id=dossier_id, approved_at=None, withdrawn_at=None)
    if not orders.update(withdrawn_at=at, withdrawn_by_id=by.principal_id):
        raise NotFound(_("Tidak ada usul penghapusan untuk berkas ini."))
    _record(events.ERASURE_WITHDRAWN, dossier_id, by, at)


def approve_erasure(*, dossier_id: UUID, by: Actor, at: datetime) -> list[UUID]:
    """Approve a proposal of somebody else, and erase at once: the dossier and whatever goes with it. For ever.

    Raises:
        NotFound: nothing is proposed.
        NotAllowed: `by` proposed it, or it is held, or its time is not over after all.
        OSError: the ledger cannot be written; nothing is erased.

    Writes: the order, everything that `shred` does, one `vault.erasure_approved` event. Returns what was erased.
    """
    keeping = _lock_keeping(dossier_id)
    orders = ErasureOrder.objects.filter(dossier_id=dossier_id, approved_at=None, withdrawn_at=None)
    order = orders.filter(proposed_at__gte=keeping.ended_at).first()
    if order is None:
        raise NotFound(_("Tidak ada usul penghapusan untuk berkas ini."))
    if order.proposed_by_id == by.principal_id:
        raise NotAllowed(_("Yang mengusulkan tidak menyetujui. Minta orang lain."))
    if order.reason == ErasureReason.DUE and keeping.keep_until > timezone.localdate(at):
        raise NotAllowed(_("Masa simpannya belum habis."))
    _refuse_if_held(dossier_id)
    order.approved_at, order.approved_by_id = at, by.principal_id
    order.save(update_fields=["approved_at", "approved_by"])
    _record(events.ERASURE_APPROVED, dossier_id, by, at, reason=order.reason)
    together = _together(dossier_id)
    shred(dossier_ids=together, by=by, at=at)
    return together


def shred(*, dossier_ids: Sequence[UUID], by: Actor | None, at: datetime) -> None:
    """Erase dossiers: every wrap of every epoch, recovery and break-glass included, contents, files, receipts.

    What stays are codes and dates. The ledger outside the database has it before the transaction can commit.

    Args:
        by: in whose name; the database asks for an order that two people gave. None: again, by the ledger.

    Raises:
        NotFound: no such dossier, or erased already; nothing is erased.
        OSError: the ledger cannot be written; nothing is erased.

    Writes: deletes all of it; the dossiers, a `vault.shredded` event for each; then the ledger.
    """
    with transaction.atomic():
        for dossier_id in dossier_ids:
            if not _shred(dossier_id, at):
                raise NotFound(_("Tidak ada berkas seperti itu."))
            _record(events.SHREDDED, dossier_id, by, at)
    for dossier_id in dossier_ids:
        ledger.append(dossier_id, at)


def check_ledger(path: Path) -> None:
    """Read a copy of the ledger to its end. Raises OSError, BrokenLedger: there is none, or it is none of ours."""
    path.stat()  # where there is no file, `read` finds that nothing was ever erased
    for _entry in ledger.read(path):
        continue


def replay_ledger(at: datetime) -> int:
    """Erase again what the ledger says is erased and the database still holds; return how many there were.

    And the other way round: what the database has erased and the ledger lost (a new disk) is written into it again.
    For a restored copy before it opens, and for the worker. Needs a unit of work as worker or owner.

    Raises:
        BrokenLedger: a line is not ours; nothing was erased.

    Writes: as `shred`.
    """
    known = {entry.dossier_id: entry.at for entry in ledger.read()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_not_shredded(%s)", [list(known)])
        left = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT dossier_id, shredded_at FROM vault_shredded()")
        forgotten = [(dossier_id, moment) for dossier_id, moment in cursor.fetchall() if dossier_id not in known]
    for dossier_id in left:
        _shred(dossier_id, known[dossier_id])
        _record(events.SHREDDED, dossier_id, None, at)
    for dossier_id, moment in forgotten:
        ledger.append(dossier_id, moment)
    return len(left)


def _shred(dossier_id: UUID, at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_shred(%s, %s)", [dossier_id, at])
        return bool(cursor.fetchone()[0])


def _years_after(day: date, years: int) -> date:
    """Return the same day `years` later; the 29th of February becomes the 1st of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _lock(dossier_id: UUID) -> None:
    """Let nobody else end, resume, hold or erase this dossier until the transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"erasure {dossier_id}"])


def _lock_keeping(dossier_id: UUID) -> Keeping:
    """Return the row of an ended dossier that stands for itself, while nobody else decides about it."""
    _lock(dossier_id)
    found = Keeping.objects.filter(dossier_id=dossier_id, with_dossier=None, dossier__shredded_at=None).first()
    if found is None:
        raise NotFound(_("Tidak ada berkas seperti itu."))
    return found


def _together(dossier_id: UUID) -> list[UUID]:
    return [dossier_id, *(part.dossier_id for part in going_with([dossier_id])[dossier_id])]


def _refuse_if_held(dossier_id: UUID) -> None:
    if LegalHold.objects.filter(dossier_id__in=_together(dossier_id), released_at=None).exists():
        raise NotAllowed(_("Berkas ini ditahan dari penghapusan. Yang menahan atau petugas data dapat melepasnya."))


def _record(event: EventType, dossier_id: UUID, by: Actor | None, at: datetime, **detail: str) -> None:
    audit.record(event, by=by, subject=str(dossier_id), at=at, dossier_id=dossier_id, detail=dict(detail))
