"""No page is forgotten by the pictures and by the accessibility sweep."""

from __future__ import annotations

from collections import Counter

from ruangaman.accounts.types import Role
from ruangaman.ops.pages import ACCOUNTS, ALL_PAGES, NO_PAGES, NOT_IN_THE_DEMO
from tests.architecture.addresses import addresses


def test_every_address_is_a_page_in_the_list_or_said_to_be_none():
    listed = {page.route for page in ALL_PAGES} | NO_PAGES | NOT_IN_THE_DEMO

    assert set(addresses()) - listed == set(), "add it to ruangaman.ops.pages"
    assert listed - set(addresses()) - {""} == set(), "such an address does not exist any more"


def test_every_role_has_its_pages_and_every_picture_its_own_name():
    assert set(ACCOUNTS) == set(Role.values)
    assert [each for each, count in Counter((page.who, page.name) for page in ALL_PAGES).items() if count > 1] == []
