"""Two officers at the same moment, in threads with connections of their own: only one of them gets the report."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connections

from ruangaman.accounts.models import User
from ruangaman.cases.models import Case
from ruangaman.core.codelists import Authority, CaseType, RiskLevel
from ruangaman.intake import services
from ruangaman.intake.errors import AlreadyOpened, AlreadyTaken
from ruangaman.intake.models import Message
from tests.factories.cases import FEB_2
from tests.factories.desk import Counter, make_counter

pytestmark = pytest.mark.committed


@pytest.fixture
def counter(transactional_db: None) -> Counter:
    return make_counter()


def together(*acts: Callable[[], object]) -> list[object]:
    """Start all at once and return what came of each: its result or its refusal."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        gate.wait(10)
        try:
            return act()
        except (AlreadyTaken, AlreadyOpened) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_only_one_of_two_takes_it(counter):
    report = counter.send()

    def take(officer: User) -> Callable[[], object]:
        return lambda: counter.do(services.take, report, by=officer)

    results = together(take(counter.first), take(counter.second))
    refused = [one for one in results if isinstance(one, AlreadyTaken)]
    winner = counter.fresh(report).taken_by
    assert len(refused) == 1
    assert winner in {counter.first, counter.second}
    assert winner.display_name in str(refused[0])


def test_only_one_of_two_answers_the_reporter(counter):
    report = counter.send()

    def answer(officer: User) -> Callable[[], object]:
        return lambda: counter.do(services.reply, report, by=officer, text="x", message_id=uuid4())

    results = together(answer(counter.first), answer(counter.second))
    assert sum(isinstance(one, AlreadyTaken) for one in results) == 1
    assert Message.objects.get().author == counter.fresh(report).taken_by


def test_a_case_form_sent_four_times_at_once_opens_one_case(counter):
    report, once = counter.send(), uuid4()
    facts = {"case_type": CaseType.WOMAN, "risk": RiskLevel.SEDANG, "authority": Authority.CITY}
    counter.do(services.triage, report, **facts)

    def open_case() -> object:
        return counter.do(services.open_case, report, manager=counter.manager, case_id=once, at=FEB_2)

    results = together(*[open_case] * 4)
    assert sum(isinstance(one, Case) for one in results) == 1
    assert Case.objects.count() == 1


def test_an_answer_sent_four_times_at_once_is_one(counter):
    report, once = counter.send(), uuid4()

    def answer() -> object:
        return counter.do(services.reply, report, text="x", message_id=once)

    results = together(*[answer] * 4)
    assert len({one.pk for one in results}) == 1
    assert Message.objects.count() == 1
