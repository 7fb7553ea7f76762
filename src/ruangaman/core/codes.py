"""Public codes: what stands in an address or on paper in place of a database id."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a code survives the telephone."""

LENGTH = 8


def new_code(prefix: str) -> str:
    """Return `<prefix>-XXXXXXXX` with 40 random bits."""
    return prefix + "-" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def new_report_code() -> str:
    """Return a code for a report, such as `L-9D2XW4RA`."""
    return new_code("L")


def new_case_code() -> str:
    """Return a code for a case, such as `K-7F3Q2MWD`."""
    return new_code("K")
