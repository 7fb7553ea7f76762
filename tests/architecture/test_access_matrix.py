"""The hand-written table against the real door: every address, both methods, every role.

And every relation, for whom the door lets in. Whom it does not is refused before anybody looks what an address is about
(`test_the_door_refuses_before_it_looks_anything_up`): they are asked about what is nearest to them.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ruangaman.accounts.types import Role, permissions_of
from ruangaman.core.access import Door, access_of
from tests.architecture.access_matrix import ANYONE, MATRIX, RELATIONS, Row
from tests.architecture.addresses import addresses
from tests.architecture.world import World, things_for
from tests.support.signing_in import signed_in

METHODS = ("get", "post")
SLOTS = {
    "key": "rule",
    "code": "report", "person_id": "person", "task_id": "task", "part_id": "part", "access_id": "access",
    "user_id": "colleague", "waiting_id": "waiting", "request_id": "request", "principal_id": "key",
    "invitation_id": "invitation", "draft_id": "draft", "act_id": "act",
    "incident_id": "incident", "victim_id": "victim", "list_key": "list",
    "list_code": "list_code", "consent_id": "consent", "approval_id": "approval", "ruling_id": "ruling",
    "transfer_id": "transfer",
    "contact_id": "contact", "glass_id": "glass", "tie_id": "tie", "meeting_id": "meeting",
    "relative_id": "relative", "clock_id": "clock", "saved_id": "saved",
}  # fmt: skip
ADDRESSES = addresses()
HISTORIES = {"/orang/": "person", "/kejadian/": "incident", "/tugas/": "task"}
ONE_OF_EACH = {permissions_of(role): role for role in reversed(Role.values)}
"""Of those who may do the same, one."""
ABOUT_SOMEBODY = re.compile(r"\b(cases|intake|clocks|consents)_\w+")
CASE_THREAD = ("/jawab", "/terbaca", "/lampiran/")
pytestmark = pytest.mark.urls("tests.accounts.demo_urls")


def test_every_address_stands_in_the_table():
    routes = [row.route for row in MATRIX]

    assert set(ADDRESSES) - set(routes) == set(), "say in access_matrix.py who may enter"
    assert set(routes) - set(ADDRESSES) == set(), "such an address does not exist any more"
    assert len(set(routes)) == len(routes)


@pytest.mark.parametrize("who", [ANYONE, *Role.values])
def test_the_door_opens_to_whom_the_table_says(world: World, who: str):
    client = Client() if who == ANYONE else signed_in(world.people[who])

    wrong = []
    for row in MATRIX:
        for relation in RELATIONS if row.about and passes_door(who, row.route) else ("own",):
            path = fill(row.route, things_for(world, who, relation))
            for method in METHODS:
                answer, wanted = ask(client, method, path), expected(row, who, relation, method)
                if answer != wanted:
                    wrong.append(f"{who} {method.upper()} {row.route} ({relation}): {answer}, not {wanted}")

    assert not wrong, "\n".join(wrong)


def test_the_door_refuses_before_it_looks_anything_up(world: World):
    client, things = signed_in(world.people[Role.ADMIN]), things_for(world, Role.ADMIN, "own")
    shut = [row.route for row in MATRIX if row.about and not passes_door(Role.ADMIN, row.route)]

    looked = []
    for route in shut:
        with CaptureQueriesContext(connection) as asked:
            answers = {ask(client, method, fill(route, things)) for method in METHODS}
        assert answers == {404}, route
        looked += [f"{route}: {one['sql']}" for one in asked if ABOUT_SOMEBODY.search(one["sql"])]

    assert len(shut) > 80, "most of what is about somebody"
    assert looked == []


@pytest.mark.parametrize("who", sorted(ONE_OF_EACH.values()))
@pytest.mark.parametrize("state", ["locked", "half"])
def test_a_locked_or_half_open_session_opens_nothing(world: World, who: str, state: str):
    client = signed_in(world.people[who], locked=state == "locked", second=state != "half")

    wrong = []
    for row in MATRIX:
        path = fill(row.route, things_for(world, who, "own"))
        wanted = closed(row, who, state)
        for method, status in zip(METHODS, wanted, strict=True):
            answer = ask(client, method, path)
            if answer != status:
                wrong.append(f"{state} {who} {method.upper()} {row.route}: {answer}, not {status}")

    assert not wrong, "\n".join(wrong)


def passes_door(who: str, route: str) -> bool:
    """Whether the view of the address is called at all for somebody like this."""
    access = access_of(ADDRESSES[route])
    if access is None or access.door is Door.PERMITTED:
        return access is not None and who != ANYONE and access.permission in permissions_of(who)
    return access.door is not Door.SIGNED_IN or who != ANYONE


def expected(row: Row, who: str, relation: str, method: str) -> int:
    """What the table says."""
    if row.route == "kerja/" and who == ANYONE and method == "get":
        return 302  # the one address that leads to the door
    if who not in row.who:
        return 404
    status = row.but.get(who, (row.get, row.post))[METHODS.index(method)]
    if relation == "own" or relation in row.also.get(who, ()) or status == 405:
        return status
    return 404


def closed(row: Row, who: str, state: str) -> tuple[int, int]:
    """What the table says about a session that is locked or half-way."""
    if who not in row.who:
        return 404, 404
    said = row.locked if state == "locked" else row.half
    return said or ((302, 403) if state == "locked" else (302, 302))


def fill(route: str, things: dict[str, str]) -> str:
    """An address with the codes and ids of what it is about."""
    names = dict(SLOTS)
    if route.startswith("pengaturan/simpanan/"):
        names |= {"code": "ended"}
    elif route.startswith("darurat/"):
        names |= {"code": "glass_case"}
    elif route.startswith("kasus/"):
        names |= {"code": "case", "file_id": "case_file", "user_id": "reader"}
        names["record_id"] = next((thing for step, thing in HISTORIES.items() if step in route), "")
    elif any(end in f"/{route}" for end in CASE_THREAD):
        names |= {"code": "case_report", "file_id": "thread_file"}
    elif route.startswith("pengaturan/darurat/"):
        names |= {"code": "unit", "request_id": "handover"}
    elif route.startswith("pengaturan/meja/"):
        names |= {"code": "desk"}
    else:
        names |= {"file_id": "report_file"}
    return "/" + re.sub(r"<\w+:(\w+)>", lambda slot: things[names[slot[1]]], route)


def ask(client: Client, method: str, path: str) -> int:
    """The answer's status. What it changed is undone, cookies included."""
    cookies: Any = {name: one.value for name, one in client.cookies.items()}
    mark = transaction.savepoint()
    status: int = getattr(client, method)(path).status_code
    transaction.savepoint_rollback(mark)
    client.cookies.clear()
    for name, value in cookies.items():
        client.cookies[name] = value
    return status
