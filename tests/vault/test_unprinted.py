"""What is secret never stands in the text of an object: such texts end in logs and in reports of errors."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

from ruangaman import vault
from ruangaman.vault import layout
from tests.vault import fixed

PUBLIC = {
    "doors.DoorParams.salt",
    "grants.EpochFacts.commitment",
    "layout.DirectoryEntry.kem_public",
    "layout.DirectoryEntry.signing_public",
    "notes.Checkpoint.before",
    "notes.Checkpoint.roots",
    "notes.PublicKey.raw",
    "receipts.KeyFacts.key_hmac",
    "trailfile.Question.root",
    "wrapping.KemPublic.raw",
}
"""Bytes that a thief of the database has anyway, or that are printed on paper."""


def kept() -> Iterator[tuple[str, dataclasses.Field[Any]]]:
    """Every field of the vault's dataclasses that holds bytes."""
    for module in pkgutil.walk_packages(vault.__path__, f"{vault.__name__}."):
        if ".migrations" in module.name:
            continue
        for each in vars(importlib.import_module(module.name)).values():
            if isinstance(each, type) and dataclasses.is_dataclass(each) and each.__module__ == module.name:
                for one in dataclasses.fields(each):
                    if "bytes" in str(one.type):
                        yield f"{each.__module__.removeprefix('ruangaman.vault.')}.{each.__name__}.{one.name}", one


def test_bytes_are_printed_only_where_they_are_public() -> None:
    assert {name for name, one in kept() if one.repr} == PUBLIC


def test_the_text_of_an_object_leaves_them_out() -> None:
    keys = layout.KeyringParts(fixed.PERSON, b"signing seed", ((1, b"private half"),))

    assert "signing seed" not in repr(keys)
    assert "private half" not in repr(keys)
    assert str(fixed.PERSON) in repr(keys), "control: the rest is there"
