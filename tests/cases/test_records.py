"""People, incidents, notes, services and tasks: facts in columns, words sealed, one row for a form sent twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.errors import CaseClosed, NotAssignable, WrongPerson
from ruangaman.cases.models import Case, Incident, IncidentLink, Note, Person, ServiceRecord, Task
from ruangaman.cases.types import Identity, NewPerson, PersonKind, SafeContact, VictimLink, note_content
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.vault.types import Compartment
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import ACCUSED, FEB_2, FEB_3, FEB_9, VICTIM, Team, read


def incident(team: Team, case: Case, **facts: Any) -> Incident:
    """Add an incident as the companion would."""
    victim = case.people.filter(kind=PersonKind.VICTIM).order_by("added_at")[0]
    accused = case.people.get(kind=PersonKind.PERPETRATOR)
    wanted: dict[str, Any] = {
        "code": case.code,
        "forms": ["FISIK", "PSIKIS"],
        "place": "RUMAH",
        "kecamatan": "64.71.03",
        "from_on": date(2026, 1, 20),
        "to_on": date(2026, 1, 22),
        "narrative": note_content("KRONOLOGI-UJI", [("Kelurahan", "Batu Ampar")]),
        "links": [VictimLink(victim.pk, accused.pk, "SUAMI_ISTRI")],
        "by": team.companion,
        "at": FEB_3,
    }
    return services.add_incident(**{**wanted, **facts})


@pytest.fixture
def case(team: Team) -> Case:
    """A case with a companion."""
    case = team.open()
    team.assign(case, team.companion)
    return case


def test_a_person_is_added_once_and_read_by_the_team(team: Team, case: Case) -> None:
    child = NewPerson(
        kind=PersonKind.FAMILY,
        sex="L",
        age_group="6-12",
        identity=Identity(chosen_name="ANAK-UJI"),
        contact=SafeContact(way="phone", value="KONTAK-DUA"),
        id=uuid4(),
    )
    with working(team.companion):
        first = services.add_person(code=case.code, person=child, by=team.companion, at=FEB_3)
        again = services.add_person(code=case.code, person=child, by=team.companion, at=FEB_3)
    assert first.pk == again.pk == child.id
    assert Person.objects.filter(case=case).count() == 3
    assert AuditEvent.objects.get(type="cases.person_added").detail == {"kind": "family", "person": str(first.pk)}
    assert read(team.manager, first.contact_ref)[first.contact_ref]["value"] == "KONTAK-DUA"


def test_the_id_of_another_cases_row_is_refused(team: Team, case: Case) -> None:
    other = team.open()
    used = other.people.all()[0].pk
    with working(team.manager), pytest.raises(Conflict):
        services.add_person(code=case.code, person=replace(ACCUSED, id=used), by=team.manager, at=FEB_3)


def test_correcting_a_person_makes_a_new_version_and_leaves_the_old_one_where_it_was(team: Team, case: Case) -> None:
    person = case.people.get(kind=PersonKind.VICTIM)
    with working(team.companion):
        services.edit_person(
            code=case.code,
            person_id=person.pk,
            kind=PersonKind.VICTIM,
            sex="P",
            age_group="18-24",
            identity=Identity(chosen_name="NAMA-BARU"),
            contact=SafeContact(never="DILARANG-UJI"),
            by=team.companion,
            at=FEB_3,
        )
    after = Person.objects.get(pk=person.pk)
    assert (after.age_group, after.version) == ("18-24", 2)
    before = read(team.manager, person.identity_ref, person.contact_ref)
    assert before[person.identity_ref]["chosen_name"] == "NAMA-UJI Melati", "what stood there stays readable"
    assert before[person.contact_ref]["value"] == "KONTAK-UJI"
    opened = read(team.manager, after.identity_ref, after.contact_ref)
    assert opened[after.identity_ref] == {"chosen_name": "NAMA-BARU"}
    assert opened[after.contact_ref] == {"never": "DILARANG-UJI"}


def test_a_contact_is_left_alone_or_added_later(team: Team, case: Case) -> None:
    accused = case.people.get(kind=PersonKind.PERPETRATOR)

    def edit(contact: SafeContact | None) -> Person:
        with working(team.companion):
            return services.edit_person(
                code=case.code,
                person_id=accused.pk,
                kind=PersonKind.PERPETRATOR,
                sex="L",
                age_group="",
                identity=Identity(full_name="X"),
                contact=contact,
                by=team.companion,
                at=FEB_3,
            )

    assert edit(None).contact_ref is None
    assert edit(SafeContact()).contact_ref is None
    assert edit(SafeContact(value="KONTAK-TIGA")).contact_ref is not None


def test_a_person_of_another_case_is_not_found(team: Team, case: Case) -> None:
    other = team.open().people.all()[0]
    with working(team.manager), pytest.raises(NotFound):
        services.edit_person(
            code=case.code,
            person_id=other.pk,
            kind=PersonKind.VICTIM,
            sex="P",
            age_group="",
            identity=Identity(),
            contact=None,
            by=team.manager,
            at=FEB_3,
        )


def test_a_lawyer_cannot_seal_into_a_drawer_that_is_not_theirs(team: Team, case: Case) -> None:
    team.assign(case, team.lawyer)
    with working(team.lawyer):
        with pytest.raises(NotAllowed, match="Kontak aman"):
            services.add_person(code=case.code, person=replace(VICTIM, id=None), by=team.lawyer, at=FEB_3)
        with pytest.raises(NotAllowed, match="Catatan klinis"):
            services.add_note(code=case.code, compartment=Compartment.CLINICAL, text="x", by=team.lawyer, at=FEB_3)
    assert Note.objects.filter(case=case).count() == 1


def test_an_incident_says_who_did_what_to_whom(team: Team, case: Case) -> None:
    one = uuid4()
    with working(team.companion):
        first = incident(team, case, incident_id=one)
        again = incident(team, case, incident_id=one)
    assert first == again
    link = IncidentLink.objects.get()
    assert (link.relation, link.forms, link.victim.kind) == ("SUAMI_ISTRI", ["FISIK", "PSIKIS"], "victim")
    assert read(team.manager, first.narrative_ref)[first.narrative_ref]["facts"] == [["Kelurahan", "Batu Ampar"]]
    assert AuditEvent.objects.get(type="cases.incident_added").detail["links"] == 1


def test_the_relation_is_kept_for_each_victim(team: Team, case: Case) -> None:
    victim, accused = case.people.order_by("-kind")
    with working(team.companion):
        child = services.add_person(
            code=case.code, person=replace(VICTIM, contact=None, id=uuid4()), by=team.companion, at=FEB_2
        )
        incident(
            team,
            case,
            links=[
                VictimLink(victim.pk, accused.pk, "SUAMI_ISTRI", ("FISIK",)),
                VictimLink(child.pk, accused.pk, "ORANG_TUA", ("PSIKIS",)),
                VictimLink(child.pk, None, "NA"),
            ],
        )
    found = {(link.relation, tuple(link.forms)) for link in IncidentLink.objects.all()}
    assert found == {("SUAMI_ISTRI", ("FISIK",)), ("ORANG_TUA", ("PSIKIS",)), ("NA", ("FISIK", "PSIKIS"))}


def test_links_name_victims_and_perpetrators_of_this_case_alone(team: Team, case: Case) -> None:
    victim, accused = case.people.order_by("-kind")
    foreign = team.open().people.get(kind=PersonKind.VICTIM)
    for link in (
        VictimLink(foreign.pk, accused.pk, "NA"),
        VictimLink(accused.pk, None, "NA"),
        VictimLink(victim.pk, victim.pk, "NA"),
    ):
        with working(team.companion), pytest.raises(WrongPerson):
            incident(team, case, links=[link])
    assert not Incident.objects.exists()


def test_a_note_is_read_by_holders_of_its_drawer(team: Team, case: Case) -> None:
    one = uuid4()
    with working(team.manager):
        for _ in range(2):
            note = services.add_note(
                code=case.code,
                compartment=Compartment.LEGAL,
                text="HUKUM-UJI",
                by=team.manager,
                at=FEB_3,
                note_id=one,
            )
    assert Note.objects.filter(case=case, source="staff").get().pk == one
    assert read(team.manager, note.ref)[note.ref]["text"] == "HUKUM-UJI"
    event = AuditEvent.objects.get(type="cases.note_added", subject=case.code)
    assert event.detail == {"note": str(one), "compartment": "legal"}, "drawers by name, as in every event"


def test_a_service_has_its_result_for_the_team_or_none(team: Team, case: Case) -> None:
    facts: dict[str, Any] = {
        "code": case.code,
        "type": "KESEHATAN",
        "on": date(2026, 2, 3),
        "hours": Decimal("1.5"),
        "provider_unit": team.office.unit,
        "by": team.companion,
        "at": FEB_3,
    }
    one = uuid4()
    with working(team.companion):
        first = services.add_service(**facts, result="HASIL-UJI", service_id=one)
        services.add_service(**facts, result="HASIL-UJI", service_id=one)
        second = services.add_service(**facts, result="")
    assert ServiceRecord.objects.count() == 2
    assert read(team.manager, first.result_ref)[first.result_ref]["text"] == "HASIL-UJI"
    assert second.result_ref is None


def test_a_task_is_promised_ticked_off_and_taken_back(team: Team, case: Case) -> None:
    one = uuid4()
    with working(team.manager):
        for _ in range(2):
            task = services.add_task(
                code=case.code,
                title="TUGAS-UJI",
                owner=team.companion,
                due_at=FEB_9,
                by=team.manager,
                at=FEB_2,
                task_id=one,
            )
    assert Task.objects.get().pk == task.pk == one
    for act, done_at in (
        (services.complete_task, FEB_3),
        (services.complete_task, FEB_3),
        (services.undo_task, None),
        (services.undo_task, None),
    ):
        with working(team.companion):
            act(code=case.code, task_id=one, by=team.companion, at=FEB_3)
        assert Task.objects.get().done_at == done_at
    types = list(AuditEvent.objects.filter(type__startswith="cases.task").values_list("type", flat=True))
    assert sorted(types) == ["cases.task_added", "cases.task_done", "cases.task_undone"]


def test_a_task_is_given_to_the_team_and_ticked_off_by_those_it_concerns(team: Team, case: Case) -> None:
    team.assign(case, team.lawyer)
    with working(team.manager), pytest.raises(NotAssignable):
        services.add_task(code=case.code, title="x", owner=team.shelter, due_at=FEB_9, by=team.manager, at=FEB_2)
    with working(team.companion):
        task = services.add_task(
            code=case.code, title="x", owner=team.companion, due_at=FEB_9, by=team.companion, at=FEB_2
        )
    with working(team.lawyer):
        with pytest.raises(NotAllowed):
            services.complete_task(code=case.code, task_id=task.pk, by=team.lawyer, at=FEB_3)
        with pytest.raises(NotFound):
            services.complete_task(code=case.code, task_id=uuid4(), by=team.lawyer, at=FEB_3)
    with working(team.manager):
        services.complete_task(code=case.code, task_id=task.pk, by=team.manager, at=FEB_3)


WRITES: list[Callable[[Team, Case], object]] = [
    lambda team, case: services.add_person(code=case.code, person=ACCUSED, by=team.manager, at=FEB_9),
    lambda team, case: incident(team, case, by=team.manager),
    lambda team, case: services.add_note(
        code=case.code, compartment=Compartment.WORK, text="x", by=team.manager, at=FEB_9
    ),
    lambda team, case: services.add_task(
        code=case.code, title="x", owner=team.manager, due_at=FEB_9, by=team.manager, at=FEB_9
    ),
    lambda team, case: services.complete_task(code=case.code, task_id=uuid4(), by=team.manager, at=FEB_9),
]


def test_nothing_is_added_to_a_closed_case(team: Team, case: Case) -> None:
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)
    for write in WRITES:
        with working(team.manager), pytest.raises(CaseClosed):
            write(team, case)


def test_who_holds_no_grant_finds_no_case_and_who_oversees_writes_nothing(team: Team, case: Case) -> None:
    for user in (team.lawyer, team.head, team.desk):
        with working(user), pytest.raises(NotFound):
            services.add_note(code=case.code, compartment=Compartment.WORK, text="x", by=user, at=FEB_3)
