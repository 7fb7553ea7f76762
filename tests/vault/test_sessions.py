"""Sessions at rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.db import ProgrammingError
from django.utils import timezone

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.vault import sessions, totp
from ruangaman.vault.errors import Tampered
from ruangaman.vault.models import PublicSession, StaffSession
from ruangaman.vault.sessions import PublicSessionStore, SealedSessionStore, StaffSessionStore
from ruangaman.vault.sessions_crypto import row_id

pytestmark = pytest.mark.django_db

STORES = [(StaffSessionStore, StaffSession, Role.WEB), (PublicSessionStore, PublicSession, Role.PUBLIC)]


@pytest.fixture(params=STORES, ids=["staff", "public"])
def kind(request):
    """Each store in turn, under the role that uses it."""
    store, model, role = request.param
    with unit_of_work(role):
        yield store, model


def begin(store: type[SealedSessionStore], **data) -> SealedSessionStore:
    """Start a session."""
    session = store(None)
    session.update({"word": "canary"} | data)
    session.save()
    return session


def test_a_session_comes_back_with_its_cookie(kind):
    store, model = kind
    key = begin(store).session_key

    assert store(key)["word"] == "canary"
    row = model.objects.get()
    assert row.session_key == row_id(key) != key
    assert b"canary" not in bytes(row.session_data)
    assert store(key).exists(key)
    assert not store(None).exists()


def test_an_unknown_key_is_no_session(kind):
    store, _model = kind
    session = store("chosen-by-somebody-else-0000")
    assert session.get("word") is None
    assert session.session_key is None
    session["word"] = "x"
    session.save()
    assert session.session_key != "chosen-by-somebody-else-0000"


def test_an_expired_or_damaged_session_is_none(kind):
    store, model = kind
    key = begin(store).session_key
    model.objects.update(session_data=b"x" * 60)
    assert store(key).get("word") is None
    key = begin(store).session_key
    model.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert store(key).get("word") is None


def test_rows_cannot_be_swapped(kind):
    store, model = kind
    mine, theirs = begin(store, word="mine").session_key, begin(store, word="theirs").session_key
    data = model.objects.get(session_key=row_id(theirs)).session_data
    model.objects.filter(session_key=row_id(mine)).update(session_data=data)
    assert store(mine).get("word") is None


def test_a_new_key_ends_the_old_one(kind):
    store, model = kind
    session = begin(store)
    old = session.session_key
    session.cycle_key()
    assert store(session.session_key)["word"] == "canary"
    assert store(old).get("word") is None
    assert model.objects.count() == 1


def test_an_ended_session_stays_ended(kind):
    store, model = kind
    session, late = begin(store), None
    late = store(session.session_key)
    assert late["word"] == "canary"
    assert not session.ended
    session.flush()
    assert session.ended
    assert model.objects.count() == 0
    late["word"] = "back again"
    with pytest.raises(UpdateError):
        late.save()
    session.delete()


def test_a_key_is_taken_once(kind, monkeypatch):
    store, _model = kind
    key = begin(store).session_key
    monkeypatch.setattr(store, "_get_new_session_key", lambda self: key)
    with pytest.raises(CreateError):
        begin(store)


def test_each_side_has_its_own_table():
    with pytest.raises(ProgrammingError, match="permission denied"), unit_of_work(Role.PUBLIC):
        begin(StaffSessionStore)


def test_the_worker_deletes_what_is_over():
    now = timezone.now()
    with unit_of_work(Role.WEB):
        begin(StaffSessionStore)
    with unit_of_work(Role.PUBLIC):
        begin(PublicSessionStore)
    with unit_of_work(Role.WORKER):
        assert sessions.delete_expired_sessions(at=now) == 0
        assert sessions.delete_expired_sessions(at=now + timedelta(days=1)) == 2


def test_a_session_is_stored_again_in_its_place(kind):
    store, model = kind
    session = begin(store)
    session["word"] = "changed"
    session.save()
    assert store(session.session_key)["word"] == "changed"
    assert model.objects.count() == 1
    assert store(None).load() == {}


def test_secrets_of_second_factors_are_sealed():
    assert totp.open_secret(totp.seal_secret("JBSWY3DP")) == "JBSWY3DP"
    assert "JBSWY3DP" not in totp.seal_secret("JBSWY3DP")
    with pytest.raises(Tampered):
        totp.open_secret("JBSWY3DP")
