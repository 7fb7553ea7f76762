"""Who writes after her case was closed is heard by whoever closed it, and by the whole desk."""

from __future__ import annotations

import pytest

from ruangaman.cases.types import CaseState
from ruangaman.clocks.models import Clock
from ruangaman.intake import services
from ruangaman.intake.models import Report
from ruangaman.web.services import rows
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_2, FEB_3, FEB_9
from tests.factories.desk import HOUR
from tests.intake.test_heard import LATER, acknowledge, answer, open_one
from tests.support.signing_in import signed_in

CLOSED = "Kasusnya sudah ditutup, lalu pelapor menulis."
pytestmark = pytest.mark.django_db


def turns(case, report):
    """Open turns of the manager in a conversation."""
    with working(case.manager):
        return Clock.objects.filter(dossier_id=report.dossier_id, owner=case.manager).open()


@pytest.fixture
def closed(counter):
    """A closed case whose report the first officer held."""
    report, case = open_one(counter)
    flow.close(case, by=counter.manager, head=counter.team.head, at=FEB_3)
    case.refresh_from_db()
    assert case.state == CaseState.CLOSED
    assert Report.objects.get(pk=report.pk).taken_by_id == counter.first.pk
    return report, case


def test_it_is_the_managers_turn_and_the_whole_desks(counter, closed):
    report, case = closed
    assert not turns(case, report), "the control"
    counter.write_back(report, "Dia kembali.", at=FEB_9)

    (turn,) = turns(case, report)
    assert (turn.danger, turn.desk_id) == (case.risk, None)
    fresh = counter.fresh(report)
    assert (fresh.needs_desk, fresh.taken_by_id, fresh.taken_at) == (True, None, None)


def test_what_one_officer_says_needs_no_answer_is_still_the_managers(counter, closed):
    report, case = closed
    counter.write_back(report, "Dia kembali.", at=FEB_9)
    counter.do(services.open_report, report, by=counter.second, at=FEB_9 + HOUR)
    counter.do(services.settle, report, by=counter.second, at=FEB_9 + HOUR)

    assert not counter.fresh(report).needs_desk
    assert turns(case, report).count() == 1
    assert report.messages.filter(direction="in", read_at=None).exists()


def test_the_desk_reads_that_the_case_is_closed_and_whose_turn_it_is_too(counter, closed):
    report, _case = closed
    desk = signed_in(counter.second)
    kept = desk.get(f"/laporan/{report.code}/").content.decode()
    assert CLOSED not in kept
    assert "Manajer kasus meneruskan percakapan" in kept
    counter.write_back(report, "Dia kembali.", at=FEB_9)

    back = desk.get(f"/laporan/{report.code}/").content.decode()
    assert CLOSED in back
    assert "Manajer kasus meneruskan percakapan" not in back
    assert "Tidak perlu dijawab" in back
    fresh = counter.fresh(report)
    assert (fresh.waits_since, fresh.answered_at is not None) == (FEB_9, True)
    answer(counter, report, at=FEB_9 + HOUR)
    assert counter.fresh(report).waits_since == report.received_at


def test_who_writes_again_is_said_to_have_waited_since_the_first_time(counter, closed):
    report, _case = closed
    counter.write_back(report, "Dia kembali.", at=FEB_9)
    counter.write_back(report, "Halo?", at=FEB_9 + HOUR / 2)
    assert sentence(counter, closed, FEB_9 + 4 * HOUR) == "Pelapor menulis 3 jam lalu, belum dibaca"
    counter.write_back(report, "Masih ada orang?", at=FEB_9 + 5 * HOUR)
    said = "Pelapor menulis 1 jam lalu, belum dibaca. Sudah menunggu 6 jam"
    assert sentence(counter, closed, FEB_9 + 6 * HOUR) == said


def sentence(counter, closed, at):
    """The manager's row about the conversation."""
    report, case = closed
    with working(counter.manager):
        (turn,) = turns(case, report)
        (work,) = rows.rows_of([turn], viewer=counter.manager, at=at)
    return str(work.row.sentence)


@pytest.mark.parametrize("ends", [answer, acknowledge])
def test_the_manager_answers_or_says_that_it_was_read_and_the_desk_is_done_with_it(counter, closed, ends):
    report, case = closed
    counter.write_back(report, "Terima kasih.", at=FEB_9)
    ends(counter, report, at=FEB_9 + HOUR)

    assert not turns(case, report)
    assert not counter.fresh(report).needs_desk


def test_what_was_unread_when_the_case_was_closed_is_asked_for_on(counter):
    report, case = open_one(counter)
    counter.write_back(report, "masih di sini", at=FEB_2)
    Clock.objects.filter(dossier_id=report.dossier_id).delete()  # from before there was such a clock
    flow.close(case, by=counter.manager, head=counter.team.head, at=LATER)

    assert turns(case, report).count() == 1
    acknowledge(counter, report, at=LATER + HOUR)
    assert not turns(case, report)
