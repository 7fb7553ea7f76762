"""Deferring work: by name, so that a low layer can ask for a job that a higher one does."""

from __future__ import annotations

from datetime import datetime

from procrastinate.contrib.django import app


def enqueue(task: str, *, at: datetime | None = None, lock: str | None = None, **keys: str | int) -> int:
    """Defer a job in the running transaction: it exists if and only if the change does.

    Args:
        task: full name, such as `ruangaman.notifications.jobs.send_alarm`.
        at: not before this moment.
        lock: jobs with the same lock run one after another.
        keys: ids and codes only; job arguments are stored in the clear.
    """
    return app.configure_task(task, schedule_at=at, lock=lock, allow_unknown=True).defer(**keys)
