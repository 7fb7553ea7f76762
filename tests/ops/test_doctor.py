"""What the doctor notices, and what it tells to do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from ruangaman.config import place
from ruangaman.ops import roles
from ruangaman.ops.backup.places import NOTE
from ruangaman.ops.doctor import around, database, machine
from ruangaman.ops.doctor.types import URLS, Finding, House
from ruangaman.ops.paths import REQUIREMENTS
from ruangaman.ops.postgres import conninfo
from ruangaman.vault import pepper
from tests.factories.backups import ruang, worker_name
from tests.factories.places import CONTOH
from tests.support import stage
from tests.support.mailbox import mail_server

PEPPER = bytes(range(32))
ID = "00000000-0000-4000-8000-000000000001"
CITY = (
    "INSERT INTO vault_principal (id, kind, created_at) VALUES (%(id)s, 'desk', now())",
    "INSERT INTO accounts_agency (id, code, name, kind) VALUES (%(id)s, 'dinas', 'Dinas', 'office')",
    "INSERT INTO accounts_unit (id, agency_id, code, name) VALUES (%(id)s, %(id)s, 'uptd', 'UPTD')",
    "INSERT INTO accounts_desk (id, unit_id, code, name, principal_id, position)"
    " VALUES (%(id)s, %(id)s, 'uptd', 'Meja', %(id)s, 1)",
)
"""One desk: where nobody is, the doctor says to set the city up."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A city on a database of its own, with its keys, its pepper noted, and its worker alive."""
    name = worker_name("ra_test_doctor")
    stage.ensure_template()
    stage.clone(name)
    keys = {each: tmp_path / each for each in ("pepper", "secret-key", "checkpoint.key", "canary.key")}
    for path in keys.values():
        path.write_bytes(PEPPER)
        path.chmod(0o600)
    addresses = {login: conninfo(stage.socket(), name, login) for login in URLS}
    made = House(addresses, tmp_path, keys, {}, is_demo=False, is_running=True)
    change(made, "INSERT INTO vault_installationcheck (id, value) VALUES (1, %s)", pepper.check_value_of(PEPPER))
    change(made, "INSERT INTO procrastinate_workers DEFAULT VALUES")
    with psycopg.connect(addresses["ra_login_web"].replace("ra_login_web", "ra_owner")) as connection:
        for statement in CITY:
            connection.execute(statement, {"id": ID})
    yield made
    roles.drop_database(conninfo(stage.socket()), name)


def change(house: House, statement: str, *values: object) -> None:
    """Change something as the superuser."""
    address = house.addresses["ra_login_web"].replace("ra_login_web", "ra_owner")
    with psycopg.connect(address) as connection:
        connection.execute(statement, values or None)


def found(findings: Iterator[Finding]) -> dict[str, Finding]:
    """Return findings by what they are about; each that is not well says what to do."""
    by_name = {finding.what: finding for finding in findings}
    assert [each for each in by_name.values() if bool(each.do) == (each.level == "ok")] == []
    return by_name


def levels(findings: Iterator[Finding], *, ignore: tuple[str, ...] = ()) -> dict[str, str]:
    """Return what is not well."""
    return {name: each.level for name, each in found(findings).items() if each.level != "ok" and name not in ignore}


CARELESS = ("synchronous_commit", "fsync", "full_page_writes", "archive", "pool")
"""The suite's own server is careless on purpose; a crowd on it is other tests."""


def test_a_house_in_order_has_nothing_to_mend(house: House) -> None:
    assert levels(database.look(house), ignore=CARELESS) == {}
    assert levels(machine.look(house), ignore=("disk", "environment")) == {}


def test_a_careless_server_is_bad_news(house: House) -> None:
    findings = found(database.look(house))
    for setting in ("fsync", "full_page_writes"):
        assert findings[setting].level == "bad"
        assert f"set {setting} = on" in findings[setting].do
    assert findings["archive"].level == "warn"


@pytest.mark.parametrize(
    ("statement", "what", "level", "words"),
    [
        ("REVOKE CONNECT ON DATABASE {name} FROM ra_login_web", "ra_login_web", "bad", "permission denied"),
        ("REVOKE CONNECT ON DATABASE {name} FROM ra_login_web", "doors", "bad", "ra_login_web may not connect"),
        ("ALTER TABLE vault_sealed NO FORCE ROW LEVEL SECURITY", "policies", "bad", "vault_sealed"),
        ("DELETE FROM django_migrations WHERE app = 'intake' AND name LIKE '0003%%'", "migrations", "bad", "1 to come"),
        ("INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '0999_x', now())", "migrations", "bad",
         "newer release"),
        ("UPDATE vault_installationcheck SET value = '\\x00'", "pepper fits", "bad", "not the pepper"),
        ("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'", "worker", "bad", "silent"),
        ("DELETE FROM accounts_desk", "city", "bad", "nobody is in them"),
        ("DROP TABLE django_migrations", "city", "bad", "was not set up"),
        ("DELETE FROM procrastinate_workers", "worker", "bad", "never seen"),
        ("INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('a', 'b', 'failed')", "jobs", "warn",
         "1 failed"),
        ("INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('a', 'b', 'doing')", "jobs", "bad",
         "1 belong to a worker that is gone"),
    ],
)  # fmt: skip
def test_what_is_bent_in_the_database_is_named(house: House, statement: str, what: str, level: str, words: str) -> None:
    change(house, statement.format(name=worker_name("ra_test_doctor")).replace("%%", "%"))
    finding = found(database.look(house))[what]
    assert finding.level == level
    assert words in finding.text


def test_a_job_that_waits_too_long_is_bad_news(house: House) -> None:
    change(house, "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('a', 'b')")
    assert found(database.look(house))["jobs"].level == "ok", "it came in just now"
    change(house, "UPDATE procrastinate_events SET at = now() - interval '11 minutes'")
    finding = found(database.look(house))["jobs"]
    assert finding.level == "bad"
    assert finding.text.startswith("1 wait longer than 10 minutes")


def test_a_database_that_is_gone_is_told_for_every_login(house: House) -> None:
    away = replace(house, addresses=dict.fromkeys(URLS, "host=/nowhere dbname=none"))
    assert levels(database.look(away)) == dict.fromkeys(URLS, "bad")
    assert levels(around.look(away)) == {"backup": "bad", "mail": "bad", "place": "bad"}


def test_the_command_answers_with_the_database_gone_and_ends_with_one(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_bytes(PEPPER)
    env = {
        "DATABASE_URL": "postgresql://ra_login_web@127.0.0.1:1/none",
        "RUANGAMAN_DATA": str(tmp_path),
        "RUANGAMAN_SECRET_KEY_FILE": str(tmp_path / "secret-key"),
    }
    done = ruang("doctor", "--json", env=env)
    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert answer["ok"] is False
    by_name = {each["what"]: each for each in answer["findings"]}
    assert by_name["ra_login_web"]["level"] == "bad"
    assert by_name["pepper"]["level"] == "bad"
    assert "start PostgreSQL" in by_name["ra_login_web"]["do"]


def test_a_demo_that_was_not_made_yet_is_no_fault(tmp_path: Path) -> None:
    done = ruang("doctor", "--data", str(tmp_path / "none"), env={})
    assert done.returncode == 0, done.stdout
    assert "was not made yet" in done.stdout
    assert not (tmp_path / "none").exists()


def test_keys_are_looked_at_without_being_told(house: House) -> None:
    house.keys["pepper"].chmod(0o640)
    house.keys["checkpoint.key"].write_bytes(b"short")
    house.keys["canary.key"].unlink()
    findings = found(machine.look(house))
    assert "chmod 0600" in findings["pepper"].do
    assert "has 5 bytes instead of 32" in findings["checkpoint.key"].text
    assert "run ./ruang migrate" in findings["canary.key"].do
    assert {findings[name].level for name in ("pepper", "checkpoint.key", "canary.key")} == {"bad"}
    assert PEPPER.hex() not in json.dumps([each.text + each.do for each in findings.values()])


@pytest.mark.parametrize(("hours", "level"), [(3, "ok"), (40, "warn"), (24 * 9, "bad")])
def test_an_old_backup_is_told(house: House, hours: int, level: str) -> None:
    at = datetime.now(UTC) - timedelta(hours=hours)
    assert house.data
    (house.data / NOTE).write_text(json.dumps({"at": at.isoformat(), "file": "one.age"}))
    finding = found(around.look(house))["backup"]
    assert finding.level == level
    assert f"{hours} hours old" in finding.text


def test_the_mail_server_is_greeted(house: House) -> None:
    with mail_server() as box:
        there = replace(house, environ={"RUANGAMAN_SMTP_URL": f"smtp://127.0.0.1:{box.port}"})
        assert found(around.look(there))["mail"].level == "ok"
        assert box.letters == []
    gone = found(around.look(there))["mail"]
    assert gone.level == "bad"
    assert "does not answer" in gone.text
    odd = replace(house, environ={"RUANGAMAN_SMTP_URL": "http://x"})
    assert "must look like" in found(around.look(odd))["mail"].text


def test_the_services_run_from_the_environment_that_root_made(tmp_path: Path) -> None:
    made, python = tmp_path / "srv" / ".venv", Path("/bin/sh").resolve()
    (made / "bin").mkdir(parents=True)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder.stat().st_mode & 0o777 == 0o700:
            folder.chmod(0o755)
    elsewhere = tmp_path / "tmp"

    def look(*, is_root: bool = True, passing: Path = elsewhere) -> Finding:
        return machine.environment(made, python, is_root=is_root, passing=passing)

    assert "is not complete" in look().text
    stamp = {"base": sha256((REQUIREMENTS / "base.txt").read_bytes()).hexdigest()}
    (made / machine.STAMP).write_text(json.dumps(stamp))
    assert look().level == "ok", look().text
    (made / "bin").chmod(0o700)
    assert (look().level, look(is_root=False).level) == ("warn", "ok"), "the service's own user is in already"
    assert f"{made / 'bin'} is closed to others" in look().text
    (made / "bin").chmod(0o755)
    assert "was made by this user for itself" in look(passing=tmp_path).text
    (made / machine.STAMP).write_text(json.dumps({"base": "of an older release"}))
    assert "is not complete" in look().text


def test_a_city_that_shows_the_example_s_facts_is_bad_news(house: House) -> None:
    assert house.data
    missing = found(around.look(house))["place"]
    assert missing.level == "bad"
    assert "telephone of Balikpapan" in missing.text
    place.write(CONTOH, place.locate(house.data))
    told = found(around.look(house))["place"]
    assert (told.level, "021-5550-1234" in told.text) == ("ok", True)
    place.locate(house.data).write_text("zone = 7")
    assert found(around.look(house))["place"].level == "bad"
    assert "place" not in found(around.look(replace(house, is_demo=True)))


def test_a_full_disk_is_bad_news(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, level in ((100, "bad"), (2000, "warn"), (90_000, "ok")):
        monkeypatch.setattr(machine.shutil, "disk_usage", lambda _path, free=free: type("U", (), {"free": free << 20}))
        assert found(machine.look(house))["disk"].level == level
