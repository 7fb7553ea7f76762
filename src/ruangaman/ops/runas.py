"""PostgreSQL refuses to run as root: how to run it all the same, without opening root's folders to anyone."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruangaman.ops import binaries
from ruangaman.ops.binaries import Binaries

_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
MARKER = "owner"
"""File in the data folder that keeps the way: the owner of the files must be the same next time."""


class CannotRun(RuntimeError):
    """PostgreSQL cannot be started as this user; the text says what to do."""


@dataclass(frozen=True)
class Way:
    """One way of running PostgreSQL: `self` (not root), `namespace` or `nobody`."""

    name: str
    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    def popen_arguments(self) -> dict[str, Any]:
        """What `subprocess` needs to know."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def give(self, folder: Path) -> None:
        """Make the server's user the owner of an empty folder."""
        if self.user is not None and self.group is not None:
            os.chown(folder, self.user, self.group)


def choose(data: Path) -> Way:
    """The way for this data folder: the one noted there, else the first that works; it is noted then.

    Raises:
        CannotRun: the noted way does not work here, or none does.
    """
    marker = data / MARKER
    noted = marker.read_text().strip() if marker.is_file() else ""
    ways = [Way("self")] if os.geteuid() else [each for each in (_namespace(), _nobody()) if each]
    for way in ways:
        if noted in ("", way.name):
            _let_pass(way, data)
            marker.write_text(f"{way.name}\n")
            return way
    raise CannotRun(
        f"The files in {data} belong to another way of running PostgreSQL ({noted or 'unknown'}): "
        "start it as the user who made them, or choose another folder with --data."
    )


def reachable(programs: Binaries, way: Way) -> Binaries:
    """The same programs, copied to where the server's user can reach them when it cannot."""
    if way.user is None or _can_run(way, [programs.program("postgres"), "--version"]):
        return programs
    if programs.source != "wheel":
        raise CannotRun(f"The user nobody cannot reach {programs.folder}: start this as an ordinary user.")
    package, *libraries = binaries.wheel_folders()
    target = Path(tempfile.mkdtemp(prefix="ra-bin-"))
    target.chmod(0o755)
    for folder in (package, *libraries):
        shutil.copytree(folder, target / folder.name, symlinks=True)
    return Binaries(target / package.name / programs.folder.relative_to(package.resolve()), programs.major, "copy")


def _let_pass(way: Way, data: Path) -> None:
    if way.user is None:
        return
    data.chmod(0o711)  # to pass through, not to look into; every file in it stays closed
    if not _can_run(way, ["test", "-x", str(data)]):
        raise CannotRun(
            f"The user nobody, who must run PostgreSQL here, cannot reach {data}: "
            "choose a folder with --data that everyone may pass through, such as one in /var/tmp."
        )


def _namespace() -> Way | None:
    if not shutil.which(_NAMESPACE[0]):
        return None
    # Where namespaces are forbidden the text misleads; only the exit code counts.
    tried = subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False)
    return Way("namespace", prefix=_NAMESPACE) if tried.returncode == 0 else None


def _nobody() -> Way | None:
    try:
        user = pwd.getpwnam("nobody")
    except KeyError:
        return None
    return Way("nobody", user=user.pw_uid, group=user.pw_gid)


def _can_run(way: Way, command: Sequence[str]) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, check=False, **way.popen_arguments())
    except OSError:
        return False
    return done.returncode == 0
