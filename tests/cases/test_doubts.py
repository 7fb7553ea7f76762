"""What speaks against an end: named, answered, signed for; which end there may be while she is not safe."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.errors import EvidenceMissing
from ruangaman.cases.models import Approval, Case, ClosingAssessment, Plan
from ruangaman.cases.selectors.facts import known_of
from ruangaman.cases.selectors.steps import outcome_words
from ruangaman.cases.selectors.weighing import list_tries, open_despite, stand_of
from ruangaman.cases.types import (
    TRY_DAYS,
    TRY_SPAN,
    Agreed,
    ApprovalKind,
    CaseState,
    Doubt,
    Fact,
    Outcome,
    Reached,
    Standing,
    Tries,
    may_end_unsafe,
    skipped_steps,
    standing_of,
)
from ruangaman.clocks.models import Clock
from ruangaman.core.codelists import CaseType, ClosingReason, RiskLevel
from ruangaman.core.errors import Conflict, DomainError
from ruangaman.core.regions import zone
from ruangaman.ui.moments import day_words
from tests.cases.test_flow_views import plan_data
from tests.cases.test_views import page, send
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3, FEB_9, Team, read

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
R, S = ClosingReason, CaseState


def close(team: Team, case: Case, reason: ClosingReason, at: Any = FEB_9) -> Case:
    with working(team.manager):
        return services.close_case(code=case.code, reason=reason, explanation="x", by=team.manager, at=at)


def approve(team: Team, asked: Approval, despite: Any, at: Any = FEB_3) -> Approval:
    with working(team.head):
        return services.decide_approval(
            approval_id=asked.pk, outcome=Outcome.APPROVED, despite=despite, by=team.head, at=at
        )


# Words and rules.


@pytest.mark.parametrize(
    ("hours", "enough", "words"),
    [
        ((), False, "0 dari 3 hari; yang berikut paling cepat hari ini"),
        ((0, 1, 2), False, "1 dari 3 hari; yang berikut paling cepat besok, yang terakhir {day}"),
        ((-7 * 24, 0), False, "2 dari 3 hari; yang berikut paling cepat besok"),
        ((-8 * 24, -24), False, "2 dari 3 hari; yang berikut paling cepat hari ini"),
        ((-48, -24, 0), False, "3 hari, tetapi belum seminggu; satu lagi paling cepat {weeks}"),
        ((-7 * 24, -7 * 24 + 1, 0), False, "2 dari 3 hari; yang berikut paling cepat besok"),
        ((-7 * 24, -24, 0), True, ""),
        ((-30 * 24, -20 * 24, -10 * 24), True, ""),
    ],
)
def test_tries_count_by_days_over_a_week(hours: tuple[int, ...], enough: bool, words: str) -> None:
    tries = Tries.of([FEB_2 + one * HOUR for one in hours], FEB_2)
    assert tries.are_enough is enough
    if words:
        assert tries.missing() == words.format(day=day_words(FEB_9), weeks=day_words(FEB_9 - 2 * DAY))


def test_a_day_is_one_of_the_city_and_not_of_greenwich() -> None:
    late, early = datetime(2026, 2, 1, 15, 59, tzinfo=UTC), datetime(2026, 2, 1, 16, 0, tzinfo=UTC)
    assert len(Tries.of([late, early], FEB_9).days) == 2, "midnight in Balikpapan is between them"
    assert len(Tries.of([early, datetime(2026, 2, 2, 15, 59, tzinfo=UTC)], FEB_9).days) == 1
    assert (TRY_DAYS, TRY_SPAN) == (3, 7 * DAY)


def test_which_end_there_may_be_while_she_is_not_safe() -> None:
    may = {reason for reason in R if may_end_unsafe(reason, CaseType.WOMAN)}
    assert may == {R.CLIENT_ENDS, R.MOVED, R.UNREACHABLE, R.DIED}
    for with_child in (CaseType.CHILD, CaseType.BOTH):
        assert {one for one in R if may_end_unsafe(one, with_child)} == may - {R.CLIENT_ENDS}


def test_each_doubt_is_said_with_the_danger_and_the_numbers_it_has() -> None:
    facts: dict[str, Any] = {"danger": RiskLevel.EKSTREM, "goals": (0, 1)}
    whole = standing_of({Fact.UNSAFE, Fact.UNANSWERED}, is_emergency=True, **facts)
    assert [said for said, _answered in whole.lines] == [
        "Belum aman menurut cek terakhir", "Bahayanya ekstrem", "Belum ada asesmen tujuh bidang",
        "0 dari 1 tujuan tercapai", "Pelapor belum pernah dijawab",
    ]  # fmt: skip
    unchecked = standing_of({Fact.ASSESSED}, danger=RiskLevel.SEDANG, goals=(1, 1), is_emergency=True)
    assert unchecked.doubts == {Doubt.UNCHECKED}
    calm = standing_of({Fact.ASSESSED, Fact.SAFE}, danger=RiskLevel.SEDANG, goals=(1, 1), is_emergency=True)
    assert calm == Standing(frozenset(), RiskLevel.SEDANG, (1, 1))


# She is not safe.


@pytest.mark.parametrize("reason", [R.GOALS_MET, R.OUTSIDE])
def test_while_she_is_not_safe_a_case_does_not_end_so(team: Team, reason: ClosingReason) -> None:
    case = team.open(risk=RiskLevel.EKSTREM)
    flow.check_safety(case, by=team.manager, at=FEB_2, is_safe=False)
    flow.assess_closing(case, by=team.manager, at=FEB_2, reason=reason)
    with pytest.raises(EvidenceMissing, match="cek yang menyatakan ia aman"):
        flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_3)
    with pytest.raises(EvidenceMissing, match="cek yang menyatakan ia aman"):
        close(team, case, reason)
    flow.check_safety(case, by=team.manager, at=FEB_3)
    flow.close(case, by=team.manager, head=team.head, at=FEB_9, reason=reason)
    assert team.fresh(case).state == S.CLOSED


def test_found_unsafe_after_the_head_said_yes_holds_the_closing(team: Team) -> None:
    case = team.open()
    flow.open_for_closing(case, by=team.manager, head=team.head, at=FEB_2)
    flow.check_safety(case, by=team.manager, at=FEB_3, is_safe=False)
    with pytest.raises(EvidenceMissing, match=r"asesmen penutupan.*cek yang menyatakan ia aman"):
        close(team, case, R.GOALS_MET)
    flow.check_safety(case, by=team.manager, at=FEB_3 + HOUR)
    with pytest.raises(EvidenceMissing, match="asesmen penutupan"):
        close(team, case, R.GOALS_MET)
    with pytest.raises(EvidenceMissing, match="sesudah yang lama tercatat belum aman"):
        flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_9)
    assert flow.close(case, by=team.manager, head=team.head, at=FEB_9).state == S.CLOSED, "assessed anew and asked anew"


def test_the_yes_of_the_head_is_void_once_she_is_found_unsafe(team: Team) -> None:
    case = team.open(risk=RiskLevel.EKSTREM)
    flow.check_safety(case, by=team.manager, at=FEB_2, is_safe=False)
    row = flow.assess_closing(case, by=team.manager, at=FEB_2, reason=R.CLIENT_ENDS)  # it says why, unsafe as she is
    asked = flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_2)
    flow.decide(asked, by=team.head, at=FEB_2)
    assert outcome_words(Approval.objects.get(pk=asked.pk)) == "Disetujui kepala."
    flow.check_safety(case, by=team.manager, at=FEB_3, is_safe=False)
    assert outcome_words(Approval.objects.get(pk=asked.pk)).startswith("Persetujuan kepala gugur")
    with pytest.raises(EvidenceMissing, match="persetujuan kepala atas penutupan"):
        close(team, case, R.CLIENT_ENDS)
    again = flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_9)
    assert (again.pk != asked.pk, again.subject) == (True, row.pk)
    assert flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_9).pk == again.pk, "asked already"
    flow.decide(again, by=team.head, at=FEB_9)
    assert close(team, case, R.CLIENT_ENDS).state == S.CLOSED


def test_safe_after_unsafe_says_where_and_with_whom(team: Team) -> None:
    case = team.open()
    flow.check_safety(case, by=team.manager, at=FEB_2, is_safe=True, words="")
    flow.check_safety(case, by=team.manager, at=FEB_2, is_safe=False, words="")
    with pytest.raises(DomainError, match="di mana ia sekarang"):
        flow.check_safety(case, by=team.manager, at=FEB_3, words="  ")
    assert team.fresh(case).unsafe_at == FEB_2
    flow.check_safety(case, by=team.manager, at=FEB_3, words="DI-RUMAH-AMAN")
    assert team.fresh(case).unsafe_at is None


def test_who_never_looked_is_told_so_in_any_stage(team: Team) -> None:
    case = flow.advance(team.open(), S.SERVICES, by=team.manager, head=team.head, at=FEB_2)
    row = flow.assess_closing(case, by=team.manager, at=FEB_3)
    assert row.doubts == ["unchecked"], "no stage is past the question whether she is safe"
    flow.check_safety(case, by=team.manager, at=FEB_3)
    assert flow.assess_closing(case, by=team.manager, at=FEB_9, despite="").doubts == []


def test_she_may_end_it_herself_and_a_child_may_not(team: Team) -> None:
    for case_type, ends in ((CaseType.WOMAN, True), (CaseType.CHILD, False)):
        case = team.open(case_type=case_type)
        flow.check_safety(case, by=team.manager, at=FEB_2, is_safe=False)
        if ends:
            flow.close(case, by=team.manager, head=team.head, at=FEB_3, reason=R.CLIENT_ENDS)
            assert team.fresh(case).state == S.CLOSED
        else:
            with pytest.raises(EvidenceMissing, match="aman"):
                flow.close(case, by=team.manager, head=team.head, at=FEB_3, reason=R.CLIENT_ENDS)
            assert team.fresh(case).state == S.ASSESSMENT


def test_the_follow_up_of_who_is_not_safe_does_not_end_as_if_all_were_well(team: Team) -> None:
    case = team.open()
    flow.close(case, by=team.manager, head=team.head, at=FEB_2)
    with working(team.manager):
        services.plan_aftercare(code=case.code, days={1: FEB_9.date()}, by=team.manager, at=FEB_2)
    flow.move(case, S.AFTERCARE, by=team.manager, at=FEB_2)
    flow.check_safety(case, by=team.manager, at=FEB_3, is_safe=False)
    with pytest.raises(EvidenceMissing, match="aman"):
        close(team, case, R.GOALS_MET)
    flow.check_safety(case, by=team.manager, at=FEB_9)
    assert close(team, case, R.GOALS_MET).state == S.CLOSED


# A reason, sealed, and signed for.


def test_straight_from_the_emergency_everything_is_named_and_answered(team: Team) -> None:
    case = team.open(risk=RiskLevel.EKSTREM)
    flow.check_safety(case, by=team.manager, at=FEB_2, is_safe=False)
    facts: dict[str, Any] = {"by": team.manager, "at": FEB_2, "reason": R.CLIENT_ENDS, "goals": (0, 1)}
    with pytest.raises(DomainError, match=r"belum aman.*ekstrem.*asesmen tujuh bidang.*0 dari 1 tujuan"):
        flow.assess_closing(case, despite=" ", **facts)
    assert not ClosingAssessment.objects.exists()
    row = flow.assess_closing(case, despite="SEBAB-TETAP", **facts)
    assert row.doubts == ["unsafe", "danger", "not_assessed", "goals_open"]
    assert dict(read(team.manager, row.ref)[row.ref]["facts"])["Mengapa tetap ditutup"] == "SEBAB-TETAP"
    trail = str(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert "goals_open" in trail
    assert "SEBAB-TETAP" not in trail


def test_without_a_doubt_no_word_is_asked(team: Team) -> None:
    case = team.open()
    flow.check_safety(case, by=team.manager, at=FEB_2)
    flow.assess(case, by=team.manager, at=FEB_2)
    row = flow.assess_closing(case, by=team.manager, at=FEB_3, despite="")
    assert (row.doubts, row.despite_ref, row.despite_home) == ([], None, None)
    assert approve(team, flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_3), ()).outcome == "approved"


def test_the_head_reads_why_and_signs_for_each(team: Team) -> None:
    case = team.open(risk=RiskLevel.TINGGI)
    row = flow.assess_closing(case, by=team.manager, at=FEB_2, despite="SEBAB-TETAP")
    asked = flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_2)
    with working(team.head):
        assert open_despite(closing=row, viewer=team.head, at=FEB_3) == "SEBAB-TETAP"
    for some in ((), (Doubt.DANGER,)):
        with pytest.raises(DomainError, match="Baca sekali lagi, lalu tandatangani"):
            approve(team, asked, some)
    assert approve(team, asked, list(Doubt)).outcome == "approved"
    detail = AuditEvent.objects.get(type="cases.approval_decided").detail
    assert detail["despite"] == ["unchecked", "danger", "not_assessed"]


def test_why_is_closed_to_whoever_came_later_and_to_strangers(team: Team) -> None:
    case = team.open(risk=RiskLevel.TINGGI)
    row = flow.assess_closing(case, by=team.manager, at=FEB_2, despite="SEBAB-TETAP")
    later = team.office.user(Role.KEPALA)
    for user in (later, team.companion, team.desk):
        with working(user):
            assert open_despite(closing=row, viewer=user, at=FEB_3) is None
    with working(team.manager):
        assert open_despite(closing=row, viewer=team.manager, at=FEB_3) == "SEBAB-TETAP"
    again = flow.assess_closing(case, by=team.manager, at=FEB_3, despite="LAGI")
    with working(later):
        assert open_despite(closing=again, viewer=later, at=FEB_3) == "LAGI", "written again, it is open"


def test_what_came_up_since_is_not_signed_for_and_has_to_be_answered(team: Team) -> None:
    case = team.open()
    flow.check_safety(case, by=team.manager, at=FEB_2)
    flow.assess(case, by=team.manager, at=FEB_2)
    row = flow.assess_closing(case, by=team.manager, at=FEB_2, reason=R.CLIENT_ENDS)
    asked = flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_2)
    flow.check_safety(case, by=team.manager, at=FEB_3, is_safe=False)
    with working(team.head):
        assert stand_of(row, case=team.fresh(case), at=FEB_3).lines == [
            ("Belum aman menurut cek terakhir", False), ("Bahayanya tinggi", False)
        ]  # fmt: skip
    with pytest.raises(DomainError, match="belum aman"):
        approve(team, asked, ())
    with pytest.raises(Conflict, match="Sesudah asesmen ini tercatat belum aman"):
        approve(team, asked, [Doubt.UNSAFE, Doubt.DANGER])
    flow.decide(asked, by=team.head, at=FEB_3, outcome=Outcome.RETURNED)
    with pytest.raises(Conflict, match="Ubah dulu"):
        flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_3)
    flow.close(case, by=team.manager, head=team.head, at=FEB_9, reason=R.CLIENT_ENDS)
    assert team.fresh(case).state == S.CLOSED


def test_the_pages_name_each_ask_why_and_let_the_head_sign(team: Team) -> None:
    case = team.open(at=timezone.now(), risk=RiskLevel.EKSTREM)
    base = f"/kasus/{case.code}/"
    text = page(team.manager, base + "penutupan/")
    for words in ("Yang perlu dijelaskan", "Bahayanya ekstrem", "Belum ada asesmen", 'name="why_despite"'):
        assert words in text
    data = {"reason": "client_ends", "risk": "1", "goals_met": "0", "goals_total": "1", "was_asked": "no", "words": "x"}
    answer = send(team.manager, base + "penutupan/", **data)
    assert answer.status_code == 422
    assert "0 dari 1 tujuan tercapai" in answer.content.decode()
    assert send(team.manager, base + "penutupan/", **data, why_despite="SEBAB-TETAP").status_code == 302
    assert "dijelaskan" in page(team.manager, base + "tutup/")
    assert "Kasus ini akan ditutup meskipun" in page(team.manager, base + "tutup/")
    asked = flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=timezone.now())
    address = f"/kasus/keputusan/{asked.pk}/"
    text = page(team.head, address)
    for words in ("Kasus ini akan ditutup meskipun", "Bahayanya ekstrem", "0 dari 1 tujuan", "SEBAB-TETAP"):
        assert words in text
    assert send(team.head, address, outcome="approved").status_code == 422
    flow.check_safety(case, by=team.manager, at=timezone.now(), is_safe=False)
    stale = send(team.head, address, outcome="approved", signs="on", seen="danger goals_open not_assessed unchecked")
    assert stale.status_code == 422
    assert "Ada yang berubah sejak halaman ini dibuka" in stale.content.decode()
    assert 'name="signs" id="id_signs" checked' not in stale.content.decode()
    assert "asesmen ini tidak membahasnya" in page(team.head, address)
    assert send(team.head, address, outcome="approved", signs="on").status_code == 422
    assert send(team.head, address, outcome="returned", points="safety").status_code == 302


def test_a_calm_closing_asks_for_no_reason_until_the_numbers_do(team: Team) -> None:
    case = team.open(at=timezone.now())
    flow.check_safety(case, by=team.manager, at=timezone.now())
    flow.assess(case, by=team.manager, at=timezone.now())
    address = f"/kasus/{case.code}/penutupan/"
    assert "why_despite" not in page(team.manager, address)
    data = {"reason": "goals_met", "risk": "1", "goals_met": "1", "goals_total": "2", "was_asked": "no", "words": "x"}
    answer = send(team.manager, address, **data)
    assert answer.status_code == 422
    assert 'name="why_despite"' in answer.content.decode()
    assert send(team.manager, address, **{**data, "goals_met": "2"}).status_code == 302


# Out of reach.


def test_three_tries_of_one_minute_open_nothing(team: Team) -> None:
    case = team.open()
    for _ in range(3):
        flow.try_contact(case, by=team.manager, at=FEB_2)
    flow.assess_closing(case, by=team.manager, at=FEB_2, reason=R.UNREACHABLE)
    with pytest.raises(EvidenceMissing, match="1 dari 3 hari; yang berikut paling cepat besok"):
        flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_2)
    flow.try_contact(case, by=team.manager, at=FEB_3)
    flow.try_contact(case, by=team.manager, at=FEB_9)
    assert flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=FEB_9).pk


def test_whoever_is_reached_begins_the_count_anew(team: Team) -> None:
    case = team.open()
    for at, result in (
        (FEB_2, Reached.NO_ANSWER), (FEB_3, Reached.NO_ANSWER), (FEB_9, Reached.NO_ANSWER),
        (FEB_9 + HOUR, Reached.REACHED), (FEB_9 + 2 * HOUR, Reached.NO_ANSWER),
    ):  # fmt: skip
        if result is Reached.REACHED:
            with working(team.manager):
                assert Fact.TRIED in known_of(case, at).facts, "until then it was enough"
        flow.try_contact(case, by=team.manager, at=at, result=result)
    with working(team.manager):
        known = known_of(case, FEB_9)
        assert Fact.TRIED not in known.facts
        assert [one.counts for one in list_tries(case, known)] == [False, False, False, False, True]
    assert len(known.tried) == 1


def test_a_try_that_was_not_safe_is_none(team: Team) -> None:
    case = team.open()
    for at, result in ((FEB_1, Reached.NO_ANSWER), (FEB_2, Reached.UNSAFE), (FEB_9, Reached.NO_ANSWER)):
        flow.try_contact(case, by=team.manager, at=at, result=result)
    with working(team.manager):
        assert Fact.TRIED not in known_of(case, FEB_9).facts
    flow.try_contact(case, by=team.manager, at=FEB_3)
    with working(team.manager):
        assert Fact.TRIED in known_of(case, FEB_9).facts, "the control: another day without an answer"


def test_the_head_sees_every_try_and_which_count(team: Team) -> None:
    now = timezone.now()
    case = team.open(at=now - 9 * DAY)
    for days in (8, 4, 0):
        flow.try_contact(case, by=team.manager, at=now - days * DAY)
    later = now + timedelta(seconds=1)
    flow.try_contact(case, by=team.manager, at=later)
    flow.assess_closing(case, by=team.manager, at=later, reason=R.UNREACHABLE)
    asked = flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=later)
    text = page(team.head, f"/kasus/keputusan/{asked.pk}/")
    assert "Upaya menghubungi" in text
    assert text.count("Pesan, ") == 4
    assert text.count("tidak ada jawaban, dihitung") == 3
    assert text.count("tidak dihitung: upaya lain pada hari yang sama") == 1
    assert "Upaya yang diperlukan sudah ada" in page(team.manager, f"/kasus/{case.code}/upaya/")
    other = team.open(at=now)
    flow.assess_closing(other, by=team.manager, at=now)
    asked = flow.ask(other, ApprovalKind.CLOSING, by=team.manager, at=now)
    assert "tidak dihitung" not in page(team.head, f"/kasus/keputusan/{asked.pk}/"), "the control: another end"


# Opened again.


def test_opened_again_unsafe_both_clocks_of_safety_go_on_until_when_they_ran_before(team: Team) -> None:
    case = team.open(risk=RiskLevel.EKSTREM)
    flow.check_safety(case, by=team.manager, at=FEB_2, is_safe=False)
    wanted = ("case.emergency", "case.safety_again")
    running = Clock.objects.open().filter(dossier=case.dossier_id, kind__key__in=wanted)
    before = dict(running.values_list("kind__key", "due_at"))
    assert before == {"case.emergency": FEB_1 + 2 * HOUR, "case.safety_again": FEB_2 + 2 * HOUR}
    flow.close(case, by=team.manager, head=team.head, at=FEB_3, reason=R.CLIENT_ENDS)
    assert not running.exists()
    flow.reopen(case, by=team.manager, at=FEB_9, is_safe=False)
    assert dict(running.values_list("kind__key", "due_at")) == before, "late as they were"
    assert team.fresh(case).state == S.EMERGENCY
    flow.check_safety(case, by=team.manager, at=FEB_9 + HOUR, is_safe=False)
    assert running.get(kind__key="case.safety_again").due_at == FEB_9 + 3 * HOUR, "the next look renews it, as ever"


def test_opened_again_safe_neither_goes_on(team: Team) -> None:
    case = team.open(risk=RiskLevel.EKSTREM)
    flow.check_safety(case, by=team.manager, at=FEB_2, is_safe=False)
    flow.close(case, by=team.manager, head=team.head, at=FEB_3, reason=R.CLIENT_ENDS)
    flow.reopen(case, by=team.manager, at=FEB_9)
    keys = set(Clock.objects.open().filter(dossier=case.dossier_id).values_list("kind__key", flat=True))
    assert keys.isdisjoint({"case.emergency", "case.safety_again"})
    assert team.fresh(case).state == S.ASSESSMENT
    assert AuditEvent.objects.get(type="cases.reopened").detail["state"] == "assessment"


# The page of a closed case.


def test_what_was_passed_over_is_not_said_to_be_done(team: Team) -> None:
    case = team.open(at=timezone.now(), risk=RiskLevel.EKSTREM)
    flow.check_safety(case, by=team.manager, at=timezone.now(), is_safe=False)
    base = f"/kasus/{case.code}/"
    assert "dilewati" not in page(team.manager, base)
    flow.close(case, by=team.manager, head=team.head, at=timezone.now(), reason=R.CLIENT_ENDS)
    text = page(team.manager, base)
    bar = text[text.index('<ol class="steps"') : text.index("</ol>", text.index('<ol class="steps"'))]
    assert bar.count('class="passed"') == bar.count("<small>dilewati</small>") == 4
    assert bar.count(", selesai") == 3, "what came before the case was a case"
    assert "4 dilewati" in text
    banner = text[text.index('id="belum-aman"') : text.index("</section>", text.index('id="belum-aman"'))]
    for words in ("Belum aman saat terakhir dilihat", "dihentikan oleh penerima manfaat", "buka-lagi/", "110"):
        assert words in banner
    flow.reopen(case, by=team.manager, at=timezone.now())
    text = page(team.manager, base)
    assert 'id="belum-aman"' not in text
    assert "dilewati" not in text


def test_steps_are_those_of_the_present_episode() -> None:
    first = [(S.ASSESSMENT, S.PLAN), (S.PLAN, S.SERVICES), (S.SERVICES, S.MONITORING), (S.MONITORING, S.CLOSED)]
    assert skipped_steps(S.CLOSED, first) == set()
    again = [*first, (S.CLOSED, S.AFTERCARE), (S.AFTERCARE, S.ASSESSMENT), (S.ASSESSMENT, S.CLOSED)]
    assert skipped_steps(S.CLOSED, again) == {5, 6, 7}
    assert skipped_steps(S.ASSESSMENT, again[:-1]) == set()
    assert skipped_steps(S.EMERGENCY, []) == set()
    assert skipped_steps(S.AFTERCARE, [(S.REFERRED_OUT, S.CLOSED), (S.CLOSED, S.AFTERCARE)]) == {4, 5, 6, 7}


# A plan is looked at again as soon as its danger asks for.


@pytest.mark.parametrize(("risk", "days"), [(RiskLevel.TINGGI, 7), (RiskLevel.SEDANG, 28)])
def test_a_plan_is_reviewed_no_later_than_a_review_would_be(team: Team, risk: RiskLevel, days: int) -> None:
    case = team.open(risk=risk)
    latest = FEB_2.astimezone(zone()).date() + days * DAY  # February has twenty-eight days
    goals = [services.NewGoal("x", "KESEHATAN", team.manager, FEB_9)]
    facts: dict[str, Any] = {"goals": goals, "why_not": None, "agreed": Agreed.SIGNED, "safety": "x"}
    with working(team.manager):
        for day, words in ((latest + DAY, "paling lambat"), (FEB_2.date(), "masih akan datang")):
            with pytest.raises(DomainError, match=words):
                services.make_plan(code=case.code, review_on=day, by=team.manager, at=FEB_2, **facts)
        assert not Plan.objects.exists()
        assert services.make_plan(code=case.code, review_on=latest, by=team.manager, at=FEB_2, **facts).pk


def test_the_form_of_a_plan_says_by_when_and_refuses_later(team: Team) -> None:
    case = team.open(at=timezone.now(), risk=RiskLevel.EKSTREM)
    address = f"/kasus/{case.code}/rencana/"
    assert "menurut bahaya kasus ini" in page(team.manager, address)
    late = (timezone.localdate() + 8 * DAY).isoformat()
    answer = send(team.manager, address, **plan_data(team.manager, review_on=late))
    assert answer.status_code == 422
    assert "Dengan bahaya ini paling lambat" in answer.content.decode()
    assert send(team.manager, address, **plan_data(team.manager, safety="")).status_code == 302
    text = page(team.manager, address)
    assert '<details class="form-more" open>' in text, "what has to be completed is not folded"
