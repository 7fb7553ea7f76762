"""The desk from one shift to the next: given, read, taken; whom the alarm reaches meanwhile, when the head hears."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from ruangaman.accounts.models import DutyShift, User
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.core.errors import Conflict, Locked, NotAllowed, NotFound
from ruangaman.intake import services
from ruangaman.intake.models import Handover
from ruangaman.intake.selectors import shifts as selectors
from ruangaman.intake.services import shifts
from ruangaman.intake.types.turns import Passed, Planned, turn_at
from ruangaman.notifications import services as notifications
from ruangaman.notifications.models import AlarmSent
from ruangaman.notifications.types import AlarmKind
from ruangaman.vault.models import Dossier, Grant, Sealed
from tests.factories.accounts import working
from tests.factories.cases import FEB_1
from tests.factories.desk import HOUR, KINDS, Counter
from tests.support.mailbox import Mailbox, mail_server
from tests.support.signing_in import signed_in

MINUTE = timedelta(minutes=1)
SEVEN, THREE, ELEVEN = FEB_1, FEB_1 + 8 * HOUR, FEB_1 + 16 * HOUR
A, B, C = (UUID(int=number) for number in (1, 2, 3))
WORDS = "PESAN-UJI tunggu telepon dari RS"


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mail_server() as box:
        monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
        monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
        monkeypatch.setattr(settings, "EMAIL_PORT", box.port)
        yield box


def plan(counter: Counter, *turns: tuple[User, datetime]) -> None:
    with unit_of_work(DatabaseRole.MIGRATE):
        for user, starts_at in turns:
            DutyShift.objects.create(desk=counter.desk, user=user, starts_at=starts_at, ends_at=starts_at + 8 * HOUR)


def give(
    counter: Counter, by: User, at: datetime, *, text: str = "", key: UUID | None = None, **about: str
) -> Handover:
    said = {code.replace("_", "-"): words for code, words in about.items()}
    with working(by):
        return services.give(
            desk_code=counter.desk.code, handover_id=key or uuid4(), text=text, about=said, by=by, at=at
        )


def take(counter: Counter, by: User, at: datetime) -> list[Handover]:
    with working(by):
        return services.take_over(desk_code=counter.desk.code, by=by, at=at)


def called(counter: Counter, at: datetime) -> set[UUID]:
    with unit_of_work(DatabaseRole.WORKER):
        people = notifications.selectors.list_unreached(
            report_id=uuid4(), desk_id=counter.desk.pk, kind=AlarmKind.NEW, at=at
        )
        return {one.pk for one in people}


MORNING, EVENING = Planned(A, SEVEN, THREE), Planned(B, THREE, ELEVEN)


@pytest.mark.parametrize(
    ("planned", "passed", "at", "untaken", "too"),
    [
        ([MORNING, EVENING], [], THREE - MINUTE, True, set()),  # the first turn of all: nobody went before
        ([MORNING, EVENING], [], THREE, True, {A}),
        ([MORNING, EVENING], [Passed(A, THREE, None, None)], THREE, True, {A}),
        ([MORNING, EVENING], [Passed(A, THREE, B, THREE + MINUTE)], THREE + 2 * MINUTE, False, {B}),
        ([MORNING, EVENING], [Passed(A, THREE - HOUR, B, THREE - HOUR / 2)], THREE, False, {B}),  # came early
        ([MORNING, EVENING], [Passed(A, SEVEN, B, THREE - 2 * HOUR)], THREE, True, {A}),  # that was another turn
        ([MORNING, EVENING], [Passed(None, None, C, THREE + MINUTE)], THREE + HOUR, False, {C}),  # stood in for B
        ([MORNING, EVENING], [Passed(A, SEVEN, A, SEVEN + MINUTE)], THREE, True, {A}),  # A took the morning, not this
        ([MORNING, Planned(A, THREE, ELEVEN)], [], THREE, False, set()),  # the same person goes on
        ([MORNING], [], THREE + HOUR, False, set()),  # nobody is on the roster: everybody is called anyway
        (
            [MORNING, EVENING],
            [Passed(A, THREE, B, THREE), Passed(A, THREE + HOUR, None, None)],
            ELEVEN - HOUR,
            False,
            {A},
        ),
        (
            [MORNING, Planned(B, THREE - HOUR, ELEVEN)],
            [],
            THREE - HOUR,
            True,
            set(),
        ),  # they overlap: both on the roster
        ([MORNING, Planned(B, THREE - HOUR, ELEVEN)], [], THREE, True, {A}),
    ],
)
def test_whose_turn_it_is(planned, passed, at, untaken, too):
    turn = turn_at(planned, passed, at)
    assert (turn.is_untaken, set(turn.called_too)) == (untaken, too)


def test_the_head_hears_after_fifteen_minutes_and_not_before():
    turn = turn_at([MORNING, EVENING], [], THREE)
    assert not turn.is_late(THREE + 15 * MINUTE - timedelta(seconds=1))
    assert turn.is_late(THREE + 15 * MINUTE)


def test_what_is_written_is_sealed_for_the_desk_alone(counter):
    report = counter.send(**KINDS)
    row = give(counter, counter.first, THREE, text=WORDS, **{report.code.replace("-", "_"): "TENTANG-UJI"})

    assert row.open_reports == 1
    holders = {
        str(one) for one in Grant.objects.filter(dossier_id=row.note_dossier_id).values_list("reason", flat=True)
    }
    assert holders == {"handover", "recovery"}
    assert Dossier.objects.get(pk=row.note_dossier_id).unit_id is None, "who oversees the unit has no part in it"
    sealed = b"".join(bytes(one.envelope) for one in Sealed.objects.filter(dossier_id=row.note_dossier_id))
    assert sealed
    assert b"UJI" not in sealed
    with working(counter.second):
        (note,) = services.read_notes(handovers=[row], by=counter.second, at=THREE)
    assert (note.text, note.about) == (WORDS, {report.code: "TENTANG-UJI"})
    revealed = AuditEvent.objects.get(type="vault.revealed", subject=str(row.note_dossier_id))
    assert revealed.detail["purpose"] == "handover"
    given = AuditEvent.objects.get(type="intake.handover_given")
    assert (given.subject, given.detail) == (counter.desk.code, {"reports": 1, "note": True})


def test_without_words_nothing_is_sealed(counter):
    row = give(counter, counter.first, THREE)
    assert row.note_dossier_id is row.note_ref is None
    with working(counter.second):
        (note,) = services.read_notes(handovers=[row], by=counter.second, at=THREE)
    assert not note.is_there


def test_giving_twice_with_one_form_gives_once_and_a_second_form_adds(counter):
    key = uuid4()
    first = give(counter, counter.first, THREE, text=WORDS, key=key)
    assert give(counter, counter.first, THREE + MINUTE, text="lain", key=key) == first
    give(counter, counter.first, THREE + 2 * MINUTE, text="TAMBAHAN-UJI")
    with pytest.raises(Conflict):
        give(counter, counter.second, THREE, key=key)

    assert len(take(counter, counter.second, THREE + HOUR)) == 2
    assert Handover.objects.filter(taken_by=counter.second).count() == 2


def test_taking_moves_what_the_giver_held_and_nothing_else(counter):
    held, free, mine, done = (counter.send(**KINDS) for _ in range(4))
    counter.do(services.take, held, by=counter.first)
    counter.do(services.take, mine, by=counter.second)
    counter.do(
        services.refuse,
        done,
        by=counter.first,
        reason="other_office",
        words="x",
        note="Sudah dipastikan lewat telepon",
        message_id=uuid4(),
    )
    holder = counter.fresh(done).taken_by_id
    give(counter, counter.first, THREE, text=WORDS)

    take(counter, counter.second, THREE + MINUTE)

    assert counter.fresh(held).taken_by_id == counter.fresh(mine).taken_by_id == counter.second.pk
    assert counter.fresh(free).taken_by_id is None
    assert counter.fresh(done).taken_by_id == holder
    taken = AuditEvent.objects.get(type="intake.handover_taken")
    assert taken.detail == {"given": 1, "reports": 1}
    assert AuditEvent.objects.filter(type="intake.taken", subject=held.code).count() == 2


def test_taking_twice_is_taking_once_and_nobody_takes_from_themselves(counter):
    plan(counter, (counter.first, SEVEN), (counter.second, THREE))
    give(counter, counter.first, THREE)
    with pytest.raises(NotAllowed):
        take(counter, counter.first, THREE + MINUTE)
    assert len(take(counter, counter.second, THREE + MINUTE)) == 1
    assert take(counter, counter.second, THREE + 2 * MINUTE) == []
    assert Handover.objects.count() == 1


def test_a_desk_that_nobody_gave_is_taken_as_it_stands(counter):
    plan(counter, (counter.second, THREE))
    (row,) = take(counter, counter.second, THREE + MINUTE)
    assert row.given_by_id is None
    assert AuditEvent.objects.get(type="intake.handover_taken").detail == {"given": 0, "reports": 0}


def test_strangers_to_the_desk_neither_give_nor_take(counter):
    other = counter.office.user(Role.PETUGAS)
    counter.office.desk(other)
    far = counter.send()
    for by, error in ((other, NotFound), (counter.manager, NotAllowed)):
        with pytest.raises(error):
            give(counter, by, THREE)
        with pytest.raises(error):
            take(counter, by, THREE)
    with pytest.raises(NotFound), working(other):
        services.give(
            desk_code=other.desk_memberships.get().desk.code,
            handover_id=uuid4(),
            text="",
            about={far.code: "x"},
            by=other,
            at=THREE,
        )
    row = give(counter, counter.first, THREE, text=WORDS)
    with pytest.raises(NotFound), working(other):
        services.read_notes(handovers=[row], by=other, at=THREE)
    with working(other):
        assert not Handover.objects.exists()
    with working(counter.team.head):
        assert Handover.objects.count() == 1, "the control: who oversees the unit sees that there is one"


def test_locked_keys_write_no_note(counter):
    counter.first.keyring = None
    with pytest.raises(Locked):
        give(counter, counter.first, THREE, text=WORDS)
    assert not Handover.objects.exists()


def test_the_alarm_goes_to_both_until_it_is_taken(counter):
    plan(counter, (counter.first, SEVEN), (counter.second, THREE))
    first, second = counter.first.pk, counter.second.pk
    take(counter, counter.first, SEVEN)

    assert called(counter, THREE - MINUTE) == {first}
    assert called(counter, THREE + MINUTE) == {first, second}
    give(counter, counter.first, THREE + 2 * MINUTE)
    assert called(counter, THREE + 3 * MINUTE) == {first, second}
    take(counter, counter.second, THREE + 4 * MINUTE)
    assert called(counter, THREE + 5 * MINUTE) == {second}


def test_the_head_is_told_once_of_a_turn_that_nobody_took(counter, mailbox):
    plan(counter, (counter.first, SEVEN), (counter.second, THREE))
    take(counter, counter.first, SEVEN)
    assert services.tell_heads(at=THREE + 14 * MINUTE) == 0
    assert services.tell_heads(at=THREE + 15 * MINUTE) == 1
    turn = selectors.turn_id(counter.desk.pk, THREE)
    facts = {"report_id": turn, "desk_id": counter.desk.pk, "kind": AlarmKind.TURN, "at": THREE + 16 * MINUTE}
    assert notifications.send_alarm(**facts) == 1
    assert notifications.send_alarm(**facts) == 0
    assert mailbox.reached == [counter.team.head.email]
    assert services.tell_heads(at=THREE + 20 * MINUTE) == 0
    assert AlarmSent.objects.get().kind == "turn"


def test_a_turn_that_was_taken_or_is_long_past_is_told_to_nobody(counter):
    plan(counter, (counter.first, SEVEN), (counter.second, THREE))
    take(counter, counter.first, SEVEN + MINUTE)
    assert services.tell_heads(at=SEVEN + HOUR) == 0
    assert services.tell_heads(at=THREE + 4 * HOUR) == 0
    assert services.tell_heads(at=THREE + 2 * HOUR) == 1, "the control"


def late_of(head, at):
    return [one for one in selectors.list_overseen(viewer=head, at=at) if one.turn.is_late(at)]


def test_the_head_sees_it_in_the_queue_and_another_head_does_not(counter):
    plan(counter, (counter.first, SEVEN), (counter.second, THREE))
    head = counter.team.head
    with working(head):
        (found,) = late_of(head, THREE + HOUR)
        assert found.on_duty == counter.second.display_name
        assert late_of(head, THREE + MINUTE) == []
    with working(counter.manager):
        assert selectors.list_overseen(viewer=counter.manager, at=THREE + HOUR) == []


def test_the_words_are_erased_after_thirty_days_and_who_gave_stays(counter):
    old, young = give(counter, counter.first, SEVEN, text=WORDS), give(counter, counter.first, THREE, text=WORDS)
    with unit_of_work(DatabaseRole.WORKER):
        assert services.forget_notes(at=SEVEN + shifts.KEEP_NOTES + HOUR) == 1
    with unit_of_work(DatabaseRole.WORKER):
        assert services.forget_notes(at=SEVEN + shifts.KEEP_NOTES + HOUR) == 0
    left = set(Sealed.objects.values_list("dossier_id", flat=True))
    assert old.note_dossier_id not in left
    assert young.note_dossier_id in left
    assert Handover.objects.get(pk=old.pk).given_by_id == counter.first.pk


def test_the_page_says_whose_turn_it_is_and_shows_what_was_written(counter, monkeypatch):
    plan(counter, (counter.first, SEVEN), (counter.second, THREE))
    report = counter.send(**KINDS)
    counter.do(services.take, report, by=counter.first)
    going, coming = signed_in(counter.first), signed_in(counter.second)
    freeze(monkeypatch, THREE + MINUTE)
    page = going.get("/serah-terima/").content.decode()
    assert counter.first.display_name in page
    fields = dict(re.findall(r'<input type="hidden" name="(once|meja)" value="([^"]+)"', page))
    sent = {**fields, "text": WORDS, f"tentang_{report.code}": "TENTANG-UJI"}
    assert going.post("/serah-terima/beri", sent).status_code == 302

    page = coming.get("/serah-terima/").content.decode()
    assert "Giliran jaga Anda mulai" in page
    assert WORDS in page
    assert "TENTANG-UJI" in page
    assert "Sudah saya baca, saya yang jaga" in page
    assert "belum ada yang menerima" in coming.get("/kerja/").content.decode()
    assert "Belum ada yang menerima jaga dari Anda" in going.get("/kerja/").content.decode()

    assert coming.post("/serah-terima/terima", {"meja": counter.desk.code}).status_code == 302
    page = coming.get("/serah-terima/").content.decode()
    assert "Anda yang jaga, sampai" in page
    assert "Sudah saya baca" not in page
    assert "belum ada yang menerima" not in coming.get("/kerja/").content.decode()


def test_what_was_written_is_kept_when_it_cannot_be_given(counter):
    client = signed_in(counter.first)
    sent = {"meja": counter.desk.code, "once": str(uuid4()), "text": WORDS, "tentang_L-00000000": "TENTANG-UJI"}
    answer = client.post("/serah-terima/beri", sent)
    assert answer.status_code == 409
    assert WORDS in answer.content.decode()
    assert not Handover.objects.exists()
    assert client.post("/serah-terima/beri", sent | {"meja": "meja-lain"}).status_code == 404
    assert Client().get("/serah-terima/").status_code == 404


def test_what_is_typed_for_the_next_shift_is_kept_and_given_back_to_its_desk(counter):
    report = counter.send()
    client = signed_in(counter.first)
    page = client.get("/serah-terima/").content.decode()
    once = re.search(r'action="/serah-terima/beri".*?name="once" value="([^"]+)"', page, re.DOTALL)
    assert once
    typed = {"once": once[1], "meja": counter.desk.code, "text": WORDS, f"tentang_{report.code}": "TENTANG-UJI"}

    kept = client.post("/serah-terima/beri", {**typed, "simpan_dulu": "1"})

    assert not Handover.objects.exists()
    assert kept.headers["Location"].startswith("/serah-terima/?lanjut=")
    again = client.get(kept.headers["Location"]).content.decode()
    assert WORDS in again
    assert "TENTANG-UJI" in again
    assert once[1] in again, "the same form goes on: sent twice, it is given once"
    assert WORDS not in signed_in(counter.second).get("/serah-terima/").content.decode()


def test_the_page_asks_the_same_however_much_is_open(counter, django_assert_max_num_queries):
    client = signed_in(counter.first)
    for _ in range(2):
        counter.send(**KINDS)
    client.get("/serah-terima/")
    with django_assert_max_num_queries(60) as few:
        client.get("/serah-terima/")
    for _ in range(8):
        counter.send(**KINDS)
    with django_assert_max_num_queries(len(few)):
        client.get("/serah-terima/")


def test_the_database_takes_no_handing_over_to_oneself(counter):
    row = give(counter, counter.first, THREE)
    with pytest.raises(Exception, match="handover_between_two_people"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_handover SET taken_by_id = given_by_id, taken_at = given_at WHERE id = %s", [row.pk]
        )


def freeze(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """Let the pages think that it is this moment."""
    from ruangaman.core import clock

    monkeypatch.setattr(clock, "now", lambda: at)
