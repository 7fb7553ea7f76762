"""A clock that began by mistake has an exit: with a reason, for the case's own people, what binds for the manager."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.utils import timezone

from ruangaman.audit.models import AuditEvent
from ruangaman.cases import selectors, services
from ruangaman.cases.models import Note
from ruangaman.clocks import services as clocks
from ruangaman.clocks.models import Clock, ClockKind
from ruangaman.clocks.types import PauseReason
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.vault.types import Compartment
from tests.cases.test_clocks import act
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_3, FEB_9
from tests.support.signing_in import signed_in

WHY = "Salah catat: bukan kasus ini."


def clock_of(case, key="case.step"):
    return Clock.objects.get(dossier_id=case.dossier_id, kind__key=key, stopped_at=None)


def drop(team, case, clock, *, by=None, **more):
    return act(by or team.manager, services.drop_clock, case, clock_id=clock.pk, words=WHY, at=FEB_3, **more)


def test_it_ends_with_a_sealed_reason_and_an_event_that_says_which(team):
    case = team.open()
    clock = clock_of(case)
    note = drop(team, case, clock)
    clock.refresh_from_db()
    assert (clock.stopped_at, clock.stopped_on) == (FEB_3, "cases.clock_dropped")
    assert note.compartment == Compartment.WORK
    event = AuditEvent.objects.get(type="cases.clock_dropped")
    assert event.detail == {"kind": "case.step", "anchor": None, "note": str(note.pk)}
    assert WHY not in str(event.detail)
    with working(team.manager):
        page = selectors.get_case_page(case=team.fresh(case), viewer=team.manager, at=FEB_3)
    notes = [one for drawer in page.drawers for one in drawer.notes]
    assert [(one.text, one.facts) for one in notes if one.row.pk == note.pk] == [
        (WHY, [("Batas waktu yang dihentikan", clock.kind.label)])
    ]


def test_sent_twice_it_is_one_note_and_dropped_already_it_is_refused(team):
    case = team.open()
    clock = clock_of(case)
    note = drop(team, case, clock)
    assert drop(team, case, clock, note_id=note.pk).pk == note.pk
    with pytest.raises(Conflict):
        drop(team, case, clock)
    assert Note.objects.filter(case=case, compartment=Compartment.WORK).count() == 1


def test_what_binds_is_ended_by_the_manager_alone(team):
    case = team.open(risk=RiskLevel.EKSTREM)
    team.assign(case, team.companion)
    clock = clock_of(case, "case.emergency")
    flow.check_safety(case, by=team.manager, at=FEB_3)
    with pytest.raises(NotAllowed):
        drop(team, case, clock, by=team.companion)
    drop(team, case, clock)
    own = clock_of(case)
    drop(team, case, own, by=team.companion)
    own.refresh_from_db()
    assert own.stopped_at == FEB_3, "the control: the office's own ruling"


def test_what_waits_for_her_safety_is_not_ended_before_she_is_found_safe(team):
    """Nobody has looked, she is not safe, she is: by policy, service and page alike."""
    case = team.open(risk=RiskLevel.EKSTREM)
    clock = clock_of(case, "case.emergency")

    def is_refused(clock):
        with pytest.raises(NotAllowed, match="menunggu keselamatannya"):
            drop(team, case, clock)
        with working(team.manager), pytest.raises(Http404):
            selectors.get_droppable(case=case, clock_id=clock.pk, viewer=team.manager, at=FEB_3)
        with working(team.manager):
            known = selectors.get_case_page(case=team.fresh(case), viewer=team.manager, at=FEB_3).clocks
        return f"/jam/{clock.pk}/" not in "".join(one.drop_url for one in known)

    assert is_refused(clock)
    flow.check_safety(case, by=team.manager, at=FEB_3, is_safe=False)
    assert is_refused(clock)
    assert is_refused(clock_of(case, "case.safety_again"))
    ClockKind.objects.filter(key="case.emergency").update(is_pausable=True)
    with working(team.manager), pytest.raises(NotAllowed, match="tidak dapat dijeda"):
        clocks.pause_clock(clock_id=clock.pk, reason=PauseReason.PERSON_ASKED, until=FEB_9, by=team.manager, at=FEB_3)
    flow.check_safety(case, by=team.manager, at=FEB_3)
    drop(team, case, clock)


def test_the_page_says_on_what_it_rests(team):
    case = team.open(at=timezone.now(), risk=RiskLevel.EKSTREM)
    flow.check_safety(case, by=team.manager, at=timezone.now())
    clock = clock_of(case, "case.emergency")
    with working(team.manager):
        text = signed_in(team.manager).get(f"/kasus/{case.code}/jam/{clock.pk}/").content.decode()
    assert f"Dasarnya: {clock.limit.legal_basis}" in text
    assert "undang-undang" not in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"is_pausable": False}, True),
        ({"is_third_party": True}, True),
        ({"from_occurrence": True}, True),
        ({}, False),
    ],
)
def test_what_binds_is_what_the_kind_says(team, change, said):
    case = team.open()
    team.assign(case, team.companion)
    ClockKind.objects.filter(key="case.step").update(**change)
    with working(team.companion):
        if said:
            with pytest.raises(Http404):
                selectors.get_droppable(case=case, clock_id=clock_of(case).pk, viewer=team.companion, at=FEB_3)
        else:
            assert selectors.get_droppable(case=case, clock_id=clock_of(case).pk, viewer=team.companion, at=FEB_3)


def test_a_task_a_strangers_case_and_another_cases_clock_are_refused(team):
    case, other = team.open(), team.open()
    team.assign(case, team.companion)
    task = act(team.manager, services.add_task, case, title="x", owner=team.manager, due_at=FEB_3)
    with pytest.raises(NotAllowed):
        drop(team, case, Clock.objects.get(anchor=task.pk))
    with pytest.raises(NotFound):
        drop(team, case, clock_of(other))
    with pytest.raises(NotFound):
        drop(team, other, clock_of(other), by=team.companion)
    assert Clock.objects.filter(stopped_on="cases.clock_dropped").count() == 0


def test_the_page_leads_there_and_back(team):
    case = team.open()
    clock = clock_of(case)
    client = signed_in(team.manager)
    address = f"/kasus/{case.code}/jam/{clock.pk}/"
    assert address in client.get(f"/kasus/{case.code}/").content.decode()
    assert client.post(address, {"words": ""}).status_code == 422
    answer = client.post(address, {"words": WHY})
    assert answer.status_code == 302
    assert address not in client.get(f"/kasus/{case.code}/").content.decode()
    assert client.get(address).status_code == 404
    clock.refresh_from_db()
    assert clock.stopped_on == "cases.clock_dropped"
