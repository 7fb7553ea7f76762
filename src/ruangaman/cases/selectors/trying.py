"""Tries to reach her, as the page of tries shows them: what endangers her, what was tried, what of it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ruangaman.accounts.models import User
from ruangaman.cases.models import Case, ContactTry
from ruangaman.cases.selectors.facts import Known
from ruangaman.cases.selectors.shelf import NoteView, dangers_of
from ruangaman.cases.selectors.steps import StepView, open_steps
from ruangaman.cases.selectors.weighing import Tried, list_tries
from ruangaman.vault import services as vault
from ruangaman.vault.selectors import held_of
from ruangaman.vault.types import Compartment, Purpose


@dataclass(frozen=True)
class TryView:
    """One try with its opened words; `tried`: whether it counts, None: it was in an episode before this one."""

    step: StepView
    tried: Tried | None


def open_tries(*, case: Case, known: Known, viewer: User, at: datetime) -> list[TryView]:
    """Return every try to reach her, the newest first. What is opened leaves one event."""
    counted = {one.row.pk: one for one in list_tries(case, known)}
    steps = open_steps(model=ContactTry, case=case, viewer=viewer, at=at)
    return [TryView(step, counted.get(step.row.pk)) for step in steps]


def open_dangers(*, case: Case, viewer: User, at: datetime) -> list[str]:
    """Return the signs of danger that were answered, as the page of the case says them. Leaves one audit event.

    What the viewer cannot open is not among them.
    """
    if Compartment.NARRATIVE not in held_of(dossier_id=case.dossier_id, viewer=viewer, at=at):
        return []
    notes = list(case.notes.filter(compartment=Compartment.NARRATIVE).order_by("at", "id"))
    refs = {row.ref: case.dossier_id for row in notes}
    opened = vault.reveal_many(refs=refs, purpose=Purpose.HANDLING, by=viewer, at=at) if refs else {}
    return dangers_of([NoteView.of(row, opened.get(row.ref)) for row in notes])
