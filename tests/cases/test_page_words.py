"""What the page of a case and its forms tell of what was written: how she may be reached, how much of a window has
passed, what a note really is, why a case was handed on."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from ruangaman.audit.models import AuditEvent
from ruangaman.cases import services
from ruangaman.cases.models import Approval, Case, Note, Transfer
from ruangaman.cases.selectors import windows as window_selectors
from ruangaman.cases.types import (
    ApprovalKind,
    FactKey,
    NewPerson,
    PersonKind,
    SafeContact,
    WindowOutcome,
    note_content,
)
from ruangaman.clocks.models import Clock
from ruangaman.consents.types import Basis
from ruangaman.core.regions import zone
from ruangaman.vault.types import Compartment
from tests.cases.test_views import page, send
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import ACCUSED, Team, read

HOUR = timedelta(hours=1)


@pytest.fixture
def case(team: Team) -> Case:
    """A case of today with a companion and a psychologist."""
    case = team.open(at=timezone.now())
    team.assign(case, team.companion, team.psychologist, at=timezone.now())
    return case


# How she may be reached.

TRY = {"way": "chat", "result": "no_answer", "in_hours": "yes"}


def opened_parts() -> list[Any]:
    """The compartments that the last opening named."""
    return list(AuditEvent.objects.filter(type="vault.revealed").order_by("-pk")[0].detail["compartments"])


def test_who_tries_to_reach_her_sees_how_and_what_was_tried_above_the_form(team: Team, case: Case) -> None:
    address = f"/kasus/{case.code}/upaya/"
    for n in range(4):
        assert send(team.companion, address, **TRY, words=f"KATA-{n}").status_code == 302
    text = page(team.companion, address)
    before = text[: text.index('<form class="form"')]
    for words in ("WhatsApp KONTAK-UJI", "09.00", "telepon rumah", "Sudah dicoba 4 kali", "KATA-3"):
        assert words in before, words
    newest, _fold, older = before.partition("Upaya yang lebih lama")
    assert "KATA-0" in older, "the older ones are folded"
    assert "KATA-0" not in newest
    assert "contact" in opened_parts(), "reading how to reach her is recorded as any reading"


def test_who_does_not_hold_the_contact_is_told_whom_to_ask_and_opens_nothing(team: Team, case: Case) -> None:
    text = page(team.psychologist, f"/kasus/{case.code}/upaya/")
    for words in ("KONTAK-UJI", "telepon rumah"):
        assert words not in text
    assert f"Tanyakan kepada {team.manager.display_name}" in text
    assert "contact" not in opened_parts()
    page(team.manager, f"/kasus/{case.code}/upaya/")
    assert "contact" in opened_parts(), "the control"


def test_where_nothing_is_known_that_is_said(team: Team) -> None:
    case = team.open(at=timezone.now(), people=[NewPerson(kind=PersonKind.VICTIM), ACCUSED])
    assert "Belum ada cara yang aman" in page(team.manager, f"/kasus/{case.code}/upaya/")


def test_a_victim_who_cannot_be_reached_leaves_the_way_of_who_reported(team: Team) -> None:
    reporter = NewPerson(kind=PersonKind.REPORTER, contact=SafeContact(way="phone", value="PELAPOR-UJI"))
    other = NewPerson(kind=PersonKind.WITNESS, contact=SafeContact(way="phone", value="SAKSI-UJI"))
    case = team.open(at=timezone.now(), people=[other, reporter, NewPerson(kind=PersonKind.VICTIM)])
    text = page(team.manager, f"/kasus/{case.code}/upaya/")
    assert "PELAPOR-UJI" in text
    assert "SAKSI-UJI" not in text


# How much of a window has passed.


def hurt(team: Team, case: Case, *, days: int | None) -> Clock:
    """Write down what happened some days ago, and return the window for PEP."""
    on = None if days is None else timezone.localdate() - timedelta(days=days)
    with working(team.manager):
        services.add_incident(
            code=case.code, forms=["SEKSUAL"], place="RUMAH", kecamatan="", from_on=on, to_on=None,
            narrative=note_content("x"), links=[], by=team.manager, at=timezone.now(),
        )  # fmt: skip
    return Clock.objects.select_related("kind", "limit").get(kind__key="clinical.pep", stopped_at=None)


def test_the_bar_of_a_window_begins_when_it_happened(team: Team, case: Case) -> None:
    clock = hurt(team, case, days=2)
    midnight = datetime.combine(timezone.localdate() - timedelta(days=2), time(), zone())
    assert window_selectors.counted_from(clock) == midnight
    assert clock.due_at == midnight + 72 * HOUR

    text = page(team.manager, f"/kasus/{case.code}/")
    row = next(one for one in text.split('<li class="clk">') if "Jendela PEP" in one)
    used = int(row.partition('class="u" width="')[2].partition('"')[0])
    assert used >= 66, "two of three days have passed"
    assert "sudah lewat saat dicatat" in row


def test_a_window_of_a_day_that_nobody_knows_and_other_clocks_count_from_when_they_were_told(
    team: Team, case: Case
) -> None:
    clock = hurt(team, case, days=None)
    assert window_selectors.counted_from(clock) == clock.started_at
    for other in Clock.objects.select_related("kind", "limit").filter(kind__from_occurrence=False):
        assert window_selectors.counted_from(other) == min(other.started_at, other.due_at)
    text = page(team.manager, f"/kasus/{case.code}/")
    assert "sudah lewat saat dicatat" not in text


def test_a_window_that_was_nearly_over_when_it_was_told_counts_from_its_day_too(team: Team, case: Case) -> None:
    clock = hurt(team, case, days=2)
    clock.started_at = clock.due_at + 9 * HOUR
    assert window_selectors.counted_from(clock) == clock.due_at - 72 * HOUR


def test_a_pause_does_not_move_when_it_happened(team: Team, case: Case) -> None:
    clock = hurt(team, case, days=1)
    before = window_selectors.counted_from(clock)
    clock.due_at += 5 * HOUR
    clock.paused_seconds = 5 * 3600
    assert window_selectors.counted_from(clock) == before


# What a note really is.


def test_the_history_says_which_window_was_answered_and_how(team: Team, case: Case) -> None:
    clock = hurt(team, case, days=1)
    with working(team.manager):
        services.answer_window(
            code=case.code, clock_id=clock.pk, outcome=WindowOutcome.DECLINED, words="", by=team.manager,
            at=timezone.now(),
        )  # fmt: skip
    text = page(team.companion, f"/kasus/{case.code}/")
    assert "Jendela PEP (pencegahan HIV) dijawab: ditawarkan, ia memilih tidak" in text
    assert "Jendela PEP (pencegahan HIV) dijawab" not in page(team.head, f"/kasus/{case.code}/")


def test_the_history_says_which_clock_was_dropped(team: Team, case: Case) -> None:
    clock = Clock.objects.select_related("kind").get(kind__key="case.step")
    with working(team.manager):
        services.drop_clock(code=case.code, clock_id=clock.pk, words="KELIRU-UJI", by=team.manager, at=timezone.now())
    text = page(team.psychologist, f"/kasus/{case.code}/")
    assert f"Jam “{clock.kind.label}” dihentikan: keliru" in text


def test_a_note_of_somebody_s_own_words_stays_a_note(team: Team, case: Case) -> None:
    with working(team.manager):
        services.add_note(
            code=case.code, compartment=Compartment.WORK, text="Jendela PEP: given", by=team.manager, at=timezone.now()
        )
    text = page(team.manager, f"/kasus/{case.code}/")
    assert "Catatan ditulis di “Catatan kerja”" in text
    assert "dijawab:" not in text


# Facts are found by what they are, not by what they are called.


@pytest.mark.parametrize(
    "fact",
    [
        ("NAMA-BARU-PERTANYAAN", "Mengancam membunuh", FactKey.DANGER.value),
        ("Tanda bahaya", "Mengancam membunuh"),
    ],
)
def test_signs_of_danger_are_found_by_key_and_in_older_seals_by_name(team: Team, fact: tuple[str, ...]) -> None:
    story = note_content("CERITA-UJI", [fact])  # type: ignore[list-item]
    case = team.open(at=timezone.now(), contents={Compartment.NARRATIVE: [story]})
    for language in ("id", "en"):
        with translation.override(language):
            text = page(team.manager, f"/kasus/{case.code}/")
        assert "Mengancam membunuh" in text[: text.index('id="berikutnya"')]


def test_a_fact_of_another_key_is_no_sign_of_danger(team: Team) -> None:
    story = note_content("CERITA-UJI", [("Tanda bahaya", "BUKAN-BAHAYA", FactKey.CLOCK.value)])
    case = team.open(at=timezone.now(), contents={Compartment.NARRATIVE: [story]})
    text = page(team.manager, f"/kasus/{case.code}/")
    assert "BUKAN-BAHAYA" not in text[: text.index('id="berikutnya"')]
    assert "BUKAN-BAHAYA" in text, "it stands with its note"


def test_what_is_sealed_carries_the_key(team: Team, case: Case) -> None:
    clock = hurt(team, case, days=1)
    with working(team.manager):
        note: Note = services.answer_window(
            code=case.code, clock_id=clock.pk, outcome=WindowOutcome.GIVEN, words="", by=team.manager,
            at=timezone.now(),
        )  # fmt: skip
    facts = read(team.manager, note.ref, at=timezone.now())[note.ref]["facts"]
    assert [fact[2] for fact in facts] == ["window", "outcome"]


# Why a case was handed on.


def hand_on(team: Team, case: Case) -> None:
    with working(team.manager):
        services.send_transfer(
            code=case.code, to=None, name="LEMBAGA-UJI", letter="SURAT-UJI", words="KETERANGAN-UJI",
            basis=Basis.CONSENT, why="KERTAS-UJI", by=team.manager, at=timezone.now(),
        )  # fmt: skip


def test_the_words_of_a_transfer_stand_on_its_page_and_in_the_history(team: Team, case: Case) -> None:
    hand_on(team, case)
    assert "KETERANGAN-UJI" in page(team.manager, f"/kasus/{case.code}/pelimpahan/")
    for user in (team.manager, team.companion):
        text = page(user, f"/kasus/{case.code}/")
        told = text[text.index('id="riwayat"') :]
        assert "KETERANGAN-UJI" in told[told.index("Kasus dilimpahkan") :]
    assert "KETERANGAN-UJI" not in page(team.head, f"/kasus/{case.code}/"), "who holds no key reads no words"


def test_why_a_transfer_was_taken_back_stands_in_the_history(team: Team, case: Case) -> None:
    hand_on(team, case)
    sent = Transfer.objects.get()
    with working(team.manager):
        services.withdraw_transfer(
            code=case.code, transfer_id=sent.pk, reason="SALAH-KOTA", by=team.manager, at=timezone.now()
        )
    assert "SALAH-KOTA" in page(team.companion, f"/kasus/{case.code}/")


def test_the_head_sees_that_a_case_was_handed_on_before_it_is_closed(team: Team, case: Case) -> None:
    hand_on(team, case)
    flow.assess_closing(case, by=team.manager, at=timezone.now())
    approval = flow.ask(case, ApprovalKind.CLOSING, by=team.manager, at=timezone.now())
    revealed = AuditEvent.objects.filter(type="vault.revealed", subject=str(case.dossier_id))
    seen = revealed.count()
    text = page(team.head, f"/kasus/keputusan/{approval.pk}/")
    for words in ("Pelimpahannya", "Dilimpahkan", "Persetujuan", "belum diterima", "terkunci"):
        assert words in text
    for words in ("KETERANGAN-UJI", "SURAT-UJI", "LEMBAGA-UJI"):
        assert words not in text
    assert seen > 0, "the manager read it"
    assert revealed.count() == seen


def test_a_case_that_was_handed_to_nobody_says_nothing_of_it(team: Team, case: Case) -> None:
    flow.open_for_closing(case, by=team.manager, head=team.head, at=timezone.now())
    approval = Approval.objects.get(kind=ApprovalKind.CLOSING)
    assert "Pelimpahannya" not in page(team.head, f"/kasus/keputusan/{approval.pk}/")


# What is kept without script.


def test_without_script_a_form_says_once_when_its_words_are_kept(team: Team, case: Case) -> None:
    text = page(team.manager, f"/kasus/{case.code}/asesmen/")
    assert text.count("hanya tersimpan bila Anda menekan “Simpan dulu”") == 1
    plain = text.partition("<noscript>")[2].partition("</noscript>")[0]
    assert "Simpan dulu" in plain, "with script it is not said: words are kept as they are typed"
    assert "<noscript>" not in page(team.manager, f"/kasus/{case.code}/hak/"), "a form without words keeps none"
