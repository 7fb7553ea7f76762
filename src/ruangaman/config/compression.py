"""Compression of pages. What is streamed are photos and films, which would not get smaller."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PageCompression(GZipMiddleware):
    """Django's own, with its random padding against length oracles, for whole answers only."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress what is not streamed."""
        return response if response.streaming else super().process_response(request, response)
