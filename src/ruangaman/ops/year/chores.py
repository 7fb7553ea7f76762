"""What people do to their clocks day by day: pause, go on, put off, hand over. Each kind that can be, once at least."""

from __future__ import annotations

from datetime import timedelta

from ruangaman.accounts.models import User
from ruangaman.clocks import services as clocks
from ruangaman.clocks.models import Clock
from ruangaman.clocks.types import Length, PauseReason, SnoozeReason, Unit
from ruangaman.core.errors import DomainError
from ruangaman.ops.city import acting
from ruangaman.ops.year.world import Life, World

HOUR = timedelta(hours=1)
WHO = ("manajer", "manajer2", "hukum", "pendamping", "pendamping2", "pendamping3", "petugas")
EVERY = 6 * HOUR


def chores(world: World, *, days: int) -> Life:
    """Look at what is open every few hours; pause, put off and hand on a clock of each kind that was not yet."""
    paused: dict[str, int] = {}
    snoozed: set[str] = set()
    handed: set[str] = set()
    for _turn in range(int(timedelta(days=days) / EVERY)):
        yield EVERY / 2
        held = [(who, one) for who in WHO if (one := _pause_next(world, world.person(who), paused)) is not None]
        for who in WHO:
            _put_off_next(world, world.person(who), snoozed)
            _hand_next(world, world.person(who), handed)
        yield EVERY / 2
        for who, one in held:
            _resume(world, world.person(who), one)


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


def _mine(world: World, user: User) -> list[Clock]:
    with acting(user):
        rows = Clock.objects.running().filter(owner=user, due_at__gt=world.now, started_at__lt=world.now)
        return list(rows.select_related("kind").order_by("presses_at", "id"))


def _pause_next(world: World, user: User, done: dict[str, int]) -> Clock | None:
    """Pause a clock of a kind that was paused less than twice."""
    for clock in _mine(world, user):
        if clock.kind.is_pausable and done.get(clock.kind.key, 0) < 2:
            done[clock.kind.key] = done.get(clock.kind.key, 0) + 1
            return world.do(user, clocks.pause_clock, clock_id=clock.pk, reason=PauseReason.PERSON_ASKED)
    return None


def _resume(world: World, user: User, clock: Clock) -> None:
    """Let it go on, unless what it waited for came meanwhile, or it is somebody else's now."""
    with acting(user):
        row = Clock.objects.filter(pk=clock.pk, stopped_at=None, owner=user).first()
    if row is not None:
        world.do(user, clocks.resume_clock, clock_id=clock.pk)


def _put_off_next(world: World, user: User, done: set[str]) -> None:
    for clock in _mine(world, user):
        until = min(world.now + HOUR, clock.due_at)
        if clock.kind.key not in done and until > world.now:
            done.add(clock.kind.key)
            world.do(user, clocks.snooze_clock, clock_id=clock.pk, until=until, reason=SnoozeReason.SAFE_HOUR)
            return


def _hand_next(world: World, user: User, done: set[str]) -> None:
    """Hand a task's turn to whoever answers for the case and back: who holds it may."""
    for clock in _mine(world, user):
        if clock.kind.key in done:
            continue
        done.add(clock.kind.key)
        try:
            world.do(user, clocks.hand_clock_to, clock_id=clock.pk, owner=user)
        except DomainError as error:
            raise AssertionError(f"{user} could not hand {clock.kind.key} on: {error}") from error
        return
