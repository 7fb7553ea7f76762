"""What lies in databases stays readable: each golden vector opens, and comes out of the code byte for byte."""

from __future__ import annotations

import pytest

from ruangaman.vault import doors, files, layout, pepper, receipts, recovery, sealing, sessions_crypto, wrapping
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.types import Compartment
from tests.vault import fixed, golden_make

pytestmark = pytest.mark.usefixtures("fixed_pepper")


@pytest.mark.parametrize("name", golden_make.MADE_AGAIN)
def test_a_vector_comes_out_byte_for_byte(name: str) -> None:
    assert golden_make.make(name) == golden_make.stored(name)


def test_every_vector_has_a_file_and_every_file_a_vector() -> None:
    assert {path.stem for path in golden_make.FOLDER.glob("*.json")} == set(golden_make.VECTORS)


@pytest.mark.parametrize("part", Compartment)
def test_sealed_content_of_a_compartment_opens(part: Compartment) -> None:
    envelope = bytes.fromhex(golden_make.stored("content")["compartments"][part.name])
    key = sealing.compartment_key(fixed.DATA_KEY, part)

    opened = sealing.open_content(key, envelope, fixed.place(part, epoch=2, version=part), pepper.installation())

    assert opened == {"n": int(part), "teks": "contoh é✓", "kosong": None}


@pytest.mark.parametrize("suite", [layout.SUITE_X25519, layout.SUITE_HYBRID])
def test_a_wrap_opens(suite: int) -> None:
    vector = golden_make.stored("wraps")
    pair = vector[f"suite_{suite}"]
    private = wrapping.KemPrivate.from_bytes(bytes.fromhex(pair["private"]))

    plain = wrapping.unwrap(private, bytes.fromhex(pair["wrapped"]), bytes.fromhex(vector["info"]))

    assert plain.hex() == vector["plain"]
    assert private.public().to_bytes().hex() == pair["public"]
    assert layout.wrap_info(pepper.installation(), fixed.GRANT).hex() == vector["info"]
    keys = sealing.open_bundle(plain, bytes.fromhex(golden_make.stored("keys")["commitment"]))
    assert set(keys.parts) == fixed.GRANT.compartments


def test_signatures_and_macs_verify() -> None:
    vector = golden_make.stored("signed")
    public = bytes.fromhex(vector["signing_public"])

    for name in ("grant", "directory"):
        assert wrapping.verify(public, bytes.fromhex(vector[name]), bytes.fromhex(vector[f"{name}_signature"]))
    for label in (pepper.Label.GRANT, pepper.Label.DIRECTORY, pepper.Label.OFFICERS):
        name = label.value
        assert pepper.is_mac(label, bytes.fromhex(vector[name]), bytes.fromhex(vector[f"{name}_mac"]))


def test_a_door_opens_onto_its_keyring() -> None:
    vector = golden_make.stored("door")

    ring = doors.open_closed(bytes.fromhex(vector["closed"]), bytes.fromhex(vector["kek"]), fixed.PERSON)

    assert ring == Keyring.from_bytes(bytes.fromhex(vector["keyring"]))
    assert ring.kem.seed == fixed.SEED
    assert ring.others[1].seed == fixed.SMALL_SEED


def test_a_receipt_key_is_known_and_leads_to_its_digits() -> None:
    vector = golden_make.stored("receipt")

    facts = receipts.check_key(vector["key"])

    assert facts is not None
    assert facts.key_hmac.hex() == vector["key_hmac"]
    assert receipts.digits_of(vector["key"]) == vector["digits"]


def test_a_file_opens() -> None:
    vector = golden_make.stored("files")["short"]
    facts = files.FileFacts.from_content(vector["facts"])

    plain = b"".join(files.open_frames(facts.file_id, facts.key, map(bytes.fromhex, vector["frames"])))

    assert plain == b"%PDF-1.7 contoh"
    assert facts.media_type == "application/pdf"


def test_a_session_and_a_second_factor_open() -> None:
    vector = golden_make.stored("session")

    assert sessions_crypto.open_session("k" * 32, bytes.fromhex(vector["sealed"])) == b"isi sesi"
    assert sealing.open_totp(vector["totp"]) == "JBSWY3DPEHPK3PXP"


def test_three_shares_make_the_recovery_key() -> None:
    vector = golden_make.stored("recovery")

    assert recovery.combine(vector["shares"][2:]).public().to_bytes().hex() == vector["public"]
