"""Shape and wording of what is typed about a case. Rules are the services' business."""

from __future__ import annotations

from ruangaman.cases.forms.access import AccessForm, DropForm, EndForm, HoldForm, LiftForm, UntilForm
from ruangaman.cases.forms.answers import AnswersForm
from ruangaman.cases.forms.consents import ConsentForm
from ruangaman.cases.forms.decisions import (
    AssignForm,
    CloseForm,
    ConfirmForm,
    HandOverForm,
    MoveForm,
    ReleaseForm,
    ReopenForm,
)
from ruangaman.cases.forms.ending import (
    AftercareForm,
    ClosingForm,
    ContactAfterForm,
    DecideForm,
    ReceivedForm,
    TakeBackForm,
    TransferForm,
    WindowForm,
)
from ruangaman.cases.forms.filters import FilterForm
from ruangaman.cases.forms.following import ConferenceForm, MediationForm, PoliceForm, ReviewForm, SessionForm, TryForm
from ruangaman.cases.forms.glass import GlassAskForm, GlassBeginForm, GlassCodeForm, GlassReviewForm
from ruangaman.cases.forms.incidents import IncidentForm
from ruangaman.cases.forms.people import PersonForm
from ruangaman.cases.forms.planning import AssessmentForm, PlanForm, RightsForm, SafetyForm
from ruangaman.cases.forms.records import NoteForm, ServiceForm, TaskForm
from ruangaman.cases.forms.ties import TieForm

__all__ = [
    "AccessForm",
    "AftercareForm",
    "AnswersForm",
    "AssessmentForm",
    "AssignForm",
    "CloseForm",
    "ClosingForm",
    "ConferenceForm",
    "ConfirmForm",
    "ConsentForm",
    "ContactAfterForm",
    "DecideForm",
    "DropForm",
    "EndForm",
    "FilterForm",
    "GlassAskForm",
    "GlassBeginForm",
    "GlassCodeForm",
    "GlassReviewForm",
    "HandOverForm",
    "HoldForm",
    "IncidentForm",
    "LiftForm",
    "MediationForm",
    "MoveForm",
    "NoteForm",
    "PersonForm",
    "PlanForm",
    "PoliceForm",
    "ReceivedForm",
    "ReleaseForm",
    "ReopenForm",
    "ReviewForm",
    "RightsForm",
    "SafetyForm",
    "ServiceForm",
    "SessionForm",
    "TakeBackForm",
    "TaskForm",
    "TieForm",
    "TransferForm",
    "TryForm",
    "UntilForm",
    "WindowForm",
]
