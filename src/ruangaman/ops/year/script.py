"""The script of the year: which reports and cases there are, when each begins, and what happens to each."""

from __future__ import annotations

from datetime import timedelta

from ruangaman.cases.types import CaseState
from ruangaman.core.codelists import Authority, CaseType, ClosingReason, RiskLevel
from ruangaman.ops.progress import Progress
from ruangaman.ops.seed import silence_old_alarms
from ruangaman.ops.year import chores, endings
from ruangaman.ops.year.lives import DAY, HOUR, CaseLife, Spec, begin_work
from ruangaman.ops.year.reports import guard, ruled, told_twice, turned_away, weighed
from ruangaman.ops.year.specials import SPECIALS
from ruangaman.ops.year.world import BEGIN, Life, World, found_world

REPORTS, CASES, SEED = 300, 220, 2026
FEW_REPORTS, FEW_CASES = 20, 12
"""What the suite runs: the same script, each kind of case once in time and once late."""
AFTER = timedelta(days=330)
"""So long a case takes at most, with the months after it."""
FORMS = (("SEKSUAL", "FISIK"), ("FISIK",), ("PSIKIS", "FISIK"))
REASONS = tuple(ClosingReason)
BESIDE: tuple[tuple[str, ...], ...] = (
    ("session", "mediation"), ("mediation", "written"), ("glass",), ("read",),
    ("written", "handed", "reported"), ("glass", "corrected"), ("handed", "lent"), ("conference",),
    ("tied", "unwilling"), ("reported", "handed"), ("danger",), ("corrected",),
)  # fmt: skip
"""What happens beside the usual: by the number of the case, over and over. The first, third … four are in time."""


def live_year(*, reports: int, cases: int, seed: int = SEED, progress: Progress) -> World:
    """Let an office live through its year in an empty database.

    Args:
        reports: of which `cases` become a case; the others are refused or told twice.

    Writes: an office and what happened in it, all through the services of the product.
    """
    world = found_world(seed=seed, progress=progress)
    span = timedelta(days=365 if cases > FEW_CASES else 40)
    for number in range(cases):
        world.begin(whole_life(CaseLife(world, spec_of(number))), BEGIN + span * number / cases + HOUR)
    left = reports - cases
    for number in range(left // 2):
        life = turned_away(world, is_prompt=number % 2 == 0, is_mistaken=number % 3 == 0)
        world.begin(life, BEGIN + span * number / max(left, 1) + 3 * HOUR)
    for number in range(left // 4):
        life = told_twice(world, is_mistaken=number % 2 == 0)
        world.begin(life, BEGIN + span * (number + 0.5) / max(left, 1) + 5 * HOUR)
    for number, is_prompt in enumerate((True, False)):
        world.begin(weighed(world, is_prompt=is_prompt), BEGIN + DAY * (8 + number))
        world.begin(ruled(world, is_prompt=is_prompt), BEGIN + DAY * (10 + number))
    world.begin(guard(world, days=3), BEGIN)
    world.begin(chores.rules(world), BEGIN)
    world.begin(chores.chores(world, days=span.days + (90 if cases > FEW_CASES else 40)), BEGIN)
    world.run(progress, until=BEGIN + span + AFTER)
    silence_old_alarms()
    return world


def spec_of(number: int) -> Spec:
    """Return how the case of a number goes: every danger, in time and late, each special and each reason in turn."""
    risk = (RiskLevel.RENDAH, RiskLevel.SEDANG, RiskLevel.TINGGI, RiskLevel.EKSTREM)[number % 4]
    specials = set(BESIDE[number % len(BESIDE)])
    forms = FORMS[number % len(FORMS)]
    if "SEKSUAL" in forms:
        specials.add("police")
    return Spec(
        number=number,
        risk=risk,
        forms=forms,
        is_prompt=(number // 4) % 2 == 0,
        reason=REASONS[(number // 2) % len(REASONS)],
        case_type=CaseType.WOMAN,
        authority=Authority.PROVINCE if number % 8 == 4 else Authority.CITY,
        special=frozenset(specials),
        waits_on=number % 5 == 0,
    )


def whole_life(life: CaseLife) -> Life:
    """Let one case go its whole way, some of them twice."""
    number = life.spec.number
    yield from life.arrive()
    yield from begin_work(life)
    if "police" in life.spec.special:
        yield from SPECIALS["police"](life)
    yield from endings.serve(life)
    for name, special in SPECIALS.items():
        if name in life.spec.special and name != "police":
            yield from special(life)
    yield from endings.review(life)
    yield from endings.close(life)
    yield DAY
    if number % 5 == 1:
        yield from open_again(life)
    if number % 3 != 2:
        yield from endings.follow_up(life)


def open_again(life: CaseLife) -> Life:
    """Open it again, a new episode: what was done before the closing counts no more."""
    world = life.world
    world.reopen(life.manager, life.code, reason="")
    yield HOUR
    is_safe = life.spec.number % 2 == 1 or life.row.risk < RiskLevel.SEDANG
    world.reopen(life.manager, life.code, is_safe=is_safe)
    if not is_safe:
        yield from life.make_safe()
    yield from life.assess()
    yield from life.plan()
    yield from endings.serve(life)
    if life.row.state != CaseState.MONITORING:
        raise AssertionError(f"{life.code} did not come as far as it should.")
    yield from endings.close(life)
    yield DAY
