"""Opening one case with the unit's emergency key: who asks, agrees, reads, ends and reviews."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.utils import timezone

from ruangaman.accounts import services as accounts
from ruangaman.accounts.models import User
from ruangaman.accounts.types import AgencyKind, Role
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import selectors, services
from ruangaman.cases.errors import GlassFrozen, GlassShut, NoGlass, NotWrapped
from ruangaman.cases.models import Case, Glass, Note
from ruangaman.cases.types import GlassEnding, GlassState, GlassVerdict
from ruangaman.core.errors import NotAllowed, NotFound
from ruangaman.notifications import jobs
from ruangaman.vault import services as vault
from ruangaman.vault.models import Grant, GroupKey, Keeping, Sealed
from ruangaman.vault.types import Compartment, GrantSpec, Purpose
from tests.factories.accounts import JAN_5, make_user, working
from tests.factories.cases import STORY, Team
from tests.factories.cases import read as read_refs
from tests.factories.glass import WHY, agree, ask, begin, broken, fresh, let_pass, make_holder

HOUR = timedelta(minutes=60)
C = Compartment


@pytest.fixture
def holder(team: Team) -> User:
    """Holds the emergency key, manages other cases, and has nothing to do with this one."""
    return make_holder(team)


@pytest.fixture
def case(team: Team) -> Case:
    """A case with a psychologist, who wrote something that its manager cannot open."""
    case = team.open(at=timezone.now())
    team.assign(case, team.psychologist, at=timezone.now())
    with working(team.psychologist):
        services.add_note(
            code=case.code, compartment=C.CLINICAL, text="KLINIS-UJI", by=team.psychologist, at=timezone.now()
        )
    return case


def read(glass: Glass, who: User) -> selectors.CasePage:
    """Read through the glass, in a request of its own."""
    glass = fresh(glass)
    with working(who):
        return selectors.read_through_glass(glass=glass, viewer=who, at=timezone.now())


def past_the_application(glass: Glass, who: User) -> object:
    """Read as if nothing above the vault looked: the database alone decides."""
    group_id = glass.unit.breakglass_id
    assert group_id is not None
    refs = list(Note.objects.filter(case_id=glass.case_id).values_list("ref", flat=True))
    with working(who), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ra.glass', %s, true)", [str(glass.pk)])
        reader = vault.glass_reader(by=who, group_id=group_id, dossier_id=glass.dossier_id)
        return vault.reveal_many(refs=refs, purpose=Purpose.BREAK_GLASS, by=reader, at=timezone.now())


def refused(glass: Glass, who: User) -> bool:
    """Whether neither the application nor the database lets somebody read."""
    with pytest.raises(Http404):
        read(glass, who)
    with pytest.raises(NotFound):
        past_the_application(fresh(glass), who)
    return True


def end(glass: Glass, by: User, how: GlassEnding = GlassEnding.CLOSED) -> None:
    glass = fresh(glass)
    with working(by):
        services.end_glass(glass=glass, how=how, by=by, at=timezone.now())


def review(glass: Glass, by: User, verdict: GlassVerdict = GlassVerdict.RIGHT) -> None:
    glass = fresh(glass)
    with working(by):
        services.review_glass(glass=glass, verdict=verdict, words="TINJAUAN-UJI", by=by, at=timezone.now())


def letters() -> list[tuple[str, str]]:
    """Who is to be written to, and why."""
    with working(role=DatabaseRole.MIGRATE), connection.cursor() as cursor:
        cursor.execute("SELECT args->>'user_id', args->>'kind', args::text FROM procrastinate_jobs ORDER BY id")
        rows = cursor.fetchall()
    assert all(set(json.loads(args)) == {"user_id", "kind"} for _who, _kind, args in rows)
    names = {str(user.pk): user.username for user in User.objects.all()}
    return [(names[who], kind) for who, kind, _args in rows]


def events() -> list[str]:
    return [one.type for one in AuditEvent.objects.filter(type__startswith="cases.glass").order_by("at", "seq")]


# --- reading -----------------------------------------------------


def test_the_whole_case_is_read_and_the_trail_says_why(team: Team, holder: User, case: Case):
    glass = broken(case, holder)

    page = read(glass, holder)

    texts = [note.text for drawer in page.drawers for note in drawer.notes]
    assert (page.name, page.safe and page.safe.value) == ("NAMA-UJI Melati", "KONTAK-UJI")
    assert {STORY, "KLINIS-UJI"} <= set(texts)
    assert page.may == {}
    assert page.panels == []
    event = AuditEvent.objects.get(type="vault.revealed", detail__purpose="break_glass")
    assert event.actor == str(holder.principal_id)
    assert set(event.detail["compartments"]) >= {"identity", "contact", "narrative", "clinical"}
    assert events() == ["cases.glass_asked", "cases.glass_broken"]


def test_without_an_opening_a_holder_reads_nothing(team: Team, holder: User, case: Case):
    with pytest.raises(NotFound):
        read_refs(holder, case.notes.all()[0].ref, at=timezone.now())
    glass = ask(case, holder)
    assert refused(glass, holder)
    agree(glass, team.head)
    assert refused(glass, holder)
    begin(glass, holder)
    assert read(glass, holder).name


def test_the_opening_is_for_who_opened_alone(team: Team, holder: User, case: Case):
    glass = broken(case, holder)
    other = make_holder(team, username="pemegang2")

    for who in (other, team.head, team.office.guard, team.desk):
        assert refused(glass, who)


@pytest.mark.parametrize("minutes", [60, 61, 60 * 24])
def test_after_an_hour_nothing_is_read(holder: User, case: Case, minutes: int):
    glass = broken(case, holder)
    let_pass(glass, timedelta(minutes=minutes - 1 if minutes == 60 else 0))
    assert read(glass, holder).name
    let_pass(glass, timedelta(minutes=minutes))
    assert refused(glass, holder)


@pytest.mark.parametrize("who", ["holder", "manager", "head", "guard"])
def test_whoever_answers_for_the_case_ends_it_at_once(team: Team, holder: User, case: Case, who: str):
    people = {"holder": holder, "manager": team.manager, "head": team.head, "guard": team.office.guard}
    glass = broken(case, holder)
    assert read(glass, holder).name

    end(glass, people[who])

    assert refused(glass, holder)
    assert fresh(glass).closed_by_id == people[who].pk
    with pytest.raises(GlassShut):
        end(glass, holder)


@pytest.mark.parametrize("who", ["companion", "desk", "stranger"])
def test_others_do_not_end_it(team: Team, holder: User, case: Case, who: str):
    team.assign(case, team.companion, at=timezone.now())
    stranger = team.office.user(Role.KADER)
    glass = broken(case, holder)
    by = {"companion": team.companion, "desk": team.desk, "stranger": stranger}[who]

    with pytest.raises(GlassShut), working(by):
        services.end_glass(glass=glass, how=GlassEnding.CLOSED, by=by, at=timezone.now())

    assert read(glass, holder).name


def test_a_second_hour_needs_a_second_reason(holder: User, case: Case):
    glass = broken(case, holder)
    with pytest.raises(GlassShut):
        begin(glass, holder)
    end(glass, holder)
    with pytest.raises(GlassShut):
        begin(glass, holder)

    again = broken(case, holder)
    assert again.pk != glass.pk
    assert read(again, holder).name
    assert refused(glass, holder)


def test_one_opening_opens_one_case(team: Team, holder: User, case: Case):
    other = team.open(at=timezone.now())
    glass = broken(case, holder)
    refs = [note.ref for note in other.notes.all()]

    with working(holder), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ra.glass', %s, true)", [str(glass.pk)])
        group_id = team.office.unit.breakglass_id
        assert group_id is not None
        for dossier in (case.dossier_id, other.dossier_id):
            reader = vault.glass_reader(by=holder, group_id=group_id, dossier_id=dossier)
            with pytest.raises(NotFound):
                vault.reveal_many(refs=refs, purpose=Purpose.BREAK_GLASS, by=reader, at=timezone.now())
        assert [one.pk for one in Case.objects.all()] == [case.pk]
        assert set(Grant.objects.filter(principal_id=group_id).values_list("dossier_id", flat=True)) == {
            case.dossier_id
        }


def test_two_officers_open_the_same_case_each_for_themselves(team: Team, holder: User, case: Case):
    other = make_holder(team, username="pemegang2")
    first, second = broken(case, holder), broken(case, other)

    assert read(first, holder).name
    assert read(second, other).name
    end(first, holder)
    assert refused(first, holder)
    assert read(second, other).name


# --- nothing is written ------------------------------------------


def test_the_reader_is_given_to_no_service_that_writes(team: Team, holder: User, case: Case):
    glass, at = broken(case, holder), timezone.now()
    group_id = team.office.unit.breakglass_id
    assert group_id is not None
    spec = GrantSpec(holder.principal_id, frozenset({C.NARRATIVE}), "manajer")
    person = case.people.all()[0]

    with working(holder), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ra.glass', %s, true)", [str(glass.pk)])
        reader = vault.glass_reader(by=holder, group_id=group_id, dossier_id=case.dossier_id)
        assert vault.reveal(ref=person.identity_ref, purpose=Purpose.BREAK_GLASS, by=reader, at=at)
        assert holder.keyring is not None
        assert (holder.keyring.signing is None, reader.keyring.signing is None) == (False, True), "they sign nothing"
        for act in (
            lambda: vault.seal(dossier_id=case.dossier_id, compartment=C.WORK, content={"text": "x"}, by=reader, at=at),
            lambda: vault.share(dossier_id=case.dossier_id, to=[spec], by=reader, at=at),
            lambda: vault.set_expiry(
                dossier_id=case.dossier_id, principal_id=holder.principal_id, not_after=None, by=reader, at=at
            ),
            lambda: vault.new_dossier(kind="case", unit_id=None, grants=[spec], at=at, by=reader),
            lambda: vault.glass_reader(by=reader, group_id=group_id, dossier_id=uuid4()),
        ):
            with pytest.raises(NotAllowed, match="hanya dapat dibaca"):
                act()
        with pytest.raises(NotFound):
            vault.rotate(dossier_id=case.dossier_id, by=reader, at=at)


def test_the_database_takes_no_change_while_the_glass_is_broken(team: Team, holder: User, case: Case):
    mine = team.open(manager=holder, at=timezone.now())
    glass = broken(case, holder)

    def counts() -> list[int]:
        return [
            Sealed.objects.update(version=9),
            Case.objects.update(manager=holder),
            case.people.update(sex="L"),
            mine.people.update(sex="L"),
        ]

    with working(holder):
        assert counts()[0] > 0  # what is one's own
        transaction.set_rollback(True)
        transaction.set_rollback(False)
    with working(holder), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ra.glass', %s, true)", [str(glass.pk)])
        assert {case.pk, mine.pk} == {one.pk for one in Case.objects.all()}
        assert counts() == [0, 0, 0, 0]


def test_services_do_not_see_the_case_of_an_opening(holder: User, case: Case):
    broken(case, holder)
    with pytest.raises(NotFound), working(holder):
        services.add_note(code=case.code, compartment=C.WORK, text="x", by=holder, at=timezone.now())


# --- asking ------------------------------------------------------


def test_a_code_of_nobody_and_one_of_another_unit_are_the_same(team: Team, holder: User, case: Case):
    with working(role=DatabaseRole.MIGRATE):
        agency = accounts.create_agency(code="lain", name="Lain", kind=AgencyKind.PARTNER, at=JAN_5)
        unit = accounts.create_unit(agency=agency, code="lain", name="Lain", by=None, at=JAN_5)
        Case.objects.filter(pk=case.pk).update(unit=unit)
    said = []
    for code in (case.code, "K-00000000"):
        with pytest.raises(NoGlass) as error, working(holder):
            services.ask_glass(
                code=code, reason="life", words=WHY, at_once=True, by=holder, at=timezone.now(), glass_id=uuid4()  # type: ignore[arg-type]  # the code as it is stored
            )  # fmt: skip
        said.append(str(error.value))
    assert said[0] == said[1]
    assert not Glass.objects.exists()


def test_who_holds_no_key_asks_for_nothing(team: Team, holder: User, case: Case):
    for who in (team.desk, team.companion, team.office.guard, team.office.user(Role.ADMIN)):
        with pytest.raises(NoGlass):
            ask(case, who, at_once=True)
    assert ask(case, holder, at_once=True)


def test_what_is_not_wrapped_to_the_key_is_told_plainly(team: Team, holder: User, case: Case):
    with working(role=DatabaseRole.MIGRATE):
        Grant.objects.filter(principal_id=team.office.unit.breakglass_id, dossier_id=case.dossier_id).delete()
    with pytest.raises(NotWrapped):
        ask(case, holder, at_once=True)
    with working(holder):
        found = selectors.find_by_code(code=case.code, viewer=holder)
    assert found is not None
    assert not found.is_wrapped


def test_a_key_that_is_newer_than_the_case_opens_nothing_of_it(team: Team, holder: User, case: Case):
    with working(role=DatabaseRole.MIGRATE):
        GroupKey.objects.filter(member_id=holder.principal_id, generation=1).update(generation=7)
    with pytest.raises(NotWrapped):
        ask(case, holder, at_once=True)


def test_the_same_form_asks_once_and_another_is_refused_while_one_waits(holder: User, case: Case):
    key = uuid4()
    first, second = ask(case, holder, glass_id=key), ask(case, holder, glass_id=key)
    assert first.pk == second.pk
    with pytest.raises(GlassShut):
        ask(case, holder)
    let_pass(key, timedelta(hours=24))
    assert ask(case, holder)
    assert fresh(first).ending == GlassEnding.LAPSED


def test_the_words_are_sealed_and_go_when_the_case_goes(team: Team, holder: User, case: Case):
    glass = broken(case, holder)
    end(glass, holder)
    review(glass, team.office.guard)
    glass = fresh(glass)

    for who in (holder, team.head, team.office.guard):
        with working(who):
            assert selectors.open_words(glass=glass, viewer=who, at=timezone.now()) == (WHY, "TINJAUAN-UJI")
    with working(team.manager):
        assert selectors.open_words(glass=glass, viewer=team.manager, at=timezone.now()) == ("", "")
    kept = Keeping.objects.filter(with_dossier_id=case.dossier_id, code=case.code)
    assert {one.dossier_id for one in kept} == {glass.words_home_id, glass.verdict_home_id}
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(g)::text FROM cases_glass g")
        assert "UJI" not in cursor.fetchone()[0]


# --- the second person -------------------------------------------


def test_nobody_agrees_to_their_own_and_the_last_who_could_review_does_not(team: Team, holder: User, case: Case):
    glass = ask(case, holder)
    for who in (holder, team.companion, team.desk, team.manager):
        with pytest.raises(NotAllowed):
            agree(glass, who)
    agree(glass, team.office.guard)
    with pytest.raises(GlassShut):
        agree(glass, team.head)

    by_head = ask(case, team.head)
    with pytest.raises(NotAllowed, match="meninjau"):
        agree(by_head, team.office.guard)
    agree(by_head, holder)
    assert fresh(by_head).state(timezone.now()) is GlassState.READY


def test_the_database_agrees_with_that(team: Team, holder: User, case: Case):
    glass, by_head = ask(case, holder), ask(case, team.head)
    for who, which in ((holder, glass), (team.companion, glass), (team.office.guard, by_head)):
        with working(who), connection.cursor() as cursor:
            cursor.execute("SELECT cases_glass_agree(%s, %s)", [which.pk, timezone.now()])
            assert cursor.fetchone()[0] is False
    with working(holder), connection.cursor() as cursor:
        cursor.execute("SELECT cases_glass_agree(%s, %s)", [by_head.pk, timezone.now()])
        assert cursor.fetchone()[0] is True


def test_one_no_ends_it(team: Team, holder: User, case: Case):
    glass = ask(case, holder)
    end(glass, team.head, GlassEnding.DECLINED)
    with pytest.raises(GlassShut):
        begin(glass, holder)
    assert fresh(glass).state(timezone.now()) is GlassState.DROPPED
    assert events() == ["cases.glass_asked", "cases.glass_closed"]


def test_an_agreement_does_not_wait_for_ever(team: Team, holder: User, case: Case):
    glass = ask(case, holder)
    agree(glass, team.head)
    let_pass(glass, timedelta(hours=24))
    with pytest.raises(GlassShut):
        begin(glass, holder)


# --- what ends an opening ----------------------------------------


def test_who_is_taken_off_the_key_in_the_middle_reads_no_more(team: Team, holder: User, case: Case):
    glass = broken(case, holder)
    assert read(glass, holder).name
    with working(team.head):
        accounts.end_emergency_holding(unit=team.office.unit, user=holder, by=team.head, at=timezone.now())
    assert refused(glass, holder)


def test_who_leaves_in_the_middle_reads_no_more(holder: User, case: Case):
    glass = broken(case, holder)
    with working(role=DatabaseRole.MIGRATE):
        User.objects.filter(pk=holder.pk).update(is_active=False)
    assert refused(glass, holder)


@pytest.mark.parametrize("skew", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_wrong_clock_makes_no_opening_longer(holder: User, case: Case, skew: timedelta):
    glass = begin(ask(case, holder, at_once=True), holder, at=timezone.now() + skew)
    assert glass.until is not None
    assert glass.until <= timezone.now() + HOUR


# --- letters -----------------------------------------------------


def test_those_who_have_to_know_are_written_to_in_the_same_act(team: Team, holder: User, case: Case):
    glass = ask(case, holder)
    assert sorted(letters()) == [("dpo", "asked"), ("kepala", "asked")]
    agree(glass, team.head)
    begin(glass, holder)
    told = letters()[2:]
    assert told[0] == (holder.username, "agreed")
    assert sorted(told[1:]) == sorted([("dpo", "opened"), ("kepala", "opened"), (team.manager.username, "opened")])


def test_a_letter_names_neither_case_nor_person(team: Team, holder: User, case: Case):
    for kind in ("asked", "agreed", "opened", "often", "late", "frozen"):
        assert jobs.call_glass(user_id=str(team.head.pk), kind=kind) == 1
    text = "".join(one.subject + str(one.body) for one in mail.outbox)
    assert len(mail.outbox) == 6
    assert "/darurat/" in text
    for word in (case.code, holder.display_name, holder.username, "UJI"):
        assert word not in text
    User.objects.filter(pk=team.head.pk).update(is_active=False)
    assert jobs.call_glass(user_id=str(team.head.pk), kind="opened") == 0


def test_the_fourth_in_a_month_is_told_apart(team: Team, holder: User):
    for turn in range(1, 5):
        broken(team.open(at=timezone.now()), holder)
        often = [one for one in letters() if one[1] == "often"]
        assert sorted(often) == ([("dpo", "often"), ("kepala", "often")] if turn == 4 else [])
    detail = [one.detail["times"] for one in AuditEvent.objects.filter(type="cases.glass_broken").order_by("at", "seq")]
    assert detail == [1, 2, 3, 4]
    with working(team.head):
        board = selectors.get_board(viewer=team.head, at=timezone.now())
    assert [row.times for row in board.running] == [4, 0, 0, 0]


# --- the review --------------------------------------------------


def test_a_third_person_reviews_once_it_is_over(team: Team, holder: User, case: Case):
    glass = ask(case, holder)
    agree(glass, team.head)
    begin(glass, holder)
    with pytest.raises(GlassShut):
        review(glass, team.office.guard)  # while it runs
    end(glass, holder)
    for who in (holder, team.head, team.manager, team.companion):
        with pytest.raises(NotAllowed):
            review(glass, who)
    review(glass, team.office.guard, GlassVerdict.CLUMSY)
    with pytest.raises(GlassShut):
        review(glass, team.office.guard)
    assert fresh(glass).verdict == "clumsy"
    assert events()[-2:] == ["cases.glass_closed", "cases.glass_reviewed"]


def test_the_database_refuses_who_opened_and_who_agreed(team: Team, holder: User, case: Case):
    glass = ask(case, holder)
    agree(glass, team.head)
    begin(glass, holder)
    end(glass, holder)
    for who in (holder, team.head, team.manager):
        with working(who), connection.cursor() as cursor:
            cursor.execute(
                "SELECT cases_glass_review(%s, 'right', %s, %s, %s)",
                [glass.pk, uuid4(), glass.words_home_id, timezone.now()],
            )
            assert cursor.fetchone()[0] is False
    for column in ("opener_id", "agreed_by_id"):
        statement = (
            f"UPDATE cases_glass SET reviewed_by_id = {column}, reviewed_at = now(), verdict = 'right',"  # noqa: S608 - two names
            " verdict_ref = %s, verdict_home_id = words_home_id WHERE id = %s"
        )
        with (
            pytest.raises(IntegrityError, match="reviewed_by_a_third"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, [uuid4(), glass.pk])


def test_what_nobody_reviews_in_time_freezes_the_right_until_somebody_does(team: Team, holder: User, case: Case):
    glass = broken(case, holder)
    end(glass, holder)
    let_pass(glass, timedelta(days=8))
    other = team.open(at=timezone.now())
    with pytest.raises(GlassFrozen):  # without the worker, too
        ask(other, holder)

    assert services.freeze_late(at=timezone.now()) == 1
    assert services.freeze_late(at=timezone.now()) == 0
    holder.refresh_from_db()
    assert holder.emergency_frozen_at is not None
    assert (holder.username, "frozen") in letters()
    assert ("kepala", "late") in letters()
    event = AuditEvent.objects.get(type="cases.glass_frozen")
    assert (event.actor, event.subject, event.detail) == ("system", case.code, {"user": str(holder.pk)})
    with working(holder):
        assert selectors.get_board(viewer=holder, at=timezone.now()).is_frozen

    review(glass, team.office.guard)
    holder.refresh_from_db()
    assert holder.emergency_frozen_at is None
    assert broken(other, holder)


def test_what_runs_ends_when_an_earlier_one_becomes_late(holder: User, team: Team, case: Case):
    earlier = broken(case, holder)
    end(earlier, holder)
    glass = broken(team.open(at=timezone.now()), holder)
    assert read(glass, holder).name
    let_pass(earlier, timedelta(days=8))
    with pytest.raises(NotFound):
        past_the_application(fresh(glass), holder)
    with pytest.raises(Http404):
        read(glass, holder)


def test_two_late_ones_freeze_until_both_are_reviewed(team: Team, holder: User, case: Case):
    both = [broken(case, holder), broken(team.open(at=timezone.now()), holder)]
    for glass in both:
        end(glass, holder)
        let_pass(glass, timedelta(days=8))
    assert services.freeze_late(at=timezone.now()) == 2
    review(both[0], team.office.guard)
    holder.refresh_from_db()
    assert holder.emergency_frozen_at is not None
    review(both[1], team.head)
    holder.refresh_from_db()
    assert holder.emergency_frozen_at is None


def test_head_and_guard_see_the_openings_and_others_do_not(team: Team, holder: User, case: Case):
    glass = broken(case, holder)
    for who in (team.head, team.office.guard, holder):
        with working(who):
            assert [row.glass.pk for row in selectors.get_board(viewer=who, at=timezone.now()).running] == [glass.pk]
    for who in (team.desk, team.companion, team.manager, make_user(team.office.unit, Role.AUDITOR, "auditor1")):
        with pytest.raises(Http404), working(who):
            selectors.get_board(viewer=who, at=timezone.now())
    with working(team.companion):
        assert not Glass.objects.exists()  # not on the case
    with working(team.manager):
        assert [one.pk for one in Glass.objects.all()] == [glass.pk]


def test_the_team_sees_who_reads_and_for_how_long(team: Team, holder: User, case: Case):
    glass = broken(case, holder)
    with working(team.manager):
        shown = selectors.get_case_page(case=case, viewer=team.manager, at=timezone.now())
    assert [one.pk for one in shown.openings] == [glass.pk]
    sentences = [str(item.sentence) for _day, items in shown.days for item in items]
    assert "Dibuka dengan kunci darurat: nyawa atau keselamatan seseorang terancam" not in sentences
    assert "Dibuka dengan kunci darurat: orangnya hilang atau tidak terjangkau" in sentences
    end(glass, team.manager)
    with working(team.manager):
        assert selectors.get_case_page(case=case, viewer=team.manager, at=timezone.now()).openings == []


def test_moments_of_the_row_are_kept_in_order(holder: User, case: Case):
    glass = broken(case, holder)
    wrong: dict[str, datetime | bool] = {"until": timezone.now() + 2 * HOUR, "is_danger": False}
    for column, value in wrong.items():
        with pytest.raises(IntegrityError, match="opened_for_an_hour"), transaction.atomic():
            Glass.objects.filter(pk=glass.pk).update(**{column: value})
