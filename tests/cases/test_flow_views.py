"""The pages of the steps: what each writes, what it says when something is missing, and for whom it is not there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.cases.models import (
    Aftercare,
    Approval,
    Assessment,
    Case,
    ClosingAssessment,
    Conference,
    ContactTry,
    Goal,
    MediationRequest,
    Plan,
    PoliceDecision,
    Review,
    RightsTold,
    SafetyCheck,
    Session,
    Task,
    Transfer,
)
from ruangaman.cases.types import ApprovalKind, Domain
from ruangaman.consents.models import Consent
from ruangaman.core.codelists import CaseType, RiskLevel
from tests.cases.test_views import page, send
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import Team, add_incident, read
from tests.support.signing_in import signed_in


@pytest.fixture
def case(team: Team) -> Case:
    """A case of today with its whole team."""
    case = team.open(at=timezone.now())
    team.assign(case, team.companion, team.psychologist, team.lawyer, team.shelter, at=timezone.now())
    return case


def day(days: int = 0) -> str:
    """A day from today on, as a form has it."""
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def moment() -> str:
    """A moment of today that is past."""
    return timezone.localtime(timezone.now() - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M")


def plan_data(owner: User, **more: Any) -> dict[str, Any]:
    """A plan with one goal."""
    return {
        "goal_0": "TUJUAN-UJI", "service_0": "KESEHATAN", "owner_0": str(owner.pk), "due_0": day(7),
        "with_her": "yes", "agreed": "signed", "safety": "SELAMAT-UJI", "review_on": day(7), **more,
    }  # fmt: skip


def test_the_whole_way_by_its_pages(team: Team, case: Case) -> None:
    base, manager = f"/kasus/{case.code}/", team.manager
    text = page(manager, base)
    for step in ("izin/", "asesmen/"):
        assert f'<a class="todo" href="{base}{step}">' in text
    assert send(manager, base + "izin/", purpose="services", source="self", is_given="yes", how="paper",
                given_on=day(), withhold="TAHAN-UJI").status_code == 302  # fmt: skip
    assert "TAHAN-UJI" in page(team.companion, base + "izin/")
    seen = {f"seen_{one}": "on" for one in Domain}
    sent = send(team.companion, base + "asesmen/", **seen, words_legal="HUKUM-UJI", needs_legal=["legal.advice"])
    assert sent.status_code == 302
    assert "HUKUM-UJI" in page(manager, base + "asesmen/"), "what was found stands there to be gone on with"
    assert send(manager, base + "status/", target="plan", reason="x").status_code == 302
    assert send(manager, base + "rencana/", **plan_data(team.companion)).status_code == 302
    assert "Belum diajukan kepada kepala" in page(manager, base + "rencana/")
    assert "rencana/ajukan" not in page(team.companion, base + "rencana/")
    assert signed_in(manager).post(base + "rencana/ajukan").status_code == 302
    decide(team, "1 permintaan menunggu", outcome="returned", points=["dates"])
    assert "Batas waktunya belum masuk akal" in page(manager, base + "rencana/")
    assert send(manager, base + "rencana/", **plan_data(team.companion)).status_code == 302
    assert signed_in(manager).post(base + "rencana/ajukan").status_code == 409, "the very same as before"
    assert send(manager, base + "rencana/", **{**plan_data(team.companion), "due_0": day(5)}).status_code == 302
    assert signed_in(manager).post(base + "rencana/ajukan").status_code == 302
    decide(team, "1 permintaan menunggu", outcome="approved")
    assert send(manager, base + "status/", target="services", reason="x").status_code == 302
    assert "TUJUAN-UJI" in page(team.companion, base), "a goal became a task"
    close_by_pages(team, case)


def decide(team: Team, headline: str, **data: Any) -> None:
    """Let the head find what waits, look at it and decide."""
    assert 'href="/kasus/keputusan/"' in page(team.head, "/kasus/"), "the list of cases leads there"
    text = page(team.head, "/kasus/keputusan/")
    assert headline in text
    approval = Approval.objects.get(decided_at=None)
    address = f"/kasus/keputusan/{approval.pk}/"
    assert address in text
    shown = page(team.head, address)
    for words in ("TUJUAN-UJI", "SELAMAT-UJI", "NAMA-UJI"):
        assert words not in shown, "the head decides on facts and opens nothing of the case"
    assert ("PENUTUP-UJI" in shown) == (approval.kind == ApprovalKind.CLOSING), "this was written for her"
    assert "Bila disetujui" in shown
    assert "Yang dilindungi" in shown
    sent = send(team.head, address, **data)
    assert sent.status_code == 302
    assert f"Kasus {approval.case.code}: " in page(team.head, sent.url), "which case, and what was decided"
    assert "Tidak ada yang menunggu" in page(team.head, "/kasus/keputusan/")


def close_by_pages(team: Team, case: Case) -> None:
    """Close it by the pages, and plan what comes after."""
    base, manager = f"/kasus/{case.code}/", team.manager
    text = page(manager, base + "tutup/")
    assert "Sebelum kasus ini dapat ditutup" in text
    assert f'href="{base}penutupan/"' in text
    assert send(manager, base + "tutup/", explanation="x").status_code == 422
    flow.finish_tasks(case, by=manager, at=timezone.now())
    closing = {"reason": "goals_met", "risk": "1", "goals_met": "1", "goals_total": "1", "was_asked": "yes"}
    assert send(manager, base + "penutupan/", **{**closing, "goals_met": "2"}, words="x").status_code == 422
    assert send(team.companion, base + "aman/", is_safe="yes", escort="none").status_code == 302
    assert send(manager, base + "penutupan/", **closing, words="PENUTUP-UJI", her_words="x").status_code == 302
    assert signed_in(manager).post(base + "penutupan/ajukan").status_code == 302
    decide(team, "1 permintaan menunggu", outcome="approved")
    assert "Semua yang diperlukan sudah ada" in page(manager, base + "tutup/")
    assert send(manager, base + "tutup/", explanation="AKHIR-UJI").status_code == 302
    text = page(manager, base)
    for words in ("Kasus ditutup: tujuan tercapai", "Penutupan disetujui kepala", f'href="{base}pasca/"'):
        assert words in text
    assert send(manager, base + "pasca/", first=day(30), second=day(90), third=day(180)).status_code == 302
    assert send(manager, base + "status/", target="aftercare", reason="x").status_code == 302
    row = Aftercare.objects.filter(case=case).order_by("due_on")[0]
    assert send(team.companion, f"{base}pasca/{row.pk}/", doing="well", words="x").status_code == 302
    assert "Baik, dapat menjaga diri" in page(manager, base + "pasca/")
    assert signed_in(team.companion).get(f"{base}pasca/{row.pk}/").status_code == 404, "held already"


STEPS = {
    "aman/": (SafetyCheck, {"is_safe": "no", "escort": "police", "words": "x"}, {"escort": "x"}),
    "hak/": (RightsTold, {"rights": ["legal", "medical"]}, {"rights": []}),
    "tinjauan/": (Review, {"risk": "3", "reason": "x", "next_on": day(7)}, {"next_on": day(0)}),
    "konferensi/": (
        Conference,
        {"held_at": moment(), "minutes": "x", "guests": "A\nB"},
        {"held_at": "2999-01-01T10:00"},
    ),
    "upaya/": (ContactTry, {"way": "chat", "result": "no_answer", "in_hours": "yes"}, {"way": "merpati"}),
    "mediasi/": (MediationRequest, {"asked_by": "accused", "words": "x"}, {"words": ""}),
    "pelimpahan/": (
        Transfer,
        {"name": "LEMBAGA", "letter": "1", "basis": "duty", "why": "x"},
        {"basis": "", "why": ""},
    ),
    "penutupan/": (
        ClosingAssessment,
        {
            "reason": "died",
            "risk": "1",
            "goals_met": "0",
            "goals_total": "0",
            "was_asked": "no",
            "words": "x",
            "why_despite": "x",
        },
        {"reason": "bosan"},
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_writes_its_row_and_says_what_is_wrong(team: Team, case: Case, step: str) -> None:
    model, good, bad = STEPS[step]
    if step == "konferensi/":
        good = {**good, "participants": [str(team.manager.pk)], "words_0": "PUTUS-UJI",
                "owner_0": str(team.companion.pk), "due_0": day(3)}  # fmt: skip
    address = f"/kasus/{case.code}/{step}"
    assert send(team.manager, address, **{**good, **bad}).status_code == 422
    assert not model.objects.exists()
    assert send(team.manager, address, **good).status_code == 302
    row = model.objects.get()
    assert (row.case, row.by) == (case, team.manager)
    if hasattr(row, "ref") and row.ref:
        assert read(team.manager, row.ref, at=timezone.now())[row.ref]
    assert page(team.manager, address), "and is shown to be gone on with"
    if step == "konferensi/":
        assert (row.guests, row.decisions) == (2, 1)
        assert Task.objects.get(case=case).owner == team.companion
    if step == "tinjauan/":
        assert team.fresh(case).risk == RiskLevel.TINGGI
        assert "Ditinjau: bahaya dari sedang menjadi tinggi" in page(team.companion, f"/kasus/{case.code}/")


def test_a_session_is_the_psychologist_s_and_the_manager_sees_only_that_it_was(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/sesi/"
    for user in (team.manager, team.companion, team.lawyer, team.shelter):
        assert signed_in(user).get(address).status_code == 404
    data = {"on": day(), "attended": "yes", "next_on": day(7), "risk": "3", "words": "KLINIS-UJI"}
    assert send(team.psychologist, address, **{**data, "on": day(1)}).status_code == 422
    assert send(team.psychologist, address, **data).status_code == 302
    assert "KLINIS-UJI" in page(team.psychologist, address)
    text = page(team.manager, f"/kasus/{case.code}/")
    assert "Sesi psikolog: hadir, bahaya tinggi, berikutnya" in text
    assert "KLINIS-UJI" not in text
    ref = Session.objects.get().ref
    assert "Closed" in type(read(team.manager, ref, at=timezone.now())[ref]).__name__
    assert team.fresh(case).risk == RiskLevel.SEDANG, "a review weighs the case's danger, not a session"


def test_the_police_are_the_lawyer_s_to_decide(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/polisi/"
    for user in (team.manager, team.companion, team.psychologist, team.shelter):
        assert signed_in(user).get(address).status_code == 404
    data = {
        "informed_at": moment(),
        "wish": "INGIN-UJI",
        "decided": "report",
        "why": "x",
        "sent_on": day(),
        "letter": "7",
    }
    assert send(team.lawyer, address, **{**data, "decided": "no_duty"}).status_code == 422
    assert send(team.lawyer, address, **data).status_code == 302
    assert "INGIN-UJI" in page(team.lawyer, address)
    row = PoliceDecision.objects.get()
    assert read(team.manager, row.ref, at=timezone.now())[row.ref]["text"] == "x", "the manager holds the legal drawer"
    assert "INGIN-UJI" not in page(team.companion, f"/kasus/{case.code}/")


def test_who_does_not_hold_the_drawer_is_refused_in_words(team: Team, case: Case) -> None:
    answer = send(team.shelter, f"/kasus/{case.code}/asesmen/", **{f"seen_{one}": "on" for one in Domain})
    assert answer.status_code == 422
    assert "tidak terbuka untuk Anda" in answer.content.decode()
    assert not Assessment.objects.exists()


def test_a_plan_says_what_is_not_whole(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/rencana/"
    wrong = (
        {"goal_0": ""}, {"service_0": ""}, {"owner_0": ""}, {"due_0": ""}, {"due_0": day(-1)}, {"review_on": day()},
        {"with_her": "malas"}, {"agreed": ""},
    )  # fmt: skip
    for bad in wrong:
        assert send(team.manager, address, **plan_data(team.manager, **bad)).status_code == 422, bad
    assert not Plan.objects.exists()
    data = plan_data(team.manager, with_her="in_crisis", safety="", goal_1="DUA", service_1="PEMULANGAN",
                     owner_1=str(team.companion.pk), due_1=day(9), before_0="rusak")  # fmt: skip
    assert send(team.manager, address, **data).status_code == 302
    plan = Plan.objects.get()
    assert (plan.with_her, plan.why_not, plan.safety_ref) == (False, "in_crisis", None)
    assert [goal.service for goal in Goal.objects.order_by("position")] == ["KESEHATAN", "PEMULANGAN"]
    assert "Belum sanggup membicarakannya".lower() in page(team.manager, address).lower()


def test_of_a_child_whose_parent_is_accused_no_guardian_is_asked(team: Team) -> None:
    child = team.open(case_type=CaseType.CHILD, at=timezone.now())
    address, base = f"/kasus/{child.code}/izin/", {"purpose": "services", "is_given": "yes", "how": "paper"}
    text = page(team.manager, address)
    assert 'value="both"' in text
    assert "Wali tidak ditanya" not in text
    with working(team.manager):
        add_incident(child, by=team.manager, at=timezone.now(), relation="ORANG_TUA")
    text = page(team.manager, address)
    assert "Wali tidak ditanya dan tidak diberi tahu" in text
    for giver in ("both", "guardian", "self"):
        assert f'value="{giver}"' not in text
        assert send(team.manager, address, **base, source=giver, given_on=day()).status_code == 422
    assert not Consent.objects.exists()
    assert send(team.manager, address, **base, source="vital", given_on=day()).status_code == 302
    row = Consent.objects.get()
    assert (row.basis, row.giver, row.how) == ("vital", "nobody", "record")


def test_a_consent_is_taken_back_and_counts_no_more(team: Team, case: Case) -> None:
    base = f"/kasus/{case.code}/"
    flow.consent(case, by=team.manager, at=timezone.now())
    row = Consent.objects.get()
    address = f"{base}izin/{row.pk}/cabut"
    assert address in page(team.companion, base + "izin/")
    assert send(team.companion, address).status_code == 302
    row.refresh_from_db()
    assert (row.ending, row.ended_by) == ("revoked", team.companion)
    assert signed_in(team.companion).get(address).status_code == 404
    assert f'href="{base}izin/">' in page(team.manager, base)


def test_mediation_says_every_reason_before_anybody_is_asked(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/mediasi/"
    text = page(team.manager, address)
    for words in ("Asesmen belum lengkap", "Persetujuan tertulis untuk mediasi belum ada", "Kejadiannya belum dicatat"):
        assert words in text
    send(team.manager, address, asked_by="accused", words="x")
    assert set(MediationRequest.objects.get().against) == {"not_her_wish", "not_assessed", "not_signed", "unknown"}


def test_a_transfer_is_received_as_its_paper_says(team: Team, case: Case) -> None:
    base, at = f"/kasus/{case.code}/pelimpahan/", timezone.now()
    sent = flow.transfer(case, by=team.manager, at=at, acknowledged=False)
    address = f"{base}{sent.pk}/terima"
    assert address in page(team.manager, base)
    assert send(team.manager, address, signer="PENERIMA-UJI", on=day(-1)).status_code == 422
    assert send(team.manager, address, signer="PENERIMA-UJI", on=day()).status_code == 302
    assert "PENERIMA-UJI" in page(team.manager, base)
    assert signed_in(team.manager).get(address).status_code == 404


def test_a_page_of_asking_says_when_there_is_nothing_to_ask(team: Team, case: Case) -> None:
    for step in ("rencana/ajukan", "penutupan/ajukan"):
        answer = signed_in(team.manager).post(f"/kasus/{case.code}/{step}")
        assert answer.status_code == 409
        assert "Belum ada yang dapat diajukan" in answer.content.decode()
        assert signed_in(team.companion).post(f"/kasus/{case.code}/{step}").status_code == 404
    flow.plan(case, by=team.manager, at=timezone.now())
    assert signed_in(team.manager).post(f"/kasus/{case.code}/rencana/ajukan").status_code == 302
    assert Approval.objects.get().kind == ApprovalKind.PLAN


def test_the_case_page_leads_each_to_what_is_theirs(team: Team, case: Case) -> None:
    base = f"/kasus/{case.code}/"
    ways = {user.role: page(user, base) for user in (team.manager, team.companion, team.psychologist, team.lawyer)}
    for step, roles in {
        "rencana/": {"manajer", "pendamping", "psikolog", "hukum"},
        "konferensi/": {"manajer"},
        "penutupan/": {"manajer"},
        "sesi/": {"psikolog"},
        "polisi/": {"hukum"},
    }.items():
        assert {role for role, text in ways.items() if f'href="{base}{step}"' in text} == roles, step
