"""Who works on a case: keys come with a part in it and go with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

import pytest

from ruangaman.accounts import services as accounts
from ruangaman.accounts.models import User
from ruangaman.accounts.types import ROLE_COMPARTMENTS, Role
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import registry, selectors, services
from ruangaman.cases.errors import LastHolder, NotAssignable
from ruangaman.cases.models import Assignment, Case, Task
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.vault.models import Grant
from ruangaman.vault.types import Closed, Compartment
from tests.factories.accounts import working
from tests.factories.cases import FEB_2, FEB_3, FEB_9, STORY, Team, read


def note(team: Team, case: Case, by: User, compartment: Compartment, text: str, at: datetime = FEB_3) -> object:
    """Write a note in a request of its own and return its reference."""
    with working(by):
        return services.add_note(code=case.code, compartment=compartment, text=text, by=by, at=at).ref


def test_a_companion_reads_what_was_written_before_and_a_stranger_nothing(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion)

    ref = case.notes.get().ref
    assert read(team.companion, ref)[ref]["text"] == STORY
    with pytest.raises(NotFound):
        read(team.lawyer, ref)


@pytest.mark.parametrize("who", ["companion", "psychologist", "lawyer", "shelter"])
def test_a_part_carries_the_compartments_of_its_role_and_no_others(team: Team, who: str) -> None:
    case = team.open()
    user: User = getattr(team, who)
    team.assign(case, user)

    epoch = Grant.objects.filter(dossier=case.dossier).order_by("-epoch")[0].epoch
    mask = Grant.objects.get(dossier=case.dossier, principal=user.principal_id, epoch=epoch).compartments
    assert mask is not None
    assert {one for one in Compartment if mask & 1 << one} == ROLE_COMPARTMENTS[Role(user.role)]


def test_the_first_psychologist_begins_an_epoch_and_only_she_reads_what_she_writes(team: Team) -> None:
    case = team.open()
    team.assign(case, team.psychologist)
    case.dossier.refresh_from_db()
    assert case.dossier.epoch == 2

    ref = note(team, case, team.psychologist, Compartment.CLINICAL, "KLINIS-UJI")
    assert read(team.psychologist, ref)[ref]["text"] == "KLINIS-UJI"
    assert isinstance(read(team.manager, ref)[ref], Closed)
    story = case.notes.get(compartment=Compartment.NARRATIVE).ref
    assert read(team.psychologist, story)[story]["text"] == STORY


def test_assigning_twice_is_one_part(team: Team) -> None:
    case, one = team.open(), uuid4()
    for assignment_id in (one, one, uuid4()):
        with working(team.manager):
            part = services.assign(
                code=case.code,
                user=team.companion,
                role=Role.PENDAMPING,
                by=team.manager,
                at=FEB_2,
                assignment_id=assignment_id,
            )
    assert part.pk == one
    assert Assignment.objects.filter(case=case).count() == 2
    assert AuditEvent.objects.filter(type="cases.assigned").count() == 1


def test_only_the_manager_assigns(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion)
    with pytest.raises(NotAllowed), working(team.companion):
        services.assign(code=case.code, user=team.lawyer, role=Role.HUKUM, by=team.companion, at=FEB_3)


def test_somebody_is_assigned_in_their_own_role_alone(team: Team) -> None:
    case = team.open()
    for user, role in ((team.companion, Role.PSIKOLOG), (team.desk, Role.PETUGAS), (team.manager, Role.MANAJER)):
        with working(team.manager):
            if user == team.manager:
                continue
            with pytest.raises(NotAssignable):
                services.assign(code=case.code, user=user, role=role, by=team.manager, at=FEB_2)
    second = team.office.user(Role.MANAJER)
    with working(team.manager), pytest.raises(NotAssignable):
        services.assign(code=case.code, user=second, role=Role.MANAJER, by=team.manager, at=FEB_2)


def test_taking_somebody_off_takes_the_keys_and_gives_their_tasks_to_the_manager(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion)
    with working(team.manager):
        task = services.add_task(
            code=case.code, title="TUGAS-UJI", owner=team.companion, due_at=FEB_9, by=team.manager, at=FEB_2
        )
    part = Assignment.objects.get(case=case, user=team.companion)
    with working(team.manager):
        services.unassign(code=case.code, assignment_id=part.pk, by=team.manager, at=FEB_3)

    part.refresh_from_db()
    assert (part.until, part.until_by) == (FEB_3, team.manager)
    assert Task.objects.get(pk=task.pk).owner == team.manager
    assert not Grant.objects.filter(dossier=case.dossier, principal=team.companion.principal_id).exists()
    with working(team.companion):
        assert not Case.objects.exists()
    with working(team.manager):  # asked again, nothing happens
        services.unassign(code=case.code, assignment_id=part.pk, by=team.manager, at=FEB_9)
    part.refresh_from_db()
    assert part.until == FEB_3


def test_put_back_at_once_they_read_everything_again(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion)
    part = Assignment.objects.get(case=case, user=team.companion)
    with working(team.manager):
        services.unassign(code=case.code, assignment_id=part.pk, by=team.manager, at=FEB_3)
    team.assign(case, team.companion, at=FEB_3)

    ref = case.notes.get().ref
    assert read(team.companion, ref)[ref]["text"] == STORY


def test_the_last_holder_of_a_drawer_goes_only_when_it_is_confirmed(team: Team) -> None:
    case = team.open()
    team.assign(case, team.psychologist)
    ref = note(team, case, team.psychologist, Compartment.CLINICAL, "KLINIS-UJI")
    part = Assignment.objects.get(case=case, user=team.psychologist)
    with pytest.raises(LastHolder, match="Catatan klinis"), working(team.manager):
        services.unassign(code=case.code, assignment_id=part.pk, by=team.manager, at=FEB_3)
    assert Grant.objects.filter(principal=team.psychologist.principal_id).exists()

    with working(team.manager):
        services.unassign(code=case.code, assignment_id=part.pk, by=team.manager, at=FEB_3, is_confirmed=True)
    assert isinstance(read(team.manager, ref)[ref], Closed)


def test_the_manager_is_not_taken_off_and_a_part_of_another_case_is_not_found(team: Team) -> None:
    case, other = team.open(), team.open()
    own = Assignment.objects.get(case=case)
    with pytest.raises(NotAllowed), working(team.manager):
        services.unassign(code=case.code, assignment_id=own.pk, by=team.manager, at=FEB_3)
    with pytest.raises(NotFound), working(team.manager):
        services.unassign(code=other.code, assignment_id=own.pk, by=team.manager, at=FEB_3)


def test_a_companion_takes_nobody_off(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion, team.lawyer)
    part = Assignment.objects.get(case=case, user=team.lawyer)
    with pytest.raises(NotAllowed), working(team.companion):
        services.unassign(code=case.code, assignment_id=part.pk, by=team.companion, at=FEB_3)


def test_handed_over_the_case_is_the_new_managers_alone(team: Team) -> None:
    case, second = team.open(), team.office.user(Role.MANAJER)
    with working(team.manager):
        services.add_task(
            code=case.code, title="TUGAS-UJI", owner=team.manager, due_at=FEB_9, by=team.manager, at=FEB_2
        )
        services.change_manager(code=case.code, to=second, by=team.manager, at=FEB_3)

    assert team.fresh(case).manager == second
    assert case.tasks.get().owner == second
    ref = case.notes.get().ref
    assert read(second, ref)[ref]["text"] == STORY
    with working(team.manager):
        assert not Case.objects.exists()
    assert Assignment.objects.filter(case=case, until=None).get().user == second
    with working(second):
        services.assign(code=case.code, user=team.companion, role=Role.PENDAMPING, by=second, at=FEB_9)


def test_a_case_is_handed_to_a_manager_of_the_unit_by_its_manager(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion)
    second = team.office.user(Role.MANAJER)
    with working(team.manager):
        with pytest.raises(NotAssignable):
            services.change_manager(code=case.code, to=team.companion, by=team.manager, at=FEB_3)
        with pytest.raises(Conflict):
            services.change_manager(code=case.code, to=team.manager, by=team.manager, at=FEB_3)
    with pytest.raises(NotAllowed), working(team.companion):
        services.change_manager(code=case.code, to=second, by=team.companion, at=FEB_3)


def test_a_case_whose_manager_left_is_handed_over_by_its_team(team: Team) -> None:
    case, successor = team.open(), team.office.user(Role.MANAJER)
    team.assign(case, team.companion)
    with working(team.companion), pytest.raises(NotAllowed):
        services.change_manager(code=case.code, to=successor, by=team.companion, at=FEB_9)
    with working(team.head):
        accounts.let_go(user=team.manager, by=team.head, at=FEB_9)
    with working(team.head):
        assert not Grant.objects.filter(dossier=case.dossier, principal=team.manager.principal_id).exists()
    with working(team.lawyer), pytest.raises(NotFound):
        services.change_manager(code=case.code, to=successor, by=team.lawyer, at=FEB_9)
    with working(team.companion):
        assert selectors.list_unmanaged(viewer=team.companion) == [case]
        assert selectors.count_unmanaged(viewer=team.companion) == 1
        services.change_manager(code=case.code, to=successor, by=team.companion, at=FEB_9)

    case.refresh_from_db()
    assert case.manager_id == successor.pk
    ref = case.notes.get().ref
    assert read(successor, ref)[ref]["text"] == STORY
    later = note(team, case, successor, Compartment.LEGAL, "HUKUM-UJI", at=FEB_9)
    assert read(successor, later)[later]["text"] == "HUKUM-UJI"


@pytest.fixture
def follower() -> Iterator[list[tuple[str, str]]]:
    """A higher app that goes along with whoever comes and goes."""
    seen: list[tuple[str, str]] = []

    class Seen:
        key = "test"

        def joined(self, *, case: Case, user: User, role: Role, by: User, at: datetime) -> None:
            seen.append(("joined", role.value))

        def left(self, *, case: Case, user: User, by: User, at: datetime) -> None:
            seen.append(("left", user.role))

    registry.followers.add(Seen())
    yield seen
    registry.followers._entries.pop("test")


def test_followers_go_along_with_whoever_comes_and_goes(team: Team, follower: list[tuple[str, str]]) -> None:
    case, second = team.open(), team.office.user(Role.MANAJER)
    team.assign(case, team.companion)
    part = Assignment.objects.get(case=case, user=team.companion)
    with working(team.manager):
        services.unassign(code=case.code, assignment_id=part.pk, by=team.manager, at=FEB_3)
        services.change_manager(code=case.code, to=second, by=team.manager, at=FEB_3)
    assert follower == [("joined", "pendamping"), ("left", "pendamping"), ("joined", "manajer"), ("left", "manajer")]
