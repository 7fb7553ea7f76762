"""Doors: one hash gives the verifier and the key, and a wrong word opens nothing."""

from __future__ import annotations

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from ruangaman.vault import doors, wrapping
from ruangaman.vault.errors import Tampered
from ruangaman.vault.keyring import Keyring
from tests.vault import fixed

pytestmark = pytest.mark.usefixtures("fixed_pepper")

PARAMS = doors.DoorParams(b"s" * 16, *fixed.CHEAP)
RING = Keyring(fixed.PERSON, wrapping.from_seed(fixed.SEED), wrapping.SigningPair(fixed.SIGNING_SEED))


def test_the_right_password_matches_and_opens() -> None:
    made = doors.run(PARAMS, "kata sandi panjang")
    closed = doors.close(RING, made.kek)

    again = doors.run(PARAMS, "kata sandi panjang")

    assert again.matches(made.stored())
    assert doors.open_closed(closed, again.kek, fixed.PERSON) == RING


@settings(max_examples=30)
@given(st.text(max_size=30).filter(lambda text: text != "benar"))
def test_a_wrong_password_neither_matches_nor_opens(wrong: str) -> None:
    made, other = doors.run(PARAMS, "benar"), doors.run(PARAMS, wrong)

    assert not other.matches(made.stored())
    with pytest.raises(Tampered):
        doors.open_closed(doors.close(RING, made.kek), other.kek, fixed.PERSON)


def test_salt_cost_and_pepper_all_count() -> None:
    made = {
        doors.run(params, "x").kek
        for params in (
            PARAMS,
            doors.DoorParams(b"t" * 16, *fixed.CHEAP),
            doors.DoorParams(b"s" * 16, 128, 1, 1),
            doors.DoorParams(b"s" * 16, 64, 2, 1),
        )
    }
    with override_settings(RUANGAMAN_PEPPER=fixed.OTHER_PEPPER):
        made.add(doors.run(PARAMS, "x").kek)

    assert len(made) == 5


def test_what_is_stored_is_neither_the_verifier_nor_the_key() -> None:
    made = doors.run(PARAMS, "x")

    assert len({made.stored(), made.verifier, made.kek}) == 3
    assert repr(made) == "DoorKeys()"


def test_a_closed_bundle_is_its_owners_only() -> None:
    made = doors.run(PARAMS, "x")

    with pytest.raises(Tampered):
        doors.open_closed(doors.close(RING, made.kek), made.kek, fixed.DESK)


def test_the_same_word_from_another_keyboard_opens() -> None:
    assert doors.run(PARAMS, "ﬁle ｅ").matches(doors.run(PARAMS, "file e").stored())
    assert doors.run(PARAMS, "\ud800").kek


def test_fresh_parameters_have_todays_cost_and_a_salt_of_their_own() -> None:
    one, other = doors.DoorParams.fresh(), doors.DoorParams.fresh()

    assert (one.memory_kib, one.iterations, one.lanes) == fixed.CHEAP
    assert one.salt != other.salt
    assert len(one.salt) == 16
    assert doors.DoorParams(b"") == doors.DoorParams(b"", *fixed.REAL_DOOR)


def test_a_decoy_does_the_work_and_says_nothing() -> None:
    doors.decoy("x")


def test_a_recovery_code_survives_paper_and_typing() -> None:
    code = doors.new_code()
    plain = doors.normalise_code(code)

    assert [len(part) for part in code.split("-")] == [4] * 7
    assert len(plain) == doors.CODE_LENGTH
    assert doors.normalise_code(f" {code.lower().replace('0', 'o').replace('1', 'l')}\n") == plain
    assert doors.new_code() != code
