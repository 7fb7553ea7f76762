"""A report that became a case: the desk keeps what it knew, and reads no more once somebody of the case answers."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ruangaman.core.codelists import Authority, CaseType
from ruangaman.core.errors import NotFound
from ruangaman.intake import services
from ruangaman.intake.errors import WrongState
from ruangaman.intake.services import desk
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_2, FEB_3, FEB_9
from tests.factories.desk import HOUR, KINDS
from tests.support.signing_in import signed_in


@pytest.fixture
def opened(counter):
    report = counter.send(**KINDS)
    facts = {"case_type": CaseType.WOMAN, "risk": report.danger, "authority": Authority.CITY}
    counter.do(services.triage, report, **facts)
    case = counter.do(services.open_case, report, manager=counter.manager, case_id=uuid4(), at=FEB_2)
    return report, case


def answer(counter, report, *, by=None, at=FEB_3):
    return counter.do(services.reply, report, by=by or counter.manager, text="JAWABAN-KASUS", message_id=uuid4(), at=at)


def page(counter, report):
    return signed_in(counter.first).get(f"/laporan/{report.code}/").content.decode()


def test_as_long_as_nobody_of_the_case_has_answered_the_desk_reads_and_answers(counter, opened):
    report, _ = opened
    counter.write_back(report, "PESAN-MENUNGGU", at=FEB_2 + HOUR)
    text = page(counter, report)
    assert "PESAN-MENUNGGU" in text
    assert f'action="/laporan/{report.code}/balas"' in text
    assert answer(counter, report, by=counter.first)


def test_once_somebody_of_the_case_answers_the_desk_reads_and_answers_no_more(counter, opened):
    report, case = opened
    counter.write_back(report, "PESAN-LAMA", at=FEB_2 + HOUR)
    answer(counter, report)
    counter.write_back(report, "PESAN-BARU", at=FEB_3 + HOUR, files=(b"foto",))
    file = report.attachments.get()

    text = page(counter, report)

    assert "PESAN-LAMA" in text
    assert "PESAN-BARU" not in text
    assert "JAWABAN-KASUS" not in text
    assert "Diteruskan tim kasus sejak" in text
    assert f'action="/laporan/{report.code}/balas"' not in text
    assert report.messages.get(sent_at=FEB_3 + HOUR).read_at is None, "what the desk does not see is not read"
    with pytest.raises(WrongState):
        answer(counter, report, by=counter.first)
    with pytest.raises(NotFound):
        counter.do(desk.open_attachment, report, attachment_id=file.pk)
    assert "PESAN-BARU" in signed_in(counter.manager).get(f"/kasus/{case.code}/").content.decode()
    assert counter.do(desk.open_attachment, report, by=counter.manager, attachment_id=file.pk)


def test_after_the_case_is_closed_a_new_message_is_the_desk_s_again(counter, opened):
    report, case = opened
    answer(counter, report)
    flow.close(case, by=counter.manager, head=counter.team.head, at=FEB_3)
    counter.write_back(report, "PESAN-SESUDAH", at=FEB_9)
    assert "PESAN-SESUDAH" in page(counter, report)
    assert answer(counter, report, by=counter.first, at=FEB_9)


def test_who_can_open_a_case_names_the_desk_of_its_report(counter, opened):
    report, case = opened
    text = signed_in(counter.manager).get(f"/kasus/{case.code}/akses/").content.decode()
    section = text.split(f"h-asal-{report.code}")[-1]
    assert counter.desk.name in section
    assert counter.first.display_name in section
    plain = counter.team.open()
    with working(counter.manager):
        alone = signed_in(counter.manager).get(f"/kasus/{plain.code}/akses/").content.decode()
    assert "h-asal-" not in alone
