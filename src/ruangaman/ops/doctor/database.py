"""The database: who reaches it, whether it keeps what it is given, and what waits in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from ruangaman.ops.binaries import OLDEST_MAJOR
from ruangaman.ops.doctor.types import URLS, Finding, House, bad, ok, warn
from ruangaman.ops.environment import SOURCE

SECONDS = 5
SKEW, FAR_SKEW = 2.0, 30.0
SILENT, WAITING = timedelta(seconds=60), timedelta(minutes=10)
CROWDED = 0.8
Connection = psycopg.Connection[Any]

_BENT = """
SELECT coalesce(string_agg(rolname, ', '), '') FROM pg_roles
WHERE rolname LIKE 'ra\\_%' AND rolname <> 'ra_owner'
  AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
"""
_HELD = """
SELECT m.rolname, array_agg(r.rolname::text) FROM pg_auth_members a
JOIN pg_roles m ON m.oid = a.member JOIN pg_roles r ON r.oid = a.roleid WHERE m.rolname LIKE 'ra\\_login%' GROUP BY 1
"""
_UNSHUT = """
SELECT coalesce(string_agg(relname, ', ' ORDER BY relname), '') FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity AND NOT relforcerowsecurity
"""
_CROWD = "SELECT (SELECT count(*) FROM pg_stat_activity), current_setting('max_connections')::integer"
_QUEUE = """
SELECT count(*) FILTER (WHERE status = 'failed'),
       count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, '-infinity') < now() - %(waiting)s
                        AND NOT EXISTS (SELECT 1 FROM procrastinate_events e
                                        WHERE e.job_id = j.id AND e.at > now() - %(waiting)s)),
       count(*) FILTER (WHERE status = 'doing' AND NOT EXISTS (
           SELECT 1 FROM procrastinate_workers w WHERE w.id = j.worker_id AND w.last_heartbeat > now() - %(silent)s))
FROM procrastinate_jobs j
"""
_BEAT = "SELECT extract(epoch FROM clock_timestamp() - max(last_heartbeat)) FROM procrastinate_workers"
_ARCHIVE = """
SELECT current_setting('archive_mode'),
       (SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'physical' AND active),
       (SELECT count(*) FROM pg_replication_slots WHERE NOT active),
       (SELECT failed_count > 0 AND last_failed_time > coalesce(last_archived_time, '-infinity') FROM pg_stat_archiver)
"""


def look(house: House) -> Iterator[Finding]:
    """Look at the database as far as it answers."""
    reached: dict[str, Connection] = {}
    try:
        for login in URLS:
            yield _reach(house, login, reached)
        if not reached:
            return
        first = reached.get("ra_login_backup") or next(iter(reached.values()))
        yield from _server(first)
        if not house.is_demo:
            yield _archive(first)
        yield from _roles(first, house)
        if "ra_login_backup" not in reached:
            yield warn(
                "inside",
                "not looked at",
                f"name {URLS['ra_login_backup']}: that login reads all and changes nothing.",
            )
            return
        yield from _inside(reached["ra_login_backup"], house)
    except psycopg.Error as error:
        yield bad("database", _line(error), "look into PostgreSQL's own log.")
    finally:
        for connection in reached.values():
            connection.close()


def _reach(house: House, login: str, reached: dict[str, Connection]) -> Finding:
    address = house.addresses.get(login)
    if address is None:
        return warn(login, f"{URLS[login]} is not set", "set it for the processes that use this login.")
    try:
        connection = psycopg.connect(address, connect_timeout=SECONDS, autocommit=True)
    except psycopg.Error as error:
        return bad(login, _line(error), "start PostgreSQL, or look at the address and the password.")
    reached[login] = connection
    try:
        for role in house.logins[login]:
            connection.execute(f"SET ROLE {role}")
    except psycopg.Error as error:
        return bad(login, _line(error), "make the roles again: ./ruang setup on a city, a restart of the demo.")
    return ok(login, f"connects and takes on {', '.join(house.logins[login])}")


def _server(connection: Connection) -> Iterator[Finding]:
    major = connection.info.server_version // 10000
    if major < OLDEST_MAJOR:
        yield bad("postgresql", f"version {major}", f"move to PostgreSQL {OLDEST_MAJOR} or later.")
    else:
        yield ok("postgresql", f"version {connection.info.server_version / 10000:.4g}")
    for setting in ("synchronous_commit", "fsync", "full_page_writes"):
        value = str(_value(connection, "SELECT current_setting(%s)", setting))
        if value == "off" or (setting == "synchronous_commit" and value == "local"):
            yield bad(setting, value, f"set {setting} = on: a receipt was shown for what may be lost.")
        else:
            yield ok(setting, value)
    if _value(connection, "SELECT current_setting('data_checksums')") == "on":
        yield ok("checksums", "on")
    else:
        yield warn("checksums", "off", "stop the server and run pg_checksums --enable: a bad disk is noticed then.")
    yield _clock(connection)
    used, most = connection.execute(_CROWD).fetchone() or (0, 1)
    text = f"{used} of {most} connections"
    crowded = warn("pool", text, "raise max_connections, or lower RUANGAMAN_POOL_SIZE or the number of web workers.")
    yield crowded if used > most * CROWDED else ok("pool", text)


def _clock(connection: Connection) -> Finding:
    before = datetime.now(UTC)
    there = _value(connection, "SELECT clock_timestamp()")
    middle = before + (datetime.now(UTC) - before) / 2
    skew = abs((there - middle).total_seconds())
    text = f"{skew:.1f} s between here and the database"
    advice = "let both machines take their time from NTP: clocks of cases and letters depend on it."
    if skew > FAR_SKEW:
        return bad("clock", text, advice)
    return warn("clock", text, advice) if skew > SKEW else ok("clock", text)


def _archive(connection: Connection) -> Finding:
    mode, streams, idle, failing = connection.execute(_ARCHIVE).fetchone() or ("off", 0, 0, False)
    if failing:
        return bad("archive", "the last WAL file could not be archived", "mend archive_command: the disk fills up.")
    if idle:
        return bad("archive", f"{idle} replication slots that nobody reads", "start pg_receivewal again or drop them: "
                   "the server keeps all WAL for them until the disk is full.")  # fmt: skip
    if mode == "off" and not streams:
        return warn("archive", "nothing is archived between two backups", "docs/how-to/archive-continuously.md")
    return ok("archive", "archive_command" if mode != "off" else f"{streams} streams of WAL")


def _roles(connection: Connection, house: House) -> Iterator[Finding]:
    bent = _value(connection, _BENT)
    held = {login: set(groups) for login, groups in connection.execute(_HELD).fetchall()}
    wrong = sorted(login for login, groups in house.logins.items() if held.get(login, set()) != set(groups))
    if bent or wrong:
        yield bad("roles", f"not as they should be: {bent or ', '.join(wrong)}", "make the roles again: ./ruang setup "
                  "on a city, a restart of the demo.")  # fmt: skip
    else:
        yield ok("roles", f"{len(house.logins)} logins with no right beyond their roles")
    closed = [login for login in ("ra_login_web", "ra_login_worker") if not _may_connect(connection, login)]
    if closed:
        yield bad("doors", f"{' and '.join(closed)} may not connect", "a restore was not finished: drop the database, "
                  "make an empty one and restore again.")  # fmt: skip


def _may_connect(connection: Connection, login: str) -> bool:
    statement = "SELECT has_database_privilege(oid, current_database(), 'CONNECT') FROM pg_roles WHERE rolname = %s"
    return _value(connection, statement, login) is not False


def _inside(connection: Connection, house: House) -> Iterator[Finding]:
    yield _migrations(connection)
    unshut = _value(connection, _UNSHUT)
    if unshut:
        yield bad("policies", f"not forced on {unshut}", "a restore was not finished: restore into an empty database.")
    else:
        yield ok("policies", "row-level security is forced wherever it is on")
    yield _pepper(connection, house)
    yield from _jobs(connection, house)


def _migrations(connection: Connection) -> Finding:
    there = {(app, name) for app, name in connection.execute("SELECT app, name FROM django_migrations").fetchall()}
    files = {(file.parts[-3], file.stem) for file in SOURCE.glob("ruangaman/*/migrations/0*.py")}
    ours = {app for app, _name in files}
    missing = sorted(files - there)
    unknown = sorted(each for each in there - files if each[0] in ours)
    if unknown:
        return bad("migrations", f"{'.'.join(unknown[0])} is of a newer release", "run the release that made it.")
    if missing:
        return bad("migrations", f"{len(missing)} to come, first {'.'.join(missing[0])}", "run ./ruang migrate")
    return ok("migrations", "the tables are up to date")


def _pepper(connection: Connection, house: House) -> Finding:
    from ruangaman.vault import pepper  # loads the cryptography library: only when there is something to compare

    kept = _value(connection, "SELECT value FROM vault_installationcheck")
    path = house.keys["pepper"]
    if kept is None or not path.is_file():
        return warn("pepper fits", "cannot be told", "start the web server once: it leaves the mark to compare with.")
    if bytes(kept) != pepper.check_value_of(path.read_bytes()):
        return bad("pepper fits", f"{path} is not the pepper of this database", "bring the right one: nothing opens.")
    return ok("pepper fits", "the pepper is the one of this database")


def _jobs(connection: Connection, house: House) -> Iterator[Finding]:
    silent = _value(connection, _BEAT)
    if not house.is_running:
        yield ok("worker", "does not run, like the demo")
        return
    if silent is None or silent > SILENT.total_seconds():
        text = "never seen" if silent is None else f"silent for {silent:.0f} s"
        yield bad("worker", text, "start ./ruang worker: nobody is alarmed until it runs.")
    else:
        yield ok("worker", f"seen {max(silent, 0):.0f} s ago")
    failed, waiting, lost = connection.execute(_QUEUE, {"waiting": WAITING, "silent": SILENT}).fetchone() or (0, 0, 0)
    if waiting or lost:
        text = f"{waiting} wait longer than {WAITING.seconds // 60} minutes, {lost} belong to a worker that is gone"
        yield bad("jobs", text, "restart ./ruang worker and look into its log.")
    elif failed:
        yield warn("jobs", f"{failed} failed", "look into the worker's log; each is tried again where that helps.")
    else:
        yield ok("jobs", "none failed, none stuck")


def _value(connection: Connection, statement: str, *values: object) -> Any:
    row = connection.execute(statement, values or None).fetchone()
    return row[0] if row else None


def _line(error: psycopg.Error) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
