"""What somebody alone can open, said before fresh keys; what waits after them, for whom, and who is told."""

from __future__ import annotations

import pytest
from django.db import connection

from ruangaman.accounts import services
from ruangaman.accounts.models import DoorRequest, FormerKeys, User
from ruangaman.accounts.selectors import lost
from ruangaman.accounts.selectors.lost import Step
from ruangaman.accounts.services.letters import call_heads
from ruangaman.accounts.types import RequestKind, Role
from ruangaman.cases import selectors as cases
from ruangaman.cases import services as casework
from ruangaman.cases.models import Case
from ruangaman.core import clock as core_clock
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import Conflict
from ruangaman.vault import services as vault
from ruangaman.vault.models import Grant
from tests.accounts.test_requests import NEW_PASSWORD
from tests.factories.accounts import working
from tests.factories.cases import FEB_2, Team
from tests.support.signing_in import signed_in

pytestmark = pytest.mark.django_db
URL = "/pengaturan/orang/{}/"


def renew(team: Team, user: User, *, by: User | None = None) -> User:
    """Give somebody fresh keys as people do: asked, agreed, a paper, two signatures."""
    at = core_clock.now()
    with working(by or team.head):
        request = services.ask(kind=RequestKind.FRESH_KEYS, user=user, by=by or team.head, at=at)
    request = DoorRequest.objects.select_related("user__unit", "asked_by").get(pk=request.pk)
    guard = team.office.guard
    with working(guard):
        code = services.decide(request=request, is_approved=True, by=guard, at=at)
    onboarding = services.prepare_onboarding(code=code, password=NEW_PASSWORD, at=at)
    with working():
        fresh = services.accept_invitation(onboarding=onboarding, at=at)
    team.office.sign(fresh)
    return fresh


def called() -> set[str]:
    """Return whom a letter that something waits is on its way to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'user_id' FROM procrastinate_jobs WHERE task_name LIKE '%call_person'")
        return {row[0] for row in cursor.fetchall()}


def forget_letters() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


# --- before -----------------------------------------------------------------------------------------------------------


def test_before_fresh_keys_the_page_says_what_only_this_person_can_open(team: Team) -> None:
    alone, shared = team.open(risk=RiskLevel.EKSTREM), team.open()
    team.assign(shared, team.companion)
    page = signed_in(team.head).get(URL.format(team.manager.pk)).content.decode()
    assert "1 berkas hanya dapat dibuka" in page
    assert alone.code in page
    assert shared.code not in page
    assert "tiga dari lima kepingan" in page

    page = signed_in(team.head).get(URL.format(team.companion.pk)).content.decode()
    assert "hanya dapat dibuka" not in page
    assert "Tidak ada berkas yang hanya dipegang orang ini" in page


def test_who_agrees_reads_the_number_and_no_code_that_is_not_theirs_to_know(team: Team) -> None:
    case = team.open()
    with working(team.head):
        services.ask(kind=RequestKind.FRESH_KEYS, user=team.manager, by=team.head, at=core_clock.now())
    page = signed_in(team.office.guard).get("/pengaturan/permintaan/").content.decode()
    assert "1 berkas hanya dapat dibuka" in page
    assert case.code not in page


def test_the_last_holder_of_the_emergency_key_is_told_as_such(team: Team, office_admin: User) -> None:
    sentence = f"pemegang terakhir kunci darurat {team.office.unit.name}"
    assert sentence in signed_in(office_admin).get(URL.format(team.head.pk)).content.decode()
    assert sentence not in signed_in(office_admin).get(URL.format(team.manager.pk)).content.decode()


def test_only_who_asks_or_decides_may_count(team: Team) -> None:
    team.open()
    at = core_clock.now()
    for viewer, count in ((team.head, 1), (team.office.guard, 1), (team.companion, 0), (team.desk, 0)):
        with working(viewer):
            assert lost.count_alone(user=team.manager, at=at).count == count


def test_a_reader_whose_time_is_over_and_a_retired_key_do_not_count_as_holders(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion)
    at = core_clock.now()
    with working(team.head):
        assert lost.count_alone(user=team.manager, at=at).count == 0
    Grant.objects.filter(principal=team.companion.principal_id).update(not_after=FEB_2)
    with working(team.head):
        assert lost.count_alone(user=team.manager, at=at).count == 1
    Grant.objects.filter(principal=team.companion.principal_id).update(not_after=None)
    renew(team, team.companion)
    with working(team.head):
        assert lost.count_alone(user=team.manager, at=at).count == 1


def test_the_last_at_a_desk_gets_no_fresh_keys_for_nobody_could_open_its_reports_again(team: Team) -> None:
    desk = team.office.desk(team.desk)
    with working(team.head), pytest.raises(Conflict, match="satu-satunya petugas"):
        services.ask(kind=RequestKind.FRESH_KEYS, user=team.desk, by=team.head, at=core_clock.now())
    page = signed_in(team.head).get(URL.format(team.desk.pk)).content.decode()
    assert f"satu-satunya petugas {desk.name}" in page
    assert "Minta kunci baru" not in page

    second = team.office.user()
    with working(team.desk):
        services.seat_at_desk(desk=desk, user=second, by=team.desk, at=core_clock.now())
    with working(team.head):
        services.ask(kind=RequestKind.FRESH_KEYS, user=team.desk, by=team.head, at=core_clock.now())
    with working(team.head):
        services.leave_desk(desk=desk, user=second, by=team.head, at=core_clock.now())
    request = DoorRequest.objects.select_related("user__unit").get()
    guard = team.office.guard
    with working(guard), pytest.raises(Conflict, match="satu-satunya petugas"):
        services.decide(request=request, is_approved=True, by=guard, at=core_clock.now())
    with working(guard):
        services.decide(request=request, is_approved=False, by=guard, at=core_clock.now())


# --- after ------------------------------------------------------------------------------------------------------------


def test_a_case_that_nobody_can_open_stands_first_in_the_queue_of_its_head(team: Team) -> None:
    alone = team.open(risk=RiskLevel.SEDANG)
    other = team.office.user(Role.MANAJER)
    worse = team.open(risk=RiskLevel.EKSTREM, manager=other)
    with working(team.head):
        assert cases.list_closed_to_all(viewer=team.head, at=core_clock.now()) == []
    renew(team, team.manager)
    page = signed_in(team.head).get("/kerja/").content.decode()
    assert "Kasus ini tidak dapat dibuka siapa pun" in page
    assert f'<a href="/kasus/{alone.code}/akses/">Kasus ini tidak dapat dibuka siapa pun' in page
    assert page.index(alone.code) < page.index(worse.code)
    with working(other):
        assert cases.list_closed_to_all(viewer=other, at=core_clock.now()) == []


def test_the_head_is_called_when_fresh_keys_leave_a_case_to_nobody_and_only_then(team: Team) -> None:
    shared = team.open()
    team.assign(shared, team.companion)
    for alone, letters in ((False, 0), (True, 1)):
        if alone:
            team.manager = team.office.user(Role.MANAJER)
            team.open()
        fresh = renew(team, team.manager)
        former = FormerKeys.objects.filter(user=fresh).latest("until")
        forget_letters()
        with working():
            assert call_heads(user=fresh, at=former.until) == letters
        assert called() == ({str(team.head.pk)} if letters else set())


def test_the_pages_of_a_case_that_nobody_can_open_name_no_holder_and_the_next_step(team: Team) -> None:
    case = team.open()
    renew(team, team.manager)
    head = signed_in(team.head)
    page = head.get(f"/kasus/{case.code}/").content.decode()
    assert f"{team.manager.display_name} saja" not in page
    assert "Belum ada yang memegang" in page
    assert "Kunci lama, tidak berlaku" in page
    page = head.get(f"/kasus/{case.code}/akses/").content.decode()
    assert f"Kunci lama {team.manager.display_name}" in page
    assert "tidak dapat dibuka siapa pun" in page
    assert "tiga dari lima penjaga kepingan" in page
    assert f'href="/kasus/darurat/{case.code}/"' in page  # the head holds the emergency key here
    assert "Beri akses baca sebagian" not in page


def test_who_lost_access_sees_how_much_waits_and_who_can_open_it_again(team: Team) -> None:
    both, _alone = team.open(), team.open()
    team.assign(both, team.companion)
    fresh = renew(team, team.manager)
    page = signed_in(fresh).get("/kerja/").content.decode()
    assert "2 berkas menunggu dibuka kembali untuk Anda" in page
    assert team.companion.display_name in page
    assert "1 tanpa rekan yang dapat membukakannya: temui kepala unit" in page
    page = signed_in(fresh).get("/pengaturan/buka-kembali/").content.decode()
    assert "2 berkas menunggu dibuka kembali" in page
    assert "1 di antaranya tidak dapat dibuka siapa pun" in page
    page = signed_in(team.head).get(URL.format(fresh.pk)).content.decode()
    assert "2 berkas menunggu dibuka kembali" in page
    with working(team.psychologist):
        assert lost.get_awaited(user=fresh, at=core_clock.now()).count == 0


def test_a_colleague_who_holds_finds_it_in_the_queue_does_it_and_then_it_is_gone(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion)
    companion = signed_in(team.companion)
    assert "bukakan kembali" not in companion.get("/kerja/").content.decode()
    fresh = renew(team, team.manager)
    page = companion.get("/kerja/").content.decode()
    assert f"1 berkas {fresh.display_name} menunggu Anda bukakan kembali" in page
    assert "bukakan kembali" not in signed_in(team.psychologist).get("/kerja/").content.decode()

    url = f"/pengaturan/buka-kembali/{fresh.pk}/"
    assert companion.post(url).status_code == 302
    assert "bukakan kembali" not in companion.get("/kerja/").content.decode()  # it waits for somebody else now
    request = DoorRequest.objects.select_related("user__unit", "asked_by").get(kind=RequestKind.REGRANT)
    with working(team.office.guard):
        services.decide(request=request, is_approved=True, by=team.office.guard, at=core_clock.now())
    assert "Buka kembali sekarang" in companion.get("/kerja/").content.decode()
    assert companion.post(url).status_code == 302
    assert "bukakan kembali" not in companion.get("/kerja/").content.decode()
    page = signed_in(fresh).get("/kerja/").content.decode()
    assert "menunggu dibuka kembali untuk Anda" not in page
    assert signed_in(fresh).get(f"/kasus/{case.code}/").status_code == 200
    with working(team.head):
        assert cases.list_closed_to_all(viewer=team.head, at=core_clock.now()) == []


def test_the_steps_of_opening_again(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion)
    fresh = renew(team, team.manager)
    at, guard = core_clock.now(), team.office.guard

    def step() -> Step:
        with working(team.companion):
            return lost.step_of_reopening(user=fresh, viewer=team.companion, at=at)

    assert step() is Step.ASK
    with working(team.companion):
        request = services.ask(kind=RequestKind.REGRANT, user=fresh, by=team.companion, at=at)
    assert step() is Step.WAITS
    with working(guard):
        services.decide(
            request=DoorRequest.objects.select_related("user__unit").get(pk=request.pk),
            is_approved=False,
            by=guard,
            at=at,
        )
    assert step() is Step.REFUSED


def test_whoever_is_taken_off_a_case_is_not_let_in_again_by_the_lost_key(team: Team) -> None:
    case = team.open()
    team.assign(case, team.companion)
    former = team.companion.principal_id
    fresh = renew(team, team.companion)
    part = case.assignments.get(user=fresh, until=None)
    with working(team.manager):
        casework.unassign(code=case.code, assignment_id=part.pk, by=team.manager, at=core_clock.now())
    assert not Grant.objects.filter(dossier=case.dossier_id, principal=former).exists()
    with working(team.manager):
        assert lost.list_reopenable(viewer=team.manager, at=core_clock.now()) == []


def test_a_leftover_part_of_who_moved_is_marked_and_can_be_ended(team: Team, office_admin: User) -> None:
    case = team.open()
    team.assign(case, team.companion)
    with working(office_admin):
        services.move(
            user=team.companion, role=Role.PSIKOLOG, unit=team.office.unit, by=office_admin, at=core_clock.now()
        )
    manager = signed_in(team.manager)
    page = manager.get(f"/kasus/{case.code}/tim/").content.decode()
    assert "Kunci lama: sudah keluar atau pindah tugas" in page
    assert page.count("Kunci lama") == 1
    assert "Kunci lama, tidak berlaku" in signed_in(team.head).get(f"/kasus/{case.code}/").content.decode()
    part = case.assignments.get(user=team.companion, until=None)
    with working(team.manager):
        casework.unassign(code=case.code, assignment_id=part.pk, by=team.manager, at=core_clock.now())
    assert "Kunci lama" not in manager.get(f"/kasus/{case.code}/tim/").content.decode()


def test_a_case_whose_only_holder_has_left_is_closed_to_all_too(team: Team, office_admin: User) -> None:
    case = team.open()
    with working(office_admin):
        services.let_go(user=team.manager, by=office_admin, at=core_clock.now())
    with working(team.head):
        assert [one.code for one in cases.list_closed_to_all(viewer=team.head, at=core_clock.now())] == [case.code]
    page = signed_in(team.head).get("/kerja/").content.decode()
    assert "serahkan kepada manajer lain" not in page
    assert Case.objects.get(pk=case.pk).is_open


@pytest.fixture
def office_admin(team: Team) -> User:
    """The administrator of the team's office."""
    return team.office.user(Role.ADMIN)


def test_the_lost_wraps_stay_for_the_recovery_shares(team: Team) -> None:
    case = team.open()
    former = team.manager.principal_id
    fresh = renew(team, team.manager)
    assert Grant.objects.filter(dossier=case.dossier_id, principal=former).exists()
    assert lost.keys_of(fresh) == [former, fresh.principal_id]
    assert not vault.is_active(former)


def test_only_an_office_that_oversees_learns_the_dossiers(team: Team, office_admin: User) -> None:
    case = team.open()
    renew(team, team.manager)
    at = core_clock.now()
    for viewer, found in ((team.head, {case.dossier_id}), (team.office.guard, set()), (office_admin, set())):
        with working(viewer):
            assert lost.list_closed_to_all(dossiers=[case.dossier_id], at=at) == found
