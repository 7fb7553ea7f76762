"""What the office gave in a case, by its six functions and eleven tasks; and what the law says of mediation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.cases.models import (
    Assessment,
    Assignment,
    Case,
    Conference,
    Incident,
    MediationRequest,
    Person,
    RightsTold,
    ServiceRecord,
    Session,
    Transfer,
)
from ruangaman.cases.selectors.facts import facts_of
from ruangaman.cases.types import AskedBy, Domain, Fact, MediationFacts, NoMediation, PersonKind, why_no_mediation
from ruangaman.cases.types.functions import DUTY_FUNCTIONS
from ruangaman.codelists.selectors import book
from ruangaman.codelists.types import ListKey
from ruangaman.consents.models import Consent
from ruangaman.consents.types import Basis, ConsentPurpose, How
from ruangaman.core.codelists import AgeGroup, CaseType, OfficeDuty, OfficeFunction, RiskLevel

CHILDREN = (AgeGroup.A0_5, AgeGroup.A6_12, AgeGroup.A13_17)


@dataclass(frozen=True)
class FunctionView:
    """One of the six functions, whether it was given, and its tasks with whether they were done."""

    function: OfficeFunction
    is_given: bool
    duties: tuple[tuple[OfficeDuty, bool], ...]


def list_rights_told(*, case: Case, viewer: User) -> list[RightsTold]:
    """Return when she was told of which rights, the newest first."""
    return list(RightsTold.objects.filter(case=case).select_related("by").order_by("-at", "-id"))


def list_functions(*, case: Case, viewer: User) -> list[FunctionView]:
    """Return the six functions with what the case shows of each. Computed when read, stored nowhere."""
    types = set(ServiceRecord.objects.filter(case=case).values_list("type", flat=True))
    said = [one.extra for code in types if (one := book().get(ListKey.SERVICE_TYPE, code)) is not None]
    duties = _duties(case, {OfficeDuty(extra["task"]) for extra in said})
    functions = {OfficeFunction(extra["function"]) for extra in said} | {OfficeFunction.PENGADUAN}
    functions |= {DUTY_FUNCTIONS[one] for one in duties - {OfficeDuty.H}}  # to see a need is not yet to shelter
    roles = set(Assignment.objects.filter(case=case).values_list("role", flat=True))
    if Assessment.objects.filter(case=case).exists():
        functions.add(OfficeFunction.PENGELOLAAN_KASUS)
    if Role.RUMAHAMAN in roles:
        functions.add(OfficeFunction.PENAMPUNGAN)
    if Role.PENDAMPING in roles:
        functions.add(OfficeFunction.PENDAMPINGAN)
    if MediationRequest.objects.filter(case=case, against=[]).exists():
        functions.add(OfficeFunction.MEDIASI)
    return [
        FunctionView(
            function,
            function in functions,
            tuple((duty, duty in duties) for duty in OfficeDuty if DUTY_FUNCTIONS[duty] is function),
        )
        for function in OfficeFunction
    ]


def _duties(case: Case, served: set[OfficeDuty]) -> set[OfficeDuty]:
    done = {OfficeDuty.A} | served
    seen = {one for row in Assessment.objects.filter(case=case).values_list("considered", flat=True) for one in row}
    shown = {
        OfficeDuty.B: RightsTold.objects.filter(case=case).exists(),
        OfficeDuty.D: Session.objects.filter(case=case, attended=True).exists(),
        OfficeDuty.G: Domain.ECONOMIC in seen,
        OfficeDuty.H: Domain.SOCIAL in seen,
        OfficeDuty.I: Domain.DISABILITY in seen,
        OfficeDuty.J: Conference.objects.filter(case=case, guests__gt=0).exists()
        or Transfer.objects.filter(case=case).exists(),
    }
    return done | {duty for duty, holds in shown.items() if holds}


def mediation_facts(case: Case, asked_by: AskedBy, at: datetime) -> MediationFacts:
    """Return what the gate of mediation looks at."""
    signed = Consent.objects.live(at).filter(
        dossier_id=case.dossier_id, purpose=ConsentPurpose.MEDIATION, basis=Basis.CONSENT, how=How.PAPER
    )
    victims = Person.objects.filter(case=case, kind=PersonKind.VICTIM)
    forms = Incident.objects.filter(case=case).values_list("forms", flat=True)
    return MediationFacts(
        asked_by=asked_by,
        is_assessed=Fact.ASSESSED in facts_of(case, at),
        is_signed=signed.exists(),
        risk=RiskLevel(case.risk),
        case_type=CaseType(case.case_type),
        harms=book().counts_as(ListKey.VIOLENCE_FORM, {form for several in forms for form in several}),
        has_child_victim=victims.filter(age_group__in=CHILDREN).exists(),
    )


def against_mediation(*, case: Case, viewer: User, at: datetime) -> list[NoMediation]:
    """Return what would stand against a mediation if the victim asked for one now."""
    return why_no_mediation(mediation_facts(case, AskedBy.VICTIM, at))
