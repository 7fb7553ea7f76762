"""Sending a file: always as an attachment, never to be guessed at or opened by the browser."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from django.http import StreamingHttpResponse

from ruangaman.vault.files import FileFacts


def send_file(facts: FileFacts, pieces: Iterator[bytes]) -> StreamingHttpResponse:
    """Return the answer that sends a file; its pieces are read after the unit of work is committed."""
    response = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    response["Content-Length"] = str(facts.size)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(facts.name or 'berkas', safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
