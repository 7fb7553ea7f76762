"""What an administrator types to write down a rule: shape and wording, nothing is saved here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from ruangaman.clocks.registry import About, abouts
from ruangaman.clocks.services.rules import OVER_LAW, SAME, Longer, NewKind, weigh
from ruangaman.clocks.types import (
    Calendar,
    Condition,
    EndReason,
    Holder,
    Length,
    LongerReason,
    Office,
    Step,
    StepWhen,
    Tell,
    Unit,
    why_not_reckoned,
)
from ruangaman.core.clock import YEARS
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.regions import zone
from ruangaman.ui.days import DayField, HourField
from ruangaman.ui.types import Words
from ruangaman.ui.words import NEEDED, UNKNOWN

LONGEST_VALUE = 10_000
PREFIX = "kota."
"""Kinds of the city itself; those that came with the program have other names."""

CHAINS: dict[str, tuple[Step, ...]] = {
    "none": (),
    "calm": (
        Step(StepWhen.SHARE, 75, Tell.OWNER),
        Step(StepWhen.AFTER, 0, Tell.LEAD),
        Step(StepWhen.AFTER, 24, Tell.HEAD),
    ),
    "duty": (
        Step(StepWhen.SHARE, 50, Tell.OWNER),
        Step(StepWhen.SHARE, 90, Tell.LEAD),
        Step(StepWhen.AFTER, 0, Tell.HEAD),
    ),
}
CHAIN_WORDS = {
    "none": _("Tidak diberitahukan lebih jauh"),
    "calm": _("Biasa: pemegang pada 75%, manajer saat lewat, kepala unit 24 jam kemudian"),
    "duty": _("Kewajiban: pemegang pada 50%, manajer pada 90%, kepala unit saat lewat"),
}
WEEKDAYS = (_("Senin"), _("Selasa"), _("Rabu"), _("Kamis"), _("Jumat"), _("Sabtu"), _("Minggu"))


def _line(label: Any, most: int, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=most, widget=widget, error_messages={"required": NEEDED}, **more)


def _one(label: Any, choices: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, error_messages={"required": NEEDED, "invalid_choice": UNKNOWN}, **more
    )


def _many(label: Any, choices: Any = (), **more: Any) -> forms.MultipleChoiceField:
    messages = {"required": _("Pilih paling sedikit satu."), "invalid_choice": UNKNOWN, "invalid_list": UNKNOWN}
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, choices=choices, widget=widget, error_messages=messages, **more)


def _by_words(known: Mapping[str, Words]) -> list[tuple[str, Words]]:
    """Return choices by the alphabet of their words: among thirty one looks for a word, not for a place."""
    return sorted(known.items(), key=lambda one: str(one[1]).casefold())


class LengthForm(forms.Form):
    """How long, counted how, and which law or decision says so."""

    value = forms.IntegerField(
        label=_("Lama"),
        min_value=0,
        max_value=LONGEST_VALUE,
        help_text=_("0 berarti seketika."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": NEEDED, "invalid": _("Tulis dengan angka.")},
    )
    unit = _one(_("Satuan"), Unit.choices)
    calendar = _one(_("Dihitung dalam"), Calendar.choices)
    legal_basis = _line(_("Dasar"), 200, help_text=_("Undang-undang, SOP, atau keputusan kantor."))

    def __init__(self, data: Any = None, *, office: Office, at: datetime, **more: Any) -> None:
        super().__init__(data, **more)
        self.office, self.at = office, at

    @property
    def length(self) -> Length:
        """What was typed. Only of a form that is valid."""
        data = self.cleaned_data
        return Length(data["value"], Unit(data["unit"]), Calendar(data["calendar"]))

    @property
    def shown(self) -> dict[str, Any]:
        """What a preview is made of. Only of a form that is valid."""
        return self.cleaned_data

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be reckoned: it would be found out by whoever begins it."""
        data = super().clean() or self.cleaned_data
        if {"value", "unit", "calendar"} <= data.keys():
            why = why_not_reckoned(self.length, self.office, self.at)
            if why:
                self.add_error("value", why)
        return data


class LimitForm(LengthForm):
    """A new version of a limit."""

    valid_from = DayField(
        label=_("Berlaku mulai"),
        required=False,
        help_text=_("Kosong berarti sekarang. Yang sudah berjalan tetap memakai batas lamanya."),
        back=0,
    )
    reason = forms.ChoiceField(
        label=_("Mengapa lebih lama"),
        choices=LongerReason.choices,
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": UNKNOWN},
    )
    seen = forms.BooleanField(
        label=_("Saya sudah memeriksa dasarnya. Orang yang menunggu akan menunggu lebih lama, dan kepala membacanya"),
        required=False,
    )

    def __init__(self, data: Any = None, *, key: str, **more: Any) -> None:
        """Args: key: whose limit it is."""
        super().__init__(data, **more)
        self.key = key
        self.longer: Longer | None = None
        """How it stands beside what holds; None: it is the first, or the form is not valid."""

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be saved before it is shown, and ask why where somebody waits longer."""
        data = super().clean()
        if not {"value", "unit", "calendar", "legal_basis"} <= data.keys():
            return data
        if self.key.startswith("report.") and (data["unit"] != Unit.HOUR or data["calendar"] != Calendar.CALENDAR):
            self.add_error("unit", _("Batas laporan ditulis dalam jam kalender, bukan hari atau jam kerja."))
        if self.errors or "valid_from" not in data:
            return data
        self.longer = weigh(
            key=self.key, length=self.length, legal_basis=data["legal_basis"], begins=self.begins_at(self.at)
        )
        if self.longer is not None and self.longer.is_same:
            self.add_error("value", SAME)
        elif self.longer is not None and self.longer.is_over_law:
            self.add_error("legal_basis", OVER_LAW % {"basis": self.longer.before.legal_basis})
        return data

    def is_explained(self) -> bool:
        """Whether it says why, where that is asked; what is missing is named. Only of a form that is valid."""
        if self.asks_why and not self.cleaned_data.get("reason"):
            self.add_error("reason", _("Pilih mengapa boleh lebih lama."))
        if self.asks_why and not self.cleaned_data.get("seen"):
            self.add_error("seen", _("Periksa dasarnya dulu, lalu centang."))
        return not self.errors

    @property
    def asks_why(self) -> bool:
        """Whether it becomes longer where somebody in danger waits, or law or medicine asks."""
        return self.longer is not None and self.longer.is_grave

    @property
    def why(self) -> LongerReason | None:
        """What was chosen. Only of a form that is valid."""
        return LongerReason(self.cleaned_data["reason"]) if self.cleaned_data.get("reason") else None

    @property
    def shown(self) -> dict[str, Any]:
        """What the preview is made of: without what is chosen on it."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"reason", "seen"}}

    def begins_at(self, at: datetime) -> datetime:
        """Return from when it holds: the beginning of a day to come on the city's clock, else now."""
        day = self.cleaned_data.get("valid_from")
        return max(at, datetime.combine(day, time(), zone())) if day else at


class KindForm(LengthForm):
    """A new kind of clock."""

    kind_id = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)
    label = _line(_("Nama"), 80, help_text=_("Seperti akan tampil di antrean, misalnya “Rujuk ke psikolog”."))
    todo = _line(_("Langkah berikut"), 200, help_text=_("Apa yang dikerjakan orang yang melihatnya."))
    starts_on = _many(_("Mulai bila"))
    stops_on = _many(_("Selesai bila"))
    danger = _one(_("Bahaya paling rendah"), [("", _("Semua")), *RiskLevel.choices], required=False)
    forms_of = _many(_("Bentuk kekerasan"), required=False, help_text=_("Kosong berarti semua."))
    case_types = _many(_("Siapa yang dilindungi"), required=False, help_text=_("Kosong berarti semua."))
    states = _many(_("Tahap"), required=False, help_text=_("Kosong berarti semua."))
    marks = _many(_("Hanya bila"), required=False)
    holder = _one(
        _("Giliran siapa"),
        Holder.choices,
        help_text=_("Selama belum ada orangnya, gilirannya pada manajer kasus; pada laporan, pada meja pengaduan."),
    )
    chain = _one(_("Bila mendekati atau melewati batas"), list(CHAIN_WORDS.items()))
    is_third_party = forms.BooleanField(
        label=_("Kewajiban lembaga lain"),
        required=False,
        help_text=_("Bila lewat, kita mengirim surat susulan. Bukan kesalahan siapa pun di sini."),
    )
    restarts = forms.BooleanField(label=_("Mulai lagi setelah selesai"), required=False)
    is_pausable = forms.BooleanField(
        label=_("Boleh dijeda dengan alasan"),
        required=False,
        initial=True,
        help_text=_("Yang dasarnya undang-undang tetap tidak dapat dijeda, kecuali kewajiban lembaga lain."),
    )

    field_order = (
        "kind_id", "label", "todo", "starts_on", "stops_on", "value", "unit", "calendar", "legal_basis", "holder",
    )  # fmt: skip
    """As they stand on the page, so that the summary of what is wrong reads downwards."""

    def __init__(self, data: Any = None, *, office: Office, at: datetime) -> None:
        super().__init__(data, office=office, at=at)
        in_order = sorted(abouts, key=lambda one: one.key)
        told = [(str(about.label).capitalize(), _by_words(about.events)) for about in in_order]
        for name, choices in (
            ("starts_on", told),
            ("stops_on", told),
            ("forms_of", [pair for about in abouts for pair in about.forms().items()]),
            ("case_types", list(dict(pair for about in abouts for pair in about.case_types.items()).items())),
            ("states", [pair for about in abouts for pair in about.states.items()]),
            ("marks", [pair for about in abouts for pair in about.marks.items()]),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # a MultipleChoiceField

    @property
    def about(self) -> About:
        """What it is about: all of its events are of one thing. Only of a form that is valid."""
        return self._abouts()[0]

    @property
    def condition(self) -> Condition:
        """What it asks before it begins. Only of a form that is valid."""
        data = self.cleaned_data
        return Condition(
            danger=int(data["danger"] or 0),
            forms=tuple(data["forms_of"]),
            case_types=tuple(data["case_types"]),
            states=tuple(data["states"]),
            marks=tuple(data["marks"]),
        )

    @property
    def new(self) -> NewKind:
        """The kind as it would be written down. Only of a form that is valid."""
        data = self.cleaned_data
        return NewKind(
            key=f"{PREFIX}{slugify(data['label']).replace('-', '_')}"[:40],
            label=data["label"],
            todo=data["todo"],
            about=self.about.key,
            starts_on=tuple(data["starts_on"]),
            stops_on=tuple(data["stops_on"]),
            holder=Holder(data["holder"]),
            length=self.length,
            legal_basis=data["legal_basis"],
            condition=self.condition,
            chain=CHAINS[data["chain"]],
            restarts=data["restarts"],
            is_third_party=data["is_third_party"],
            is_pausable=data["is_pausable"],
        )

    @property
    def row_id(self) -> UUID | None:
        """The new row's id, minted with the form."""
        found = self.cleaned_data.get("kind_id")
        return found if isinstance(found, UUID) else None

    def clean(self) -> dict[str, Any]:
        """Refuse what could never begin or end, asks of one thing what only another has, or is nobody's turn."""
        data = super().clean() or self.cleaned_data
        if not data.get("starts_on") or not data.get("stops_on"):
            return data
        if len(self._abouts()) != 1:
            raise forms.ValidationError(_("Pilih kejadian kasus saja, atau kejadian laporan saja."))
        if set(data["starts_on"]) & set(data["stops_on"]):
            raise forms.ValidationError(_("Kejadian yang sama tidak dapat memulai dan menyelesaikannya."))
        about = self.about
        for name, known in (
            ("forms_of", about.forms()),
            ("states", about.states),
            ("marks", about.marks),
            ("case_types", about.case_types),
        ):
            if not set(data.get(name) or ()) <= set(known):
                self.add_error(name, _("Syarat ini tidak berlaku untuk kejadian yang dipilih."))
        told = data["starts_on"] + (data["stops_on"] if data.get("restarts") else [])
        why = about.why_not_held(Holder(data["holder"]), told) if data.get("holder") else ""
        if why:
            self.add_error("holder", why)
        data["todo"] = (data.get("todo") or "").rstrip(". ")  # the time follows it: Tawarkan rujukan: 9 jam lagi
        if not data["todo"] and "todo" not in self.errors:
            self.add_error("todo", NEEDED)
        if not slugify(data.get("label") or ""):
            self.add_error("label", _("Nama perlu huruf atau angka."))
        return data

    def _abouts(self) -> list[About]:
        events = {*self.cleaned_data["starts_on"], *self.cleaned_data["stops_on"]}
        return [about for about in abouts if events & set(about.events)]


class EndKindForm(forms.Form):
    """Why a kind begins no more; of one that a law or a doctor asks for, that its basis was looked at."""

    reason = forms.ChoiceField(
        label=_("Mengapa dihentikan"),
        choices=EndReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih satu alasan."), "invalid_choice": UNKNOWN},
    )
    seen = forms.BooleanField(
        label=_("Saya sudah memeriksa dasarnya, dan kantor menepatinya dengan cara lain atau tidak wajib lagi"),
        error_messages={"required": _("Periksa dasarnya dulu, lalu centang.")},
    )

    def __init__(self, data: Any = None, *, is_binding: bool) -> None:
        super().__init__(data)
        if not is_binding:
            del self.fields["seen"]

    @property
    def why(self) -> EndReason:
        """What was chosen. Only of a form that is valid."""
        return EndReason(self.cleaned_data["reason"])

    @property
    def has_looked(self) -> bool:
        """Whether its basis was looked at; where nobody is asked to, no."""
        return bool(self.cleaned_data.get("seen"))


class HolidayForm(forms.Form):
    """A day on which the office is closed."""

    on = DayField(label=_("Tanggal"), back=YEARS)
    name = _line(_("Nama hari"), 80)
    source = _line(_("Sumber"), 120, help_text=_("Misalnya nomor SKB tiga menteri."))


class HoursForm(forms.Form):
    """When the office works, by weekday; both empty: it does not."""

    def __init__(self, data: Any = None, *, hours: dict[int, tuple[time, time]] | None = None) -> None:
        super().__init__(data)
        for day, name in enumerate(WEEKDAYS):
            for end, words in enumerate((_("Buka"), _("Tutup"))):
                self.fields[f"d{day}_{end}"] = HourField(
                    label=f"{name}, {words}",
                    required=False,
                    initial=(hours or {}).get(day, (None, None))[end],
                )

    @property
    def days(self) -> list[tuple[Any, forms.BoundField, forms.BoundField]]:
        """Weekday, opening, closing: for the table."""
        return [(name, self[f"d{day}_0"], self[f"d{day}_1"]) for day, name in enumerate(WEEKDAYS)]

    @property
    def hours(self) -> dict[int, tuple[time, time]]:
        """What was typed. Only of a form that is valid."""
        data = self.cleaned_data
        pairs = {day: (data[f"d{day}_0"], data[f"d{day}_1"]) for day in range(len(WEEKDAYS))}
        return {day: (opens, closes) for day, (opens, closes) in pairs.items() if opens and closes}

    def clean(self) -> dict[str, Any]:
        """Refuse half a day's hours, and an office that never works."""
        data = super().clean() or self.cleaned_data
        for day in range(len(WEEKDAYS)):
            opens, closes = data.get(f"d{day}_0"), data.get(f"d{day}_1")
            if (opens is None) != (closes is None) or (opens and closes and opens >= closes):
                self.add_error(f"d{day}_0", _("Isi jam buka dan jam tutup sesudahnya, atau kosongkan keduanya."))
        if not any(data.get(f"d{day}_0") for day in range(len(WEEKDAYS))) and not self.errors:
            raise forms.ValidationError(_("Isi paling sedikit satu hari kerja."))
        return data
