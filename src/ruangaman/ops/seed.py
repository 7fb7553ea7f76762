"""Filling a database with the invented city, for the demo and for measuring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import connection

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.core import clock
from ruangaman.core.codelists import Now, RiskLevel
from ruangaman.ops import casework, plots, story
from ruangaman.ops import city as life
from ruangaman.ops.city import City
from ruangaman.ops.office import found_office, load_office
from ruangaman.ops.progress import Progress

SEED = 6471
MONTHS = 18
CASES = 120
FRESH_HOURS = (0.1, 0.4, 0.9, 2.5, 4.5, 7.0, 11.0, 17.0, 22.0, 30.0)
"""How long ago the reports came in that nobody has opened yet, or that wait for triage."""


@dataclass(frozen=True)
class Beginning:
    """One report to come: when, and what becomes of it."""

    at: datetime
    end: str


def fill_demo(*, progress: Progress, cases: int = CASES, seed: int = SEED) -> list[str]:
    """Fill an empty database. The same seed gives the same facts and words, never the same keys.

    Returns:
        Receipts of a few reports, to be tried.

    Writes: an office and its city, all through the services of the product.
    """
    now = clock.now()
    office, _shares = found_office(at=now - timedelta(days=31 * MONTHS), progress=progress)
    return fill_city(City(Random(seed), office, now), cases=cases, progress=progress)  # noqa: S311 - a story, no key


def seed_more(*, cases: int, seed: int, progress: Progress) -> list[str]:
    """Add cases to a city that exists. Returns receipts of a few of the new reports."""
    return fill_city(City(Random(seed), load_office(), clock.now()), cases=cases, progress=progress)  # noqa: S311


def fill_city(city: City, *, cases: int, progress: Progress) -> list[str]:
    """Let the city live through its months, oldest report first."""
    plan = plan_months(city, cases)
    earlier = ""
    for number, beginning in enumerate(plan):
        progress("Reports and cases", number, len(plan))
        earlier = _live(city, beginning, earlier)
    progress("Reports and cases", len(plan), len(plan))
    _leave_a_plan(city)
    _leave_a_ruling(city)
    _leave_fresh_ones(city)
    silence_old_alarms()
    return city.receipts


def plan_months(city: City, cases: int) -> list[Beginning]:
    """Return when the reports come in: more every month, most become cases (shares of domain.md 8.3)."""
    rng, span = city.rng, timedelta(days=30 * MONTHS)
    ends = ["case"] * cases + ["refused"] * max(cases * 12 // 88, 1) + ["double"] * max(cases * 3 // 100, 1)
    begin = city.now - span
    plan = [Beginning(begin + span * (0.985 * rng.random() ** 0.75), end) for end in ends]
    return sorted(plan, key=lambda one: one.at)


def _live(city: City, beginning: Beginning, earlier: str) -> str:
    if beginning.end == "refused":
        life.turn_away(city, life.send_other(city, beginning.at), beginning.at)
        return earlier
    plot = story.pick_plot(city.rng)
    sent = life.send_report(city, plot, beginning.at)
    if beginning.end == "double" and earlier:
        life.mark_double(city, sent, earlier, beginning.at)
        return earlier
    officer, at = life.answer(city, sent, plot, beginning.at, written_back=city.rng.random() < 0.6)
    life.triage(city, sent, plot, officer, at)
    work = casework.open_case(city, sent, plot, officer, at)
    casework.work_on(work)
    if not work.over and len(city.receipts) < 2:
        city.receipts.append(sent.receipt.digits)
    return sent.code if work.is_open() else earlier  # of a closed case nothing is a double


def _leave_a_plan(city: City) -> None:
    """Leave a plan for the head to decide about, whatever the dice said before."""
    at, plot = city.now - timedelta(days=13), plots.PLOTS[0]
    sent = life.send_report(city, plot, at)
    officer, moment = life.answer(city, sent, plot, at, written_back=False)
    life.triage(city, sent, plot, officer, moment)
    casework.wait_for_the_head(casework.open_case(city, sent, plot, officer, moment))


def _leave_a_ruling(city: City) -> None:
    """Leave the head something to read: the desk found less danger than the answers said."""
    at, plot = city.now - timedelta(hours=9), plots.PLOTS[0]
    sent = life.send_report(city, plot, at, now=Now.YES)
    officer, moment = life.answer(city, sent, plot, at, written_back=False)
    life.triage(city, sent, plot, officer, moment, risk=RiskLevel.SEDANG)


def _leave_fresh_ones(city: City) -> None:
    """Leave reports for the desk to find: some unopened, some answered, one in which it is happening now."""
    for number, hours in enumerate(FRESH_HOURS):
        at = city.now - timedelta(hours=hours)
        plot = plots.PLOTS[number % len(plots.PLOTS)]
        sent = life.send_report(city, plot, at, now=Now.YES if number == 0 else None)
        if number % 3 == 2:
            officer, moment = life.answer(city, sent, plot, at, written_back=number % 2 == 0)
            if number > 7:
                life.triage(city, sent, plot, officer, moment)
        if number in {1, 5, 8}:
            city.receipts.append(sent.receipt.digits)


def silence_old_alarms() -> None:
    """Drop the jobs of the past: nobody is to be called now for what came in a year ago."""
    with unit_of_work(Role.MIGRATE), connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
