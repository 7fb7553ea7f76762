"""The whole of a restore, in the order that keeps everybody out until it is proved."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ruangaman.ops import canary, troubles
from ruangaman.ops.backup.archive import Pieces, Reader
from ruangaman.ops.backup.places import LEDGER, locate
from ruangaman.ops.backup.types import BackupError, BackupHindered, Manifest
from ruangaman.ops.progress import Bar, step


@dataclass(frozen=True)
class Proof:
    """What was proved before anybody was let in."""

    events: int
    """Events of the trail, of which each was recomputed."""
    erased: int
    """Dossiers that had come back and were erased again."""
    ledgers: int = 0
    """Ledgers of erasures beside the backup's own that were compared; 0: what was erased since may have come back."""


@dataclass(frozen=True)
class Restored:
    """What was put back and proved."""

    manifest: Manifest
    proof: Proof


def check(reader: Reader) -> Manifest:
    """Read the backup to its end and hold every part against its manifest, before anything is touched.

    Raises:
        BackupError: it is not whole, or this identity does not open it.
    """
    if reader.path.is_dir():
        raise BackupHindered(f"There is no backup {reader.path}: it is a folder. Name the file itself.")
    if not reader.path.is_file():
        raise BackupHindered(f"There is no backup {reader.path}: look at how its name is written.")
    total = max(reader.path.stat().st_size >> 20, 1)
    with Bar() as bar:
        said = reader.read(_skip, progress=lambda done: bar("Checking the backup (MiB)", min(done >> 20, total), total))
        bar("Checking the backup (MiB)", total, total)
    return said


def _skip(_opening: Manifest, _folder: str, _name: str, pieces: Pieces) -> None:
    for _piece in pieces:
        continue


def restore(reader: Reader, said: Manifest, *, files: Path, ledgers: Sequence[Path]) -> Restored:
    """Put a checked backup into the empty database on which Django is set up as `migrate`.

    Args:
        files: the installation's folder.
        ledgers: newer erasure ledgers; what is in them counts beside the one in the backup.

    Raises:
        BackupError: the place is not empty, or something was not proved; the database then stays closed.
    """
    from ruangaman.ops.backup import giving  # models are importable only now

    key = _require_keys(said)
    _require_writable(files)
    _require_ledgers(files, ledgers)
    giving.require_empty()
    giving.close_doors()
    with step("Making the tables as they were then"):
        giving.migrate_to(said.migrations)
    beside: dict[str, bytes] = {}
    with Bar() as bar:
        giving.load(reader, said, outside=beside.__setitem__, progress=bar)
    with step("Bringing the tables up to date"):
        giving.migrate_on()
        giving.analyze()
    newer = count_ledgers(files, ledgers)
    write_outside(beside, files, ledgers)
    proof = _prove(key, taken=said.taken_at, rows=said.rows, sha256=reader.fingerprint())
    giving.open_doors()
    return Restored(said, replace(proof, ledgers=newer))


def prove_standing(*, files: Path, ledgers: Sequence[Path]) -> Proof:
    """Prove a database that was put back by other means, such as PostgreSQL's own archive, as `restore` does.

    Django is set up on it as `migrate`.

    Raises:
        BackupError: something was not proved; the database then stays closed.
    """
    from ruangaman.ops.backup import giving  # models are importable only now

    giving.require_alone()
    giving.close_doors()
    _require_pepper()
    key = _read_canary()
    _require_writable(files)
    _require_ledgers(files, ledgers)
    giving.end_sessions()
    newer = count_ledgers(files, ledgers)
    write_outside({LEDGER: b""}, files, ledgers)
    proof = _prove(key, taken="", rows=giving.count_rows(), sha256="")
    giving.open_doors()
    return replace(proof, ledgers=newer)


def _require_pepper() -> None:
    from ruangaman.audit.types import Role
    from ruangaman.vault.errors import WrongPepper
    from ruangaman.vault.services import check_pepper

    try:
        check_pepper(Role.MIGRATE)
    except WrongPepper as error:
        raise BackupError(str(error)) from None


def _require_writable(files: Path) -> None:
    """Refuse before anything is put back, not after: ledger and checkpoints go there. Raises BackupHindered."""
    if not os.access(files, os.W_OK | os.X_OK):
        raise BackupHindered(f"This user may not write into {files}: let it belong to the user who restores.")


def _require_ledgers(files: Path, named: Sequence[Path]) -> None:
    """Look at every ledger of erasures before one of them is written to. Raises BackupError: it says which is bad."""
    from ruangaman.vault.errors import BrokenLedger
    from ruangaman.vault.services import check_ledger

    own = locate(LEDGER, os.environ, files)
    for path in (*named, *([own] if own.exists() else [])):
        try:
            check_ledger(path)
        except OSError as error:
            said = troubles.sentence(error)
            raise BackupHindered(f"The ledger of erasures {path} cannot be read. {said} Nothing was changed.") from None
        except BrokenLedger as error:
            raise BackupError(f"{path}: {error} It was left as it is: take another copy.") from None


def _require_keys(said: Manifest) -> str:
    """Return the text of the canary's key. Raises BackupError: a key is missing, or is another installation's."""
    from ruangaman.vault import pepper

    if said.pepper_check != pepper.check_value().hex():
        raise BackupError("The pepper is not the one this backup was made with: nothing in it would open.")
    return _read_canary()


def _read_canary() -> str:
    try:
        return canary.path().read_text("utf-8")
    except OSError as error:
        raise BackupHindered(
            "The canary's key cannot be read: bring it from where the pepper's copy is kept."
            f" {troubles.sentence(error)}"
        ) from None
    except ValueError:
        raise BackupError(
            f"{canary.path()} is not the canary's key: bring the copy that lies beside the pepper's."
        ) from None


def count_ledgers(files: Path, named: Iterable[Path]) -> int:
    """Return how many ledgers there are beside the backup's own: where it belongs, and those that were named."""
    places = {locate(LEDGER, os.environ, files).absolute(), *(path.absolute() for path in named)}
    return sum(path.is_file() for path in places)


def write_outside(beside: Mapping[str, bytes], files: Path, ledgers: Iterable[Path]) -> None:
    """Put the files beside the database in their places.

    A ledger is united with every other that there is. Checkpoints that are there already are newer, and stay.
    """
    for name, data in beside.items():
        place = locate(name, os.environ, files)
        if name == LEDGER:
            others = [file.read_bytes() for file in (place, *ledgers) if file.is_file()]
            lines = [line for text in (data, *others) for line in text.splitlines(keepends=True)]
            _write(place, b"".join(dict.fromkeys(line for line in lines if line.endswith(b"\n"))))
        elif not place.exists():
            place.parent.mkdir(mode=0o700, exist_ok=True)
            _write(place, data)


def _write(place: Path, data: bytes) -> None:
    unfinished = place.with_name(f"{place.name}.new")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(place)


def _prove(key: str, *, taken: str, rows: int, sha256: str) -> Proof:
    """Prove what was put back. Raises BackupError: it does not hold; nobody is let in."""
    from ruangaman.audit.services import unit_of_work, verify
    from ruangaman.audit.types import Role
    from ruangaman.core import clock
    from ruangaman.vault import services as vault
    from ruangaman.vault.errors import BrokenLedger, Tampered

    with step("Recomputing the audit trail"):
        result = verify()
    if result.fault is not None:
        raise BackupError(f"The audit trail does NOT hold: {result.fault}. The database stays closed: look into it.")
    with step("Erasing again what the ledger names"), unit_of_work(Role.MIGRATE):
        try:
            erased = vault.replay_ledger(at=clock.now())
        except BrokenLedger as error:
            raise BackupError(f"{error} The database stays closed: take another copy of the ledger.") from None
    with step("Opening the canary"), unit_of_work(Role.MIGRATE):
        try:
            vault.open_canary(vault.Canary.from_text(key), at=clock.now())
        except Tampered as error:
            raise BackupError(
                "The canary does not open: pepper, canary key and rows do not belong together. It stays closed."
            ) from error
        vault.record_restored(taken=taken, rows=rows, erased=erased, sha256=sha256, at=clock.now())
    with step("Signing from where the trail goes on"):
        try:
            vault.record_restore(at=clock.now())
        except (vault.NoKey, vault.TrailBroken) as error:
            raise BackupError(f"{error} The database stays closed.") from None
    return Proof(result.rows, erased)
