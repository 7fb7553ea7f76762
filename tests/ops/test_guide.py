"""The files that the guide for a city shows: each process has what it needs from its own, and nothing of others."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from ruangaman.config import env
from ruangaman.config.readiness import require_safe
from ruangaman.ops.backup import age
from ruangaman.ops.setup import ground
from tests.support import guide

ADDRESSES = {
    "web": "DATABASE_URL",
    "worker": "DATABASE_URL_WORKER",
    "owner": "DATABASE_URL_MIGRATE",
    "backup": "DATABASE_URL_BACKUP",
}
LOGINS = {"web": "ra_login_web", "worker": "ra_login_worker", "owner": "ra_login_migrate", "backup": "ra_login_backup"}
PROCESSES = {"web": "web", "worker": "worker", "owner": "migrate"}
SERVICES = {
    "/etc/systemd/system/ruangaman-web.service": ("web", "serve"),
    "/etc/systemd/system/ruangaman-worker.service": ("worker", "worker"),
    "/etc/systemd/system/ruangaman-backup.service": ("backup", "backup"),
}
SCRIPT = "/usr/local/sbin/ruangaman"
BECOME = re.compile(r"exec setpriv .* /srv/ruangaman/ruang")


@pytest.mark.parametrize("file", ADDRESSES)
def test_each_file_holds_the_password_of_its_own_login_and_no_other(file):
    told = guide.environments()[file]
    other_logins = set(LOGINS.values()) - {LOGINS[file]}

    assert [name for name in told if name.startswith("DATABASE_URL")] == [ADDRESSES[file]]
    assert f"//{LOGINS[file]}:" in told[ADDRESSES[file]]
    assert not any(login in value for login in other_logins for value in told.values())


def test_the_web_server_is_told_nothing_that_only_others_need():
    files = guide.environments()

    assert set(files) == set(ADDRESSES)
    assert set(files["web"]) & {
        "RUANGAMAN_CHECKPOINT_KEY_FILE", "RUANGAMAN_SMTP_URL", "RUANGAMAN_BACKUP_RECIPIENTS_FILE"
    } == set()  # fmt: skip
    assert set(files["backup"]) & {name for name in files["owner"] if name.endswith("_FILE")} == set(), "no key at all"


@pytest.mark.parametrize(("path", "file", "command"), [(path, *rest) for path, rest in SERVICES.items()])
def test_each_service_reads_its_own_file(path, file, command):
    unit = {**guide.files(), **guide.files(guide.BACK_UP)}[path]

    assert re.findall(r"^EnvironmentFile=(.*)$", unit, re.MULTILINE) == [f"/etc/ruangaman/{file}.env"]
    assert re.search(rf"^ExecStart=.*/srv/ruangaman/ruang {command}\b", unit, re.MULTILINE)
    assert "\nUser=ruangaman\n" in unit


@dataclass(frozen=True)
class Place:
    """The guide's files on this machine: the same names, other folders, the town's database."""

    folder: Path
    files: dict[str, dict[str, str]]

    def write(self) -> None:
        for name, told in self.files.items():
            text = "".join(f"{key}='{value}'\n" for key, value in told.items())
            (self.folder / f"{name}.env").write_text(text)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The guide's script for commands by hand, without becoming another user."""
        script = guide.files()[SCRIPT].replace("/etc/ruangaman/", f"{self.folder}/")
        script, count = BECOME.subn(f"exec {shlex.quote(sys.executable)} -P -m ruangaman.ops.cli", script)
        assert count == 1
        return subprocess.run(
            ["sh", "-c", script, SCRIPT, *words], env=BARE, capture_output=True, text=True, check=False, timeout=120
        )


BARE = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
"""What every process has, whoever starts it; nothing of ours."""


@pytest.fixture
def place(town, tmp_path):
    recipient = age.make_identity(tmp_path / "identity.txt")
    (tmp_path / "backup-recipients").write_text(f"{recipient}\n")
    here = {
        **{name: value for name, value in town.env.items() if name.endswith("_FILE") or name == "RUANGAMAN_DATA"},
        **{name: town.url(LOGINS[file]) for file, name in ADDRESSES.items()},
        "RUANGAMAN_BACKUP_RECIPIENTS_FILE": str(tmp_path / "backup-recipients"),
    }
    told = guide.environments()
    del told["worker"]["RUANGAMAN_SMTP_URL"]  # no letter leaves this machine
    made = Place(tmp_path, {file: {name: here.get(name, kept) for name, kept in told[file].items()} for file in told})
    made.write()
    return made


@pytest.mark.parametrize(("file", "process"), PROCESSES.items())
def test_each_process_starts_its_settings_from_its_own_file_alone(place, file, process):
    told = {
        **BARE,
        **place.files[file],
        "RUANGAMAN_PROCESS": process,
        "DJANGO_SETTINGS_MODULE": "ruangaman.config.settings",
    }
    code = "import django; django.setup(); from django.db import connection; connection.ensure_connection()"

    done = subprocess.run([sys.executable, "-P", "-c", code], env=told, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    if process in env.URL_NAMES and process != "migrate":
        require_safe(env.load(told), told)


def test_a_file_of_another_starts_nothing(place):
    for file, process in PROCESSES.items():
        for other in place.files.keys() - {file}:
            with pytest.raises(env.EnvError, match=f"^({ADDRESSES[file]}|RUANGAMAN_CHECKPOINT_KEY_FILE) must"):
                env.load({**place.files[other], "RUANGAMAN_PROCESS": process})


def test_web_server_and_worker_serve_from_their_own_files(town, place):
    shown = {"serve": place.files["web"], "worker": place.files["worker"]}
    kept = {name: value for name, value in town.env.items() if not name.startswith(("RUANGAMAN_", "DATABASE_URL"))}
    both = type(town)(town.folder, town.server, town.database)
    both.told = lambda command: {**kept, **shown[command]}
    both.env["RUANGAMAN_URL"] = place.files["web"]["RUANGAMAN_URL"]

    with both.serving() as served, both.working() as worker:
        browser = served.browser()
        sent = browser.submit(browser.get("/i/"), {"what": "Tetangga saya memukul anaknya tiap malam."})
        assert sent.receipt, sent.text
        assert worker.poll() is None


@pytest.mark.parametrize("words", [("migrate",), ("audit", "checkpoint"), ("audit", "verify"), ("backup", "{file}")])
def test_each_command_by_hand_gets_what_it_needs_and_no_other_password(place, tmp_path, words):
    done = place.run(*(word.format(file=tmp_path / "night.age") for word in words))

    assert done.returncode == 0, done.stderr


def test_the_script_says_what_it_takes(place):
    done = place.run("serve")

    assert (done.returncode, done.stderr.split()[0]) == (2, "ruangaman")


def test_set_up_is_told_everything_that_it_asks_for(place, monkeypatch):
    for name in {name for name in os.environ if name.startswith(("RUANGAMAN_", "DATABASE_URL"))}:
        monkeypatch.delenv(name)
    for told in place.files.values():
        for name, value in told.items():
            monkeypatch.setenv(name, value)

    assert set(ground.read_addresses()) == set(env.URL_NAMES)
