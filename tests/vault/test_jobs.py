"""What the worker clears away, with the worker's own rights."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from ruangaman.vault import files, jobs
from ruangaman.vault.models import Grant, StaffSession
from ruangaman.vault.sessions import StaffSessionStore
from ruangaman.vault.sessions_crypto import row_id
from ruangaman.vault.types import Compartment
from tests.factories.vault import grant, make_town, working
from tests.support.roles import acting_role

MARCH_1 = datetime(2026, 3, 1, tzinfo=UTC)


def spooled(name: str, *, age: timedelta):
    path = settings.RUANGAMAN_SPOOL / f"{name}.sealed"
    path.write_bytes(b"ciphertext")
    moment = (MARCH_1 - age).timestamp()
    os.utime(path, (moment, moment))
    return path


def test_only_spool_files_that_nobody_touched_for_a_day_go():
    old, young = spooled("old", age=timedelta(hours=25)), spooled("young", age=timedelta(hours=23))

    assert files.sweep_spool(at=MARCH_1) >= 1

    assert not old.exists()
    assert young.exists()
    young.unlink()


@pytest.mark.django_db
def test_expired_wraps_and_dead_sessions_go_and_the_living_stay():
    town, now = make_town(), timezone.now()
    owner, guest, stays = town.person(), town.person(), town.person()
    with working(owner):
        town.dossier(
            owner,
            grant(owner, Compartment.WORK),
            grant(guest, Compartment.WORK, not_after=now - timedelta(minutes=1)),
            grant(stays, Compartment.WORK, not_after=now + timedelta(hours=1)),
        )
    dead, alive = StaffSessionStore(), StaffSessionStore()
    for store in (dead, alive):
        store["a"] = 1
        store.save()
    StaffSession.objects.filter(pk=row_id(dead.session_key)).update(expire_date=now - timedelta(hours=1))

    done = jobs.clear_away.func(timestamp=0)

    assert (done["grants"], done["sessions"]) == (1, 1)
    assert set(done) == {"grants", "sessions", "files", "lookups", "drafts"}, "shown in the worker's record"
    held = set(Grant.objects.values_list("principal_id", flat=True))
    assert guest.principal_id not in held
    assert {owner.principal_id, stays.principal_id} <= held
    assert StaffSession.objects.count() == 1
    assert jobs.clear_away.func(timestamp=0)["grants"] == 0


@pytest.mark.django_db
def test_it_is_cleared_away_with_the_workers_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def note(*, at: datetime) -> int:
        seen.append(acting_role())
        return 0

    names = ("delete_expired_grants", "delete_old_lookups", "delete_old_drafts")
    for name in names:
        monkeypatch.setattr(jobs.services, name, note)
    jobs.clear_away.func(timestamp=0)

    assert seen == ["ra_worker"] * len(names)
