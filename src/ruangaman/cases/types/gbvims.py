"""What follows from the answers about one victim in one incident: type, contexts, KDRT, time that is left.

Pure, derived on reading, never typed and never stored. One rule runs through all of it: «no» and «not known» are never
«yes», and «not known» is never «no»: what cannot be told yet is said to be open, with the question that would tell it.

Source: GBVIMS User Guide ch. 3 (one type per incident, first match wins); UU 23/2004 art. 2 (household);
UU 16/2019 (marriage from 19); UU 35/2014 (a child is under 18); WHO clinical handbook (PEP 72 h, contraception 120 h).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

ADULT, MARRIAGEABLE = 18, 19
PEP_HOURS, CONTRACEPTION_HOURS = 72, 120


class Answer(models.TextChoices):
    """An answer to a question that one may leave open."""

    YES = "yes", _("Ya")
    NO = "no", _("Tidak")
    UNKNOWN = "unknown", _("Belum tahu")


class Question(models.TextChoices):
    """What is asked about one victim in one incident, in the order in which it decides."""

    PENETRATION = "penetration", _("Apakah ada penetrasi di luar kemauannya?")
    CONTACT = "contact", _("Apakah ada sentuhan seksual lain di luar kemauannya?")
    PHYSICAL = "physical", _("Apakah ada kekerasan fisik?")
    MARRIAGE = "marriage", _("Apakah ia dikawinkan di luar kemauannya?")
    WITHHELD = "withheld", _("Apakah haknya atas uang, barang, sekolah, atau layanan ditahan?")
    PSYCHOLOGICAL = "psychological", _("Apakah ia disakiti lewat kata, ancaman, atau tekanan?")


class GbvType(models.TextChoices):
    """The core type. The value is the code that other systems exchange."""

    RAPE = "rape", _("Perkosaan")
    SEXUAL_ASSAULT = "sexual_assault", _("Serangan seksual")
    PHYSICAL_ASSAULT = "physical_assault", _("Kekerasan fisik")
    FORCED_MARRIAGE = "forced_marriage", _("Perkawinan paksa")
    DENIAL = "denial_of_resources", _("Penahanan hak, kesempatan, atau layanan")
    PSYCHOLOGICAL = "psychological_abuse", _("Kekerasan psikis")
    NOT_GBV = "non-gbv", _("Bukan kekerasan berbasis gender")


ORDER: Final = (
    (Question.PENETRATION, GbvType.RAPE),
    (Question.CONTACT, GbvType.SEXUAL_ASSAULT),
    (Question.PHYSICAL, GbvType.PHYSICAL_ASSAULT),
    (Question.MARRIAGE, GbvType.FORCED_MARRIAGE),
    (Question.WITHHELD, GbvType.DENIAL),
    (Question.PSYCHOLOGICAL, GbvType.PSYCHOLOGICAL),
)
SEXUAL: Final = frozenset({GbvType.RAPE, GbvType.SEXUAL_ASSAULT})


class Context(models.TextChoices):
    """In which setting it happened; several may hold, none is ever typed."""

    INTIMATE_PARTNER = "intimate_partner", _("Kekerasan oleh pasangan atau mantan")
    CHILD_SEXUAL_ABUSE = "child_sexual_abuse", _("Kekerasan seksual terhadap anak")
    EARLY_MARRIAGE = "early_marriage", _("Perkawinan anak, dipaksa")
    SEXUAL_EXPLOITATION = "sexual_exploitation", _("Mungkin eksploitasi seksual")
    SEXUAL_SLAVERY = "sexual_slavery", _("Mungkin perbudakan seksual")
    HARMFUL_PRACTICE = "harmful_practice", _("Praktik adat yang membahayakan")


class Kin(StrEnum):
    """What a relation counts as: the attribute `counts_as` of `codelists.relation`."""

    SPOUSE = "spouse"
    PARTNER = "partner"
    FORMER = "former"
    PARENT = "parent"
    KIN = "kin"
    EMPLOYER = "employer"
    OTHER = "other"
    UNKNOWN = "unknown"


INTIMATE: Final = frozenset({Kin.SPOUSE, Kin.PARTNER, Kin.FORMER})
NEAREST: Final = frozenset({Kin.SPOUSE, Kin.PARENT})
"""Of the household wherever they live: husband, wife, child (UU 23/2004 art. 2 (1) a)."""
LIVING_IN: Final = frozenset({Kin.KIN, Kin.EMPLOYER})
"""Of the household while they live in it: kin, and who works there (art. 2 (1) b, c)."""


@dataclass(frozen=True)
class Age:
    """How old somebody was, as narrow as it is known: from `least` to `most` years; None: no bound is known."""

    least: int | None = None
    most: int | None = None

    def is_under(self, years: int) -> Answer:
        """Whether it is less than `years`."""
        if self.most is not None and self.most < years:
            return Answer.YES
        if self.least is not None and self.least >= years:
            return Answer.NO
        return Answer.UNKNOWN


@dataclass(frozen=True)
class Told:
    """What is known about one victim in one incident.

    Args:
        kin: what each perpetrator of this victim counts as.
        age: on the first day of the incident.
    """

    penetration: Answer = Answer.UNKNOWN
    contact: Answer = Answer.UNKNOWN
    physical: Answer = Answer.UNKNOWN
    marriage: Answer = Answer.UNKNOWN
    withheld: Answer = Answer.UNKNOWN
    psychological: Answer = Answer.UNKNOWN
    goods: Answer = Answer.UNKNOWN
    abduction: Answer = Answer.UNKNOWN
    harmful: Answer = Answer.UNKNOWN
    kin: frozenset[Kin] = frozenset()
    age: Age = Age()

    def answer(self, question: Question) -> Answer:
        """Return the answer to one of the deciding questions."""
        found: Answer = getattr(self, question.value)
        return found


@dataclass(frozen=True)
class Classified:
    """The core type, and what could still change it.

    Args:
        type: None: nothing was answered «yes», and not everything «no».
        open: questions before the one that decided to which the answer is not known, in their order.
    """

    type: GbvType | None
    open: tuple[Question, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether no answer that is still missing could change it."""
        return not self.open


def classify(told: Told) -> Classified:
    """Return the core type: the first question answered «yes» decides."""
    unanswered: list[Question] = []
    for question, kind in ORDER:
        answer = told.answer(question)
        if answer is Answer.YES:
            return Classified(kind, tuple(unanswered))
        if answer is Answer.UNKNOWN:
            unanswered.append(question)
    return Classified(None if unanswered else GbvType.NOT_GBV, tuple(unanswered))


def contexts(told: Told) -> frozenset[Context]:
    """Return the contexts that certainly hold."""
    kind = classify(told).type
    is_gbv = kind is not None and kind is not GbvType.NOT_GBV
    minor = told.age.is_under(ADULT) is Answer.YES
    holds = {
        Context.INTIMATE_PARTNER: is_gbv and not INTIMATE.isdisjoint(told.kin),
        Context.CHILD_SEXUAL_ABUSE: kind in SEXUAL and minor,
        Context.EARLY_MARRIAGE: kind is GbvType.FORCED_MARRIAGE and minor,
        Context.SEXUAL_EXPLOITATION: kind in SEXUAL and told.goods is Answer.YES,
        Context.SEXUAL_SLAVERY: kind in SEXUAL and told.abduction is Answer.YES,
        Context.HARMFUL_PRACTICE: told.harmful is Answer.YES,
    }
    return frozenset(context for context, true in holds.items() if true)


def is_kdrt(kin: Kin, lives_together: Answer) -> Answer:
    """Return whether violence by this relation is violence in the household.

    Source: UU 23/2004 art. 2 (1): a. husband, wife, child; b. kin who live in; c. who works and lives in. A former
    partner and one who is not married are outside of it. Who raises somebody may count under b, so an «other» who
    lives in is left to a person to decide.
    """
    if kin in NEAREST:
        return Answer.YES
    if kin in LIVING_IN:
        return lives_together
    if kin is Kin.UNKNOWN:
        return Answer.UNKNOWN
    if kin is Kin.OTHER and lives_together is Answer.YES:
        return Answer.UNKNOWN
    return Answer.NO


def kdrt_of(pairs: Iterable[tuple[Kin, Answer]]) -> Answer:
    """Return whether it is violence in the household by any of several perpetrators."""
    answers = {is_kdrt(kin, lives) for kin, lives in pairs}
    if Answer.YES in answers:
        return Answer.YES
    return Answer.NO if answers == {Answer.NO} else Answer.UNKNOWN


def is_child_marriage(is_married: Answer, age: Age) -> Answer:
    """Return whether somebody was married, or is to be, before 19. Source: UU 16/2019 art. 7."""
    under = age.is_under(MARRIAGEABLE)
    if Answer.NO in {is_married, under}:
        return Answer.NO
    return Answer.YES if is_married is under is Answer.YES else Answer.UNKNOWN


class Elapsed(models.TextChoices):
    """How long after the incident it was told, in whole days of the calendar. This is the only definition."""

    DAYS_0_3 = "0_3_days", _("0 sampai 3 hari")
    DAYS_4_5 = "4_5_days", _("4 sampai 5 hari")
    DAYS_6_14 = "6_14_days", _("6 sampai 14 hari")
    DAYS_15_30 = "2_weeks_1_month", _("15 sampai 30 hari")
    MORE = "over_1_month", _("lebih dari 30 hari")


LAST_DAYS: Final = (
    (3, Elapsed.DAYS_0_3),
    (5, Elapsed.DAYS_4_5),
    (14, Elapsed.DAYS_6_14),
    (30, Elapsed.DAYS_15_30),
)
"""The last day that still belongs to a class: day 3 to the first, day 4 to the second."""


def elapsed(happened_on: date | None, told_on: date) -> Elapsed | None:
    """Return the class of time between an incident's last day and the day it was told; None: not known."""
    if happened_on is None or told_on < happened_on:
        return None
    days = (told_on - happened_on).days
    return next((kind for last, kind in LAST_DAYS if days <= last), Elapsed.MORE)


@dataclass(frozen=True)
class Window:
    """How long some help can still work after an event whose moment is known to the minute or to the day.

    Args:
        sure_until: until then it is certainly in time.
        perhaps_until: from then on it is certainly too late.
    """

    sure_until: datetime
    perhaps_until: datetime

    @classmethod
    def of(cls, earliest: datetime, latest: datetime, hours: int) -> Window:
        """Return the window of an event that was at `earliest`, at `latest` or in between."""
        span = timedelta(hours=hours)
        return cls(earliest + span, latest + span)

    def is_open(self, at: datetime) -> Answer:
        """Whether it is less than so many hours ago; not known: within the day on which it closes."""
        if at < self.sure_until:
            return Answer.YES
        return Answer.UNKNOWN if at < self.perhaps_until else Answer.NO
