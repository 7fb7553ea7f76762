"""The public pages that need no data: bland, whole in one round trip, the exit first, no icon missing."""

from __future__ import annotations

import gzip
import re

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

LIMIT = 14_600
PAGES = [
    "intake/start.html",
    "intake/services.html",
    "intake/safety.html",
    "intake/rights.html",
    "intake/child.html",
    "web/down.html",
]


@pytest.fixture(params=PAGES)
def page(request):
    return render_to_string(request.param, request=RequestFactory().get("/"))


def test_it_is_whole_in_one_round_trip(page):
    assert len(gzip.compress(page.encode())) <= LIMIT


def test_the_title_says_nothing(page):
    assert re.findall(r"<title>(.*?)</title>", page) == ["Informasi"]


def test_the_exit_is_the_first_thing_one_can_reach(page):
    first = re.search(r"<(a|button|input|select|textarea|summary)\b[^>]*>", page.split("<body", 1)[1])

    assert first is not None
    assert first.group(0) == '<button class="exit">'
    assert '<form method="post" action="/keluar">' in page


def test_every_icon_pointed_to_is_there_and_none_is_carried_for_nothing(page):
    assert set(re.findall(r'href="#([a-z_]+)"/>', page)) == set(re.findall(r'<symbol id="([a-z_]+)"', page))


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_inline(page):
    assert not re.search(r'\s(?:style|on\w+)="', page)
    assert not re.search(r'(?:src|action)="(?:https?:)?//', page)
    assert page.count("<script") == 1


def test_the_other_language_is_one_tap_away(page):
    assert 'href="?l=en" hreflang="en"' in page
    with translation.override("en"):
        english = render_to_string("intake/start.html", request=RequestFactory().get("/?untuk=anak&l=en"))
    assert 'href="?untuk=anak&amp;l=id" hreflang="id"' in english
    assert 'href="/i/?l=en"' in english
