"""The end of a visit, beside the answer: the way out waits for nothing, not even for the database."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

from django.db import DatabaseError, InterfaceError, connection
from psycopg_pool import PoolTimeout

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.vault.sessions import PublicSessionStore

MOST_WAITING = 200
"""Ends of visits on their way at a time. What comes beyond them dies by itself: somebody presses for sport."""

logger = logging.getLogger("ruangaman.vault")
_room = threading.BoundedSemaphore(MOST_WAITING)


def end_visit_soon(session_key: str) -> Future[None] | None:
    """End a visitor's session on a thread of its own, so that no copy of the cookie opens anything.

    Without a database the session dies by its expiry. Returns None: there is no room.
    """
    if not _room.acquire(blocking=False):
        return None
    future = _thread().submit(_end, session_key)
    future.add_done_callback(_settle)
    return future


@lru_cache(maxsize=1)
def _thread() -> ThreadPoolExecutor:
    """One in each process, made after the server has forked."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="ruangaman-leaving")


def _end(session_key: str) -> None:
    try:
        with unit_of_work(Role.PUBLIC):
            PublicSessionStore(session_key).delete()
    except (DatabaseError, InterfaceError, PoolTimeout):
        logger.info("a visit could not be ended: the database does not answer")
    finally:
        connection.close()


def _settle(future: Future[None]) -> None:
    _room.release()
    fault = future.exception()
    if fault is not None:
        logger.error("a visit could not be ended", exc_info=fault)
