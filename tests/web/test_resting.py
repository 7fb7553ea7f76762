"""The page that a proxy shows while nothing of ours runs: it needs nothing, and is allowed nothing."""

from __future__ import annotations

import html
import re

from django.conf import settings
from django.utils import translation

from ruangaman.ui import inline
from ruangaman.web.services import draw_resting


def test_it_is_bland_and_says_whom_to_call() -> None:
    page = draw_resting()

    assert re.findall("<title>(.*?)</title>", page) == ["Informasi"]
    for line in settings.RUANGAMAN_NUMBERS:
        assert f"tel:{line['tel']}" in page
    assert 'action="/keluar"' in page
    assert 'hreflang="en"' not in page


def test_its_policy_comes_first_and_is_that_of_our_own_pages() -> None:
    page = draw_resting()
    (policy,) = re.findall('<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)

    assert page.index(policy) < page.index("<style>") < page.index("<script>")
    assert inline.script().csp_hash in html.unescape(policy)
    assert "frame-ancestors" not in policy
    assert not re.search(r'(?:src|action)="(?:https?:)?//', page)


def test_it_is_in_indonesian_whoever_asks() -> None:
    with translation.override("en"):
        assert "istirahat sebentar" in draw_resting()
