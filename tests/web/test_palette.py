"""The palette offers what the access matrix allows and nothing else; a code one may not open is a code of nothing."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.cases.models import Case
from ruangaman.core import clock
from ruangaman.web.registry import palette_sources, sections
from ruangaman.web.selectors import codes_in, parse_here, part_in
from ruangaman.web.types import Here
from tests.architecture.access_matrix import EVERYBODY, MATRIX, Row
from tests.architecture.test_access_matrix import ask, expected, fill
from tests.architecture.world import World, things_for
from tests.factories import flow
from tests.support.signing_in import signed_in

pytestmark = pytest.mark.urls("tests.accounts.demo_urls")
NOT_OFFERED = {
    "kerja/alarm": "a part that the page asks for by itself",
    "kerja/jumlah": "a number that the navigation asks for by itself",
    "palet/": "the palette itself",
    "laporan/<str:code>/jawab": "only to go on with an answer: else it is written on the page of the case",
    "laporan/<str:code>/tandai-ganda": "only after the other report was looked at",
    "kasus/<case_code:code>/buka-lagi/": "only once the case is closed: see below",
}
"""Pages that are there, and why the palette leaves them out."""
LINK = re.compile(r'<a class="command" href="([^"#]*)')
BUTTON = re.compile(r'<form action="([^"]*)" method="post">(?:(?!</form>).)*class="command"')
TOKENS = re.compile(r'(csrfmiddlewaretoken" value="|X-CSRFToken&quot;: &quot;|X-CSRFToken": ")[^"&]*|sejak=\d+')


def search(client: Client, typed: str, **headers: str) -> str:
    """What the page says to something typed, without what is new in every answer."""
    return TOKENS.sub("", client.post("/palet/", {"cari": typed, "di": ""}, headers=headers).content.decode())


def about(row: Row) -> str:
    """Which open thing an address belongs to: a case, a report, or neither; "?" where a further id is in it."""
    slots = re.findall(r"<\w+:(\w+)>", row.route)
    if not slots:
        return ""
    return {"kasus": "case", "laporan": "report"}.get(row.route.split("/")[0], "?") if slots == ["code"] else "?"


@pytest.mark.parametrize("who", Role.values)
def test_it_offers_exactly_what_the_matrix_allows(world: World, who: str):
    client, things, wrong = signed_in(world.people[who]), things_for(world, who, "own"), []
    opened: dict[str, int] = {}
    for kind, place in (("", ""), ("case", f"/kasus/{things['case']}/"), ("report", f"/laporan/{things['report']}/")):
        page = client.get("/palet/", {"di": place}).content.decode()
        links, buttons = {unescape(one) for one in LINK.findall(page)}, BUTTON.findall(page)
        allowed = {
            fill(row.route, things): row.route
            for row in MATRIX
            if row.who != EVERYBODY and about(row) in {"", kind} and expected(row, who, "own", "get") == 200
        }
        wrong += [
            f"missing: {path}" for path, route in allowed.items() if path not in links | set(left_out(route, path))
        ]
        opened |= {one: ask(client, "get", one) for one in sorted(links - opened.keys())}
        wrong += [f"POST {one}" for one in buttons if ask(client, "post", one) not in {200, 302}]
        assert {"/layar/tutup", "/keluar-kerja"} <= set(buttons), "the control: there are buttons"

    wrong += [f"GET {one}: {said}" for one, said in opened.items() if said != 200]
    assert not wrong, f"{who}: {wrong}"


def left_out(route: str, path: str) -> list[str]:
    """The address itself where the table says why it is left out."""
    return [path] if route in NOT_OFFERED else []


def test_a_closed_case_is_opened_again_from_it_and_not_closed(world: World):
    things = things_for(world, "manajer", "own")
    manager, place = world.people["manajer"], f"/kasus/{things['case']}/"
    open_page = signed_in(manager).get("/palet/", {"di": place}).content.decode()
    case = Case.objects.get(code=things["case"])
    flow.close(case, by=manager, head=world.people["kepala"], at=clock.now())
    closed_page = signed_in(manager).get("/palet/", {"di": place}).content.decode()

    assert f'href="{place}tutup/"' in open_page
    assert f'href="{place}buka-lagi/"' not in open_page
    assert f'href="{place}buka-lagi/"' in closed_page
    assert f'href="{place}tutup/"' not in closed_page
    assert f'href="{place}catatan/"' not in closed_page


@pytest.mark.parametrize("who", ["manajer", "petugas", "kepala", "polisi", "dinsos", "dpo"])
def test_a_code_one_may_not_open_is_a_code_of_nothing(world: World, who: str):
    client = signed_in(world.people[who])
    nothing, far = things_for(world, who, "none"), things_for(world, who, "other")
    search(client, "K-00000000")  # the first answer of a session writes it
    answers, costs = set(), set()
    for code in (nothing["case"], nothing["report"], far["case"], far["report"], "K-ZZZZZZZZ"):
        with CaptureQueriesContext(connection) as queries:
            text = search(client, code)
        assert "/kasus/K" not in text + search(client, code, hx_request="true")
        answers.add(text.replace(code, "CODE"))
        costs.add(tuple(re.sub(r"'[^']*'", "?", one["sql"]) for one in queries if "SAVEPOINT" not in one["sql"]))

    assert len(answers) == 1
    assert len({len(cost) for cost in costs}) == 1, "as many questions for one as for the other"
    assert "Tidak ada yang cocok" in answers.pop()


def test_a_code_one_may_open_is_found_however_it_is_typed(world: World):
    client, code = signed_in(world.people["manajer"]), things_for(world, "manajer", "own")["case"]
    for typed in (code, code.lower(), f" {code.replace('-', ' ')} ", code.removeprefix("K-")):
        assert f'href="/kasus/{code}/"' in search(client, typed), typed
        assert f'data-url="/kasus/{code}/"' in search(client, typed, hx_request="true"), typed


def test_the_beginning_of_a_code_finds_what_one_holds_and_nothing_else(world: World):
    own, far = things_for(world, "manajer", "own")["case"], things_for(world, "manajer", "other")["case"]
    client = signed_in(world.people["manajer"])
    for typed in (own[:6], own[:6].lower(), f"{own[0]} {own[2:6]}"):
        assert f'href="/kasus/{own}/"' in search(client, typed), typed
    assert far not in search(client, far[:6])
    report = things_for(world, "petugas", "own")["report"]
    page = search(signed_in(world.people["petugas"]), report[:6])
    assert f'href="/laporan/{report}/"' in page


def test_what_is_found_by_its_code_is_not_called_ones_own(world: World):
    report = things_for(world, "petugas", "own")["report"]
    page = search(signed_in(world.people["petugas"]), report)
    assert "Laporan dengan kode itu" in page
    assert "Laporan yang saya pegang" not in page


def test_an_expired_grant_opens_nothing_from_it(world: World):
    expired = things_for(world, "petugas", "expired")
    for who, code in (("petugas", expired["report"]), ("manajer", expired["case"])):
        client = signed_in(world.people[who])
        assert f"/{code}/" not in search(client, code)
        place = f"/laporan/{code}/" if code.startswith("L") else f"/kasus/{code}/"
        page = client.get("/palet/", {"di": place}).content.decode()
        assert not [one for one in LINK.findall(page) if one.startswith(place)]


def test_words_narrow_it_and_never_stand_in_an_address(world: World):
    client = signed_in(world.people["kepala"])
    page = search(client, "undang orang")
    assert 'href="/pengaturan/orang/undang/"' in page
    assert 'href="/pengaturan/sandi/"' not in page
    assert 'method="post" role="search"' in page
    assert "Tidak ada yang cocok" in search(client, "NAMA-UJI Melati")


def test_what_is_searched_for_leaves_no_trace(world: World):
    before = AuditEvent.objects.count()
    search(signed_in(world.people["manajer"]), things_for(world, "manajer", "own")["case"])
    assert AuditEvent.objects.count() == before, "to be shown one's own code is no reading"


def test_single_keys_are_off_at_once_and_only_for_oneself(world: World):
    companion, lawyer = world.people["pendamping"], world.people["hukum"]
    client = signed_in(companion)
    assert " data-keys>" in client.get("/kerja/").content.decode()
    assert "<kbd>g</kbd> <kbd>k</kbd>" in client.get("/palet/pintasan/").content.decode()

    assert client.post("/pengaturan/tombol", {"keys": "off"}).status_code == 302

    assert " data-keys>" not in client.get("/kerja/").content.decode()
    assert "<kbd>g</kbd>" not in client.get("/palet/pintasan/").content.decode()
    assert " data-keys>" in signed_in(lawyer).get("/kerja/").content.decode()
    assert AuditEvent.objects.get(type="accounts.shortcuts_changed").detail == {"on": False}
    client.post("/pengaturan/tombol", {"keys": "on"})
    assert " data-keys>" in client.get("/kerja/").content.decode()


def test_no_key_leads_to_two_sections():
    keys = [one.go for one in sections if one.go]
    assert len(keys) == len(set(keys)) >= 5
    assert len({one.place for one in palette_sources}) == len(palette_sources)


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("/kasus/K-7F3Q2MWD/", Here("kasus", "K-7F3Q2MWD")),
        ("/kasus/K-7F3Q2MWD/tugas/", Here("kasus", "K-7F3Q2MWD")),
        ("/laporan/L-9D2XW4RA/", Here("laporan", "L-9D2XW4RA")),
        ("/laporan/K-9D2XW4RA/", Here()),
        ("//evil.example/kasus/K-7F3Q2MWD/", Here()),
        ("/kasus/", Here()),
    ],
)
def test_where_somebody_is(path: str, here: Here):
    assert parse_here(path) == here


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("k-7f3q2mwd", ["K-7F3Q2MWD"]),
        ("7F3Q2MWD", ["K-7F3Q2MWD", "L-7F3Q2MWD"]),
        ("melati", []),
        ("K-7F3Q2MWU", []),
        ("", []),
    ],
)
def test_what_counts_as_a_code(typed: str, codes: list[str]):
    assert codes_in(typed) == codes


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("k-7f3", "K-7F3"), ("l 9d2x", "L-9D2X"), ("7f3q", "7F3Q"), ("K-7F3Q2MWD", ""), ("7F3Q2MWD", ""),
        ("rencana", ""), ("7f", ""), ("", ""),
    ],
)  # fmt: skip
def test_what_counts_as_the_beginning_of_one(typed: str, part: str):
    assert part_in(typed) == part
