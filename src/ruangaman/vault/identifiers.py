"""NIK and phone numbers as they are compared: one number has one spelling, however it was typed."""

from __future__ import annotations

import unicodedata

from ruangaman.vault.types import IdentifierKind

NIK_DIGITS = 16
COUNTRY = "62"
FEWEST, MOST = 8, 15
"""Digits of a phone number with its country code; the upper end is that of ITU-T E.164."""
WITH_CODE = 10
"""So many digits that begin with the country's code begin with the code; fewer are a number of the town."""
LONGEST_TYPED = 64
_SEPARATORS = frozenset(".·•_/()'\u2019")


def normalise(kind: IdentifierKind, text: str) -> str | None:
    """Return the one spelling of a number, or None: it cannot be one."""
    return normal_nik(text) if kind == IdentifierKind.NIK else normal_phone(text)


def guess(text: str) -> tuple[IdentifierKind, str] | None:
    """Return which number somebody typed, in its one spelling: no phone number has as many digits as a NIK."""
    for kind in (IdentifierKind.NIK, IdentifierKind.PHONE):
        number = normalise(kind, text)
        if number is not None:
            return kind, number
    return None


def normal_nik(text: str) -> str | None:
    """Return the sixteen digits of a NIK. Spaces, dots, dashes and full-width digits are taken as people type them."""
    kept = _kept(text)
    return kept if kept is not None and len(kept) == NIK_DIGITS and _is_number(kept) else None


def normal_phone(text: str) -> str | None:
    """Return a phone number with plus and country code: 0812…, 812…, 62812…, 0062812… and +62812… are one.

    Without a plus and without the country's code the number is one of this country. Behind that code there is no zero,
    though many write it so.
    """
    kept = _kept(text)
    if not kept:
        return None
    is_full, digits = kept.startswith("+"), kept.removeprefix("+")
    if not _is_number(digits):
        return None
    if not is_full and digits.startswith("00"):
        is_full, digits = True, digits[2:]
    if is_full and not digits.startswith(COUNTRY):
        return f"+{digits}" if FEWEST <= len(digits) <= MOST and not digits.startswith("0") else None
    has_code = digits.startswith(COUNTRY) and (is_full or len(digits) >= WITH_CODE)
    own = (digits.removeprefix(COUNTRY) if has_code else digits).lstrip("0")
    number = COUNTRY + own
    return f"+{number}" if FEWEST <= len(number) <= MOST else None


def _kept(text: str) -> str | None:
    if len(text) > LONGEST_TYPED:
        return None
    return "".join(char for char in unicodedata.normalize("NFKC", text) if not _is_separator(char))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_separator(char: str) -> bool:
    return char in _SEPARATORS or char.isspace() or unicodedata.category(char) in {"Pd", "Cf"}
