"""What happens in a case, as forms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.forms.fields import (
    MAX_STORY,
    MAX_TEXT,
    NEEDED,
    OLDEST,
    CaseForm,
    CleanText,
    choice,
    day,
    or_none,
    several,
)
from ruangaman.cases.types import PersonKind, VictimLink
from ruangaman.core.codelists import Place, Relation, ServiceType, ViolenceForm
from ruangaman.core.regions import KELURAHAN, kecamatan_of, kelurahan_by_kecamatan

LINKS = 6
"""So many pairs of victim and perpetrator fit on the form of one incident."""


class IncidentForm(CaseForm):
    """What happened, when and where, and who did it to whom."""

    forms_of_violence = several(ViolenceForm.choices, _("Bentuk kekerasan"))
    from_on = day(_("Tanggal, atau hari pertama"), required=False, help_text=_("Kosongkan bila belum diketahui."))
    to_on = day(_("Sampai tanggal"), required=False, help_text=_("Bila terjadi berkali-kali."))
    place = choice(or_none(Place.choices, _("Pilih tempat")), _("Tempat kejadian"))
    kelurahan = choice(or_none(kelurahan_by_kecamatan(), _("Belum diketahui")), _("Kelurahan"), required=False)
    story = CleanText(label=_("Kronologi"), rows=8, most=MAX_STORY, required=False)

    def __init__(self, *args: Any, people: Sequence[tuple[Any, str]] = (), today: date, **kwargs: Any) -> None:
        """Add a row of three fields for each pair of victim and perpetrator that is possible."""
        super().__init__(*args, **kwargs)
        self.today = today
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
                or_none(Relation.choices, _("Pilih hubungan")), _("Hubungannya dengan korban"), required=False
            )

    @property
    def link_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each pair, for the page."""
        return [
            [self[f"{name}_{place}"] for name in ("victim", "perpetrator", "relation")] for place in range(self.pairs)
        ]

    def clean(self) -> dict[str, Any]:
        """Check the range of days and that each pair is whole and named once."""
        cleaned = super().clean()
        first, last = cleaned.get("from_on"), cleaned.get("to_on")
        for name, value in (("from_on", first), ("to_on", last)):
            if value and not OLDEST <= value <= self.today:
                self.add_error(name, _("Tanggal ini tidak mungkin: periksa tahunnya."))
        if last and not first:
            self.add_error("from_on", _("Isi juga hari pertamanya."))
        elif first and last and last < first:
            self.add_error("to_on", _("Hari terakhir tidak boleh sebelum hari pertama."))
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

    @property
    def kecamatan(self) -> str:
        """The code of the kecamatan, the only part of the place that stays in the clear."""
        return kecamatan_of(self.cleaned_data["kelurahan"])


class NoteForm(CaseForm):
    """A note, and the drawer that it goes into."""

    compartment = choice((), _("Disimpan di"), widget=forms.RadioSelect)
    text = CleanText(label=_("Catatan"), rows=8, most=MAX_STORY)
    corrects = forms.UUIDField(required=False, widget=forms.HiddenInput)
    """A note that this one sets right."""

    def __init__(self, *args: Any, compartments: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        """Offer only the drawers that the person holds."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["compartment"]
        field.choices = list(compartments)


class ServiceForm(CaseForm):
    """A service that was given."""

    type = choice(or_none(ServiceType.choices, _("Pilih layanan")), _("Layanan"))
    on = day(_("Tanggal"))
    hours = forms.DecimalField(
        label=_("Lamanya dalam jam"),
        required=False,
        min_value=0.5,
        max_value=500,
        max_digits=4,
        decimal_places=1,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": _("Tulis angka, misalnya 1,5."), "min_value": _("Paling sedikit setengah jam.")},
        localize=True,
    )
    provider = choice((), _("Diberikan oleh"))
    result = CleanText(
        label=_("Hasil"), rows=4, most=MAX_TEXT, required=False, help_text=_("Dibaca seluruh tim kasus ini.")
    )

    def __init__(self, *args: Any, providers: Iterable[tuple[str, str]] = (), today: date, **kwargs: Any) -> None:
        """Offer the units that can have given it."""
        super().__init__(*args, **kwargs)
        self.today = today
        field: Any = self.fields["provider"]
        field.choices = list(providers)

    def clean_on(self) -> date:
        """A service is recorded once it was given."""
        on: date = self.cleaned_data["on"]
        if not OLDEST <= on <= self.today:
            raise forms.ValidationError(_("Layanan dicatat setelah diberikan: periksa tanggalnya."))
        return on


class TaskForm(CaseForm):
    """Something to do, by whom, until when."""

    keeps_due_at: datetime | None = None
    """When a task that is changed was due before."""

    title = CleanText(label=_("Apa yang perlu dilakukan"), help_text=_("Dibaca seluruh tim kasus ini."))
    owner = choice((), _("Siapa"))
    due_at = forms.DateTimeField(
        label=_("Paling lambat"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={"invalid": _("Waktu ini tidak dapat dibaca."), "required": NEEDED},
    )

    def __init__(self, *args: Any, owners: Iterable[tuple[str, str]] = (), at: datetime, **kwargs: Any) -> None:
        """Offer the people of the case."""
        super().__init__(*args, **kwargs)
        self.at = at
        field: Any = self.fields["owner"]
        field.choices = list(owners)

    def clean_due_at(self) -> datetime:
        """A task is for the days to come; one that is late already may stay so while its words are changed."""
        due: datetime = self.cleaned_data["due_at"]
        if self.keeps_due_at is not None and due == self.keeps_due_at.replace(second=0, microsecond=0):
            return due
        if not self.at - timedelta(days=1) <= due <= self.at + timedelta(days=730):
            raise forms.ValidationError(_("Waktunya terlalu jauh: periksa tanggal dan tahunnya."))
        return due
