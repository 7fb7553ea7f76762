"""The unit of work as it runs outside tests: it owns a real transaction and really commits."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import connection

from ruangaman.audit import services
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.registry import event_types, register
from ruangaman.audit.selectors import list_events
from ruangaman.audit.types import Cursor, EventType, Role, Verdict

pytestmark = pytest.mark.committed

FEB_1 = datetime(2026, 2, 1, 8, tzinfo=UTC)
FEB_2 = datetime(2026, 2, 2, 8, tzinfo=UTC)
KEPT = event_types.get("test.kept") or register(EventType("test.kept", "{actor} menyimpan {subject}"))


def role() -> str:
    """Return the role of this moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def test_the_callbacks_find_the_work_committed():
    seen = []
    with services.unit_of_work(Role.WEB) as unit:
        services.record(KEPT, by=None, subject="s", at=FEB_1)
        unit.set_viewer(uuid4(), [uuid4()])
        unit.after_commit(lambda: seen.append((role(), connection.in_atomic_block, services.verify().rows)))
        assert role() == "ra_web"

    assert seen == [("ra_migrate", False, 1)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('ra.principals', true), '')")
        assert cursor.fetchone() == ("",)


def test_a_refusal_is_committed_though_the_work_was_undone():
    with pytest.raises(ZeroDivisionError), services.unit_of_work(Role.WEB):  # noqa: PT012 - the unit is the thing
        services.record(KEPT, by=None, subject="undone", at=FEB_1)
        services.record_refusal(KEPT, by=None, subject="refused", at=FEB_1)
        raise ZeroDivisionError
    assert list(AuditEvent.objects.values_list("subject", flat=True)) == ["refused"]


def test_many_at_once_keep_the_chains_whole():
    dossiers = [uuid4() for _ in range(40)]

    def work(several: list[UUID]) -> None:
        try:
            for _ in range(10):
                with services.unit_of_work(Role.WEB):
                    for dossier in several:
                        services.record(KEPT, by=None, subject=str(dossier), at=FEB_1, dossier_id=dossier)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(dossiers[i::4],)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert services.verify() == Verdict(400)


def test_events_are_paged_newest_first():
    for number in range(6):
        with services.unit_of_work(Role.WEB):
            dossier = UUID(int=number % 2)
            services.record(KEPT, by=None, subject=str(number), at=FEB_1, dossier_id=dossier)
    seen, after = [], None
    while page := list_events(since=FEB_1, until=FEB_2, types={"test.kept"}, after=after, limit=4):
        seen += [event.subject for event in page]
        after = Cursor(page[-1].at, page[-1].lane, page[-1].seq)
    assert seen == ["5", "3", "1", "4", "2", "0"]
    assert len(list_events(since=FEB_1, until=FEB_2, types=None, after=None, limit=9)) == 6
    assert list_events(since=FEB_2, until=FEB_2, types=None, after=None, limit=4) == []
