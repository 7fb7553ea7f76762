"""A backup and the way back: what is in it, what it refuses, and that everything is as it was."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pyrage
import pytest

from ruangaman.ops import roles
from ruangaman.ops.backup import age, archive, restoring, tables, taking, telling
from ruangaman.ops.backup.archive import Reader
from ruangaman.ops.backup.taking import Taken
from ruangaman.ops.backup.types import LEFT_OUT, BackupError, Manifest, Part
from ruangaman.ops.postgres import conninfo
from tests.factories import backups
from tests.factories.backups import SECRET_WORDS, Stock
from tests.support import stage

IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENTS = [IDENTITY.to_public()]
GROW = {"audit_auditevent", "audit_auditlane", "audit_auditcheckpoint"}
"""Tables in which a restore leaves its own traces: that it happened, and that the canary was opened."""


def quietly(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


@pytest.fixture(scope="module")
def taken(stock: Stock) -> Taken:
    """A backup of it."""
    return taking.take(stock.source, stock.folder / "one.age", RECIPIENTS, progress=quietly)


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    path = tmp_path / "identity.txt"
    path.write_text(f"# made by a test\n{IDENTITY}\n")
    return path


def opened(path: Path) -> tarfile.TarFile:
    """Return the archive as `age -d … | tar` would see it."""
    plain = io.BytesIO()
    with path.open("rb") as file:
        pyrage.decrypt_io(file, plain, [IDENTITY])
    plain.seek(0)
    return tarfile.open(fileobj=plain)


def locked(path: Path, members: list[tuple[str, bytes]]) -> Path:
    """Write an archive that anybody could write who knows the recipient."""
    pieces = [archive.member(name, data, 0) for name, data in members] + [archive.ending()]
    with path.open("wb") as file:
        age.encrypt(pieces, file, RECIPIENTS)
    return path


def test_everything_comes_back_as_it_was(stock: Stock, taken: Taken, identity: Path, tmp_path: Path) -> None:
    backups.make_empty()
    env = backups.restore_environment(stock, tmp_path / "data")
    words = ["restore", str(taken.path), "--identity", str(identity), "--json"]

    facts = backups.told(backups.ruang(*words, env=env))

    before, after = (backups.fingerprints(each) for each in (stock.database, backups.worker_name(backups.EMPTY)))
    assert {name for name in before if before[name] != after[name]} <= GROW
    assert before.keys() == after.keys()
    assert facts["rows"] == sum(rows for name, (rows, _hash) in before.items() if name not in LEFT_OUT)
    detail = last_event(backups.worker_name(backups.EMPTY), "vault.restored")
    assert (detail["sha256"], detail["taken"]) == (taken.sha256, taken.manifest.taken_at)
    assert {"vault.restored", "vault.revealed"} <= added_events(stock.database, backups.worker_name(backups.EMPTY))
    assert (tmp_path / "data" / "checkpoints" / "2026-02.txt").read_text() == "a note\n"
    assert shape(stock.database) == shape(backups.worker_name(backups.EMPTY))

    again = backups.ruang(*words, env=env)
    assert again.returncode == 1
    assert "holds tables already" in again.stderr
    assert backups.fingerprints(backups.worker_name(backups.EMPTY)) == after


def last_event(database: str, kind: str) -> dict[str, Any]:
    """Return the detail of the only event of a kind."""
    with psycopg.connect(conninfo(stage.socket(), database)) as connection:
        rows = connection.execute("SELECT actor, detail FROM audit_auditevent WHERE type = %s", [kind]).fetchall()
    assert [actor for actor, _detail in rows] == ["system"]
    found: dict[str, Any] = rows[0][1]
    return found


def test_the_command_tells_the_trail_which_backup_it_made(stock: Stock, tmp_path: Path) -> None:
    name = backups.worker_name("ra_test_told")
    roles.clone_database(conninfo(stage.socket()), stock.database, name)
    env = {"DATABASE_URL_BACKUP": backups.address(name, "ra_login_backup"), "RUANGAMAN_DATA": str(tmp_path)}
    words = ("--recipient", str(RECIPIENTS[0]), "--json")

    facts = backups.told(backups.ruang("backup", str(tmp_path / "one.age"), *words, env=env))

    detail = last_event(name, "vault.backed_up")
    assert detail["sha256"] == facts["sha256"] == hashlib.sha256((tmp_path / "one.age").read_bytes()).hexdigest()
    assert detail["rows"] == facts["rows"]
    assert datetime.fromisoformat(detail["taken"]) == datetime.fromisoformat(str(facts["taken_at"]))
    assert set(detail) == {"sha256", "rows", "taken"}

    with psycopg.connect(conninfo(stage.socket(), name)) as connection:
        connection.execute(f"DROP FUNCTION {telling.DOOR}")  # as a release before had it
    done = backups.ruang("backup", str(tmp_path / "two.age"), *words, env=env)
    assert "its tables are of an earlier release" in done.stderr
    assert backups.told(done)["file"] == str(tmp_path / "two.age")
    last_event(name, "vault.backed_up")
    roles.drop_database(conninfo(stage.socket()), name)


def test_a_backup_that_the_trail_does_not_take_is_said_to_be_whole(taken: Taken) -> None:
    away = taking.Source("host=/nowhere dbname=none")
    with pytest.raises(BackupError, match=r"one\.age is whole and on the disk\. But the audit trail does not"):
        telling.tell_trail(away, taken)


def added_events(before: str, after: str) -> set[str]:
    """Return the kinds of event that the second trail has and the first has not, or fewer of."""
    counts = []
    for database in (before, after):
        with psycopg.connect(conninfo(stage.socket(), database)) as connection:
            rows = connection.execute("SELECT type, count(*) FROM audit_auditevent GROUP BY 1").fetchall()
        counts.append(dict(rows))
    return {kind for kind, count in counts[1].items() if count > counts[0].get(kind, 0)}


def shape(database: str) -> tuple[list[Any], ...]:
    """Return what a restore takes off for a while: forced policies, triggers, who may connect; and the counters."""
    questions = (
        "SELECT relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
        "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
        "SELECT rolname, has_database_privilege(oid, current_database(), 'CONNECT') FROM pg_roles"
        " WHERE rolname LIKE 'ra\\_login%' ORDER BY 1",
        "SELECT sequencename, last_value FROM pg_sequences WHERE sequencename LIKE 'procrastinate%' ORDER BY 1",
    )
    with psycopg.connect(conninfo(stage.socket(), database)) as connection:
        return tuple(connection.execute(question).fetchall() for question in questions)


def test_it_is_an_ordinary_tar_with_copies_and_a_manifest(stock: Stock, taken: Taken) -> None:
    with opened(taken.path) as tar:
        names = tar.getnames()
        last = tar.extractfile(names[-1])
        assert last is not None
        manifest = json.loads(last.read())
    assert names[0] == "opening.json"
    assert names[-1] == "manifest.json"
    assert names.index("tables/vault_dossier/000000") < names.index("tables/vault_sealed/000000")
    assert not any("vault_" in name and "session" in name for name in names)
    assert {part["name"]: part["rows"] for part in manifest["tables"]}["intake_report"] == 3
    assert set(manifest["not_inside"]) == {"pepper", "secret-key", "checkpoint.key", "canary.key"}
    assert manifest == json.loads(taken.manifest.to_json())
    with psycopg.connect(conninfo(stage.socket(), stock.database)) as connection:
        tables_there = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert {part["name"] for part in manifest["tables"]} == {name for (name,) in tables_there} - LEFT_OUT.keys()


def test_no_key_no_story_and_no_fact_can_be_seen_in_the_file(stock: Stock, taken: Taken) -> None:
    data = taken.path.read_bytes()
    facts = [SECRET_WORDS.encode(), b"procrastinate", b"intake_report", b"COPY", b"uptd"]
    assert data.startswith(b"age-encryption.org/v1\n")
    assert [fact for fact in facts if fact in data] == []
    with opened(taken.path) as tar:
        plain = b"".join(file.read() for name in tar.getnames() if (file := tar.extractfile(name)))
    keys = [Path(os.environ["RUANGAMAN_PEPPER_FILE"]).read_bytes()]
    keys += [bytes.fromhex(json.loads(stock.canary.read_text())["seed"])]
    assert [key for key in [SECRET_WORDS.encode(), *keys] if key in plain] == []
    assert b"intake_report" in plain, "or the test looks into the wrong place"


def test_nothing_plain_touches_the_disk_while_it_is_made(stock: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[str] = set()
    write = taking._Output.write

    def look(self: Any, data: bytes) -> int:
        links = [handle.readlink() for handle in Path("/proc/self/fd").iterdir() if handle.is_symlink()]
        seen.update(link.name for link in links if link.is_file() and os.access(link, os.W_OK))
        return write(self, data)

    monkeypatch.setattr(taking._Output, "write", look)
    path = stock.folder / "watched.age"
    before = set(stock.folder.iterdir())
    taking.take(stock.source, path, RECIPIENTS, progress=quietly)
    assert "watched.age.part" in seen
    assert [name for name in seen if "watched" in name] == ["watched.age.part"]
    assert set(stock.folder.iterdir()) - before == {path}
    assert path.stat().st_mode & 0o777 == 0o600


def test_only_the_recipient_opens_it(taken: Taken) -> None:
    stranger = [pyrage.x25519.Identity.generate()]
    with pytest.raises(BackupError, match="made for other recipients"):
        restoring.check(Reader(taken.path, stranger))


@pytest.mark.parametrize("where", [0.02, 0.3, 0.6, 0.9, -1])
def test_a_changed_byte_is_noticed_before_anything_is_touched(taken: Taken, tmp_path: Path, where: float) -> None:
    data = bytearray(taken.path.read_bytes())
    data[int(len(data) * where) if where > 0 else -1] ^= 1
    path = tmp_path / "changed.age"
    path.write_bytes(data)
    with pytest.raises(BackupError, match="damaged or cut short"):
        restoring.check(Reader(path, [IDENTITY]))


@pytest.mark.parametrize("keep", [0, 10, 500, 0.5, 0.99, -1])
def test_a_cut_file_is_noticed(taken: Taken, tmp_path: Path, keep: float) -> None:
    data = taken.path.read_bytes()
    path = tmp_path / "cut.age"
    path.write_bytes(data[: int(len(data) * keep) if 0 < keep < 1 else int(keep)])
    with pytest.raises(BackupError, match="damaged or cut short"):
        restoring.check(Reader(path, [IDENTITY]))


def some_members(taken: Taken) -> list[tuple[str, bytes]]:
    with opened(taken.path) as tar:
        return [(name, file.read()) for name in tar.getnames() if (file := tar.extractfile(name))]


@pytest.mark.parametrize(
    ("bend", "sentence"),
    [
        (lambda all_of: [*all_of[:5], (all_of[5][0], all_of[5][1] + b"x"), *all_of[6:]], "not what its manifest says"),
        (lambda all_of: [*all_of[:5], *all_of[6:]], "not what its manifest says"),
        (lambda all_of: all_of[:-1], "has no end"),
        (lambda all_of: all_of[1:], "does not begin as it should"),
        (lambda all_of: [all_of[0], ("tables/pg_authid/000000", b""), *all_of[1:]], "not what its manifest says"),
        (lambda all_of: [all_of[0], ("../../etc/passwd", b"x"), *all_of[1:]], "does not belong there"),
        (lambda all_of: [all_of[0], ("tables/a/000001", b"x"), *all_of[1:]], "Pieces of the backup are missing"),
        (lambda all_of: [("opening.json", b"{}"), *all_of[1:]], "does not say what is in it"),
        (lambda all_of: [("opening.json", b'{"format": 99}'), *all_of[1:]], "has format 99"),
    ],
)
def test_an_archive_that_somebody_else_made_is_refused(taken: Taken, tmp_path: Path, bend: Any, sentence: str) -> None:
    path = locked(tmp_path / "forged.age", bend(some_members(taken)))
    with pytest.raises(BackupError, match=sentence):
        restoring.check(Reader(path, [IDENTITY]))


def test_what_is_no_backup_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is no backup"):
        restoring.check(Reader(tmp_path / "none.age", [IDENTITY]))
    plain = tmp_path / "letter.age"
    with plain.open("wb") as file:
        age.encrypt([b"Dear reader"], file, RECIPIENTS)
    with pytest.raises(BackupError, match="not made by Ruang Aman"):
        restoring.check(Reader(plain, [IDENTITY]))


def test_a_foreign_pepper_is_refused_before_a_table_is_made(
    stock: Stock, taken: Taken, identity: Path, tmp_path: Path
) -> None:
    backups.make_empty()
    (tmp_path / "pepper").write_bytes(bytes(32))
    env = backups.restore_environment(stock, tmp_path / "data")
    env["RUANGAMAN_PEPPER_FILE"] = str(tmp_path / "pepper")

    done = backups.ruang("restore", str(taken.path), "--identity", str(identity), env=env)

    assert done.returncode == 1
    assert "The pepper is not the one this backup was made with" in done.stderr
    assert backups.fingerprints(backups.worker_name(backups.EMPTY)) == {}


def test_a_trail_that_does_not_hold_keeps_the_doors_closed(stock: Stock, identity: Path, tmp_path: Path) -> None:
    name = backups.worker_name("ra_test_bent")
    roles.clone_database(conninfo(stage.socket()), stock.database, name)
    with psycopg.connect(conninfo(stage.socket(), name)) as connection:
        connection.execute("UPDATE audit_auditevent SET actor = 'nobody' WHERE (lane, seq) = (SELECT lane, max(seq)"
                           " FROM audit_auditevent GROUP BY lane ORDER BY lane LIMIT 1)")  # fmt: skip
    bent = taking.Source(conninfo(stage.socket(), name, "ra_login_backup"))
    path = taking.take(bent, tmp_path / "bent.age", RECIPIENTS, progress=quietly).path
    roles.drop_database(conninfo(stage.socket()), name)
    backups.make_empty()

    env = backups.restore_environment(stock, tmp_path / "data")
    done = backups.ruang("restore", str(path), "--identity", str(identity), env=env)

    assert done.returncode == 1
    assert "The audit trail does NOT hold" in done.stderr
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(conninfo(stage.socket(), backups.worker_name(backups.EMPTY), "ra_login_web"))


def test_a_table_that_the_role_cannot_read_whole_stops_the_backup(stock: Stock, tmp_path: Path) -> None:
    server = conninfo(stage.socket(), stock.database)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE TABLE later_thing (id int); ALTER TABLE later_thing OWNER TO ra_migrate")
        try:
            with pytest.raises(BackupError, match="cannot read all of later_thing"):
                taking.take(stock.source, tmp_path / "no.age", RECIPIENTS, progress=quietly)
            connection.execute("GRANT SELECT ON later_thing TO ra_backup")
            connection.execute("ALTER TABLE later_thing ENABLE ROW LEVEL SECURITY")
            connection.execute("CREATE POLICY partly ON later_thing FOR SELECT TO ra_backup USING (id > 0)")
            with pytest.raises(BackupError, match="cannot read all of later_thing"):
                taking.take(stock.source, tmp_path / "no.age", RECIPIENTS, progress=quietly)
        finally:
            connection.execute("DROP TABLE later_thing")
    assert list(tmp_path.iterdir()) == []


def test_every_table_of_the_product_can_be_read_whole_by_the_role_of_backups() -> None:
    stage.ensure_template()
    with psycopg.connect(conninfo(stage.socket(), stage.TEMPLATE, "ra_login_backup")) as connection:
        connection.execute("SET ROLE ra_backup")
        found = tables.read_tables(connection)
    assert len(found) > 40


def test_a_snapshot_holds_although_rows_come_in_meanwhile(stock: Stock, tmp_path: Path) -> None:
    """The copy of a table that is read last knows nothing of what was written after the first was read."""
    name = backups.worker_name("ra_test_moving")
    roles.clone_database(conninfo(stage.socket()), stock.database, name)
    pause, go_on = threading.Event(), threading.Event()

    def halt(what: str, done: int, total: int) -> None:
        if not pause.is_set():
            pause.set()
            assert go_on.wait(30)

    made: list[Taken] = []
    moving = taking.Source(conninfo(stage.socket(), name, "ra_login_backup"))
    thread = threading.Thread(
        target=lambda: made.append(taking.take(moving, tmp_path / "moving.age", RECIPIENTS, progress=halt))
    )
    thread.start()
    assert pause.wait(30)
    with psycopg.connect(conninfo(stage.socket(), name)) as connection:
        connection.execute(
            "INSERT INTO vault_principal (id, kind, created_at) VALUES (gen_random_uuid(), 'user', now())"
        )
        connection.execute("DELETE FROM vault_frame")
    go_on.set()
    thread.join(60)
    roles.drop_database(conninfo(stage.socket()), name)
    rows = {part.name: part.rows for part in made[0].manifest.tables}
    kept = backups.fingerprints(stock.database)
    assert {each: rows[each] for each in ("vault_principal", "vault_frame")} == {
        each: kept[each][0] for each in ("vault_principal", "vault_frame")
    }


def test_a_backup_is_never_written_over_and_a_failed_one_leaves_nothing(
    stock: Stock, taken: Taken, tmp_path: Path
) -> None:
    with pytest.raises(BackupError, match="is there already"):
        taking.take(stock.source, taken.path, RECIPIENTS, progress=quietly)
    with pytest.raises(BackupError, match="could not be read"):
        taking.take(taking.Source("host=/nowhere dbname=none"), tmp_path / "x.age", RECIPIENTS, progress=quietly)
    with pytest.raises(BackupError, match="could not be written"):
        taking.take(stock.source, tmp_path / "no" / "x.age", RECIPIENTS, progress=quietly)
    assert list(tmp_path.iterdir()) == []


def test_recipients_and_identities_are_checked_in_words(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="needs a recipient"):
        age.read_recipients([])
    with pytest.raises(BackupError, match="is no age recipient"):
        age.read_recipients(["age1tooshort"])
    told = age.make_identity(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert [str(one.to_public()) for one in age.read_identities(tmp_path / "key")] == [told]
    with pytest.raises(BackupError, match="never written over"):
        age.make_identity(tmp_path / "key")
    (tmp_path / "letter").write_text("Dear reader\n")
    with pytest.raises(BackupError, match="no age identity file"):
        age.read_identities(tmp_path / "letter")
    (tmp_path / "recipients").write_text(f"# the head's\n{told}\n\n")
    assert age.read_recipients_file(tmp_path / "recipients") == [told]


def test_tables_come_after_those_they_point_to() -> None:
    def table(name: str, *needs: str) -> tables.Table:
        return tables.Table(name, 0, ("id",), frozenset(needs))

    found = tables.in_order([table("c", "b"), table("b", "a"), table("a"), table("x", "y"), table("y", "x")])
    assert [each.name for each in found] == ["a", "b", "c", "x", "y"]


def test_a_manifest_says_the_same_after_a_journey() -> None:
    moment = datetime(2026, 2, 1, tzinfo=UTC).isoformat()
    part = Part("vault_frame", 3, "ab", rows=1, columns=("file_id", "position"))
    manifest = Manifest(moment, True, "Ruang Aman", 180004, "00", (("vault", "0001_initial"),), (part,))
    assert Manifest.from_json(manifest.to_json()) == manifest
