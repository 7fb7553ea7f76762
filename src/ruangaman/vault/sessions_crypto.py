"""Sessions at rest: the cookie and the pepper are the key, the row is named by the cookie's hash.

A thief of the database who also finds a cookie opens nothing. A session lives for hours: its bytes may change between
releases, and everybody signs in again.
"""

from __future__ import annotations

import hashlib

from ruangaman.vault import layout, pepper, sealing


def row_id(session_key: str) -> str:
    """Return the name of a session's row: SHA-256 of the key, 64 hexadecimal digits."""
    return hashlib.sha256(session_key.encode("utf-8")).hexdigest()


def seal_session(session_key: str, data: bytes) -> bytes:
    """Seal a session's data under a key that takes both the cookie and the pepper."""
    return sealing.seal_bytes(_key(session_key), data, _place(session_key))


def open_session(session_key: str, sealed: bytes) -> bytes:
    """Open what `seal_session` made. Raises Tampered."""
    return sealing.open_bytes(_key(session_key), sealed, _place(session_key))


def _key(session_key: str) -> bytes:
    return pepper.hkdf(pepper.mac(pepper.Label.SESSION, session_key.encode("utf-8")), layout.label("session-key"))


def _place(session_key: str) -> bytes:
    return layout.session_place(pepper.installation(), row_id(session_key))
