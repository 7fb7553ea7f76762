"""The product's addresses, and two peers to measure it beside; no process of the product knows this module."""

from __future__ import annotations

from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, include, path

from ruangaman.core.access import public
from ruangaman.vault import receipts


@public(database=False)
def derive(request: HttpRequest) -> HttpResponse:
    """Derive a receipt and do nothing with it."""
    return _whole(receipts.derive_receipt(receipts.mint_key(None)).locator)


@public(database=False)
def kept(request: HttpRequest) -> HttpResponse:
    """Return the bytes of the blank form as they once were."""
    return _whole(_kept_form())


def _whole(body: bytes) -> HttpResponse:
    return HttpResponse(body, headers={"Content-Length": str(len(body))})


@lru_cache(maxsize=1)
def _kept_form() -> bytes:
    return Client(headers={"host": "127.0.0.1"}).get("/i/").content


urlpatterns: list[URLPattern | URLResolver] = [
    path("bench/derive", derive),
    path("bench/kept", kept),
    path("", include("ruangaman.config.urls")),
]
handler404 = "ruangaman.web.views.not_found"
handler500 = "ruangaman.web.views.broken"
handler400 = "ruangaman.web.views.bad_request"
