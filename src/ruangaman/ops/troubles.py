"""What is wrong around us, as one sentence that says what to do: a disk, a folder, a file, a database that is away."""

from __future__ import annotations

import errno
import os

from ruangaman.config.env import URL_NAMES

_FILES = {
    errno.EACCES: "This user may not use {what}: let it belong to the user who runs this, or name another place.",
    errno.EPERM: "This user may not use {what}: let it belong to the user who runs this, or name another place.",
    errno.EROFS: "{what} lies on a disk that can only be read: name another place, or mount it writable.",
    errno.ENOENT: "{what} is not there: look at how its name is written, or bring it.",
    errno.EISDIR: "{what} is a folder where a file is needed: name the file itself.",
    errno.ENOTDIR: "{what} cannot be used: a part of its path is a file and no folder. Look at how it is written.",
    errno.EEXIST: "{what} is there already, and is not what is needed: move it away, or name another place.",
}
_FULL = (errno.ENOSPC, errno.EDQUOT)
_NO_ROOM = "There is no room left on the disk: make room, then run this again."
_ADVICE = (
    ("authentication failed", "set the same password for the login there and in the address"),
    ("no password supplied", "write the login's password into the address"),
    ("pg_hba.conf", "let this login in from this machine, in pg_hba.conf"),
    ("permission denied for database", "a restore was not finished here, or this database is not ours: ./ruang doctor"),
    ("does not exist", "run ./ruang setup; before a restore ./ruang setup --for-restore"),
    ("permission denied", "this login lacks its rights: run ./ruang setup, as on the first day"),
    ("recovery mode", "wait until PostgreSQL has recovered, then run this again"),
    ("no space left", "make room on the database's disk"),
    ("starting up", "wait a moment, then run this again"),
)
_ANY = "start PostgreSQL, or look at host, port and login in the address"
_NOT_OURS = ("42P01", "42501", "3F000", "22023", "25006")
"""No table, no right, no schema, no role, read only: the database is not as our commands leave one."""


class Hindered(RuntimeError):
    """Something outside is in the way; the text says what, and what to do."""


def sentence(error: BaseException) -> str | None:
    """Return what to say about an error that comes from around us; None: it is a fault of ours."""
    if isinstance(error, OSError):
        return None if isinstance(error, BrokenPipeError) else _of_file(error)
    name = f"{type(error).__module__}.{type(error).__name__}"
    if not name.startswith(("psycopg", "django.db.utils")):
        return None
    is_away = any(each.__name__ in {"OperationalError", "InterfaceError"} for each in type(error).__mro__)
    state = getattr(error.__cause__ or error, "sqlstate", None)
    return of_database(error, variable()) if is_away or state in _NOT_OURS else None


def of_database(error: BaseException, name: str) -> str:
    """Return what PostgreSQL says, with the variable that names it and what to do. It holds no password."""
    said = first_line(error)
    advice = next((do for mark, do in _ADVICE if mark in said.casefold()), _ANY)
    return f"{name}: {said.rstrip('.')}: {advice}."


def first_line(error: BaseException) -> str:
    """Return what PostgreSQL says, without its place in our code. It names host and login, never a password."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def variable() -> str:
    """Return the variable by which this process was told its database."""
    return URL_NAMES.get(os.environ.get("RUANGAMAN_PROCESS", ""), "The database")


def _of_file(error: OSError) -> str:
    if error.errno in _FULL:
        return _NO_ROOM
    if error.filename is None:
        return f"{(error.strerror or str(error) or type(error).__name__).rstrip('.')}: mend that, then run this again."
    what = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes | os.PathLike) else "A file"
    usual = f"{{what}} cannot be used ({error.strerror}): mend that, then run this again."
    return _FILES.get(error.errno or 0, usual).format(what=what)
