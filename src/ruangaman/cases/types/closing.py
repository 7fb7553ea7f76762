"""What speaks against an end, and which end there may be while she is not safe. Pure.

Source: domain.md 2.3, states 3a, 7 and 8.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.cases.types.gates import Fact
from ruangaman.core.codelists import CaseType, ClosingReason, RiskLevel
from ruangaman.ui.moments import short


class Doubt(models.TextChoices):
    """What speaks against closing a case: each is named, answered with a reason, and signed for by the head."""

    UNSAFE = "unsafe", gettext_lazy("Belum aman menurut cek terakhir")
    UNCHECKED = "unchecked", gettext_lazy("Belum dicek apakah ia aman")
    TRY_UNSAFE = "try_unsafe", gettext_lazy("Upaya menghubungi dihentikan karena tidak aman, dan belum dicek lagi")
    DANGER = "danger", gettext_lazy("Bahayanya tinggi atau ekstrem")
    NOT_ASSESSED = "not_assessed", gettext_lazy("Belum ada asesmen tujuh bidang")
    GOALS_OPEN = "goals_open", gettext_lazy("Belum semua tujuan tercapai")
    UNANSWERED = "unanswered", gettext_lazy("Pelapor belum pernah dijawab")
    UNREAD = "unread", gettext_lazy("Pesan pelapor belum dijawab atau ditandai terbaca")
    SEEN_ALIVE = "seen_alive", gettext_lazy("Cek aman mencatatnya masih hidup")
    NOT_RECEIVED = "not_received", gettext_lazy("Belum ada lembaga yang menerima")


@dataclass(frozen=True)
class Standing:
    """How a case stands when somebody wants to end it.

    Args:
        danger: the higher of what the case has and what its closing assessment found.
        goals: how many were met, of how many; None: nobody has counted yet.
        answered: of which a closing assessment says why it ends all the same; None: there is none.
        unread: when whoever reported wrote last of what nobody has read yet.
        stopped: when a try was stopped because it was not safe, and nobody has looked since.
        looked: when somebody looked last whether she is safe, and whether she was; None: nobody did.
    """

    doubts: frozenset[Doubt]
    danger: RiskLevel
    goals: tuple[int, int] | None = None
    answered: frozenset[Doubt] | None = None
    unread: datetime | None = None
    stopped: datetime | None = None
    looked: tuple[datetime, bool] | None = None

    @property
    def is_unsafe(self) -> bool:
        """Whether she was not safe at the last look."""
        return Doubt.UNSAFE in self.doubts

    @property
    def is_grave(self) -> bool:
        """Whether her life may be in danger."""
        return not self.doubts.isdisjoint({Doubt.UNSAFE, Doubt.UNCHECKED, Doubt.TRY_UNSAFE, Doubt.DANGER})

    @property
    def is_asked(self) -> bool:
        """Whether somebody has assessed the closing."""
        return self.answered is not None

    @property
    def ordered(self) -> list[Doubt]:
        """The doubts in the order in which they are said and kept."""
        return [one for one in Doubt if one in self.doubts]

    @property
    def codes(self) -> list[str]:
        """The doubts as they are kept."""
        return [one.value for one in self.ordered]

    @property
    def lines(self) -> list[tuple[str, bool]]:
        """Each doubt as one says it, with the danger and the numbers that it has; and whether somebody says why."""
        answered = self.answered or frozenset()
        return [(self._say(one), one in answered) for one in self.ordered]

    @property
    def sentence(self) -> str:
        """All of it in one line, as it stands within a sentence."""
        return "; ".join(said[:1].lower() + said[1:] for said, _answered in self.lines)

    def _say(self, doubt: Doubt) -> str:
        if doubt is Doubt.DANGER:
            return _("Bahayanya %(danger)s") % {"danger": self.danger.label.lower()}
        if doubt is Doubt.GOALS_OPEN and self.goals is not None:
            return _("%(met)d dari %(total)d tujuan tercapai") % {"met": self.goals[0], "total": self.goals[1]}
        if doubt is Doubt.UNREAD and self.unread is not None:
            return _("Pelapor menulis %(when)s, belum dijawab atau ditandai terbaca") % {"when": short(self.unread)}
        if doubt is Doubt.TRY_UNSAFE and self.stopped is not None:
            return _("Upaya menghubungi %(when)s dihentikan karena tidak aman, dan belum dicek lagi") % {
                "when": short(self.stopped)
            }
        if doubt is Doubt.SEEN_ALIVE and self.looked is not None:
            said = {"when": short(self.looked[0])}
            return (_("Dicek %(when)s dan aman") if self.looked[1] else _("Dicek %(when)s dan belum aman")) % said
        return str(doubt.label)


def may_end_unsafe(reason: ClosingReason | None, case_type: CaseType) -> bool:
    """Whether a case may end for this reason while she is not safe.

    What is not the office's to decide ends it: she is dead, she cannot be found (`Tries`), another office signed that
    it protects her now, or a grown woman wants no more of it: help is her right and no duty of hers (UU 12/2022 ch. V).
    That the goals are met or that it is another's business ends nothing: the first goal is that she is safe (domain.md
    2.3, 3a), and what belongs to another authority is handed over with a receipt. A child cannot waive its protection,
    nor can anybody for it, and in a case of a woman and a child she cannot for both (UU 35/2014 art. 59A; domain.md
    1.3): there the wish to end is no such end.

    Args:
        reason: None: nobody said why yet.
    """
    if reason is ClosingReason.CLIENT_ENDS:
        return case_type == CaseType.WOMAN
    return reason not in {ClosingReason.GOALS_MET, ClosingReason.OUTSIDE}


def is_overtaken(doubts: Collection[str], *, made_at: datetime | None, unsafe_at: datetime | None) -> bool:
    """Whether she was found unsafe after a closing assessment that says nothing of it: then it is to be made anew.

    Args:
        doubts: their codes, as the assessment keeps them.
        made_at: when it was made; None: there is none.
        unsafe_at: when she was found unsafe last in this episode, whatever was found since; None: never.
    """
    if made_at is None or unsafe_at is None or Doubt.UNSAFE in doubts:
        return False
    return unsafe_at >= made_at


def answered_of(
    doubts: Collection[str],
    *,
    at: datetime,
    unread: datetime | None,
    stopped: datetime | None = None,
    looked: tuple[datetime, bool] | None = None,
) -> frozenset[Doubt]:
    """Return of what a closing assessment says why the case ends all the same.

    What came after it, it does not know.

    Args:
        doubts: their codes, as the assessment keeps them.
        at: when it was made.
        unread, stopped, looked: as in `Standing`.
    """
    known = frozenset(Doubt(one) for one in doubts)
    since = {Doubt.UNREAD: unread, Doubt.TRY_UNSAFE: stopped, Doubt.SEEN_ALIVE: looked[0] if looked else None}
    return known - {doubt for doubt, when in since.items() if when is not None and when > at}


def contradictions(
    *, reason: ClosingReason, risk: RiskLevel, now: RiskLevel, goals: tuple[int, int], was_asked: bool
) -> list[str]:
    """Return where a closing assessment does not agree with itself or with the case, each as a sentence.

    Args:
        risk: the danger that it finds; now: the case's.
    """
    found = []
    said = {"closing": risk.label.lower(), "now": now.label.lower(), "met": goals[0], "total": goals[1]}
    if risk > now:
        found.append(_("Bahaya saat ditutup dinilai %(closing)s, lebih tinggi dari yang tercatat sekarang: %(now)s."))
    if risk < now:
        found.append(_("Bahaya saat ditutup dinilai %(closing)s, tetapi yang tercatat sekarang %(now)s."))
    if reason is ClosingReason.GOALS_MET and goals[0] < goals[1]:
        found.append(_("Alasannya tujuan tercapai, tetapi yang tercapai %(met)d dari %(total)d."))
    if reason is ClosingReason.GOALS_MET and goals[1] == 0:
        found.append(_("Alasannya tujuan tercapai, tetapi tidak ada satu tujuan pun."))
    if reason is ClosingReason.CLIENT_ENDS and not was_asked:
        found.append(_("Alasannya ia sendiri menghentikannya, tetapi ia belum ditanya."))
    return [one % said for one in found]


def standing_of(
    facts: Collection[str],
    *,
    danger: RiskLevel,
    goals: tuple[int, int] | None,
    is_emergency: bool,
    reason: ClosingReason | None = None,
    unread: datetime | None = None,
    stopped: datetime | None = None,
    looked: tuple[datetime, bool] | None = None,
) -> Standing:
    """Return how a case stands when somebody wants to end it.

    Args:
        facts: codes of `Fact`.
        danger, goals, unread, stopped, looked: as in `Standing`.
        is_emergency: the case stands in that state: there a look from before it came to it is none.
        reason: why it is to end; None: nobody said yet.
    """
    found = {
        Doubt.UNSAFE: Fact.UNSAFE in facts,
        Doubt.UNCHECKED: Fact.UNSAFE not in facts and (Fact.SAFE if is_emergency else Fact.LOOKED) not in facts,
        Doubt.TRY_UNSAFE: Fact.TRY_UNSAFE in facts,
        Doubt.DANGER: danger >= RiskLevel.TINGGI,
        Doubt.NOT_ASSESSED: Fact.ASSESSED not in facts,
        Doubt.GOALS_OPEN: goals is not None and goals[0] < goals[1],
        Doubt.UNANSWERED: Fact.UNANSWERED in facts,
        Doubt.UNREAD: Fact.UNREAD in facts,
        Doubt.SEEN_ALIVE: reason is ClosingReason.DIED and Fact.LOOKED in facts,
        Doubt.NOT_RECEIVED: reason is ClosingReason.MOVED and Fact.TRANSFERRED not in facts,
    }
    doubts = frozenset(doubt for doubt, holds in found.items() if holds)
    return Standing(doubts, danger, goals, unread=unread, stopped=stopped, looked=looked)
