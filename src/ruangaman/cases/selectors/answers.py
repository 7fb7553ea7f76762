"""What was answered about one victim in one incident, opened for correcting it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.cases.models import Case, Incident, IncidentLink
from ruangaman.cases.selectors.incidents import form_words, when_words
from ruangaman.cases.selectors.people import name_of, read_part
from ruangaman.cases.types import AboutPair, AboutVictim, Identity, identity_of
from ruangaman.cases.types.incidents import about_pair, about_victim
from ruangaman.codelists.selectors import book, day_of
from ruangaman.codelists.types import ListKey
from ruangaman.vault import services as vault
from ruangaman.vault.types import Closed, Purpose


@dataclass(frozen=True)
class AnswersPage:
    """What stands there.

    Args:
        on: the day by which codes are offered: of the incident, else of its recording.
        pairs: each perpetrator of this victim, by name, with what is known about the two.
        is_sexual: the forms say so; then the questions about her body stand open.
        is_child: she was, or is, perhaps a child.
    """

    incident: Incident
    name: str
    when: str
    forms: str
    on: date
    about: AboutVictim
    pairs: list[tuple[IncidentLink, str, AboutPair]]
    is_sexual: bool
    is_child: bool

    @property
    def article_notes(self) -> dict[str, str]:
        """What stands beside an article."""
        return {one.code: one.explanation for one in book().valid(ListKey.TPKS_ARTICLE, self.on)}


def open_answers(*, case: Case, incident_id: UUID, victim_id: UUID, viewer: User, at: datetime) -> AnswersPage:
    """Return the answers about a victim in an incident. Leaves one audit event.

    Raises:
        Http404: no such incident or victim in it, or the story is closed to `viewer`: then this page is not there.
    """
    incident = get_object_or_404(Incident.objects.filter(case=case), pk=incident_id)
    links = list(
        IncidentLink.objects.filter(incident=incident, victim_id=victim_id)
        .select_related("victim", "perpetrator")
        .order_by("id")
    )
    if not links:
        raise Http404
    victim, others = links[0].victim, [link.perpetrator for link in links]
    people = {row.pk: row for row in [victim, *others] if row is not None}
    refs = [incident.narrative_ref, *(row.identity_ref for row in people.values())]
    opened = vault.reveal_many(refs=dict.fromkeys(refs, case.dossier_id), purpose=Purpose.CORRECTION, by=viewer, at=at)
    content = opened[incident.narrative_ref]
    if isinstance(content, Closed):
        raise Http404
    names = {
        row.pk: name_of(row, read_part(opened.get(row.identity_ref), identity_of, Identity()))
        for row in people.values()
    }
    harms = book().counts_as(ListKey.VIOLENCE_FORM, incident.forms, day_of(incident.added_at))
    return AnswersPage(
        incident=incident,
        name=names[victim.pk],
        when=when_words(incident),
        forms=", ".join(form_words(incident.forms, incident)),
        on=incident.from_on or day_of(incident.added_at),
        about=about_victim(content, victim_id),
        pairs=[(link, _name(link, names), about_pair(content, victim_id, link.perpetrator_id)) for link in links],
        is_sexual="sexual" in harms,
        is_child=victim.age_group in {"", "0-5", "6-12", "13-17"},
    )


def _name(link: IncidentLink, names: dict[UUID, str]) -> str:
    return names[link.perpetrator_id] if link.perpetrator_id else _("Terlapor yang belum dikenal")
