"""Two people change one record: different fields come together, the same one is asked about, nothing is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import selectors, services
from ruangaman.cases.errors import NotAssignable
from ruangaman.cases.models import Case, Incident, Note, Person, Task, Version
from ruangaman.cases.selectors.versions import Record
from ruangaman.cases.services.versions import Clashed
from ruangaman.cases.types import Identity, PersonKind, RecordKind, SafeContact, note_content
from ruangaman.clocks.models import Clock
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.vault.models import Sealed
from ruangaman.vault.types import Compartment
from tests.factories.accounts import working
from tests.factories.cases import FEB_3, FEB_9, VICTIM, Team, read
from tests.support.signing_in import signed_in


@pytest.fixture
def case(team: Team) -> Case:
    """A case with a companion and a psychologist in it."""
    case = team.open()
    team.assign(case, team.companion, team.psychologist)
    return case


@pytest.fixture
def victim(case: Case) -> Person:
    return case.people.get(kind=PersonKind.VICTIM)


@pytest.fixture
def incident(team: Team, case: Case) -> Incident:
    with working(team.manager):
        return services.add_incident(
            code=case.code,
            forms=["FISIK"],
            place="RUMAH",
            kecamatan="64.71.03",
            from_on=date(2026, 1, 3),
            to_on=None,
            narrative=note_content("KRONOLOGI-UJI", [("Kelurahan", "Damai"), ("Lain", "tetap")]),
            links=[],
            by=team.manager,
            at=FEB_3,
        )


@pytest.fixture
def task(team: Team, case: Case) -> Task:
    with working(team.manager):
        return services.add_task(
            code=case.code, title="TUGAS-UJI", owner=team.companion, due_at=FEB_9, by=team.manager, at=FEB_3
        )


def edit(who: User, case: Case, person: Person, *, opened: int | None, **changes: str) -> Person:
    """Change what is known about the victim as a form would, from what it began with."""
    known = {**vars(VICTIM.identity), **{key: value for key, value in changes.items() if key in vars(VICTIM.identity)}}
    contact = {key.removeprefix("contact_"): value for key, value in changes.items() if key.startswith("contact_")}
    with working(who):
        return services.edit_person(
            code=case.code,
            person_id=person.pk,
            kind=PersonKind.VICTIM,
            sex="P",
            age_group=changes.get("age_group", "25-44"),
            identity=Identity(**known),
            contact=replace(VICTIM.contact or SafeContact(), **contact),
            by=who,
            at=FEB_9,
            opened=opened,
        )


def history(who: User, case: Case, record: Record) -> list[selectors.Step]:
    with working(who):
        fresh = selectors.get_record(case=case, kind=RecordKind(type(record).__name__.lower()), record_id=record.pk)
        return selectors.get_history(case=case, record=fresh, viewer=who, at=FEB_9)


def fields(who: User, case: Case, record: Record) -> dict[str, str]:
    with working(who):
        fresh = selectors.get_record(case=case, kind=RecordKind(type(record).__name__.lower()), record_id=record.pk)
        versions = selectors.list_versions(fresh)[-1:]
        return selectors.open_states(case=case, versions=versions, viewer=who, at=FEB_9)[0].fields


def test_different_fields_of_two_people_come_together_and_both_are_named(team: Team, case: Case, victim: Person):
    edit(team.manager, case, victim, opened=1, address="ALAMAT-UJI", age_group="18-24")
    after = edit(team.companion, case, victim, opened=1, needs="KEBUTUHAN-UJI", contact_hours="10.00")

    assert after.version == 3
    found = fields(team.manager, case, victim)
    assert (found["address"], found["age_group"]) == ("ALAMAT-UJI", "18-24")
    assert (found["needs"], found["contact_hours"]) == ("KEBUTUHAN-UJI", "10.00")
    steps = history(team.manager, case, victim)
    assert [(step.version.number, step.version.by) for step in steps] == [
        (3, team.companion),
        (2, team.manager),
        (1, team.desk),
    ]
    assert [name for name, _old, _new in steps[0].changes] == ["contact_hours", "needs"]
    assert ("address", "", "ALAMAT-UJI") in steps[1].changes


def test_the_same_field_is_asked_about_and_nothing_is_written(team: Team, case: Case, victim: Person):
    edit(team.manager, case, victim, opened=1, needs="TULISAN-SATU", address="ALAMAT-UJI")
    before = Sealed.objects.count()

    with pytest.raises(Clashed) as asked:
        edit(team.companion, case, victim, opened=1, needs="TULISAN-DUA", full_name="NAMA-DUA")

    (clash,) = asked.value.clashes.clashes
    assert (clash.name, clash.base, clash.theirs, clash.mine) == (
        "needs",
        "petugas perempuan",
        "TULISAN-SATU",
        "TULISAN-DUA",
    )
    assert asked.value.clashes.fields["full_name"] == "NAMA-DUA"
    assert asked.value.clashes.fields["address"] == "ALAMAT-UJI"
    assert asked.value.authors["needs"] == (team.manager.display_name, FEB_9)
    assert asked.value.opened == 2
    assert Sealed.objects.count() == before
    assert Person.objects.get(pk=victim.pk).version == 2


def test_the_same_words_from_both_are_no_question_and_no_change_is_no_version(team: Team, case: Case, victim: Person):
    edit(team.manager, case, victim, opened=1, needs="SAMA")
    again = edit(team.companion, case, victim, opened=1, needs="SAMA")
    nothing = edit(team.companion, case, victim, opened=1)

    assert again.version == nothing.version == 2
    assert AuditEvent.objects.filter(type="cases.person_edited").count() == 1
    assert fields(team.manager, case, victim)["needs"] == "SAMA"


def test_what_was_not_changed_is_not_sealed_again(team: Team, case: Case, victim: Person):
    after = edit(team.companion, case, victim, opened=1, contact_hours="11.00")
    assert after.identity_ref == victim.identity_ref
    assert after.contact_ref != victim.contact_ref


def test_whoever_cannot_open_the_contact_neither_sees_nor_changes_it(team: Team, case: Case, victim: Person):
    edit(team.manager, case, victim, opened=1, contact_hours="10.00")
    with working(team.psychologist):
        services.edit_person(
            code=case.code,
            person_id=victim.pk,
            kind=PersonKind.VICTIM,
            sex="P",
            age_group="25-44",
            identity=replace(VICTIM.identity, languages="Banjar"),
            contact=None,
            by=team.psychologist,
            at=FEB_9,
            opened=1,
        )
        steps = selectors.get_history(
            case=case, record=Person.objects.get(pk=victim.pk), viewer=team.psychologist, at=FEB_9
        )
    shown = {name for step in steps for name, _old, _new in step.changes}
    assert shown == {"languages"}
    assert fields(team.manager, case, victim)["contact_hours"] == "10.00"
    with working(team.psychologist), pytest.raises(NotAllowed):
        services.edit_person(
            code=case.code,
            person_id=victim.pk,
            kind=PersonKind.VICTIM,
            sex="P",
            age_group="25-44",
            identity=VICTIM.identity,
            contact=SafeContact(value="LAIN"),
            by=team.psychologist,
            at=FEB_9,
        )


def test_what_is_closed_is_not_sealed_over(team: Team, case: Case, incident: Incident):
    """The psychologist came later and cannot open the story: what she types would take its place."""
    Sealed.objects.filter(ref=incident.narrative_ref).update(compartment=Compartment.LEGAL)
    with working(team.psychologist), pytest.raises(NotAllowed):
        change_incident(team.psychologist, case, incident, story="LAIN")


@pytest.mark.parametrize("opened", [2, 7, 0])
def test_a_version_that_never_was_is_refused(team: Team, case: Case, victim: Person, opened: int):
    with pytest.raises(Conflict):
        edit(team.companion, case, victim, opened=opened or 99, needs="X")
    edit(team.companion, case, victim, opened=1, needs="X")


def change_incident(
    who: User, case: Case, incident: Incident, *, opened: int | None = None, **changes: Any
) -> Incident:
    known: dict[str, Any] = {
        "forms": ["FISIK"],
        "place": "RUMAH",
        "kelurahan": "64.71.06.1005",
        "from_on": date(2026, 1, 3),
        "to_on": None,
        "story": "KRONOLOGI-UJI",
    }
    return services.edit_incident(
        code=case.code, incident_id=incident.pk, by=who, at=FEB_9, opened=opened, **{**known, **changes}
    )


def test_an_incident_is_corrected_and_other_sealed_facts_stay(team: Team, case: Case, incident: Incident):
    with working(team.companion):
        same = change_incident(team.companion, case, incident)
        assert same.version == 1
        after = change_incident(
            team.companion, case, incident, story="BENAR-UJI", forms=["SEKSUAL", "FISIK"], kelurahan="64.71.03.1004"
        )
    assert (after.version, sorted(after.forms), after.kecamatan) == (2, ["FISIK", "SEKSUAL"], "64.71.03")
    found = fields(team.manager, case, incident)
    assert (found["story"], found["kelurahan"]) == ("BENAR-UJI", "64.71.03.1004")
    content = read(team.manager, after.narrative_ref, incident.narrative_ref)
    assert ["Lain", "tetap"] in content[after.narrative_ref]["facts"]
    assert content[incident.narrative_ref]["text"] == "KRONOLOGI-UJI"


def test_two_dates_that_do_not_fit_are_not_put_together(team: Team, case: Case, incident: Incident):
    with working(team.manager):
        change_incident(team.manager, case, incident, opened=1, from_on=date(2026, 1, 20))
    with working(team.companion), pytest.raises(Conflict, match="tidak cocok"):
        change_incident(team.companion, case, incident, opened=1, to_on=date(2026, 1, 10))


def test_a_task_changes_its_words_its_owner_and_its_day(team: Team, case: Case, task: Task):
    with working(team.manager):
        after = services.edit_task(
            code=case.code,
            task_id=task.pk,
            title="LAIN-UJI",
            owner=team.psychologist,
            due_at=FEB_9 + timedelta(days=1),
            by=team.manager,
            at=FEB_9,
            opened=1,
        )
    assert (after.owner, after.due_at, after.version) == (team.psychologist, FEB_9 + timedelta(days=1), 2)
    assert fields(team.manager, case, task)["title"] == "LAIN-UJI"
    first = Version.objects.get(record=task.pk, number=1)
    assert first.facts == {"owner": str(team.companion.pk), "due_at": FEB_9.isoformat()}
    assert first.by == team.manager
    assert first.at == FEB_3


def test_its_clock_runs_for_whose_it_is_now_and_until_when(team: Team, case: Case, task: Task):
    later = FEB_9 + timedelta(days=1)
    with working(team.manager):
        services.edit_task(
            code=case.code, task_id=task.pk, title="X", owner=team.psychologist, due_at=later, by=team.manager, at=FEB_9
        )
    running = Clock.objects.filter(anchor=task.pk, stopped_at=None)
    assert [(one.owner_id, one.due_at) for one in running] == [(team.psychologist.pk, later)]
    with working(team.psychologist):
        services.complete_task(code=case.code, task_id=task.pk, by=team.psychologist, at=FEB_9)
    assert not running.all().exists()


def test_a_task_is_changed_by_whose_it_is_for_whom_it_can_be_and_while_it_is_open(team: Team, case: Case, task: Task):
    def change(who: User, owner: User) -> Task:
        with working(who):
            return services.edit_task(
                code=case.code, task_id=task.pk, title="TUGAS-UJI", owner=owner, due_at=FEB_9, by=who, at=FEB_9
            )

    with pytest.raises(NotAllowed):
        change(team.psychologist, team.psychologist)
    with pytest.raises(NotAssignable):
        change(team.companion, team.lawyer)
    with working(team.companion):
        services.complete_task(code=case.code, task_id=task.pk, by=team.companion, at=FEB_9)
    with pytest.raises(NotAllowed, match="sudah selesai"):
        change(team.companion, team.manager)


def test_a_correction_is_a_new_note_that_names_the_old_one(team: Team, case: Case):
    with working(team.manager):
        first = services.add_note(code=case.code, compartment=Compartment.WORK, text="SALAH", by=team.manager, at=FEB_3)
        new = services.add_note(
            code=case.code,
            compartment=Compartment.WORK,
            text="BENAR",
            by=team.manager,
            at=FEB_9,
            corrects=first.pk,
        )
        with pytest.raises(NotFound):
            services.add_note(
                code=case.code,
                compartment=Compartment.NARRATIVE,
                text="X",
                by=team.manager,
                at=FEB_9,
                corrects=first.pk,
            )
    assert new.corrects == first
    assert Note.objects.get(pk=first.pk).ref == first.ref


# --- the pages -----------------------------------------------------------------------------------------------------


def opened_form(client: Client, address: str) -> dict[str, str]:
    """Everything that stands in the form, as a browser would send it."""
    page = unescape(client.get(address).content.decode())
    form = page[page.index("data-unsent") :]
    found = dict(re.findall(r'<input type="(?:hidden|text)" name="(\w+)" value="([^"]*)"', form))
    found |= dict(re.findall(r'<input type="radio" name="(\w+)" value="([^"]*)" id="\w+" checked', form))
    found |= dict(re.findall(r'<textarea name="(\w+)"[^>]*>\s*([^<]*)</textarea>', form))
    for name, options in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


@pytest.fixture
def today(team: Team) -> tuple[Case, Person]:
    case = team.open(at=timezone.now())
    team.assign(case, team.companion, at=timezone.now())
    return case, case.people.get(kind=PersonKind.VICTIM)


def text(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def test_two_browsers_different_fields(team: Team, today: tuple[Case, Person]):
    case, person = today
    address = f"/kasus/{case.code}/orang/{person.pk}/"
    ani, budi = signed_in(team.manager), signed_in(team.companion)
    first, second = opened_form(ani, address), opened_form(budi, address)

    assert ani.post(address, {**first, "address": "ALAMAT-UJI"}).status_code == 302
    answer = budi.post(address, {**second, "languages": "BAHASA-UJI"})

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{address}riwayat/?digabung"
    page = text(budi.get(answer.headers["Location"]))
    assert "digabung" in page
    for words in (team.manager.display_name, team.companion.display_name, "ALAMAT-UJI", "BAHASA-UJI"):
        assert words in page


@pytest.mark.parametrize("choice", ["theirs", "mine", "both"])
def test_two_browsers_the_same_field_and_the_choice(team: Team, today: tuple[Case, Person], choice: str):
    case, person = today
    address = f"/kasus/{case.code}/orang/{person.pk}/"
    ani, budi = signed_in(team.manager), signed_in(team.companion)
    first, second = opened_form(ani, address), opened_form(budi, address)
    written = {"theirs": "TULISAN\nANI", "mine": "TULISAN BUDI <b>", "both": "TULISAN\nANI\n\nTULISAN BUDI <b>"}

    ani.post(address, {**first, "needs": written["theirs"]})
    answer = budi.post(address, {**second, "needs": written["mine"], "languages": "BAHASA-UJI"})

    assert answer.status_code == 409
    page = text(answer)
    assert "Dua orang menulis di tempat yang sama" in page
    assert f"Tulisan {team.manager.display_name}" in page
    assert "Tulisan Anda" in page
    assert "petugas perempuan" in page
    assert fields(team.manager, case, person)["needs"] == "TULISAN\nANI", "nothing is written yet"
    carried = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    radios = re.findall(r'<input type="radio" name="(\w+)" value="([^"]*)" required>', page)
    assert [name for name, _value in radios] == ["needs"] * 3
    picked = radios[list(written).index(choice)][1]

    assert budi.post(address, {**carried, "needs": picked}).status_code == 302
    found = fields(team.manager, case, person)
    assert found["needs"] == written[choice]
    assert found["languages"] == "BAHASA-UJI"
    every = {value for step in history(team.manager, case, person) for _n, _o, value in step.changes}
    assert "TULISAN\nANI" in every, "what was not chosen stands in the versions before"


def test_two_pages_of_one_person_are_said_to_be_hers(team: Team, today: tuple[Case, Person]):
    case, person = today
    address, ani = f"/kasus/{case.code}/orang/{person.pk}/", signed_in(team.manager)
    first, second = opened_form(ani, address), opened_form(ani, address)
    ani.post(address, {**first, "needs": "TULISAN SATU"})

    page = text(ani.post(address, {**second, "needs": "TULISAN DUA"}))

    assert "Anda menulis di tempat ini dari dua halaman" in page
    assert "Tulisan Anda di halaman lain" in page
    assert "Dua orang" not in page
    assert team.manager.display_name not in page.split('class="clash"')[1].split("</fieldset>")[0]


def test_an_incident_and_a_task_are_changed_on_their_pages(team: Team, today: tuple[Case, Person]):
    case, _person = today
    client = signed_in(team.manager)
    with working(team.manager):
        made = services.add_task(
            code=case.code,
            title="TUGAS-UJI",
            owner=team.manager,
            due_at=timezone.now() - timedelta(days=9),
            by=team.manager,
            at=timezone.now(),
        )
        happened = services.add_incident(
            code=case.code,
            forms=["FISIK"],
            place="RUMAH",
            kecamatan="",
            from_on=None,
            to_on=None,
            narrative=note_content("KRONOLOGI-UJI"),
            links=[],
            by=team.manager,
            at=timezone.now(),
        )
    task_page = f"/kasus/{case.code}/tugas/{made.pk}/"
    data = opened_form(client, task_page)
    due = re.findall(r'name="due_at" value="([^"]*)"', text(client.get(task_page)))
    assert client.post(task_page, {**data, "due_at": due, "title": "LAIN-UJI"}).status_code == 302, (
        "a late one may stay late"
    )
    assert "LAIN-UJI" in text(client.get(f"/kasus/{case.code}/"))
    page = f"/kasus/{case.code}/kejadian/{happened.pk}/"
    data = {**opened_form(client, page), "forms_of_violence": ["FISIK", "PSIKIS"], "story": "BENAR-UJI"}
    assert client.post(page, data).status_code == 302
    shown = text(client.get(f"/kasus/{case.code}/kejadian/{happened.pk}/riwayat/"))
    assert "KRONOLOGI-UJI" in shown
    assert "BENAR-UJI" in shown


def test_nobody_reads_the_history_of_a_case_that_is_not_theirs(team: Team, today: tuple[Case, Person]):
    case, person = today
    there = f"/kasus/{case.code}/orang/{person.pk}/riwayat/"
    assert signed_in(team.lawyer).get(there).status_code == 404
    assert signed_in(team.head).get(there).status_code == 404
    assert signed_in(team.manager).get(f"/kasus/{case.code}/orang/{UUID(int=0)}/riwayat/").status_code == 404
    assert signed_in(team.manager).get(there).status_code == 200
