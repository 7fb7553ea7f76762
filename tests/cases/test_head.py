"""What the head decides: with the words before her, by points that fit, once; and whose turn it is afterwards."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.models import Approval, Case
from ruangaman.cases.selectors.deciding import read_request
from ruangaman.cases.types import ApprovalKind, CaseState, Outcome, Point, contradictions
from ruangaman.clocks.models import Clock
from ruangaman.core.codelists import ClosingReason, RiskLevel
from ruangaman.core.errors import Conflict, DomainError
from ruangaman.vault.models import Dossier
from tests.cases.test_views import page, send
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3, FEB_9, Team

R = ClosingReason
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLOSING, PLAN = ApprovalKind.CLOSING, ApprovalKind.PLAN


def ask_closing(team: Team, case: Case, *, at: Any = FEB_2, **facts: Any) -> Approval:
    flow.assess_closing(case, by=team.manager, at=at, **facts)
    return flow.ask(case, CLOSING, by=team.manager, at=at)


def ask_plan(team: Team, case: Case, *, at: Any = FEB_2, **facts: Any) -> Approval:
    flow.plan(case, by=team.manager, at=at, **facts)
    return flow.ask(case, PLAN, by=team.manager, at=at)


def turns(case: Case, key: str) -> list[Clock]:
    return list(Clock.objects.open().filter(dossier=case.dossier_id, kind__key=key))


# What the head reads.


def test_the_words_of_a_closing_are_written_for_the_heads_alone_when_it_is_asked_about(team: Team) -> None:
    case = team.open()
    flow.check_safety(case, by=team.manager, at=FEB_2)
    flow.assess(case, by=team.manager, at=FEB_2)
    facts = {"goals": (1, 1), "was_asked": True, "words": "PENUTUP-UJI", "her_words": "KATANYA-UJI"}
    with working(team.manager):
        row = services.assess_closing(
            code=case.code, reason=R.GOALS_MET, risk=RiskLevel.RENDAH, by=team.manager, at=FEB_2, **facts
        )
    assert row.despite_home is None, "nothing speaks against it: the words come from the asking alone"
    asked = flow.ask(case, CLOSING, by=team.manager, at=FEB_2)
    with working(team.head):
        mine, before = read_request(approval=asked, viewer=team.head, at=FEB_3)
    assert (mine.text, mine.facts, before) == ("PENUTUP-UJI", (("Kata penerima manfaat", "KATANYA-UJI"),), [])
    later = team.office.user(Role.KEPALA)
    for user in (later, team.companion, team.desk):
        with working(user):
            closed, _before = read_request(approval=asked, viewer=user, at=FEB_3)
        assert (closed.text, closed.facts, closed.is_closed) == ("", (), True)
    with working(team.head):
        assert not Dossier.objects.filter(pk=case.dossier_id, grants__principal=team.head.principal_id).exists()
    trail = str(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert "PENUTUP-UJI" not in trail
    assert "KATANYA-UJI" not in trail


def test_what_does_not_agree_is_said_plainly() -> None:
    calm: dict[str, Any] = {"risk": RiskLevel.SEDANG, "now": RiskLevel.SEDANG, "was_asked": True}
    assert contradictions(reason=R.GOALS_MET, goals=(2, 2), **calm) == []
    assert contradictions(reason=R.GOALS_MET, goals=(0, 2), **calm) == [
        "Alasannya tujuan tercapai, tetapi yang tercapai 0 dari 2."
    ]
    assert len(contradictions(reason=R.GOALS_MET, goals=(0, 0), **calm)) == 1
    assert contradictions(reason=R.MOVED, goals=(0, 2), **calm) == []
    higher = contradictions(reason=R.MOVED, goals=(0, 0), **{**calm, "risk": RiskLevel.TINGGI})
    assert higher == ["Bahaya saat ditutup dinilai tinggi, lebih tinggi dari yang tercatat sekarang: sedang."]
    assert contradictions(reason=R.CLIENT_ENDS, goals=(0, 0), **{**calm, "was_asked": False}) == [
        "Alasannya ia sendiri menghentikannya, tetapi ia belum ditanya."
    ]


def test_the_page_shows_words_tries_contradictions_and_what_was_sent_back(team: Team) -> None:
    now = timezone.now()
    case = team.open(at=now - DAY)
    flow.try_contact(case, by=team.manager, at=now - 5 * HOUR)
    first = ask_closing(team, case, at=now - 4 * HOUR, words="PERTAMA-UJI", goals=(0, 2))
    flow.decide(first, by=team.head, at=now - 3 * HOUR, outcome=Outcome.RETURNED)
    second = ask_closing(team, case, at=now - 2 * HOUR, words="KEDUA-UJI", goals=(0, 2))
    text = page(team.head, f"/kasus/keputusan/{second.pk}/")
    for words in (
        "KEDUA-UJI", "PERTAMA-UJI", "Pernah dikembalikan", "Perlu dibicarakan langsung", "Yang tidak cocok",
        "tujuan tercapai, tetapi yang tercapai 0 dari 2", "Upaya menghubungi",
    ):  # fmt: skip
        assert words in text
    assert "PERTAMA-UJI" in page(team.head, f"/kasus/keputusan/{first.pk}/")
    assert "KEDUA-UJI" not in page(team.head, f"/kasus/keputusan/{first.pk}/"), "what came later is not of this one"


def test_points_fit_what_is_asked_about_and_the_tick_is_for_approving(team: Team) -> None:
    now = timezone.now()
    case = team.open(at=now - DAY, risk=RiskLevel.TINGGI)
    asked = ask_plan(team, case, at=now - HOUR)
    address = f"/kasus/keputusan/{asked.pk}/"
    assert "Terlalu dini untuk ditutup" not in page(team.head, address)
    with working(team.head), pytest.raises(DomainError, match="Pilih hanya yang berlaku"):
        services.decide_approval(
            approval_id=asked.pk, outcome=Outcome.RETURNED, points=[Point.TOO_EARLY], by=team.head, at=now
        )
    closing = ask_closing(team, case, at=now - HOUR)
    address = f"/kasus/keputusan/{closing.pk}/"
    assert "Terlalu dini untuk ditutup" in page(team.head, address)
    both = send(team.head, address, outcome="returned", points="too_early", signs="on")
    assert both.status_code == 422
    assert "Centang ini hanya untuk menyetujui" in both.content.decode()
    assert Approval.objects.get(pk=closing.pk).decided_at is None
    assert send(team.head, address, outcome="returned", points="too_early").status_code == 302


def test_the_page_of_a_plan_marks_days_past_and_names_every_clock(team: Team) -> None:
    now = timezone.now()
    case = team.open(at=now - 20 * DAY)
    asked = ask_plan(team, case, at=now - 15 * DAY)
    text = page(team.head, f"/kasus/keputusan/{asked.pk}/")
    assert "lewat: " in text
    assert team.manager.display_name in text
    assert "Jam kasus ini yang belum selesai" in text
    assert "Tugaskan pendamping" in text
    assert "Keputusan atas rencana" not in text, "the one that is about to be made"


def test_what_was_decided_is_said_and_who_comes_late_changes_nothing(team: Team) -> None:
    now = timezone.now()
    case = team.open(at=now - DAY)
    asked = ask_plan(team, case, at=now - HOUR)
    address = f"/kasus/keputusan/{asked.pk}/"
    assert "Setujui rencana ini?" in page(team.head, address)
    assert send(team.head, address, outcome="returned", points="dates").status_code == 302
    text = page(team.head, address)
    assert "Rencana ini dikembalikan" in text
    assert "Setujui rencana ini?" not in text
    for words in ("Batas waktunya belum masuk akal", f"Diputuskan {team.head.display_name}"):
        assert words in text
    for sent in ({"outcome": "approved"}, {"outcome": "returned"}):
        late = send(team.head, address, **sent)
        assert late.status_code == 302
        text = page(team.head, late["Location"])
        assert "Permintaan ini sudah diputuskan" in text
        assert "Sedikit lagi" not in text
    assert Approval.objects.get(pk=asked.pk).outcome == "returned"


# Whose turn it is afterwards.


@pytest.mark.parametrize("kind", [PLAN, CLOSING])
def test_what_is_sent_back_is_the_managers_turn_until_something_changed_is_submitted(
    team: Team, kind: ApprovalKind
) -> None:
    case = team.open(risk=RiskLevel.SEDANG)
    ask = ask_plan if kind is PLAN else ask_closing
    asked = ask(team, case)
    flow.decide(asked, by=team.head, at=FEB_3, outcome=Outcome.RETURNED)
    key, other = f"returned.{kind}", f"returned.{'closing' if kind is PLAN else 'plan'}"
    [clock] = turns(case, key)
    assert (clock.owner, clock.danger, turns(case, other)) == (team.manager, RiskLevel.SEDANG, [])
    assert clock.limit is not None
    assert (clock.limit.value, clock.limit.unit, clock.limit.calendar) == (3, "day", "working")
    with pytest.raises(Conflict, match="Ubah dulu: Perlu dibicarakan langsung"):
        flow.ask(case, kind, by=team.manager, at=FEB_3)
    if kind is CLOSING:  # the very same once more is no change
        flow.assess_closing(case, by=team.manager, at=FEB_3)
        with pytest.raises(Conflict, match="Ubah dulu"):
            flow.ask(case, kind, by=team.manager, at=FEB_3)
    assert turns(case, key), "until it is submitted"
    ask(team, case, at=FEB_9, **({"words": "BARU-UJI"} if kind is CLOSING else {}))
    assert turns(case, key) == []


def test_the_very_same_plan_written_again_is_not_submitted_and_another_word_is(team: Team) -> None:
    case = team.open()
    goals = [services.NewGoal("TUJUAN-UJI", "KESEHATAN", team.manager, FEB_9 + 9 * DAY)]
    asked = ask_plan(team, case, goals=goals)
    flow.decide(asked, by=team.head, at=FEB_3, outcome=Outcome.RETURNED)
    flow.plan(case, by=team.manager, at=FEB_3, goals=goals)
    with pytest.raises(Conflict, match="Ubah dulu"):
        flow.ask(case, PLAN, by=team.manager, at=FEB_3)
    other = [services.NewGoal("TUJUAN-LAIN", "KESEHATAN", team.manager, FEB_9 + 9 * DAY)]
    assert ask_plan(team, case, at=FEB_3 + HOUR, goals=other).pk != asked.pk


def test_the_page_keeps_the_points_until_it_is_submitted_again(team: Team) -> None:
    now = timezone.now()
    case = team.open(at=now - DAY)
    asked = ask_plan(team, case, at=now - 5 * HOUR)
    flow.decide(asked, by=team.head, at=now - 4 * HOUR, outcome=Outcome.RETURNED)
    address = f"/kasus/{case.code}/rencana/"
    text = page(team.manager, address)
    assert "Perlu dibicarakan langsung" in text
    assert "Ubah dulu, lalu simpan" in text
    assert "Ajukan kepada kepala" not in text
    flow.plan(case, by=team.manager, at=now - 3 * HOUR)
    text = page(team.manager, address)
    assert "Perlu dibicarakan langsung" in text, "a new version does not hide what was asked for"
    assert "Ajukan kepada kepala" in text
    flow.ask(case, PLAN, by=team.manager, at=now - 2 * HOUR)
    assert "Perlu dibicarakan langsung" not in page(team.manager, address)


def test_an_approved_closing_is_the_managers_turn_until_it_is_closed_or_void(team: Team) -> None:
    def approved() -> Case:
        case = team.open()
        flow.decide(ask_closing(team, case), by=team.head, at=FEB_3)
        assert [one.owner for one in turns(case, "closing.approved")] == [team.manager]
        return case

    case = approved()
    flow.check_safety(case, by=team.manager, at=FEB_9)
    assert turns(case, "closing.approved"), "safe: the yes stands"
    flow.check_safety(case, by=team.manager, at=FEB_9, is_safe=False)
    assert turns(case, "closing.approved") == []
    case = approved()
    flow.assess_closing(case, by=team.manager, at=FEB_9, words="BARU-UJI")
    assert turns(case, "closing.approved") == []
    case = approved()
    with working(team.manager):
        services.close_case(code=case.code, reason=R.GOALS_MET, explanation="x", by=team.manager, at=FEB_9)
    assert turns(case, "closing.approved") == []
    flow.reopen(case, by=team.manager, at=FEB_9 + HOUR)
    assert turns(case, "closing.approved") == [], "of another episode"


def test_what_was_decided_before_this_gets_its_turn_once(team: Team) -> None:
    back, done, waiting = team.open(), team.open(), team.open()
    flow.advance(back, CaseState.PLAN, by=team.manager, head=team.head, at=FEB_1)
    flow.decide(ask_plan(team, back), by=team.head, at=FEB_3, outcome=Outcome.RETURNED)
    flow.decide(ask_closing(team, done), by=team.head, at=FEB_3)
    ask_closing(team, waiting)
    Clock.objects.all()._raw_delete("default")
    migration = import_module("ruangaman.cases.migrations.0021_after_the_head")
    for _twice in range(2):
        with connection.cursor() as cursor:
            for turn in migration.TURNS:
                cursor.execute(migration.begin(*turn))
    found = {(one.subject, one.kind.key, one.owner) for one in Clock.objects.select_related("kind", "owner")}
    assert found == {(back.code, "returned.plan", team.manager), (done.code, "closing.approved", team.manager)}
    assert Clock.objects.count() == 2


# The history.


def test_submitting_and_deciding_stand_in_the_history_for_head_and_team(team: Team) -> None:
    now = timezone.now()
    case = team.open(at=now - DAY)
    asked = ask_plan(team, case, at=now - 2 * HOUR)
    address = f"/kasus/{case.code}/"
    assert f'href="/kasus/keputusan/{asked.pk}/"' in page(team.head, address), "her turn leads to the decision"
    assert "/kasus/keputusan/" not in page(team.manager, address)
    flow.decide(asked, by=team.head, at=now - HOUR, outcome=Outcome.RETURNED)
    for who in (team.head, team.manager):
        for query in ("", "?r=keputusan"):
            text = page(who, address + query)
            assert "Rencana diajukan kepada kepala" in text
            assert "Rencana dikembalikan kepala" in text
    assert "Rencana dikembalikan kepala" not in page(team.head, address + "?r=layanan"), "the control"


# The closing.


def test_reasons_that_there_are_not_while_she_is_not_safe_stand_apart_with_why(team: Team) -> None:
    now = timezone.now()
    case = team.open(at=now - DAY)
    address = f"/kasus/{case.code}/penutupan/"
    assert 'value="goals_met"' in page(team.manager, address)
    flow.check_safety(case, by=team.manager, at=now - HOUR, is_safe=False)
    text = page(team.manager, address)
    assert 'value="goals_met"' not in text
    assert 'value="client_ends"' in text
    for words in ("Belum dapat dipilih", R.GOALS_MET.label, "Ia belum aman menurut cek terakhir"):
        assert str(words) in text
    data = {"risk": "3", "goals_met": "1", "goals_total": "1", "was_asked": "no", "words": "x", "why_despite": "x"}
    barred = send(team.manager, address, reason="goals_met", **data)
    assert barred.status_code == 422
    assert "Ini belum dapat selagi ia belum aman" in barred.content.decode()
    assert send(team.manager, address, reason="client_ends", **data).status_code == 302


def test_the_closing_that_was_kept_says_danger_and_whether_she_was_asked_also_afterwards(team: Team) -> None:
    now = timezone.now()
    case = team.open(at=now - DAY)
    address = f"/kasus/{case.code}/penutupan/"
    flow.close(case, by=team.manager, head=team.head, at=now - HOUR)
    assert f'href="{address}"' in page(team.manager, f"/kasus/{case.code}/")
    text = page(team.manager, address)
    for words in ("Bahaya saat ditutup", "Sudah ditanya pendapatnya"):
        assert words in text
    assert 'name="words"' not in text, "nothing is added to what is closed"
