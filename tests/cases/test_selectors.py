"""Reads: who sees which cases, in what order, with how many queries; the machine of needs."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from ruangaman.accounts.models import User
from ruangaman.cases import selectors, services
from ruangaman.cases.models import Case, CaseQuerySet
from ruangaman.cases.selectors.listing import PAGE, parse_cursor
from ruangaman.cases.selectors.page import Asked
from ruangaman.cases.types import CaseFacts, CaseFilters, CaseState, Cursor, Need, Span, closed_in, need_of
from ruangaman.core.codelists import ClosingReason, RiskLevel
from ruangaman.vault.models import Grant
from ruangaman.vault.types import Compartment
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3, FEB_9, Team, add_incident

ALL = CaseFilters()
HOUR = timedelta(hours=1)


def listed(viewer: User, filters: CaseFilters = ALL, after: Cursor | None = None) -> selectors.CasePageOfList:
    """Read a page of a list as somebody."""
    read = selectors.list_overseen if viewer.oversight_units else selectors.list_assigned
    with working(viewer):
        return read(viewer=viewer, filters=filters, after=after, at=FEB_3)


def codes(page: selectors.CasePageOfList) -> list[str]:
    """Return the codes of a page in their order."""
    return [row.case.code for row in page.rows]


def test_a_list_names_one_branch_dangerous_and_new_first(team: Team) -> None:
    calm = team.open(risk=RiskLevel.RENDAH)
    old, new = team.open(risk=RiskLevel.TINGGI), team.open(risk=RiskLevel.TINGGI, at=FEB_2)
    team.assign(calm, team.companion)

    assert codes(listed(team.manager)) == [new.code, old.code, calm.code]
    assert codes(listed(team.head)) == [new.code, old.code, calm.code]
    assert codes(listed(team.companion)) == [calm.code]
    assert codes(listed(team.lawyer)) == []


def test_pages_follow_each_other_without_gap_or_repeat(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [team.open(at=FEB_1 + place * HOUR, risk=RiskLevel(1 + place % 2)) for place in range(5)]
    made += [team.open(people=(), contents={}) for _ in range(2)]
    monkeypatch.setattr("ruangaman.cases.selectors.listing.PAGE", 3)
    seen: list[str] = []
    after: Cursor | None = None
    for _ in range(4):
        page = listed(team.manager, after=after)
        seen += codes(page)
        if page.after is None:
            break
        after = parse_cursor(str(page.after))
        assert after == page.after
    assert sorted(seen) == sorted(case.code for case in made)


def test_filters_narrow_the_list(team: Team) -> None:
    one, two = team.open(), team.open(risk=RiskLevel.EKSTREM, kecamatan="64.71.01")
    with working(team.manager):
        services.add_task(code=one.code, title="x", owner=team.manager, due_at=FEB_2, by=team.manager, at=FEB_1)
    flow.close(two, by=team.manager, head=team.head, at=FEB_2, reason=ClosingReason.DIED)
    three = team.open(risk=RiskLevel.EKSTREM, kecamatan="64.71.01")
    for filters, found in (
        (ALL, [three, one]),
        (CaseFilters(closed=Span()), [two]),
        (CaseFilters(closed=closed_in(FEB_2.year)), [two]),
        (CaseFilters(closed=closed_in(FEB_2.year - 1)), []),
        (CaseFilters(closed=Span(until=FEB_2)), []),
        (CaseFilters(state="emergency"), [three]),
        (CaseFilters(risk=4), [three]),
        (CaseFilters(kecamatan="64.71.03"), [one]),
        (CaseFilters(need="late"), [one]),
        (CaseFilters(need="mine"), [one]),
    ):
        assert codes(listed(team.manager, filters)) == [case.code for case in found]


def test_an_expired_grant_shows_nothing(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion)
    Grant.objects.filter(principal=team.companion.principal_id).update(not_after=FEB_1)
    assert codes(listed(team.companion)) == []
    with working(team.companion), pytest.raises(Http404):
        selectors.get_case(code=case.code, viewer=team.companion)


def test_one_case_is_for_its_people_and_who_oversees(team: Team) -> None:
    case = team.open()
    for viewer in (team.manager, team.head):
        with working(viewer):
            assert selectors.get_case(code=case.code, viewer=viewer) == case
    for viewer in (team.lawyer, team.desk, team.companion):
        with working(viewer), pytest.raises(Http404):
            selectors.get_case(code=case.code, viewer=viewer)
    with working(team.head), pytest.raises(Http404):
        selectors.get_granted(code=case.code, viewer=team.head)


def test_querysets_keep_the_branches_apart(team: Team) -> None:
    case = team.open()

    def seen(query: CaseQuerySet) -> list[UUID]:
        return list(query.values_list("pk", flat=True))

    assert seen(Case.objects.overseen_by(team.head)) == [case.pk]
    assert seen(Case.objects.overseen_by(team.manager)) == []
    assert seen(Case.objects.granted_to(team.manager)) == [case.pk]
    assert seen(Case.objects.granted_to(team.head)) == []
    assert seen(Case.objects.visible_to(team.head)) == [case.pk]


@pytest.mark.parametrize(
    ("state", "overdue", "hours", "roles", "need"),
    [
        ("emergency", 0, None, ["pendamping"], Need.EMERGENCY),
        ("assessment", 2, -3, ["pendamping"], Need.OVERDUE),
        ("assessment", 0, 24, ["pendamping"], Need.SOON),
        ("assessment", 0, 25, ["manajer"], Need.NO_COMPANION),
        ("referred_out", 0, 25, ["manajer"], Need.NONE),
        ("services", 0, None, ["pendamping"], Need.NO_STEP),
        ("services", 0, 25, ["pendamping"], Need.NONE),
        ("closed", 0, None, [], Need.NONE),
        ("aftercare", 1, -3, [], Need.OVERDUE),
    ],
)
def test_the_most_pressing_need_is_named(
    state: str, overdue: int, hours: int | None, roles: list[str], need: Need
) -> None:
    due = None if hours is None else FEB_2 + hours * HOUR
    assert need_of(CaseFacts(CaseState(state), overdue, due, frozenset(roles)), FEB_2) is need


def test_a_row_says_why_it_is_there_and_no_name(team: Team) -> None:
    case, closed, calm = team.open(), team.open(), team.open(at=FEB_2)
    team.assign(case, team.companion)
    team.assign(calm, team.companion)
    with working(team.manager):
        for _ in range(2):
            services.add_task(code=case.code, title="x", owner=team.manager, due_at=FEB_2, by=team.manager, at=FEB_1)
        services.add_task(code=calm.code, title="x", owner=team.manager, due_at=FEB_9, by=team.manager, at=FEB_2)
    flow.close(closed, by=team.manager, head=team.head, at=FEB_2)
    page = listed(team.manager)
    sentences = {row.case.code: row.sentence for row in page.rows}
    assert sentences[case.code] == "2 tugas lewat waktunya"
    assert sentences[calm.code].startswith("Asesmen, tugas berikut")
    assert page.headline == "1 kasus perlu langkah sekarang"
    ended = listed(team.manager, CaseFilters(closed=Span()))
    assert ended.rows[0].sentence == "Ditutup 24 jam lalu: Tujuan tercapai"
    assert ended.headline == "Kasus yang sudah ditutup"
    with working(team.manager):
        assert selectors.list_unmanaged(viewer=team.manager) == []


def test_load_counts_open_cases_by_person(team: Team) -> None:
    team.assign(team.open(), team.companion)
    team.open(risk=RiskLevel.EKSTREM)
    with working(team.head):
        load = selectors.list_load(viewer=team.head)
    assert [(one.name, one.cases, one.dangerous) for one in load] == [
        ("Contoh Manajer kasus", 2, 1),
        ("Contoh Pendamping", 1, 0),
    ]
    with working(team.manager):
        assert selectors.list_load(viewer=team.manager) == []


def fill(team: Team, case: Case, times: int) -> None:
    """Put something of everything into a case, several times."""
    for _ in range(times):
        with working(team.manager):
            add_incident(case, by=team.manager, at=FEB_3)
            services.add_note(code=case.code, compartment=Compartment.LEGAL, text="x", by=team.manager, at=FEB_3)
            services.add_service(
                code=case.code,
                type="KESEHATAN",
                on=FEB_3.date(),
                hours=None,
                provider_unit=team.office.unit,
                result="x",
                by=team.manager,
                at=FEB_3,
            )
            task = services.add_task(
                code=case.code, title="x", owner=team.manager, due_at=FEB_9, by=team.manager, at=FEB_3
            )
            services.complete_task(code=case.code, task_id=task.pk, by=team.manager, at=FEB_3)


def queries(viewer: User, case: Case) -> list[str]:
    """Return the statements that the case page takes, once what is cached for ten seconds is there."""
    for _ in range(2):
        with working(viewer):
            row = selectors.get_case(code=case.code, viewer=viewer)
            with CaptureQueriesContext(
                connection,
            ) as seen:
                selectors.get_case_page(case=row, viewer=viewer, at=FEB_9)
    return [query["sql"] for query in seen.captured_queries]


def test_the_page_takes_the_same_few_queries_however_much_there_is(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion, team.psychologist)
    fill(team, case, 1)
    few = queries(team.manager, case)
    fill(team, case, 3)
    many = queries(team.manager, case)

    assert len(few) == len(many) == 4, "all lists at once; what is sealed, by which grants; the book of codes"
    assert len(queries(team.head, case)) == 2, "who holds no key opens nothing"


def test_a_list_takes_five_queries(team: Team) -> None:
    for _ in range(3):
        team.open()
    for viewer in (team.manager, team.head):
        with working(viewer), CaptureQueriesContext(connection) as seen:
            read = selectors.list_overseen if viewer.oversight_units else selectors.list_assigned
            read(viewer=viewer, filters=ALL, after=None, at=FEB_3)
        assert len(seen.captured_queries) == 5


def test_what_was_written_before_the_own_time_is_marked_as_closed(team: Team) -> None:
    case = team.open()
    team.assign(case, team.psychologist)
    with working(team.psychologist):
        services.add_note(code=case.code, compartment=Compartment.CLINICAL, text="LAMA", by=team.psychologist, at=FEB_2)
    second = team.office.user(type(team.psychologist.role)("psikolog"))  # type: ignore[call-overload]
    team.assign(case, second, at=FEB_3)
    with working(second):
        row = selectors.get_case(code=case.code, viewer=second)
        page = selectors.get_case_page(case=row, viewer=second, at=FEB_9)
    clinical = next(one for one in page.drawers if one.key == "clinical")
    assert not clinical.is_locked
    assert [note.is_closed for note in clinical.notes] == [True]


def test_the_timeline_is_one_stream_and_can_be_narrowed(team: Team) -> None:
    case = team.open()
    fill(team, case, 1)
    with working(team.manager):
        row = selectors.get_case(code=case.code, viewer=team.manager)
        whole = selectors.get_case_page(case=row, viewer=team.manager, at=FEB_9)
        services_only = selectors.get_case_page(case=row, viewer=team.manager, at=FEB_9, asked=Asked("layanan"))
    items = [item for _day, items in whole.days for item in items]
    assert [item.at for item in items] == sorted((item.at for item in items), reverse=True)
    assert items[-1].at == FEB_1
    assert [item.stream for _day, found in services_only.days for item in found] == ["layanan"]


def test_forms_offer_only_what_can_be(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion)
    with working(team.manager):
        row = selectors.get_granted(code=case.code, viewer=team.manager)
        free = {user.role for user in selectors.list_assignable(case=row, viewer=team.manager)}
        drawers = [label for _key, label in selectors.list_note_drawers(case=row, viewer=team.manager)]
        people = selectors.list_persons(case=row, viewer=team.manager, at=FEB_3)
    assert free == {"psikolog", "hukum", "rumahaman"}
    assert drawers == ["Cerita kejadian", "Catatan hukum", "Catatan kerja"]
    assert [name for _row, name in people] == ["NAMA-UJI Melati", "TERLAPOR-UJI"] or len(people) == 2


def test_a_foreign_row_is_not_found_by_its_id(team: Team) -> None:
    case, other = team.open(), team.open()
    with working(team.manager):
        with pytest.raises(Http404):
            selectors.get_person(case=case, person_id=other.people.all()[0].pk)
        with pytest.raises(Http404):
            selectors.get_file(case=case, file_id=uuid4(), viewer=team.manager)
        with pytest.raises(Http404):
            selectors.get_part(case=case, part_id=other.assignments.get().pk)


@pytest.mark.parametrize("text", ["", "x", "1.2", "1.2.3.4", "a.1." + "0" * 32, "1." + "9" * 30 + "." + "0" * 32])
def test_a_broken_cursor_begins_at_the_beginning(text: str) -> None:
    assert parse_cursor(text) is None
    assert PAGE == 30
