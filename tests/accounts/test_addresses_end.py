"""An address for letters ends with its use; a dump of the database has no address that nobody writes to."""

from __future__ import annotations

import subprocess
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from ruangaman.accounts import jobs, services
from ruangaman.accounts.models import FormerAddress, Invitation
from ruangaman.accounts.types import Role
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.notifications import jobs as letters
from ruangaman.ops import binaries
from ruangaman.ops.postgres import conninfo
from tests.factories.accounts import Office, make_office, working
from tests.support import stage

NOW = timezone.now()
PASSWORD = "kuda benar baterai steples"


def invite(office: Office, name: str) -> str:
    """Invite somebody and return the code on their paper."""
    with working(office.head):
        _paper, code = services.invite(
            username=name, display_name=name, email=f"{name}@lapor.example", role=Role.PETUGAS, unit=office.unit,
            by=office.head, at=NOW,
        )  # fmt: skip
    return code


def accept(code: str) -> None:
    onboarding = services.prepare_onboarding(code=code, password=PASSWORD, at=NOW)
    with unit_of_work(DatabaseRole.WEB):
        services.accept_invitation(onboarding=onboarding, at=NOW)


def addresses() -> dict[str, str]:
    return dict(Invitation.objects.values_list("username", "email"))


@pytest.mark.committed
def test_a_dump_has_the_addresses_of_those_who_are_written_to_and_no_other() -> None:
    office = make_office()
    accept(invite(office, "terpakai"))
    waits, withdrawn, old = (invite(office, name) for name in ("menunggu", "ditarik", "kedaluwarsa"))
    assert len({waits, withdrawn, old}) == 3
    with unit_of_work(DatabaseRole.MIGRATE):
        leaver = office.user(Role.PENDAMPING, username="pergi")
        type(leaver).objects.filter(pk=leaver.pk).update(email="pergi@lapor.example")
        Invitation.objects.filter(username="kedaluwarsa").update(expires_at=NOW - timedelta(minutes=1))
    with working(office.head):
        paper = Invitation.objects.get(username="ditarik")
        services.withdraw_invitation(invitation_id=paper.pk, by=office.head, at=NOW)
        leaver.refresh_from_db()
        services.let_go(user=leaver, by=office.head, at=NOW)
    assert jobs.end_addresses.func(timestamp=0) == 1
    assert jobs.end_addresses.func(timestamp=0) == 0

    database = conninfo(stage.socket(), connection.settings_dict["NAME"])
    dump = subprocess.run([binaries.find().program("pg_dump"), database], capture_output=True, check=True).stdout

    gone = [name for name in ("ditarik", "kedaluwarsa", "pergi") if f"{name}@lapor.example".encode() in dump]
    assert gone == []
    assert dump.count(b"terpakai@lapor.example") == 1, "in the account that came of the paper, where alarms go"
    assert b"menunggu@lapor.example" in dump
    assert b"\tkedaluwarsa\t" in dump, "who was invited stays to be seen for a month"


@pytest.mark.django_db
def test_a_paper_that_is_replaced_or_used_again_has_no_address_left() -> None:
    office = make_office()
    invite(office, "baru")
    with unit_of_work(DatabaseRole.MIGRATE):
        Invitation.objects.filter(username="baru").update(expires_at=NOW - timedelta(days=1))
    invite(office, "baru")

    assert sorted(Invitation.objects.values_list("email", flat=True)) == ["", "baru@lapor.example"]
    with unit_of_work(DatabaseRole.MIGRATE):
        Invitation.objects.exclude(email="").update(used_at=NOW)
    assert set(addresses().values()) == {""}


@pytest.mark.django_db
def test_whoever_moves_is_told_where_they_were_reached_before_and_the_new_paper_knows_it() -> None:
    office = make_office()
    mover = office.user(Role.PENDAMPING, username="pindah")
    with unit_of_work(DatabaseRole.MIGRATE):
        type(mover).objects.filter(pk=mover.pk).update(email="pindah@lapor.example")
    with working(office.head):
        mover.refresh_from_db()
        services.move(user=mover, role=Role.MANAJER, unit=office.unit, by=office.head, at=NOW)

    mover.refresh_from_db()
    assert (mover.email, mover.is_active) == ("", False)
    assert addresses() == {"pindah": "pindah@lapor.example"}
    (waiting,) = FormerAddress.objects.all()
    job = ProcrastinateJob.objects.get(task_name="ruangaman.notifications.jobs.tell_former")
    assert job.args == {"letter_id": str(waiting.pk)}
    letters.tell_former.func(letter_id=str(waiting.pk))
    assert [letter.to for letter in mail.outbox] == [["pindah@lapor.example"]]
    assert not FormerAddress.objects.exists()


@pytest.mark.django_db
def test_nobody_but_who_is_in_charge_has_a_letter_of_moving_written() -> None:
    office = make_office()
    stranger = office.user(Role.PENDAMPING, username="asing")
    for by, said in ((stranger, False), (office.head, True)):
        with working(by), connection.cursor() as cursor:
            cursor.execute("SELECT accounts_tell_of_move(%s, %s)", [office.user(Role.HUKUM).pk, NOW])
            assert cursor.fetchone()[0] is said
