"""Storing files: sealed frames go from the spool into the database, inside the accepting transaction."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from ruangaman.audit import services as audit
from ruangaman.core.errors import Busy
from ruangaman.core.types import Actor
from ruangaman.vault.files import SealedUpload
from ruangaman.vault.models import SealedFile
from ruangaman.vault.services.contents import seal
from ruangaman.vault.types import Compartment

WAIT_SECONDS = 20.0
INSERT_FRAME = "INSERT INTO vault_frame (file_id, position, data) VALUES (%s, %s, %s)"


@dataclass(frozen=True)
class FileRow:
    """An upload, the compartment that opens it, and where its key is sealed."""

    upload: SealedUpload
    compartment: Compartment
    key_ref: UUID


class Slot:
    """The right to store files now. At most half of this process's connections may do so at once.

    It is given back by `release`, by `release_slots` at the end of the request, at the latest when nobody refers to it
    any more: an exception's traceback may refer to it for a long time.
    """

    def __init__(self) -> None:
        """Wait for a slot. Raises Busy: none came free in time."""
        slots = _slots()
        if not slots.acquire(timeout=WAIT_SECONDS):
            raise Busy(_("Banyak berkas sedang disimpan. Coba lagi sebentar lagi, atau kirim tanpa berkas."))
        self._finish = weakref.finalize(self, slots.release)
        self._finish.atexit = False
        _taken.set((*_taken.get(), weakref.ref(self)))

    def release(self) -> None:
        """Let the next one store; twice is no fault."""
        self._finish()


_taken: ContextVar[tuple[weakref.ref[Slot], ...]] = ContextVar("ruangaman_slots", default=())


def release_slots() -> None:
    """Give back every slot that this request took and did not give back: the end of a request, however it came."""
    for taken in _taken.get():
        slot = taken()
        if slot is not None:
            slot.release()
    _taken.set(())


@cache
def _slots() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(max(1, settings.RUANGAMAN_POOL_SIZE // 2))


def take_slot() -> Slot:
    """Wait until files may be stored, before a connection is taken. Raises Busy."""
    return Slot()


def store_files(dossier_id: UUID, files: Sequence[FileRow], at: datetime, *, slot: Slot | None = None) -> None:
    """Copy the frames of uploads into the database; once committed, the spool is emptied and the slot given back.

    Writes: file rows and their frames.
    """
    unit = audit.current_unit()
    rows = [
        SealedFile(
            id=one.upload.file_id,
            dossier_id=dossier_id,
            compartment=one.compartment,
            key_ref=one.key_ref,
            frames=one.upload.frames,
            stored_at=at,
        )
        for one in files
    ]
    SealedFile.objects.bulk_create(rows)
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.executemany(INSERT_FRAME, _frames(files))
    for one in files:
        unit.after_commit(one.upload.discard)
    if slot is not None:
        unit.after_commit(slot.release)


def seal_file(
    *,
    dossier_id: UUID,
    compartment: Compartment,
    upload: SealedUpload,
    by: Actor,
    at: datetime,
    slot: Slot | None = None,
) -> UUID:
    """Seal a file's key in a dossier, store its frames, and return the reference of the key.

    Args:
        slot: taken before the connection was, by `take_slot`; it is given back once committed.

    Raises:
        NotFound, NotHeld, Locked, Tampered: as `seal`.

    Writes: the sealed key, the file, its frames; `vault.sealed`.
    """
    key_ref = seal(dossier_id=dossier_id, compartment=compartment, content=upload.to_content(), by=by, at=at)
    store_files(dossier_id, [FileRow(upload, compartment, key_ref)], at, slot=slot)
    return key_ref


def _frames(files: Sequence[FileRow]) -> Iterator[tuple[UUID, int, bytes]]:
    for one in files:
        for position, frame in enumerate(one.upload.read_frames()):
            yield one.upload.file_id, position, frame
