"""The entry script, run on a small checkout whose requirements are empty: what it makes, keeps, mends and refuses."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import json
import os
import shutil
import stat
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


@pytest.fixture
def locked(checkout: Path, entry: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The entry script of a checkout that this user cannot write to; root could, so it is only said."""
    real = os.access
    closed = {str(checkout), str(checkout / ".venv")}
    monkeypatch.setattr(
        entry.os, "access", lambda path, mode: not (str(path) in closed and mode & os.W_OK) and real(path, mode)
    )
    return entry


@pytest.fixture
def homeless(locked: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same for a user without a home: only the folder that everybody shares is left."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (tmp_path / "a file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    monkeypatch.setattr(locked.tempfile, "gettempdir", lambda: str(shared))
    locked.shared = shared
    locked.mine = shared / f"ruang-aman-{os.getuid()}"
    return locked


def refusal(entry: Any, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as refused:
        entry.choose_venv()
    assert refused.value.code == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "set XDG_CACHE_HOME to a folder that only you can write to" in told
    return told


def test_a_checkout_that_cannot_be_written_gets_its_environment_in_the_cache(checkout: Path, locked: Any) -> None:
    assert locked.choose_venv().startswith(str(checkout.parent / "cache" / "ruang-aman"))


def test_an_environment_that_the_keeper_of_the_checkout_made_is_used(checkout: Path, locked: Any) -> None:
    assert ruang(checkout, "hello").returncode == 0

    assert locked.choose_venv("base") == str(checkout / ".venv")
    assert locked.choose_venv("dev") != str(checkout / ".venv"), "it holds nothing for developers"

    (checkout / ".venv").chmod(0o777)
    assert locked.choose_venv("base") != str(checkout / ".venv"), "others could have written to it"


def test_without_a_home_each_part_in_the_shared_folder_is_made_for_this_user_alone(homeless: Any) -> None:
    before = os.umask(0)
    try:
        venv = Path(homeless.choose_venv())
    finally:
        os.umask(before)

    made = [venv.parent, *venv.parent.parents][:3]
    assert made[-1] == homeless.mine
    assert [stat.S_IMODE(each.stat().st_mode) for each in made] == [0o700] * 3
    venv.mkdir(mode=0o700)
    assert Path(homeless.choose_venv()) == venv, "the second start takes what the first has made"


@pytest.mark.parametrize("part", ["ruang-aman-{uid}", "ruang-aman-{uid}/ruang-aman", "{folder}", "{venv}"])
@pytest.mark.parametrize(
    ("attack", "why"),
    [("link", "it is a link or a file"), ("group", "others can write to it"), ("others", "others can write to it")],
)
def test_a_place_that_somebody_prepared_is_refused(
    homeless: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path, part: str, attack: str, why: str
) -> None:
    venv = Path(homeless.choose_venv())
    venv.mkdir(mode=0o700)
    assert Path(homeless.choose_venv()) == venv
    target = homeless.shared / part.format(uid=os.getuid(), folder=venv.parent, venv=venv)
    if attack == "link":
        target.rename(tmp_path / "elsewhere")
        target.symlink_to(tmp_path / "elsewhere")
    else:
        target.chmod({"group": 0o770, "others": 0o1707}[attack])

    assert refusal(homeless, capsys).startswith(f"{target} is no safe place for programs, for {why}: remove it")


def test_a_folder_of_another_user_is_refused(
    homeless: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    homeless.mine.mkdir(mode=0o700)
    assert homeless.choose_venv()
    victim = os.getuid() + 1
    homeless.mine.rename(homeless.shared / f"ruang-aman-{victim}")
    monkeypatch.setattr(homeless.os, "getuid", lambda: victim)

    assert "it belongs to another user" in refusal(homeless, capsys)


def test_a_shared_folder_in_which_everybody_can_rename_is_refused(
    homeless: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    homeless.shared.chmod(0o777)

    assert "everybody can rename what is in it" in refusal(homeless, capsys)


def test_an_environment_that_is_made_is_not_for_the_group_to_write(checkout: Path) -> None:
    before = os.umask(0o002)
    try:
        assert ruang(checkout, "hello").returncode == 0
    finally:
        os.umask(before)

    made = [checkout / ".venv", *(checkout / ".venv").rglob("*")]
    assert [each for each in made if not each.is_symlink() and each.stat().st_mode & 0o022] == []


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
