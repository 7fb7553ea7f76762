"""What people type, made safe to keep: one cleaning for every field that takes text."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from ruangaman.core.errors import DomainError

BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that reorder what is displayed: they can make a sentence read as another one."""

INVISIBLE = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\u3164\uffa0"
)
"""Characters that take no room. The joiners U+200C and U+200D stay: scripts and emoji need them."""

ALLOWED_CONTROLS = frozenset("\n\t")
SURROGATES = re.compile("[\ud800-\udfff]")


class TextError(DomainError):
    """The text cannot be kept as it is; `key` says why: `too_long` or `encoding`."""

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(sentence)
        self.key = key


def clean(text: str, *, max_length: int, multiline: bool = True) -> str:
    """Return the text in NFC without control, bidi and zero-width characters, trimmed.

    Args:
        max_length: limit in characters, after cleaning.
        multiline: False folds line ends and tabs to single spaces.

    Raises:
        TextError: too long, or not decodable (a lone surrogate, U+FFFD from a wrong encoding).
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    if "\ufffd" in text or SURROGATES.search(text):
        raise TextError("encoding", str(_("Ada huruf yang tidak bisa kami baca. Coba ketik ulang bagian itu.")))
    kept = text if _is_plain(text) else "".join(char for char in text if _may_stay(char))
    kept = unicodedata.normalize("NFC", kept).strip()
    if not multiline:
        kept = " ".join(kept.split())
    if len(kept) > max_length:
        raise TextError(
            "too_long",
            str(
                _("Terlalu panjang: paling banyak %(limit)s huruf, ini %(length)s.")
                % {"limit": max_length, "length": len(kept)}
            ),
        )
    return kept


def _is_plain(text: str) -> bool:
    """Whether all of it may stay, told without looking at each character; most stories are like that."""
    return text.replace("\n", "").replace("\t", "").isprintable() and INVISIBLE.isdisjoint(text)


def _may_stay(char: str) -> bool:
    if char in ALLOWED_CONTROLS:
        return True
    if char in BIDI_CONTROLS or char in INVISIBLE:
        return False
    return unicodedata.category(char) not in {"Cc", "Cs", "Co", "Cn"}
