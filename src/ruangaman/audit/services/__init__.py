"""The transaction and the trail: every request, job and command enters the database through `unit_of_work`."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg import errors
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus

from ruangaman.audit.errors import ForbiddenDetail, OutsideUnitOfWork, UnknownEvent
from ruangaman.audit.models import AuditCheckpoint
from ruangaman.audit.registry import event_types
from ruangaman.audit.selectors import first_bad_row, list_seal_versions
from ruangaman.audit.services.planned import Planned as Planned
from ruangaman.audit.services.planned import run_prepared as run_prepared
from ruangaman.audit.types import LANES, Detail, EventType, Role, Seal, Verdict
from ruangaman.core.types import Actor

LONGEST_VALUE = 120
LONGEST_SUBJECT = 64
SETTINGS = ("role", "ra.user", "ra.principals", "ra.units", "ra.making", "ra.glass", "ra.keeper")


@dataclass
class Event:
    """One event on its way: kept here until the work is done, then appended with the others."""

    type: EventType
    actor: str
    subject: str
    at: datetime
    detail: Detail
    dossier_id: UUID | None = None
    seals: list[Seal] = field(default_factory=list)

    @property
    def lane(self) -> int:
        """The chain it belongs to: by dossier, so that two dossiers seldom wait for each other."""
        if self.dossier_id is not None:
            return self.dossier_id.int % LANES
        return zlib.crc32(self.subject.encode()) % LANES

    def absorb(self, other: Event) -> bool:
        """Take `other` in if both tell of the same thing done to the same dossier. False: they stay two."""
        mine, theirs = _identity(self), _identity(other)
        if self.dossier_id is None or not self.type.merges or mine != theirs:
            return False
        for key in self.type.counted:
            self.detail[key] = _count(self.detail.get(key)) + _count(other.detail.get(key))
        for key in self.type.collected:
            self.detail[key] = sorted({*_codes(self.detail.get(key)), *_codes(other.detail.get(key))})
        self.seals += other.seals
        return True

    def to_json(self) -> dict[str, object]:
        """Return what `audit_append` takes."""
        return {
            "lane": self.lane,
            "at": self.at.isoformat(),
            "type": self.type.key,
            "actor": self.actor,
            "subject": self.subject,
            "detail": self.detail,
            "seals": [{"ref": str(one.ref), "version": one.version, "sha256": one.sha256.hex()} for one in self.seals],
        }


@dataclass
class UnitOfWork:
    """One transaction in the making: its role, its events, and what follows once it is committed."""

    role: Role
    events: list[Event] = field(default_factory=list)
    refusals: list[Event] = field(default_factory=list)
    callbacks: list[Callable[[], object]] = field(default_factory=list)
    abandoned: bool = False
    memo: dict[str, Any] = field(default_factory=dict)  # what is read once for the whole of it, by its app

    def after_commit(self, callback: Callable[[], object]) -> None:
        """Call `callback` once the transaction is committed; never when it is not."""
        self.callbacks.append(callback)

    def roll_back(self) -> None:
        """Undo everything at the end of the unit, without an exception; refusals are kept."""
        self.abandoned = True

    def set_viewer(self, user_id: UUID | None, principals: Iterable[UUID], units: Iterable[UUID] = ()) -> None:
        """Tell row-level security who is looking: for this transaction only, in one statement.

        Args:
            user_id: the signed-in person; None for the holder of a receipt.
            principals: the vault principals whose grants count: the own one, then desks.
            units: the units whose dossiers the person oversees.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('ra.user', %s, true), set_config('ra.principals', %s, true),"
                " set_config('ra.units', %s, true)",
                [str(user_id or ""), _array(principals), _array(units)],
            )


class _Abandoned(Exception):
    """Carries the wish to roll back past Django's transaction."""


_current: ContextVar[UnitOfWork | None] = ContextVar("ruangaman_unit_of_work", default=None)


@contextmanager
def unit_of_work(role: Role) -> Iterator[UnitOfWork]:
    """Own a transaction under `role`: work, events in lane order, COMMIT, then what waits for it.

    Inside another transaction (a test) it is a savepoint, and role and viewer of before are put back. Inside
    another unit of work what waits for the commit waits for the outer one's.

    Raises:
        UnknownEvent, ForbiddenDetail: from what was recorded; nothing is written then.

    Writes: the events recorded inside; refusals in a second transaction, also when the first failed.
    """
    outer = _current.get()
    unit = UnitOfWork(role)
    try:
        with transaction.atomic(), _settings(role):
            token = _current.set(unit)
            try:
                yield unit
            finally:
                _current.reset(token)
            if unit.abandoned:
                raise _Abandoned
            _append(unit.events)
    except _Abandoned:
        return
    finally:
        _append_refusals(unit)
    if outer is not None:
        outer.callbacks += unit.callbacks
        return
    for callback in unit.callbacks:
        callback()


def current_unit() -> UnitOfWork:
    """Return the running unit of work. Raises OutsideUnitOfWork: there is none."""
    unit = _current.get()
    if unit is None:
        raise OutsideUnitOfWork("This belongs inside a unit of work.")
    return unit


def record(
    event_type: EventType,
    *,
    by: Actor | None,
    subject: str,
    at: datetime,
    detail: Detail | None = None,
    dossier_id: UUID | None = None,
    seals: Sequence[Seal] = (),
) -> None:
    """Keep an event for the end of the unit of work.

    Args:
        by: who did it; None: somebody from the street on public addresses, else the system.
        subject: a code or key, never a name.
        detail: only fields that the type lists; codes, counts and keys.
        dossier_id: the dossier it is about: chooses the lane, and events of one dossier and type become one.
        seals: fingerprints of envelopes written together with this event.

    Raises:
        OutsideUnitOfWork, UnknownEvent, ForbiddenDetail: the work must not go on.
    """
    unit = current_unit()
    event = _event(event_type, unit.role, by, subject, at, detail, dossier_id, seals)
    if not any(earlier.absorb(event) for earlier in unit.events):
        unit.events.append(event)


def record_seals(
    event_type: EventType, *, seals: Sequence[Seal], by: Actor | None, dossier_id: UUID, at: datetime, detail: Detail
) -> None:
    """Keep an event about a dossier that vouches for the envelopes written with it."""
    record(event_type, by=by, subject=str(dossier_id), at=at, detail=detail, dossier_id=dossier_id, seals=seals)


def newest_seals(versions: Mapping[UUID, int], appended: Mapping[UUID, bytes | None]) -> dict[UUID, bytes | None]:
    """Return the fingerprint of each reference in this version, where the version is the newest one.

    Args:
        appended: what `selectors.appended_seal` said; what was sealed in the running unit of work counts before it.
    """
    mine = [seal for event in current_unit().events for seal in event.seals if seal.ref in versions]
    pending = {seal.ref: seal for seal in sorted(mine, key=lambda seal: seal.version)}
    found = {ref: seal.sha256 if seal.version == versions[ref] else None for ref, seal in pending.items()}
    return {**appended, **found}


def read_seal_versions(ref: UUID) -> list[tuple[int, bytes]]:
    """Return every fingerprint that the trail knows of a reference, the newest last."""
    mine = [seal for event in current_unit().events for seal in event.seals if seal.ref == ref]
    return [*list_seal_versions(ref), *((seal.version, seal.sha256) for seal in mine)]


def record_refusal(
    event_type: EventType,
    *,
    by: Actor | None,
    subject: str,
    at: datetime,
    detail: Detail | None = None,
    dossier_id: UUID | None = None,
    role: Role = Role.WEB,
) -> None:
    """Record that something was refused: in a second transaction, so that it stays when the first is undone.

    Args:
        role: under which to write when no unit of work is running.
    """
    unit = _current.get()
    event = _event(event_type, unit.role if unit else role, by, subject, at, detail, dossier_id, ())
    if unit is not None:
        unit.refusals.append(event)
        return
    with unit_of_work(role) as own:
        own.events.append(event)


def verify() -> Verdict:
    """Recompute every chain and name the first row that does not hold."""
    with unit_of_work(Role.AUDIT):
        return first_bad_row()


def keep_checkpoint(*, number: int, at: datetime, rows: int, root: bytes, note: str) -> None:
    """Keep a signed checkpoint. Its number is taken once; nobody changes or deletes it."""
    AuditCheckpoint(number=number, at=at, rows=rows, root=root, note=note).save(force_insert=True)


def keep_alarm(*, at: datetime, why: str) -> bool:
    """Keep that no checkpoint could be signed. False: it is known since earlier that day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditalarm (day, at, why) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [at.date(), at, why],
        )
        return bool(cursor.rowcount)


def _event(
    event_type: EventType,
    role: Role,
    by: Actor | None,
    subject: str,
    at: datetime,
    detail: Detail | None,
    dossier_id: UUID | None,
    seals: Sequence[Seal],
) -> Event:
    if event_types.get(event_type.key) is not event_type:
        raise UnknownEvent(f"The event type {event_type.key} is not registered.")
    if len(subject) > LONGEST_SUBJECT:
        raise ForbiddenDetail(f"{event_type.key}: the subject is not a code or a key.")
    if at.tzinfo is None:
        raise ForbiddenDetail(f"{event_type.key}: the moment has no time zone.")
    unknown = set(detail or {}) - event_type.fields
    if unknown:
        raise ForbiddenDetail(f"{event_type.key} may not carry {', '.join(sorted(unknown))}.")
    for key, value in (detail or {}).items():
        if not _is_plain(value):
            raise ForbiddenDetail(f"{event_type.key}: {key} is not a code, a count or a key.")
    anonymous = "public" if role is Role.PUBLIC else "system"
    actor = anonymous if by is None else str(by.principal_id)
    return Event(event_type, actor, subject, at, dict(detail or {}), dossier_id, list(seals))


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) and len(item) <= LONGEST_VALUE for item in value)
    if isinstance(value, str):
        return len(value) <= LONGEST_VALUE
    return value is None or isinstance(value, int)


def _identity(event: Event) -> tuple[object, ...]:
    rest = {k: v for k, v in event.detail.items() if k not in event.type.counted | event.type.collected}
    return event.type, event.actor, event.subject, event.dossier_id, rest


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _codes(value: object) -> list[str]:
    return value if isinstance(value, list) else []


def _array(ids: Iterable[UUID]) -> str:
    """Return a PostgreSQL array, or nothing at all: policies read an empty setting as no rows."""
    texts = [str(one) for one in ids]
    return "{" + ",".join(texts) + "}" if texts else ""


def _append(events: list[Event]) -> None:
    if not events:
        return
    ordered = sorted(events, key=lambda event: event.lane)
    run_prepared("SELECT audit_append(%s::jsonb)", [json.dumps([event.to_json() for event in ordered])])


def _append_refusals(unit: UnitOfWork) -> None:
    if not unit.refusals:
        return
    refusals, unit.refusals = unit.refusals, []
    with unit_of_work(unit.role) as second:
        second.events += refusals


@contextmanager
def _settings(role: Role) -> Iterator[None]:
    """Take on `role` with nobody looking; inside a larger transaction put back what was there before.

    After an exception the savepoint's own rollback restores the settings.
    """
    before = _read_settings() if connection.savepoint_ids else None
    if before is None:
        _begin(role)
        yield
        return
    _set(dict.fromkeys(SETTINGS, "") | {"role": role.value})
    yield
    _set(before)


def _begin(role: Role) -> None:
    """Begin the transaction and take on the role in one message: every page waits for one answer less.

    psycopg would send a BEGIN of its own before the first statement; it does not where there is one already.

    Raises:
        DatabaseError: as Django's own cursor does.
    """
    raw = connection.connection
    take_on = f"SET LOCAL ROLE {role.value}"
    if raw.autocommit or raw.info.transaction_status != TransactionStatus.IDLE:
        with connection.cursor() as cursor:
            cursor.execute(take_on)
        return
    with connection.wrap_database_errors:
        answer = raw.pgconn.exec_(f"BEGIN; {take_on}".encode())
        if answer.status != ExecStatus.COMMAND_OK:
            known = answer.error_field(DiagnosticField.SQLSTATE)
            raise errors.error_from_result(answer) if known else errors.OperationalError("the server went away")


def _read_settings() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join('current_setting(%s, true)' for _ in SETTINGS)}", SETTINGS)
        return {name: value or "" for name, value in zip(SETTINGS, cursor.fetchone(), strict=True)}


def _set(values: dict[str, str]) -> None:
    calls = ", ".join("set_config(%s, %s, true)" for _ in values)
    flat = [part for name, value in values.items() for part in (name, value)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", flat)
