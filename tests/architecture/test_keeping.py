"""What is typed is not lost: every staff page on which words are typed keeps them, or says here why not."""

from __future__ import annotations

import re

import pytest

from tests.architecture.access_matrix import ANYONE, MATRIX, Row
from tests.architecture.test_access_matrix import expected, fill
from tests.architecture.world import World, things_for
from tests.support.signing_in import signed_in

pytestmark = pytest.mark.urls("tests.accounts.demo_urls")
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
EXCEPTIONS = {
    "darurat/<case_code:code>/": "a draft would say in a list which case somebody meant to open; it is two sentences",
}
"""Addresses whose words are not kept, and why."""


def loose(page: str) -> list[str]:
    """The posting forms of a page with words that are not kept."""
    return [
        tag
        for tag, inside in FORM.findall(page)
        if 'method="post"' in tag and re.search(r"<textarea(?![^>]*readonly)", inside)
        if " data-unsent" not in tag or 'name="simpan_dulu"' not in inside or "ui/unsent" not in page
    ]


def reader_of(row: Row) -> str:
    """Somebody of the table who gets the page."""
    roles = sorted(row.who - {ANYONE})
    return next((who for who in roles if expected(row, who, "own", "get") == 200), "")


def test_every_staff_page_with_words_keeps_them(world: World):
    clients, wrong, kept = {}, [], 0
    for row in MATRIX:
        who = "" if ANYONE in row.who else reader_of(row)
        if not who:
            continue
        client = clients.setdefault(who, signed_in(world.people[who]))
        answer = client.get(fill(row.route, things_for(world, who, "own")))
        page = "" if answer.streaming else answer.content.decode()
        found = loose(page)
        kept += page.count(" data-unsent")
        if bool(found) is not (row.route in EXCEPTIONS):
            wrong.append(f"{row.route} ({who}): {found or 'it keeps them: no exception any more'}")
    assert not wrong, "\n".join(wrong)
    assert kept > 25, "the pages were looked at"


def test_a_form_that_keeps_nothing_is_seen():
    form = '<form action="/x/" method="post"><textarea name="a"></textarea></form>'
    assert loose(form)
    assert not loose(
        form.replace("<form", "<form data-unsent").replace("</form>", '<b name="simpan_dulu"></form>ui/unsent')
    )
