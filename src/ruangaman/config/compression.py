"""Compression of pages. What is streamed are photos and films, which would not get smaller.

Django's own GZipMiddleware always takes level 6, which costs more than drawing the page does.
"""

from __future__ import annotations

import re
import secrets
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from ruangaman.ui.kept import Filled

LEVEL = 4
"""Less than half the processor of level 6, for three in a hundred more bytes."""
SHORTEST = 200
"""Bytes: what is shorter would hardly get smaller."""
PADDING = 100
"""Up to so many bytes are put into each answer, so that its length does not tell what stands in it.

Source: Paulo Silva et al., "Heal the Breach", IEEE Access 10 (2022), section 3.
"""
_HEAD = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"  # RFC 1952, section 2.3: deflate, a file name follows, no time, no system
_RAW = -15  # zlib's way to ask for the bare format, with the largest window
_WINDOW = 1 << 15
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
        packed = compress(response.content, getattr(response, "filled", None))
        if len(packed) < len(response.content):
            response.content = packed
            response["Content-Length"] = str(len(packed))
            response["Content-Encoding"] = "gzip"
        return response


def compress(content: bytes, filled: Filled | None = None) -> bytes:
    """Return it as gzip; what pads it is the name of a file that every browser skips.

    Args:
        filled: what `content` is made of, if many pages are alike but for a few places.
    """
    body = _pack(content, b"", zlib.Z_FINISH) if filled is None else _pack_filled(filled)
    name = b"a" * secrets.randbelow(PADDING) + b"\0"
    return b"".join([_HEAD, name, body, struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)])


def _pack(text: bytes, before: bytes, flush: int) -> bytes:
    """Return the text as raw deflate that may point back at what stands `before` it."""
    packer = zlib.compressobj(LEVEL, wbits=_RAW, zdict=before[-_WINDOW:])
    return packer.compress(text) + packer.flush(flush)


def _pack_filled(filled: Filled) -> bytes:
    """Put together what is packed once for all visitors and, as it is, what is this visitor's own."""
    kept = _packed_once(filled.texts, tuple(map(len, filled.own)))
    stored = [b"\0" + struct.pack("<HH", len(own), len(own) ^ 0xFFFF) + own for own in filled.own]
    return b"".join([piece for pair in zip(kept, stored, strict=False) for piece in pair] + [kept[-1]])


@lru_cache(maxsize=128)
def _packed_once(texts: tuple[bytes, ...], lengths: tuple[int, ...]) -> list[bytes]:
    """Return each text packed, to be sent with something of these lengths between them (RFC 1951, section 3.2).

    A later text points back into earlier ones over what stands between: of that only the length counts, and NULs, of
    which a page has none, keep the place.
    """
    packed, before = [], b""
    for text, length in zip(texts, (*lengths, None), strict=True):
        packed.append(_pack(text, before, zlib.Z_FINISH if length is None else zlib.Z_SYNC_FLUSH))
        before += text + bytes(length or 0)
    return packed
