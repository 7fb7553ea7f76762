"""Shape and wording of what is typed about a case. Rules are the services' business."""

from __future__ import annotations

from ruangaman.cases.forms.access import AccessForm, EndForm, HoldForm, LiftForm, UntilForm
from ruangaman.cases.forms.decisions import AssignForm, CloseForm, HandOverForm, MoveForm, ReleaseForm, ReopenForm
from ruangaman.cases.forms.filters import FilterForm
from ruangaman.cases.forms.people import PersonForm
from ruangaman.cases.forms.records import IncidentForm, NoteForm, ServiceForm, TaskForm
from ruangaman.cases.forms.ties import TieForm

__all__ = [
    "AccessForm",
    "AssignForm",
    "CloseForm",
    "EndForm",
    "FilterForm",
    "HandOverForm",
    "HoldForm",
    "IncidentForm",
    "LiftForm",
    "MoveForm",
    "NoteForm",
    "PersonForm",
    "ReleaseForm",
    "ReopenForm",
    "ServiceForm",
    "TaskForm",
    "TieForm",
    "UntilForm",
]
