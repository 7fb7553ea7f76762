"""What follows from the answers about one victim, in words. Computed when it is read; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from ruangaman.cases.models import Incident, IncidentLink
from ruangaman.cases.selectors.shelf import Facts, PersonView
from ruangaman.cases.types.ages import age_in_group, age_on, age_words, is_grown
from ruangaman.cases.types.gbvims import (
    CONTRACEPTION_HOURS,
    PEP_HOURS,
    Age,
    Answer,
    Context,
    Elapsed,
    GbvType,
    Kin,
    Told,
    Window,
    classify,
    contexts,
    elapsed,
    is_child_marriage,
    kdrt_of,
)
from ruangaman.cases.types.incidents import AboutEvent, AboutPair, AboutVictim
from ruangaman.codelists.selectors import book, day_of
from ruangaman.codelists.types import ListKey
from ruangaman.core.regions import zone
from ruangaman.ui.moments import short

OF_CHILDREN = frozenset({Context.CHILD_SEXUAL_ABUSE, Context.EARLY_MARRIAGE})
Pairs = Sequence[tuple[IncidentLink, AboutPair]]


@dataclass(frozen=True)
class Derived:
    """What follows, as lines of label and value.

    Args:
        urgent: what loses its use with the hours, and until when.
        ask: the first question that could still change the type; "" when none could.
    """

    lines: Facts
    urgent: list[str]
    ask: str


def derive(
    *,
    row: Incident,
    event: AboutEvent,
    victim: AboutVictim,
    pairs: Pairs,
    person: PersonView | None,
    told_on: date,
    at: datetime,
) -> Derived:
    """Return what follows for one victim of an incident.

    Args:
        told_on: when the office learnt of it; an incident after that was told when it was recorded.
    """
    told = _told(row, victim, pairs, person)
    found = classify(told)
    happened_on = row.to_on or row.from_on
    learnt_on = told_on if happened_on is None or told_on >= happened_on else day_of(row.added_at)
    passed = elapsed(happened_on, learnt_on)
    context = contexts(told)
    lines = [
        (_("Jenis"), _type_words(found.type, is_final=found.is_final)),
        (_("Konteks"), ", ".join(_context_words(one, person, at) for one in Context if one in context)),
        (_("Dalam rumah tangga (KDRT)"), _kdrt_words(kdrt_of(_kin_of(row, pairs)))),
        (_("Umur saat kejadian"), age_words(told.age)),
        (_("Perkawinan anak"), _marriage_words(told, person)),
        (_("Diceritakan sesudah"), str(Elapsed(passed).label) if passed else ""),
    ]
    return Derived(
        lines=[(label, value) for label, value in lines if value],
        urgent=_urgent(row, event, told, person, at=at),
        ask=str(found.open[0].label) if found.open else "",
    )


def _told(row: Incident, victim: AboutVictim, pairs: Pairs, person: PersonView | None) -> Told:
    """Put the answers, the forms and the people together. Which forms happened is known: ticked, or not."""
    forms = {form for link, _pair in pairs for form in link.forms}
    harms = book().counts_as(ListKey.VIOLENCE_FORM, forms, day_of(row.added_at))
    return Told(
        penetration=Answer(victim.penetration),
        contact=Answer(victim.contact),
        physical=_yes("physical" in harms),
        marriage=Answer(victim.marriage),
        withheld=Answer(victim.withheld),
        psychological=_yes("psychological" in harms),
        goods=Answer(victim.goods),
        abduction=Answer(victim.abduction),
        harmful=Answer(victim.harmful),
        kin=frozenset(kin for kin, _lives in _kin_of(row, pairs)),
        age=_age(row, person),
    )


def _yes(true: bool) -> Answer:
    return Answer.YES if true else Answer.NO


def _kin_of(row: Incident, pairs: Pairs) -> list[tuple[Kin, Answer]]:
    lists, on = book(), day_of(row.added_at)
    found = []
    for link, pair in pairs:
        code = lists.get(ListKey.RELATION, link.relation, on)
        kin = Kin(code.counts_as) if code and code.counts_as in set(Kin) else Kin.UNKNOWN
        found.append((kin, Answer(pair.lives_together)))
    return found


def _age(row: Incident, person: PersonView | None) -> Age:
    """How old the victim was on the first day: from the birth date, else from the group that was written down."""
    if person is None:
        return Age()
    if person.identity and person.identity.birth and row.from_on:
        known = age_on(person.identity.birth, row.from_on)
        if known != Age():
            return known
    return age_in_group(person.row.age_group)


def _type_words(kind: GbvType | None, *, is_final: bool) -> str:
    if kind is None:
        return _("Belum dapat ditentukan")
    return str(kind.label) if is_final else _("%(type)s, sementara") % {"type": kind.label}


def _context_words(context: Context, person: PersonView | None, at: datetime) -> str:
    """Say a context; of what is done to a child who is grown now, that she was one then."""
    birth = person.identity.birth if person and person.identity else ""
    if context in OF_CHILDREN and is_grown(birth, day_of(at)):
        return _("%(context)s (anak saat kejadian)") % {"context": context.label}
    return str(context.label)


def _kdrt_words(answer: Answer) -> str:
    return {
        Answer.YES: _("Ya"),
        Answer.NO: _("Tidak"),
        Answer.UNKNOWN: _("Belum diketahui: tanyakan apakah tinggal serumah"),
    }[answer]


def _marriage_words(told: Told, person: PersonView | None) -> str:
    status = person.identity.marital_status if person and person.identity else ""
    married = book().get(ListKey.MARITAL_STATUS, status) if status else None
    is_married = told.marriage
    if is_married is not Answer.YES and married:
        is_married = {"married": Answer.YES, "not_married": Answer.NO}.get(married.counts_as, Answer.UNKNOWN)
    if is_child_marriage(is_married, told.age) is Answer.YES:
        return _("Ya, sebelum umur 19 (UU 16/2019)")
    return ""


def _urgent(row: Incident, event: AboutEvent, told: Told, person: PersonView | None, *, at: datetime) -> list[str]:
    """Say what can still be done for the body, and until when; nothing once it is certainly too late."""
    moments = _moments(row, event)
    if moments is None or told.penetration is Answer.NO:
        return []
    if told.penetration is Answer.UNKNOWN and told.contact is not Answer.YES and not _is_sexual(row):
        return []
    pep = Window.of(*moments, PEP_HOURS)
    pill = Window.of(*moments, CONTRACEPTION_HOURS)
    if told.penetration is Answer.UNKNOWN:
        if pill.is_open(at) is Answer.NO:
            return []
        return [_("Tanyakan segera apakah ada penetrasi: pencegahan hanya berguna dalam hitungan jam.")]
    lines = [_window_words(_("Obat pencegah HIV (PEP)"), pep, at)]
    if person is None or person.row.sex != "L":
        lines.append(_window_words(_("Kontrasepsi darurat"), pill, at))
    return [line for line in lines if line]


def _is_sexual(row: Incident) -> bool:
    return "sexual" in book().counts_as(ListKey.VIOLENCE_FORM, row.forms, day_of(row.added_at))


def _moments(row: Incident, event: AboutEvent) -> tuple[datetime, datetime] | None:
    """Return the earliest and the latest moment at which it can have happened last; None: the day is not known."""
    last = row.to_on or row.from_on
    if last is None:
        return None
    begins = datetime.combine(last, time.min, zone())
    try:
        exact = datetime.combine(last, time.fromisoformat(event.time), zone())
    except ValueError:
        return begins, begins + timedelta(days=1)
    return exact, exact


def _window_words(what: str, window: Window, at: datetime) -> str:
    is_open = window.is_open(at)
    if is_open is Answer.NO:
        return ""
    if is_open is Answer.YES:
        return _("%(what)s: sampai %(when)s") % {"what": what, "when": short(window.sure_until)}
    return _("%(what)s: mungkin masih sempat, paling lambat %(when)s") % {
        "what": what,
        "when": short(window.perhaps_until),
    }
