"""What is known about somebody beside the name, in words, and what is odd about their numbers. Computed on reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ruangaman.cases.models import Incident, IncidentLink, Person
from ruangaman.cases.types import Identity, age_on, age_words, born_between, exact_birth, nik_warnings
from ruangaman.cases.types.gbvims import Answer
from ruangaman.codelists.selectors import book, day_of
from ruangaman.codelists.types import ListKey

Facts = list[tuple[str, str]]
NIK_DIGITS = 16
SEVERAL = 2


def facts_about(
    *,
    row: Person,
    identity: Identity | None,
    incidents: Sequence[Incident],
    links: Sequence[IncidentLink],
    at: datetime,
) -> Facts:
    """Return what is known about somebody: ages, what makes it easier, school, work, family.

    Args:
        incidents, links: of the case: the age at an event is that on its first day, of the first that somebody was in.
    """
    known, lists = identity or Identity(), book()
    pairs = (
        (_("Umur saat kejadian"), _age_then(row, known, incidents, links)),
        (_("Umur sekarang"), age_words(age_on(known.birth, day_of(at)))),
        (_("Lahir"), birth_words(known.birth)),
        (_("Disabilitas"), _disabilities(known)),
        (_("Yang memudahkannya"), ", ".join(lists.labels(ListKey.ACCOMMODATION, known.accommodations))),
        (_("Pendidikan"), lists.label(ListKey.EDUCATION, known.education)),
        (_("Pekerjaan"), lists.label(ListKey.OCCUPATION, known.occupation)),
        (_("Status perkawinan"), lists.label(ListKey.MARITAL_STATUS, known.marital_status)),
        (_("Jumlah anak"), known.children),
        (_("Sedang hamil"), str(Answer(known.pregnant).label) if known.pregnant in Answer.values else ""),
        (_("Kewarganegaraan"), lists.label(ListKey.CITIZENSHIP, known.citizenship)),
        (_("Agama atau kepercayaan"), lists.label(ListKey.RELIGION, known.religion)),
        (_("Suku"), known.ethnicity),
    )
    return [(label, value) for label, value in pairs if value]


def warnings_about(*, row: Person, identity: Identity | None, at: datetime) -> list[str]:
    """Return what is odd about somebody's numbers, as sentences. None of it keeps anything from being saved."""
    if identity is None:
        return []
    found = nik_warnings(
        identity.nik,
        today=day_of(at),
        sex=row.sex,
        birth_date=exact_birth(identity.birth),
        allow_synthetic=settings.RUANGAMAN_SYNTHETIC_IDS,
    )
    odd_card = bool(identity.kk) and not (len(identity.kk) == NIK_DIGITS and identity.kk.isdigit())
    return [str(one.label) for one in found] + ([_("Nomor kartu keluarga seharusnya 16 angka.")] if odd_card else [])


def birth_words(birth: str) -> str:
    """Say a birth date as precisely as it is known."""
    found = born_between(birth)
    if found is None:
        return ""
    form = {4: "Y", 7: "F Y"}.get(len(birth), "j F Y")
    return date_format(found[0], form)


def _age_then(row: Person, identity: Identity, incidents: Sequence[Incident], links: Sequence[IncidentLink]) -> str:
    """Return the age at the first event that somebody was in: from the birth date, else the group as written down."""
    mine = {link.incident_id for link in links if row.pk in {link.victim_id, link.perpetrator_id}}
    days: list[date] = [one.from_on for one in incidents if one.pk in mine and one.from_on]
    if identity.birth and days:
        words = age_words(age_on(identity.birth, min(days)))
        if words:
            return words
    return str(row.get_age_group_display()) if row.age_group else ""


def _disabilities(identity: Identity) -> str:
    """Return the disabilities; two or more kinds are called «ganda» as the law does, so that nobody has to tick it."""
    lists = book()
    words = ", ".join(lists.labels(ListKey.DISABILITY, identity.disabilities))
    kinds = set()
    for code in identity.disabilities:
        found = lists.get(ListKey.DISABILITY, code)
        kinds.add(found.parent or code if found else code)
    return _("Ganda: %(words)s") % {"words": words.lower()} if len(kinds) >= SEVERAL else words
