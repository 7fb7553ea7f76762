"""What people of the invented city look at among the rows of `mass`: the selectors that the pages call, as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection

from ruangaman.accounts.models import DeskMember, User
from ruangaman.accounts.services import finding
from ruangaman.audit.services import UnitOfWork, unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import selectors as cases
from ruangaman.cases import services as case_services
from ruangaman.cases.models import Assignment, Case, Note
from ruangaman.cases.types import CaseFilters, CaseState, closed_lately
from ruangaman.clocks import selectors as clocks
from ruangaman.clocks.types import Turn
from ruangaman.core.codelists import RiskLevel
from ruangaman.ops.city import acting
from ruangaman.ops.office import sign_in
from ruangaman.vault import services as vault
from ruangaman.vault.services import Probe
from ruangaman.web import selectors as web
from ruangaman.web.services.finding import search

PEOPLE = {"companion": "pendamping", "manager": "manajer", "head": "kepala", "desk": "petugas"}
"""A companion with twenty grants, a manager with twenty thousand, the head and the desk of a large unit."""
FILTERS: dict[str, Callable[[datetime], CaseFilters]] = {
    "state": lambda _: CaseFilters(state=CaseState.SERVICES),
    "danger": lambda _: CaseFilters(risk=RiskLevel.TINGGI),
    "district": lambda _: CaseFilters(kecamatan="64.71.03"),
    "late": lambda _: CaseFilters(need="late"),
    "own tasks": lambda _: CaseFilters(need="mine"),
    "closed": lambda at: CaseFilters(closed=closed_lately(at)),
}
DEEP = 10
"""Which page of a list is the deep one."""


@dataclass(frozen=True)
class Look:
    """One thing that somebody looks at."""

    name: str
    viewer: User
    ask: Callable[[], object]


@dataclass(frozen=True)
class Cast:
    """The people with open keys, and numbers of people in their cases."""

    people: dict[str, User]
    probes: tuple[Probe, ...]


def gather() -> Cast:
    """Sign everybody in, and let the people of their cases be found by their numbers."""
    people = _sign_in()
    manager, at = people["manager"], now()
    with acting(manager):
        finding.ready_to_find(by=manager, at=at)
        waiting = case_services.read_waiting_numbers(by=manager, at=at)
    stretched = {person: vault.stretch_all(numbers) for person, numbers in waiting.items()}
    with acting(manager):
        case_services.index_waiting(found=stretched, by=manager, at=at)
    probes = next((found for found in stretched.values() if found), ())
    return Cast(people, probes)


def _sign_in() -> dict[str, User]:
    with unit_of_work(DatabaseRole.MIGRATE):
        users = {
            user.username: user
            for user in User.objects.filter(username__in=PEOPLE.values()).select_related("unit__agency")
        }
        for seat in DeskMember.objects.filter(user__in=users.values(), until=None).select_related("user", "desk"):
            users[seat.user.username].desk_principals = (seat.desk.principal_id,)
    return {name: sign_in(users[username]) for name, username in PEOPLE.items()}


@contextmanager
def looking(viewer: User) -> Iterator[UnitOfWork]:
    """Be somebody for one look. The trail does not tell of it; what else it writes stays, as after a request.

    To take it back would take away the plans that the connection keeps, too.
    """
    with unit_of_work(DatabaseRole.WEB) as unit:
        unit.set_viewer(viewer.pk, viewer.principals, viewer.oversight_units)
        yield unit
        unit.events.clear()


def list_looks(cast: Cast, at: datetime) -> list[Look]:
    """Return everything that is looked at, with its places in the lists found."""
    people = cast.people
    found = [*_queues(people, at), *_lists(people, at), *_counts(people, at)]
    found += [_day(name, viewer, at) for name, viewer in people.items()]
    found += [_case_page(people[name], at, name) for name in ("companion", "manager", "head")]
    for name in ("manager", "desk"):
        ask = partial(search, probes=cast.probes, by=people[name], at=at)
        found.append(Look(f"search by NIK, {name}", people[name], ask))
    return found


def _queues(people: dict[str, User], at: datetime) -> Iterator[Look]:
    turns = {"companion": Turn.MINE, "manager": Turn.MINE, "desk": Turn.DESK, "head": Turn.UNIT}
    for name, turn in turns.items():
        page = partial(clocks.list_open, viewer=people[name], turn=turn, at=at)
        yield from _first_and_deep("queue", name, people[name], page)


def _lists(people: dict[str, User], at: datetime) -> Iterator[Look]:
    lists: dict[str, Callable[..., Any]] = {
        "companion": cases.list_assigned,
        "manager": cases.list_assigned,
        "head": cases.list_overseen,
    }
    for name, selector in lists.items():
        page = partial(selector, viewer=people[name], at=at)
        yield from _first_and_deep("cases", name, people[name], partial(page, filters=CaseFilters()))
        for kind, narrow in FILTERS.items():
            yield Look(f"cases by {kind}, {name}", people[name], partial(page, filters=narrow(at), after=None))


def _first_and_deep(what: str, name: str, viewer: User, page: Callable[..., Any]) -> Iterator[Look]:
    """A list's first page, and one far down if it is that long."""
    yield Look(f"{what}, {name}", viewer, partial(page, after=None))
    place = None
    with looking(viewer):
        for _ in range(DEEP - 1):
            place = page(after=place).after
            if place is None:
                return
    yield Look(f"{what} further down, {name}", viewer, partial(page, after=place))


def _counts(people: dict[str, User], at: datetime) -> Iterator[Look]:
    for name, viewer in people.items():
        yield Look(f"badge, {name}", viewer, partial(web.count_work, viewer))


def _day(name: str, viewer: User, at: datetime) -> Look:
    return Look(f"work page, {name}", viewer, partial(web.get_day, viewer=viewer, filters=web.Filters(), at=at))


def _case_page(viewer: User, at: datetime, name: str) -> Look:
    """The page of a case that went through the services: it has contents, and keys that open them."""
    with looking(viewer):
        real = Case.objects.filter(pk__in=Note.objects.values("case_id"))
        if name != "head":
            real = real.filter(pk__in=Assignment.objects.filter(user=viewer, until=None).values("case_id"))
        code = real.order_by("code").values_list("code", flat=True)[:1].get()

    def ask() -> object:
        return cases.get_case_page(case=cases.get_case(code=code, viewer=viewer), viewer=viewer, at=at)

    return Look(f"case page, {name}", viewer, ask)


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        moment: datetime = cursor.fetchone()[0]
        return moment
