"""Compression of pages. What is streamed are photos and films, which would not get smaller.

Django's own GZipMiddleware always takes level 6, which costs more than drawing the page does.
"""

from __future__ import annotations

import re
import secrets
import zlib
from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

LEVEL = 4
"""Less than half the processor of level 6, for three in a hundred more bytes."""
SHORTEST = 200
"""Bytes: what is shorter would hardly get smaller."""
PADDING = 100
"""Up to so many bytes are put into each answer, so that its length does not tell what stands in it.

Source: Paulo Silva et al., "Heal the Breach", IEEE Access 10 (2022), section 3.
"""
_HEADER, _NAMED = 10, 0x08  # RFC 1952, section 2.3: a fixed head, and the flag of a file name after it
_GZIP = 31  # zlib's way to ask for gzip around the bytes
_ACCEPTS = re.compile(r"\bgzip\b")


class PageCompression:
    """Compresses whole answers for browsers that take them so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or len(response.content) < SHORTEST or response.has_header("Content-Encoding"):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if not _ACCEPTS.search(request.headers.get("Accept-Encoding", "")):
            return response
        packed = compress(response.content, getattr(response, "begins", b""))
        if len(packed) < len(response.content):
            response.content = packed
            response["Content-Length"] = str(len(packed))
            response["Content-Encoding"] = "gzip"
        return response


class _Beginning:
    """How many pages begin, packed once: each of them is packed from there on."""

    def __init__(self, content: bytes) -> None:
        self.size = len(content)
        self._packer = zlib.compressobj(LEVEL, wbits=_GZIP)
        self._packed = self._packer.compress(content)

    def pack(self, content: bytes) -> bytes:
        packer = self._packer.copy()
        return self._packed + packer.compress(content[self.size :]) + packer.flush()


_beginning = lru_cache(maxsize=128)(_Beginning)


def compress(content: bytes, begins: bytes = b"") -> bytes:
    """Return it as gzip; what pads it is the name of a file that every browser skips.

    Args:
        begins: how `content` begins, if many pages begin so.
    """
    packed = bytearray(_beginning(begins).pack(content))
    packed[3] |= _NAMED
    packed[_HEADER:_HEADER] = b"a" * secrets.randbelow(PADDING) + b"\0"
    return bytes(packed)
