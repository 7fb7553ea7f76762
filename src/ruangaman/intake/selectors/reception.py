"""What accepting a report needs to know beside the report: desks, whom one can avoid, limits, public keys."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.intake.types import DeskFacts, Reception
from ruangaman.vault import selectors as vault

SECONDS = 10.0


@dataclass
class _Kept:
    reception: Reception | None = None
    read_at: float = 0.0


_kept = _Kept()


def cached_reception() -> Reception:
    """Return it as it was at most ten seconds ago, together with the vault's directory; reads in its own unit of work.

    Must not be called while a connection is held: it takes one.
    """
    fresh = time.monotonic() - _kept.read_at < SECONDS
    if _kept.reception is None or not fresh or vault.cached_directory() is None:
        with unit_of_work(Role.PUBLIC):
            keys = vault.read_directory()
            _kept.reception = read_reception(frozenset(keys.keys))
        _kept.read_at = time.monotonic()
    return _kept.reception


def read_reception(signed: frozenset[UUID]) -> Reception:
    """Read it now.

    Args:
        signed: principals whose keys may be wrapped to; a desk without such a key takes no reports.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT intake_reception()")
        found = cursor.fetchone()[0]
    facts = json.loads(found) if isinstance(found, str) else found
    desks = [
        DeskFacts(
            id=UUID(desk["id"]),
            name=desk["name"],
            principal_id=UUID(desk["principal"]),
            unit_id=UUID(desk["unit"]),
            unit_code=desk["unit_code"],
            agency_code=desk["agency_code"],
            breakglass_id=_signed(desk["breakglass"], signed),
        )
        for desk in facts["desks"]
    ]
    return Reception(
        desks=tuple(desk for desk in desks if desk.principal_id in signed),
        units=tuple((code, name) for code, name in facts["units"]),
        agencies=tuple((code, name) for code, name in facts["agencies"]),
        hours=facts["hours"],
    )


def forget() -> None:
    """Drop what is kept: between tests, and after a change in this process."""
    _kept.reception = None


def _signed(principal: str | None, signed: frozenset[UUID]) -> UUID | None:
    """Return the principal if its key may be wrapped to: a key still waiting for its officers stops no report."""
    return UUID(principal) if principal and UUID(principal) in signed else None
