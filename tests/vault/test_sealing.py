"""Sealing: what is sealed in one place opens there and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ruangaman.vault import layout, pepper, sealing
from ruangaman.vault.errors import NotHeld, NotSealable, Tampered, UnknownSuite, WrongKey
from ruangaman.vault.types import Compartment
from tests.vault import fixed

pytestmark = pytest.mark.usefixtures("fixed_pepper")

HERE = bytes(16)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
CONTENT = st.dictionaries(TEXT, JSON, max_size=6)
SUBSETS = st.frozensets(st.sampled_from(Compartment), min_size=1)


@given(CONTENT, st.sampled_from(Compartment), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_content_comes_back(words: dict[str, Any], part: Compartment, epoch: int, version: int) -> None:
    place = fixed.place(part, epoch=epoch, version=version)

    envelope = sealing.seal_content(fixed.DATA_KEY, words, place, HERE)

    assert sealing.open_content(fixed.DATA_KEY, envelope, place, HERE) == words


TAG_BYTES = 16
ENVELOPE_BITS = (layout.NONCE_BYTES + 10 + 256 + TAG_BYTES) * 8


@settings(max_examples=300)
@given(st.integers(0, ENVELOPE_BITS - 1))
def test_any_flipped_bit_is_noticed(bit: int) -> None:
    envelope = bytearray(sealing.seal_content(fixed.DATA_KEY, {"a": "b"}, fixed.place(), HERE))
    assert len(envelope) * 8 == ENVELOPE_BITS

    envelope[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Tampered):
        sealing.open_content(fixed.DATA_KEY, bytes(envelope), fixed.place(), HERE)


@pytest.mark.parametrize(
    "change",
    [
        {"dossier_id": fixed.PERSON},
        {"compartment": Compartment.IDENTITY},
        {"ref": fixed.PERSON},
        {"epoch": 2},
        {"version": 2},
    ],
)
def test_content_is_neither_moved_nor_rolled_back(change: dict[str, Any]) -> None:
    envelope = sealing.seal_content(fixed.DATA_KEY, {"a": "b"}, fixed.place(), HERE)

    with pytest.raises(Tampered):
        sealing.open_content(fixed.DATA_KEY, envelope, replace(fixed.place(), **change), HERE)


def test_an_epoch_rewritten_in_the_head_is_noticed() -> None:
    envelope = sealing.seal_content(fixed.DATA_KEY, {"a": "b"}, fixed.place(epoch=1), HERE)

    rewritten = layout.content_head(2, 1) + envelope[10:]

    with pytest.raises(Tampered):
        sealing.open_content(fixed.DATA_KEY, rewritten, fixed.place(epoch=2), HERE)


def test_another_installation_and_another_key_open_nothing() -> None:
    envelope = sealing.seal_content(fixed.DATA_KEY, {"a": "b"}, fixed.place(), HERE)

    with pytest.raises(Tampered):
        sealing.open_content(fixed.DATA_KEY, envelope, fixed.place(), bytes(15) + b"\1")
    with pytest.raises(Tampered):
        sealing.open_content(bytes(32), envelope, fixed.place(), HERE)


@given(st.integers(0, 293))
def test_a_cut_envelope_is_refused(length: int) -> None:
    envelope = sealing.seal_content(fixed.DATA_KEY, {"a": "b"}, fixed.place(), HERE)

    with pytest.raises(Tampered):
        sealing.open_content(fixed.DATA_KEY, envelope[:length], fixed.place(), HERE)


def test_another_version_or_cipher_is_named_as_such() -> None:
    envelope = sealing.seal_content(fixed.DATA_KEY, {"a": "b"}, fixed.place(), HERE)

    for head in (b"\2\x10", b"\1\x11"):
        with pytest.raises(UnknownSuite):
            sealing.open_content(fixed.DATA_KEY, head + envelope[2:], fixed.place(), HERE)


@given(TEXT, TEXT)
def test_stories_of_one_class_have_one_length(one: str, other: str) -> None:
    envelopes = [sealing.seal_content(fixed.DATA_KEY, {"t": text[:20]}, fixed.place(), HERE) for text in (one, other)]

    assert len(envelopes[0]) == len(envelopes[1])
    assert envelopes[0] != envelopes[1]


@pytest.mark.parametrize("content", [{"a": float("nan")}, {"a": "\ud800"}, {"a": object()}, {"a": {1, 2}}])
def test_what_has_no_canonical_form_is_refused(content: Any) -> None:
    with pytest.raises(NotSealable):
        sealing.seal_content(fixed.DATA_KEY, content, fixed.place(), HERE)


def test_canonical_form_does_not_depend_on_the_order_of_keys() -> None:
    assert sealing.canonical({"b": 1, "a": "é"}) == sealing.canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()


def test_authentic_bytes_with_foreign_padding_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "pad", lambda plain: plain.ljust(256, b"\1"))
    envelope = sealing.seal_content(fixed.DATA_KEY, {"a": "b"}, fixed.place(), HERE)
    monkeypatch.undo()

    with pytest.raises(Tampered):
        sealing.open_content(fixed.DATA_KEY, envelope, fixed.place(), HERE)


def test_data_keys_differ() -> None:
    assert sealing.new_data_key() != sealing.new_data_key()
    assert len(sealing.new_data_key()) == layout.KEY_BYTES


@given(SUBSETS)
def test_a_part_bundle_opens_its_compartments_and_no_other(parts: frozenset[Compartment]) -> None:
    committed = sealing.commitment(fixed.DATA_KEY)

    keys = sealing.open_bundle(sealing.EpochKeys(fixed.DATA_KEY).bundle(parts), committed)

    assert keys.data_key is None
    for part in Compartment:
        expected = sealing.compartment_key(fixed.DATA_KEY, part) if part in parts else None
        assert keys.get(part) == expected


@given(SUBSETS, SUBSETS)
def test_nobody_shares_more_than_they_have(held: frozenset[Compartment], wished: frozenset[Compartment]) -> None:
    keys = sealing.open_bundle(sealing.EpochKeys(fixed.DATA_KEY).bundle(held), sealing.commitment(fixed.DATA_KEY))

    if wished <= held:
        assert keys.bundle(wished) == sealing.EpochKeys(fixed.DATA_KEY).bundle(wished)
    else:
        with pytest.raises(NotHeld):
            keys.bundle(wished)
    with pytest.raises(NotHeld):
        keys.bundle(None)
    with pytest.raises(NotHeld):
        keys.bundle(frozenset())


def test_the_whole_key_opens_everything() -> None:
    keys = sealing.open_bundle(sealing.EpochKeys(fixed.DATA_KEY).bundle(None), sealing.commitment(fixed.DATA_KEY))

    assert keys.data_key == fixed.DATA_KEY
    assert all(keys.get(part) for part in Compartment)
    assert repr(fixed.DATA_KEY) not in repr(keys)


@pytest.mark.parametrize("parts", [None, frozenset({Compartment.THREAD})])
def test_keys_of_another_epoch_break_the_commitment(parts: frozenset[Compartment] | None) -> None:
    foreign = sealing.EpochKeys(bytes(32)).bundle(parts)

    with pytest.raises(WrongKey):
        sealing.open_bundle(foreign, sealing.commitment(fixed.DATA_KEY))


def test_a_key_under_another_compartments_name_breaks_the_commitment() -> None:
    swapped = layout.pack_parts({Compartment.CLINICAL: sealing.compartment_key(fixed.DATA_KEY, Compartment.THREAD)})

    with pytest.raises(WrongKey):
        sealing.open_bundle(swapped, sealing.commitment(fixed.DATA_KEY))


def test_what_is_no_bundle_or_no_commitment_is_refused() -> None:
    bundle = sealing.EpochKeys(fixed.DATA_KEY).bundle(None)

    with pytest.raises(Tampered):
        sealing.open_bundle(bundle[:-1], sealing.commitment(fixed.DATA_KEY))
    with pytest.raises(Tampered):
        sealing.open_bundle(bundle, sealing.commitment(fixed.DATA_KEY)[:32])


def test_a_second_factors_secret_comes_back_and_is_bound_to_the_pepper() -> None:
    sealed = sealing.seal_totp("JBSWY3DP")

    assert sealing.open_totp(sealed) == "JBSWY3DP"
    assert "JBSWY3DP" not in sealed
    for broken in ("", "%%%", "é", sealed[:-4], "B" + sealed[1:]):
        with pytest.raises(Tampered):
            sealing.open_totp(broken)


def test_bytes_sealed_for_one_use_do_not_open_for_another() -> None:
    key = pepper.key(pepper.Label.TOTP)
    sealed = sealing.seal_bytes(key, b"x", layout.totp_place(HERE))

    with pytest.raises(Tampered):
        sealing.open_bytes(key, sealed, layout.door_place(HERE, fixed.PERSON))
