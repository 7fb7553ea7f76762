"""Pages that are the same for every visitor but for a few places: drawn once, filled for each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string


@dataclass(frozen=True)
class Filled:
    """What stands on such a page: texts that all visitors get, and between them what is this visitor's own."""

    texts: tuple[bytes, ...]
    """One more than `own`."""
    own: tuple[bytes, ...]

    def __bytes__(self) -> bytes:
        """Return the page."""
        pieces = [piece for pair in zip(self.texts, self.own, strict=False) for piece in pair]
        return b"".join([*pieces, self.texts[-1]])


@dataclass(frozen=True)
class KeptPage:
    """A page as the first visitor would get it, cut at its places."""

    texts: tuple[bytes, ...]
    places: tuple[str, ...]
    hashes: frozenset[tuple[str, str]]
    """What its security policy allows: directive and hash."""

    def fill(self, request: HttpRequest, own: Mapping[str, str]) -> HttpResponse:
        """Return it as an answer to `request`, with the text of each place; it must need no escaping."""
        filled = Filled(self.texts, tuple(own[place].encode() for place in self.places))
        request.csp_hashes = set(self.hashes)  # type: ignore[attr-defined]  # read by the headers
        response = HttpResponse(bytes(filled))
        response.filled = filled  # type: ignore[attr-defined]  # read by the compression
        return response


def draw(template: str, context: Mapping[str, object], *, places: Sequence[str], query: str = "") -> KeptPage:
    """Draw a page whose context holds the names of places as text.

    Args:
        places: names that occur nowhere else on the page; those that are not on it are left out.
        query: of the address it is drawn for.
    """
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", "/i/", "/i/"
    request.GET = QueryDict(query)
    page = render_to_string(template, dict(context), request=request)
    cut = re.split("({})".format("|".join(map(re.escape, places))), page)
    hashes = frozenset(request.csp_hashes)  # type: ignore[attr-defined]  # set by inline_style
    return KeptPage(tuple(text.encode() for text in cut[::2]), tuple(cut[1::2]), hashes)
