"""The requirement files equal `pyproject.toml`, and the check says so when they do not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ruangaman.ops import lockfiles
from ruangaman.ops.paths import PYPROJECT, REQUIREMENTS


@pytest.fixture
def copy(tmp_path: Path) -> tuple[Path, Path]:
    shutil.copy(PYPROJECT, tmp_path / "pyproject.toml")
    shutil.copytree(REQUIREMENTS, tmp_path / "requirements")
    return tmp_path / "pyproject.toml", tmp_path / "requirements"


def test_the_files_of_the_project_fit() -> None:
    assert lockfiles.faults() == []


def test_a_requirement_that_was_changed_is_told(copy: tuple[Path, Path]) -> None:
    pyproject, folder = copy
    pyproject.write_text(pyproject.read_text().replace("granian>=2.8.7,<3", "granian>=3,<4"))
    faults = lockfiles.faults(pyproject=pyproject, folder=folder)
    assert any("made from other tables" in fault for fault in faults)
    assert any("granian is pinned to" in fault for fault in faults)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("granian==", "granium==", "granian is not pinned"),
        ("--hash=sha256:", "--hash=md5:", "has no hash"),
        ("# This file", "--index-url https://example.org/simple\n# This file", "names a host"),
        ("whitenoise==6.12.0", "whitenoise==6.12.1", "pin whitenoise differently"),
    ],
)
def test_a_line_that_was_changed_is_told(copy: tuple[Path, Path], old: str, new: str, told: str) -> None:
    pyproject, folder = copy
    base = folder / "base.txt"
    base.write_text(base.read_text().replace(old, new))
    assert any(told in fault for fault in lockfiles.faults(pyproject=pyproject, folder=folder))


def test_a_missing_file_is_told(copy: tuple[Path, Path]) -> None:
    pyproject, folder = copy
    (folder / "dev.txt").unlink()
    assert lockfiles.faults(pyproject=pyproject, folder=folder) == ["dev.txt is missing: run ./ruang lock."]
