"""What is asked about one victim in one incident, as a form. Every question may stay open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.forms.fields import MAX_TEXT, CaseForm, CleanText, answer, choice, offer, or_none, several
from ruangaman.cases.types import AboutPair, AboutVictim, Answer, PairChange
from ruangaman.codelists.types import CodeBook, ListKey
from ruangaman.core.codelists import AgeGroup, Sex

BODY = ("penetration", "contact", "goods", "abduction", "pregnant")
OTHER = ("marriage", "withheld", "harmful")
LISTS = {"impact": ListKey.IMPACT, "articles": ListKey.TPKS_ARTICLE, "ampk": ListKey.AMPK}


@dataclass(frozen=True)
class PairFields:
    """One perpetrator on the form: who it is, what stands there, and whether more is asked than of a known person."""

    link_id: UUID
    name: str
    is_known: bool
    relation: str
    forms: tuple[str, ...]
    about: AboutPair


class AnswersForm(CaseForm):
    """The answers about one victim: what was done to her, by whom, and what came of it."""

    penetration = answer(
        _("Ada penetrasi di luar kemauannya?"),
        help_text=_("Dengan apa pun, juga oleh suami. Bukan yang masih percobaan."),
    )
    contact = answer(_("Ada sentuhan seksual lain di luar kemauannya?"), help_text=_("Termasuk percobaan perkosaan."))
    goods = answer(_("Diberi atau dijanjikan uang, barang, atau bantuan?"))
    abduction = answer(_("Dibawa pergi, diperjualbelikan, atau dikurung?"))
    pregnant = answer(_("Hamil karena kejadian ini?"))
    marriage = answer(
        _("Dikawinkan, atau akan dikawinkan, di luar kemauannya?"), help_text=_("Termasuk perkawinan anak.")
    )
    withheld = answer(
        _("Haknya ditahan?"), help_text=_("Uang, barang, sekolah, pekerjaan, atau pengobatan. Bukan kemiskinan.")
    )
    harmful = answer(_("Karena adat yang membahayakan?"), help_text=_("Misalnya sunat perempuan."))
    impact = several((), _("Dampak yang ia rasakan"), required=False)
    impact_words = CleanText(label=_("Tentang dampaknya"), rows=3, most=MAX_TEXT, required=False)
    articles = several((), _("Tindak pidana kekerasan seksual"), required=False)
    ampk = several((), _("Perlindungan khusus anak"), required=False)

    def __init__(
        self, *args: Any, book: CodeBook, on: date, known: AboutVictim, pairs: Sequence[PairFields], **kwargs: Any
    ) -> None:
        """Offer what the lists held on the day of the incident.

        Args:
            on: the day of the incident, else the day on which it was recorded: articles go by it.
            known: what was answered before; codes that have ended since stay choosable.
            pairs: the perpetrators of this victim.
        """
        kwargs["initial"] = _initial(known, pairs) | _typed(kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.pairs = list(pairs)
        for name, key in LISTS.items():
            offer(self, name, book.choices(key, on, kept=getattr(known, name)))
        for place, pair in enumerate(pairs):
            self._ask_about(place, pair, book, on)

    def _ask_about(self, place: int, pair: PairFields, book: CodeBook, on: date) -> None:
        relations = book.choices(ListKey.RELATION, on, kept=[pair.relation])
        self.fields[f"relation_{place}"] = choice(relations, _("Hubungannya dengan korban"))
        self.fields[f"lives_together_{place}"] = answer(_("Tinggal serumah dengan korban?"))
        self.fields[f"forms_{place}"] = several(
            book.choices(ListKey.VIOLENCE_FORM, on, kept=pair.forms), _("Yang dilakukannya")
        )
        statuses = book.choices(ListKey.LEGAL_STATUS, on, kept=[pair.about.legal_status])
        self.fields[f"legal_status_{place}"] = choice(
            or_none(statuses, _("Belum diketahui")), _("Status hukum"), required=False
        )
        if not pair.is_known:
            self._describe(place, pair, book, on)

    def _describe(self, place: int, pair: PairFields, book: CodeBook, on: date) -> None:
        """Somebody whom the case does not know by name is described here."""
        work = book.choices(ListKey.OCCUPATION, on, kept=[pair.about.occupation])
        self.fields[f"sex_{place}"] = choice(
            or_none(Sex.choices, _("Belum diketahui")), _("Jenis kelamin"), required=False
        )
        self.fields[f"age_group_{place}"] = choice(
            or_none(AgeGroup.choices, _("Belum diketahui")), _("Umur saat kejadian"), required=False
        )
        self.fields[f"occupation_{place}"] = choice(or_none(work, _("Belum diketahui")), _("Pekerjaan"), required=False)

    @property
    def pair_groups(self) -> list[tuple[PairFields, dict[str, forms.BoundField]]]:
        """The fields about each perpetrator, for the page."""
        names = ("relation", "lives_together", "forms", "legal_status", "sex", "age_group", "occupation")
        return [
            (pair, {name: self[f"{name}_{place}"] for name in names if f"{name}_{place}" in self.fields})
            for place, pair in enumerate(self.pairs)
        ]

    @property
    def body(self) -> list[forms.BoundField]:
        """The questions about her body."""
        return [self[name] for name in BODY]

    @property
    def others(self) -> list[forms.BoundField]:
        """The questions about marriage, rights and custom."""
        return [self[name] for name in OTHER]

    @property
    def body_open(self) -> bool:
        """Whether the fold about her body stands open."""
        return self.is_open(*BODY)

    @property
    def others_open(self) -> bool:
        """Whether the fold about marriage, rights and custom stands open."""
        return self.is_open(*OTHER)

    @property
    def impact_open(self) -> bool:
        """Whether the fold about what came of it stands open."""
        return self.is_open("impact", "impact_words")

    @property
    def law_open(self) -> bool:
        """Whether the fold about the law stands open."""
        return self.is_open("articles", "ampk")

    def victim(self) -> AboutVictim:
        """Return what was answered about her."""
        known = self.cleaned_data
        found: dict[str, Any] = {name: known[name] or str(Answer.UNKNOWN) for name in (*BODY, *OTHER)}
        found |= {name: tuple(known[name]) for name in LISTS}
        return AboutVictim(impact_words=known["impact_words"], **found)

    def changes(self) -> list[PairChange]:
        """Return what was answered about each perpetrator."""
        known = self.cleaned_data
        return [
            PairChange(
                link_id=pair.link_id,
                relation=known[f"relation_{place}"],
                forms=tuple(known[f"forms_{place}"]),
                about=AboutPair(
                    lives_together=known[f"lives_together_{place}"] or str(Answer.UNKNOWN),
                    **{
                        name: known.get(f"{name}_{place}", "")
                        for name in ("legal_status", "sex", "age_group", "occupation")
                    },
                ),
            )
            for place, pair in enumerate(self.pairs)
        ]


def _typed(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what somebody goes on with: one tick alone is a list as well."""
    several_of = {*LISTS, *(name for name in found if name.startswith("forms_"))}
    return {name: [value] if name in several_of and isinstance(value, str) else value for name, value in found.items()}


def _initial(known: AboutVictim, pairs: Sequence[PairFields]) -> dict[str, Any]:
    """What stands there before anybody types."""
    found: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in vars(known).items()
    }
    for place, pair in enumerate(pairs):
        found |= {f"{name}_{place}": value for name, value in vars(pair.about).items()}
        found |= {f"relation_{place}": pair.relation, f"forms_{place}": list(pair.forms)}
    return found
