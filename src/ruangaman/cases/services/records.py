"""What happens in a case: incidents, notes, services. Facts are columns, words are sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import Unit, User
from ruangaman.audit.types import Detail
from ruangaman.cases import events
from ruangaman.cases.errors import WrongPerson
from ruangaman.cases.models import Case, Incident, IncidentLink, Note, Person, ServiceRecord
from ruangaman.cases.services.loading import check_codes, check_valid, find_first, lock_writable, seal, write_note
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import AboutEvent, Content, PersonKind, VictimLink, note_content
from ruangaman.cases.types.incidents import with_event
from ruangaman.codelists.types import ListKey
from ruangaman.core.errors import NotFound
from ruangaman.core.regions import zone
from ruangaman.vault.types import Compartment


@transaction.atomic
def add_incident(
    *,
    code: str,
    forms: Sequence[str],
    place: str,
    kecamatan: str,
    from_on: date | None,
    to_on: date | None,
    narrative: Content,
    about: AboutEvent | None = None,
    links: Sequence[VictimLink],
    by: User,
    at: datetime,
    incident_id: UUID | None = None,
) -> Incident:
    """Record something that happened, with who did what to whom.

    Args:
        forms, place: codes of the lists, valid on the day of recording.
        from_on: first day in the city's calendar; None: not known.
        to_on: last day, for what went on for a while.
        narrative: made by `types.note_content`; the kelurahan is one of its facts.
        about: what was answered about the event as a whole; sealed with the story.
        links: the relation is that of this perpetrator to this victim.
        incident_id: the new row's id, minted with the form.

    Raises:
        NotFound: no such case for `by`.
        WrongPerson: a link names somebody who is not a victim, or not a perpetrator, of this case.
        UnknownCode: a form, a place or a relation is not in its list.
        CaseClosed, NotAllowed: nothing is written.

    Writes: the sealed narrative, the incident, its links, one `cases.incident_added` event.
    """
    case = lock_writable(code, by)
    found = find_first(Incident, incident_id, case)
    if found is not None:
        return found
    _check_links(case, links)
    check_codes(ListKey.VIOLENCE_FORM, [*forms, *(form for link in links for form in link.forms)])
    check_codes(ListKey.PLACE, [place])
    check_codes(ListKey.RELATION, [link.relation for link in links])
    incident = Incident(
        id=incident_id or uuid4(),
        case=case,
        from_on=from_on,
        to_on=to_on,
        place=place,
        kecamatan=kecamatan,
        forms=list(forms),
        narrative_ref=seal(case, Compartment.NARRATIVE, with_event(narrative, about or AboutEvent()), by=by, at=at),
        added_at=at,
        added_by=by,
    )
    incident.save(force_insert=True)
    IncidentLink.objects.bulk_create(
        IncidentLink(
            incident=incident,
            victim_id=link.victim_id,
            perpetrator_id=link.perpetrator_id,
            relation=link.relation,
            forms=list(link.forms or forms),
        )
        for link in links
    )
    detail: Detail = {"incident": str(incident.pk), "links": len(links)}
    happened = _when(to_on or from_on, at)
    tell(events.INCIDENT_ADDED, case, by=by, at=at, detail=detail, occurred=happened, forms=incident.forms)
    return incident


def _when(day: date | None, at: datetime) -> tuple[datetime, datetime] | None:
    """Return between which moments the last of it happened, on the city's clock; None: nobody knows the day."""
    if day is None:
        return None
    begin = datetime.combine(day, time(), zone())
    return begin, min(max(begin, at), begin + timedelta(days=1))


def _check_links(case: Case, links: Sequence[VictimLink]) -> None:
    kinds = dict(Person.objects.filter(case=case).values_list("pk", "kind"))
    for link in links:
        if kinds.get(link.victim_id) != PersonKind.VICTIM:
            raise WrongPerson(_("Korban pada kejadian harus salah satu korban dalam kasus ini."))
        if link.perpetrator_id is not None and kinds.get(link.perpetrator_id) != PersonKind.PERPETRATOR:
            raise WrongPerson(_("Terlapor pada kejadian harus salah satu terlapor dalam kasus ini."))


@transaction.atomic
def add_note(
    *,
    code: str,
    compartment: Compartment,
    text: str,
    by: User,
    at: datetime,
    note_id: UUID | None = None,
    corrects: UUID | None = None,
) -> Note:
    """Add a note that only holders of its compartment can read.

    Args:
        note_id: the new row's id, minted with the form.
        corrects: a note of the same compartment that this one sets right; that one stays as it is.

    Raises:
        NotFound: no such case for `by`, or no such note to correct.
        NotAllowed: `by` does not hold the compartment.
        CaseClosed: nothing is written.

    Writes: the sealed text, the note, one `cases.note_added` event.
    """
    case = lock_writable(code, by)
    found = find_first(Note, note_id, case)
    if found is not None:
        return found
    if corrects is not None and not Note.objects.filter(pk=corrects, case=case, compartment=compartment).exists():
        raise NotFound(_("Catatan yang hendak dibetulkan tidak ada di laci ini."))
    note = write_note(case, compartment, note_content(text), by=by, at=at, note_id=note_id, corrects=corrects)
    detail: Detail = {"note": str(note.pk), "compartment": compartment.name.lower()}
    tell(events.NOTE_ADDED, case, by=by, at=at, detail=detail)
    return note


@transaction.atomic
def add_service(
    *,
    code: str,
    type: str,
    on: date,
    hours: Decimal | None,
    provider_unit: Unit,
    result: str,
    by: User,
    at: datetime,
    service_id: UUID | None = None,
) -> ServiceRecord:
    """Record a service that was given.

    Args:
        type: code of `codelists.service_type`.
        on: day in the city's calendar.
        result: words for the whole team, sealed in the work compartment; "" for none.
        service_id: the new row's id, minted with the form.

    Raises:
        NotFound: no such case for `by`.
        UnknownCode: there was no such kind of service on that day.
        CaseClosed, NotAllowed: nothing is written.

    Writes: the sealed result, the row, one `cases.service_added` event.
    """
    case = lock_writable(code, by)
    found = find_first(ServiceRecord, service_id, case)
    if found is not None:
        return found
    check_valid(ListKey.SERVICE_TYPE, type, on)
    record = ServiceRecord(
        id=service_id or uuid4(),
        case=case,
        type=type,
        on=on,
        hours=hours,
        provider_unit=provider_unit,
        result_ref=seal(case, Compartment.WORK, note_content(result), by=by, at=at) if result else None,
        by=by,
        recorded_at=at,
    )
    record.save(force_insert=True)
    detail: Detail = {"type": type, "service": str(record.pk)}
    tell(events.SERVICE_ADDED, case, by=by, at=at, detail=detail)
    return record
