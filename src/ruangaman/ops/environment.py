"""What we tell the processes that we start: their environment, and the secrets of a demo or a test run."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
SECRET_BYTES = 32
_OURS = ("RUANGAMAN_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE")


def for_process(process: str, *, socket: Path, database: str, folder: Path, **more: str) -> dict[str, str]:
    """Environment of one process on an embedded server. Nothing of ours is passed on from outside.

    Args:
        process: `web`, `worker`, `migrate`, `seed` or `test`.
        folder: holds the secrets and `files/`; see `ensure_folder`.
        more: further variables, by their full names.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join([str(SOURCE), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "DJANGO_SETTINGS_MODULE": "ruangaman.config.settings",
        "RUANGAMAN_PROCESS": process,
        "RUANGAMAN_PG_SOCKET": str(socket),
        "RUANGAMAN_PG_DATABASE": database,
        "RUANGAMAN_DATA": str(folder / "files"),
        "RUANGAMAN_PEPPER_FILE": str(folder / "pepper"),
        "RUANGAMAN_SECRET_KEY_FILE": str(folder / "secret-key"),
        "RUANGAMAN_DIE_WITH_PARENT": "1",
        **({} if process == "web" else {"RUANGAMAN_CHECKPOINT_KEY_FILE": str(folder / "checkpoint.key")}),
        **more,
    }


def ensure_folder(folder: Path) -> None:
    """Make the folder with its `files/`, and the secrets that are not there yet."""
    (folder / "files").mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("pepper", "secret-key", "checkpoint.key"):
        if not (folder / name).exists():
            make_secret(folder / name)


def make_secret(path: Path) -> None:
    """Write 32 random bytes that only this user can read; the file is there whole or not at all."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
