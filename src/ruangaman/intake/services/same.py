"""Reports of which the reporter may be known: by the number in it, among what whoever looks can open."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.models import User
from ruangaman.accounts.services import finding
from ruangaman.accounts.types import Permission
from ruangaman.core.errors import DomainError
from ruangaman.intake.models import Report
from ruangaman.intake.services.desk import lock_report
from ruangaman.vault import services as vault
from ruangaman.vault.services import Probe
from ruangaman.vault.types import Closed, Content, Purpose, TagSubject

MOST = 8
"""Candidates that are opened at once: more than a person compares."""


@dataclass(frozen=True)
class OpenSide:
    """One report as it stands in a comparison."""

    report: Report
    answers: Content = field(repr=False)
    contact: Content = field(repr=False)


@dataclass(frozen=True)
class Comparison:
    """A report and those that may be of the same person."""

    own: OpenSide
    others: list[OpenSide]
    has_number: bool


def prepare_numbers(*, cookie: str, code: str, at: datetime) -> tuple[Probe, ...] | None:
    """Stretch the number that a report's contact gives. Call outside of any unit of work.

    Returns:
        None: not a report of theirs, or it could not be opened or stretched now; the page goes on without.

    Writes: one `vault.revealed` event.
    """
    try:
        with finding.at_the_door(cookie=cookie, permission=Permission.REPORT_DESK, at=at) as viewer:
            report = _of_desk(code, viewer) if viewer else None
            if viewer is None or report is None:
                return None
            contact = vault.reveal(
                ref=report.contact_ref, dossier_id=report.dossier_id, purpose=Purpose.FINDING, by=viewer, at=at
            )
        guessed = vault.guess(str(contact.get("value", "")))
        return vault.stretch_all([guessed] if guessed else [])
    except DomainError:
        return None


def compare_same(*, code: str, probes: tuple[Probe, ...], by: User, at: datetime) -> Comparison:
    """Let a report be found by its number, and open those that it leads to, side by side.

    Not one savepoint: that a relative of `by` turned up has to stay, though `by` is then told that there is no such
    report.

    Raises:
        NotFound: no such report at a desk of `by`.
        Locked, Tampered.

    Writes: tags, meetings and bars through the vault; one `vault.searched` event, one `vault.revealed` event for each
        report that is shown.
    """
    report = lock_report(code=code, by=by)
    found: list[Report] = []
    if probes and finding.ready_to_find(by=by, at=at):
        found = _candidates(report, probes, by, at)
    sides = _open([report, *found], by, at)
    return Comparison(sides[0], sides[1:], bool(probes))


def _candidates(report: Report, probes: tuple[Probe, ...], by: User, at: datetime) -> list[Report]:
    with transaction.atomic():
        vault.index_person(
            unit_id=report.desk.unit_id,
            dossier_id=report.dossier_id,
            ref=report.pk,
            probes=probes,
            subject=TagSubject.REPORT,
            code=report.code,
            by=by,
            at=at,
        )
    lock_report(code=report.code, by=by)  # a relative of `by` may have turned up: then it is not theirs any more
    known = vault.find(probes=probes, by=by, at=at, apart_from=report.dossier_id)
    homes = {one.ref: one.dossier_id for one in known if one.subject == TagSubject.REPORT}
    rows = Report.objects.of_desks(accounts.desks_of(by)).filter(pk__in=homes).order_by("-received_at", "id")
    return [row for row in rows if row.dossier_id == homes[row.pk]][:MOST]


def _open(reports: list[Report], by: User, at: datetime) -> list[OpenSide]:
    refs = {ref: one.dossier_id for one in reports for ref in (one.answers_ref, one.contact_ref)}
    opened = vault.reveal_many(refs=refs, purpose=Purpose.FINDING, by=by, at=at)

    def text(content: Content | Closed) -> Content:
        return {} if isinstance(content, Closed) else content

    return [OpenSide(one, text(opened[one.answers_ref]), text(opened[one.contact_ref])) for one in reports]


def _of_desk(code: str, viewer: User) -> Report | None:
    return Report.objects.of_desks(accounts.desks_of(viewer)).filter(code=code).first()
