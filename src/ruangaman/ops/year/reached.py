"""What the year has to come to, told by the registries: whatever is new in them and was not reached is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db.models import Count, F, Q

from ruangaman.audit.models import AuditEvent
from ruangaman.audit.registry import event_types
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.cases import registry
from ruangaman.cases.types import CaseState
from ruangaman.clocks.models import Clock, ClockKind
from ruangaman.clocks.registry import abouts
from ruangaman.ops.year.world import World

APPS = ("cases.", "clocks.", "consents.", "intake.")
UNREFUSED = {"actor": "no service can be called by nobody"}
UNTOLD: dict[str, str] = {
    "cases.clock_dropped": "what began by mistake: tests/cases/test_dropping.py",
    "cases.glass_agreed": "needs a third holder of the emergency key: tests/cases/test_glass.py",
    "cases.glass_missed": "only from the page that takes a code: tests/cases/test_glass_views.py",
    "cases.older_shared": "needs two psychologists: tests/cases/test_access.py",
    "clocks.kind_added": "administration: tests/clocks/test_rules_views.py",
    "clocks.kind_ended": "administration: tests/clocks/test_rules_views.py",
    "clocks.kind_resumed": "administration: tests/clocks/test_rules_views.py",
    "clocks.hours_set": "administration: tests/clocks/test_rules_views.py",
}
"""Events that do not belong to a year of work, each with where it is shown."""


def missing(world: World) -> list[str]:
    """Return what was not reached, as sentences; empty: everything was."""
    with unit_of_work(Role.MIGRATE):
        return [*_states(world), *_gates(world), *_events(), *_clocks(world)]


def waiting_kinds() -> list[str]:
    """Return the kinds of clock that begin with something that no part of the house tells of yet."""
    with unit_of_work(Role.MIGRATE):
        return sorted(kind.key for kind in ClockKind.objects.all() if not _told(kind.starts_on))


def count_kinds() -> int:
    """Return how many kinds of clock can begin."""
    with unit_of_work(Role.MIGRATE):
        return sum(_told(kind.starts_on) for kind in ClockKind.objects.all())


def _states(world: World) -> Iterator[str]:
    for state in CaseState:
        if not world.seen.states[state.value]:
            yield f"No case came to {state.value}."
    for what in ("allowed", "sexual", "not_her_wish", "not_signed"):
        if not world.seen.mediations[what]:
            yield f"No mediation was decided on as {what}."


def _gates(world: World) -> Iterator[str]:
    for gate in registry.gates:
        if not world.seen.passed[gate.key]:
            yield f"The gate {gate.key} let nothing pass."
        if not world.seen.refused[gate.key] and gate.key not in UNREFUSED:
            yield f"The gate {gate.key} refused nothing."


def _events() -> Iterator[str]:
    told = set(AuditEvent.objects.values_list("type", flat=True).distinct())
    for key in (one.key for one in event_types):
        if key.startswith(APPS) and key not in told and key not in UNTOLD:
            yield f"Nothing told {key}."
    for key in UNTOLD:
        if key in told or event_types.get(key) is None:
            yield f"{key} stands among what is not told, and is."


def _clocks(world: World) -> Iterator[str]:
    late = Q(stopped_at__gt=F("due_at")) | Q(stopped_at=None, due_at__lt=world.now)
    counts = {
        row["kind"]: row
        for row in Clock.objects.values("kind").annotate(
            begun=Count("pk"), late=Count("pk", filter=late), escalated=Count("pk", filter=Q(level__gt=0))
        )
    }
    paused = Counter(AuditEvent.objects.filter(type="clocks.paused").values_list("detail__kind", flat=True))
    for kind in ClockKind.objects.order_by("key"):
        if not _told(kind.starts_on):
            continue
        row = counts.get(kind.pk)
        if row is None:
            yield f"No clock {kind.key} began."
            continue
        if not row["late"]:
            yield f"No clock {kind.key} was late."
        if kind.chain and not row["escalated"]:
            yield f"No clock {kind.key} was told further."
        if kind.is_pausable and not paused[kind.key]:
            yield f"No clock {kind.key} was paused."
        keeps = _keeps(kind)
        if keeps and not Clock.objects.filter(kind=kind, stopped_on__in=keeps, stopped_at__lte=F("due_at")).exists():
            yield f"No clock {kind.key} was kept."


def _keeps(kind: ClockKind) -> list[str]:
    """Return the events that keep it and are told of: that what it is about ends keeps nothing."""
    about = abouts.get(kind.about)
    ends = about.ends_on if about is not None else frozenset()
    told = [one for one in kind.stops_on if event_types.get(one) is not None]
    return [one for one in told if one not in ends] or ([] if kind.about == "case" else told)


def _told(events: list[str]) -> bool:
    return any(event_types.get(one) is not None for one in events)
