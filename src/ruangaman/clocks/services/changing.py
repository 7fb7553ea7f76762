"""What people do to a clock that runs: pause it, let it go on, look at it later, give it to somebody else."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.utils.translation import gettext as _

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.models import Desk, User
from ruangaman.audit import services as audit
from ruangaman.audit.types import EventType
from ruangaman.clocks import events, policies
from ruangaman.clocks.models import Clock, Pause
from ruangaman.clocks.services.happening import name_of
from ruangaman.clocks.services.resuming import go_on
from ruangaman.clocks.types import HEAD_START, LONGEST_PAUSE, Detail, Holder, PauseReason, SnoozeReason
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import Conflict, NotAllowed, NotFound


@transaction.atomic
def pause_clock(*, clock_id: UUID, reason: PauseReason, until: datetime, by: User, at: datetime) -> Clock:
    """Let the time of a clock not count for a while. Paused already: it stays as it is.

    Args:
        until: when it goes on by itself; after `at`, at most a month, in high danger a week.

    Raises:
        NotFound: no such clock for `by`.
        NotAllowed: not theirs, or of a kind that cannot be paused, or of law or medicine.
        Conflict: it has stopped, or is late: what is late is not made up for by waiting; or `until` is past or too
            far away.

    Writes: the clock, its pause, one `clocks.paused` event.
    """
    clock = _lock(clock_id, by)
    if clock.paused_at is not None:
        return clock
    if not policies.can_pause(clock):
        raise NotAllowed(_("Batas waktu ini tidak dapat dijeda."))
    if at > clock.due_at:
        raise Conflict(_("Batas waktunya sudah lewat; menjedanya tidak mengubah itu."))
    if until <= at:
        raise Conflict(_("Pilih waktu yang masih akan datang."))
    if until - at > policies.longest_pause(clock):
        raise Conflict(_too_long_words(clock))
    clock.paused_at, clock.pause_reason = at, reason
    clock.save(update_fields=["paused_at", "pause_reason"])
    Pause.objects.create(clock=clock, dossier_id=clock.dossier_id, reason=reason, by=by, since=at, until=until)
    _record(events.PAUSED, clock, by=by, at=at, detail={"reason": reason.value, "until": until.isoformat()})
    return clock


@transaction.atomic
def resume_clock(*, clock_id: UUID, by: User, at: datetime) -> Clock:
    """Let the time of a clock count again, with as much left as there was. Not paused: it stays as it is.

    Raises:
        NotFound, NotAllowed, Conflict: as for `pause_clock`.

    Writes: the clock, its pause, one `clocks.resumed` event.
    """
    clock = _lock(clock_id, by)
    if clock.paused_at is not None:
        go_on(clock, by=by, at=at)
    return clock


@transaction.atomic
def snooze_clock(*, clock_id: UUID, until: datetime, reason: SnoozeReason, by: User, at: datetime) -> Clock:
    """Look at something later, while its time goes on.

    Args:
        until: after `at`, at most a week; in high danger, and for somebody's safety, not after the limit.

    Raises:
        NotFound: no such clock for `by`.
        NotAllowed: not their turn, or too dangerous to be put off beyond its limit, or somebody waits for it.
        Conflict: it has stopped, or `until` is past or too far away.

    Writes: the clock, one `clocks.snoozed` event.
    """
    clock = _lock(clock_id, by)
    if until <= at:
        raise Conflict(_("Pilih waktu yang masih akan datang."))
    if not policies.is_soon_enough(until, at):
        raise Conflict(_("Paling lama tujuh hari. Sesudah itu tunda lagi bila masih perlu."))
    if not policies.is_whose_turn(by, clock, accounts.desks_of(by)):
        raise NotAllowed(_("Hanya yang mendapat giliran dapat menundanya."))
    if not policies.can_put_off(clock, until):
        raise NotAllowed(_too_late_words(clock))
    clock.snoozed_until, clock.snooze_reason = until, reason
    clock.save(update_fields=["snoozed_until", "snooze_reason"])
    detail: Detail = {"reason": reason.value, "until": until.isoformat()}
    _record(events.SNOOZED, clock, by=by, at=at, detail=detail)
    return clock


@transaction.atomic
def wake_clock(*, clock_id: UUID, by: User, at: datetime) -> Clock:
    """Look at something again that was put off. Nobody put it off, or its time came: it stays as it is.

    Raises:
        NotFound, NotAllowed, Conflict: as for `pause_clock`.

    Writes: the clock, one `clocks.woken` event.
    """
    clock = _lock(clock_id, by)
    if clock.snoozed_until is None or clock.snoozed_until <= at:
        return clock
    clock.snoozed_until, clock.snooze_reason = None, ""
    clock.save(update_fields=["snoozed_until", "snooze_reason"])
    _record(events.WOKEN, clock, by=by, at=at, detail={})
    return clock


@transaction.atomic
def take_turns(*, dossier_id: UUID, owner: User | None) -> None:
    """Let the open turns of a desk on one dossier be one person's, or nobody's again; the desk sees them all the same.

    Called by who takes or releases a report, and told by that event.

    Writes: clocks.
    """
    Clock.objects.filter(dossier_id=dossier_id, desk__isnull=False).open().update(owner=owner)


@transaction.atomic
def hand_clock_to(
    *, clock_id: UUID, owner: User | None = None, desk: Desk | None = None, by: User, at: datetime
) -> Clock:
    """Give the turn to somebody else, or to a desk: exactly one of them.

    What was put off is looked at anew by whoever gets it.

    Raises:
        NotFound: no such clock for `by`.
        NotAllowed: not theirs.
        Conflict: it has stopped; or both or neither is named; or `owner` has left.

    Writes: the clock, one `clocks.handed` event.
    """
    clock = _lock(clock_id, by)
    if (owner is None) == (desk is None) or (owner is not None and not owner.is_active):
        raise Conflict(_("Pilih satu orang yang masih bertugas, atau satu meja."))
    clock.owner, clock.desk = owner, desk
    clock.snoozed_until, clock.snooze_reason = None, ""
    clock.save(update_fields=["owner", "desk", "snoozed_until", "snooze_reason"])
    detail: Detail = {"owner": str(owner.pk) if owner else None, "desk": desk.code if desk else None}
    _record(events.HANDED, clock, by=by, at=at, detail=detail)
    return clock


@transaction.atomic
def drop_clock(*, clock_id: UUID, dossier_id: UUID, event: str, is_safe: bool, by: User, at: datetime) -> Clock:
    """End a clock that began by mistake: what it stands for is not needed, or there is nothing of the kind.

    Called by who tells of it and keeps the reason; that `by` works on the dossier is looked at there.

    Args:
        event: what happened, as it is told.
        is_safe: whether somebody looked where it stands now and found her safe.

    Raises:
        NotFound: no such clock of this dossier for `by`.
        NotAllowed: it binds, and `by` does not answer for the whole; or it is a promise, which ends with its task; or
            her safety waits for it.
        Conflict: it has stopped.

    Writes: the clock.
    """
    rows = Clock.objects.select_for_update(of=("self",)).select_related("kind", "limit")
    clock = rows.filter(pk=clock_id, dossier_id=dossier_id).first()
    if clock is None:
        raise NotFound(_("Batas waktu ini tidak ada."))
    if policies.guards_safety(clock.kind) and not is_safe:
        raise NotAllowed(_("Ini menunggu keselamatannya: selesai begitu tercatat aman, tidak dihentikan."))
    if not policies.can_drop(by, clock, is_safe=is_safe):
        raise NotAllowed(_("Yang diminta undang-undang atau batas medis hanya dihentikan manajer kasus."))
    if clock.stopped_at is not None:
        raise Conflict(_("Ini sudah selesai. Muat ulang halaman."))
    clock.stopped_at, clock.stopped_on = max(at, clock.started_at), event
    clock.save(update_fields=["stopped_at", "stopped_on"])
    return clock


@transaction.atomic
def fill_part(*, dossier_id: UUID, part: Holder, before: UUID, to: User) -> None:
    """Let the turns of a part that was empty be those of whoever has it now; until then they were another's.

    Called by who gives somebody a part, and told by that event.

    Args:
        before: who had them in the place of the part.

    Writes: clocks.
    """
    rows = Clock.objects.filter(dossier_id=dossier_id, owner_id=before, kind__holder=part).open()
    rows.update(owner=to, snoozed_until=None, snooze_reason="")


@transaction.atomic
def hand_all(*, dossier_id: UUID, before: UUID, to: User, by: User, at: datetime) -> None:
    """Give every open turn of somebody in one dossier to somebody else; where they answered for it, so does `to`.

    Called by who hands over a case or takes somebody off it, and told by that event.

    Writes: clocks.
    """
    mine = Clock.objects.filter(dossier_id=dossier_id).open()
    mine.filter(owner_id=before).update(owner=to, snoozed_until=None, snooze_reason="")
    mine.filter(lead_id=before).update(lead=to)


@transaction.atomic
def set_danger(*, dossier_id: UUID, subject: str, danger: RiskLevel, by: User, at: datetime) -> int:
    """Let every open clock of a dossier press as its danger now says. Returns how many changed.

    What was put off beyond its limit is looked at again when the danger is high.

    Writes: clocks, one `clocks.danger_set` event if any changed.
    """
    changed = Clock.objects.filter(dossier_id=dossier_id).open().exclude(danger=danger)
    lead = ExpressionWrapper(Value(HEAD_START[danger]), output_field=DurationField())
    again = {"snoozed_until": None, "snooze_reason": ""} if danger >= RiskLevel.TINGGI else {}
    count = changed.update(danger=danger, presses_at=F("due_at") - lead, **again)
    if count:
        audit.record(
            events.DANGER_SET,
            by=by,
            subject=subject,
            at=at,
            dossier_id=dossier_id,
            detail={"danger": int(danger), "clocks": count},
        )
    return count


def _too_long_words(clock: Clock) -> str:
    if policies.longest_pause(clock) < LONGEST_PAUSE:
        return _("Dalam bahaya tinggi paling lama tujuh hari. Sesudah itu jeda lagi bila masih perlu.")
    return _("Paling lama tiga puluh hari. Sesudah itu jeda lagi bila masih perlu.")


def _too_late_words(clock: Clock) -> str:
    if policies.guards_safety(clock.kind):
        return _("Ini menunggu keselamatannya: pengingat tidak dapat ditunda melewati batas waktunya.")
    if clock.danger >= RiskLevel.TINGGI:
        danger = {"danger": RiskLevel(clock.danger).label.lower()}
        return _("Bahayanya %(danger)s: pengingat tidak dapat ditunda melewati batas waktunya.") % danger
    return _("Ada yang menunggu: pengingat tidak dapat ditunda melewati batas waktunya.")


def _lock(clock_id: UUID, by: User) -> Clock:
    """Lock one running clock that `by` may change. Raises NotFound, NotAllowed, Conflict."""
    found = Clock.objects.select_for_update(of=("self",)).select_related("kind", "limit").filter(pk=clock_id).first()
    if found is None:
        raise NotFound(_("Batas waktu ini tidak ada."))
    if not policies.can_change(by, found, accounts.desks_of(by)):
        raise NotAllowed(_("Giliran ini milik orang lain."))
    if found.stopped_at is not None:
        raise Conflict(_("Ini sudah selesai. Muat ulang halaman."))
    return found


def _record(event: EventType, clock: Clock, *, by: User, at: datetime, detail: Detail) -> None:
    told = {**name_of(clock), **detail}
    audit.record(event, by=by, subject=clock.subject, at=at, dossier_id=clock.dossier_id, detail=told)
