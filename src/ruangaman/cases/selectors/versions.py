"""What a record was before, for those who hold its compartments; and what a form has in its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.http import Http404

from ruangaman.accounts.models import User
from ruangaman.cases.models import Case, Incident, Person, Task, Version
from ruangaman.cases.selectors.shelf import text_of
from ruangaman.cases.types import AboutEvent, Identity, RecordKind, SafeContact, identity_of
from ruangaman.cases.types.incidents import about_event
from ruangaman.core.regions import KELURAHAN
from ruangaman.vault import services as vault
from ruangaman.vault.types import Closed, Content, Purpose

PLACE = "Kelurahan"
"""The sealed fact of an incident that its form has a field for."""
Record = Person | Incident | Task
Part = TypeVar("Part", Identity, SafeContact, AboutEvent)
MODELS: dict[str, type[Record]] = {
    RecordKind.PERSON: Person,
    RecordKind.INCIDENT: Incident,
    RecordKind.TASK: Task,
}

MAIN: dict[str, str] = {RecordKind.PERSON: "chosen_name", RecordKind.INCIDENT: "story", RecordKind.TASK: "title"}
"""A field that is only there when the sealed part was opened."""


@dataclass(frozen=True)
class State:
    """A version with its fields as the form has them; what is closed to the viewer is left out."""

    version: Version
    fields: dict[str, str]


@dataclass(frozen=True)
class Step:
    """One version in the history: what it changed, by field: before and after."""

    version: Version
    changes: list[tuple[str, str, str]]
    is_closed: bool


def present_of(record: Record) -> Version:
    """Return the state that a record is in, as a version that is not stored."""
    if isinstance(record, Person):
        by, at, refs = record.added_by_id, record.added_at, (record.identity_ref, record.contact_ref)
    elif isinstance(record, Incident):
        by, at, refs = record.added_by_id, record.added_at, (record.narrative_ref, None)
    else:
        by, at, refs = record.made_by_id, record.made_at, (record.ref, None)
    return Version(
        case_id=record.case_id,
        kind=kind_of(record),
        record=record.pk,
        number=record.version,
        facts=facts_in_the_clear(record),
        ref=refs[0],
        contact_ref=refs[1],
        by_id=by,
        at=at,
    )


def kind_of(record: Record) -> RecordKind:
    """Return what a record is."""
    return next(RecordKind(kind) for kind, model in MODELS.items() if isinstance(record, model))


def facts_in_the_clear(record: Record) -> dict[str, str]:
    """Return what of a record is in columns, by the names of its form."""
    if isinstance(record, Person):
        return {"kind": record.kind, "sex": record.sex, "age_group": record.age_group}
    if isinstance(record, Incident):
        return {
            "forms_of_violence": ",".join(sorted(record.forms)),
            "place": record.place,
            "from_on": record.from_on.isoformat() if record.from_on else "",
            "to_on": record.to_on.isoformat() if record.to_on else "",
        }
    return {"owner": str(record.owner_id), "due_at": minute_of(record.due_at)}


def minute_of(moment: datetime) -> str:
    """Return a moment as its form knows it: to the minute."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0).isoformat()


def list_versions(record: Record) -> list[Version]:
    """Return every state that a record was in, the oldest first; the last is the present one."""
    found = list(Version.objects.filter(record=record.pk).select_related("by").order_by("number"))
    return found or [present_of(record)]


def open_states(*, case: Case, versions: Sequence[Version], viewer: User, at: datetime) -> list[State]:
    """Open versions of one record, all at once. Leaves one audit event, purpose correction."""
    refs = {ref: case.dossier_id for one in versions for ref in (one.ref, one.contact_ref) if ref is not None}
    opened = vault.reveal_many(refs=refs, purpose=Purpose.CORRECTION, by=viewer, at=at)
    return [State(one, fields_of(one, opened)) for one in versions]


def fields_of(version: Version, opened: Mapping[UUID, Content | Closed]) -> dict[str, str]:
    """Return a version as the form has it."""
    main, contact = opened.get(version.ref), opened.get(version.contact_ref) if version.contact_ref else {}
    fields = {str(name): str(value) for name, value in version.facts.items()}
    if main is not None and not isinstance(main, Closed):
        fields |= _sealed_fields(version.kind, main)
    if version.kind == RecordKind.PERSON and contact is not None and not isinstance(contact, Closed):
        fields |= {f"contact_{name}": str(contact.get(name) or "") for name in SafeContact.__dataclass_fields__}
    return fields


def _kelurahan_code(name: str) -> str:
    return next((code for code, (known, _district) in KELURAHAN.items() if known == name), "")


def _sealed_fields(kind: str, content: Content) -> dict[str, str]:
    if kind == RecordKind.PERSON:
        return texts_of(identity_of(content))
    if kind == RecordKind.INCIDENT:
        facts = content.get("facts")
        places = [str(one[1]) for one in facts if one[0] == PLACE] if isinstance(facts, list) else []
        kelurahan = _kelurahan_code(places[0]) if places else ""
        return {"story": text_of(content), "kelurahan": kelurahan, **event_texts(about_event(content))}
    return {"title": text_of(content)}


def texts_of(part: Identity | SafeContact | AboutEvent) -> dict[str, str]:
    """Return the fields of a sealed part as texts; several codes are one text with commas."""
    return {name: ",".join(value) if isinstance(value, tuple) else str(value) for name, value in vars(part).items()}


def from_texts(empty: Part, fields: Mapping[str, str]) -> Part:
    """Return the part whose texts these are; what is not named is as in `empty`."""
    known: dict[str, Any] = {}
    for name, value in vars(empty).items():
        text = fields.get(name, "")
        if name in fields:
            known[name] = tuple(text.split(",") if text else ()) if isinstance(value, tuple) else text
    return replace(empty, **known)


def event_texts(about: AboutEvent) -> dict[str, str]:
    """Return what is known about an event as a whole, by the names of the form."""
    found = texts_of(about)
    return {"at_time": found.pop("time"), **found}


def event_of(fields: Mapping[str, str]) -> AboutEvent:
    """Return what `event_texts` made texts of."""
    return from_texts(AboutEvent(), {**fields, "time": fields.get("at_time", "")})


def get_record(*, case: Case, kind: RecordKind, record_id: UUID) -> Record:
    """Return a person, an incident or a task of a case. Raises Http404."""
    found: Record | None = MODELS[kind]._default_manager.filter(case=case, pk=record_id).first()
    if found is None:
        raise Http404
    found.case = case
    return found


def get_history(*, case: Case, record: Record, viewer: User, at: datetime) -> list[Step]:
    """Return what a record was and who changed it to what, the newest first."""
    states = open_states(case=case, versions=list_versions(record), viewer=viewer, at=at)
    steps = []
    for before, after in zip([None, *states], states, strict=False):
        known = before.fields if before else {}
        changes = [
            (name, known.get(name, ""), value)
            for name, value in sorted(after.fields.items())
            if before is not None and known.get(name, "") != value
        ]
        steps.append(Step(after.version, changes, is_closed=MAIN[after.version.kind] not in after.fields))
    return steps[::-1]
