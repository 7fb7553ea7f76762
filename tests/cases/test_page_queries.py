"""How many statements opening a case takes, door and trail included: as many for a long one as for an empty one."""

from __future__ import annotations

import re
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.models import Case
from ruangaman.cases.selectors.rows import STATEMENTS
from ruangaman.vault import directory
from ruangaman.vault.types import Compartment
from tests.factories.accounts import working
from tests.factories.cases import Team
from tests.support.signing_in import signed_in

MOST = 12
OF_THE_TEST = re.compile(r"(?:RELEASE )?SAVEPOINT|SELECT current_setting|SELECT set_config\('role', 'ra_migrate'")
"""A request inside the transaction of a test puts back what was there before; outside one it begins its own."""


def statements(viewer: User, case: Case, narrowed: str = "") -> list[str]:
    """Return what one request for the page asks the database, in a process that remembers nobody's keys."""
    client = signed_in(viewer)
    directory.forget()
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(f"/kasus/{case.code}/{narrowed}")
    assert answer.status_code == 200
    return [one["sql"] for one in seen.captured_queries if not OF_THE_TEST.match(one["sql"])]


def told(asked: list[str]) -> str:
    """Return the statements as one reads them when there are too many."""
    return "\n".join([f"{len(asked)} statements:", *(one[:160] for one in asked)])


def lengthen(team: Team, case: Case, items: int) -> None:
    """Put notes, steps and tasks into a case, so many in all."""
    with working(team.manager):
        for n in range(items):
            if n % 5:
                compartment = Compartment.LEGAL if n % 2 else Compartment.NARRATIVE
                services.add_note(
                    code=case.code, compartment=compartment, text=f"isi {n}", by=team.manager, at=timezone.now()
                )
            else:
                services.add_task(
                    code=case.code,
                    title=f"tugas {n}",
                    owner=team.manager,
                    due_at=timezone.now() + timedelta(days=1),
                    by=team.manager,
                    at=timezone.now(),
                )


def test_a_case_of_two_hundred_items_is_opened_by_as_many_statements_as_an_empty_one(team: Team) -> None:
    case = team.open(at=timezone.now())
    workers = (team.companion, team.psychologist, team.lawyer, team.shelter)
    team.assign(case, *workers, at=timezone.now())
    viewers = (team.manager, *workers, team.head)
    counts: dict[str, list[int]] = {str(who.role): [] for who in viewers}
    for more in (0, 20, 180):
        lengthen(team, case, more)
        for who in viewers:
            asked = statements(who, case)
            counts[str(who.role)].append(len(asked))
            assert len(asked) <= MOST, f"{who.role}: {told(asked)}"
    assert all(len(set(found)) == 1 for found in counts.values()), counts
    # What a page reads is one statement for each kind of viewer, not one more for each look.
    assert len(STATEMENTS) <= len(viewers) + 1


def test_everything_sealed_is_opened_at_once_and_leaves_one_event(team: Team) -> None:
    case = team.open(at=timezone.now())
    lengthen(team, case, 200)
    before = AuditEvent.objects.filter(type="vault.revealed").count()
    asked = statements(team.manager, case)
    assert sum('FROM "vault_sealed"' in one for one in asked) == 1, told(asked)
    assert sum("audit_append" in one for one in asked) == 1, told(asked)
    (event,) = AuditEvent.objects.filter(type="vault.revealed").order_by("-pk")[
        : AuditEvent.objects.filter(type="vault.revealed").count() - before
    ]
    assert event.detail["refs"] >= 200
