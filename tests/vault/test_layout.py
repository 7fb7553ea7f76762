"""The byte layout: different facts never have the same bytes, and sizes tell only a class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruangaman.vault import layout
from ruangaman.vault.types import Compartment, IdentifierKind, PrincipalKind
from tests.vault import fixed

HERE = bytes(16)


@given(st.integers(0, 70_000))
def test_a_padded_length_is_one_of_few(length: int) -> None:
    padded = len(layout.pad(bytes(length)))

    assert padded in layout.SIZE_CLASSES or padded % layout.SIZE_CLASSES[-1] == 0
    assert length + layout.LENGTH_BYTES <= padded


@pytest.mark.parametrize(
    ("length", "size"),
    [(0, 256), (252, 256), (253, 1024), (1020, 1024), (1021, 4096), (65532, 65536), (65533, 131072), (131069, 196608)],
)
def test_size_classes_begin_and_end_where_the_page_says(length: int, size: int) -> None:
    assert layout.size_class(length) == size


def test_a_full_frame_fills_a_quarter_of_a_mebibyte() -> None:
    assert layout.size_class(layout.FRAME_BYTES) == 256 * 1024


@given(st.binary(max_size=600))
def test_padding_comes_off_again(plain: bytes) -> None:
    assert layout.unpad(layout.pad(plain)) == plain


@given(st.binary(max_size=300), st.data())
def test_padding_that_is_not_ours_is_refused(plain: bytes, data: st.DataObject) -> None:
    padded = bytearray(layout.pad(plain))
    at = data.draw(st.sampled_from([0, 1, *range(4 + len(plain), len(padded))]))
    padded[at] ^= data.draw(st.integers(1, 255))

    assert layout.unpad(bytes(padded)) is None


def test_too_little_to_be_padded_is_refused() -> None:
    assert layout.unpad(b"\0\0\0") is None
    assert layout.unpad(b"\0\0\0\0") is None
    assert layout.unpad(layout.pad(b"x")[:-1]) is None


def test_every_compartment_has_its_label_and_no_two_the_same() -> None:
    assert set(layout.COMPARTMENT_LABELS) == set(Compartment)
    assert len({layout.compartment_label(part) for part in Compartment}) == len(Compartment)
    assert [int(part) for part in Compartment] == list(range(1, len(Compartment) + 1))


CHANGES = [
    {"dossier_id": fixed.REF},
    {"epoch": 4},
    {"principal_id": fixed.PERSON},
    {"generation": 3},
    {"compartments": frozenset({Compartment.IDENTITY})},
    {"compartments": None},
    {"reason": "desk2"},
    {"grantor_id": fixed.DESK},
    {"grantor_id": None},
    {"not_after": fixed.FEB_9 + timedelta(microseconds=1)},
    {"not_after": None},
    {"not_after": datetime(1970, 1, 1, tzinfo=UTC)},
    {"consent_ref": None},
]


def test_every_fact_of_a_grant_is_in_its_bytes() -> None:
    grants = [fixed.GRANT, *(replace(fixed.GRANT, **change) for change in CHANGES)]  # type: ignore[arg-type]

    infos = {layout.wrap_info(HERE, grant) for grant in grants}
    signed = {layout.grant_bytes(HERE, grant, wrapped=b"w", commitment=b"c", at=fixed.FEB_2) for grant in grants}

    assert len(infos) == len(signed) == len(grants)
    assert layout.wrap_info(bytes(15) + b"\1", fixed.GRANT) not in infos


def test_a_signed_grant_holds_the_wrap_the_commitment_and_the_moment() -> None:
    def signed(wrapped: bytes = b"w", commitment: bytes = b"c", at: datetime = fixed.FEB_2) -> bytes:
        return layout.grant_bytes(HERE, fixed.GRANT, wrapped=wrapped, commitment=commitment, at=at)

    assert len({signed(), signed(wrapped=b"v"), signed(commitment=b"d"), signed(at=fixed.FEB_9)}) == 4


def test_a_grant_of_nothing_and_a_moment_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="no compartment"):
        layout.wrap_info(HERE, replace(fixed.GRANT, compartments=frozenset()))
    with pytest.raises(ValueError, match="time zone"):
        layout.wrap_info(HERE, replace(fixed.GRANT, not_after=datetime(2026, 2, 2)))  # noqa: DTZ001


def test_every_fact_of_a_directory_entry_is_in_its_bytes() -> None:
    entry = layout.DirectoryEntry(fixed.PERSON, PrincipalKind.USER, 1, b"kem", b"sign")
    others = [
        replace(entry, principal_id=fixed.DESK),
        replace(entry, kind=PrincipalKind.DESK),
        replace(entry, generation=2),
        replace(entry, kem_public=b"kems", signing_public=b"ign"),
        replace(entry, signing_public=b""),
    ]

    assert len({layout.directory_bytes(HERE, one) for one in [entry, *others]}) == 6


def test_officers_are_a_set() -> None:
    one, two = (fixed.PERSON, b"1" * 32), (fixed.DESK, b"2" * 32)

    assert layout.officers_bytes(HERE, [one, two]) == layout.officers_bytes(HERE, [two, one])
    assert layout.officers_bytes(HERE, [one]) != layout.officers_bytes(HERE, [one, two])


def test_every_use_has_bytes_of_its_own() -> None:
    ids = {"principal_id": fixed.PERSON, "generation": 1}
    made = [
        layout.content_place(HERE, fixed.place()),
        layout.frame_place(HERE, fixed.FILE, 0, last=True),
        layout.door_place(HERE, fixed.PERSON),
        layout.session_place(HERE, "00" * 32),
        layout.totp_place(HERE),
        layout.wrap_info(HERE, fixed.GRANT),
        layout.grant_bytes(HERE, fixed.GRANT, wrapped=b"", commitment=b"", at=fixed.FEB_2),
        layout.group_info(HERE, group_id=fixed.DESK, generation=1, member_id=fixed.PERSON, member_generation=1),
        layout.message_info(HERE, message_id=fixed.REF, **ids),  # type: ignore[arg-type]
        layout.officers_bytes(HERE, []),
        layout.directory_bytes(HERE, fixed.entry(b"", b"")),
    ]

    assert len({one.split(b"\0", 1)[0] for one in made}) == len(made)


def test_frames_have_nonces_of_their_own() -> None:
    nonces = {layout.frame_nonce(index, last=last) for index in (0, 1, 255, 256, 2**32 - 1) for last in (False, True)}

    assert len(nonces) == 10
    assert {len(nonce) for nonce in nonces} == {layout.NONCE_BYTES}


KEYS = st.dictionaries(st.sampled_from(Compartment), st.binary(min_size=32, max_size=32), min_size=1)


@given(KEYS)
def test_a_bundle_of_parts_comes_apart_again(keys: dict[Compartment, bytes]) -> None:
    assert layout.unpack_bundle(layout.pack_parts(keys)) == (None, keys)


def test_a_bundle_of_the_whole_key_comes_apart_again() -> None:
    assert layout.unpack_bundle(layout.pack_whole(fixed.DATA_KEY)) == (fixed.DATA_KEY, {})


@pytest.mark.parametrize(
    "bundle",
    [
        b"",
        b"\1",
        b"\2\0" + bytes(32),
        b"\1\0" + bytes(31),
        b"\1\1\1" + bytes(31),
        b"\1\1\x0a" + bytes(32),
        b"\1\2\2" + bytes(32) + b"\1" + bytes(32),
        b"\1\2\1" + bytes(32) + b"\1" + bytes(32),
        b"\1\1\1" + bytes(33),
        b"\1\2\1" + bytes(32) + b"\x0a" + bytes(32),
    ],
)
def test_what_is_no_bundle_is_refused(bundle: bytes) -> None:
    assert layout.unpack_bundle(bundle) is None


PARTS = st.builds(
    layout.KeyringParts,
    principal_id=st.uuids(),
    signing_seed=st.binary(max_size=32),
    kem=st.lists(st.tuples(st.integers(0, 2**32 - 1), st.binary(max_size=97)), min_size=1, max_size=4).map(tuple),
)


@given(PARTS, st.data())
def test_a_keyring_comes_apart_again_and_a_cut_one_is_refused(parts: layout.KeyringParts, data: st.DataObject) -> None:
    packed = layout.pack_keyring(parts)

    assert layout.unpack_keyring(packed) == parts
    assert layout.unpack_keyring(packed + b"\0") is None
    assert layout.unpack_keyring(packed[: data.draw(st.integers(0, len(packed) - 1))]) is None


def test_a_keyring_without_keys_or_of_another_version_is_refused() -> None:
    empty = layout.pack_keyring(layout.KeyringParts(UUID(int=1), b"", ()))
    full = layout.pack_keyring(layout.KeyringParts(UUID(int=1), b"", ((1, b"k"),)))

    assert layout.unpack_keyring(empty) is None
    assert layout.unpack_keyring(b"\2" + full[1:]) is None


def test_a_seed_has_its_length() -> None:
    assert layout.split_seed(fixed.SEED) == (fixed.SEED[:64], fixed.SEED[64:])
    with pytest.raises(ValueError, match="96"):
        layout.split_seed(fixed.SEED[1:])


def test_a_grant_without_grantor_consent_and_end_has_zeros_in_their_places() -> None:
    bare = layout.GrantFacts(UUID(int=1), 2, UUID(int=3), 4, None, "r")
    head = b"ra/v1/grant\0" + HERE + UUID(int=1).bytes + b"\0\0\0\2" + UUID(int=3).bytes + b"\0\0\0\4\0\0\0\0"

    assert layout.wrap_info(HERE, bare) == head + bytes(9) + bytes(16) + bytes(16) + b"\0\1r"


def test_an_erasure_is_told_by_installation_dossier_and_moment() -> None:
    told = layout.erasure_bytes(HERE, UUID(int=1), datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))

    assert told == b"ra/v1/erasure\0" + HERE + UUID(int=1).bytes + b"\1" + (1_000_000).to_bytes(8, "big")


WHO, AT = UUID(int=0xA1), datetime(2026, 2, 1, 8, 30, 0, 123456, tzinfo=UTC)
MOMENT = b"\x01" + (1_769_934_600_123_456).to_bytes(8, "big")


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (
            lambda: layout.draft_slot(HERE, WHO, page="/a", address="b", form_id="cd"),
            b"ra/v1/draft-slot\0" + HERE + WHO.bytes + b"\0\x02/a\0\x01b\0\x02cd",
        ),
        (
            lambda: layout.draft_info(HERE, principal_id=WHO, generation=2, slot=b"sl", at=AT),
            b"ra/v1/draft\0" + HERE + WHO.bytes + b"\0\0\0\x02\0\x02sl" + MOMENT,
        ),
        (lambda: layout.author_bytes(HERE, WHO), b"ra/v1/draft-author\0" + HERE + WHO.bytes),
        (lambda: layout.index_input(IdentifierKind.NIK, "64"), b"ra/v1/index\0\0\x03nik\0\x0264"),
        (lambda: layout.index_tag(HERE, WHO, 3, b"s"), b"ra/v1/index-tag\0" + HERE + WHO.bytes + b"\0\0\0\x03s"),
    ],
    ids=["draft's slot", "draft", "author of a form", "number", "tag of a number"],
)
def test_drafts_and_numbers_are_laid_out_like_this(make: Callable[[], bytes], expected: bytes) -> None:
    assert make() == expected
