"""The page of a report says what is missing, which case it became, and which of its forms are past."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ruangaman.core.codelists import Authority, CaseType, RiskLevel
from ruangaman.intake import services
from ruangaman.vault.models import Draft
from tests.factories.cases import FEB_2
from tests.factories.desk import HOUR, KINDS
from tests.support.signing_in import signed_in

FACTS = {"case_type": CaseType.WOMAN, "risk": RiskLevel.EKSTREM, "authority": Authority.CITY}


@pytest.fixture
def client(counter):
    return signed_in(counter.first)


def page(client, report):
    return client.get(f"/laporan/{report.code}/").content.decode()


@pytest.mark.parametrize(
    ("step", "data", "field"),
    [
        ("tolak", {"reason": "spam", "words": "", "note": "x"}, "tolak_words"),
        ("triase", {"case_type": "woman", "risk": "1", "authority": "city", "why": "ok"}, "triase_why"),
        ("balas", {"message": ""}, "balas_message"),
        ("ganda", {"original": ""}, "ganda_original"),
    ],
)
def test_what_is_missing_stands_at_the_head_with_a_link_to_its_field(client, counter, step, data, field):
    report = counter.send(**KINDS)
    answer = client.post(f"/laporan/{report.code}/{step}", {"once": str(uuid4()), **data})
    text = answer.content.decode()
    assert answer.status_code == 422
    box = text.split('class="again"')[1].split("</section>")[0]
    assert f'href="#{field}"' in box
    assert text.index('class="again"') < text.index('<div class="sheet">')
    assert f'id="{field}"' in text
    assert 'class="again"' not in page(client, report), "the control"


def test_after_a_case_was_opened_its_code_is_said(client, counter):
    report = counter.send(**KINDS)
    counter.do(services.triage, report, **FACTS)
    case = counter.do(services.open_case, report, manager=counter.manager, case_id=uuid4(), at=FEB_2)
    assert f'<span class="code">{case.code}</span>' in page(client, report), "the desk does not see the case"
    assert page(client, counter.send()).count(case.code) == 0


def test_who_comes_reads_that_a_refused_reporter_wrote_again(client, counter):
    report, quiet = counter.send(), counter.send()
    for one in (report, quiet):
        counter.do(services.refuse, one, reason="spam", words="x", note="", message_id=uuid4())
    assert "pelapor menulis lagi" not in client.get("/serah-terima/").content.decode()
    counter.write_back(report, "x", at=FEB_2 + HOUR)
    text = client.get("/serah-terima/").content.decode()
    assert text.count("pelapor menulis lagi") == 1


def test_each_box_says_which_form_it_is_of_and_goes_with_a_form_that_is_past(client, counter):
    report = counter.send(**KINDS)
    for step, data in (
        ("balas", {"message": "BALASAN UJI"}),
        ("triase", {"case_type": "woman", "why": "ALASAN UJI"}),
        ("tolak", {"words": "KATA UJI"}),
    ):
        client.post(f"/laporan/{report.code}/{step}", {"once": str(uuid4()), "simpan_dulu": "1", **data})
    text = page(client, report)
    for label in ("Balasan untuk pelapor.", "Triase.", "Kata-kata untuk pelapor."):
        assert f"<b>{label}</b>" in text
    counter.do(services.mark_duplicate, report, original=counter.send().code, has_looked=True)

    text = page(client, report)

    assert "<b>Balasan untuk pelapor.</b>" in text, "the control: that can still be sent"
    assert "<b>Triase.</b>" not in text
    assert "<b>Kata-kata untuk pelapor.</b>" not in text
    listed = client.get("/tulisan/").content.decode()
    assert listed.count("Tidak dapat dikirim lagi.") == 2
    drafts = list(Draft.objects.values_list("pk", flat=True))
    assert sum("KATA UJI" in client.get(f"/tulisan/{one}/").content.decode() for one in drafts) == 1
    stranger = signed_in(counter.second)
    assert {stranger.get(f"/tulisan/{one}/").status_code for one in drafts} == {404}


@pytest.mark.parametrize("contact", ["receipt", "phone"])
def test_who_may_not_be_called_is_not_to_be_kept_company(counter, contact):
    report = counter.send(dangers=("suicidal",), contact=contact, contact_value="0812" * (contact == "phone"))
    page = signed_in(counter.first).get(f"/laporan/{report.code}/").content.decode()
    assert ("Jangan biarkan sendirian" in page) == (contact == "phone")
    assert ("Hubungi psikolog jaga sekarang, bukan dia" in page) == (contact == "receipt")


def test_a_refusal_that_was_sent_leaves_none_of_its_earlier_tries(counter):
    report, client = counter.send(), signed_in(counter.first)
    words = {"reason": "not_violence", "words": "KATA UJI", "note": ""}
    for step, data in (("tolak", words), ("tolak", words), ("balas", {"message": "BALASAN UJI"})):
        client.post(f"/laporan/{report.code}/{step}", {"once": str(uuid4()), "simpan_dulu": "1", **data})
    assert client.post(f"/laporan/{report.code}/tolak", {"once": str(uuid4()), **words, "words": ""}).status_code == 422
    assert Draft.objects.filter(sent=False).count() == 3
    assert client.post(f"/laporan/{report.code}/tolak", {"once": str(uuid4()), **words}).status_code == 302
    assert Draft.objects.filter(sent=False).count() == 1, "the answer to her waits on"
