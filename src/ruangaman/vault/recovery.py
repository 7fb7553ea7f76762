"""The recovery key: every dossier is wrapped to it, and nobody holds it.

Its private half exists only as five SLIP-39 shares in the hands of custodians in different bodies; three of them make
it again. Used in an offline ceremony: at set-up, and when a whole unit is locked out.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from django.utils.translation import gettext as _
from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics, wordlist

from ruangaman.vault import layout, pepper, wrapping
from ruangaman.vault.errors import WrongKey
from ruangaman.vault.wrapping import KemPrivate, KemPublic

SHARES = 5
THRESHOLD = 3
WORDS = 33
ROOT_BYTES = 32
ITERATION_EXPONENT = 1


@dataclass(frozen=True)
class Recovery:
    """What set-up makes: the public half for the directory, and 33 words for each custodian, printed and forgotten."""

    public: KemPublic
    shares: tuple[str, ...] = field(repr=False)


def make_recovery() -> Recovery:
    """Make the recovery pair and its shares."""
    root = secrets.token_bytes(ROOT_BYTES)
    groups = generate_mnemonics(1, [(THRESHOLD, SHARES)], root, iteration_exponent=ITERATION_EXPONENT)
    return Recovery(_pair(root).public(), tuple(groups[0]))


def combine(shares: Iterable[str]) -> KemPrivate:
    """Return the private half from three shares or more; words beyond the third share are not looked at.

    The caller compares `.public()` with the directory: shares of another installation make another key.

    Raises:
        WrongKey: fewer than three different shares, a misspelt one, or shares that do not belong together.
    """
    different = list(dict.fromkeys(normalise(share) for share in shares))
    try:
        root = combine_mnemonics(different[:THRESHOLD])
    except MnemonicError as error:
        raise WrongKey(_("Bagian kunci tidak cocok. Periksa ejaannya dan pakai tiga bagian yang berbeda.")) from error
    return _pair(root)


@dataclass(frozen=True)
class ShareFacts:
    """What a share says of itself: which of the five it is, and which splitting it belongs to."""

    number: int
    splitting: int


def read_share(share: str) -> ShareFacts:
    """Check one share by itself: spelling, length, checksum.

    Raises:
        WrongKey: it cannot be right as it was typed; the text says where to look.
    """
    words = normalise(share).split()
    unknown = find_unknown(words)
    if unknown:
        raise WrongKey(_("Kata nomor %(places)s tidak ada di daftar.") % {"places": ", ".join(map(str, unknown))})
    if len(words) != WORDS:
        raise WrongKey(_("Satu bagian punya %(wanted)d kata; ini %(found)d.") % {"wanted": WORDS, "found": len(words)})
    try:
        read = Share.from_mnemonic(" ".join(words))
    except MnemonicError as error:
        raise WrongKey(_("Ada kata yang keliru atau tertukar tempat di bagian ini.")) from error
    return ShareFacts(read.index + 1, read.identifier)


def find_unknown(words: Sequence[str]) -> tuple[int, ...]:
    """Return the places, counted from 1, of the words that no share can have. The words themselves are not repeated."""
    return tuple(place for place, word in enumerate(words, start=1) if word not in wordlist.WORDLIST)


def assemble(shares: Mapping[int, str], publics: Collection[bytes]) -> tuple[KemPrivate, frozenset[int]] | None:
    """Return the private half of one of these public keys, and the numbers of shares that do not belong to it.

    Args:
        shares: by number, each good by itself; more than three let a false one be named.
        publics: `KemPublic.to_bytes()` of the keys that may come out.

    Returns:
        None: no three of them make such a key.
    """
    for three in combinations(sorted(shares), THRESHOLD):
        private = _try(shares[number] for number in three)
        if private is not None and private.public().to_bytes() in publics:
            rest = shares.keys() - set(three)
            tried = {number: _try([shares[three[0]], shares[three[1]], shares[number]]) for number in rest}
            return private, frozenset(number for number, made in tried.items() if made != private)
    return None


def _try(shares: Iterable[str]) -> KemPrivate | None:
    try:
        return combine(shares)
    except WrongKey:
        return None


def normalise(share: str) -> str:
    """Return a share as it is compared: small letters, one space between words."""
    return " ".join(share.lower().split())


def fingerprint(public: KemPublic) -> str:
    """Return what people compare to tell one recovery key from another: 80 bits in groups of four."""
    text = hashlib.sha256(layout.label("recovery-fingerprint") + public.to_bytes()).hexdigest()[:20]
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _pair(root: bytes) -> KemPrivate:
    return wrapping.from_seed(pepper.hkdf(root, layout.label("recovery-seed"), layout.SEED_BYTES))
