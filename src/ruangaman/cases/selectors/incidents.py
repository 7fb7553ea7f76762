"""An incident as it is read: the story, who did what to whom, the answers, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ruangaman.cases.models import Case, Incident, IncidentLink
from ruangaman.cases.selectors.derived import Derived, derive
from ruangaman.cases.selectors.shelf import Facts, PersonView, facts_of, text_of
from ruangaman.cases.types.gbvims import Answer
from ruangaman.cases.types.incidents import (
    AboutEvent,
    AboutPair,
    AboutVictim,
    about_event,
    about_pair,
    about_victim,
    answered,
)
from ruangaman.codelists.selectors import book, day_of
from ruangaman.codelists.types import ListKey
from ruangaman.core.codelists import AgeGroup, Sex
from ruangaman.core.regions import KECAMATAN
from ruangaman.vault.types import Closed, Content


@dataclass(frozen=True)
class VictimView:
    """One victim in one incident: what was answered, and what follows from it."""

    person_id: UUID
    name: str
    pairs: list[str]
    answers: Facts
    is_asked: bool
    derived: Derived


@dataclass(frozen=True)
class IncidentView:
    """An incident: facts in the clear, the opened story, who did what to whom."""

    row: Incident
    when: str
    place: str
    forms: list[str]
    kecamatan: str
    victims: list[VictimView]
    links: list[str]
    text: str
    facts: Facts
    is_closed: bool

    @classmethod
    def of(
        cls,
        row: Incident,
        links: Sequence[IncidentLink],
        people: Mapping[UUID, PersonView],
        content: Content | Closed | None,
        *,
        case: Case,
        at: datetime,
    ) -> IncidentView:
        """Return the view of an incident. Answers and what follows from them only where the story is opened."""
        names = {pk: one.name for pk, one in people.items()}
        opened = None if content is None or isinstance(content, Closed) else content
        victims = [] if opened is None else _victims(row, links, people, opened, case=case, at=at)
        return cls(
            row=row,
            when=when_words(row),
            place=book().label(ListKey.PLACE, row.place, day_of(row.added_at)),
            forms=form_words(row.forms, row),
            kecamatan=KECAMATAN.get(row.kecamatan, ""),
            victims=victims,
            links=[] if victims else [link_words(link, names, row) for link in links],
            text=text_of(content),
            facts=[*facts_of(content), *(_event_facts(about_event(opened)) if opened else [])],
            is_closed=isinstance(content, Closed),
        )


def _victims(
    row: Incident,
    links: Sequence[IncidentLink],
    people: Mapping[UUID, PersonView],
    content: Content,
    *,
    case: Case,
    at: datetime,
) -> list[VictimView]:
    names = {pk: one.name for pk, one in people.items()}
    views = []
    for victim_id in dict.fromkeys(link.victim_id for link in links):
        own = [link for link in links if link.victim_id == victim_id]
        about = about_victim(content, victim_id)
        pairs = [(link, about_pair(content, victim_id, link.perpetrator_id)) for link in own]
        answers = [*_victim_facts(about), *(fact for link, pair in pairs for fact in _pair_facts(link, pair, names))]
        derived = derive(
            row=row,
            event=about_event(content),
            victim=about,
            pairs=pairs,
            person=people.get(victim_id),
            told_on=day_of(case.opened_at),
            at=at,
        )
        views.append(
            VictimView(
                person_id=victim_id,
                name=names.get(victim_id, _("Korban")),
                pairs=[link_words(link, names, row) for link in own],
                answers=answers,
                is_asked=answered(about, [pair for _link, pair in pairs]) > 0,
                derived=derived,
            )
        )
    return views


def _event_facts(about: AboutEvent) -> Facts:
    lists = book()
    return _said(
        (_("Yang ia inginkan"), about.wish),
        (_("Jam"), about.time),
        (_("Pernah terjadi sebelumnya"), _answer(about.repeated)),
        (_("Ada senjata"), _answer(about.weapon)),
        (_("Alkohol atau NAPZA"), _answer(about.substances)),
        (_("Anak di rumah"), lists.label(ListKey.CHILDREN_AT_HOME, about.children)),
        (_("Cara daring"), "; ".join(lists.labels(ListKey.ONLINE_VIOLENCE, about.online))),
        (_("Platform"), about.platform),
        (_("Luka"), about.injuries),
        (_("Saksi"), about.witnesses),
    )


def _victim_facts(about: AboutVictim) -> Facts:
    lists = book()
    return _said(
        (_("Penetrasi di luar kemauannya"), _answer(about.penetration)),
        (_("Sentuhan seksual lain"), _answer(about.contact)),
        (_("Dikawinkan di luar kemauannya"), _answer(about.marriage)),
        (_("Hak yang ditahan"), _answer(about.withheld)),
        (_("Ada imbalan uang, barang, atau janji"), _answer(about.goods)),
        (_("Dibawa atau dikurung"), _answer(about.abduction)),
        (_("Praktik adat yang membahayakan"), _answer(about.harmful)),
        (_("Hamil karena kejadian ini"), _answer(about.pregnant)),
        (_("Dampak"), "; ".join(lists.labels(ListKey.IMPACT, about.impact))),
        (_("Tentang dampaknya"), about.impact_words),
        (_("Pasal"), "; ".join(lists.labels(ListKey.TPKS_ARTICLE, about.articles))),
        (_("Perlindungan khusus anak"), "; ".join(lists.labels(ListKey.AMPK, about.ampk))),
    )


def _pair_facts(link: IncidentLink, about: AboutPair, names: Mapping[UUID, str]) -> Facts:
    lists = book()
    who = names.get(link.perpetrator_id, _("Terlapor")) if link.perpetrator_id else _("Terlapor")
    found = _said(
        (_("tinggal serumah"), _answer(about.lives_together)),
        (_("status hukum"), lists.label(ListKey.LEGAL_STATUS, about.legal_status)),
        (_("jenis kelamin"), str(Sex(about.sex).label) if about.sex in Sex.values else ""),
        (_("umur"), str(AgeGroup(about.age_group).label) if about.age_group in AgeGroup.values else ""),
        (_("pekerjaan"), lists.label(ListKey.OCCUPATION, about.occupation)),
    )
    return [(_("%(who)s, %(what)s") % {"who": who, "what": label}, value) for label, value in found]


def _said(*pairs: tuple[str, str]) -> Facts:
    return [(label, value) for label, value in pairs if value]


def _answer(value: str) -> str:
    return str(Answer(value).label) if value in {Answer.YES, Answer.NO} else ""


def form_words(forms: Sequence[str], row: Incident) -> list[str]:
    """Return forms of violence in the words of the time when they were recorded."""
    return book().labels(ListKey.VIOLENCE_FORM, forms, day_of(row.added_at))


def when_words(row: Incident) -> str:
    """Say when an incident was: a day, a range, or that it is not known."""
    if row.from_on is None:
        return _("Tanggal belum diketahui")
    first = date_format(row.from_on, "j F Y")
    if row.to_on is None or row.to_on == row.from_on:
        return first
    return _("%(first)s sampai %(last)s") % {"first": first, "last": date_format(row.to_on, "j F Y")}


def link_words(link: IncidentLink, names: Mapping[UUID, str], row: Incident) -> str:
    """Say who did what to whom."""
    known = {
        "victim": names.get(link.victim_id, _("Korban")),
        "forms": ", ".join(form_words(link.forms, row)).lower(),
        "relation": book().label(ListKey.RELATION, link.relation, day_of(row.added_at)).lower(),
    }
    if link.perpetrator_id is None:
        return _("%(victim)s: %(forms)s, oleh seseorang yang belum dikenal (%(relation)s)") % known
    known["perpetrator"] = names.get(link.perpetrator_id, _("Terlapor"))
    return _("%(victim)s: %(forms)s, oleh %(perpetrator)s (%(relation)s)") % known
