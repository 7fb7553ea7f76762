"""Wraps and signatures: only the right key, for the right facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ruangaman.vault import layout, wrapping
from ruangaman.vault.errors import Tampered, UnknownSuite, WrongKey
from ruangaman.vault.types import Compartment
from tests.vault import fixed

HERE = bytes(16)
INFO = layout.wrap_info(HERE, fixed.GRANT)
PAIRS = {1: wrapping.KemPrivate(1, fixed.SMALL_SEED), 2: wrapping.from_seed(fixed.SEED)}
both_suites = pytest.mark.parametrize("suite", [1, 2])


@both_suites
@settings(max_examples=40)
@given(plain=st.binary(max_size=400), info=st.binary(max_size=200))
def test_a_wrap_comes_back(suite: int, plain: bytes, info: bytes) -> None:
    wrapped = wrapping.wrap(PAIRS[suite].public(), plain, info)

    assert wrapping.unwrap(PAIRS[suite], wrapped, info) == plain


@both_suites
@settings(max_examples=150)
@given(data=st.data())
def test_any_flipped_bit_of_a_wrap_is_noticed(suite: int, data: st.DataObject) -> None:
    wrapped = bytearray(wrapping.wrap(PAIRS[suite].public(), fixed.DATA_KEY, INFO))
    bit = data.draw(st.integers(0, len(wrapped) * 8 - 1))
    wrapped[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Tampered):
        wrapping.unwrap(PAIRS[suite], bytes(wrapped), INFO)


@pytest.mark.parametrize(
    "change",
    [
        {"dossier_id": fixed.REF},
        {"epoch": 4},
        {"principal_id": fixed.PERSON},
        {"generation": 1},
        {"compartments": None},
        {"compartments": frozenset({Compartment.THREAD})},
        {"grantor_id": None},
        {"reason": "other"},
        {"not_after": fixed.FEB_9 + timedelta(days=1)},
        {"consent_ref": None},
    ],
)
def test_a_wrap_does_not_open_for_other_facts(change: dict[str, Any]) -> None:
    wrapped = wrapping.wrap(PAIRS[2].public(), fixed.DATA_KEY, INFO)

    with pytest.raises(WrongKey):
        wrapping.unwrap(PAIRS[2], wrapped, layout.wrap_info(HERE, replace(fixed.GRANT, **change)))


@both_suites
def test_a_wrap_does_not_open_under_another_key(suite: int) -> None:
    wrapped = wrapping.wrap(PAIRS[suite].public(), fixed.DATA_KEY, INFO)

    with pytest.raises(WrongKey):
        wrapping.unwrap(wrapping.generate(suite), wrapped, INFO)


def test_a_wrap_of_another_suite_is_refused_before_it_is_tried() -> None:
    lowered = wrapping.KemPrivate(1, fixed.SEED[64:])
    wrapped = wrapping.wrap(lowered.public(), fixed.DATA_KEY, INFO)

    with pytest.raises(WrongKey):
        wrapping.unwrap(PAIRS[2], wrapped, INFO)


@pytest.mark.parametrize("head", [b"", b"\1", b"\1\3", b"\2\2", b"\0\1"])
def test_an_unknown_version_or_suite_is_named_as_such(head: bytes) -> None:
    with pytest.raises(UnknownSuite):
        wrapping.unwrap(PAIRS[2], head + bytes(1170 if len(head) == 2 else 0), INFO)


@both_suites
def test_a_cut_wrap_is_refused(suite: int) -> None:
    wrapped = wrapping.wrap(PAIRS[suite].public(), fixed.DATA_KEY, INFO)

    for length in (2, 3, 40, len(wrapped) - 1):
        with pytest.raises(WrongKey):
            wrapping.unwrap(PAIRS[suite], wrapped[:length], INFO)


@both_suites
def test_keys_survive_their_bytes(suite: int) -> None:
    private = wrapping.generate(suite)

    assert wrapping.KemPrivate.from_bytes(private.to_bytes()) == private
    assert wrapping.KemPublic.from_bytes(private.public().to_bytes()) == private.public()
    assert repr(private.seed) not in repr(private)


def test_suite_two_is_the_default_and_an_unknown_one_is_refused() -> None:
    assert wrapping.generate().suite == layout.SUITE_HYBRID
    with pytest.raises(UnknownSuite):
        wrapping.generate(3)
    for data in (b"", b"\0", b"\1" + bytes(31), b"\2" + bytes(32), b"\3" + bytes(96)):
        with pytest.raises(UnknownSuite):
            wrapping.KemPrivate.from_bytes(data)
        with pytest.raises(UnknownSuite):
            wrapping.KemPublic.from_bytes(data)


@pytest.mark.parametrize("public", [wrapping.KemPublic(1, bytes(32)), wrapping.KemPublic(2, b"\xff" * 1216)])
def test_nothing_is_wrapped_to_what_is_no_public_key(public: wrapping.KemPublic) -> None:
    with pytest.raises(Tampered):
        wrapping.wrap(public, fixed.DATA_KEY, INFO)


def test_a_signature_holds_for_its_bytes_and_its_signer_only() -> None:
    pair, other = wrapping.SigningPair(fixed.SIGNING_SEED), wrapping.SigningPair.generate()
    signature = pair.sign(b"words")

    assert wrapping.verify(pair.public, b"words", signature)
    assert not wrapping.verify(pair.public, b"Words", signature)
    assert not wrapping.verify(other.public, b"words", signature)
    assert not wrapping.verify(pair.public, b"words", signature[:-1])
    assert not wrapping.verify(b"", b"words", signature)
    assert repr(pair.seed) not in repr(pair)
