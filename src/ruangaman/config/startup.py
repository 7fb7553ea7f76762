"""What has to be true before a process serves."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time

from django.db import connection

from ruangaman.config.middleware import OUTAGES
from ruangaman.vault.errors import WrongPepper
from ruangaman.vault.services import check_pepper

RETRY_SECONDS = 1.0
logger = logging.getLogger("ruangaman")


def require_pepper() -> None:
    """Stop the start if the pepper is not this database's.

    While the database is away the public pages still say what to do, so the check goes on beside them, and ends the
    process as soon as it fails.

    Raises:
        WrongPepper: the database was made with another pepper.
    """
    if not _checked():
        logger.warning("The database does not answer yet; the pepper is checked as soon as it does.")
        threading.Thread(target=_keep_checking, name="ruangaman-pepper", daemon=True).start()


def _checked() -> bool:
    try:
        check_pepper()
    except OUTAGES:
        return False
    finally:
        connection.close()
    return True


def _keep_checking() -> None:
    try:
        while not _checked():
            time.sleep(RETRY_SECONDS)
    except WrongPepper as error:
        logger.critical("%s", error)
        os.kill(os.getpid(), signal.SIGTERM)
