"""One thing done to several tasks: looked at first, done as if one by one, taken back for a minute."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.models import BulkAct, Case, Task
from ruangaman.cases.types import UNDO_LIMIT, BulkKind
from ruangaman.core.errors import Conflict, NotFound
from ruangaman.core.regions import zone
from tests.factories.accounts import working
from tests.factories.cases import Team
from tests.support.signing_in import signed_in

NOW = timezone.now()
SOON = NOW + timedelta(days=3)


@dataclass
class Work:
    """Two cases of the manager, the companion in the first, and their tasks by title."""

    team: Team
    first: Case
    second: Case
    tasks: dict[str, Task]

    def fresh(self, title: str) -> Task:
        return Task.objects.get(pk=self.tasks[title].pk)

    def do(self, kind: BulkKind, *titles: str, by: User | None = None, **more: Any) -> BulkAct:
        who = by or self.team.manager
        with working(who):
            ids = [self.tasks[title].pk for title in titles]
            return services.do_bulk(task_ids=ids, kind=kind, by=who, at=more.pop("at", NOW), **more)

    def undo(
        self, act: BulkAct, *, by: User | None = None, after: timedelta = timedelta(seconds=59)
    ) -> services.Undone:
        who = by or self.team.manager
        with working(who):
            return services.undo_bulk(act_id=act.pk, by=who, at=NOW + after)


@pytest.fixture
def work(team: Team) -> Work:
    first, second = team.open(at=NOW - timedelta(days=2)), team.open(at=NOW - timedelta(days=2))
    team.assign(first, team.companion, at=NOW - timedelta(days=1))
    tasks = {}
    for title, case, owner in (
        ("SATU-UJI", first, team.manager),
        ("DUA-UJI", second, team.manager),
        ("TIGA-UJI", first, team.companion),
    ):
        with working(team.manager):
            tasks[title] = services.add_task(
                code=case.code, title=title, owner=owner, due_at=NOW, by=team.manager, at=NOW - timedelta(hours=5)
            )
    return Work(team, first, second, tasks)


def events(kind: str) -> list[str]:
    return sorted(AuditEvent.objects.filter(type=f"cases.{kind}").values_list("subject", flat=True))


def test_several_are_ticked_off_with_one_line_each_and_all_of_it_is_taken_back(work: Work):
    act = work.do(BulkKind.DONE, "SATU-UJI", "DUA-UJI")

    assert work.fresh("SATU-UJI").done_by == work.team.manager
    assert work.fresh("TIGA-UJI").done_at is None
    assert events("task_done") == sorted([work.first.code, work.second.code])

    assert work.undo(act).restored == 2
    assert {work.fresh(one).done_at for one in work.tasks} == {None}
    assert events("task_undone") == sorted([work.first.code, work.second.code])


def test_they_are_handed_on_where_that_person_works_and_come_back_to_whose_they_were(work: Work):
    act = work.do(BulkKind.HAND, "SATU-UJI", "DUA-UJI", owner=work.team.companion)

    assert work.fresh("SATU-UJI").owner == work.team.companion
    assert work.fresh("DUA-UJI").owner == work.team.manager, "there the companion has no part"
    assert work.undo(act).restored == 1
    assert work.fresh("SATU-UJI").owner == work.team.manager


def test_a_new_day_is_taken_back_to_the_second(work: Work):
    before = {title: work.fresh(title).due_at for title in work.tasks}
    act = work.do(BulkKind.DUE, *work.tasks, due_at=SOON.astimezone(zone()))  # as a form gives it: the city's time
    assert {work.fresh(title).due_at for title in work.tasks} == {SOON}
    assert work.undo(act).changed == []
    assert {title: work.fresh(title).due_at for title in work.tasks} == before
    assert work.fresh("SATU-UJI").version == 3, "there and back are two versions: nothing is hidden"


def test_what_somebody_changed_meanwhile_stays_and_is_named(work: Work):
    act = work.do(BulkKind.DUE, "SATU-UJI", "TIGA-UJI", due_at=SOON)
    with working(work.team.companion):
        services.complete_task(code=work.first.code, task_id=work.tasks["TIGA-UJI"].pk, by=work.team.companion, at=NOW)

    undone = work.undo(act)

    assert [task.pk for task in undone.changed] == [work.tasks["TIGA-UJI"].pk]
    assert work.fresh("TIGA-UJI").due_at == SOON
    assert work.fresh("TIGA-UJI").done_at is not None
    assert work.fresh("SATU-UJI").due_at != SOON


@pytest.mark.parametrize(("after", "is_late"), [(UNDO_LIMIT, False), (UNDO_LIMIT + timedelta(seconds=1), True)])
def test_only_within_the_minute_and_only_once(work: Work, after: timedelta, is_late: bool):
    act = work.do(BulkKind.DONE, "SATU-UJI")
    if not is_late:
        assert work.undo(act, after=after).restored == 1
    with pytest.raises(Conflict):
        work.undo(act, after=after)
    assert (work.fresh("SATU-UJI").done_at is not None) == is_late


def test_only_by_whoever_did_it(work: Work):
    act = work.do(BulkKind.DONE, "TIGA-UJI")
    with pytest.raises(NotFound):
        work.undo(act, by=work.team.companion)
    assert work.undo(act).restored == 1


def test_what_is_not_theirs_is_left_out_and_what_they_may_not_know_of_is_not_there(work: Work):
    act = work.do(BulkKind.DONE, *work.tasks, by=work.team.companion)

    assert [item.task_id for item in act.items.all()] == [work.tasks["TIGA-UJI"].pk]
    assert work.fresh("SATU-UJI").done_at is None
    with pytest.raises(NotFound):
        work.do(BulkKind.DONE, "DUA-UJI", by=work.team.companion)
    with pytest.raises(Conflict):
        work.do(BulkKind.DONE, "SATU-UJI", by=work.team.companion)
    with pytest.raises(Conflict):
        work.do(BulkKind.HAND, "SATU-UJI")
    assert BulkAct.objects.count() == 1


def test_sent_twice_it_is_done_once(work: Work):
    act_id = uuid4()
    first = work.do(BulkKind.DUE, "SATU-UJI", due_at=SOON, act_id=act_id)
    again = work.do(BulkKind.DUE, "SATU-UJI", due_at=SOON, act_id=act_id)
    assert first.pk == again.pk
    assert work.fresh("SATU-UJI").version == 2


# --- the pages -----------------------------------------------------------------------------------------------------


def text(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def test_the_whole_way_without_a_script(work: Work):
    client = signed_in(work.team.manager)
    page = text(client.get("/tugas/?pemilik=tim"))
    for title in work.tasks:
        assert title in page
    assert "TIGA-UJI" not in text(client.get("/tugas/"))

    ids = [str(work.tasks[title].pk) for title in ("SATU-UJI", "DUA-UJI")]
    data = {"tugas": ids, "apa": "hand", "owner": str(work.team.companion.pk)}
    answer = client.post("/tugas/banyak/", data)
    page = text(answer)
    assert answer.status_code == 200
    assert "1 tugas akan diubah. 1 tetap seperti semula." in page
    assert f"{work.team.companion.display_name} tidak bertugas di kasus ini." in page
    assert work.fresh("SATU-UJI").owner == work.team.manager, "nothing is changed by looking"

    hidden: dict[str, Any] = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    hidden["tugas"] = re.findall(r'name="tugas" value="([^"]*)"', page)
    done = client.post("/tugas/banyak/lakukan", hidden)
    assert done.status_code == 302
    page = text(client.get(done.headers["Location"]))
    assert "Serahkan kepada: 1 tugas diubah." in page
    undo = re.search(r'<form class="undo" action="([^"]*)"', page)
    assert undo is not None
    assert work.fresh("SATU-UJI").owner == work.team.companion
    assert client.post(undo[1]).status_code == 302
    assert work.fresh("SATU-UJI").owner == work.team.manager
    assert client.post(undo[1]).status_code == 409


def test_taking_it_back_leads_to_the_list_it_was_done_from(work: Work):
    client = signed_in(work.team.manager)
    chosen = {"tugas": [str(work.tasks["SATU-UJI"].pk)], "apa": "done", "row_id": str(uuid4())}
    done = client.post("/tugas/banyak/lakukan?pemilik=tim&sudah=x&lain=y", chosen)
    where = done.headers["Location"]
    assert where.startswith("/tugas/?pemilik=tim&sudah=")
    assert "lain" not in where
    undo = re.search(r'<form class="undo" action="([^"]*)"', text(client.get(where)))
    assert undo is not None

    back = client.post(undo[1])

    assert (back.status_code, back.headers["Location"]) == (302, "/tugas/?pemilik=tim")


def test_all_that_match_are_chosen_by_one_button(work: Work):
    client = signed_in(work.team.manager)
    page = text(client.post("/tugas/banyak/?pemilik=tim", {"semua": "1", "apa": "done"}))
    assert "3 tugas akan diubah." in page
    assert "Pilih dulu tugasnya." in text(client.post("/tugas/banyak/", {"apa": "done"}))
    assert client.post("/tugas/banyak/", {"semua": "1", "apa": "due"}).status_code == 422
    assert client.post("/tugas/banyak/", {"semua": "1", "apa": "hand"}).status_code == 422
    assert client.post("/tugas/banyak/", {"tugas": "x", "apa": "done"}).status_code == 422


def test_what_was_changed_meanwhile_is_named_on_the_page(work: Work):
    act = work.do(BulkKind.DUE, "SATU-UJI", "TIGA-UJI", due_at=SOON, at=timezone.now())
    with working(work.team.companion):
        services.complete_task(
            code=work.first.code, task_id=work.tasks["TIGA-UJI"].pk, by=work.team.companion, at=timezone.now()
        )
    answer = signed_in(work.team.manager).post(f"/tugas/banyak/{act.pk}/batal")
    assert "1 tugas kembali seperti semula" in text(answer)
    assert "TIGA-UJI" in text(answer)
    assert "SATU-UJI" not in text(answer)


def test_nobody_undoes_or_sees_the_tasks_of_others(work: Work):
    act = work.do(BulkKind.DONE, "SATU-UJI", at=timezone.now())
    other = signed_in(work.team.lawyer)
    assert other.post(f"/tugas/banyak/{act.pk}/batal").status_code == 404
    assert "UJI" not in text(other.get("/tugas/?pemilik=tim"))
    assert other.post("/tugas/banyak/", {"tugas": str(work.tasks["SATU-UJI"].pk), "apa": "done"}).status_code == 422
    assert signed_in(work.team.head).get("/tugas/").status_code == 404
