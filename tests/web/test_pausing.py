"""Pausing: with a reason, of what may stand still only; the limit moves; it is never out of sight of who answers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services as cases
from ruangaman.cases.types import Escort
from ruangaman.clocks.models import Clock, ClockKind, Limit, Pause
from ruangaman.clocks.selectors import get_office
from ruangaman.clocks.services import drop_clock, escalate_due, pause_clock
from ruangaman.clocks.types import HEAD_START, LONG_PAUSE, PauseReason, working_between
from ruangaman.core.codelists import RiskLevel
from ruangaman.ui import moments
from ruangaman.web.services.paused import list_lines
from tests.factories.accounts import working
from tests.factories.desk import HOUR
from tests.support.signing_in import signed_in

WHY = {"alasan": "other_office", "sampai": "7"}
PLAN = "case.companion"


def opened(counter, risk=RiskLevel.RENDAH, key=PLAN):
    case = counter.team.open(risk=risk, at=timezone.now())
    return case, Clock.objects.get(subject=case.code, kind__key=key, stopped_at=None)


def page_of(who, address):
    return signed_in(who).get(address).content.decode()


def fold_of(page):
    return page.partition('class="band paused"')[2].partition("</details>")[0]


def pause(clock, by, *, at=None):
    with working(by):
        pause_clock(
            clock_id=clock.pk,
            reason=PauseReason.NO_CONTACT,
            until=(at or timezone.now()) + timedelta(days=20),
            by=by,
            at=at or timezone.now(),
        )


def backdate(clock, days):
    """Let it have stood still for some days."""
    Clock.objects.filter(pk=clock.pk).update(paused_at=timezone.now() - timedelta(days=days))


def test_the_way_to_a_pause_is_where_one_puts_off_and_says_what_it_is_beside_that(counter):
    _case, clock = opened(counter)
    address = f"/kerja/jeda/{clock.pk}/"
    assert f'href="/kerja/tunda/{clock.pk}/"' in page_of(counter.manager, "/kerja/")
    for page in (page_of(counter.manager, f"/kerja/tunda/{clock.pk}/"), page_of(counter.manager, address)):
        ways = page.split('class="ways"')[1].split("</nav>")[0]
        assert f'href="{address}"' in ways
        assert "Waktunya tetap berjalan" in ways
        assert "Waktunya berhenti dan batasnya bergeser" in ways
        assert ways.count('aria-current="page"') == 1
    for reason in PauseReason:
        assert f'value="{reason.value}"' in page
    assert moments.when(clock.due_at) in page


def test_paused_it_stands_in_the_fold_and_goes_on_with_as_much_time_as_it_had(counter):
    _case, clock = opened(counter)
    client = signed_in(counter.manager)

    answer = client.post(f"/kerja/jeda/{clock.pk}/", WHY)

    assert answer.status_code == 302
    told = AuditEvent.objects.get(type="clocks.paused")
    assert (told.detail["reason"], told.detail["kind"]) == ("other_office", PLAN)
    shown = client.get(answer.headers["Location"]).content.decode()
    assert "Waktunya dijeda. Barisnya ada di bawah antrean." in shown
    fold = fold_of(shown)
    assert "open" in fold.split(">")[0], "what was just done is in sight"
    assert "menunggu lembaga lain" in fold

    backdate(clock, days=3)
    said = re.search(r"batasnya menjadi ([^.]*[.]\d\d)", fold_of(page_of(counter.manager, "/kerja/"))).group(1)
    answer = client.post(f"/kerja/dijeda/{clock.pk}/jalankan")

    clock.refresh_from_db()
    assert clock.paused_at is None
    assert clock.paused_for == pytest.approx(timedelta(days=3), abs=timedelta(minutes=1))
    assert said == moments.when(clock.due_at)
    after = client.get(answer.headers["Location"]).content.decode()
    assert f"Batasnya sekarang {said}" in after
    assert fold_of(after) == ""
    assert f'href="/kerja/tunda/{clock.pk}/"' in after, "its row is back"
    assert AuditEvent.objects.filter(type="clocks.resumed").count() == 1


def test_the_offer_to_take_it_back_and_the_words_end_after_a_minute(counter):
    _case, clock = opened(counter)
    client = signed_in(counter.manager)
    now = client.post(f"/kerja/jeda/{clock.pk}/", WHY).headers["Location"]
    old = f"/kerja/?dijeda={clock.pk}&pada={int(timezone.now().timestamp()) - 61}"
    for address, is_offered in ((now, True), (old, False), (now.replace("dijeda", "ditunda"), False)):
        assert ('class="undo"' in client.get(address).content.decode()) is is_offered, address
    now = client.post(f"/kerja/dijeda/{clock.pk}/jalankan").headers["Location"]
    old = f"/kerja/?jalan={clock.pk}&pada={int(timezone.now().timestamp()) - 61}"
    assert "Jalan lagi" in client.get(now).content.decode()
    assert "Jalan lagi" not in client.get(old).content.decode()
    assert "Jalan lagi" not in page_of(counter.first, now), "nobody else is told by the address"


def test_pressed_twice_each_is_told_once(counter):
    _case, clock = opened(counter)
    client = signed_in(counter.manager)
    client.post(f"/kerja/jeda/{clock.pk}/", WHY)
    assert (
        client.post(f"/kerja/jeda/{clock.pk}/", {"alasan": "no_contact"}).headers["Location"]
        == f"/kerja/dijeda/?sudah={clock.pk}"
    )
    clock.refresh_from_db()
    assert clock.pause_reason == "other_office"
    for _ in range(2):
        assert client.post(f"/kerja/dijeda/{clock.pk}/jalankan").status_code == 302
    assert AuditEvent.objects.filter(type__in=["clocks.paused", "clocks.resumed"]).count() == 2


@pytest.mark.parametrize(
    "sent",
    [{}, {**WHY, "alasan": ""}, {**WHY, "alasan": "karena"}, {"alasan": "other_office"}, {**WHY, "sampai": "400"}],
)
def test_without_a_reason_of_the_list_nothing_is_paused(counter, sent):
    _case, clock = opened(counter)
    client = signed_in(counter.manager)
    assert client.post(f"/kerja/jeda/{clock.pk}/", sent).status_code == 422
    assert not Clock.objects.filter(paused_at__isnull=False).exists()
    assert client.post(f"/kerja/jeda/{clock.pk}/", WHY).status_code == 302, "the control"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind__key": "clinical.pep"}, "jendela kesehatan atau bukti"),
        ({"legal_basis": "UU 12/2022 TPKS ps. 41"}, "ditetapkan UU 12/2022 TPKS ps. 41"),
        ({"is_pausable": False}, "Kantor menetapkan"),
        ({"due_at": -1}, "Batasnya sudah lewat"),
    ],
)
def test_what_may_not_stand_still_says_why_and_is_refused(counter, change, words):
    _case, clock = opened(counter)
    if "kind__key" in change:
        Clock.objects.filter(pk=clock.pk).update(kind=ClockKind.objects.get(key=change["kind__key"]))
    if "legal_basis" in change:
        Limit.objects.filter(pk=clock.limit_id).update(**change)
    if "is_pausable" in change:
        ClockKind.objects.filter(pk=clock.kind_id).update(**change)
    if "due_at" in change:
        past = timezone.now() - HOUR
        Clock.objects.filter(pk=clock.pk).update(due_at=past, presses_at=past)
    client = signed_in(counter.manager)

    page = client.get(f"/kerja/jeda/{clock.pk}/").content.decode()

    assert words in page
    assert 'name="alasan"' not in page
    assert "Tidak untuk yang ini" in client.get(f"/kerja/tunda/{clock.pk}/").content.decode()
    assert client.post(f"/kerja/jeda/{clock.pk}/", WHY).status_code == 422
    assert not Clock.objects.filter(paused_at__isnull=False).exists()


def test_another_offices_duty_may_stand_still_for_us_and_says_that_it_does_not_for_them(counter):
    _case, clock = opened(counter)
    Limit.objects.filter(pk=clock.limit_id).update(legal_basis="UU 12/2022 TPKS")
    ClockKind.objects.filter(pk=clock.kind_id).update(is_third_party=True)
    client = signed_in(counter.manager)
    assert "bagi mereka waktunya tetap berjalan" in client.get(f"/kerja/jeda/{clock.pk}/").content.decode()
    assert client.post(f"/kerja/jeda/{clock.pk}/", WHY).status_code == 302
    assert "dijeda, masih ada" in fold_of(client.get("/kerja/").content.decode())


@pytest.mark.parametrize(("risk", "is_warned"), [(RiskLevel.TINGGI, True), (RiskLevel.SEDANG, False)])
def test_in_high_danger_the_page_warns(counter, risk, is_warned):
    _case, clock = opened(counter, risk=risk)
    assert ("Bahayanya tinggi." in page_of(counter.manager, f"/kerja/jeda/{clock.pk}/")) is is_warned


def test_strangers_have_no_such_page_and_learn_of_nothing(counter):
    case, clock = opened(counter)
    stranger = signed_in(counter.first)
    nothing = stranger.get(f"/kerja/jeda/{case.pk}/")
    for _ in range(2):
        got = stranger.get(f"/kerja/jeda/{clock.pk}/")
        assert (got.status_code, got.content) == (404, nothing.content)
        assert stranger.post(f"/kerja/jeda/{clock.pk}/", WHY).status_code == 404
        assert stranger.post(f"/kerja/dijeda/{clock.pk}/jalankan").status_code == 404
        assert case.code not in stranger.get("/kerja/dijeda/").content.decode()
        pause(clock, counter.manager)
    clock.refresh_from_db()
    assert clock.paused_at is not None, "no stranger let it go on"
    head = signed_in(counter.team.head)
    assert case.code in head.get("/kerja/dijeda/").content.decode()
    assert head.post(f"/kerja/dijeda/{clock.pk}/jalankan").status_code == 302, "the control"


def test_what_has_ended_meanwhile_is_neither_paused_nor_let_go_on(counter):
    case, clock = opened(counter)
    pause(clock, counter.manager)
    with working(counter.manager):
        drop_clock(
            clock_id=clock.pk, dossier_id=case.dossier_id, event="cases.clock_dropped", is_safe=False,
            by=counter.manager, at=timezone.now(),
        )  # fmt: skip
    client = signed_in(counter.manager)
    assert client.post(f"/kerja/dijeda/{clock.pk}/jalankan").status_code == 404
    assert client.get(f"/kerja/jeda/{clock.pk}/").status_code == 404
    assert case.code not in client.get("/kerja/dijeda/").content.decode()


@pytest.mark.parametrize(("days", "is_long"), [(6, False), (9, True)])
def test_a_long_pause_comes_before_the_eyes_of_who_answers_for_it(counter, days, is_long):
    case, clock = opened(counter)
    pause(clock, counter.manager)
    backdate(clock, days)
    companion = counter.team.companion
    Clock.objects.filter(pk=clock.pk).update(owner=companion)
    assert clock.lead == counter.manager
    for who in (counter.manager, counter.team.head):
        fold = fold_of(page_of(who, "/kerja/"))
        assert ("open" in fold.split(">")[0]) is is_long, who
        assert (f"yang terlama {days} hari" in fold) is is_long
    load = page_of(counter.team.head, "/kerja/beban/").partition("Paling lama dijeda")[2].partition("</section>")[0]
    assert case.code in load
    assert "belum ada cara aman menghubungi" in load
    assert moments.when(timezone.now() - timedelta(days=days)) in load
    assert (f"Sudah {days} hari." in load) is is_long
    assert companion.display_name in load
    assert timedelta(days=7) == LONG_PAUSE


@pytest.mark.django_db(transaction=True)
def test_what_is_paused_tells_nobody_further_until_it_goes_on(counter):
    _case, clock = opened(counter)
    later = clock.escalates_at + timedelta(seconds=1)
    pause(clock, counter.manager)
    Clock.objects.exclude(pk=clock.pk).update(escalates_at=None)
    assert escalate_due(at=later) == 0
    signed_in(counter.manager).post(f"/kerja/dijeda/{clock.pk}/jalankan")
    assert escalate_due(at=later + HOUR) == 1


def test_the_cases_page_lets_it_go_on_and_one_is_back_there(counter):
    case, clock = opened(counter)
    assert "Jalankan lagi" not in page_of(counter.manager, f"/kasus/{case.code}/")
    pause(clock, counter.manager)
    page = page_of(counter.manager, f"/kasus/{case.code}/")
    assert f'form="jalankan" formaction="/kerja/dijeda/{clock.pk}/jalankan"' in page
    assert page.count('<form id="jalankan" method="post"') == 1
    assert f"dijeda {counter.manager.display_name} sejak hari ini" in page

    answer = signed_in(counter.manager).post(f"/kerja/dijeda/{clock.pk}/jalankan", {"ke": "kasus"})

    assert answer.headers["Location"] == f"/kasus/{case.code}/"
    assert "Jalankan lagi" not in page_of(counter.manager, f"/kasus/{case.code}/")


def test_a_colleague_on_the_case_sees_the_pause_and_no_button(counter):
    case, clock = opened(counter, key="case.step")
    counter.team.assign(case, counter.team.companion)
    pause(clock, counter.manager)
    page = page_of(counter.team.companion, f"/kasus/{case.code}/")
    assert f"dijeda {counter.manager.display_name} sejak" in page
    assert "Jalankan lagi" not in page
    assert "Jalankan lagi" in page_of(counter.manager, f"/kasus/{case.code}/"), "the control"


def test_of_working_time_the_offices_hours_are_kept_and_said_before(counter):
    """A journey over a weekend: paused on Friday with three working hours left, let go on on Monday."""
    _case, clock = opened(counter)
    Limit.objects.filter(pk=clock.limit_id).update(value=2, unit="day", calendar="working")
    at = timezone.now()
    due = at + timedelta(days=1)
    Clock.objects.filter(pk=clock.pk).update(due_at=due, presses_at=due)
    client = signed_in(counter.manager)
    assert "jam kerja" in client.get(f"/kerja/jeda/{clock.pk}/").content.decode()
    client.post(f"/kerja/jeda/{clock.pk}/", WHY)
    paused_at, due_before = three_hours_before_closing(at)
    Clock.objects.filter(pk=clock.pk).update(
        started_at=paused_at - HOUR, paused_at=paused_at, due_at=due_before, presses_at=due_before
    )
    office = get_office()
    left = working_between(paused_at, due_before, office)
    assert left == 3 * HOUR, "three hours of a Friday, and the weekend counts nothing"

    said = re.search(r"batasnya menjadi ([^.]*[.]\d\d)", client.get("/kerja/dijeda/").content.decode()).group(1)
    client.post(f"/kerja/dijeda/{clock.pk}/jalankan")

    clock.refresh_from_db()
    assert said == moments.when(clock.due_at)
    assert working_between(at, clock.due_at, office) == pytest.approx(left, abs=timedelta(minutes=1))


def three_hours_before_closing(at: datetime) -> tuple[datetime, datetime]:
    """A Friday at least a week ago, three hours before closing, and midnight of the Sunday after it."""
    office = get_office()
    day = at.date() - timedelta(days=7)
    while day.weekday() != 4 or office.span_of(day) is None:
        day -= timedelta(days=1)
    _opens, closes = office.span_of(day)
    return closes - 3 * HOUR, closes + timedelta(days=2)


def test_what_is_paused_asks_as_much_for_twenty_as_for_one(counter):
    pause(opened(counter)[1], counter.manager)
    client = signed_in(counter.manager)
    client.get("/kerja/")
    with CaptureQueriesContext(connection) as few:
        client.get("/kerja/")
    for _ in range(4):
        pause(opened(counter)[1], counter.manager)
    with CaptureQueriesContext(connection) as many:
        page = client.get("/kerja/").content.decode()
    assert len(many) == len(few)
    assert "Dijeda: 5" in fold_of(page)
    with working(counter.manager):
        lines = list_lines(viewer=counter.manager, at=timezone.now(), limit=3)
    assert [one.clock.paused_at for one in lines] == sorted(one.clock.paused_at for one in lines)
    assert len(lines) == 3


def test_who_has_no_part_in_queues_has_an_empty_list(counter):
    pause(opened(counter)[1], counter.manager)
    assert "Tidak ada yang dijeda." in page_of(counter.office.user(Role.AUDITOR), "/kerja/dijeda/")


def test_who_paused_it_and_when_it_goes_on_stands_in_the_list_and_stays_in_the_history(counter):
    case, clock = opened(counter, key="case.step")
    team = counter.team
    team.assign(case, team.companion)
    Clock.objects.filter(pk=clock.pk).update(owner=team.companion)
    pause(clock, counter.manager)
    until = moments.when(Pause.objects.get(clock=clock).until)
    for page in (page_of(team.head, "/kerja/dijeda/"), page_of(team.companion, "/kerja/dijeda/")):
        assert f"dijeda {counter.manager.display_name} sejak" in page
        assert f"Jalan lagi sendiri {until}" in page
    assert f"jalan lagi {until}" in page_of(team.companion, f"/kasus/{case.code}/")

    signed_in(team.companion).post(f"/kerja/dijeda/{clock.pk}/jalankan")

    page = page_of(counter.manager, f"/kasus/{case.code}/?r=keputusan")
    assert f"Waktu “{clock.kind.name}” dijeda" in page
    assert f"Waktu “{clock.kind.name}” jalan lagi" in page
    assert "jalan lagi" not in page_of(counter.manager, f"/kasus/{case.code}/?r=layanan")


def test_who_answers_for_it_may_pause_the_turn_of_another_and_not_put_it_off(counter):
    case, clock = opened(counter, key="case.step")
    counter.team.assign(case, counter.team.companion)
    Clock.objects.filter(pk=clock.pk).update(owner=counter.team.companion)
    head, manager = signed_in(counter.team.head), signed_in(counter.manager)
    assert f'href="/kerja/jeda/{clock.pk}/"' in head.get("/kerja/?pemilik=semua").content.decode()
    for client in (head, manager):
        assert client.get(f"/kerja/tunda/{clock.pk}/").status_code == 404
        page = client.get(f"/kerja/jeda/{clock.pk}/").content.decode()
        assert f'href="/kerja/tunda/{clock.pk}/"' not in page
    assert manager.post(f"/kerja/jeda/{clock.pk}/", WHY).status_code == 302
    late = manager.post(f"/kerja/jeda/{clock.pk}/", {**WHY, "alasan": "no_contact"}, follow=True).content.decode()
    assert f"{case.code} sudah dijeda {counter.manager.display_name}" in late


def test_what_is_late_and_dangerous_says_that_it_is_put_off_no_more(counter):
    _case, clock = opened(counter, risk=RiskLevel.TINGGI)
    due = timezone.now() - HOUR
    Clock.objects.filter(pk=clock.pk).update(due_at=due, presses_at=due - HEAD_START[RiskLevel.TINGGI])
    page = page_of(counter.manager, f"/kerja/tunda/{clock.pk}/")
    assert "tidak dapat ditunda lagi" in page
    assert 'name="sampai"' not in page
    assert f'href="/kerja/tunda/{clock.pk}/"' not in page_of(counter.manager, "/kerja/")


def test_in_high_danger_only_days_within_a_week_are_offered(counter):
    _case, clock = opened(counter, RiskLevel.TINGGI)
    page = page_of(counter.manager, f"/kerja/jeda/{clock.pk}/")
    assert 'value="3"' in page
    assert 'value="14"' not in page
    _case, clock = opened(counter)
    assert 'value="14"' in page_of(counter.manager, f"/kerja/jeda/{clock.pk}/"), "the control"


def test_whoever_is_found_unsafe_is_waited_for_no_longer(counter):
    case, clock = opened(counter)
    pause(clock, counter.manager)
    with working(counter.manager):
        cases.check_safety(
            code=case.code, is_safe=False, escort=Escort.NONE, words="x", by=counter.manager, at=timezone.now()
        )
    clock.refresh_from_db()
    assert clock.paused_at is None
    pause_row = Pause.objects.get()
    assert pause_row.ended_at is not None
    assert pause_row.ended_by_id == counter.manager.pk
