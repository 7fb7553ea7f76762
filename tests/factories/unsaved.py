"""People of two units that are in no database: for policies, which look at loaded objects alone."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from ruangaman.accounts.models import Agency, Unit, User
from ruangaman.accounts.types import Permission, Role

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
AGENCY = Agency(id=uuid4())
HERE, THERE = Unit(id=uuid4(), agency=AGENCY), Unit(id=uuid4(), agency=AGENCY)
ABROAD = Unit(id=uuid4(), agency=Agency(id=uuid4()))


def person(role: Role | str, **facts: Any) -> User:
    """Return somebody of a role in this unit."""
    return User(**{"id": uuid4(), "role": role, "unit": HERE, "is_active": True, **facts})


def with_verbs(*verbs: Permission, **facts: Any) -> Any:
    """Return somebody who oversees this unit and has just these verbs, whatever role would give them together."""
    return SimpleNamespace(
        **{"pk": uuid4(), "is_active": True, "oversight_units": [HERE.id], "has": verbs.__contains__, **facts}
    )
