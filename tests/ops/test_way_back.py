"""The whole way back on a machine that has nothing: a place, the keys, the backup, the people, and a doctor content."""

from __future__ import annotations

import json
import shutil

import psycopg
import pytest

from ruangaman.ops.postgres import Postgres
from tests.support.conversation import Conversation
from tests.support.mailbox import mail_server
from tests.support.town import Town

KEYS = ("pepper", "secret-key", "checkpoint.key", "canary.key")
LEFT = "Pelindung Dua"


@pytest.fixture(scope="module")
def identity(tmp_path_factory, town):
    """A key pair for backups."""
    path = tmp_path_factory.mktemp("identity") / "identity.txt"
    assert town.run("backup", "--new-key", str(path)).returncode == 0
    return path


@pytest.fixture(scope="module")
def saved(town, identity):
    """A backup of the city; afterwards somebody lost a seat there, which only an export of the trail knows."""
    recipient = identity.read_text().split()[3]
    backup = identity.with_name("city.age")
    url = {"DATABASE_URL_BACKUP": town.url("ra_login_backup")}
    done = town.run("backup", str(backup), "--recipient", recipient, **url)
    assert done.returncode == 0, done.stderr
    with psycopg.connect(town.server.conninfo(town.database)) as connection:
        connection.execute("SET ROLE ra_migrate")
        (user,) = connection.execute("SELECT id::text FROM accounts_user WHERE username = 'meja2'").fetchone()
        event = {"lane": 3, "at": "2026-11-25T10:00:00+00:00", "type": "accounts.unseated", "actor": "system",
                 "subject": "uptd", "detail": {"user": user}, "seals": []}  # fmt: skip
        connection.execute("SELECT audit_append(%s)", [json.dumps([event])])
    assert town.run("audit", "checkpoint").returncode == 0
    done = town.run("audit", "export", str(identity.with_name("trail.jsonl")))
    assert done.returncode == 0, done.stderr
    return backup


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """Another machine: a cluster without a role of ours, an environment, nothing else."""
    with Postgres(tmp_path_factory.mktemp("there-postgres")) as server:
        found = Town(tmp_path_factory.mktemp("there"), server)
        found.env["DATABASE_URL_BACKUP"] = found.url("ra_login_backup")
        yield found


def doctor(there, **more):
    done = there.run("doctor", "--json", **more)
    return {each["what"]: each for each in json.loads(done.stdout)["findings"]}, done.returncode


def admin(there):
    return {"DATABASE_URL_ADMIN": there.admin()["DATABASE_URL_ADMIN"]}


def bring_keys(town, there):
    for name in KEYS:
        shutil.copy(town.folder / "secret" / name, there.folder / "secret" / name)


@pytest.fixture(scope="module")
def back(town, identity, saved, there):
    """The same city on that machine, by the commands of the guide; each step is looked at where it is taken."""
    words = ("restore", str(saved), "--identity", str(identity))
    bring = there.run("setup", "--for-restore", **admin(there))
    assert bring.returncode == 0, bring.stderr
    assert all(str(there.folder / "secret" / name) in bring.stdout for name in KEYS)
    with psycopg.connect(there.server.conninfo(there.database)) as connection:
        made = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert made == (0,), "a place and no table"
    assert list((there.folder / "secret").iterdir()) == [], "and no key"
    assert there.run(*words).returncode == 2, "without keys there is no way"
    bring_keys(town, there)
    again = there.run("setup", "--for-restore", **admin(there))
    assert (again.returncode, "masih harus dibawa" in again.stdout) == (0, False)
    with Conversation(words, there.env) as talk:
        talk.hear("Restored as of")
        talk.hear("4 people can sign in now")
        talk.hear(f"pelindung: {LEFT}, [^\n]*, UPTD Contoh\n[^\n]*signed in[^\n]*; opens \\d+ dossiers; key officer\n")
        talk.hear("doctor --checked people")
        assert talk.end() == 0, talk.said[-2000:]
    return there


def test_from_nothing_to_a_city_that_the_doctor_finds_well(identity, back):
    recipient = identity.read_text().split()[3]
    assert back.run("backup", str(back.folder / "first.age"), "--recipient", recipient).returncode == 0
    assert doctor(back)[0]["people"]["level"] == "warn"
    assert back.run("doctor", "--checked", "people").returncode == 0
    with mail_server() as box, back.working():
        found, code = doctor_until_well(back, f"smtp://127.0.0.1:{box.port}")
    assert code == 0, found
    assert found["people"]["level"] == "ok"


def doctor_until_well(there, smtp):
    """Ask until the worker was seen once; it has only just started."""
    for _try in range(20):
        found, code = doctor(there, RUANGAMAN_SMTP_URL=smtp)
        if code == 0:
            break
    return found, code


def test_a_place_with_tables_in_it_is_not_prepared(back):
    done = back.run("setup", "--for-restore", **admin(back))

    assert done.returncode == 1
    assert "sudah berisi tabel; tidak ada yang diubah" in done.stderr
    assert "DROP DATABASE" in done.stderr


def test_names_are_said_to_a_person_and_never_into_a_file(town, identity, saved, there, tmp_path_factory):
    other = Town(tmp_path_factory.mktemp("other"), there.server, "lain")
    assert other.run("setup", "--for-restore", **admin(other)).returncode == 0
    bring_keys(town, other)

    done = other.run("restore", str(saved), "--identity", str(identity))

    assert done.returncode == 0, done.stderr
    assert "4 people can sign in (open accounts)" in done.stdout
    assert "4 accounts, open and closed" in done.stdout
    assert "No ledger of erasures to compare with" in done.stdout
    assert "./ruang restore --people" in done.stdout
    assert LEFT not in done.stdout + done.stderr
    refused = other.run("restore", "--people")
    assert (refused.returncode, LEFT in refused.stdout + refused.stderr) == (1, False)
    with Conversation(["restore", "--people"], other.env) as talk:
        talk.hear(LEFT)
        assert talk.end() == 0
    with psycopg.connect(other.server.conninfo(other.database)) as connection:
        listed = connection.execute("SELECT detail::text FROM audit_auditevent WHERE type = 'accounts.people_listed'")
        assert [json.loads(detail) for (detail,) in listed] == [{"people": 4}], "reading names leaves a mark"


def test_a_newer_export_of_the_trail_says_who_lost_something(identity, back):
    trail = identity.with_name("trail.jsonl")
    with Conversation(["restore", "--people", "--trail", str(trail)], back.env) as talk:
        talk.hear("meja2: Penerima Empat[^\n]*\n[^\n]*\n +since the backup: accounts.unseated at 2026-11-25T10:00")
        assert talk.end() == 0
        assert talk.said.count("      since the backup: ") == 1
    bent = trail.with_name("bent.jsonl")
    bent.write_text(trail.read_text().replace("accounts.unseated", "accounts.seated"))
    with Conversation(["restore", "--people", "--trail", str(bent)], back.env) as talk:
        talk.hear("does not hold")
        assert talk.end() == 1
        assert LEFT not in talk.said


def test_nobody_says_that_people_were_checked_where_nothing_was_restored(town):
    done = town.run("doctor", "--checked", "people")

    assert done.returncode == 1
    assert "Nothing was restored here" in done.stderr
