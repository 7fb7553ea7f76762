"""What the door tells a stranger, and to whom it answers at all."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ruangaman.accounts.types import Role
from tests.factories.accounts import make_office
from tests.support.signing_in import signed_in

CLOSE = "/kasus/K-00000000/tutup/"


def plain(answer: object) -> str:
    """A page without its form tokens, which differ each time."""
    return re.sub(r'csrf[^>]*value="[^"]+"|X-CSRFToken[^}]+}', "", answer.content.decode())  # type: ignore[attr-defined]


def test_a_form_without_a_token_tells_a_stranger_no_more_than_any_address(db: None) -> None:
    office = make_office()
    client = signed_in(office.user(Role.DINAS), client=Client(enforce_csrf_checks=True))

    real, unknown = client.post(CLOSE), client.post("/tidak-ada/")

    assert real.status_code == unknown.status_code == 404
    assert plain(real) == plain(unknown)


def test_who_may_enter_is_told_that_the_form_is_too_old(db: None) -> None:
    office = make_office()
    client = signed_in(office.user(Role.MANAJER), client=Client(enforce_csrf_checks=True))

    assert client.post(CLOSE).status_code == 403


@pytest.mark.parametrize(("path", "status"), [("/", 404), ("/i/", 404), ("/masuk/", 404), ("/livez", 200)])
def test_a_name_that_is_not_ours_gets_nothing(db: None, path: str, status: int) -> None:
    assert Client().get(path, headers={"host": "evil.example"}).status_code == status


def test_a_cookie_that_only_a_form_needed_is_not_looked_up(db: None) -> None:
    make_office()
    client = Client()
    client.get("/p/")
    name, fresh = next((name, one.value) for name, one in client.cookies.items())

    def looks(cookie: str) -> int:
        client.cookies[name] = cookie
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/p/").status_code == 200
        return sum("vault_publicsession" in one["sql"] for one in asked)

    assert fresh.startswith(".")
    assert looks(fresh) == 0
    assert looks(fresh[1:]) == 1
