"""Words of a backup: what it says about itself, and the one error that is a sentence for a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ruangaman.ops.troubles import Hindered

FORMAT = 1
OPENING, MANIFEST = "opening.json", "manifest.json"
"""The first and the last member of the archive inside the age file."""

LEFT_OUT = {
    "vault_staffsession": "everybody signs in again after a restore",
    "vault_publicsession": "everybody signs in again after a restore",
}
"""Tables whose rows are not copied, and why."""

NOT_INSIDE = {
    "pepper": "RUANGAMAN_PEPPER_FILE; without it no password, no receipt and no sealed content opens",
    "secret-key": "RUANGAMAN_SECRET_KEY_FILE; a new one only ends what forms and cookies are open",
    "checkpoint.key": "RUANGAMAN_CHECKPOINT_KEY_FILE; with it the audit trail is signed on",
    "canary.key": "RUANGAMAN_CANARY_FILE; with it a restore proves that sealed content opens",
}
"""Key material that no backup holds, and where it has to come from: a place of its own, offline."""


class BackupError(RuntimeError):
    """A backup or a restore was refused or failed; the text says what to do."""


class BackupHindered(BackupError, Hindered):
    """Something outside was in the way of a backup or a restore: a disk, a file, the database."""


@dataclass(frozen=True)
class Part:
    """One table or one file beside the database, as it lies in the archive."""

    name: str
    size: int
    sha256: str
    rows: int | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counter:
    """One sequence of the database; `last` is None where only its column can tell."""

    name: str
    table: str
    column: str
    last: int | None
    called: bool


@dataclass(frozen=True)
class Manifest:
    """Everything a backup says about itself."""

    taken_at: str
    demo: bool
    made_by: str
    postgresql: int
    pepper_check: str
    migrations: tuple[tuple[str, str], ...]
    tables: tuple[Part, ...] = ()
    outside: tuple[Part, ...] = ()
    counters: tuple[Counter, ...] = ()
    checkpoint: Mapping[str, Any] | None = None
    left_out: Mapping[str, str] = field(default_factory=lambda: dict(LEFT_OUT))
    not_inside: Mapping[str, str] = field(default_factory=lambda: dict(NOT_INSIDE))
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """How many rows it holds in all."""
        return sum(part.rows or 0 for part in self.tables)

    def to_json(self) -> bytes:
        """Return it as it lies in the archive, readable for a person."""
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode() + b"\n"

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Return the manifest in `data`.

        Raises:
            BackupError: it is none, or of a format that this release does not know.
        """
        try:
            facts = json.loads(data)
            if facts["format"] != FORMAT:
                raise BackupError(
                    f"This backup has format {facts['format']}, this release reads {FORMAT}: use the one that made it."
                )
            facts["migrations"] = tuple((app, name) for app, name in facts["migrations"])
            for key in ("tables", "outside"):
                facts[key] = tuple(Part(**{**each, "columns": tuple(each["columns"])}) for each in facts[key])
            facts["counters"] = tuple(Counter(**each) for each in facts["counters"])
            return cls(**facts)
        except (ValueError, KeyError, TypeError) as error:
            raise BackupError("The backup does not say what is in it: it was not made by Ruang Aman.") from error
