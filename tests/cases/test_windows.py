"""A window of health or evidence ends by its own answer alone, and says when it is over and what still helps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.models import Case, Note
from ruangaman.cases.selectors.windows import list_windows
from ruangaman.cases.types import NEED_OF, WindowOutcome
from ruangaman.clocks.models import Clock, ClockKind
from ruangaman.clocks.types import STILL_HELPS
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import DomainError, NotAllowed, NotFound
from ruangaman.core.regions import zone
from ruangaman.vault.types import Compartment
from tests.factories.accounts import working
from tests.factories.cases import FEB_2, FEB_3, FEB_9, Team, add_incident, read

ALL = {"clinical.pep", "clinical.contraception", "evidence.sexual", "evidence.physical"}


@pytest.fixture
def case(team: Team) -> Case:
    """A case in which something happened to body and sex."""
    found = team.open()
    with working(team.manager):
        add_incident(found, by=team.manager, at=FEB_2, forms=("SEKSUAL", "FISIK"))
    return found


def windows(case: Case) -> set[str]:
    return set(Clock.objects.open().filter(kind__key__in=NEED_OF).values_list("kind__key", flat=True))


def answer(team: Team, case: Case, key: str, outcome: WindowOutcome, by: Any = None, **facts: Any) -> Note:
    clock = Clock.objects.open().get(kind__key=key)
    wanted: dict[str, Any] = {"clock_id": clock.pk, "words": "", "at": FEB_3, **facts}
    user = by or team.manager
    with working(user):
        return services.answer_window(code=case.code, outcome=outcome, by=user, **wanted)


def test_every_window_is_known_by_its_kind(db: None) -> None:
    kinds = ClockKind.objects.filter(from_occurrence=True)
    assert {kind.key for kind in kinds} == set(NEED_OF) == set(STILL_HELPS)
    for kind in kinds:
        assert kind.stops_on == ["cases.window_answered", "cases.closed"]
        assert kind.rule.stops_when == {"need": (NEED_OF[kind.key],)}


def test_no_service_no_stage_and_no_danger_ends_a_window(team: Team, case: Case) -> None:
    facts = {"on": FEB_3.astimezone(zone()).date(), "hours": None, "provider_unit": team.office.unit, "at": FEB_3}
    with working(team.manager):
        services.add_service(code=case.code, type="KESEHATAN", result="Visum dilakukan", by=team.manager, **facts)
        next_on = (FEB_3 + timedelta(days=7)).date()
        review = {"risk": RiskLevel.RENDAH, "reason": "x", "next_on": next_on, "at": FEB_3}
        services.review(code=case.code, by=team.manager, **review)  # type: ignore[arg-type]
    assert windows(case) == ALL


@pytest.mark.parametrize("key", sorted(ALL))
def test_an_answer_ends_its_own_window_alone(team: Team, case: Case, key: str) -> None:
    note = answer(team, case, key, WindowOutcome.GIVEN)
    assert windows(case) == ALL - {key}
    assert note.compartment == Compartment.NARRATIVE
    facts = {one[0]: one[1] for one in read(team.manager, note.ref)[note.ref]["facts"]}
    assert facts["Hasilnya"] == "Sudah diberikan atau diperiksa"
    told = AuditEvent.objects.get(type="cases.window_answered").detail
    assert set(told) == {"need", "incident", "note"}, "what came of it is sealed"


@pytest.mark.parametrize("outcome", list(WindowOutcome))
def test_not_needed_and_too_late_say_why(team: Team, case: Case, outcome: WindowOutcome) -> None:
    if outcome.needs_words:
        with pytest.raises(DomainError, match="Tulis mengapa"):
            answer(team, case, "clinical.pep", outcome, words=" ")
        assert "clinical.pep" in windows(case)
    answer(team, case, "clinical.pep", outcome, words="ALASAN-UJI")
    assert "clinical.pep" not in windows(case)


def test_of_two_events_each_has_windows_of_its_own(team: Team, case: Case) -> None:
    with working(team.manager):
        add_incident(case, by=team.manager, at=FEB_3, forms=("SEKSUAL",))
    first = Clock.objects.open().filter(kind__key="clinical.pep").order_by("started_at")[0]
    with working(team.manager):
        services.answer_window(
            code=case.code, clock_id=first.pk, outcome=WindowOutcome.GIVEN, words="", by=team.manager, at=FEB_3
        )
    (left,) = Clock.objects.open().filter(kind__key="clinical.pep")
    assert left.anchor != first.anchor


def test_the_same_form_twice_is_one_answer_and_an_answered_window_none(team: Team, case: Case) -> None:
    clock, one = Clock.objects.open().get(kind__key="clinical.pep"), uuid4()
    facts: dict[str, Any] = {"outcome": WindowOutcome.GIVEN, "words": "", "at": FEB_3, "clock_id": clock.pk}
    for _ in range(2):
        with working(team.manager):
            services.answer_window(code=case.code, by=team.manager, note_id=one, **facts)
    assert Note.objects.filter(pk=one).count() == 1
    with working(team.manager), pytest.raises(NotFound):
        services.answer_window(code=case.code, by=team.manager, **facts)


def test_who_does_not_hold_the_story_answers_no_window(team: Team, case: Case) -> None:
    team.assign(case, team.shelter, team.companion)
    with pytest.raises(NotAllowed):
        answer(team, case, "clinical.pep", WindowOutcome.GIVEN, by=team.shelter)
    assert answer(team, case, "clinical.pep", WindowOutcome.GIVEN, by=team.companion).pk


def test_a_window_that_is_over_says_so_and_what_still_helps(team: Team, case: Case) -> None:
    with working(team.manager):
        add_incident_on(team, case)
        rows = list_windows(case=case, at=FEB_3)
        seen = {one.row.kind.key: one for one in rows if one.row.due_at > FEB_3}
        late = list_windows(case=case, at=FEB_9 + timedelta(days=9))
    assert "makin cepat makin baik" in seen["clinical.contraception"].todo
    assert not any(one.is_late for one in seen.values())
    assert all(one.is_late and one.todo == str(STILL_HELPS[one.row.kind.key]) for one in late)
    assert not any("makin cepat" in one.todo for one in late)
    assert any("sudah lewat" in one.words for one in late)


def add_incident_on(team: Team, case: Case) -> None:
    from ruangaman.cases.types import note_content

    services.add_incident(
        code=case.code, forms=["SEKSUAL"], place="RUMAH", kecamatan="", from_on=FEB_2.astimezone(zone()).date(),
        to_on=None, narrative=note_content("x"), links=[], by=team.manager, at=FEB_2,
    )  # fmt: skip
