"""The order shown, page by page, is that of a plain reference; and no need that a screen once showed is lost."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.accounts.services import let_go
from ruangaman.accounts.types import Role
from ruangaman.cases import services as cases
from ruangaman.cases.models import Task
from ruangaman.cases.types import CaseState
from ruangaman.clocks import selectors as clocks
from ruangaman.clocks.models import Clock, ClockKind
from ruangaman.clocks.types import Turn, presses_at
from ruangaman.core.codelists import Authority, CaseType, RiskLevel
from ruangaman.intake import services as intake
from ruangaman.ui.moments import short
from ruangaman.web import selectors
from ruangaman.web.registry import work_sources, work_streams
from ruangaman.web.services import rows
from ruangaman.web.types import EVERYBODY, HIGH, Filters
from tests.clocks.reference import queue_key
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3, FEB_9, add_incident
from tests.factories.desk import HOUR, KINDS
from tests.support.signing_in import signed_in

TRIAGE = {
    "case_type": CaseType.WOMAN,
    "risk": RiskLevel.TINGGI,
    "authority": Authority.CITY,
    "why": "Sudah dipastikan lewat telepon",
}


def walk(viewer, filters, at, limit):
    """Every page, one after the other, as places."""
    seen, after = [], None
    while True:
        with working(viewer):
            day = selectors.get_day(viewer=viewer, filters=filters, at=at, after=after, limit=limit)
        seen += [work.place.id for work in day.works if work.place is not None]
        if day.after is None:
            return seen
        after = day.after


def scatter(counter, dice, count):
    """Clocks of every sort: whose, where, how dangerous, paused, put off, over, many of them at the same moment."""
    case = counter.team.open()
    Clock.objects.all()._raw_delete("default")
    kinds = list(ClockKind.objects.filter(about="case")[:3])
    people = [counter.manager, counter.team.companion, counter.first, None]
    for _ in range(count):
        owner, danger = dice.choice(people), dice.choice([1, 2, 3, 4])
        due = FEB_2 + dice.randrange(-40, 40) * 3 * HOUR
        put_off = dice.choice([None, None, None, FEB_1, FEB_9])
        paused, ended = dice.random() < 0.1, dice.random() < 0.1
        Clock.objects.create(
            kind=dice.choice(kinds), dossier_id=case.dossier_id, about="case", subject=case.code, anchor=uuid4(),
            unit_id=case.unit_id, owner=owner, desk=counter.desk if owner is None else None, danger=danger,
            kecamatan=dice.choice(["64.71.01", "64.71.03"]), started_at=FEB_1 - timedelta(days=9), due_at=due,
            presses_at=presses_at(due, danger), snoozed_until=put_off, snooze_reason="answer" if put_off else "",
            paused_at=FEB_1 if paused else None, pause_reason="person_asked" if paused else "",
            stopped_at=FEB_1 if ended else None, stopped_on="cases.closed" if ended else "",
        )  # fmt: skip


def reference(viewer: User, filters: Filters, at, desks: list[UUID]):
    """The whole queue the plain way: every row looked at, then sorted."""
    found = []
    for one in Clock.objects.all():
        if one.stopped_at or one.paused_at or (one.snoozed_until and one.snoozed_until > at):
            continue
        mine, at_desk = one.owner_id == viewer.pk, one.desk_id in desks
        overseen = one.unit_id in viewer.oversight_units
        reached = mine or overseen or (at_desk and one.owner_id is None)
        if filters.owner == "saya":
            reached = mine
        elif filters.owner == "tak-ada":
            reached = one.owner_id is None and (at_desk or overseen)
        elif filters.owner == EVERYBODY:
            reached = mine or at_desk or overseen or viewer.has("case.list")
        if not reached or one.danger < filters.least or (filters.late and one.due_at >= at):
            continue
        if filters.kecamatan and one.kecamatan != filters.kecamatan:
            continue
        found.append((one.danger, one.presses_at, one.pk))
    return [row[2] for row in sorted(found, key=lambda row: (queue_key(row[1], row[0], at), row[2]))]


@pytest.mark.parametrize("seed", range(3))
def test_page_by_page_it_is_the_order_of_a_plain_sort(counter, seed):
    dice = random.Random(seed)
    scatter(counter, dice, 60)
    every = [
        Filters(), Filters(owner="saya"), Filters(owner="tak-ada"), Filters(owner=EVERYBODY), Filters(danger=HIGH),
        Filters(late=True), Filters(kecamatan="64.71.03", owner=EVERYBODY),
    ]  # fmt: skip
    sizes = []
    for viewer, desks in (
        (counter.manager, []), (counter.first, [counter.desk.pk]), (counter.team.head, []),
        (counter.second, [counter.desk.pk]),
    ):  # fmt: skip
        for filters in every:
            wanted = reference(viewer, filters, FEB_2, desks)
            assert walk(viewer, filters, FEB_2, dice.choice([1, 4, 7, 100])) == wanted, (viewer.role, filters)
            with working(viewer):
                assert selectors.count_lists(viewer=viewer, wanted={"x": filters}, at=FEB_2)["x"] == len(wanted)
            sizes.append(len(wanted))
    assert max(sizes) > 30
    assert len(set(sizes)) > 5


def needs(counter, *rows):
    """Clocks of the manager: danger and limit of each. Returns their ids in that order."""
    case = counter.team.open()
    Clock.objects.all()._raw_delete("default")
    kind = ClockKind.objects.filter(about="case").first()
    return [
        Clock.objects.create(
            kind=kind, dossier_id=case.dossier_id, about="case", subject=case.code, anchor=uuid4(),
            unit_id=case.unit_id, owner=counter.manager, danger=danger, started_at=FEB_1 - timedelta(days=60),
            due_at=due,
            presses_at=presses_at(due, danger),
        ).pk
        for danger, due in rows
    ]  # fmt: skip


def test_no_lateness_of_little_danger_buries_an_extreme_one(counter):
    """Forty-nine days late is late; somebody whose life is at risk within three days is first all the same."""
    late, new, high, not_yet, due_now = needs(
        counter,
        (RiskLevel.RENDAH, FEB_2 - timedelta(days=49)),
        (RiskLevel.EKSTREM, FEB_2 + 71 * HOUR),
        (RiskLevel.TINGGI, FEB_2 - timedelta(days=9)),
        (RiskLevel.EKSTREM, FEB_2 + 73 * HOUR),
        (RiskLevel.RENDAH, FEB_2),
    )
    assert walk(counter.manager, Filters(), FEB_2, 40) == [new, high, due_now, late, not_yet]
    # What does not press yet waits behind what does, and comes first from the moment on at which it presses.
    assert walk(counter.manager, Filters(), FEB_2 + 2 * HOUR, 40) == [new, not_yet, high, late, due_now]


def test_of_one_danger_what_can_still_be_kept_is_above_what_is_late_already(counter):
    """Six that are late lose nothing more within the hour; the seventh does."""
    late = [(RiskLevel.EKSTREM, FEB_2 - (2 + number) * HOUR) for number in range(6)]
    *over, soon, just, ahead = needs(
        counter, *late, (RiskLevel.EKSTREM, FEB_2 + HOUR), (RiskLevel.EKSTREM, FEB_2 - HOUR),
        (RiskLevel.EKSTREM, FEB_2 + 7 * HOUR),
    )  # fmt: skip
    assert walk(counter.manager, Filters(), FEB_2, 4) == [just, soon, *reversed(over), ahead]
    with working(counter.manager):
        day = selectors.get_day(viewer=counter.manager, filters=Filters(), at=FEB_2)
    said = [str(work.row.facts[0]) for work in day.now]
    assert said[:2] == ["baru lewat", "masih sempat"]
    assert not {"baru lewat", "masih sempat"} & set(said[2:])


def test_what_begins_to_press_while_somebody_turns_the_pages_is_not_lost(counter):
    rows = [(RiskLevel.RENDAH, FEB_2 - number * HOUR) for number in range(3)]
    first, second, third, soon = needs(counter, *rows, (RiskLevel.EKSTREM, FEB_2 + 73 * HOUR))
    with working(counter.manager):
        page = selectors.get_day(viewer=counter.manager, filters=Filters(), at=FEB_2, limit=2)
        rest = selectors.get_day(
            viewer=counter.manager, filters=Filters(), at=FEB_2 + 2 * HOUR, after=page.after, limit=9
        )
        anew = selectors.get_day(viewer=counter.manager, filters=Filters(), at=FEB_2 + 2 * HOUR, limit=9)
    assert [work.place.id for work in page.works] == [second, first]
    assert [work.place.id for work in rest.works] == [third, soon]
    assert [work.place.id for work in anew.works] == [soon, third, second, first]


def test_the_order_of_a_past_instant_is_that_which_was_shown_then(counter):
    case = counter.team.open(at=FEB_1)
    with working(counter.manager):
        cases.add_task(code=case.code, title="x", owner=counter.manager, due_at=FEB_9, by=counter.manager, at=FEB_1)
    then = FEB_1 + HOUR
    with working(counter.manager):
        shown = [one.pk for one in clocks.list_branch(viewer=counter.manager, turn=Turn.MINE, at=then)]
    task = Task.objects.get(case=case)
    with working(counter.manager):
        cases.complete_task(code=case.code, task_id=task.pk, by=counter.manager, at=FEB_3)
        now = [one.pk for one in clocks.list_branch(viewer=counter.manager, turn=Turn.MINE, at=FEB_3)]
        again = [one.pk for one in clocks.list_at(viewer=counter.manager, turn=Turn.MINE, at=then)]
    assert now != shown
    assert again == shown
    with working(counter.manager):
        assert clocks.list_at(viewer=counter.manager, turn=Turn.MINE, at=FEB_1 - HOUR) == []


def said(viewer, at, **filters):
    with working(viewer):
        day = selectors.get_day(viewer=viewer, filters=Filters(**filters), at=at, limit=200)
    return " | ".join(str(work.row.sentence) for work in day.works)


def test_every_need_of_a_case_that_was_shown_is_shown(counter):
    manager, companion = counter.manager, counter.team.companion
    case = counter.team.open(at=FEB_1, risk=RiskLevel.EKSTREM)
    opened = said(manager, FEB_1 + HOUR)
    assert "Pastikan ia aman" in opened
    assert "Buat satu tugas dengan tanggal" in opened
    flow.advance(case, CaseState.ASSESSMENT, by=manager, head=counter.team.head, at=FEB_1 + HOUR)
    assert "Pilih pendamping" in said(manager, FEB_1 + 2 * HOUR)
    with working(manager):
        cases.add_task(code=case.code, title="x", owner=manager, due_at=FEB_3, by=manager, at=FEB_2)
    assert "Kerjakan, lalu centang: 24 jam lagi" in said(manager, FEB_3 - 24 * HOUR)
    assert "Kerjakan, lalu centang: lewat 3 jam" in said(manager, FEB_3 + 3 * HOUR)
    counter.team.assign(case, companion)
    with working(counter.team.head):
        let_go(user=manager, by=counter.team.head, at=FEB_9)
    for viewer in (companion, counter.team.head):
        assert "Manajernya sudah keluar" in said(viewer, FEB_9)


def test_every_need_of_a_report_that_was_shown_is_shown(counter):
    unopened, unanswered, untriaged, undecided, again = (counter.send() for _ in range(5))
    for report in (unanswered, untriaged, undecided, again):
        counter.do(intake.open_report, report)
    for report in (untriaged, undecided):
        counter.do(intake.reply, report, text="x", message_id=uuid4())
    counter.do(intake.triage, undecided, **TRIAGE)
    counter.write_back(again, "x", at=FEB_1 + 2 * HOUR)
    with working(counter.first):
        day = selectors.get_day(viewer=counter.first, filters=Filters(), at=FEB_1 + 3 * HOUR)
    rows = {work.row.code: str(work.row.sentence) for work in day.works}
    assert len(day.works) == 5  # one row for one thing: what was triaged is not there twice
    assert "belum dibuka" in rows[unopened.code]
    assert "belum dijawab" in rows[unanswered.code]
    assert rows[untriaged.code].startswith("Pilah: ")
    assert "Buka kasus, tandai ganda" in rows[undecided.code]
    assert "membalas" in rows[again.code]


def test_what_was_written_before_and_after_a_case_was_opened_is_shown_to_its_manager(counter):
    before, after = counter.send(**KINDS), counter.send(**KINDS)
    for report in (before, after):
        counter.do(intake.triage, report, **TRIAGE)
    counter.write_back(before, "x", at=FEB_1 + HOUR)
    for report in (before, after):
        counter.do(intake.open_case, report, manager=counter.manager, case_id=uuid4(), at=FEB_1 + 2 * HOUR)
    assert said(counter.manager, FEB_1 + 3 * HOUR).count("belum dibaca") == 1
    counter.write_back(after, "x", at=FEB_1 + 3 * HOUR)
    assert said(counter.manager, FEB_1 + 4 * HOUR).count("belum dibaca") == 2


def test_what_nobody_read_presses_and_stands_by_its_danger_among_the_rest(counter):
    unread = []
    for risk in (RiskLevel.RENDAH, RiskLevel.EKSTREM):
        report = counter.send()
        counter.do(intake.triage, report, **{**TRIAGE, "risk": risk})
        counter.write_back(report, "x", at=FEB_1 + HOUR)
        unread.append(
            counter.do(intake.open_case, report, manager=counter.manager, case_id=uuid4(), at=FEB_1 + 2 * HOUR)
        )
    (between,) = needs(counter, (RiskLevel.TINGGI, FEB_1))
    with working(counter.manager):
        day = selectors.get_day(viewer=counter.manager, filters=Filters(), at=FEB_1 + 3 * HOUR)
    assert [work.row.code for work in day.now] == [
        unread[1].code, Clock.objects.get(pk=between).subject, unread[0].code,
    ]  # fmt: skip


def test_duties_that_are_no_clock_stay():
    assert {source.key for source in work_sources} == {
        "answered", "awaited", "case-messages", "closed", "decisions", "emergency", "glass", "glass_mine", "keys",
        "met", "oversight", "records", "reopenable", "requests", "seats", "too-near", "unmanaged", "vouching",
    }  # fmt: skip
    assert {stream.key for stream in work_streams} == {"clocks", "reports"}


def test_an_open_case_always_has_a_running_clock(counter):
    manager, at = counter.manager, FEB_1
    case = counter.team.open(at=at)

    def alive():
        return Clock.objects.running().filter(subject=case.code).exists()

    assert alive()
    with working(manager):
        cases.add_task(code=case.code, title="x", owner=manager, due_at=FEB_9, by=manager, at=FEB_2)
    for target in (CaseState.ASSESSMENT, CaseState.PLAN, CaseState.SERVICES):
        flow.advance(case, target, by=manager, head=counter.team.head, at=FEB_3)
        assert alive(), target
    counter.team.assign(case, counter.team.companion)
    flow.finish_tasks(counter.team.fresh(case), by=manager, at=FEB_3)
    assert alive()
    assert Clock.objects.running().filter(subject=case.code, kind__key="case.step").exists()


def test_a_desks_decision_is_whose_report_it_is(counter):
    report = counter.send()
    counter.do(intake.triage, report, **TRIAGE)
    clock = Clock.objects.get(subject=report.code, stopped_at=None)
    taker = counter.fresh(report).taken_by_id
    assert clock.owner_id == taker
    if taker is not None:
        counter.do(intake.release, report)
    clock.refresh_from_db()
    assert (clock.owner_id, clock.desk_id) == (None, counter.desk.pk)
    with working(counter.second):
        day = selectors.get_day(viewer=counter.second, filters=Filters(), at=FEB_1 + 2 * HOUR)
    row = next(work.row for work in day.works if work.row.code == report.code)
    assert (row.owner, row.take_url) == ("", f"/laporan/{report.code}/ambil")

    counter.do(intake.take, report, by=counter.second)

    clock.refresh_from_db()
    assert clock.owner_id == counter.second.pk
    with working(counter.first):
        mine = selectors.get_day(viewer=counter.first, filters=Filters(), at=FEB_1 + 2 * HOUR)
    assert report.code not in {work.row.code for work in mine.works}
    assert counter.office.user(Role.PETUGAS).pk != clock.owner_id


def test_what_a_row_offers_can_be_done_by_who_is_offered_it(counter):
    """The law's three days are for the legal staff to decide: without one, the manager is led to name one."""
    at, manager = timezone.now() - 67 * HOUR, counter.manager  # all of it presses by now, whatever the time of day
    case = counter.team.open(at=at)
    with working(manager):
        add_incident(case, by=manager, at=at, forms=("SEKSUAL",))
    client = signed_in(manager)

    page = client.get("/kerja/").content.decode()
    places = set(re.findall(rf'href="(/kasus/{case.code}/[^"#]*)', page))

    assert f"/kasus/{case.code}/tim/" in places
    assert {path: client.get(path).status_code for path in places} == dict.fromkeys(places, 200)
    legal = Clock(kind=ClockKind(key="tpks.report"))
    assert rows._place(legal, manager)[0] == "tim/"
    assert rows._place(legal, counter.team.lawyer)[0] == "polisi/"
    assert rows._place(legal, counter.team.companion)[0] == ""


def test_tasks_say_of_which_service_they_are_and_who_gave_them(counter):
    """Many of one person's tasks say the same sentence; their titles are sealed."""
    manager, case = counter.manager, counter.team.open(at=FEB_1)
    with working(manager):
        cases.add_task(code=case.code, title="JUDUL-UJI", owner=manager, due_at=FEB_3, by=manager, at=FEB_1)
    flow.advance(case, CaseState.SERVICES, by=manager, head=counter.team.head, at=FEB_1)
    with working(manager):
        day = selectors.get_day(viewer=manager, filters=Filters(kind="task"), at=FEB_2)
    found = {str(work.row.about): work.row for work in day.works}
    assert {f"dari {manager.display_name}, {short(FEB_1)}", f"Kesehatan, dari {manager.display_name}"} <= set(found)
    assert all(row.code == case.code for row in found.values())
    assert all(row.facts[0] == row.about for row in found.values())
    assert "JUDUL-UJI" not in repr(day)
