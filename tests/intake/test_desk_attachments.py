"""A lawyer opens the files that came with a report, and learns nothing of the conversation."""

from __future__ import annotations

from uuid import uuid4

from ruangaman.accounts.types import Role
from ruangaman.cases import services as cases
from ruangaman.core.codelists import Authority, CaseType, RiskLevel
from ruangaman.intake import services
from tests.factories.accounts import working
from tests.factories.cases import FEB_1
from tests.factories.desk import HOUR, KINDS, Counter
from tests.support.signing_in import signed_in

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
WORDS = "PESAN-UJI boleh lewat sini"


def test_a_lawyer_opens_the_report_s_file_and_finds_no_conversation(counter: Counter) -> None:
    report = counter.send(files=(PICTURE,), **KINDS)
    counter.do(services.reply, report, text=WORDS, message_id=uuid4())
    counter.do(services.triage, report, case_type=CaseType.WOMAN, risk=RiskLevel.EKSTREM, authority=Authority.CITY)
    case = counter.do(services.open_case, report, manager=counter.manager, case_id=uuid4())
    lawyer = counter.team.lawyer
    with working(counter.manager):
        cases.assign(code=case.code, user=lawyer, role=Role.HUKUM, by=counter.manager, at=FEB_1 + HOUR)
    client = signed_in(lawyer)

    page = client.get(f"/kasus/{case.code}/").content.decode()
    answer = client.get(f"/kasus/{case.code}/lampiran/{case.files.get().pk}")

    assert WORDS not in page
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == PICTURE
    assert client.post(f"/laporan/{report.code}/jawab", {"text": "x"}).status_code == 404
    assert client.post(f"/laporan/{report.code}/terbaca").status_code == 404
