"""Which dossiers stand behind a code, for the page that says who opened them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection


@dataclass(frozen=True)
class CodeDossier:
    """One dossier behind a code: the case's own, or that of a report."""

    code: str
    dossier_id: UUID
    began: datetime


def list_dossiers_of(code: str) -> list[CodeDossier]:
    """Return the dossiers behind a case's or a report's code that the running transaction's viewer may know of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, dossier_id, began FROM intake_dossiers_of(%s)", [code])
        return [CodeDossier(*row) for row in cursor.fetchall()]
