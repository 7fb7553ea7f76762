"""The hashed requirement files: made from `pyproject.toml`, and checked against it without the network."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

from ruangaman.ops.paths import PYPROJECT, REQUIREMENTS, ROOT

LEVELS = ("base", "dev")
_MARK = "# dependency tables: sha256:"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


class LockError(RuntimeError):
    """The files could not be made; the text says what to do."""


def tables_digest(pyproject: Path = PYPROJECT) -> str:
    """SHA-256 over the tables that decide what is installed."""
    project = tomllib.loads(pyproject.read_text())["project"]
    tables = [project["requires-python"], project["dependencies"], project["optional-dependencies"]]
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def pins(text: str) -> dict[str, list[str]]:
    """Versions by normalised name; one name has several where they differ by platform or Python."""
    found: dict[str, list[str]] = {}
    for name, version in _PIN.findall(text):
        found.setdefault(_normal(name), []).append(version)
    return found


def can_check() -> bool:
    """Whether this is a checkout with the development tools in it."""
    return PYPROJECT.is_file() and importlib.util.find_spec("packaging") is not None


def faults(*, pyproject: Path = PYPROJECT, folder: Path = REQUIREMENTS) -> list[str]:
    """What is wrong with the lock files, one sentence each; empty when they fit."""
    project = tomllib.loads(pyproject.read_text())["project"]
    base, dev = project["dependencies"], project["optional-dependencies"]["dev"]
    wanted = {"base": base, "dev": [*base, *dev]}
    digest = tables_digest(pyproject)
    found: list[str] = []
    pinned: dict[str, dict[str, list[str]]] = {}
    for level in LEVELS:
        path = folder / f"{level}.txt"
        if not path.is_file():
            found.append(f"{path.name} is missing: run ./ruang lock.")
            continue
        text = path.read_text()
        pinned[level] = pins(text)
        if f"{_MARK}{digest}" not in text:
            found.append(f"{path.name} was made from other tables than pyproject.toml has now: run ./ruang lock.")
        found += [f"{path.name}: {fault}" for fault in (*_unmet(wanted[level], pinned[level]), *_odd_lines(text))]
    for name, versions in pinned.get("base", {}).items():
        if pinned.get("dev", {}).get(name, versions) != versions:
            found.append(f"base.txt and dev.txt pin {name} differently: run ./ruang lock.")
    return found


def _unmet(requirements: Iterable[str], pinned: dict[str, list[str]]) -> Iterable[str]:
    from packaging.requirements import Requirement

    for line in requirements:
        requirement = Requirement(line)
        versions = pinned.get(_normal(requirement.name), [])
        if not versions:
            yield f"{requirement.name} is not pinned."
        for version in versions:
            if not requirement.specifier.contains(version, prereleases=True):
                yield f"{requirement.name} is pinned to {version}, pyproject.toml wants {requirement.specifier}."


def _odd_lines(text: str) -> Iterable[str]:
    if "://" in text:
        yield "it names a host."
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    for block in blocks:
        head = _PIN.match(block)
        if head and "--hash=sha256:" not in block:
            yield f"{head[1]} has no hash."


def make(*, upgrade: bool = False) -> None:
    """Make both files again, keeping the pins that still fit. Nothing younger than seven days is taken.

    Raises:
        LockError: uv is missing or found no solution.
    """
    digest = tables_digest()
    for level in LEVELS:
        path = REQUIREMENTS / f"{level}.txt"
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / path.name
            if path.is_file() and not upgrade:
                shutil.copy(path, out)
            extra = ["--extra", "dev", "-c", str(REQUIREMENTS / "base.txt")] if level == "dev" else []
            _compile([*extra, "-o", str(out)])
            body = "".join(line for line in out.read_text().splitlines(True) if not line.startswith(_MARK))
        body = body.replace(f"-c {REQUIREMENTS}/", "-c ")
        path.write_text(f"{_MARK}{digest}\n{body}")


def _compile(arguments: list[str]) -> None:
    found = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if not found:
        raise LockError("./ruang lock needs uv: install it (pip install uv) and run this again.")
    command = [found, "--quiet", "pip", "compile", "--universal", "--generate-hashes", "--no-emit-index-url"]
    command += ["--exclude-newer", "7 days", "--python-version", "3.11", "--custom-compile-command", "./ruang lock"]
    if subprocess.run([*command, "pyproject.toml", *arguments], cwd=ROOT, check=False, stdout=2).returncode:
        raise LockError("uv found no set of versions that fits, see above.")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
