"""The canary's key file beside the pepper, made once: by `./ruang migrate`, or for a demo by its first backup."""

from __future__ import annotations

import os
from pathlib import Path

from ruangaman.ops.progress import say

FILE = "canary.key"
VARIABLE = "RUANGAMAN_CANARY_FILE"


class NoCanary(RuntimeError):
    """The canary cannot be made or opened; the text says what to do."""


def path() -> Path:
    """Where the key file is: named outright, else beside the pepper."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path(os.environ.get("RUANGAMAN_PEPPER_FILE", "pepper")).parent / FILE


def ensure() -> bool:
    """Make the canary and its key file unless they are there; tells whether the database has one now.

    Django is set up as `migrate`. Before the recovery key is signed no dossier can be made, and so no canary.

    Raises:
        NoCanary: there is a key file, but it belongs to another database; or the pepper does.
    """
    from ruangaman.audit.services import unit_of_work  # models are importable only now
    from ruangaman.audit.types import Role
    from ruangaman.core import clock
    from ruangaman.vault import services as vault
    from ruangaman.vault.errors import WrongPepper

    file = path()
    try:
        vault.check_pepper(Role.MIGRATE)
    except WrongPepper as error:
        raise NoCanary(str(error)) from None
    with unit_of_work(Role.MIGRATE):
        if not vault.is_recoverable():
            return False
        if file.is_file():
            if vault.has_canary(vault.Canary.from_text(file.read_text())):
                return True
            raise NoCanary(f"{file} belongs to another database: move it to where that one's keys are, then try again.")
        _write(file, vault.make_canary(at=clock.now()).to_text())
    return True


def _write(file: Path, text: str) -> None:
    unfinished = file.with_name(f"{file.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    unfinished.rename(file)


def main() -> None:
    """Make it, in a process of its own: `python -m ruangaman.ops.canary`."""
    import django

    django.setup()
    if not ensure():
        raise SystemExit("There is no signed recovery key yet, so there can be no canary.")
    say(f"The canary's key is {path()}: keep a copy where the pepper's copy is.")


if __name__ == "__main__":
    main()
