"""A backup while people report, and the restored house then opens what was promised to them."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ruangaman.ops import demo, postgres
from ruangaman.ops.running import RunningDemo
from ruangaman.ops.soak.flood import report_and_return
from ruangaman.ops.visitor import Visitor
from tests.factories.backups import fingerprints, ruang, told
from tests.support.cities import CASES, furnish

pytestmark = pytest.mark.slow
WRITERS = 3


@pytest.fixture(scope="module")
def house() -> Iterator[RunningDemo]:
    """A demo with a small city."""
    folder = Path(tempfile.mkdtemp(prefix="ra-backup-"))
    folder.chmod(0o711)
    try:
        furnish(folder / "data")
        with RunningDemo(folder, cases=CASES) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Writers:
    """People who report one after another until they are told to stop."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.receipts: list[str] = []
        self.faults: list[str] = []
        self.over = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(n,)) for n in range(WRITERS)]

    def start(self, first: int) -> None:
        """Begin, and wait until some reports are in."""
        for thread in self._threads:
            thread.start()
        while len(self.receipts) < first and any(thread.is_alive() for thread in self._threads):
            self.over.wait(0.05)

    def stop(self) -> None:
        """Let each end what it began."""
        self.over.set()
        for thread in self._threads:
            thread.join(60)

    def _write(self, number: int) -> None:
        try:
            while not self.over.is_set():
                self.receipts.append(report_and_return(self.url, number)[0])
                number += WRITERS
        except (OSError, LookupError) as error:
            self.faults.append(str(error))


def opens(url: str, receipt: str) -> bool:
    """Say whether a receipt opens its thread."""
    visitor = Visitor(url)
    try:
        return visitor.submit(visitor.get("/p/"), {"receipt": receipt}).path == "/p/pesan"
    finally:
        visitor.close()


def test_a_backup_under_load_comes_back_whole_and_opens_every_receipt_shown_before(house: RunningDemo) -> None:
    folder = house.folder
    recipient = ruang("backup", "--new-key", str(folder / "key"), env={}).stdout.strip()
    writers = Writers(house.url)
    writers.start(first=6)
    promised = list(writers.receipts)
    copy = folder / "one.age"
    made = ruang("backup", str(copy), "--recipient", recipient, "--data", str(house.data), "--json", env={})
    among = len(writers.receipts) - len(promised)
    writers.stop()
    facts = told(made)
    assert writers.faults == []
    assert among > 0, "nobody reported meanwhile"
    now = count_rows(house)
    keys = house.data
    house.stop()

    target = folder / "restored"
    words = ["restore", str(copy), "--identity", str(folder / "key"), "--json"]
    restored = told(ruang(*words, "--data", str(target / "data"), "--keys", str(keys), env={}))

    assert restored["rows"] == facts["rows"]
    assert restored["tables"]["intake_report"] < now["intake_report"]
    with RunningDemo(target, cases=CASES) as again:
        with psycopg.connect(again.conninfo()) as connection:
            odd = connection.execute(
                "SELECT (SELECT count(*) FROM intake_report r WHERE NOT EXISTS"
                " (SELECT 1 FROM vault_receiptlocator l WHERE l.dossier_id = r.dossier_id)),"
                " (SELECT count(*) FROM intake_report) - "
                " (SELECT count(*) FROM audit_auditevent WHERE type = 'intake.accepted')"
            ).fetchone()
        assert odd == (0, 0)
        assert [receipt for receipt in promised if not opens(again.url, receipt)] == []
    refused = ruang(*words, "--data", str(target / "data"), env={})
    assert refused.returncode == 1
    assert "is not empty" in refused.stderr

    (folder / "foreign").mkdir()
    for name in ("canary.key", "checkpoint.key"):
        shutil.copy(keys / name, folder / "foreign" / name)
    (folder / "foreign" / "pepper").write_bytes(bytes(32))
    refused = ruang(*words, "--data", str(folder / "foreign"), env={})
    assert refused.returncode == 1
    assert "The pepper is not the one this backup was made with" in refused.stderr
    left = {each.name for each in (folder / "foreign").iterdir()}
    assert left <= {"pepper", "canary.key", "secret-key", "checkpoint.key"}, "what was begun is swept away"


def count_rows(house: RunningDemo) -> dict[str, int]:
    """Return how many rows each table has."""
    return {name: rows for name, (rows, _hash) in fingerprints(demo.DATABASE, postgres.attach(house.data)).items()}
