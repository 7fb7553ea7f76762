"""Golden vectors of the byte layout: how each is made, and `python -m tests.vault.golden_make` to write new ones.

A file that exists is never written again: it stands for what lies in somebody's database. A change of the layout
gets a new version byte and new files beside the old ones.
"""

from __future__ import annotations

import json
import secrets
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from tests.vault import fixed

FOLDER = Path(__file__).parent / "golden"
Vector = dict[str, Any]


def keys() -> Vector:
    """Everything derived without randomness from the pepper and from a data key."""
    from ruangaman.vault import pepper, sealing
    from ruangaman.vault.types import Compartment

    held = sealing.EpochKeys(fixed.DATA_KEY)
    parts = frozenset({Compartment.THREAD, Compartment.IDENTITY})
    return {
        "pepper_keys": {name.value: pepper.key(name).hex() for name in pepper.Label},
        "installation": pepper.installation().hex(),
        "check_value": pepper.check_value().hex(),
        "data_key": fixed.DATA_KEY.hex(),
        "compartment_keys": {part.name: sealing.compartment_key(fixed.DATA_KEY, part).hex() for part in Compartment},
        "commitment": sealing.commitment(fixed.DATA_KEY).hex(),
        "bundle_whole": held.bundle(None).hex(),
        "bundle_parts": held.bundle(parts).hex(),
    }


def content() -> Vector:
    """One envelope for each compartment, and one of growing length for each size class, the long ones by their hash."""
    from ruangaman.vault import pepper, sealing
    from ruangaman.vault.types import Compartment, Content

    def seal(part: Compartment, words: Content) -> bytes:
        key = sealing.compartment_key(fixed.DATA_KEY, part)
        return sealing.seal_content(key, words, fixed.place(part, epoch=2, version=part), pepper.installation())

    small = {part.name: seal(part, {"n": int(part), "teks": "contoh é✓", "kosong": None}) for part in Compartment}
    sizes = {
        str(length): seal(Compartment.WORK, {"t": "x" * length}) for length in (10, 500, 3000, 9000, 50_000, 70_000)
    }
    return {
        "compartments": {name: envelope.hex() for name, envelope in small.items()},
        "sizes": {length: [len(made), sealing.fingerprint(made).hex()] for length, made in sizes.items()},
    }


def wraps() -> Vector:
    """A wrap in each suite; HPKE draws its own randomness, so these can be opened but not made again."""
    from ruangaman.vault import layout, pepper, sealing, wrapping

    info = layout.wrap_info(pepper.installation(), fixed.GRANT)
    plain = sealing.EpochKeys(fixed.DATA_KEY).bundle(fixed.GRANT.compartments)
    made: Vector = {"info": info.hex(), "plain": plain.hex()}
    for private in (wrapping.KemPrivate(1, fixed.SMALL_SEED), wrapping.from_seed(fixed.SEED)):
        made[f"suite_{private.suite}"] = {
            "private": private.to_bytes().hex(),
            "public": private.public().to_bytes().hex(),
            "wrapped": wrapping.wrap(private.public(), plain, info).hex(),
        }
    return made


def signed() -> Vector:
    """The bytes that are signed or MACed, and the infos of the other wraps."""
    from ruangaman.vault import layout, pepper, wrapping

    here, pair = pepper.installation(), wrapping.SigningPair(fixed.SIGNING_SEED)
    grant = layout.grant_bytes(here, fixed.GRANT, wrapped=b"wrapped", commitment=b"commitment", at=fixed.FEB_2)
    entry = layout.directory_bytes(here, fixed.entry(wrapping.from_seed(fixed.SEED).public().to_bytes(), pair.public))
    officers = layout.officers_bytes(here, [(fixed.DESK, bytes(32)), (fixed.PERSON, pair.public)])
    group = layout.group_info(here, group_id=fixed.DESK, generation=2, member_id=fixed.PERSON, member_generation=1)
    message = layout.message_info(here, message_id=fixed.REF, principal_id=fixed.DESK, generation=1)
    return {
        "signing_public": pair.public.hex(),
        "grant": grant.hex(),
        "grant_signature": pair.sign(grant).hex(),
        "grant_mac": pepper.mac(pepper.Label.GRANT, grant).hex(),
        "directory": entry.hex(),
        "directory_signature": pair.sign(entry).hex(),
        "directory_mac": pepper.mac(pepper.Label.DIRECTORY, entry).hex(),
        "officers": officers.hex(),
        "officers_mac": pepper.mac(pepper.Label.OFFICERS, officers).hex(),
        "group_info": group.hex(),
        "message_info": message.hex(),
    }


def receipt() -> Vector:
    """A receipt from its idempotency key, at the cost of production."""
    from django.test import override_settings

    from ruangaman.vault import receipts

    key = receipts.mint_key("kue")
    with override_settings(RUANGAMAN_RECEIPT_PARAMS=fixed.REAL_RECEIPT):
        made = receipts.derive_receipt(key)
    return {
        "key": key,
        "key_hmac": receipts.key_hmac(key).hex(),
        "cookie_hmac": receipts.cookie_hmac("kue").hex(),
        "digits": made.digits,
        "locator": made.locator.hex(),
        "seed": made.seed.hex(),
    }


def door() -> Vector:
    """A password door at the cost of production, and the private bundle behind it."""
    from ruangaman.vault import doors
    from ruangaman.vault.keyring import Keyring
    from ruangaman.vault.wrapping import KemPrivate, SigningPair, from_seed

    opened = doors.run(doors.DoorParams(bytes(16), *fixed.REAL_DOOR), "kata sandi ﬁxed")
    older = {1: KemPrivate(1, fixed.SMALL_SEED)}
    ring = Keyring(fixed.PERSON, from_seed(fixed.SEED), SigningPair(fixed.SIGNING_SEED), generation=2, others=older)
    return {
        "verifier": opened.verifier.hex(),
        "kek": opened.kek.hex(),
        "stored": opened.stored().hex(),
        "keyring": ring.to_bytes().hex(),
        "closed": doors.close(ring, opened.kek).hex(),
    }


def files() -> Vector:
    """A short file whole, a long one by the hashes of its frames."""
    from ruangaman.vault.files import FrameSealer

    made: Vector = {}
    for name, plain in {"short": b"%PDF-1.7 contoh", "long": b"\x89PNG\r\n\x1a\n" + bytes(600_000)}.items():
        sealer = FrameSealer(name=f"{name}.bin")
        sealer.file_id = fixed.FILE
        sealer.feed(plain)
        upload = sealer.finish()
        made[name] = {
            "facts": upload.to_content(),
            "frames": [_short(frame) for frame in upload.read_frames()],
        }
        upload.discard()
    return made


def session() -> Vector:
    """A session row and a second-factor secret."""
    from ruangaman.vault import sealing, sessions_crypto

    return {
        "row_id": sessions_crypto.row_id("k" * 32),
        "sealed": sessions_crypto.seal_session("k" * 32, b"isi sesi").hex(),
        "totp": sealing.seal_totp("JBSWY3DPEHPK3PXP"),
    }


def recovery() -> Vector:
    """Five shares and the public half that three of them lead to."""
    from ruangaman.vault import recovery as ceremony

    made = ceremony.make_recovery()
    return {"shares": list(made.shares), "public": made.public.to_bytes().hex()}


def _short(data: bytes) -> str:
    """Return the bytes in hex, or of long ones the hash."""
    from ruangaman.vault.sealing import fingerprint

    return data.hex() if len(data) <= 4200 else "sha256:" + fingerprint(data).hex()


VECTORS: dict[str, Callable[[], Vector]] = {
    make.__name__: make for make in (keys, content, wraps, signed, receipt, door, files, session, recovery)
}
MADE_AGAIN = ("keys", "content", "signed", "receipt", "door", "files", "session")
"""Those that come out byte for byte; the others can only be opened."""


def make(name: str) -> Vector:
    """Return a vector, made with fixed randomness."""
    with mock.patch.object(secrets, "token_bytes", fixed.FixedRandom()):
        return VECTORS[name]()


def stored(name: str) -> Vector:
    """Return a vector as it was written once."""
    vector: Vector = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return vector


def main() -> None:
    """Write the vectors that are missing."""
    from django.conf import settings

    with tempfile.TemporaryDirectory() as spool:
        settings.configure(RUANGAMAN_PEPPER=fixed.PEPPER, RUANGAMAN_SPOOL=Path(spool), USE_I18N=False)
        for name in VECTORS:
            path = FOLDER / f"{name}.json"
            if not path.exists():
                path.write_text(json.dumps(make(name), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
                sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()
