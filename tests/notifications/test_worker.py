"""The whole way of an alarm: a report is accepted, a worker of its own wakes up, a letter arrives."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.notifications.models import AlarmSent
from tests.factories.desk import KINDS, make_counter
from tests.support import stage
from tests.support.mailbox import mail_server

pytestmark = pytest.mark.committed
LIMIT_SECONDS = 10


@contextmanager
def worker(smtp_port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the worker as `./ruang worker` does, under its own login."""
    folder = Path(settings.RUANGAMAN_SPOOL).parent.parent
    environment = stage.process_environment("worker", database=connection.settings_dict["NAME"], folder=folder)
    environment |= {"RUANGAMAN_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}", "PYTHONPATH": ":".join(sys.path)}
    running = subprocess.Popen(
        [sys.executable, "-m", "ruangaman.ops.cli", "worker"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        yield running
    finally:
        running.terminate()
        running.wait(20)


def until(met, seconds: float) -> bool:
    """Wait for something, at most so long."""
    end = time.monotonic() + seconds
    while not met():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def is_listening() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        return cursor.fetchone()[0] > 0


def test_the_desk_is_alarmed_within_ten_seconds_and_nobody_twice(transactional_db):
    counter = make_counter()
    wanted = sorted([counter.first.email, counter.second.email])
    with mail_server() as mailbox, worker(mailbox.port) as running:
        assert until(is_listening, 30), "the worker did not start"
        began = time.monotonic()
        report = counter.send(**KINDS, at=timezone.now())
        assert until(lambda: mailbox.reached == wanted, LIMIT_SECONDS), mailbox.reached
        assert time.monotonic() - began < LIMIT_SECONDS
        assert running.poll() is None

    with unit_of_work(Role.WORKER):
        assert AlarmSent.objects.filter(report_id=report.pk).count() == 2
    assert mailbox.reached == wanted
