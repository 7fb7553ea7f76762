"""Something that happened, as a form: in the order of a conversation, and nothing that is not needed yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.forms.fields import (
    MAX_STORY,
    MAX_TEXT,
    OLDEST,
    CaseForm,
    CleanText,
    answer,
    choice,
    day,
    offer,
    or_none,
    several,
)
from ruangaman.cases.types import AboutEvent, Answer, PersonKind, VictimLink
from ruangaman.codelists.types import CodeBook, ListKey
from ruangaman.core.regions import KELURAHAN, kecamatan_of, kelurahan_by_kecamatan
from ruangaman.ui.days import HourField

LINKS = 6
"""So many pairs of victim and perpetrator fit on the form of one incident."""
CODES = {
    "forms_of_violence": ListKey.VIOLENCE_FORM,
    "place": ListKey.PLACE,
    "children": ListKey.CHILDREN_AT_HOME,
    "online": ListKey.ONLINE_VIOLENCE,
}
ANSWERS = ("repeated", "weapon", "substances")


class IncidentForm(CaseForm):
    """Whether she is safe, what happened, when and where, who did it to whom, and what she wants."""

    weapon = answer(_("Apakah ada senjata?"))
    repeated = answer(_("Pernah terjadi sebelumnya?"))
    children = choice((), _("Apakah ada anak di rumah?"), required=False)
    story = CleanText(label=_("Kronologi"), rows=8, most=MAX_STORY, required=False)
    forms_of_violence = several((), _("Bentuk kekerasan"))
    from_on = day(_("Tanggal, atau hari pertama"), required=False, help_text=_("Kosongkan bila belum diketahui."))
    to_on = day(_("Sampai tanggal"), required=False, help_text=_("Bila terjadi berkali-kali."))
    at_time = HourField(
        label=_("Jam"),
        required=False,
        help_text=_("Bila diketahui. Dari sini dihitung sampai kapan obat pencegahan masih berguna."),
    )
    place = choice((), _("Tempat kejadian"))
    kelurahan = choice(lambda: or_none(kelurahan_by_kecamatan(), _("Belum diketahui")), _("Kelurahan"), required=False)
    wish = CleanText(
        label=_("Apa yang ia inginkan sekarang?"),
        rows=2,
        most=MAX_TEXT,
        required=False,
        help_text=_("Dengan kata-katanya sendiri. Boleh belum tahu."),
    )
    online = several((), _("Cara yang dipakai"), required=False)
    platform = CleanText(label=_("Di aplikasi atau situs apa"), required=False)
    injuries = CleanText(label=_("Luka yang terlihat atau dirasakan"), rows=2, most=MAX_TEXT, required=False)
    witnesses = CleanText(label=_("Siapa yang melihat atau tahu"), rows=2, most=MAX_TEXT, required=False)
    substances = answer(_("Terlapor dalam pengaruh alkohol atau NAPZA?"))

    def __init__(
        self, *args: Any, book: CodeBook, people: Sequence[tuple[Any, str]] = (), today: date, **kwargs: Any
    ) -> None:
        """Offer what the lists hold today, and a row of three fields for each possible pair."""
        super().__init__(*args, **kwargs)
        self.today = today
        offer(self, "forms_of_violence", book.choices(ListKey.VIOLENCE_FORM, today))
        offer(self, "place", or_none(book.choices(ListKey.PLACE, today), _("Pilih tempat")))
        offer(self, "children", or_none(book.choices(ListKey.CHILDREN_AT_HOME, today), _("Belum diketahui")))
        offer(self, "online", book.choices(ListKey.ONLINE_VIOLENCE, today))
        self._add_pairs(people, book.choices(ListKey.RELATION, today))

    def keep(self, book: CodeBook, stands: Mapping[str, str]) -> None:
        """Offer what stands there too, though it has ended in its list since."""
        for name, key in CODES.items():
            kept = [code for code in stands.get(name, "").split(",") if code]
            known = list(self.fields[name].choices)  # type: ignore[attr-defined]  # all of them have some
            there = {str(code) for code, _label in known}
            offer(
                self, name, [*known, *(one for one in book.choices(key, self.today, kept=kept) if one[0] not in there)]
            )

    def _add_pairs(self, people: Sequence[tuple[Any, str]], relations: list[tuple[str, str]]) -> None:
        victims = [(str(row.pk), name) for row, name in people if row.kind == PersonKind.VICTIM]
        others = [(str(row.pk), name) for row, name in people if row.kind == PersonKind.PERPETRATOR]
        self.pairs = min(LINKS, max(1, len(victims) * max(1, len(others)))) if victims else 0
        for place in range(self.pairs):
            first = victims[0][0] if place == 0 and len(victims) == 1 else ""
            self.fields[f"victim_{place}"] = choice(
                or_none(victims, _("Tidak ada")), _("Korban"), required=False, initial=first
            )
            self.fields[f"perpetrator_{place}"] = choice(
                or_none(others, _("Belum dikenal")), _("Terlapor"), required=False
            )
            self.fields[f"relation_{place}"] = choice(
                or_none(relations, _("Pilih hubungan")), _("Hubungannya dengan korban"), required=False
            )

    @property
    def link_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each pair, for the page."""
        return [
            [self[f"{name}_{place}"] for name in ("victim", "perpetrator", "relation")] for place in range(self.pairs)
        ]

    @property
    def online_open(self) -> bool:
        """Whether the fold about the internet stands open."""
        return self.is_open("online", "platform")

    @property
    def more_open(self) -> bool:
        """Whether the last fold stands open."""
        return self.is_open("injuries", "witnesses", "substances")

    def clean(self) -> dict[str, Any]:
        """Check the range of days and that each pair is whole and named once."""
        cleaned = super().clean()
        self._check_days(cleaned.get("from_on"), cleaned.get("to_on"))
        seen = set()
        for place in range(self.pairs):
            victim, other = cleaned.get(f"victim_{place}"), cleaned.get(f"perpetrator_{place}")
            if not victim:
                continue
            if not cleaned.get(f"relation_{place}"):
                self.add_error(f"relation_{place}", _("Pilih hubungan terlapor dengan korban ini."))
            if (victim, other) in seen:
                self.add_error(f"victim_{place}", _("Pasangan ini sudah disebut."))
            seen.add((victim, other))
        return cleaned

    def _check_days(self, first: date | None, last: date | None) -> None:
        for name, value in (("from_on", first), ("to_on", last)):
            if value and not OLDEST <= value <= self.today:
                self.add_error(name, _("Tanggal ini tidak mungkin: periksa tahunnya."))
        if last and not first:
            self.add_error("from_on", _("Isi juga hari pertamanya."))
        elif first and last and last < first:
            self.add_error("to_on", _("Hari terakhir tidak boleh sebelum hari pertama."))

    def links(self) -> list[VictimLink]:
        """Return who did it to whom."""
        known = self.cleaned_data
        return [
            VictimLink(UUID(victim), UUID(other) if other else None, known[f"relation_{place}"])
            for place in range(self.pairs)
            if (victim := known[f"victim_{place}"]) or None
            for other in [known[f"perpetrator_{place}"]]
        ]

    def facts(self) -> list[tuple[str, str]]:
        """Return what is sealed beside the story: the kelurahan."""
        name = KELURAHAN.get(self.cleaned_data["kelurahan"], ("", ""))[0]
        return [("Kelurahan", name)] if name else []

    def about(self) -> AboutEvent:
        """Return what was answered about the event as a whole."""
        known = self.cleaned_data
        moment: time | None = known["at_time"]
        return AboutEvent(
            time=moment.isoformat("minutes") if moment else "",
            online=tuple(known["online"]),
            **{name: known[name] or str(Answer.UNKNOWN) for name in ANSWERS},
            **{name: known[name] for name in ("wish", "children", "platform", "injuries", "witnesses")},
        )

    @property
    def kecamatan(self) -> str:
        """The code of the kecamatan, the only part of the place that stays in the clear."""
        return kecamatan_of(self.cleaned_data["kelurahan"])
