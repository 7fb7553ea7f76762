"""The keys with which the canaries were locked in, taken as a thief would who had everything."""

from __future__ import annotations

from collections.abc import Iterator

from django.test import override_settings

from ruangaman.ops.demo import PASSWORD
from ruangaman.ops.running import RunningDemo
from ruangaman.vault import receipts, wrapping
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.sealing import EpochKeys
from ruangaman.vault.types import Compartment
from ruangaman.vault.wrapping import KemPrivate
from tests.e2e.canary_walk import Walk
from tests.support.thief import Thief

PEOPLE = ("petugas", "manajer", "psikolog")
RECEIPT_PARAMS = (19 * 1024, 2, 1)
"""What a running house takes; the suite's own settings are cheaper."""


def pepper_of(house: RunningDemo) -> bytes:
    """The house's pepper."""
    return (house.data / "pepper").read_bytes()


def private_keys(house: RunningDemo, walk: Walk) -> list[bytes]:
    """Every private key that the walk used: of its people, their desks and emergency keys, its receipt."""
    thief, found = Thief(house.conninfo(), pepper_of(house)), []
    for keyring in keyrings(thief, walk):
        assert keyring.signing is not None
        found.append(keyring.signing.seed)
        for key in (keyring.kem, *keyring.others.values(), *thief.hold_groups(keyring)):
            found += halves(key)
    with thief.at_work(), override_settings(RUANGAMAN_RECEIPT_PARAMS=RECEIPT_PARAMS):
        seed = receipts.receipt_from_digits(walk.flock.others["receipt"]).seed
    return [*found, *halves(wrapping.from_seed(seed))]


def data_keys(house: RunningDemo, walk: Walk) -> list[bytes]:
    """Every data key and compartment key of every dossier that these people can open."""
    thief = Thief(house.conninfo(), pepper_of(house))
    hands = list(keyrings(thief, walk))
    for hand in hands:
        thief.hold_groups(hand)
    opened = thief.plunder(*hands).keys
    return [key for held in opened.values() for keys in held for key in _each(keys)]


def keyrings(thief: Thief, walk: Walk) -> Iterator[Keyring]:
    """Open the doors of the people of the walk."""
    for username in PEOPLE:
        yield thief.open_doors(walk.passwords.get(username, PASSWORD), username)[username]


def halves(key: KemPrivate) -> list[bytes]:
    """The parts in which a library may keep a private key."""
    return [key.seed[:32], key.seed[32:64], key.seed[-32:]]


def _each(keys: EpochKeys) -> Iterator[bytes]:
    if keys.data_key is not None:
        yield keys.data_key
    for part in Compartment:
        key = keys.get(part)
        if key is not None:
            yield key
