"""Whose word about a visitor's address is taken: our own proxies', never the visitor's."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from ruangaman.config import env
from ruangaman.config.proxy import ForwardedMiddleware, visitor

NOBODY, ONE, TWO = (env._proxy({"RUANGAMAN_PROXY": value}) for value in ("", "1", "2"))
PLACES = env._proxy({"RUANGAMAN_PROXY": "10.1.0.0/16, 127.0.0.1"})


@pytest.mark.parametrize(
    ("proxy", "peer", "header", "found"),
    [
        (NOBODY, "127.0.0.1", "203.0.113.7", "127.0.0.1"),
        (ONE, "127.0.0.1", "203.0.113.7", "203.0.113.7"),
        (ONE, "127.0.0.1", "9.9.9.9, 203.0.113.7", "203.0.113.7"),
        (ONE, "127.0.0.1", "9.9.9.9, unknown", "127.0.0.1"),
        (ONE, "127.0.0.1", "", "127.0.0.1"),
        (TWO, "127.0.0.1", "9.9.9.9, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (TWO, "127.0.0.1", "203.0.113.7", "127.0.0.1"),
        (PLACES, "127.0.0.1", "9.9.9.9, 203.0.113.7, 10.1.4.2", "203.0.113.7"),
        (PLACES, "::ffff:10.1.0.3", "203.0.113.7", "203.0.113.7"),
        (PLACES, "198.51.100.1", "203.0.113.7", "198.51.100.1"),
        (PLACES, "127.0.0.1", "203.0.113.7, nonsense", "127.0.0.1"),
        (PLACES, "127.0.0.1", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_last_address_that_is_not_ours_counts(proxy, peer, header, found):
    assert visitor(peer, header, proxy) == found


@override_settings(RUANGAMAN_PROXY=ONE)
def test_the_request_carries_the_visitor_s_address_and_no_longer_the_header():
    seen = {}

    def view(request):
        seen.update(request.META)
        return HttpResponse()

    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.7")
    ForwardedMiddleware(view)(request)

    assert seen["REMOTE_ADDR"] == "203.0.113.7"
    assert "HTTP_X_FORWARDED_FOR" not in seen


@pytest.mark.parametrize("value", ["yes", "10.0.0.0/99", "10.0.0.1,", "-1"])
def test_an_odd_setting_stops_the_start_by_its_name(value):
    with pytest.raises(env.EnvError, match="RUANGAMAN_PROXY"):
        env._proxy({"RUANGAMAN_PROXY": value})
