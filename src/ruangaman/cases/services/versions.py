"""Changing a record of a case without taking anything back that somebody else wrote meanwhile.

A form carries the version that it was opened with. What both changed in different fields is put together; what both
wrote in the same field is asked about. What was there before stays, for whoever holds the compartment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events, policies
from ruangaman.cases.errors import NotAssignable
from ruangaman.cases.models import Case, Incident, Person, Task, Version
from ruangaman.cases.selectors.versions import (
    MAIN,
    PLACE,
    Record,
    State,
    event_of,
    event_texts,
    facts_in_the_clear,
    from_texts,
    kind_of,
    list_versions,
    minute_of,
    open_states,
    present_of,
    texts_of,
)
from ruangaman.cases.services.loading import check_codes, lock_writable, seal
from ruangaman.cases.services.people import index_row
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import (
    AboutEvent,
    Clashes,
    Content,
    Identity,
    PersonKind,
    SafeContact,
    merge,
    note_content,
    person_content,
)
from ruangaman.cases.types.incidents import with_event
from ruangaman.cases.types.people import contact_of
from ruangaman.codelists.types import ListKey
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.core.regions import KELURAHAN, kecamatan_of
from ruangaman.vault import services as vault
from ruangaman.vault.services import Probe
from ruangaman.vault.types import Compartment, Purpose


class Clashed(Conflict):
    """Somebody else wrote something else in the same place; whoever asked chooses, and nothing is lost until then.

    Args:
        clashes: what to choose, and everything else as it is to be.
        opened: the version that stands there now: what is chosen is chosen against it.
        authors: by field: who wrote what stands there now, and when.
        own: fields that whoever asked wrote themselves meanwhile, on another page.
    """

    def __init__(
        self,
        clashes: Clashes,
        *,
        opened: int,
        authors: Mapping[str, tuple[str, datetime]],
        own: frozenset[str] = frozenset(),
    ) -> None:
        """Say that there is something to choose."""
        super().__init__(_("Orang lain mengubah bagian yang sama. Pilih yang benar."))
        self.clashes, self.opened, self.authors, self.own = clashes, opened, authors, own


@dataclass(frozen=True)
class _Change:
    """What comes of a form: everything as it is to be, and as it stands."""

    fields: dict[str, str]
    present: dict[str, str]

    def touches(self, names: Sequence[str] | Mapping[str, object]) -> bool:
        """Whether any of these is to be other than it is."""
        return any(self.fields.get(name, "") != self.present.get(name, "") for name in names)


@transaction.atomic
def edit_person(
    *,
    code: str,
    person_id: UUID,
    kind: PersonKind,
    sex: str,
    age_group: str,
    identity: Identity,
    contact: SafeContact | None,
    by: User,
    at: datetime,
    probes: Sequence[Probe] | None = None,
    opened: int | None = None,
) -> Person:
    """Correct what is known about somebody; what stood there stays as the version before.

    Args:
        contact: None leaves the contact as it is, for those who cannot open it.
        probes: as in `add_person`.
        opened: the version that the form was opened with; None: the present one.

    Raises:
        NotFound: no such case or person for `by`.
        Clashed: somebody else wrote something else in the same field.
        CaseClosed, NotAllowed: nothing is written.

    Writes: what changed, sealed anew; the row; its versions; one `cases.person_edited` event; what `index_row` writes.
        Nothing if nothing did.
    """
    case = lock_writable(code, by)
    row = Person.objects.select_for_update().filter(pk=person_id, case=case).first()
    if row is None:
        raise NotFound(_("Orang ini tidak ada dalam kasus ini."))
    mine = {"kind": str(kind), "sex": sex, "age_group": age_group, **texts_of(identity)}
    mine |= {f"contact_{name}": value for name, value in (texts_of(contact) if contact is not None else {}).items()}
    change = _settle(case, row, mine, opened, by=by, at=at)
    if not change.touches(change.fields):
        return row
    fields = change.fields
    keep_first(row)
    if change.touches(Identity.__dataclass_fields__):
        row.identity_ref = seal(
            case, Compartment.IDENTITY, person_content(from_texts(Identity(), fields)), by=by, at=at
        )
    ways = {name: fields.get(f"contact_{name}", "") for name in SafeContact.__dataclass_fields__}
    if contact is not None and change.touches([f"contact_{name}" for name in ways]):
        row.contact_ref = seal(case, Compartment.CONTACT, person_content(contact_of(ways)), by=by, at=at)
    row.kind, row.sex, row.age_group = fields["kind"], fields["sex"], fields["age_group"]
    save_next(row, ["kind", "sex", "age_group", "identity_ref", "contact_ref"], by=by, at=at)
    detail: Detail = {"kind": row.kind, "person": str(row.pk), "version": row.version}
    tell(events.PERSON_EDITED, case, by=by, at=at, detail=detail)
    index_row(case, row, probes, by=by, at=at)
    return row


@transaction.atomic
def edit_incident(
    *,
    code: str,
    incident_id: UUID,
    forms: Sequence[str],
    place: str,
    kelurahan: str,
    from_on: date | None,
    to_on: date | None,
    story: str,
    about: AboutEvent | None = None,
    by: User,
    at: datetime,
    opened: int | None = None,
) -> Incident:
    """Correct what happened, when and where; who did it to whom stays as it is.

    Args:
        kelurahan: its code, or "" when it is not known; sealed, only its kecamatan is in the clear.
        about: what was answered about the event as a whole; None: as it is. The answers about victims stay.
        opened: the version that the form was opened with; None: the present one.

    Raises:
        NotFound: no such case or incident for `by`.
        Clashed: somebody else wrote something else in the same field.
        UnknownCode: a form or a place is not in its list.
        CaseClosed, NotAllowed: nothing is written.

    Writes: the story sealed anew if it changed; the row; its versions; one `cases.incident_edited` event.
    """
    case = lock_writable(code, by)
    row = Incident.objects.select_for_update().filter(pk=incident_id, case=case).first()
    if row is None:
        raise NotFound(_("Kejadian ini tidak ada dalam kasus ini."))
    mine = {
        "forms_of_violence": ",".join(sorted(forms)),
        "place": place,
        "kelurahan": kelurahan,
        "from_on": from_on.isoformat() if from_on else "",
        "to_on": to_on.isoformat() if to_on else "",
        "story": story,
        **({} if about is None else event_texts(about)),
    }
    check_codes(ListKey.VIOLENCE_FORM, forms)
    check_codes(ListKey.PLACE, [place])
    change = _settle(case, row, mine, opened, by=by, at=at)
    if not change.touches(change.fields):
        return row
    fields = change.fields
    days = [date.fromisoformat(fields[name]) if fields[name] else None for name in ("from_on", "to_on")]
    if days[1] is not None and (days[0] is None or days[1] < days[0]):
        raise Conflict(_("Tanggal Anda dan tanggal yang ditulis orang lain tidak cocok. Buka lagi halaman ini."))
    keep_first(row)
    if change.touches(("story", "kelurahan", *event_texts(AboutEvent()))):
        row.narrative_ref = seal(case, Compartment.NARRATIVE, _narrative(case, row, fields, by, at), by=by, at=at)
    row.from_on, row.to_on = days
    row.forms, row.place = fields["forms_of_violence"].split(","), fields["place"]
    if change.touches(("kelurahan",)):
        row.kecamatan = kecamatan_of(fields["kelurahan"])
    save_next(row, ["forms", "place", "kecamatan", "from_on", "to_on", "narrative_ref"], by=by, at=at)
    detail: Detail = {"incident": str(row.pk), "version": row.version}
    tell(events.INCIDENT_EDITED, case, by=by, at=at, detail=detail)
    return row


@transaction.atomic
def edit_task(
    *,
    code: str,
    task_id: UUID,
    title: str,
    owner: User,
    due_at: datetime,
    by: User,
    at: datetime,
    opened: int | None = None,
) -> Task:
    """Change what was promised, by whom, or until when.

    Args:
        opened: the version that the form was opened with; None: the present one.

    Raises:
        NotFound: no such case or task for `by`.
        NotAssignable: a new owner has no part in the case.
        NotAllowed: neither the owner's, nor the maker's, nor the manager's; or it is done.
        Clashed: somebody else wrote something else in the same field.
        CaseClosed: nothing is written.

    Writes: the title sealed anew if it changed; the task; its versions; one `cases.task_edited` event.
    """
    case = lock_writable(code, by)
    row = Task.objects.select_for_update(of=("self",)).filter(pk=task_id, case=case).first()
    if row is None:
        raise NotFound(_("Tugas ini tidak ada dalam kasus ini."))
    row.case = case
    if not policies.can_finish(by, row):
        raise NotAllowed(_("Tugas ini milik orang lain."))
    if row.done_at is not None:
        raise NotAllowed(_("Tugas ini sudah selesai. Kembalikan dulu bila ada yang perlu diubah."))
    mine = {"title": title, "owner": str(owner.pk), "due_at": minute_of(due_at)}
    change = _settle(case, row, mine, opened, by=by, at=at)
    if not change.touches(change.fields):
        return row
    if (
        change.touches(("owner",))
        and not case.assignments.filter(user=UUID(change.fields["owner"]), until=None).exists()
    ):
        raise NotAssignable(_("Tugas hanya dapat diberikan kepada orang yang ditugaskan pada kasus ini."))
    keep_first(row)
    if change.touches(("title",)):
        row.ref = seal(case, Compartment.WORK, note_content(change.fields["title"]), by=by, at=at)
    row.owner_id = UUID(change.fields["owner"])
    if change.touches(("due_at",)):
        row.due_at = datetime.fromisoformat(change.fields["due_at"])
    save_next(row, ["ref", "owner", "due_at"], by=by, at=at)
    tell_edited(row, by=by, at=at)
    return row


def tell_edited(row: Task, *, by: User, at: datetime) -> None:
    """Tell that a task is another one now: its clock begins anew. Writes: one event; clocks."""
    detail: Detail = {"task": str(row.pk), "owner": str(row.owner_id), "version": row.version}
    tell(events.TASK_EDITED, row.case, by=by, at=at, detail=detail, promised_at=row.due_at)


def _narrative(case: Case, row: Incident, fields: Mapping[str, str], by: User, at: datetime) -> Content:
    """Return the narrative with the new story, place and answers; whatever else is sealed in it stays."""
    old = vault.reveal(ref=row.narrative_ref, dossier_id=case.dossier_id, purpose=Purpose.CORRECTION, by=by, at=at)
    known = old.get("facts")
    others = [one for one in known if one[0] != PLACE] if isinstance(known, list) else []
    name = KELURAHAN.get(fields["kelurahan"], ("", ""))[0]
    new = {**old, "text": fields["story"], "facts": [*others, *([[PLACE, name]] if name else [])]}
    return with_event(new, event_of(fields))


def _settle(case: Case, row: Record, mine: Mapping[str, str], opened: int | None, *, by: User, at: datetime) -> _Change:
    """Put together what was changed since the form was opened.

    Raises:
        Clashed: both wrote in the same field.
        NotAllowed: what stands there is closed to `by`; to seal over it would lose it.
        Conflict: there is no such version.
    """
    versions = list_versions(row)
    since = [one for one in versions if one.number >= (opened or row.version)]
    if not since or since[0].number != (opened or row.version):
        raise Conflict(_("Halaman ini terlalu lama terbuka. Muat ulang, lalu ubah lagi."))
    states = open_states(case=case, versions=since, viewer=by, at=at)
    base, present = states[0].fields, states[-1].fields
    if MAIN[kind_of(row)] not in present or ("contact_way" in mine and "contact_way" not in present):
        raise NotAllowed(_("Isi yang sudah ada tidak terbuka untuk Anda, jadi tidak dapat Anda ubah."))
    found = merge(base, present, mine)
    if isinstance(found, Clashes):
        writers = _writers(states)
        authors = {name: (one.by.display_name, one.at) for name, one in writers.items()}
        own = frozenset(name for name, one in writers.items() if one.by_id == by.pk)
        raise Clashed(found, opened=row.version, authors=authors, own=own)
    return _Change(found.fields, present)


def _writers(states: Sequence[State]) -> dict[str, Version]:
    """Return of each field that changed on the way the version that wrote what stands there now."""
    found: dict[str, Version] = {}
    for before, after in pairwise(states):
        for name, value in after.fields.items():
            if before.fields.get(name, "") != value:
                found[name] = after.version
    return found


def keep_first(row: Record) -> None:
    """Keep what a record was when it was made, before it changes for the first time."""
    if not Version.objects.filter(record=row.pk).exists():
        first = present_of(row)
        first.id = uuid4()
        first.save(force_insert=True)


def save_next(row: Record, changed: Sequence[str], *, by: User, at: datetime) -> None:
    """Write the record as its next version."""
    row.version += 1
    row.save(update_fields=[*changed, "version"])
    new = present_of(row)
    new.id, new.by, new.at = uuid4(), by, at
    new.kind, new.facts = kind_of(row), facts_in_the_clear(row)
    new.save(force_insert=True)
