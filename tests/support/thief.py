"""Somebody who stole a database, and reads it with the vault's own code: no server, no session, no rights, no rules.

What the house keeps apart are files and heads: the pepper, a password, shares. With what of these is opened how much?
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from django.test import override_settings
from psycopg.rows import dict_row

from ruangaman.vault import doors, layout, pepper, sealing, wrapping
from ruangaman.vault.doors import DoorParams
from ruangaman.vault.errors import Tampered, WrongKey
from ruangaman.vault.grants import compartments_of
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.layout import GrantFacts
from ruangaman.vault.sealing import EpochKeys
from ruangaman.vault.types import Compartment, Content, Place
from ruangaman.vault.wrapping import KemPrivate

WRAPS = "SELECT g.*, e.commitment FROM vault_grant g JOIN vault_dossierepoch e USING (dossier_id, epoch)"
DOORS = "SELECT d.*, u.username FROM vault_door d JOIN accounts_user u ON u.principal_id = d.principal_id"


@dataclass(frozen=True)
class Loot:
    """What keys opened: dossiers with their epochs, and what was sealed in them, by reference."""

    keys: dict[tuple[UUID, int], list[EpochKeys]] = field(repr=False)
    contents: dict[UUID, Content] = field(repr=False)
    places: set[tuple[UUID, Compartment]]

    @property
    def dossiers(self) -> set[UUID]:
        """Of which at least one key came out."""
        return {dossier for dossier, _epoch in self.keys}

    def parts(self, dossier: UUID) -> set[Compartment]:
        """The compartments of a dossier out of which something was read."""
        return {part for owner, part in self.places if owner == dossier}


class Thief:
    """Holds a copy of the database, and a pepper that is the right one or not."""

    def __init__(self, conninfo: str, secret: bytes) -> None:
        """Nothing is opened yet."""
        self.conninfo = conninfo
        self.secret = secret

    def rows(self, statement: str) -> list[dict[str, Any]]:
        """Whatever a superuser reads."""
        with psycopg.connect(self.conninfo, row_factory=dict_row) as connection:
            return connection.execute(statement).fetchall()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The vault's code, with this pepper in its hands."""
        with override_settings(RUANGAMAN_PEPPER=self.secret):
            yield

    def open_doors(self, password: str, username: str | None = None) -> dict[str, Keyring]:
        """Try a password on one person's doors, or on everybody's; returns who opened."""
        opened = {}
        with self.at_work():
            for row in self.rows(DOORS):
                if username not in (None, row["username"]):
                    continue
                keys = doors.run(DoorParams(row["salt"], row["memory_kib"], row["iterations"], row["lanes"]), password)
                try:
                    opened[row["username"]] = doors.open_closed(row["bundle"], keys.kek, row["principal_id"])
                except Tampered:
                    continue
        return opened

    def hold_groups(self, keyring: Keyring) -> list[KemPrivate]:
        """Take the private halves of every desk and break-glass key that was wrapped to this person."""
        held = []
        with self.at_work():
            for row in self.rows("SELECT * FROM vault_groupkey"):
                if row["member_id"] != keyring.principal_id:
                    continue
                facts = {name: row[name] for name in ("group_id", "generation", "member_id", "member_generation")}
                info = layout.group_info(pepper.installation(), **facts)
                key = KemPrivate.from_bytes(keyring.unwrap(row["wrapped"], info))
                keyring.hold(row["group_id"], row["generation"], key)
                held.append(key)
        return held

    def plunder(self, *hands: Keyring) -> Loot:
        """Open all that these keys open: no expiry, no signature, no second person is asked for."""
        keys: dict[tuple[UUID, int], list[EpochKeys]] = {}
        with self.at_work():
            for row in self.rows(WRAPS):
                for hand in hands:
                    if hand.holds(row["principal_id"], row["generation"]):
                        key = hand.key(row["principal_id"], row["generation"])
                        bundle = wrapping.unwrap(
                            key, row["wrapped"], layout.wrap_info(pepper.installation(), facts_in(row))
                        )
                        opened = sealing.open_bundle(bundle, row["commitment"])
                        keys.setdefault((row["dossier_id"], row["epoch"]), []).append(opened)
            return Loot(keys, *self._read(keys))

    def try_everything(self, key: KemPrivate) -> int:
        """How many wraps of the whole database a private key opens, whomever they were made for."""
        found = 0
        with self.at_work():
            for row in self.rows(WRAPS):
                try:
                    wrapping.unwrap(key, row["wrapped"], layout.wrap_info(pepper.installation(), facts_in(row)))
                except WrongKey:
                    continue
                found += 1
        return found

    def _read(
        self, keys: dict[tuple[UUID, int], list[EpochKeys]]
    ) -> tuple[dict[UUID, Content], set[tuple[UUID, Compartment]]]:
        contents: dict[UUID, Content] = {}
        places = set()
        for row in self.rows("SELECT * FROM vault_sealed"):
            part = Compartment(row["compartment"])
            place = Place(row["dossier_id"], part, row["ref"], row["epoch"], row["version"])
            for held in keys.get((row["dossier_id"], row["epoch"]), ()):
                key = held.get(part)
                if key is not None:
                    contents[row["ref"]] = sealing.open_content(key, row["envelope"], place, pepper.installation())
                    places.add((row["dossier_id"], part))
        return contents, places


def facts_in(row: dict[str, Any]) -> GrantFacts:
    """What a stolen wrap says of itself."""
    names = ("dossier_id", "epoch", "principal_id", "generation", "reason", "grantor_id", "not_after", "consent_ref")
    return GrantFacts(**{name: row[name] for name in names}, compartments=compartments_of(row["compartments"]))
