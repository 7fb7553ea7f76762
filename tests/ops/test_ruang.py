"""The entry script, run on a small checkout whose requirements are empty: what it makes, keeps, mends and refuses."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ruangaman.ops.paths import ROOT

CLI = "import json, sys; print(json.dumps({'words': sys.argv[1:], 'prefix': sys.prefix}))"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "a check out"
    ops = root / "src" / "ruangaman" / "ops"
    ops.mkdir(parents=True)
    (root / "requirements").mkdir()
    shutil.copy(ROOT / "ruang", root / "ruang")
    for name in ("base", "dev"):
        (root / "requirements" / f"{name}.txt").write_text("# nothing\n")
    for folder in (ops, ops.parent):
        (folder / "__init__.py").touch()
    (ops / "cli.py").write_text(CLI)
    return root


def ruang(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, str(root / "ruang"), *words]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False, cwd=root.parent)


def load(root: Path) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("ruang_entry", str(root / "ruang"))
    spec = importlib.util.spec_from_loader("ruang_entry", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_an_old_python_can_read_it() -> None:
    ast.parse((ROOT / "ruang").read_text(), feature_version=(3, 6))


def test_an_old_python_is_refused_in_one_sentence(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = load(checkout)
    monkeypatch.setattr(sys, "version_info", (3, 8, 1))
    monkeypatch.setattr(entry.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit) as refused:
        entry.check_python()
    monkeypatch.undo()
    assert refused.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("Ruang Aman needs Python 3.11 to 3.14 and this is 3.8: install one of them")
    assert told.count("\n") == 1


def test_first_start_makes_the_environment_and_the_second_does_nothing(checkout: Path) -> None:
    first = ruang(checkout, "hello", "--there")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout) == {"words": ["hello", "--there"], "prefix": str(checkout / ".venv")}
    assert "Making the virtual environment" in first.stderr

    second = ruang(checkout, "hello")
    assert second.returncode == 0
    assert second.stderr == ""

    assert "dev.txt" in ruang(checkout, "test").stderr
    assert ruang(checkout, "hello").stderr == ""

    (checkout / "requirements" / "base.txt").write_text("# something else\n")
    third = ruang(checkout, "hello")
    assert "Installing requirements" in third.stderr
    assert "Making" not in third.stderr

    (checkout / ".venv" / "pyvenv.cfg").unlink()  # as if the making had been interrupted
    (checkout / ".venv" / "ruang.stamp").unlink()
    assert "Making the virtual environment" in ruang(checkout, "hello").stderr


def test_two_first_starts_side_by_side_make_it_once(checkout: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    both = [
        subprocess.Popen(
            [sys.executable, str(checkout / "ruang"), "hello"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=env,
        )
        for _ in range(2)
    ]
    told = [each.communicate()[1] for each in both]
    assert [each.returncode for each in both] == [0, 0], told
    assert "".join(told).count("Making the virtual environment") == 1


@pytest.fixture
def entry(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("XDG_CACHE_HOME", str(checkout.parent / "cache"))
    return load(checkout)


def test_a_checkout_that_cannot_be_written_gets_its_environment_in_the_cache(
    checkout: Path, entry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.access
    monkeypatch.setattr(entry.os, "access", lambda path, mode: str(path) != str(checkout) and real(path, mode))
    assert entry.choose_venv().startswith(str(checkout.parent / "cache" / "ruang-aman"))


def test_an_interrupted_install_leaves_no_stamp(checkout: Path, entry: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "install", interrupted)
    monkeypatch.setattr(entry.shutil, "which", lambda name: None)
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        entry.prepare("base")
    assert time.monotonic() - start < 60
    assert not (checkout / ".venv" / "ruang.stamp").exists()
    assert not entry.is_ready(str(checkout / ".venv"), "base")
