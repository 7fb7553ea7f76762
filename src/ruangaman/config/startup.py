"""What has to be true before a process serves: its environment is fit, and its pepper is this database's.

`python -m ruangaman.config.startup -m granian …` looks first, once, and then becomes the server.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import django
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest
from django.urls import ResolverMatch

from ruangaman.config import ending, recycling
from ruangaman.config.env import REFUSED, EnvError
from ruangaman.vault.errors import WrongPepper

if TYPE_CHECKING:
    from ruangaman.audit.types import Role

RETRY_SECONDS = 1.0
LOOKED = "RUANGAMAN_LOOKED"
"""In the environment of a server: the whole look was taken before it began, its workers only check the pepper."""
_MEMORY = "glibc.malloc.mmap_threshold=1048576:glibc.malloc.hugetlb=1"
"""How the server's allocator treats large blocks: Argon2id's go back to the system after every derivation, in huge
pages so that asking for them anew costs little. Otherwise each process keeps up to two of them: 40 MiB, and with them
what the last receipt or password was derived with. Linux with glibc 2.35; elsewhere nobody reads it."""
logger = logging.getLogger("ruangaman")


def main(server: Sequence[str]) -> None:
    """Become the server if it may serve. A database that is away is no reason not to: the pages say what to do.

    Raises:
        SystemExit: with `REFUSED`, after one sentence that says why.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ruangaman.config.settings")
    os.environ.setdefault("RUANGAMAN_PROCESS", "web")
    os.environ.pop(LOOKED, None)
    try:
        django.setup()
        look_around()
        if _is_checked():
            os.environ[LOOKED] = "1"
    except (EnvError, WrongPepper) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(REFUSED) from None
    os.environ.setdefault("GLIBC_TUNABLES", _MEMORY)
    os.execv(sys.executable, [sys.executable, "-P", *server])  # noqa: S606 - our own interpreter, no shell


def look_around() -> None:
    """Refuse an environment that is not fit to serve a city, unless this machine says that it serves none.

    Raises:
        NotReady.
    """
    from django.conf import settings

    from ruangaman.config.readiness import require_safe

    if not settings.ENV.debug:
        require_safe(settings.ENV)


class Application(WSGIHandler):
    """Django's, which does not resolve an address again that the door has resolved (`config.middleware`)."""

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Return what stands at the address. Raises Resolver404."""
        return request.resolver_match or super().resolve_request(request)


def make_application() -> WSGIHandler:
    """Return the application, watched over. A pepper that is refused ends the server: its other processes would be too.

    While the database is away the check goes on beside the requests, and ends the server as soon as it fails.

    Raises:
        SystemExit: with `REFUSED`.
    """
    try:
        django.setup(set_prefix=False)
        application = Application()
        if not _is_checked():
            logger.warning("The database does not answer yet; the pepper is checked as soon as it does.")
            threading.Thread(target=_keep_checking, name="ruangaman-pepper", daemon=True).start()
        recycling.start()
        ending.start()
        _settle()
    except (EnvError, WrongPepper) as error:
        _end_server(error)
        raise SystemExit(REFUSED) from None
    return application


def _settle() -> None:
    """Spare the collector what lives as long as the process: it would walk all our code again with every few pages."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _is_checked() -> bool:
    """Whether pepper and database are the right ones; False: the database does not answer.

    Raises:
        WrongPepper, NotReady.
    """
    from ruangaman.audit.types import Role  # the applications are loaded only now
    from ruangaman.config.middleware import OUTAGES

    try:
        check_database(Role.WEB)
    except OUTAGES:
        return False
    finally:
        connection.close()
    return True


def check_database(role: Role) -> None:
    """Look at the database: was it set up, is it of this version, is the pepper its own?

    Raises:
        WrongPepper, NotReady.
        OperationalError: it does not answer.
    """
    from django.conf import settings

    from ruangaman.config.readiness import require_founded, require_keys
    from ruangaman.vault.services import check_pepper

    looks = not settings.ENV.debug and os.environ.get(LOOKED) != "1"
    if looks:
        require_founded(role)
    check_pepper(role)
    if looks:
        require_keys(role)


def check_tables() -> None:
    """Refuse a database in which nobody has made a table yet. Raises NotReady: it says to run `setup`."""
    from ruangaman.config.readiness import require_tables

    require_tables()


def _keep_checking() -> None:
    try:
        while not _is_checked():
            time.sleep(RETRY_SECONDS)
    except (EnvError, WrongPepper) as error:
        _end_server(error)


def _end_server(error: EnvError | WrongPepper) -> None:
    """Say why, and end the server's main process where we know that it is our parent; else only this one."""
    logger.critical("%s", error)
    is_ours = os.environ.get("RUANGAMAN_DIE_WITH_PARENT") == "1"
    os.kill(os.getppid() if is_ours else os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(sys.argv[1:])
