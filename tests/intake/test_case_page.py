"""A case that came from a report: its page with the conversation, by as few statements as any other."""

from __future__ import annotations

from ruangaman.intake import services
from tests.cases.test_page_queries import MOST, statements, told
from tests.cases.test_views import page
from tests.factories.cases import FEB_3
from tests.factories.desk import HOUR, KINDS, Counter
from tests.intake.test_desk_services import TRIAGE, open_case


def test_a_conversation_of_any_length_takes_no_more_statements(counter: Counter) -> None:
    report = counter.send(**KINDS, files=(b"foto",))
    counter.write_back(report, "PESAN-SATU")
    counter.do(services.triage, report, **TRIAGE)
    case = open_case(counter, report)
    few = statements(counter.manager, case)
    assert len(few) <= MOST, told(few)
    for n in range(6):
        counter.write_back(report, f"PESAN-LAGI-{n}", at=FEB_3 + n * HOUR)
    assert len(statements(counter.manager, case)) == len(few)

    text = page(counter.manager, f"/kasus/{case.code}/")
    assert text.index("PESAN-SATU") < text.index("PESAN-LAGI-0") < text.index("PESAN-LAGI-5"), "in their order"
    assert "Pelapor menulis" in text
