"""A canary in every sealed field, the main job run, and everything that can go wrong; then the house is searched: none.

The house is one of its own, whose web processes are made new soon after they were used.
"""

from __future__ import annotations

import base64
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ruangaman.ops import binaries
from ruangaman.ops.backup import age
from ruangaman.ops.running import RunningDemo
from ruangaman.ops.visitor import Answer, Upload, Visitor, multipart
from tests.e2e.canaries import FLOCK, Flock, needles, search, search_folder, spellings
from tests.e2e.canary_keys import data_keys, pepper_of, private_keys
from tests.e2e.canary_mishaps import Mishaps
from tests.e2e.canary_walk import Walk
from tests.factories.backups import ruang, told
from tests.support import memory
from tests.support.cities import CASES, furnish

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("canaries")]
CONTROL = "kenari kendali di kolom terang"
FORGET_SECONDS = 20


@dataclass
class Aviary:
    """A house in which canaries were let loose."""

    house: RunningDemo
    flock: Flock
    walk: Walk
    mishaps: Mishaps

    def needles(self) -> list[bytes]:
        """What must not be found."""
        return needles(self.flock.secrets())

    def processes(self) -> dict[int, str]:
        """All of the house's, by what each is."""
        return memory.names(memory.family(self.house.pid))

    def web(self) -> set[int]:
        """The processes that answer requests."""
        server = self.house.find("web")
        return set(memory.family(server)) - {server}


@pytest.fixture(scope="module")
def aviary() -> Iterator[Aviary]:
    """The house after the walk and the mishaps, with a control in a plain column."""
    folder = Path(tempfile.mkdtemp(prefix="ra-canary-"))
    folder.chmod(0o711)
    flock = Flock()
    try:
        furnish(folder / "data")
        with RunningDemo(folder, cases=CASES, forget_seconds=FORGET_SECONDS) as house, ExitStack() as stack:

            def new_visitor(**wishes: Any) -> Visitor:
                visitor = Visitor(house.url, **wishes)
                stack.callback(visitor.close)
                return visitor

            walk = Walk(house, new_visitor, flock)
            mishaps = Mishaps(walk)
            walk.run()
            mishaps.run()
            with psycopg.connect(house.conninfo(), autocommit=True) as connection:
                connection.execute("UPDATE accounts_user SET display_name = %s WHERE username = 'polisi'", [CONTROL])
                connection.execute("CHECKPOINT")
            assert len(flock.birds) > 50
            yield Aviary(house, flock, walk, mishaps)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# --- what lies around -------------------------------------------------------------------------------------------------


def test_dump_disk_log_jobs_mail_and_spool_hold_no_canary(aviary: Aviary) -> None:
    house, looked_for, control = aviary.house, aviary.needles(), needles([CONTROL])
    text = dump(house)
    found = [*search(looked_for, text, "dump"), *search_folder(looked_for, house.folder)]
    seen = {where.split(" at ")[0] for where in search_folder(control, house.folder)}

    assert list(search(control, text, "dump")), "a plain column is found in the dump, so a canary would be"
    assert any(name.startswith("data/cluster/base/") for name in seen), "… and on the disk"
    assert any(name.startswith("data/cluster/pg_wal/") for name in seen), "… and in the write-ahead log"
    assert b"procrastinate_jobs" in text
    assert (house.data / "logs" / "web.log").stat().st_size
    assert "failed:" in (house.data / "logs" / "web.log").read_text(), "the faults were logged"
    assert not found, "\n".join(found[:20])


def dump(house: RunningDemo) -> bytes:
    """Everything in the database, as text: every table, the jobs among them."""
    program = binaries.find().program("pg_dump")
    done = subprocess.run([program, "--format=plain", house.conninfo()], capture_output=True, check=True)
    return done.stdout


def test_a_backup_holds_no_canary_even_when_it_is_opened(aviary: Aviary, tmp_path: Path) -> None:
    looked_for, control = aviary.needles(), needles([CONTROL])
    key, copy, left = tmp_path / "key", aviary.house.folder / "copy.age", tmp_path / "left"
    left.mkdir()
    recipient = ruang("backup", "--new-key", str(key), env={}).stdout.strip()
    words = ["--recipient", recipient, "--data", str(aviary.house.data), "--json"]
    made = ruang("backup", str(copy), *words, env={"TMPDIR": str(left)})
    with age.decrypted(copy, age.read_identities(key)) as reader:
        opened = reader.read()

    assert told(made)["rows"]
    assert list(search(control, opened, "opened")), "a plain column is found in the opened backup"
    assert not list(search(control, copy.read_bytes(), "closed")), "… and in the closed one not even that"
    found = [*search(looked_for, opened, "opened"), *search(looked_for, copy.read_bytes(), "closed")]
    found += [*search(looked_for, (made.stdout + made.stderr).encode(), "said"), *search_folder(looked_for, left)]
    found += search_folder(looked_for, aviary.house.folder)
    assert not found, "\n".join(found[:20])


# --- what the house says ----------------------------------------------------------------------------------------------


def test_error_pages_tell_no_canary_and_only_she_who_typed_gets_it_back(aviary: Aviary) -> None:
    looked_for, mishaps = needles([FLOCK]), aviary.mishaps
    statuses = {name: page.status for name, page in {**mishaps.pages, **mishaps.given_back}.items()}

    assert statuses == {name: int(name.split()[0]) for name in statuses}
    assert set(statuses.values()) == {403, 404, 422, 500, 503}
    found = [one for name, page in mishaps.pages.items() for one in search(looked_for, said(page), name)]
    assert not found, "\n".join(found)
    for name, page in mishaps.given_back.items():
        assert list(search(looked_for, said(page), name)), f"{name}: what she typed comes back, so the search finds"


def said(page: Answer) -> bytes:
    """All of an answer."""
    return f"{page.headers}\n{page.text}".encode()


def test_nobody_else_is_shown_a_canary(aviary: Aviary) -> None:
    """Neither a stranger nor an officer of another body, at the very addresses and on every page that stands open."""
    looked_for, walk = needles([FLOCK]), aviary.walk
    stranger, other = walk.visitor(), walk.staff("dinsos")
    inside = [f"/laporan/{walk.report_code}/", f"/kasus/{walk.case_code}/", f"/kasus/{walk.case_code}/catatan/"]
    public = ["/", "/i/", "/i/selesai", "/p/", "/p/pesan", "/layanan", "/masuk/"]
    # Each address a few times: chance says which process answers, and each has its own caches.
    asked = [(who, path) for who in (stranger, other) for path in [*inside, *public, "/kerja/"] for _ in range(4)]
    answers = [(path, who.get(path)) for who, path in asked]
    seen = walk.staff("petugas").get(inside[0])

    assert list(search(looked_for, said(seen), "officer")), "who may open it is shown the report"
    assert {answer.status for path, answer in answers if path in inside} == {404}
    found = [one for path, answer in answers for one in search(looked_for, said(answer), path)]
    assert not found, "\n".join(found[:20])


# --- the processes ----------------------------------------------------------------------------------------------------


def test_the_process_list_tells_no_canary_and_no_key(aviary: Aviary) -> None:
    """Command lines and environments of every process of the house."""
    house = aviary.house
    files = [(house.data / name).read_bytes() for name in ("pepper", "secret-key", "checkpoint.key")]
    looked_for = [*aviary.needles(), *needles([*files, *private_keys(house, aviary.walk)])]
    shown = {name: text for pid, name in aviary.processes().items() if (text := memory.told(pid))}
    caught, caught_key = overheard(FLOCK), overheard(A_KEY=files[0].hex())

    assert list(search(looked_for, caught, "control")), "a careless command line would be found"
    assert list(search(looked_for, caught_key, "control")), "… and a key in an environment"
    assert sum(b"RUANGAMAN_PEPPER_FILE" in text for text in shown.values()) >= 2, (
        f"environments are read: {shown.keys()}"
    )
    assert sum(b"postgres" in text for text in shown.values()) >= 5, shown.keys()
    found = [one for name, text in shown.items() for one in search(looked_for, text, name)]
    assert not found, "\n".join(found[:20])


def overheard(*words: str, **environment: str) -> bytes:
    """What the process list tells of a program that is started with these."""
    command = [sys.executable, "-c", "print(flush=True); input()", *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as careless:
        assert careless.stdout is not None
        careless.stdout.readline()  # it runs
        text = memory.told(careless.pid)
        careless.communicate(b"\n")
    return text


def test_at_night_no_process_has_a_key_or_a_canary_in_its_memory(aviary: Aviary) -> None:
    """Nobody is signed in, and the web processes that were used are gone. In the day the same search finds both."""
    house, walk = aviary.house, aviary.walk
    keys = private_keys(house, walk)
    looked_for = {
        "canary": aviary.needles(),
        "private key": needles(keys),
        "data key": data_keys(house, walk),
        "password": needles(walk.passwords.values()),
    }
    assert len(keys) > 20
    assert len(looked_for["data key"]) > 20
    officer = walk.staff("petugas")
    assert aviary.flock.birds["report what"] in officer.get(f"/laporan/{walk.report_code}/").text
    day = snapshot(aviary.web())
    by_day = {what: haunted(day, wanted) for what, wanted in looked_for.items()}
    missing = [what for what, where in by_day.items() if not where]
    assert missing in ([], ["data key"]), "by day they are found; a data key may be overwritten once the answer is sent"
    used = {int(hit.split()[0]) for where in by_day.values() for hit in where}  # a fresh one has nothing to end for

    walk.leave()
    wait_until_all_left(house)
    wait_recycled(aviary, used)

    end = time.monotonic() + 90
    while True:  # those that served the way out are used too, and which these were cannot be told from outside
        there = aviary.processes()
        fresh = aviary.web() & there.keys()
        night = snapshot(there)
        found = {what: haunted(night, wanted) for what, wanted in looked_for.items()}
        if not any(found.values()) or time.monotonic() > end:
            break
        time.sleep(5)
    assert fresh
    serving = {hit.split(" at ")[0] for hit in haunted(night, [pepper_of(house)])}
    assert {there[pid] for pid in fresh} <= serving, "the new ones are read: each has the pepper in its memory"
    assert len(there) >= 10, there
    assert not any(found.values()), {what: where[:5] for what, where in found.items() if where}
    wait_for_the_report_under_way(aviary)  # afterwards: its visit stays open, and by night nobody may be there


def snapshot(pids: Iterable[int]) -> list[tuple[str, bytes]]:
    """Read the memory of processes, before anything changes."""
    seen: set[tuple[str, str, str]] = set()
    return [(name, stretch) for pid, name in memory.names(pids).items() for stretch in memory.memory(pid, seen)]


def haunted(stretches: list[tuple[str, bytes]], looked_for: list[bytes]) -> list[str]:
    """Search what was read; returns where something was found, a few times in each stretch."""
    return [hit for who, stretch in stretches for hit in islice(search(looked_for, stretch, who), 5)]


def count_sessions(house: RunningDemo) -> int:
    """How many sessions, of staff and of visitors, are open."""
    count = "SELECT (SELECT count(*) FROM vault_staffsession) + (SELECT count(*) FROM vault_publicsession)"
    with psycopg.connect(house.conninfo()) as connection:
        row = connection.execute(count).fetchone()
    assert row is not None
    return int(row[0])


def wait_until_all_left(house: RunningDemo, seconds: float = 20) -> None:
    """The exit waits for nothing: a visitor's session ends beside the answer, a moment later."""
    end = time.monotonic() + seconds
    while count_sessions(house):
        assert time.monotonic() < end, "somebody is still there"
        time.sleep(0.1)


def wait_recycled(aviary: Aviary, used: set[int], seconds: float = 90) -> None:
    """Wait until none of these processes is there, and others answer instead."""
    end = time.monotonic() + seconds
    while used & aviary.web():
        assert time.monotonic() < end, "the used processes are still there"
        time.sleep(0.5)
    aviary.house.wait_ready()


def wait_for_the_report_under_way(aviary: Aviary) -> None:
    """A process is made new by a SIGTERM to itself; a slow upload that it has begun to read still gets its receipt."""
    visitor = aviary.walk.visitor()
    form = visitor.get("/i/").form("what", "key")
    fields = [(name, value) for name, values in form.fields.items() for value in values if name != "what"]
    photo = Upload("files", "foto.jpg", "image/jpeg", os.urandom(400_000))
    body, kind = multipart([*fields, ("what", "Laporan yang lambat")], [photo])
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    slow = http.client.HTTPConnection(visitor.host, timeout=60)
    slow.putrequest("POST", "/i/")
    for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), ("Cookie", cookies)):
        slow.putheader(name, value)
    slow.endheaders(body[:200_000])
    time.sleep(1)
    before = aviary.web()
    for pid in before:
        with suppress(ProcessLookupError):  # one that was used and is idle ends by itself
            os.kill(pid, signal.SIGTERM)
        time.sleep(7)  # two deaths of the same process within 5.5 seconds would end the server
    assert len(before & aviary.web()) == 1, "one waits, the other is gone"
    slow.send(body[200_000:])
    answer = slow.getresponse()

    assert (answer.status, answer.headers["Location"]) == (303, "/i/selesai")
    slow.close()
    aviary.house.wait_ready()
    assert not before & aviary.web()


# --- the search itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["", "x", "xy"])
def test_every_spelling_is_found(before: str) -> None:
    looked_for = needles([FLOCK])
    inside = f"{before}{FLOCK} sesudahnya"

    for code in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = inside.encode(code)
        for content in (raw, raw.hex().encode(), base64.b64encode(raw), base64.urlsafe_b64encode(raw)):
            assert list(search(looked_for, content, "here")), (code, content)
    assert not list(search(looked_for, b"kanari biasa, bukan dari kawanan ini", "here"))
    assert all(len(one) > 10 for one in spellings(FLOCK))


@pytest.mark.parametrize("before", [b"", b"x", b"xy"])
def test_every_spelling_of_a_key_is_found(before: bytes) -> None:
    key = os.urandom(32)
    raw = before + key + b"after"

    for content in (raw, raw.hex().encode(), base64.b64encode(raw), base64.urlsafe_b64encode(raw)):
        assert list(search(needles([key]), content, "here"))
    assert not re.search(re.escape(key), b"another")
