"""What was answered about a victim in an incident: sealed with the story; relation and forms in the clear."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events
from ruangaman.cases.models import Case, Incident, IncidentLink
from ruangaman.cases.services.loading import check_codes, lock_writable, seal
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import AboutVictim, Content, PairChange
from ruangaman.cases.types.incidents import with_answers
from ruangaman.codelists.types import ListKey
from ruangaman.core.errors import NotAllowed, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.types import Closed, Compartment, Purpose


@transaction.atomic
def answer_about_victim(
    *,
    code: str,
    incident_id: UUID,
    victim_id: UUID,
    victim: AboutVictim,
    pairs: Sequence[PairChange],
    by: User,
    at: datetime,
) -> Incident:
    """Keep what was answered about one victim in one incident, in place of what was answered before.

    The story and the answers about other victims are opened, kept as they are, and sealed again with these.

    Args:
        pairs: what is said about perpetrators of this victim; those not named stay as they are.

    Raises:
        NotFound: no such case for `by`, no such incident in it, or no such victim or pair in the incident.
        NotAllowed: `by` holds no key for the story.
        UnknownCode: an answer is not in its list.
        CaseClosed: nothing is written.

    Writes: a new version of the sealed narrative, relation and forms of the pairs, one `cases.answers_kept` event.
    """
    case = lock_writable(code, by)
    incident = Incident.objects.filter(pk=incident_id, case=case).first()
    links = {row.pk: row for row in IncidentLink.objects.filter(incident=incident, victim_id=victim_id)}
    if incident is None or not links or not {pair.link_id for pair in pairs} <= set(links):
        raise NotFound(_("Kejadian ini tidak ada dalam kasus ini."))
    _check(victim, pairs)
    content = with_answers(
        _open(case, incident, by=by, at=at),
        victim_id=victim_id,
        victim=victim,
        pairs=[(links[pair.link_id].perpetrator_id, pair.about) for pair in pairs],
    )
    seal(case, Compartment.NARRATIVE, content, by=by, at=at, ref=incident.narrative_ref)
    for pair in pairs:
        row = links[pair.link_id]
        row.relation, row.forms = pair.relation, list(pair.forms)
        row.save(update_fields=["relation", "forms"])
    detail: Detail = {"incident": str(incident.pk), "links": len(pairs)}
    tell(events.ANSWERS_KEPT, case, by=by, at=at, detail=detail)
    return incident


def _open(case: Case, incident: Incident, *, by: User, at: datetime) -> Content:
    ref = incident.narrative_ref
    found = vault.reveal_many(refs={ref: case.dossier_id}, purpose=Purpose.CORRECTION, by=by, at=at)[ref]
    if isinstance(found, Closed):
        raise NotAllowed(_("Cerita kejadian ini tidak terbuka untuk Anda, jadi jawabannya tidak dapat ditambah."))
    return found


def _check(victim: AboutVictim, pairs: Sequence[PairChange]) -> None:
    check_codes(ListKey.IMPACT, victim.impact)
    check_codes(ListKey.TPKS_ARTICLE, victim.articles)
    check_codes(ListKey.AMPK, victim.ampk)
    check_codes(ListKey.RELATION, [pair.relation for pair in pairs])
    check_codes(ListKey.VIOLENCE_FORM, [form for pair in pairs for form in pair.forms])
    check_codes(ListKey.LEGAL_STATUS, [pair.about.legal_status for pair in pairs if pair.about.legal_status])
    check_codes(ListKey.OCCUPATION, [pair.about.occupation for pair in pairs if pair.about.occupation])
