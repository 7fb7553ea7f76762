"""The secrets of second factors: sealed under a key from the pepper, so a stolen database makes no codes."""

from __future__ import annotations

from ruangaman.vault import sealing


def seal_secret(secret: str) -> str:
    """Seal a secret; text in, text out, as allauth keeps it."""
    return sealing.seal_totp(secret)


def open_secret(sealed: str) -> str:
    """Open what `seal_secret` made. Raises Tampered."""
    return sealing.open_totp(sealed)
