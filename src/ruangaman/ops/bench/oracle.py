"""What an answer betrays by its bytes or its time: somebody else's, nobody's and erased must look the same."""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

import psycopg

from ruangaman.core.codes import new_case_code, new_report_code
from ruangaman.ops import demo
from ruangaman.ops.bench import client, house
from ruangaman.ops.bench.client import TOKEN, Browser, Reply
from ruangaman.ops.bench.frame import Result, median
from ruangaman.ops.bench.house import House
from ruangaman.ops.progress import Bar
from ruangaman.ops.visitor import Visitor

SAYS = (
    "Interleaved pairs in random order over HTTP: the difference of the medians of what exists and may not be seen, and"
    " of what does not exist, for addresses of cases, reports and their files, for receipts, and for signing in."
)
CASES = 12
MILLISECONDS, SHARE = 2.0, 0.1
_CHANGING = re.compile(rb'(name="(csrfmiddlewaretoken|key|id)" value=")[^"]*')
_HEADERS = re.compile(rb"(?im)^(date|set-cookie|transfer-encoding):.*\r?$\n?")

ERASE = """
UPDATE vault_dossier SET shredded_at = now() WHERE id = %(dossier)s;
DELETE FROM vault_receiptlocator WHERE dossier_id = %(dossier)s;
DELETE FROM vault_grant WHERE dossier_id = %(dossier)s;
DELETE FROM vault_sealed WHERE dossier_id = %(dossier)s;
"""
"""What erasing leaves of a dossier for somebody who asks for it: its code, and nothing that opens it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--pairs", type=int, default=500, metavar="N", help="interleaved pairs (%(default)s)")


@dataclass
class Subject:
    """One kind of question, asked about different things."""

    name: str
    ask: Callable[[], Reply]
    times: list[float] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)
    said: tuple[bytes, ...] = ()
    """What was asked for, where the page repeats it."""

    def once(self) -> None:
        """Ask, and keep time and bytes."""
        begun = time.perf_counter()
        reply = self.ask()
        self.times.append(1000 * (time.perf_counter() - begun))
        self.seen.add(self._plain(reply))

    def _plain(self, reply: Reply) -> bytes:
        """Return status, headers and page, without what is new in each answer or was asked for."""
        whole = _HEADERS.sub(b"", reply.head + b"\r\n") + b"\r\n" + _CHANGING.sub(rb"\1", reply.body)
        for word in self.said:
            whole = whole.replace(word, b"?" * len(word))
        return whole


def run(options: argparse.Namespace) -> Result:
    """Ask, and judge."""
    result = Result("oracle")
    with house.running(cases=CASES) as place, Bar() as bar:
        questions = {**_addresses(place), "receipt": _receipts(place), "sign-in": _sign_in(place)}
        for number, (name, subjects) in enumerate(questions.items()):
            bar("Questions", number, len(questions))
            _interleave(subjects, options.pairs)
            _judge(result, name, subjects)
    result.context |= {"pairs": options.pairs, "limit": "2 ms or a tenth of the median, whichever is more"}
    return result


def _interleave(subjects: list[Subject], pairs: int) -> None:
    for subject in subjects:
        for _ in range(5):
            subject.ask()
    for _ in range(pairs):
        for subject in random.sample(subjects, len(subjects)):
            subject.once()


def _judge(result: Result, name: str, subjects: list[Subject]) -> None:
    """Hold the others against the first."""
    first, *others = subjects
    base = median(first.times)
    result.context[f"{name}: median of {first.name}, ms"] = base
    for other in others:
        apart = abs(median(other.times) - base)
        result.at_most(f"{name}: {other.name} beside {first.name}", apart, max(MILLISECONDS, SHARE * base), "ms")
        result.context[f"{name}: median of {other.name}, ms"] = median(other.times)
    result.at_most(f"{name}: different answers", len(set().union(*(each.seen for each in subjects))), 1)


def _addresses(place: House) -> dict[str, list[Subject]]:
    """A companion asks for cases, the second desk for reports: theirs, nobody's, erased ones."""
    with psycopg.connect(place.conninfo(), autocommit=True) as connection:
        cases = _two_of(connection, "SELECT code, dossier_id FROM cases_case", "pendamping")
        reports = _two_of(connection, "SELECT code, dossier_id FROM intake_report", "dinsos")
    companion, desk = (_signed_in(place, name) for name in ("pendamping", "dinsos"))
    token = desk.get("/pengaturan/").find(TOKEN)

    def send(path: str) -> Reply:
        return desk.post(path, {"csrfmiddlewaretoken": token}, expect=404)

    def open_case(path: str) -> Reply:
        return companion.get(path, expect=404)

    def open_report(path: str) -> Reply:
        return desk.get(path, expect=404)

    return {
        "case": _codes(open_case, "/kasus/{code}/", cases, new_case_code),
        "case's file": _codes(open_case, "/kasus/{code}/lampiran/{file}", cases, new_case_code),
        "report": _codes(open_report, "/laporan/{code}/", reports, new_report_code),
        "report's file": _codes(send, "/laporan/{code}/berkas/{file}", reports, new_report_code),
    }


def _two_of(connection: psycopg.Connection, select: str, username: str) -> tuple[str, str]:
    """Return the codes of two that somebody may not see; the second one erased."""
    rows = connection.execute(
        f"SELECT code, dossier_id FROM ({select}) AS one WHERE NOT EXISTS ("
        " SELECT 1 FROM vault_grant g JOIN accounts_user u ON u.username = %s WHERE g.dossier_id = one.dossier_id AND"
        " (g.principal_id = u.principal_id OR g.principal_id IN (SELECT k.group_id FROM vault_groupkey k"
        "  WHERE k.member_id = u.principal_id))) ORDER BY code LIMIT 2".encode(),
        [username],
    ).fetchall()
    if len(rows) < 2:
        raise demo.DemoError(f"In this city {username} may see everything: there is nothing to ask for.")
    (other, _), (erased, dossier) = rows
    psycopg.ClientCursor(connection).execute(ERASE, {"dossier": dossier})
    return other, erased


def _codes(
    send: Callable[[str], Reply], path: str, codes: tuple[str, str], new_code: Callable[[], str]
) -> list[Subject]:
    other, erased = codes

    def ask(code: str) -> Reply:
        return send(path.format(code=code, file=uuid4()))

    return [
        Subject("nobody's", lambda: ask(new_code())),
        Subject("somebody else's", lambda: ask(other)),
        Subject("an erased one", lambda: ask(erased)),
    ]


def _signed_in(place: House, username: str) -> Browser:
    visitor = Visitor(place.url)
    visitor.sign_in(username, demo.PASSWORD)
    visitor.close()
    browser = Browser(place.port, packed=False)
    browser.cookie = f"k={visitor.cookies['k']}"
    return browser


def _dossiers(connection: psycopg.Connection) -> set[object]:
    """Those of the reports: the newest is the one that was not there before, for its time is kept to the minute."""
    return {dossier for (dossier,) in connection.execute("SELECT dossier_id FROM intake_report")}


def _receipts(place: House) -> list[Subject]:
    """Numbers that nobody has, that are none, and one whose report was erased."""
    with psycopg.connect(place.conninfo(), autocommit=True) as connection:
        before = _dossiers(connection)
        erased = client.report(place.port)
        for dossier in _dossiers(connection) - before:
            psycopg.ClientCursor(connection).execute(ERASE, {"dossier": dossier})
    browser = Browser(place.port, packed=False)
    token = browser.get("/p/").find(TOKEN)

    def ask(number: str) -> Reply:
        return browser.post("/p/", {"csrfmiddlewaretoken": token, "receipt": number}, expect=422)

    return [
        Subject("an unknown one", lambda: ask(f"{random.randrange(10**20):020}")),  # noqa: S311 - no secret
        Subject("a malformed one", lambda: ask(f"{random.randrange(10**19):019}x")),  # noqa: S311
        Subject("an erased one", lambda: ask(erased)),
    ]


def _sign_in(place: House) -> list[Subject]:
    """Somebody's name and nobody's, each with a wrong password; the counted tries are forgotten each time."""
    browser = Browser(place.port, packed=False)
    token = browser.get("/masuk/").find(TOKEN)
    connection = psycopg.connect(place.conninfo(), autocommit=True)
    known, unknown = "manajer", "orangla"

    def ask(username: str) -> Reply:
        fields: dict[str, str | bytes] = {"username": username, "password": "bukan-sandinya-ini"}
        return browser.post("/masuk/", {"csrfmiddlewaretoken": token, **fields}, expect=422)

    def forget() -> None:
        connection.execute("DELETE FROM accounts_signinattempt")

    said = (known.encode(), unknown.encode())
    return [
        _Forgetful("somebody unknown", lambda: ask(unknown), said=said, before=forget),
        _Forgetful("somebody known", lambda: ask(known), said=said, before=forget),
    ]


@dataclass
class _Forgetful(Subject):
    """Does something before each question, outside of its time."""

    before: Callable[[], None] = lambda: None

    def once(self) -> None:
        """Do it, then ask."""
        self.before()
        super().once()
