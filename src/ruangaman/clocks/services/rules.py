"""Rules written down by an administrator: kinds, limits, holidays, office hours. None changes a clock that runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.accounts.models import User
from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail
from ruangaman.clocks import events, policies
from ruangaman.clocks.models import ClockKind, Holiday, Limit, OfficeDay
from ruangaman.clocks.registry import abouts
from ruangaman.clocks.selectors import NO_OFFICE, basis_of, find_limit, get_office, own_number
from ruangaman.clocks.types import (
    LAW,
    Condition,
    EndReason,
    Holder,
    Length,
    LongerReason,
    Office,
    Step,
    times_longer,
    why_not_reckoned,
)
from ruangaman.core.clock import day_of, why_far
from ruangaman.core.errors import Conflict, NotAllowed, NotFound

SAME = gettext_lazy("Sama dengan yang sudah berlaku: tidak ada yang perlu disimpan.")
OVER_LAW = gettext_lazy("Ini lebih lama daripada angka dari “%(basis)s”. Tulis dasar lain yang membolehkannya.")


@dataclass(frozen=True)
class NewKind:
    """A kind as an administrator writes it down."""

    key: str
    label: str
    todo: str
    about: str
    starts_on: tuple[str, ...]
    stops_on: tuple[str, ...]
    holder: Holder
    length: Length
    legal_basis: str
    condition: Condition = field(default_factory=Condition)
    chain: tuple[Step, ...] = ()
    restarts: bool = False
    is_third_party: bool = False
    is_pausable: bool = True

    @property
    def told(self) -> tuple[str, ...]:
        """The events that may begin it: those that end it, too, when it begins again."""
        return self.starts_on + (self.stops_on if self.restarts else ())


@transaction.atomic
def add_kind(*, new: NewKind, by: User, at: datetime, kind_id: UUID | None = None) -> ClockKind:
    """Write down a kind with its first limit; both hold from now on.

    Args:
        kind_id: the new row's id, minted with the form: asked twice, the first one is returned.

    Raises:
        NotAllowed: `by` writes no rules.
        Conflict: the key is taken, or whose turn it would be cannot be anybody of what it is about.

    Writes: the kind, its limit, `clocks.kind_added` and `clocks.limit_set` events.
    """
    _enter(by)
    found = ClockKind.objects.filter(pk=kind_id).first() if kind_id else None
    if found is not None:
        return found
    if ClockKind.objects.filter(key=new.key).exists() or Limit.objects.filter(key=new.key).exists():
        raise Conflict(_("Kode “%(key)s” sudah dipakai. Pilih yang lain.") % {"key": new.key})
    about = abouts.get(new.about)
    why = about.why_not_held(new.holder, new.told) if about else ""
    if why:
        raise Conflict(why)
    kind = ClockKind(
        key=new.key,
        label=new.label,
        todo=new.todo,
        about=new.about,
        starts_on=list(new.starts_on),
        stops_on=list(new.stops_on),
        restarts=new.restarts,
        condition=new.condition.to_json(),
        limit_key=new.key,
        holder=new.holder,
        is_third_party=new.is_third_party,
        is_pausable=new.is_pausable,
        chain=[step.to_json() for step in new.chain],
        valid_from=at,
        changed_by=by,
    )
    kind.id = kind_id or kind.id
    kind.save(force_insert=True)
    detail: Detail = {
        "about": kind.about,
        "starts_on": list(kind.starts_on),
        "stops_on": list(kind.stops_on),
        "holder": new.holder.value,
    }
    audit.record(events.KIND_ADDED, by=by, subject=kind.key, at=at, detail=detail)
    set_limit(key=kind.key, length=new.length, legal_basis=new.legal_basis, valid_from=at, by=by, at=at)
    return kind


@transaction.atomic
def end_kind(*, key: str, reason: EndReason, has_looked: bool = False, by: User, at: datetime) -> ClockKind:
    """Let a kind begin no clock any more; those that run go on. Ended already: it stays as it is.

    Args:
        has_looked: `by` says that they looked at what it rests on.

    Raises:
        NotAllowed, NotFound.
        Conflict: law or medicine asks for it, and nobody looked at that.

    Writes: the kind, one `clocks.kind_ended` event.
    """
    kind = _lock_kind(key, by)
    if kind.is_valid(at):
        if not has_looked and policies.is_asked_of_us(kind, basis_of(kind, at)):
            raise Conflict(_("Periksa dasarnya dulu, lalu centang."))
        kind.valid_to, kind.changed_by = at, by
        kind.save(update_fields=["valid_to", "changed_by"])
        audit.record(events.KIND_ENDED, by=by, subject=kind.key, at=at, detail={"reason": reason.value})
    return kind


@transaction.atomic
def resume_kind(*, key: str, by: User, at: datetime) -> ClockKind:
    """Let a kind begin clocks again. Raises NotAllowed, NotFound. Writes the kind, one `clocks.kind_resumed` event."""
    kind = _lock_kind(key, by)
    if not kind.is_valid(at):
        kind.valid_to, kind.changed_by = None, by
        kind.save(update_fields=["valid_to", "changed_by"])
        audit.record(events.KIND_RESUMED, by=by, subject=kind.key, at=at)
    return kind


@dataclass(frozen=True)
class Longer:
    """A new version of a limit beside the one that holds when it begins.

    Args:
        times: how many times as long; None: before it was at once, and is not any more.
        is_grave: it takes longer, and somebody in danger waits for it, or law or medicine asks for it.
        is_over_law: it takes longer than the law's own number, and names no other basis.
        is_same: nothing changes.
    """

    before: Limit
    times: float | None
    is_grave: bool
    is_over_law: bool
    is_same: bool


def weigh(*, key: str, length: Length, legal_basis: str, begins: datetime) -> Longer | None:
    """Lay a new version beside the one that holds; None: there is none yet."""
    before = find_limit(key, begins)
    if before is None:
        return None
    office = get_office() if length.is_working or before.length.is_working else NO_OFFICE
    kind = ClockKind.objects.filter(limit_key=key).first()
    times = times_longer(length, before.length, office, begins)
    is_longer = times is None or times > 1
    return Longer(
        before=before,
        times=times,
        is_grave=is_longer and policies.needs_reason(key, kind, before.legal_basis),
        is_over_law=is_longer and _is_over_law(key, length, legal_basis, office, begins),
        is_same=length == before.length and legal_basis.strip() == before.legal_basis,
    )


def _is_over_law(key: str, length: Length, legal_basis: str, office: Office, begins: datetime) -> bool:
    """Whether it takes longer than the law's own number, and names no other basis than that law."""
    law = own_number(key)
    if law is None or re.match(LAW, law.legal_basis) is None or legal_basis.strip() != law.legal_basis:
        return False
    beyond = times_longer(length, law.length, office, begins)
    return beyond is None or beyond > 1


def _refuse_unsaid(longer: Longer, reason: LongerReason | None, has_looked: bool) -> None:
    """Stop where nothing changes, or a limit becomes longer without a word. Raises Conflict."""
    if longer.is_same:
        raise Conflict(str(SAME))
    if longer.is_over_law:
        raise Conflict(OVER_LAW % {"basis": longer.before.legal_basis})
    if longer.is_grave and (reason is None or not has_looked):
        raise Conflict(_("Batas ini menjadi lebih lama: pilih alasannya, dan centang bahwa dasarnya sudah diperiksa."))


@transaction.atomic
def set_limit(
    *,
    key: str,
    length: Length,
    legal_basis: str,
    valid_from: datetime,
    by: User,
    at: datetime,
    reason: LongerReason | None = None,
    has_looked: bool = False,
) -> Limit:
    """Write down a new version of a limit. Clocks that run keep the version under which they began.

    Args:
        valid_from: not before `at`.
        reason: why it may take longer, kept with the version where `Longer.is_grave`.
        has_looked: `by` says that they looked at what it rests on.

    Raises:
        NotAllowed: `by` writes no rules.
        Conflict: it would hold for what is past, or from a day beyond what one looks ahead to, or from the moment of
            another version; it cannot be reckoned; reports would be answered in something else than whole hours; it is
            what holds already; or it takes longer, somebody in danger waits for it or law or medicine asks for it, and
            nobody says why.

    Writes: the limit, one `clocks.limit_set` event.
    """
    _enter(by)
    if valid_from < at:
        raise Conflict(_("Batas baru berlaku paling cepat mulai sekarang."))
    _refuse_far(day_of(valid_from), at)
    if Limit.objects.filter(key=key, valid_from=valid_from).exists():
        raise Conflict(_("Sudah ada batas yang mulai berlaku pada saat itu."))
    if key.startswith("report.") and (length.unit != "hour" or length.is_working):
        raise Conflict(_("Batas menjawab laporan dihitung dalam jam kalender."))
    why = why_not_reckoned(length, get_office() if length.is_working else NO_OFFICE, valid_from)
    if why:
        raise Conflict(why)
    longer = weigh(key=key, length=length, legal_basis=legal_basis, begins=valid_from)
    if longer is not None:
        _refuse_unsaid(longer, reason, has_looked)
    limit = Limit(
        key=key,
        value=length.value,
        unit=length.unit,
        calendar=length.calendar,
        legal_basis=legal_basis,
        valid_from=valid_from,
        made_by=by,
        made_at=at,
        reason=reason.value if reason and longer is not None and longer.is_grave else "",
    )
    limit.save(force_insert=True)
    detail: Detail = {
        "value": length.value,
        "unit": str(length.unit),
        "calendar": str(length.calendar),
        "valid_from": valid_from.isoformat(),
    }
    if limit.reason:
        detail["reason"] = limit.reason
    audit.record(events.LIMIT_SET, by=by, subject=key, at=at, detail=detail)
    return limit


@transaction.atomic
def set_holiday(*, on: date, name: str, source: str, by: User, at: datetime, instead_of: str = "") -> Holiday:
    """Write down that the office is closed on a day, or call the day something else.

    Args:
        instead_of: the name that the day has now, as whoever changes it has read it.

    Raises:
        NotAllowed: `by` writes no rules.
        Conflict: the day has another name than `instead_of`, is farther away than any limit looks, or in a year that
            is over.

    Writes: the day, one `clocks.holiday_set` event.
    """
    _enter(by)
    _refuse_far(on, at)
    if on.year < day_of(at).year:
        raise Conflict(_("Tahun %(year)d sudah selesai: hari-harinya hanya dibaca.") % {"year": on.year})
    day = Holiday.objects.select_for_update().filter(on=on).first()
    if day is not None and instead_of != day.name and (name, source) != (day.name, day.source):
        raise Conflict(_("Tanggal itu sudah tercatat sebagai “%(name)s”.") % {"name": day.name})
    if day is None:
        day = Holiday(on=on, name=name, source=source, changed_by=by)
        day.save(force_insert=True)
    else:
        day.name, day.source, day.changed_by = name, source, by
        day.save(update_fields=["name", "source", "changed_by"])
    audit.record(events.HOLIDAY_SET, by=by, subject=on.isoformat(), at=at)
    return day


@transaction.atomic
def remove_holiday(*, on: date, by: User, at: datetime) -> None:
    """Let the office work on a day after all. No such day: nothing happens.

    Raises: NotAllowed. Writes: the day, one `clocks.holiday_removed` event.
    """
    _enter(by)
    if Holiday.objects.filter(on=on)._raw_delete("default"):
        audit.record(events.HOLIDAY_REMOVED, by=by, subject=on.isoformat(), at=at)


@transaction.atomic
def set_hours(*, hours: Mapping[int, tuple[time, time]], by: User, at: datetime) -> None:
    """Write down when the office works; a weekday (Monday 0) that is missing is free.

    Raises:
        NotAllowed: `by` writes no rules.
        Conflict: it would never work, or close before it opens.

    Writes: the days, one `clocks.hours_set` event.
    """
    _enter(by)
    if not hours or any(opens >= closes for opens, closes in hours.values()):
        raise Conflict(_("Isi paling sedikit satu hari, dan jam tutup sesudah jam buka."))
    OfficeDay.objects.exclude(weekday__in=hours)._raw_delete("default")
    OfficeDay.objects.bulk_create(
        [OfficeDay(weekday=day, opens=opens, closes=closes) for day, (opens, closes) in hours.items()],
        update_conflicts=True,
        unique_fields=["weekday"],
        update_fields=["opens", "closes"],
    )
    audit.record(events.HOURS_SET, by=by, subject="office", at=at, detail={"days": len(hours)})


def _enter(by: User) -> None:
    if not policies.can_set_rules(by):
        raise NotAllowed(_("Hanya administrator yang mengatur batas waktu."))


def _refuse_far(day: date, at: datetime) -> None:
    why = why_far(day, at)
    if why:
        raise Conflict(why)


def _lock_kind(key: str, by: User) -> ClockKind:
    _enter(by)
    kind = ClockKind.objects.select_for_update(of=("self",)).filter(key=key).first()
    if kind is None:
        raise NotFound(_("Jenis jam ini tidak ada."))
    return kind
