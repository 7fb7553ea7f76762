"""Whose turn it is at a desk, what was handed over, and whom the alarm reaches beside the roster."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db.models import Q
from django.utils.translation import gettext as _

from ruangaman.accounts.models import Desk, DeskMember, DutyShift, User
from ruangaman.intake.models import Handover, Report
from ruangaman.intake.types.turns import EARLY, Passed, Planned, Turn, turn_at
from ruangaman.ui.moments import clock_time

LOOK_BACK = timedelta(hours=24)
"""How far back a turn may have begun, and a handing-over may lie, to say something about now."""
SOON = timedelta(hours=1)
"""How long before the end of a turn the desk is reminded to hand it over."""
TELL_WITHIN = timedelta(hours=3)
"""How long after its beginning the head is still told of a turn that nobody took."""


@dataclass(frozen=True)
class Duty:
    """One desk and whose turn it is there, with the names for it."""

    desk: Desk
    turn: Turn
    names: Mapping[UUID, str] = field(repr=False)

    def name(self, user_id: UUID | None) -> str:
        """The name of somebody."""
        return self.names.get(user_id, "") if user_id else ""

    @property
    def on_duty(self) -> str:
        """Who is on the roster now, by name."""
        return ", ".join(sorted(self.name(one) for one in self.turn.on_duty))

    @property
    def who(self) -> list[tuple[UUID, str]]:
        """Who can be asked now, with their names: who is on the roster, else who took the turn last."""
        asked = self.turn.on_duty or ({self.turn.taken_by} if self.turn.taken_by else set())
        return sorted(((one, self.name(one)) for one in asked), key=lambda one: one[1])

    def headline(self, viewer_id: UUID) -> str:
        """Answer whose turn it is."""
        turn, began = self.turn, clock_time(self.turn.began)
        if turn.began is None:
            if turn.taken_by is None:
                return _("Tidak ada jadwal jaga sekarang; alarm sampai ke semua petugas meja.")
            return self._stands(turn.taken_by, viewer_id, clock_time(turn.taken_at), "")
        if turn.is_untaken and viewer_id in turn.on_duty:
            return _("Giliran jaga Anda mulai %(time)s, dan belum Anda terima.") % {"time": began}
        if turn.is_untaken:
            return _("%(names)s mulai jaga %(time)s, dan belum menerimanya.") % {"names": self.on_duty, "time": began}
        who = viewer_id if viewer_id in turn.on_duty else turn.taken_by
        return self._stands(who, viewer_id, began, clock_time(turn.until))

    def notice(self, viewer_id: UUID, at: datetime) -> str:
        """Say what the desk's person has to know about the turn; empty: nothing that cannot wait."""
        turn, began = self.turn, clock_time(self.turn.began)
        others = ", ".join(sorted(self.name(one) for one in turn.givers - {viewer_id}))
        if others:
            return _("%(names)s menyerahkan jaga, dan belum ada yang menerima.") % {"names": others}
        if turn.is_untaken and viewer_id in turn.on_duty:
            return _("Giliran jaga Anda mulai %(time)s, dan belum Anda terima.") % {"time": began}
        if viewer_id in turn.givers or (turn.is_untaken and viewer_id in turn.before):
            return _("Belum ada yang menerima jaga dari Anda. Sampai itu, alarm juga sampai kepada Anda.")
        if turn.is_untaken:
            return _("%(names)s mulai jaga %(time)s, dan belum menerimanya.") % {"names": self.on_duty, "time": began}
        if viewer_id in turn.on_duty and turn.until is not None and turn.until - at <= SOON:
            return _("Giliran jaga Anda berakhir %(time)s. Serahkan sebelum pergi.") % {"time": clock_time(turn.until)}
        return ""

    def _stands(self, who: UUID | None, viewer_id: UUID, since: str, until: str) -> str:
        facts = {"names": self.on_duty or self.name(who), "since": since, "until": until}
        if who == viewer_id:
            return (
                _("Anda yang jaga, sampai %(until)s.") % facts
                if until
                else _("Anda yang jaga, sejak %(since)s.") % facts
            )
        return _("%(names)s jaga sampai %(until)s.") % facts if until else _("%(names)s jaga sejak %(since)s.") % facts


def list_duties(*, viewer: User, at: datetime) -> list[Duty]:
    """Return whose turn it is at each desk that `viewer` sits at: four queries for any number of desks."""
    seats = DeskMember.objects.filter(user=viewer, until=None).values("desk_id")
    desks = list(Desk.objects.filter(pk__in=seats).order_by("position"))
    return _duties(desks, at)


def list_overseen(*, viewer: User, at: datetime) -> list[Duty]:
    """Return whose turn it is at each desk of the units that `viewer` oversees."""
    return _duties(list(Desk.objects.filter(unit_id__in=viewer.oversight_units).order_by("position")), at)


def list_untaken_turns(*, at: datetime) -> list[tuple[UUID, UUID]]:
    """Return (turn, desk) of every turn of which the head has to be told; for the worker, hence without a viewer."""
    turns = read_turns(list(Desk.objects.values_list("pk", flat=True)), at)
    return [
        (turn_id(desk_id, turn.began), desk_id)
        for desk_id, turn in turns.items()
        if turn.began is not None and turn.is_late(at) and at - turn.began < TELL_WITHIN
    ]


def list_called_too(*, desk_id: UUID, at: datetime) -> frozenset[UUID]:
    """Return whom an alarm of a desk reaches beside the roster; for the worker, hence without a viewer."""
    return read_turns([desk_id], at)[desk_id].called_too


def turn_id(desk_id: UUID, began: datetime) -> UUID:
    """Return what a turn is called in the list of letters that went out: the same turn, the same id."""
    return uuid5(NAMESPACE_OID, f"turn {desk_id} {began.timestamp():.0f}")


def read_turns(desks: Collection[UUID], at: datetime) -> dict[UUID, Turn]:
    """Return whose turn it is at each of these desks, in two queries. Reads only what the worker may know."""
    shifts = DutyShift.objects.filter(desk_id__in=desks, starts_at__lte=at, ends_at__gt=at - LOOK_BACK - EARLY)
    planned = list(shifts.values_list("desk_id", "user_id", "starts_at", "ends_at"))
    recent = Q(taken_at=None) | Q(taken_at__gt=at - LOOK_BACK)
    rows = Handover.objects.filter(recent, desk_id__in=desks)
    passed = list(rows.values_list("desk_id", "given_by_id", "given_at", "taken_by_id", "taken_at"))
    return {
        desk: turn_at(
            (Planned(who, starts, ends) for home, who, starts, ends in planned if home == desk),
            (Passed(giver, given, taker, taken) for home, giver, given, taker, taken in passed if home == desk),
            at,
        )
        for desk in desks
    }


def list_waiting(*, desk: Desk) -> list[Handover]:
    """Return what was handed over at a desk and nobody has taken, the oldest first."""
    rows = Handover.objects.filter(desk=desk, taken_at=None).select_related("given_by")
    return list(rows.order_by("given_at", "id"))


def get_last(*, desk: Desk, at: datetime) -> Handover | None:
    """Return what was taken last at a desk, if it was not long ago."""
    rows = Handover.objects.filter(desk=desk, taken_at__gt=at - LOOK_BACK).select_related("given_by", "taken_by")
    return rows.order_by("-taken_at", "-given_at", "id").first()


def list_open(*, desk: Desk) -> list[Report]:
    """Return what waits at a desk, the most urgent first, with who took it; also doubles that wait for an answer."""
    return list(Report.objects.of_desks([desk.pk]).unfinished().by_urgency().select_related("taken_by"))


def _duties(desks: Collection[Desk], at: datetime) -> list[Duty]:
    turns = read_turns([desk.pk for desk in desks], at)
    names = _names(turns.values())
    return [Duty(desk, turns[desk.pk], names) for desk in desks]


def _names(turns: Iterable[Turn]) -> dict[UUID, str]:
    wanted: set[UUID] = set()
    for turn in turns:
        wanted |= turn.on_duty | turn.before | turn.givers | ({turn.taken_by} if turn.taken_by else set())
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "display_name")) if wanted else {}
