"""What has to be true before a process serves a real city. Each refusal is one sentence that says what to do.

Nothing here applies where `RUANGAMAN_DEBUG=1` marks a machine that is not production: the demo, the tests.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

from ruangaman.accounts.models import Desk, User
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.config.env import URL_NAMES, Env, EnvError
from ruangaman.vault.selectors import read_directory

SECRETS = {
    "RUANGAMAN_PEPPER_FILE": "pepper",
    "RUANGAMAN_SECRET_KEY_FILE": "secret key",
    "RUANGAMAN_CHECKPOINT_KEY_FILE": "checkpoint key",
}
OPEN_TO_OTHERS = 0o077
CHECKPOINT_KEY_BYTES = 32
LOCAL_HOSTS = frozenset({"", "localhost", "127.0.0.1", "::1"})
ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})
ADDRESS = "DATABASE_URL"
"""How the name of each database address begins; there is a password in most."""
DEMO_MARK = "ruangaman.demo"
DEMO_MAIL = "@contoh.invalid"


class NotReady(EnvError):
    """This process may not serve as it was told, or from this database; the text says why and what to do."""


def require_safe(env: Env, environ: Mapping[str, str] | None = None) -> None:
    """Refuse an environment that would serve a city unsafely. Raises NotReady."""
    told = os.environ if environ is None else environ
    faults = [*_unsafe(env, told), *_secrets(env, told)]
    if faults:
        raise NotReady(faults[0])


def _unsafe(env: Env, environ: Mapping[str, str]) -> Iterator[str]:
    if env.debug or env.demo:
        yield "RUANGAMAN_DEBUG and RUANGAMAN_DEMO are for the demo and the tests: unset both to serve a city."
    if env.database.embedded:
        yield "RUANGAMAN_PG_SOCKET is for the demo and the tests: name a server in DATABASE_URL to serve a city."
    host = env.database.host
    if not (host in LOCAL_HOSTS or host.startswith("/")) and env.database.options.get("sslmode") not in ENCRYPTED:
        yield "PostgreSQL is on another machine: add ?sslmode=verify-full to its address."
    others = [name for name in sorted(environ) if name.startswith(ADDRESS) and name != URL_NAMES[env.process]]
    if any(environ[name] for name in others):
        yield (
            f"{', '.join(name for name in others if environ[name])}: the {env.process} process must not hold the"
            " passwords of others; give it an environment file of its own."
        )
    if env.process != "web":
        return
    if not env.secure_cookies:
        yield "RUANGAMAN_SECURE_COOKIES=0 would send sign-ins over plain http: unset it."
    address = urlsplit(env.url)
    if address.scheme != "https" or address.path:
        yield "RUANGAMAN_URL must be the https address of this installation, without a path: https://lapor.example.go.id"
    if address.hostname not in env.hosts:
        yield f"RUANGAMAN_HOSTS must name {address.hostname}, the host of RUANGAMAN_URL."


def _secrets(env: Env, environ: Mapping[str, str]) -> Iterator[str]:
    for name, what in SECRETS.items():
        path = Path(environ.get(name, ""))
        if env.process == "web" and name == "RUANGAMAN_CHECKPOINT_KEY_FILE" and not environ.get(name):
            continue  # only the worker signs checkpoints: a web server is better off without the key
        if not environ.get(name) or not path.is_file():
            yield f"{name} must name the {what} file: ./ruang setup makes it."
        elif path.stat().st_mode & OPEN_TO_OTHERS:
            yield f"{name}: other users of this machine can read the {what}; run chmod 600 on it."
        elif name == "RUANGAMAN_CHECKPOINT_KEY_FILE" and path.stat().st_size != CHECKPOINT_KEY_BYTES:
            yield f"{name}: the checkpoint key is {CHECKPOINT_KEY_BYTES} bytes, this file has {path.stat().st_size}."


def require_founded(role: Role) -> None:
    """Refuse a database that is too old, was not set up, or is a demo's; enters a unit of work.

    Raises:
        NotReady: it may not be served from.
        OperationalError: it does not answer.
    """
    try:
        with unit_of_work(role):
            _require_migrated()
            _require_city()
    except ProgrammingError as error:
        raise NotReady(
            f"The login of {URL_NAMES[settings.ENV.process]} lacks its rights in this database:"
            " run ./ruang setup or ./ruang migrate."
        ) from error


def require_keys(role: Role) -> None:
    """Refuse a database in which nothing could be sealed. The worker may not read keys, and seals nothing.

    Raises:
        NotReady: recovery or every desk lacks the signatures of two key officers.
    """
    if role is not Role.WEB:
        return
    with unit_of_work(role):
        directory = read_directory()
        desks = list(Desk.objects.all())
    if directory.recovery is None:
        raise NotReady(
            "The recovery key is not signed by two key officers, so no report can be kept: see ./ruang setup."
        )
    if not any(directory.get(desk.principal_id) for desk in desks):
        raise NotReady("No desk has a key that two key officers signed, so no report can be kept: see ./ruang setup.")


def _require_migrated() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady(
            "The tables of this database are older than this version:"
            " stop every process, run ./ruang migrate, then start."
        )


def _require_city() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [DEMO_MARK])
        marked = cursor.fetchone()[0]
    if marked or User.objects.filter(email__endswith=DEMO_MAIL).exists():
        raise NotReady("This database holds the demo's invented city: make an empty one and run ./ruang setup.")
    if not Desk.objects.exists():
        raise NotReady("This database was not set up: run ./ruang setup first.")
