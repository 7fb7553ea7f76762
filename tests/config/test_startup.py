"""Web and worker as real processes: without the right pepper they say why and end, and nobody starts them for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from ruangaman.config.env import REFUSED
from ruangaman.ops import demo, environment, processes
from tests.support import stage

pytestmark = pytest.mark.committed

MISSING = "RUANGAMAN_PEPPER_FILE must name the pepper file. Without it no password and no receipt opens anything."
SHORT = "RUANGAMAN_PEPPER_FILE: the pepper is 32 bytes, this file has 31."
WRONG = "The pepper file is not the one this database was made with; with it nothing would open."
SECONDS = 60


def command(process: str, port: int) -> list[str]:
    words = demo.web_command(port, workers=2) if process == "web" else ["-m", "ruangaman.ops.cli", "worker"]
    return [sys.executable, "-P", *words]


@contextmanager
def started(words: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        running = subprocess.Popen(words, env=env, stdout=out, stderr=out, start_new_session=True)
    try:
        yield running
    finally:
        processes.stop(running, seconds=10)


@pytest.fixture
def told(transactional_db: None, tmp_path: Path) -> dict[str, str]:
    """The environment of a process of an installation of its own, whose pepper the database knows already."""
    environment.ensure_folder(tmp_path)
    (tmp_path / "files" / "spool").mkdir(exist_ok=True)
    env = stage.process_environment("worker", database=connection.settings_dict["NAME"], folder=tmp_path)
    env["RUANGAMAN_PROCESS"] = "web"
    env["PYTHONPATH"] = os.pathsep.join(sys.path)
    look = "import django; django.setup(); from ruangaman.vault.services import check_pepper; check_pepper()"
    subprocess.run([sys.executable, "-c", look], env=env, check=True)
    return env


@pytest.mark.parametrize("process", ["web", "worker"])
@pytest.mark.parametrize(
    ("pepper", "sentence"), [(None, MISSING), (b"p" * 31, SHORT), (b"p" * 32, WRONG)], ids=["missing", "short", "wrong"]
)
def test_it_refuses_to_start_with_one_sentence(told, tmp_path, process, pepper, sentence):
    (tmp_path / "pepper").unlink()
    if pepper:
        (tmp_path / "pepper").write_bytes(pepper)
    port = demo.choose_port(0)

    done = subprocess.run(
        command(process, port), env=told | {"RUANGAMAN_PROCESS": process}, capture_output=True, timeout=SECONDS
    )

    assert done.returncode == REFUSED
    assert (done.stdout + done.stderr).decode().strip() == sentence
    assert not demo.is_live(port)


def test_with_its_own_pepper_the_web_server_serves(told, tmp_path):
    port = demo.choose_port(0)
    with started(command("web", port), told, tmp_path / "log") as running:
        end = time.monotonic() + SECONDS
        while not demo.is_live(port, "/readyz"):
            assert running.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < end, (tmp_path / "log").read_text()
            time.sleep(0.1)


def test_a_server_that_nobody_asked_before_ends_as_a_whole(told, tmp_path):
    """Granian starts failed workers again; two that fail in turn would go on for ever."""
    (tmp_path / "pepper").write_bytes(b"p" * 32)
    port = demo.choose_port(0)
    words = command("web", port)
    words.remove("ruangaman.config.startup")
    words.remove("-m")
    with started(words, told, tmp_path / "log") as running:
        running.wait(SECONDS)

    said = (tmp_path / "log").read_text()
    assert WRONG in said
    assert "Traceback" not in said
    assert not demo.is_live(port)
