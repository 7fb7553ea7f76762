"""The part of the bench of the case page that needs Django: `python -m … OUT REPEATS`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import django

LENGTHS = (0, 20, 200)
WARM = 3
"""Looks before those that count."""


def main(words: list[str]) -> None:
    """Look, and write what was found."""
    out, repeats = words
    django.setup()
    Path(out).write_text(json.dumps(_measure(int(repeats))))


def _measure(repeats: int) -> dict[int, Any]:
    from ruangaman.accounts.models import User
    from ruangaman.audit.services import unit_of_work
    from ruangaman.audit.types import Role
    from ruangaman.cases.models import Case
    from ruangaman.ops.bench.looks import looking
    from ruangaman.ops.office import sign_in

    with unit_of_work(Role.MIGRATE):
        manager = sign_in(User.objects.select_related("unit__agency").get(username="manajer"))
    with looking(manager):
        case = Case.objects.granted_to(manager).filter(manager=manager, closed_at=None).order_by("-opened_at")[0]
    found: dict[int, Any] = {}
    there = 0
    for entries in LENGTHS:
        _lengthen(case.code, manager, entries - there)
        there = entries
        found[entries] = _look(case, manager, repeats)
    return found


def _lengthen(code: str, manager: Any, entries: int) -> None:
    """Write so many notes more."""
    from ruangaman.cases import services
    from ruangaman.ops.bench.looks import now
    from ruangaman.ops.city import acting
    from ruangaman.vault.types import Compartment

    with acting(manager):
        for _ in range(entries):
            services.add_note(code=code, compartment=Compartment.NARRATIVE, text="catatan " * 40, by=manager, at=now())


def _look(case: Any, manager: Any, repeats: int) -> dict[str, Any]:
    """Open the page and then ask only what it asked, over and over."""
    from django.test import RequestFactory

    from ruangaman.cases.views.cases import detail
    from ruangaman.ops.bench import plans
    from ruangaman.ops.bench.looks import looking
    from ruangaman.vault.models import Sealed

    def ask() -> None:
        request: Any = RequestFactory().get(f"/kasus/{case.code}/")
        request.user, request.unsent, request.LANGUAGE_CODE = manager, None, "id"
        if detail(request, case.code).status_code != 200:
            raise RuntimeError("The case cannot be opened.")

    one: dict[str, Any] = {"page": [], "sql": []}
    counts = []  # the fewest counts: now and then a look reads what a process remembers for a minute
    for number in range(WARM + repeats):
        with looking(manager):
            begun = time.perf_counter()
            ask()
            page = time.perf_counter() - begun
            statements = plans.capture(ask)
            counts.append(len(statements))
            begun = time.perf_counter()
            plans.run_bare(statements)
            sql = time.perf_counter() - begun
        if number >= WARM:
            one["page"].append(1000 * page)
            one["sql"].append(1000 * sql)
    with looking(manager):
        opened = Sealed.objects.filter(dossier=case.dossier_id).count()
    return one | {"statements": min(counts), "opened": opened}


if __name__ == "__main__":
    main(sys.argv[1:])
