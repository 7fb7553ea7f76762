"""The head's first screen: what is late in the unit, without a word of anybody's story."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.db import connection

from ruangaman.accounts.models import DutyShift, Unit
from ruangaman.accounts.types import Role
from ruangaman.core.codelists import RiskLevel
from ruangaman.intake import services
from ruangaman.web import selectors
from ruangaman.web.types import Filters
from ruangaman.web.views.wording import headline, others_words
from tests.factories.accounts import working
from tests.factories.cases import FEB_1
from tests.factories.desk import HOUR, KINDS, STORY
from tests.support.signing_in import signed_in
from tests.web.test_decisions import asked_for


def day_of(head, at=FEB_1 + HOUR):
    with working(head):
        return selectors.get_day(viewer=head, filters=Filters(), at=at)


def sentences(found):
    return [str(work.row.sentence) for work in found.works]


def test_the_head_sees_how_many_reports_wait_too_long_and_which_cases_ask(counter):
    counter.send(**KINDS)
    counter.send(now="unsure", at=FEB_1 - timedelta(hours=7))
    opened = counter.send(**KINDS)
    counter.do(services.open_report, opened)
    case = counter.team.open(risk=RiskLevel.EKSTREM)

    found = day_of(counter.team.head)

    said = sentences(found)
    assert sum("belum dijawab padahal batasnya lewat" in one for one in said) == 2
    assert {work.row.code for work in found.works if work.row.code} == {case.code}
    assert any("Pastikan ia aman" in one for one in said)
    assert STORY not in " ".join(said)


def test_what_is_still_in_time_is_not_the_heads_worry(counter):
    counter.send(now="unsure")

    assert sentences(day_of(counter.team.head)) == []


def test_another_units_head_is_told_nothing(counter):
    counter.send(**KINDS)
    counter.team.open(risk=RiskLevel.EKSTREM)
    elsewhere = Unit.objects.create(agency=counter.office.agency, code="unit-lain", name="Unit lain")
    other = counter.office.user(Role.KEPALA, unit=elsewhere)

    assert sentences(day_of(other)) == []


def test_without_a_viewer_the_database_counts_nothing(counter):
    counter.send(**KINDS)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE ra_web")
        cursor.execute("SELECT count(*) FROM intake_overdue(now())")
        assert cursor.fetchone() == (0,)
        cursor.execute("SET LOCAL ROLE ra_migrate")


def test_the_page_shows_it_to_the_head_and_holds_no_story(counter):
    counter.send(**KINDS)

    page = signed_in(counter.team.head).get("/kerja/")

    assert page.status_code == 200
    assert "1 laporan belum dijawab padahal batasnya lewat" in page.content.decode()
    assert STORY not in page.content.decode()


def test_what_was_opened_and_not_answered_stays_the_head_s_until_somebody_answers(counter):
    report = counter.send(**KINDS)
    counter.do(services.open_report, report)
    assert any("belum dijawab padahal batasnya lewat" in one for one in sentences(day_of(counter.team.head)))
    counter.do(services.triage, report, case_type="woman", risk=RiskLevel.EKSTREM, authority="city")
    assert any("belum dijawab padahal batasnya lewat" in one for one in sentences(day_of(counter.team.head)))
    counter.do(services.reply, report, text="x", message_id=uuid4())
    assert not any("belum dijawab padahal" in one for one in sentences(day_of(counter.team.head)))


def test_the_headline_counts_only_what_is_hers_and_a_second_line_what_others_hold(counter):
    counter.team.open(risk=RiskLevel.EKSTREM)
    at = FEB_1 + 9 * HOUR
    only_others = day_of(counter.team.head, at)
    assert headline(only_others, Filters()) == "Tidak ada yang mendesak pada Anda sendiri."
    assert only_others.hers == 0
    late = sum(work.due_at is not None and work.due_at < at for work in only_others.of_others)
    assert late > 0
    said = f"Selain itu {len(only_others.of_others)} hal mendesak dipegang orang lain, {late} sudah lewat batas."
    assert others_words(only_others, at) == said
    asked_for(counter, at=FEB_1, risk=RiskLevel.EKSTREM)
    both = day_of(counter.team.head, at)
    assert both.hers == 1
    assert headline(both, Filters()) == "Satu hal membutuhkan Anda sekarang."
    page = signed_in(counter.team.head).get("/kerja/").content.decode()
    assert "mendesak dipegang orang lain" in page
    assert "mendesak dipegang orang lain" not in signed_in(counter.manager).get("/kerja/").content.decode()


def test_who_is_on_duty_is_named_and_the_reports_are_reached(counter):
    counter.send(**KINDS)
    [row] = [work.row for work in day_of(counter.team.head).works if "belum dijawab padahal" in str(work.row.sentence)]
    assert "Tidak ada yang jaga: hubungi meja" in str(row.facts)
    DutyShift.objects.create(desk=counter.desk, user=counter.second, starts_at=FEB_1, ends_at=FEB_1 + 8 * HOUR)
    [row] = [work.row for work in day_of(counter.team.head).works if "belum dijawab padahal" in str(work.row.sentence)]
    assert f"Hubungi {counter.second.display_name} yang jaga" in str(row.facts)
    page, anchor = row.url.split("#")
    assert f'id="{anchor}"' in signed_in(counter.team.head).get(page).content.decode()
