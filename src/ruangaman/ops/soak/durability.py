"""Kills at random moments, and deaths at every step of the accepting transaction: no shown receipt is ever lost."""

from __future__ import annotations

import http.client
import random
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ruangaman.ops.progress import Progress
from ruangaman.ops.soak.flood import EVERY_WITH_PHOTO, PIXEL
from ruangaman.ops.soak.frail import FrailHouse, frail_house
from ruangaman.ops.visitor import Answer, Fields, Upload, Visitor

AT_ONCE, PATIENCE = 16, 240.0
KILLS, CONTROL_KILLS = 200, 12
PARTS = {"database": 4, "web worker": 4, "web": 1, "worker": 1}
"""What is killed, and how often in ten."""
LONGEST_PAUSE = 4.0
MOST_STEPS = 200


@dataclass
class Told:
    """What people were told, and what became of it."""

    receipts: list[str] = field(default_factory=list)
    changed: int = 0
    """Receipts that were another one when the same form was sent again."""
    retries: int = 0
    faults: list[str] = field(default_factory=list)
    unopened: int = 0
    stored: int = 0


@dataclass
class Outcome:
    """What the whole run showed."""

    kills: Counter[str] = field(default_factory=Counter)
    killed: Told = field(default_factory=Told)
    steps: dict[str, int] = field(default_factory=dict)
    """Deaths at a step of the accepting transaction, for a report of words and one with a photo."""
    stepped: Told = field(default_factory=Told)
    control_kills: int = 0
    control: Told = field(default_factory=Told)
    seconds: float = 0.0

    def failures(self) -> list[str]:
        """What should not be, as sentences."""
        found = []
        for name, told in (("kills", self.killed), ("fail-points", self.stepped)):
            shown = len(told.receipts)
            found += [f"{name}: {fault}" for fault in told.faults[:3]]
            if told.unopened:
                found.append(f"{name}: {told.unopened} shown receipts open nothing")
            if told.changed:
                found.append(f"{name}: {told.changed} forms sent again gave another receipt")
            if len(set(told.receipts)) != shown or told.stored != shown:
                found.append(f"{name}: {told.stored} reports stored for {shown} receipts shown")
        if not self.control.unopened:
            found.append("the control run lost nothing: this test cannot fail, so it shows nothing")
        return found


def run(*, kills: int = KILLS, progress: Progress | None = None) -> Outcome:
    """Kill, die step by step, and lose on purpose; each in a house of its own."""
    outcome, begun = Outcome(), time.monotonic()
    with _folder() as name, frail_house(Path(name)) as house:
        house.tend(lambda: _kill_randomly(house, outcome, kills, progress))
        house.tend(lambda: _die_at_every_step(house, outcome, progress))
    with _folder() as name, frail_house(Path(name), careless=True) as house:
        house.tend(lambda: _lose_on_purpose(house, outcome, progress))
    outcome.seconds = time.monotonic() - begun
    return outcome


def _folder() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="ra-soak-")
    Path(folder.name).chmod(0o711)
    return folder


def _kill_randomly(house: FrailHouse, outcome: Outcome, kills: int, progress: Progress | None) -> None:
    before, over = count_reports(house), threading.Event()

    def kill() -> None:
        while sum(outcome.kills.values()) < kills:
            time.sleep(random.uniform(0.05, LONGEST_PAUSE))  # noqa: S311 - chance, no secret
            part = random.choices(list(PARTS), list(PARTS.values()))[0]  # noqa: S311
            if house.kill(part):
                outcome.kills[part] += 1
            if progress:
                progress("Killed at random moments", sum(outcome.kills.values()), kills)

    post_while(house, outcome.killed, kill, over)
    settle(house, outcome.killed, before)


def post_while(house: FrailHouse, told: Told, hurt: object, over: threading.Event) -> None:
    """Let sixteen people report, one report after the other, until `hurt` is through."""
    lock = threading.Lock()

    def people(person: int) -> None:
        number = person
        while not over.is_set():
            tell(house.url, number, told, lock)
            number += AT_ONCE

    with ThreadPoolExecutor(AT_ONCE) as pool:
        busy = [pool.submit(people, person) for person in range(AT_ONCE)]
        try:
            hurt()  # type: ignore[operator]  # a plain function
        finally:
            over.set()
        for each in busy:
            each.result()


def tell(url: str, number: int, told: Told, lock: threading.Lock) -> None:
    """Report as one browser; when the receipt is there, send the same form with the same cookie again."""
    browser = Visitor(url, patience=PATIENCE)
    try:
        page = browser.get("/i/")
        cookies = dict(browser.cookies)
        photo = [Upload("files", "foto.png", "image/png", PIXEL)] if number % EVERY_WITH_PHOTO == 0 else []
        fields = {"what": f"Uji {number}: dia marah lagi.", "now": "no", "who": "self"}
        first = _send(browser, page, fields, photo)
        with lock:
            told.receipts.append(first)
        browser.cookies = cookies
        again = _send(browser, page, fields, photo)
        with lock:
            told.changed += again != first
    except (OSError, http.client.HTTPException, LookupError) as error:
        with lock:
            told.faults.append(f"report {number}: {type(error).__name__}: {error}")
    finally:
        with lock:
            told.retries += browser.retries
        browser.close()


def settle(house: FrailHouse, told: Told, before: int) -> None:
    """Open every thread from another browser, and count what is stored."""

    def opens(receipt: str) -> bool:
        browser = Visitor(house.url, patience=PATIENCE)
        try:
            return browser.submit(browser.get("/p/"), {"receipt": receipt}).path == "/p/pesan"
        except (OSError, http.client.HTTPException, LookupError) as error:
            told.faults.append(f"a thread: {type(error).__name__}: {error}")
            return False
        finally:
            browser.close()

    with ThreadPoolExecutor(4) as pool:
        told.unopened = sum(not opened for opened in pool.map(opens, told.receipts))
    told.stored = count_reports(house) - before


def count_reports(house: FrailHouse) -> int:
    """Return how many reports there are."""
    with house.connect() as connection:
        row = connection.execute("SELECT count(*) FROM intake_report").fetchone()
    return int(row[0]) if row else 0


def _die_at_every_step(house: FrailHouse, outcome: Outcome, progress: Progress | None) -> None:
    before, lock = count_reports(house), threading.Lock()
    for kind, number in (("words", 1), ("photo", 0)):
        for step in range(1, MOST_STEPS):
            if progress:
                progress(f"Died at a step ({kind})", step, MOST_STEPS)
            house.armed.write_text(str(step))
            tell(house.url, number, outcome.stepped, lock)
            if house.armed.exists():
                house.armed.unlink()
                break  # there are no more steps
            outcome.steps[kind] = step
    settle(house, outcome.stepped, before)


def _lose_on_purpose(house: FrailHouse, outcome: Outcome, progress: Progress | None) -> None:
    before, over = count_reports(house), threading.Event()

    def kill() -> None:
        while outcome.control_kills < CONTROL_KILLS:
            time.sleep(random.uniform(1, LONGEST_PAUSE))  # noqa: S311 - chance, no secret
            outcome.control_kills += bool(house.kill("database"))
            if progress:
                progress("Control run", outcome.control_kills, CONTROL_KILLS)

    post_while(house, outcome.control, kill, over)
    settle(house, outcome.control, before)


def _send(browser: Visitor, page: Answer, fields: Fields, photo: list[Upload]) -> str:
    """Send the form; asked for it again because a photo did not arrive, send it again. Returns the receipt."""
    end = time.monotonic() + PATIENCE
    answer = browser.submit(page, fields, photo)
    while answer.status == 422 and time.monotonic() < end:
        time.sleep(0.5)
        browser.retries += 1
        answer = browser.submit(page, fields, photo)
    if answer.receipt is None:
        raise LookupError(f"{answer.path} ({answer.status}) shows no receipt")
    return answer.receipt


def describe(outcome: Outcome, failures: list[str], *, where: str) -> str:
    """Return the page of the reference."""
    killed, stepped, control = outcome.killed, outcome.stepped, outcome.control
    rows = {
        "Kills at random moments (SIGKILL) while sixteen people report": sum(outcome.kills.values()),
        "of these": ", ".join(f"{part} {count}" for part, count in outcome.kills.items()),
        "Receipts shown meanwhile, of which open no thread": f"{len(killed.receipts)}, {killed.unopened}",
        "Requests sent again, with the same key and cookie": killed.retries,
        "Reports stored": killed.stored,
        "Forms sent once more afterwards, of which gave another one": f"{len(killed.receipts)}, {killed.changed}",
        "Deaths at a step of the accepting transaction, words and photo": " and ".join(
            map(str, outcome.steps.values())
        ),
        "Receipts shown there, of which open no thread": f"{len(stepped.receipts)}, {stepped.unopened}",
        "Reports stored there": stepped.stored,
        "Control run with `synchronous_commit = off`: kills of the database": outcome.control_kills,
        "Receipts shown there, of which open no thread (has to be more than none)": (
            f"{len(control.receipts)}, {control.unopened}"
        ),
        "Seconds": f"{outcome.seconds:.0f}",
    }
    return "\n".join(
        [
            "# Soak: durability", "",
            "Web server, job worker and every process of PostgreSQL are killed at random moments; then the web process",
            "dies before and after each exchange with the database within the accepting transaction, for a report of",
            "words and for one with a photo. Who got no answer sends the same form again; who got a receipt too, once.",
            "At the end every receipt is tried from another browser. A control run in which PostgreSQL",
            "answers a COMMIT before it is on the disk has to lose some, or the test could not fail.",
            "A kill does not lose what the kernel holds: for loss of power see security.md, F4.",
            "Made by `./ruang soak durability`.", "",
            f"Run on {where}.", "", "| What | Value |", "|---|---|",
            *(f"| {what} | {value} |" for what, value in rows.items()), "",
            "**Held: every shown receipt opens its thread; the same form again is the same report.**"
            if not failures else "**Did not hold:** " + "; ".join(failures) + ".", "",
        ]
    )  # fmt: skip
