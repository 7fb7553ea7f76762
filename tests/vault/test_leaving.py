"""The end of a visit: the session is really gone, and whatever is in the way stops nobody who wants out."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.vault import leaving, services
from ruangaman.vault.models import PublicSession
from ruangaman.vault.sessions import PublicSessionStore
from tests.support.roles import acting_role

PATIENCE = 20
UNNAMEABLE = "\ud800" * 43
"""No cookie can bring it; what is done with it fails in a way that nobody has thought of."""


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What is written to the log."""
    caplog.set_level(logging.INFO, logger="ruangaman.vault")
    return caplog


@pytest.fixture
def busy() -> Iterator[threading.Event]:
    """The thread has something in hand, until the event is set."""
    free = threading.Event()
    leaving._thread().submit(free.wait, PATIENCE)
    yield free
    free.set()
    wait_for_all()


def wait_for_all() -> None:
    """Whatever was handed to the thread before is over, with all that follows from it."""
    leaving._thread().submit(lambda: None).result(PATIENCE)


def begin() -> str:
    """Start a visit; return what is in its cookie."""
    with unit_of_work(Role.PUBLIC):
        session = PublicSessionStore(None)
        session["word"] = "canary"
        session.save()
    return str(session.session_key)


def opens(key: str) -> bool:
    """Say whether a copy of the cookie opens anything."""
    with unit_of_work(Role.PUBLIC):
        return PublicSessionStore(key).get("word") == "canary"


@pytest.mark.committed
def test_a_visit_that_ended_opens_nothing_and_the_others_go_on(told: pytest.LogCaptureFixture):
    mine, theirs = begin(), begin()

    ending = services.end_visit_soon(mine)

    assert ending is not None
    ending.result(PATIENCE)
    assert (opens(mine), opens(theirs)) == (False, True)
    assert PublicSession.objects.count() == 1
    wait_for_all()
    assert told.text == ""


@pytest.mark.committed
def test_a_visit_is_ended_with_the_rights_of_the_street(monkeypatch: pytest.MonkeyPatch):
    seen: list[str] = []

    def note(store: PublicSessionStore) -> None:
        seen.append(acting_role())

    monkeypatch.setattr(PublicSessionStore, "delete", note)
    ending = services.end_visit_soon("nobody")
    assert ending is not None
    ending.result(PATIENCE)
    wait_for_all()

    assert seen == ["ra_public"]


@pytest.mark.committed
def test_the_way_out_does_not_wait_for_the_database(busy: threading.Event):
    key = begin()

    ending = services.end_visit_soon(key)

    assert ending is not None
    assert not ending.done()
    assert opens(key)
    busy.set()
    ending.result(PATIENCE)
    assert not opens(key)


@pytest.mark.committed
def test_one_thread_ends_them_all_and_keeps_no_connection():
    seen = []
    for key in (begin(), begin()):
        ending = services.end_visit_soon(key)
        assert ending is not None
        ending.result(PATIENCE)
        there = leaving._thread().submit(lambda: (threading.current_thread().name, connection.connection))
        seen.append(there.result(PATIENCE))

    assert seen == [("ruangaman-leaving_0", None)] * 2


@pytest.mark.committed
def test_without_a_database_the_visit_is_left_to_its_expiry(
    told: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    key = begin()
    with monkeypatch.context() as gone:
        gone.setitem(connection.settings_dict, "HOST", str(tmp_path))
        ending = services.end_visit_soon(key)
        assert ending is not None
        ending.result(PATIENCE)
        wait_for_all()

    assert [(record.levelno, record.exc_info) for record in told.records] == [(logging.INFO, None)]
    assert "the database does not answer" in told.text
    assert key not in told.text
    assert opens(key)
    again = services.end_visit_soon(key)
    assert again is not None
    again.result(PATIENCE)
    assert not opens(key)


@pytest.mark.committed
def test_who_presses_for_sport_is_turned_away_until_there_is_room_again(
    busy: threading.Event, monkeypatch: pytest.MonkeyPatch
):
    key = begin()
    monkeypatch.setattr(leaving, "_room", threading.BoundedSemaphore(3))
    waiting = [services.end_visit_soon(f"nobody-{number}") for number in range(3)]

    assert None not in waiting
    assert services.end_visit_soon(key) is None

    busy.set()
    wait_for_all()
    assert opens(key)
    again = services.end_visit_soon(key)
    assert again is not None
    again.result(PATIENCE)
    assert not opens(key)
    wait_for_all()


@pytest.mark.committed
def test_what_nobody_expected_is_told_without_the_key_and_takes_no_room(
    told: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    key = begin()
    monkeypatch.setattr(leaving, "_room", threading.BoundedSemaphore(1))

    ending = services.end_visit_soon(UNNAMEABLE)

    assert ending is not None
    assert isinstance(ending.exception(PATIENCE), UnicodeEncodeError)
    wait_for_all()
    assert [record.levelno for record in told.records] == [logging.ERROR]
    assert "UnicodeEncodeError" in told.text
    assert "leaving.py" in told.text
    assert UNNAMEABLE not in told.text
    after = services.end_visit_soon(key)
    assert after is not None
    after.result(PATIENCE)
    assert not opens(key)
    wait_for_all()
