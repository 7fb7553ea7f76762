"""People across cases: numbers in the index, one person in two cases, who lives with whom, who is too near."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ruangaman.accounts.models import AvoidedPlace, User
from ruangaman.accounts.services import finding, kin
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import selectors, services
from ruangaman.cases.errors import NotAssignable
from ruangaman.cases.models import Assignment, Case, Person, Tie
from ruangaman.cases.selectors import ties as tie_selectors
from ruangaman.cases.types import AccessReason, Identity, NewPerson, PersonKind, SafeContact
from ruangaman.cases.types.ties import TieKind
from ruangaman.core.errors import Conflict, DomainError, NotAllowed, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.models import BlindTag, Meeting, Sealed
from ruangaman.vault.services import BARRED, Probe
from ruangaman.vault.types import Compartment, GrantSpec, IdentifierKind, Purpose
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3, FEB_9, Team

NIK, OTHER = "6471035001900001", "6471035001900002"


def probes(nik: str = NIK) -> tuple[Probe, ...]:
    """Stretch a number."""
    return vault.stretch_all([(IdentifierKind.NIK, nik)])


def new_person(nik: str = NIK, kind: PersonKind = PersonKind.VICTIM, **identity: str) -> NewPerson:
    """Somebody with a NIK."""
    return NewPerson(kind=kind, identity=Identity(nik=nik, **identity), id=uuid4())


def open_with(team: Team, nik: str = NIK, **facts: Any) -> tuple[Case, Person]:
    """Open a case with one person of this number in it."""
    person = new_person(nik)
    case = team.open(people=[person], probes={person.id: probes(nik)}, **facts)
    return case, Person.objects.get(pk=person.id)


@pytest.fixture
def other(team: Team) -> User:
    """A second manager of the unit."""
    return team.office.user(Role.MANAJER)


@pytest.fixture(autouse=True)
def seat(team: Team) -> None:
    """The officer who opens cases sits at a desk, so they hold the key of the index."""
    team.office.desk(team.desk)


def find(by: User, nik: str = NIK) -> set[UUID]:
    """Who is found by a number."""
    with working(by):
        finding.ready_to_find(by=by, at=FEB_3)
        return {one.ref for one in vault.find(probes=probes(nik), by=by, at=FEB_3)}


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_who_is_in_a_case_is_found_by_its_manager_and_not_by_another(team: Team, other: User) -> None:
    _case, person = open_with(team)

    assert find(team.manager) == {person.pk}
    assert find(other) == set()
    assert find(team.desk) == set(), "the desk opened the case and holds no key of it"


def test_who_was_added_without_the_key_waits_and_is_caught_up_by_the_manager(team: Team) -> None:
    case = team.open(people=[])
    team.assign(case, team.companion)
    with working(team.companion):
        row = services.add_person(code=case.code, person=new_person(), by=team.companion, at=FEB_2, probes=probes())
    assert row.indexed_at is None
    assert find(team.manager) == set()

    with working(team.manager):
        waiting = services.read_waiting_numbers(by=team.manager, at=FEB_3)
    stretched = {person: vault.stretch_all(numbers) for person, numbers in waiting.items()}
    with working(team.manager):
        assert services.index_waiting(found=stretched, by=team.manager, at=FEB_3) == 1

    assert find(team.manager) == {row.pk}
    with working(team.manager):
        assert not selectors.list_unindexed(viewer=team.manager).exists()


def test_a_corrected_number_is_the_only_one_that_leads_to_somebody(team: Team) -> None:
    case, person = open_with(team)
    with working(team.manager):
        services.edit_person(
            code=case.code, person_id=person.pk, kind=PersonKind.VICTIM, sex="P", age_group="",
            identity=Identity(nik=OTHER), contact=None, by=team.manager, at=FEB_2, probes=probes(OTHER),
        )  # fmt: skip

    assert find(team.manager) == set()
    assert find(team.manager, OTHER) == {person.pk}


def test_the_other_cases_manager_is_told_and_nobody_else(team: Team, other: User) -> None:
    known, _person = open_with(team)
    with working(other):
        finding.ready_to_find(by=other, at=FEB_1)
    case, _again = open_with(team, manager=other)

    with working(team.manager):
        (meeting,) = Meeting.objects.all()
    assert (meeting.found_id, meeting.origin_code) == (known.dossier_id, case.code)
    for stranger in (other, team.desk, team.head):
        with working(stranger):
            assert not Meeting.objects.exists()


# --- one person -------------------------------------------------------------------------------------------------------


def tie(by: User, case: Case, one: Person, two: Person, kind: TieKind = TieKind.SAME, *, at: Any = FEB_2) -> Tie:
    """Link two people."""
    with working(by):
        return services.tie_people(code=case.code, person_id=one.pk, other_id=two.pk, kind=kind, by=by, at=at)


def untie(by: User, case: Case, row: Tie, *, at: Any = FEB_3) -> Tie:
    """Unlink them."""
    with working(by):
        return services.untie_people(code=case.code, tie_id=row.pk, by=by, at=at)


def picture() -> dict[str, Any]:
    """Everything about people but the ties that are over: what undoing has to bring back."""
    return {
        "people": list(Person.objects.order_by("pk").values()),
        "sealed": list(Sealed.objects.order_by("pk").values_list("pk", "dossier_id", "version", "epoch")),
        "tags": list(BlindTag.objects.order_by("pk").values_list("tag", "ref")),
        "ties": list(Tie.objects.filter(until=None).order_by("pk").values()),
    }


def test_taking_a_link_back_restores_everything(team: Team) -> None:
    (first, one), (_second, two), (_third, three) = (open_with(team) for _ in range(3))
    standing = tie(team.manager, first, one, three)
    before = picture()

    row = tie(team.manager, first, one, two)
    assert picture() != before
    untie(team.manager, first, row)

    assert picture() == before
    assert Tie.objects.get(pk=row.pk).until == FEB_3, "and that it was so stays"
    assert Tie.objects.get(pk=standing.pk).until is None
    events = AuditEvent.objects.filter(type__in=["cases.tied", "cases.untied"]).values_list("type", flat=True)
    assert sorted(events) == ["cases.tied"] * 4 + ["cases.untied"] * 2


def test_linking_copies_nothing_to_where_somebody_else_holds_keys(team: Team) -> None:
    (first, one), (_second, two) = open_with(team), open_with(team)
    before = set(Sealed.objects.values_list("pk", "dossier_id"))

    tie(team.manager, first, one, two)

    assert set(Sealed.objects.values_list("pk", "dossier_id")) == before
    assert one.case_id != two.case_id


def test_a_link_may_be_undone_from_either_side_and_after_the_case_is_closed(team: Team) -> None:
    (first, one), (second, two) = open_with(team), open_with(team)
    row = tie(team.manager, first, one, two)
    flow.close(first, by=team.manager, head=team.head, at=FEB_2)

    assert untie(team.manager, second, row).until == FEB_3


def test_only_who_works_on_both_cases_links_them(team: Team, other: User) -> None:
    (first, one), (_second, two) = open_with(team), open_with(team, manager=other)

    with working(team.manager), pytest.raises(NotFound):
        services.tie_people(
            code=first.code, person_id=one.pk, other_id=two.pk, kind=TieKind.SAME, by=team.manager, at=FEB_2
        )
    assert not Tie.objects.exists()
    _third, three = open_with(team)
    assert tie(team.manager, first, one, three), "and who does, can"


def test_a_reader_for_a_while_links_nobody(team: Team) -> None:
    case, one = open_with(team)
    with working(team.manager):
        two = services.add_person(code=case.code, person=new_person(OTHER), by=team.manager, at=FEB_1)
        services.give_access(
            code=case.code, user=team.companion, compartments=[Compartment.IDENTITY], reason=AccessReason.SECOND_VIEW,
            not_after=FEB_9, by=team.manager, at=FEB_1,
        )  # fmt: skip

    with working(team.companion), pytest.raises(DomainError):
        services.tie_people(
            code=case.code, person_id=one.pk, other_id=two.pk, kind=TieKind.PARENT, by=team.companion, at=FEB_2
        )


def test_a_link_is_not_there_for_who_holds_one_side_only(team: Team) -> None:
    (first, one), (second, two) = open_with(team), open_with(team)
    team.assign(first, team.companion)
    row = tie(team.manager, first, one, two)

    with working(team.companion):
        assert not Tie.objects.exists()
        assert tie_selectors.list_ties(case=first, people=[one], viewer=team.companion) == []
    with working(team.head):
        assert not Tie.objects.exists(), "who oversees sees codes, not who belongs together"
    team.assign(second, team.companion)
    with working(team.companion):
        (view,) = tie_selectors.list_ties(case=first, people=[one], viewer=team.companion)
    assert view.tie == row


# --- relations --------------------------------------------------------------------------------------------------------


@pytest.fixture
def family(team: Team) -> tuple[Case, dict[str, Person]]:
    """A child, a mother, and who is accused."""
    case = team.open(people=[])
    kinds = {"child": PersonKind.VICTIM, "mother": PersonKind.FAMILY, "accused": PersonKind.PERPETRATOR}
    rows = {}
    for name, kind in kinds.items():
        with working(team.manager):
            person = replace(new_person("", kind), identity=Identity(chosen_name=name))
            rows[name] = services.add_person(code=case.code, person=person, by=team.manager, at=FEB_1)
    return case, rows


def said(case: Case, rows: dict[str, Person], viewer: User) -> set[tuple[str, str, str]]:
    """Return every relation as it is read: whose, in which words, to whom."""
    names = {row.pk: name for name, row in rows.items()}
    with working(viewer):
        views = tie_selectors.list_ties(case=case, people=list(rows.values()), viewer=viewer)
    return {(names[view.person_id], str(view.words), names[view.other.pk]) for view in views}


def test_a_relation_is_read_from_both_sides(team: Team, family: tuple[Case, dict[str, Person]]) -> None:
    case, rows = family
    tie(team.manager, case, rows["mother"], rows["child"], TieKind.PARENT)
    tie(team.manager, case, rows["accused"], rows["mother"], TieKind.SPOUSE)

    assert said(case, rows, team.manager) == {
        ("mother", "orang tua dari", "child"),
        ("child", "anak dari", "mother"),
        ("accused", "suami atau istri dari", "mother"),
        ("mother", "suami atau istri dari", "accused"),
    }


def test_a_relation_said_twice_is_one_and_with_oneself_is_none(
    team: Team, family: tuple[Case, dict[str, Person]]
) -> None:
    case, rows = family
    first = tie(team.manager, case, rows["mother"], rows["child"], TieKind.PARENT)

    assert tie(team.manager, case, rows["mother"], rows["child"], TieKind.PARENT) == first
    with working(team.manager), pytest.raises(Conflict):
        services.tie_people(
            code=case.code, person_id=rows["child"].pk, other_id=rows["child"].pk, kind=TieKind.SIBLING,
            by=team.manager, at=FEB_2,
        )  # fmt: skip


def test_a_relation_stays_in_its_case(team: Team, family: tuple[Case, dict[str, Person]]) -> None:
    case, rows = family
    _second, stranger = open_with(team)

    with working(team.manager), pytest.raises(Conflict):
        services.tie_people(
            code=case.code, person_id=rows["child"].pk, other_id=stranger.pk, kind=TieKind.PARENT, by=team.manager,
            at=FEB_2,
        )  # fmt: skip


@pytest.mark.parametrize("kind", [TieKind.GUARDIAN, TieKind.PARENT, TieKind.STEPPARENT])
def test_a_guardian_who_is_accused_is_warned_of(
    team: Team, family: tuple[Case, dict[str, Person]], kind: TieKind
) -> None:
    case, rows = family
    people = list(rows.values())
    tie(team.manager, case, rows["mother"], rows["child"], kind)
    with working(team.manager):
        views = tie_selectors.list_ties(case=case, people=people, viewer=team.manager)
    assert tie_selectors.cares_and_accused(people=people, ties=views, links=[]) == set(), "the mother is not accused"

    tie(team.manager, case, rows["accused"], rows["child"], kind)

    with working(team.manager):
        views = tie_selectors.list_ties(case=case, people=people, viewer=team.manager)
    assert tie_selectors.cares_and_accused(people=people, ties=views, links=[]) == {rows["child"].pk}


# --- households -------------------------------------------------------------------------------------------------------


def test_a_household_shows_only_whom_the_viewer_may_open(team: Team, other: User) -> None:
    """One house over three cases: the middle one is another manager's. What is behind it is not there for us."""
    (first, one), (middle, two), (last, three) = open_with(team), open_with(team), open_with(team)
    tie(team.manager, first, one, two, TieKind.HOUSEHOLD)
    tie(team.manager, middle, two, three, TieKind.HOUSEHOLD)

    def household(viewer: User, person: Person) -> list[Person]:
        with working(viewer):
            return tie_selectors.list_household(person=person, viewer=viewer)

    assert {row.pk for row in household(team.manager, one)} == {two.pk, three.pk}
    team.assign(first, team.companion)
    team.assign(last, team.companion)
    assert household(team.companion, one) == household(team.companion, three) == []
    team.assign(middle, team.companion)
    assert {row.pk for row in household(team.companion, one)} == {two.pk, three.pk}


# --- too near ---------------------------------------------------------------------------------------------------------


def declare(who: User, *, nik: str = NIK, at: Any = FEB_1) -> None:
    """Let somebody say that this number is of a relative."""
    with working(who):
        kin.declare_relative(name="KERABAT-UJI", relation="sibling", probes=probes(nik), by=who, at=at)


ENTRANCES = {
    "assign": lambda team, case, user: services.assign(
        code=case.code, user=user, role=Role(user.role), by=team.manager, at=FEB_3
    ),
    "hand over": lambda team, case, user: services.change_manager(
        code=case.code, to=user, by=team.manager, at=FEB_3
    ),
    "give": lambda team, case, user: services.give_access(
        code=case.code, user=user, compartments=[Compartment.IDENTITY], reason=AccessReason.SECOND_VIEW,
        not_after=FEB_9, by=team.manager, at=FEB_3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", ENTRANCES)
@pytest.mark.parametrize("declared_first", [True, False])
def test_a_relative_is_refused_at_every_entrance(team: Team, other: User, way: str, declared_first: bool) -> None:
    user = other if way == "hand over" else team.companion
    if declared_first:
        declare(user)
    case, _person = open_with(team)
    free, _someone = open_with(team, OTHER)
    if not declared_first:
        declare(user)

    with working(team.manager), pytest.raises(NotAssignable, match=str(BARRED)):
        ENTRANCES[way](team, case, user)

    with working(team.manager):
        assert ENTRANCES[way](team, free, user), "another case is open to them"
    assert not Assignment.objects.filter(case=case, user=user).exists()


def test_a_case_is_not_opened_for_a_relative(team: Team) -> None:
    declare(team.manager)
    person = new_person()

    with working(team.desk):
        finding.ready_to_find(by=team.desk, at=FEB_1)
    with pytest.raises(NotAssignable, match=str(BARRED)):
        team.open(people=[person], probes={person.id: probes()})

    assert not Case.objects.exists()
    assert team.open(people=[person], probes={person.id: probes(OTHER)})


def test_an_entrance_that_goes_by_the_vault_alone_is_shut_too(team: Team) -> None:
    case, _person = open_with(team)
    declare(team.companion)
    with working(team.manager):
        finding.ready_to_find(by=team.manager, at=FEB_2)
        spec = GrantSpec(team.companion.principal_id, frozenset({Compartment.IDENTITY}), "x")
        with pytest.raises(NotAllowed, match=str(BARRED)):
            vault.share(dossier_id=case.dossier_id, to=[spec], by=team.manager, at=FEB_2)


def test_who_oversees_does_not_see_the_case_of_a_relative(team: Team) -> None:
    case, _person = open_with(team)
    free, _someone = open_with(team, OTHER)
    declare(team.head)
    with working(team.manager):
        finding.ready_to_find(by=team.manager, at=FEB_2)

    with working(team.head):
        assert set(Case.objects.values_list("code", flat=True)) == {free.code}
    with working(team.manager):
        assert Case.objects.filter(code=case.code).exists()


def test_the_head_lifts_anothers_and_never_the_own(team: Team) -> None:
    case, _person = open_with(team)
    declare(team.companion)
    declare(team.head)

    with working(team.head), pytest.raises(NotAllowed):
        services.lift_conflict(code=case.code, user=team.head, reason="distant", by=team.head, at=FEB_2)
    with working(team.manager):
        finding.ready_to_find(by=team.manager, at=FEB_2)
    with working(team.head), pytest.raises(NotFound):
        services.lift_conflict(code=case.code, user=team.companion, reason="distant", by=team.head, at=FEB_2)

    second = team.office.user(Role.KEPALA)
    with working(second):
        services.lift_conflict(code=case.code, user=team.companion, reason="distant", by=second, at=FEB_2)
    with working(team.manager):
        assert ENTRANCES["assign"](team, case, team.companion)
    (event,) = AuditEvent.objects.filter(type="vault.bar_lifted")
    assert event.detail == {"principal": str(team.companion.principal_id), "reason": "distant"}


def test_somebody_from_the_accuseds_workplace_is_refused(team: Team) -> None:
    case = team.open(people=[])
    place = "polresta"
    with working(team.companion):
        kin.avoid_place(code=place, by=team.companion, at=FEB_1)
    with working(team.manager):
        services.add_person(
            code=case.code, person=new_person("", PersonKind.PERPETRATOR, workplace=place), by=team.manager, at=FEB_1
        )

    with working(team.manager), pytest.raises(NotAssignable, match=str(BARRED)):
        ENTRANCES["assign"](team, case, team.companion)
    with working(team.manager):
        assert ENTRANCES["assign"](team, case, team.lawyer), "who is from elsewhere is not"
    with working(team.companion):
        kin.end_place(code=place, by=team.companion, at=FEB_2)
    assert AvoidedPlace.objects.filter(until=FEB_2).exists()
    with working(team.manager):
        assert ENTRANCES["assign"](team, case, team.companion)


def test_a_declaration_without_the_key_waits_for_a_colleague(team: Team) -> None:
    declare(team.companion)
    with working(team.companion):
        (row,) = kin.list_relatives(by=team.companion)
    assert row.indexed_at is None

    with working(team.manager):
        finding.ready_to_find(by=team.manager, at=FEB_2)

    with working(team.companion):
        (row,) = kin.list_relatives(by=team.companion)
    assert row.indexed_at == FEB_2


def test_a_colleague_takes_the_number_in_and_never_reads_the_name(team: Team) -> None:
    with working(team.desk):
        finding.ready_to_find(by=team.desk, at=FEB_1)
    declare(team.companion)
    with working(team.companion):
        (row,) = kin.list_relatives(by=team.companion)
        assert kin.open_names(rows=[row], by=team.companion, at=FEB_2)[row.pk].name == "KERABAT-UJI"

    with working(team.desk), pytest.raises(DomainError):
        vault.reveal(ref=row.name_ref, purpose=Purpose.FINDING, by=team.desk, at=FEB_2)


def test_taking_a_relative_back_does_not_open_the_way(team: Team) -> None:
    case, _person = open_with(team)
    declare(team.companion)
    with working(team.manager):
        finding.ready_to_find(by=team.manager, at=FEB_2)
    with working(team.companion):
        (row,) = kin.list_relatives(by=team.companion)
        kin.withdraw_relative(relative_id=row.pk, by=team.companion, at=FEB_2)
        assert kin.list_relatives(by=team.companion) == []

    with working(team.manager), pytest.raises(NotAssignable):
        ENTRANCES["assign"](team, case, team.companion)
    later, _again = open_with(team, at=FEB_3)
    with working(team.manager):
        assert ENTRANCES["assign"](team, later, team.companion)
    assert timedelta(days=1) == FEB_3 - FEB_2


def test_contact_numbers_count_too(team: Team) -> None:
    phone = vault.stretch_all([(IdentifierKind.PHONE, "0812 0000 0001")])
    person = NewPerson(
        kind=PersonKind.VICTIM, contact=SafeContact(way="whatsapp", value="+62 812 0000 0001"), id=uuid4()
    )
    team.open(people=[person], probes={person.id: phone})

    with working(team.manager):
        finding.ready_to_find(by=team.manager, at=FEB_2)
        assert {one.ref for one in vault.find(probes=phone, by=team.manager, at=FEB_2)} == {person.id}
