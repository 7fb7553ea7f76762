"""Finding people by NIK or phone: what is slow before a connection is taken, what is read after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.accounts.services import finding
from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors as cases
from ruangaman.cases import services as case_services
from ruangaman.cases.models import Person
from ruangaman.cases.types import CaseState, identity_of
from ruangaman.core.errors import DomainError
from ruangaman.intake.models import Report
from ruangaman.intake.types import State
from ruangaman.vault import services as vault
from ruangaman.vault.services import Found, Probe
from ruangaman.vault.types import Purpose, TagSubject


@dataclass(frozen=True)
class Prepared:
    """What came of a number before a connection was held for the answer.

    Args:
        probes: the number, stretched; empty with `fault`.
        fault: why nothing was looked for, as a sentence.
        people: by person, the numbers that are to come into the index.
    """

    probes: tuple[Probe, ...] = ()
    fault: str = ""
    people: dict[UUID, tuple[Probe, ...]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Hit:
    """One thing that was found: where it is, and what may be said of it in a list."""

    url: str
    title: str
    what: str
    code: str
    since: datetime
    state: str
    holder: str


def prepare_search(*, cookie: str, number: str, at: datetime) -> Prepared | None:
    """Count the search and stretch the number. Call outside of any unit of work.

    Returns:
        None: nobody who may search; the page says so itself.

    Writes: one count.
    """
    guessed = vault.guess(number)
    if guessed is None:
        return None
    try:
        with finding.at_the_door(cookie=cookie, permission=Permission.PEOPLE_FIND, at=at) as viewer:
            if viewer is None:
                return None
            vault.count_lookup(by=viewer, at=at)
        return Prepared(vault.stretch_all([guessed]))
    except DomainError as error:
        return Prepared(fault=str(error))


def prepare_catching_up(*, cookie: str, at: datetime) -> Prepared | None:
    """Open and stretch the numbers of people in one's cases who cannot be found yet. As `prepare_search`.

    Writes: one `vault.revealed` event for each case.
    """
    try:
        with finding.at_the_door(cookie=cookie, permission=Permission.PEOPLE_FIND, at=at) as viewer:
            if viewer is None:
                return None
            waiting = case_services.read_waiting_numbers(by=viewer, at=at)
        return Prepared(people={person: vault.stretch_all(numbers) for person, numbers in waiting.items()})
    except DomainError as error:
        return Prepared(fault=str(error))


@transaction.atomic
def search(*, probes: tuple[Probe, ...], by: User, at: datetime) -> list[Hit]:
    """Return who is known by this number, in what `by` can open, the newest first.

    Raises:
        Locked, Tampered.

    Writes: one `vault.searched` event; one `vault.revealed` event for each dossier whose person is named.
    """
    finding.ready_to_find(by=by, at=at)
    found = vault.find(probes=probes, by=by, at=at)
    hits = [*_people(found, by, at), *_reports(found)]
    return sorted(hits, key=lambda hit: hit.since, reverse=True)


def _people(found: list[Found], by: User, at: datetime) -> list[Hit]:
    homes = {one.ref: one.dossier_id for one in found if one.subject == TagSubject.PERSON}
    rows = Person.objects.filter(pk__in=homes).select_related("case__manager")
    known = [row for row in rows if row.case.dossier_id == homes[row.pk]]
    refs = {row.identity_ref: row.case.dossier_id for row in known}
    opened = vault.reveal_many(refs=refs, purpose=Purpose.FINDING, by=by, at=at) if refs else {}
    return [
        Hit(
            url=f"/kasus/{row.case.code}/#o-{row.pk}",
            title=cases.name_of(row, cases.read_part(opened.get(row.identity_ref), identity_of, None)),
            what=str(row.get_kind_display()),
            code=row.case.code,
            since=row.case.opened_at,
            state=str(CaseState(row.case.state).label),
            holder=_("Anda") if row.case.manager_id == by.pk else row.case.manager.display_name,
        )
        for row in known
    ]


def _reports(found: list[Found]) -> list[Hit]:
    homes = {one.ref: one.dossier_id for one in found if one.subject == TagSubject.REPORT}
    rows = Report.objects.filter(pk__in=homes).select_related("desk", "case")
    return [
        Hit(
            url=f"/laporan/{row.code}/" if row.case is None else f"/kasus/{row.case.code}/#percakapan-{row.code}",
            title=_("Kontak pelapor"),
            what=_("Laporan"),
            code=row.code,
            since=row.received_at,
            state=str(State(row.state).label),
            holder=row.desk.name,
        )
        for row in rows
        if row.dossier_id == homes[row.pk]
    ]
