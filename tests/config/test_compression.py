"""What is compressed, and that its length does not tell its content."""

from __future__ import annotations

import gzip
import os

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from ruangaman.config.compression import PADDING, SHORTEST, PageCompression, _packed_once, compress
from ruangaman.ui.kept import Filled

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


@given(st.lists(st.sampled_from([PAGE[:99], PAGE, b"", os.urandom(40_000)]), min_size=1, max_size=4), st.data())
def test_a_page_from_kept_texts_is_whole_whatever_stands_in_its_places(texts: list[bytes], data: st.DataObject) -> None:
    for _ in range(2):  # the second of the same lengths takes what was packed for the first
        own = [data.draw(st.binary(min_size=20, max_size=20)) for _ in texts[1:]]
        filled = Filled(tuple(texts), tuple(own))

        assert gzip.decompress(compress(bytes(filled), filled)) == bytes(filled)


def test_kept_texts_are_packed_once_and_about_as_well_as_the_page() -> None:
    filled = Filled((PAGE, PAGE + b"<p>akhir", PAGE), (b"Mm" * 32, b"7421"))
    pages = [compress(bytes(filled), filled) for _ in range(5)]

    assert _packed_once.cache_info().hits >= 4
    assert max(map(len, pages)) < len(compress(bytes(filled))) + PADDING + 100


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
