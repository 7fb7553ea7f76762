"""Around the house: the last backup, the last checkpoint, the mail server, the city that is told of."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from ruangaman.config import place
from ruangaman.config.env import EnvError, Smtp, read_smtp
from ruangaman.ops.backup.places import NOTE
from ruangaman.ops.doctor.types import Finding, House, bad, ok, warn

DAILY, WEEKLY = timedelta(hours=26), timedelta(days=7)
UNSIGNED = timedelta(minutes=30)
SECONDS = 5
_UNSIGNED = """
SELECT (SELECT max(at) FROM audit_auditcheckpoint),
       EXISTS (SELECT 1 FROM audit_auditevent e
               WHERE e.at < now() - %(unsigned)s
                 AND e.at > coalesce((SELECT max(at) FROM audit_auditcheckpoint), '-infinity'))
"""
_HAS_CHECKPOINTS = "SELECT to_regclass('public.audit_auditcheckpoint') IS NOT NULL"


def look(house: House) -> Iterator[Finding]:
    """Look at what lies beside the database and what it depends on."""
    yield _backup(house)
    yield from _checkpoint(house)
    yield _mail(house)
    if not house.is_demo and house.data:
        yield _place(house.data)


def _place(data: Path) -> Finding:
    """Which city the pages speak of: another one's telephone helps nobody."""
    path = place.locate(data)
    try:
        told = place.read(path)
    except EnvError as error:
        return bad("place", str(error), "run ./ruang setup --place: web server and worker do not start until then.")
    if not told.is_told:
        text = f"{path} is not there: every page shows the name, districts and telephone of {told.city}"
        return bad("place", text, "run ./ruang setup --place, in Balikpapan too: somebody has to say that it is right.")
    return ok(
        "place", f"{told.service}, {told.city}, {told.zone}, {len(told.kecamatan)} kecamatan, {told.hotline.number}"
    )


def _backup(house: House) -> Finding:
    command = "run ./ruang backup, every night by a timer: docs/how-to/back-up-and-restore.md"
    missing = (warn if house.is_demo else bad)("backup", "none was made here", command)
    path = house.data / NOTE if house.data else None
    if path is None or not path.is_file():
        return missing
    try:
        note = json.loads(path.read_text())
        age = datetime.now(UTC) - datetime.fromisoformat(note["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return bad("backup", f"{path} cannot be read", command)
    text = f"{age / timedelta(hours=1):.0f} hours old: {note.get('file', '')}"
    if age > WEEKLY and not house.is_demo:
        return bad("backup", text, command)
    return warn("backup", text, command) if age > DAILY else ok("backup", text)


def _checkpoint(house: House) -> Iterator[Finding]:
    address = house.addresses.get("ra_login_backup")
    if address is None:
        return
    try:
        with psycopg.connect(address, connect_timeout=SECONDS) as connection:
            connection.execute("SET ROLE ra_backup")
            if not _first(connection, _HAS_CHECKPOINTS)[0]:
                return
            newest, unsigned = _first(connection, _UNSIGNED, {"unsigned": UNSIGNED})
    except psycopg.Error:
        return  # said already, where the database was looked at
    if house.is_running and unsigned:
        text = "none yet" if newest is None else f"the last is of {newest:%Y-%m-%d %H:%M} UTC, and more happened since"
        yield bad("checkpoint", text, "see that the worker runs and has checkpoint.key, then ./ruang audit checkpoint")
    elif newest is not None:
        yield ok("checkpoint", f"of {newest:%Y-%m-%d %H:%M} UTC")


def _first(connection: psycopg.Connection[Any], statement: str, values: dict[str, object] | None = None) -> Any:
    return connection.execute(statement, values).fetchone()


def _mail(house: House) -> Finding:
    try:
        smtp = read_smtp(house.environ)
    except EnvError as error:
        return bad("mail", str(error), "mend the variable.")
    if not smtp.host:
        if house.is_demo:
            return ok("mail", "letters go into files, as in every demo")
        return bad("mail", "RUANGAMAN_SMTP_URL is not set", "set it: letters go into files, and nobody is alarmed.")
    try:
        _greet(smtp)
    except (OSError, smtplib.SMTPException) as error:
        text = f"{smtp.host}:{smtp.port} does not answer as it should ({type(error).__name__})"
        return bad("mail", text, "look at RUANGAMAN_SMTP_URL, the password and the way there: nobody is alarmed.")
    return ok("mail", f"{smtp.host}:{smtp.port} takes letters")


def _greet(smtp: Smtp) -> None:
    kind = smtplib.SMTP_SSL if smtp.tls else smtplib.SMTP
    with kind(smtp.host, smtp.port, timeout=SECONDS) as server:
        server.ehlo()
        if smtp.user:
            server.login(smtp.user, smtp.password)
        server.noop()
