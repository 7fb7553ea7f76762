"""What people do to their clocks day by day: pause, go on, put off, hand over. Each kind that can be, once at least."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from ruangaman.accounts.models import User
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.clocks import services as clocks
from ruangaman.clocks.models import Clock
from ruangaman.clocks.types import Length, PauseReason, SnoozeReason, Unit
from ruangaman.ops.year.world import Life, World

HOUR = timedelta(hours=1)
EVERY = 12 * HOUR
TIMES = 2
"""So often a kind is paused: once more than has to be, for it may end meanwhile."""


def chores(world: World, *, days: int) -> Life:
    """Look at what is open twice a day; pause, put off and hand on a clock of each kind that was not yet."""
    done: Counter[tuple[str, str]] = Counter()
    for _turn in range(int(timedelta(days=days) / EVERY)):
        yield EVERY / 2
        rows = _running(world)
        held = [row for row in rows if row.kind.is_pausable and _is_due(done, "pause", row.kind.key, TIMES)]
        for row in held:
            told = {"clock_id": row.pk, "reason": PauseReason.PERSON_ASKED, "until": world.now + EVERY}
            world.do(_owner(world, row), clocks.pause_clock, **told)
        for row in rows:
            if row not in held and _is_due(done, "look", row.kind.key, 1):
                _put_off_and_hand_on(world, row)
        yield EVERY / 2
        for row in held:
            _resume(world, row)


def _is_due(done: Counter[tuple[str, str]], what: str, key: str, times: int) -> bool:
    done[what, key] += 1
    return done[what, key] <= times


def _running(world: World) -> list[Clock]:
    """Return what somebody holds whose time is not over, what presses first first."""
    with unit_of_work(Role.MIGRATE):
        rows = Clock.objects.running().filter(owner__isnull=False, due_at__gt=world.now, started_at__lt=world.now)
        return list(rows.select_related("kind", "owner").order_by("presses_at", "id"))


def _owner(world: World, row: Clock) -> User:
    if row.owner is None:
        raise RuntimeError("A clock of a desk was looked at.")
    return world.person(row.owner.username)


def _put_off_and_hand_on(world: World, row: Clock) -> None:
    """Put it off, take that back, then give it to whom it is: exactly one holds it before and after."""
    owner, until = _owner(world, row), min(world.now + HOUR, row.due_at)
    world.do(owner, clocks.snooze_clock, clock_id=row.pk, until=until, reason=SnoozeReason.SAFE_HOUR)
    world.do(owner, clocks.wake_clock, clock_id=row.pk)
    world.do(owner, clocks.hand_clock_to, clock_id=row.pk, owner=owner)


def _resume(world: World, row: Clock) -> None:
    """Let it go on, unless what it waited for came meanwhile; whoever holds it now."""
    with unit_of_work(Role.MIGRATE):
        now = Clock.objects.filter(pk=row.pk, stopped_at=None).select_related("kind", "owner").first()
    if now is not None:
        world.do(_owner(world, now), clocks.resume_clock, clock_id=now.pk)


def rules(world: World) -> Life:
    """Let the administrator keep the calendar, and give a companion less time from some day on."""
    yield 4 * HOUR
    day = world.now.date() + timedelta(days=20)
    world.do("admin", clocks.set_holiday, on=day, name="Cuti bersama (contoh)", source="contoh")
    world.do("admin", clocks.set_holiday, on=day + timedelta(days=1), name="Keliru (contoh)", source="contoh")
    yield HOUR
    world.do("admin", clocks.remove_holiday, on=day + timedelta(days=1))
    begin = world.now + timedelta(days=15)
    less = Length(20, Unit.HOUR)
    world.do("admin", clocks.set_limit, key="case.companion", length=less, legal_basis="Contoh", valid_from=begin)
