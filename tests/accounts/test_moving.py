"""Somebody is written to elsewhere, or does other work: what ends, what begins, and whom it is refused for."""

from __future__ import annotations

import re
import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.db import connection
from django.test import Client

from ruangaman.accounts import jobs as own_jobs
from ruangaman.accounts import services
from ruangaman.accounts.models import DeskMember, FormerAddress, Invitation, User
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.core.errors import Conflict, NotAllowed
from ruangaman.notifications import jobs
from ruangaman.notifications.types import AlarmNotSent
from ruangaman.vault import services as vault
from ruangaman.vault.models import Door, Grant, GroupKey
from tests.accounts.conftest import Clock
from tests.accounts.test_lifecycle import NEW_PASSWORD, a_dossier, onboard, sign
from tests.factories.accounts import JAN_5, Office, working
from tests.support.signing_in import signed_in

NEW_ADDRESS = "baru@contoh.invalid"


def letters() -> list[str]:
    """The letters that wait, by the id of the address."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text, args->>'letter_id' FROM procrastinate_jobs ORDER BY id")
        rows = cursor.fetchall()
    assert not [text for text, _letter in rows if "@" in text]
    return [letter for _text, letter in rows]


def move(office: Office, user: User, role: Role, *, by: User | None = None, unit: object = None) -> str:
    manager = by or office.head
    with working(manager):
        _made, code = services.move(user=user, role=role, unit=unit or office.unit, by=manager, at=JAN_5)  # type: ignore[arg-type]
    return code


def blocks(user: User, by: User) -> list[str]:
    with working(by):
        return services.preview_moving(user=user, by=by).blocks


# --- the address ------------------------------------------------------------------------------------------------------


def test_a_new_address_is_kept_and_the_old_one_gets_a_letter_without_content(office: Office) -> None:
    user = office.user(username="maya")
    old = user.email
    with working(office.head):
        services.change_email(user=user, email=NEW_ADDRESS, by=office.head, at=JAN_5)

    assert User.objects.get(pk=user.pk).email == NEW_ADDRESS
    event = AuditEvent.objects.get(type="accounts.email_changed")
    assert (event.actor, event.subject, event.detail) == (str(office.head.principal_id), str(user.pk), {})
    assert [jobs.tell_former(letter_id=letter) for letter in letters()] == [1]
    assert not FormerAddress.objects.exists()
    letter = mail.outbox[-1]
    assert letter.to == [old]
    for word in (NEW_ADDRESS, "surel", "peran", "kunci", "kasus", user.username, user.display_name):
        assert word not in f"{letter.subject} {letter.body}"
    assert [jobs.tell_former(letter_id=letter) for letter in letters()] == [0]


def test_who_had_no_address_gets_no_letter(office: Office) -> None:
    user = office.user()
    User.objects.filter(pk=user.pk).update(email="")
    user.refresh_from_db()
    with working(office.head):
        services.change_email(user=user, email=NEW_ADDRESS, by=office.head, at=JAN_5)
    assert letters() == []
    assert User.objects.get(pk=user.pk).email == NEW_ADDRESS


def test_an_address_waits_for_its_letter_and_for_two_days_only(
    office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = office.user()
    with working(office.head):
        services.change_email(user=user, email="", by=office.head, at=clock())

    def refuse(*_given: object) -> int:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", refuse)
    (letter,) = letters()
    with pytest.raises(AlarmNotSent):
        jobs.tell_former(letter_id=letter)
    clock.turn(hours=48)
    assert own_jobs.forget_addresses(0) == 0
    clock.turn(seconds=1)
    assert own_jobs.forget_addresses(0) == 1
    assert jobs.tell_former(letter_id=letter) == 0


def test_only_who_is_in_charge_changes_it_and_the_database_agrees(office: Office, admin: User) -> None:
    user, colleague = office.user(), office.user()
    with working(role=DatabaseRole.MIGRATE):
        unit = services.create_unit(agency=office.agency, code="lain", name="Lain", by=None, at=JAN_5)
    for by in (colleague, office.guard, office.user(Role.KEPALA, unit=unit), user):
        with working(by), pytest.raises(NotAllowed):
            services.change_email(user=user, email=NEW_ADDRESS, by=by, at=JAN_5)
        with working(by), connection.cursor() as cursor:
            cursor.execute("SELECT accounts_change_email(%s, %s, %s)", [user.pk, NEW_ADDRESS, JAN_5])
            assert cursor.fetchone()[0] is False
    with working(admin):
        services.change_email(user=user, email=NEW_ADDRESS, by=admin, at=JAN_5)
        with pytest.raises(Conflict):
            services.change_email(user=user, email=NEW_ADDRESS, by=admin, at=JAN_5)
        services.let_go(user=user, by=admin, at=JAN_5)
    user.refresh_from_db()
    with working(admin), pytest.raises(NotAllowed):
        services.change_email(user=user, email="", by=admin, at=JAN_5)


# --- other work -------------------------------------------------------------------------------------------------------


def test_other_work_ends_the_old_one_whole_and_begins_with_fresh_keys_under_the_same_name(safe: Office) -> None:
    user, stays = safe.user(username="maya"), safe.user()
    desk = safe.desk(user, stays)
    dossier_id = a_dossier(safe, user, stays)
    theirs, old = signed_in(user), user.principal_id
    code = move(safe, user, Role.PENDAMPING)

    user.refresh_from_db()
    assert (user.is_active, user.left_at, user.role) == (False, JAN_5, Role.PETUGAS)
    assert user.username == f"maya~{user.pk.hex[:12]}"
    assert theirs.get("/pengaturan/").status_code == 404
    assert not DeskMember.objects.filter(user=user, until=None).exists()
    for rows in (Door.objects.filter(principal_id=old), Grant.objects.filter(principal_id=old)):
        assert not rows.exists()
    assert not GroupKey.objects.filter(member_id=old).exists()
    assert max(Grant.objects.filter(dossier_id=dossier_id).values_list("epoch", flat=True)) == 2
    assert [one.principal_id for one in vault.list_keys() if not one.is_vouched] == [desk.principal_id]

    new = onboard(code)
    assert new.pk != user.pk
    assert (new.username, new.display_name) == ("maya", user.display_name)
    assert (new.email, user.email) == ("maya@contoh.invalid", ""), "letters go to who works here now"
    assert (new.role, new.unit_id) == (Role.PENDAMPING, safe.unit.pk)
    assert not vault.is_active(new.principal_id)
    sign(safe, new.principal_id)
    assert vault.is_active(new.principal_id)
    assert vault.open_door(principal_id=new.principal_id, password=NEW_PASSWORD) is not None


def test_moving_is_in_the_trail_and_the_person_gets_a_letter(safe: Office) -> None:
    user = safe.user()
    address = user.email
    move(safe, user, Role.PENDAMPING)
    paper = Invitation.objects.get()
    event = AuditEvent.objects.get(type="accounts.moved")
    assert (event.actor, event.subject) == (str(safe.head.principal_id), str(user.pk))
    assert event.detail == {"role": "pendamping", "unit": safe.unit.code, "invitation": str(paper.pk)}
    assert {"accounts.left", "accounts.invited"} <= set(AuditEvent.objects.values_list("type", flat=True))
    assert [jobs.tell_former(letter_id=letter) for letter in letters()] == [1]
    assert mail.outbox[-1].to == [address]


def test_nobody_moves_themselves_nor_without_being_in_charge_of_both_units(safe: Office, admin: User) -> None:
    user = safe.user()
    with working(role=DatabaseRole.MIGRATE):
        other = services.create_unit(agency=safe.agency, code="lain", name="Lain", by=None, at=JAN_5)
    for by, whom, unit in (
        (safe.head, safe.head, safe.unit),
        (admin, admin, safe.unit),
        (safe.user(), user, safe.unit),
        (safe.guard, user, safe.unit),
        (safe.head, user, other),
        (safe.user(Role.KEPALA, unit=other), user, other),
    ):
        with pytest.raises(NotAllowed):
            move(safe, whom, Role.HUKUM, by=by, unit=unit)
    user.refresh_from_db()
    assert user.is_active
    with pytest.raises(Conflict, match="sudah peran"):
        move(safe, user, Role.PETUGAS)
    move(safe, user, Role.PETUGAS, by=admin, unit=other)
    assert Invitation.objects.get().unit_id == other.pk


def test_the_database_renames_only_who_was_closed_in_the_same_act_by_who_is_in_charge(safe: Office) -> None:
    stays, gone = safe.user(username="tinggal"), safe.user(username="pergi")
    with working(safe.head):
        services.let_go(user=gone, by=safe.head, at=JAN_5)
    for by, whom, at in (
        (safe.head, stays, JAN_5),
        (safe.head, gone, JAN_5 + timedelta(seconds=1)),
        (safe.user(), gone, JAN_5),
    ):
        with working(by), connection.cursor() as cursor:
            cursor.execute("SELECT accounts_make_room(%s, %s)", [whom.pk, at])
            assert cursor.fetchone()[0] is False
    with working(safe.head), connection.cursor() as cursor:
        cursor.execute("SELECT accounts_make_room(%s, %s)", [gone.pk, JAN_5])
        assert cursor.fetchone()[0] is True
        cursor.execute("SELECT accounts_make_room(%s, %s)", [gone.pk, JAN_5])
        assert cursor.fetchone()[0] is False


def test_the_city_keeps_two_key_officers_who_work_here(safe: Office, admin: User) -> None:
    assert "dua petugas kunci" in blocks(safe.guard, admin)[0]
    with pytest.raises(Conflict):
        move(safe, safe.guard, Role.AUDITOR, by=admin)
    third = safe.user(Role.DINAS)
    with working(safe.head):
        request = services.ask(kind="officer", user=third, by=safe.head, at=JAN_5)  # type: ignore[arg-type]
    with working(admin):
        services.decide(request=request, is_approved=True, by=admin, at=JAN_5)
    assert blocks(safe.guard, admin) == []
    move(safe, safe.guard, Role.AUDITOR, by=admin)
    assert "dua petugas kunci" in blocks(third, admin)[0]


def test_the_city_keeps_a_head_whose_key_counts(safe: Office, admin: User) -> None:
    with working(role=DatabaseRole.MIGRATE):
        vault.appoint_officers(
            principals=[safe.guard.principal_id, safe.user(Role.DINAS).principal_id], by=None, at=JAN_5
        )
    assert [words for words in blocks(safe.head, admin) if "tidak punya kepala" in words]
    with pytest.raises(Conflict, match="tidak punya kepala"):
        move(safe, safe.head, Role.MANAJER, by=admin)
    assert User.objects.get(pk=safe.head.pk).is_active


def test_a_second_head_lets_the_first_move(safe: Office, admin: User) -> None:
    third, fourth = safe.user(Role.KEPALA, username="kepala2"), safe.user(Role.DINAS)
    with working(role=DatabaseRole.MIGRATE):
        everybody = [one.principal_id for one in (safe.head, safe.guard, fourth)]
        vault.appoint_officers(principals=everybody, by=None, at=JAN_5)
    assert blocks(safe.head, admin) == []
    move(safe, safe.head, Role.MANAJER, by=admin)
    assert User.objects.get(pk=third.pk).is_active
    assert "tidak punya kepala" in blocks(third, admin)[0]


def test_the_last_at_a_desk_does_not_move_and_nothing_changes(safe: Office) -> None:
    officer = safe.user()
    desk = safe.desk(officer)
    assert desk.name in blocks(officer, safe.head)[0]
    with pytest.raises(Conflict):
        move(safe, officer, Role.PENDAMPING)
    assert User.objects.get(pk=officer.pk).is_active
    assert not Invitation.objects.exists()


# --- the pages --------------------------------------------------------------------------------------------------------


def test_the_pages_of_an_address(office: Office, clock: Clock) -> None:
    user = office.user()
    client, url = signed_in(office.head), f"/pengaturan/orang/{user.pk}/surel/"
    assert user.email in client.get(url).content.decode()
    assert client.post(url, {"email": "bukan surel"}).status_code == 422
    assert "sudah surel" in client.post(url, {"email": user.email}).content.decode()
    answer = client.post(url, {"email": NEW_ADDRESS}, follow=True)
    assert NEW_ADDRESS in answer.content.decode()
    assert "Surel sudah diganti" in answer.content.decode()
    assert signed_in(office.guard).post(url, {"email": "lain@contoh.invalid"}).status_code == 404


def test_the_pages_of_a_move_say_first_what_ends_and_lead_to_the_paper(office: Office, clock: Clock) -> None:
    user = office.user(username="maya")
    client, url = signed_in(office.head), f"/pengaturan/orang/{user.pk}/pindah/"
    page = client.get(url).content.decode()
    assert "Ia meninggalkan tugas yang lama" in page
    facts = {"role": "pendamping", "unit": office.unit.pk}
    assert client.post(url, facts).status_code == 422
    assert User.objects.get(pk=user.pk).is_active
    same = {"role": "petugas", "unit": office.unit.pk, "is_confirmed": "on"}
    assert client.post(url, same).status_code == 409
    assert client.post(url, facts | {"is_confirmed": "on"}).headers["Location"] == "/pengaturan/undangan/"
    paper = client.get("/pengaturan/undangan/").content.decode()
    code = "-".join(re.findall(r"<li>([0-9A-Z]{4})</li>", paper))
    assert Client().post("/masuk/undangan/", {"code": code}).status_code == 302
    assert client.get(url).status_code == 409
    assert signed_in(office.head).get(f"/pengaturan/orang/{office.head.pk}/pindah/").status_code == 409
    assert client.get(f"/pengaturan/orang/{office.guard.pk}/pindah/").content.decode().count("dua petugas kunci lagi")
