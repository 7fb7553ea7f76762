"""The keyring: own keys of every generation, and keys of groups for as long as a request."""

from __future__ import annotations

import pytest

from ruangaman.vault import wrapping
from ruangaman.vault.errors import NotHeld, Tampered, WrongKey
from ruangaman.vault.keyring import Keyring
from tests.vault import fixed


@pytest.fixture
def ring() -> Keyring:
    """A person whose second key serves and whose first is still in hand."""
    return Keyring(
        fixed.PERSON,
        wrapping.from_seed(fixed.SEED),
        wrapping.SigningPair(fixed.SIGNING_SEED),
        generation=2,
        others={1: wrapping.KemPrivate(1, fixed.SMALL_SEED), 3: wrapping.generate()},
    )


def test_a_keyring_survives_its_bytes_and_leaves_groups_behind(ring: Keyring) -> None:
    ring.hold(fixed.DESK, 1, wrapping.generate())

    again = Keyring.from_bytes(ring.to_bytes())

    assert again == ring
    assert again.sign(b"x") == ring.sign(b"x")
    assert not again.holds(fixed.DESK, 1)


def test_the_order_in_which_keys_came_is_not_in_the_bytes(ring: Keyring) -> None:
    backwards = dict(reversed(ring.others.items()))
    other = Keyring(ring.principal_id, ring.kem, ring.signing, generation=2, others=backwards)

    assert list(backwards) != list(ring.others), "control"
    assert other.to_bytes() == ring.to_bytes()


def test_bytes_that_are_no_keyring_are_refused(ring: Keyring) -> None:
    for broken in (b"", ring.to_bytes()[:-1], ring.to_bytes() + b"\0"):
        with pytest.raises(Tampered):
            Keyring.from_bytes(broken)


def test_a_receipts_keyring_opens_and_signs_nothing() -> None:
    ring = Keyring.of_seed(fixed.REF, fixed.SEED)
    wrapped = wrapping.wrap(ring.kem.public(), b"k", b"info")

    assert Keyring.from_bytes(ring.to_bytes()) == ring
    assert ring.unwrap(wrapped, b"info") == b"k"
    with pytest.raises(NotHeld):
        ring.sign(b"x")


def test_wraps_of_every_own_generation_open(ring: Keyring) -> None:
    for key in (ring.kem, *ring.others.values()):
        assert ring.unwrap(wrapping.wrap(key.public(), b"k", b"info"), b"info") == b"k"
    with pytest.raises(WrongKey):
        ring.unwrap(wrapping.wrap(wrapping.generate().public(), b"k", b"info"), b"info")


def test_wraps_for_a_named_generation_open_by_that_key_only(ring: Keyring) -> None:
    wrapped = wrapping.wrap(ring.kem.public(), b"k", b"info")

    assert ring.unwrap_as(fixed.PERSON, 2, wrapped, b"info") == b"k"
    with pytest.raises(WrongKey):
        ring.unwrap_as(fixed.PERSON, 3, wrapped, b"info")
    with pytest.raises(NotHeld):
        ring.unwrap_as(fixed.PERSON, 4, wrapped, b"info")


def test_a_groups_key_is_in_hand_once_it_is_held(ring: Keyring) -> None:
    desk = wrapping.generate()
    wrapped = wrapping.wrap(desk.public(), b"k", b"info")
    with pytest.raises(NotHeld):
        ring.unwrap_as(fixed.DESK, 1, wrapped, b"info")

    ring.hold(fixed.DESK, 1, desk)

    assert ring.holds(fixed.DESK, 1)
    assert ring.holds(fixed.PERSON, 3)
    assert not ring.holds(fixed.DESK, 2)
    assert not ring.holds(fixed.PERSON, 4)
    assert ring.unwrap_as(fixed.DESK, 1, wrapped, b"info") == b"k"


def test_a_keyring_shows_no_key(ring: Keyring) -> None:
    ring.hold(fixed.DESK, 1, wrapping.from_seed(fixed.SEED))

    assert repr(ring) == f"Keyring(principal_id={fixed.PERSON!r}, generation=2)"
