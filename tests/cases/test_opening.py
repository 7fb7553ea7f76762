"""Opening a case: whose keys, what is sealed, what the desk keeps."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from ruangaman.audit.models import AuditEvent
from ruangaman.cases.errors import NotAssignable
from ruangaman.cases.models import Assignment, Case, Note, Person
from ruangaman.cases.types import CaseState, NewFile, NoteSource, note_content
from ruangaman.core.codelists import Authority, RiskLevel
from ruangaman.core.errors import Locked, NotAllowed
from ruangaman.vault.models import Grant, Sealed
from ruangaman.vault.types import Closed, Compartment
from tests.factories.accounts import working
from tests.factories.cases import STORY, Team, read


def test_an_opened_case_has_its_manager_its_keys_and_what_the_report_said(team: Team) -> None:
    case = team.open()

    assert case.state == CaseState.ASSESSMENT
    part = Assignment.objects.get(case=case)
    assert (part.user, part.role, part.by) == (team.manager, "manajer", team.desk)
    note = Note.objects.get(case=case)
    assert (note.compartment, note.source) == (Compartment.NARRATIVE, NoteSource.REPORT)
    victim, accused = Person.objects.filter(case=case).order_by("-kind")
    opened = read(team.manager, note.ref, victim.identity_ref, victim.contact_ref, accused.identity_ref)
    assert opened[note.ref]["text"] == STORY
    assert opened[victim.identity_ref]["chosen_name"] == "NAMA-UJI Melati"
    assert opened[victim.contact_ref]["never"] == "telepon rumah"
    assert opened[accused.identity_ref] == {"full_name": "TERLAPOR-UJI"}


def test_the_manager_recovery_and_break_glass_hold_keys_and_the_desk_does_not(team: Team) -> None:
    case = team.open()

    grants = {one.principal_id: one.compartments for one in Grant.objects.filter(dossier=case.dossier)}
    assert grants[team.manager.principal_id] is not None
    assert grants[team.office.unit.breakglass_id] is None
    assert len(grants) == 3
    assert team.desk.principal_id not in grants
    with working(team.desk):
        assert not Case.objects.exists()


def test_one_event_tells_of_the_opening_in_codes(team: Team) -> None:
    case = team.open()

    event = AuditEvent.objects.get(type="cases.opened")
    assert event.subject == case.code
    assert event.detail == {
        "case_type": "woman",
        "risk": 2,
        "authority": "city",
        "state": "assessment",
        "manager": str(team.manager.pk),
    }


def test_asked_twice_with_the_same_id_the_first_case_is_returned(team: Team) -> None:
    case_id = uuid4()
    first, second = team.open(case_id=case_id), team.open(case_id=case_id)

    assert first.code == second.code
    assert Case.objects.count() == 1
    assert AuditEvent.objects.filter(type="cases.opened").count() == 1


@pytest.mark.parametrize(
    ("risk", "authority", "state"),
    [
        (RiskLevel.EKSTREM, Authority.CITY, CaseState.EMERGENCY),
        (RiskLevel.TINGGI, Authority.NATIONAL, CaseState.EMERGENCY),
        (RiskLevel.SEDANG, Authority.PROVINCE, CaseState.REFERRED_OUT),
        (RiskLevel.RENDAH, Authority.CITY, CaseState.ASSESSMENT),
    ],
)
def test_safety_comes_first_then_whose_case_it_is(
    team: Team, risk: RiskLevel, authority: Authority, state: CaseState
) -> None:
    assert team.open(risk=risk, authority=authority).state == state


def test_keys_of_files_are_sealed_for_those_who_may_open_attachments(team: Team) -> None:
    key = {"file_id": str(uuid4()), "name": "foto.png"}
    case = team.open(files=[NewFile(uuid4(), key), NewFile(uuid4(), {**key, "name": "dua.png"})])

    first, second = case.files.order_by("position")
    assert read(team.manager, first.key_ref)[first.key_ref] == key
    assert second.position == 1
    assert Sealed.objects.get(ref=first.key_ref).compartment == Compartment.ATTACHMENT


def test_contents_of_a_compartment_that_the_manager_does_not_hold_stay_closed_to_them(team: Team) -> None:
    case = team.open(contents={Compartment.CLINICAL: [note_content("KLINIS-UJI")]}, people=())

    note = case.notes.get()
    assert isinstance(read(team.manager, note.ref)[note.ref], Closed)


def test_who_may_not_open_cases_opens_none(team: Team) -> None:
    with pytest.raises(NotAllowed):
        team.open(by=team.companion)
    assert not Case.objects.exists()


def test_only_a_manager_of_the_unit_becomes_the_manager(team: Team) -> None:
    with pytest.raises(NotAssignable):
        team.open(manager=team.companion)
    team.manager.is_active = False
    with pytest.raises(NotAssignable):
        team.open()


def test_a_locked_screen_opens_nothing(team: Team) -> None:
    team.desk.keyring = None
    with pytest.raises(Locked):
        team.open()
    assert not Case.objects.exists()


def test_a_person_without_contact_has_no_contact_reference(team: Team) -> None:
    from tests.factories.cases import VICTIM

    case = team.open(people=[replace(VICTIM, contact=None, id=uuid4())])
    assert case.people.get().contact_ref is None
