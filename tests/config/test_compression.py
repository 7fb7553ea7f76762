"""What is compressed, and that its length does not tell its content."""

from __future__ import annotations

import gzip
import os

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from ruangaman.config.compression import PADDING, SHORTEST, PageCompression

PAGE = b"<p>Cerita ini panjang. " * 400
ASK = RequestFactory()


def answer(response: HttpResponseBase, accepts: str = "br, gzip") -> HttpResponse:
    ask = ASK.get("/", headers={"Accept-Encoding": accepts})
    found: HttpResponse = PageCompression(lambda _: response)(ask)  # type: ignore[arg-type,return-value]
    return found


def test_a_page_comes_smaller_and_whole() -> None:
    found = answer(HttpResponse(PAGE))

    assert gzip.decompress(found.content) == PAGE
    assert found["Content-Encoding"] == "gzip"
    assert found["Vary"] == "Accept-Encoding"
    assert int(found["Content-Length"]) == len(found.content) < len(PAGE) / 10


def test_pages_that_begin_alike_are_each_whole() -> None:
    for end in (b"satu", b"dua" * 3000, b""):
        response = HttpResponse(PAGE + end)
        response.begins = PAGE  # type: ignore[attr-defined]  # as a kept page says

        assert gzip.decompress(answer(response).content) == PAGE + end


def test_the_same_page_has_many_lengths() -> None:
    lengths = {len(answer(HttpResponse(PAGE)).content) for _ in range(60)}

    assert len(lengths) > 20
    assert max(lengths) - min(lengths) < PADDING


@pytest.mark.parametrize(
    ("response", "accepts"),
    [
        (HttpResponse(PAGE), "identity"),
        (HttpResponse(PAGE[: SHORTEST - 1]), "gzip"),
        (HttpResponse(PAGE, headers={"Content-Encoding": "br"}), "gzip"),
        (StreamingHttpResponse(iter([PAGE])), "gzip"),
    ],
    ids=["not wanted", "too short", "packed already", "streamed"],
)
def test_the_others_stay_as_they_are(response: HttpResponseBase, accepts: str) -> None:
    before = response.get("Content-Encoding")

    assert answer(response, accepts).get("Content-Encoding") == before


def test_what_would_grow_stays_as_it_is() -> None:
    noise = os.urandom(5000)

    assert answer(HttpResponse(noise)).content == noise
