"""The ground a city stands on: its environment, its secrets, and a PostgreSQL that is fit to keep it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg

from ruangaman.config.env import URL_NAMES, Database, EnvError, read_url
from ruangaman.ops import environment, roles, troubles
from ruangaman.ops.production import SECRETS
from ruangaman.ops.words import translate as _

ADMIN = "DATABASE_URL_ADMIN"
FURTHER = ("DATABASE_URL_BACKUP",)
"""Addresses of logins that a city may use later: if they are said, the logins get their passwords with the others."""
LEDGER = "RUANGAMAN_LEDGER_FILE"
OLDEST, NEWEST = 15, 18
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
_NEEDED = {"web": ("ra_public", "ra_web", "ra_audit"), "worker": ("ra_worker",), "migrate": ("ra_migrate",)}


class Unfit(RuntimeError):
    """A city cannot stand here yet; the text says what to do."""


def read_addresses() -> dict[str, Database]:
    """Return the database as each process will reach it.

    Raises:
        Unfit: something is not said, or they do not name the same database.
    """
    needed = [*URL_NAMES.values(), "RUANGAMAN_DATA", *SECRETS]
    missing = [name for name in needed if not os.environ.get(name)]
    if missing:
        raise Unfit(
            _("Di lingkungan ini belum ada: %(names)s. Lihat docs/how-to/install-for-a-city.md.")
            % {"names": ", ".join(missing)}
        )
    if os.environ.get("RUANGAMAN_PG_SOCKET"):
        raise Unfit(_("RUANGAMAN_PG_SOCKET hanya untuk peragaan: hapus dari lingkungan ini."))
    try:
        found = {process: read_url(os.environ, name) for process, name in URL_NAMES.items()}
    except EnvError as error:
        raise Unfit(str(error)) from None
    if len({database.name for database in found.values()}) > 1:
        raise Unfit(_("Ketiga alamat DATABASE_URL harus menyebut basis data yang sama."))
    return found


def prepare_server(addresses: dict[str, Database]) -> None:
    """Make roles and database where we may, then look whether the server is fit.

    Raises:
        Unfit: it is not; the text ends with the SQL to run where we may not.
        Hindered: the manager's login does not get in, or may not make roles.
    """
    if os.environ.get(ADMIN):
        _make(addresses)
    faults = list(_faults(addresses))
    if faults:
        raise Unfit(_told(faults, addresses["migrate"].name))


def explain_logins() -> list[str]:
    """Return each login of the database with what it is for, a line each."""
    said = {
        "ra_login_web": _("server web; alamatnya DATABASE_URL."),
        "ra_login_worker": _("pekerjaan di belakang layar, misalnya alarm dan surat; DATABASE_URL_WORKER."),
        "ra_login_migrate": _("pemilik tabel, hanya untuk setup, migrate, recover, restore; DATABASE_URL_MIGRATE."),
        "ra_login_backup": _("hanya membaca, untuk backup dan doctor; DATABASE_URL_BACKUP."),
        "ra_login_sender": _("kelak untuk pengirim WhatsApp dan SMS; rilis ini belum memakainya, biarkan tanpa sandi."),
    }
    return [f"  {login:<17} {said[login]}" for login in roles.LOGINS]


def make_folders() -> None:
    """Make the folders that the environment names. Raises OSError: this user may not, or a file is in the way."""
    data = Path(os.environ["RUANGAMAN_DATA"])
    files = [Path(os.environ[name]).absolute() for name in (*SECRETS, LEDGER) if os.environ.get(name)]
    for folder in (data, *(file.parent for file in files)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    require_writable(data)


def require_writable(folder: Path) -> None:
    """Refuse a folder in which this user can make nothing, before anything else is done. Raises OSError."""
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def missing_secrets() -> list[Path]:
    """Return the secret files that are not there yet."""
    return [path for path in (Path(os.environ[name]) for name in SECRETS) if not path.exists()]


def read_state(migrate: Database) -> tuple[int, int] | None:
    """Return how many tables and how many people the database holds; None: it cannot be told. Changes nothing."""
    try:
        with psycopg.connect(**migrate.parameters(), connect_timeout=10) as connection:  # type: ignore[arg-type]
            connection.execute("SET ROLE ra_migrate")
            tables = _first(connection, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            if not _first(connection, "SELECT to_regclass('public.accounts_user') IS NOT NULL"):
                return tables, 0
            return tables, _first(connection, "SELECT count(*) FROM accounts_user")
    except psycopg.Error:
        return None


def make_secrets(migrate: Database) -> list[Path]:
    """Make the secret files that are not there, in folders that are; return those that are new.

    Raises:
        Unfit: the database knows a pepper already, and it is not here.
    """
    pepper = Path(os.environ["RUANGAMAN_PEPPER_FILE"])
    if not pepper.exists() and _knows_a_pepper(migrate):
        raise Unfit(
            _("Basis data ini dibuat dengan berkas pepper yang tidak ada di %(path)s. Kembalikan dari salinannya.")
            % {"path": pepper}
        )
    made = missing_secrets()
    for path in made:
        environment.make_secret(path)
    return made


def _make(addresses: dict[str, Database]) -> None:
    try:
        admin = psycopg.conninfo.make_conninfo(**read_url(os.environ, ADMIN).parameters())
        roles.ensure_roles(admin)
        roles.ensure_database(admin, addresses["migrate"].name)
        further = [read_url(os.environ, name) for name in FURTHER if os.environ.get(name)]
        for database in (*addresses.values(), *further):
            if database.user in roles.LOGINS and database.password:
                roles.set_password(admin, database.user, database.password)
    except EnvError as error:
        raise Unfit(str(error)) from None
    except psycopg.Error as error:
        raise troubles.Hindered(troubles.of_database(error, ADMIN)) from None


def _faults(addresses: dict[str, Database]) -> Iterator[str]:
    for process, database in addresses.items():
        try:
            with psycopg.connect(**database.parameters(), connect_timeout=10) as connection:  # type: ignore[arg-type]
                yield from _login_faults(connection, process)
                if process == "migrate":
                    yield from _server_faults(connection)
        except psycopg.Error as error:
            yield f"{URL_NAMES[process]}: {troubles.first_line(error)}"


def _login_faults(connection: psycopg.Connection, process: str) -> Iterator[str]:
    row = connection.execute(
        "SELECT rolsuper OR rolbypassrls, rolname FROM pg_roles WHERE rolname = session_user"
    ).fetchone()
    if row is None or row[0]:
        yield _("%(name)s: login ini melewati semua aturan basis data; pakai login tanpa hak istimewa.") % {
            "name": URL_NAMES[process]
        }
    have = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles WHERE pg_has_role(oid, 'MEMBER')")}
    lacking = sorted(set(_NEEDED[process]) - have)
    if lacking:
        yield _("%(name)s: login %(login)s belum menjadi anggota %(roles)s.") % {
            "name": URL_NAMES[process],
            "login": row[1] if row else "?",
            "roles": ", ".join(lacking),
        }


def _server_faults(connection: psycopg.Connection) -> Iterator[str]:
    major = connection.info.server_version // 10000
    if not OLDEST <= major <= NEWEST:
        yield _("PostgreSQL %(found)s di sana; perlu versi %(oldest)s sampai %(newest)s.") % {
            "found": major,
            "oldest": OLDEST,
            "newest": NEWEST,
        }
    for setting in _DURABLE:
        value = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
        if value is None or value[0] == "off":
            yield _("Pengaturan PostgreSQL %(name)s mati: laporan bisa hilang saat listrik padam. Nyalakan dulu.") % {
                "name": setting
            }
    row = connection.execute(
        "SELECT pg_encoding_to_char(d.encoding), pg_get_userbyid(d.datdba), pg_get_userbyid(n.nspowner)"
        " FROM pg_database d, pg_namespace n WHERE d.datname = current_database() AND n.nspname = 'public'"
    ).fetchone()
    if row != ("UTF8", "ra_migrate", "ra_migrate"):
        yield _("Basis data ini bukan UTF8, atau pemiliknya (juga pemilik skema public) bukan ra_migrate.")


def _told(faults: list[str], name: str) -> str:
    lines = [*faults, "", _("Login basis data dan gunanya:"), *explain_logins(), ""]
    lines.append(
        _("Jika peran dan basis data belum ada, jalankan ini sebagai pengelola PostgreSQL dengan psql, lalu mulai lagi")
    )
    lines.append(_("(atau sebut login pengelola di DATABASE_URL_ADMIN, hanya untuk perintah ini):"))
    return "\n".join([*lines, "", roles.script(name)])


def _knows_a_pepper(migrate: Database) -> bool:
    with psycopg.connect(**migrate.parameters(), options="-c role=ra_migrate") as connection:  # type: ignore[arg-type]
        if not _first(connection, "SELECT to_regclass('public.vault_installationcheck') IS NOT NULL"):
            return False
        return connection.execute("SELECT 1 FROM vault_installationcheck").fetchone() is not None


def _first(connection: psycopg.Connection, question: str) -> int:
    row = connection.execute(question).fetchone()
    return int(row[0]) if row else 0
