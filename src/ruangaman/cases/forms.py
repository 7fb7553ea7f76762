"""Shape and wording of what is typed about a case. Rules are the services' business."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.types import (
    CaseFilters,
    CaseState,
    Identity,
    NewPerson,
    PersonKind,
    SafeContact,
    VictimLink,
    person_content,
)
from ruangaman.core import text
from ruangaman.core.codelists import (
    AgeGroup,
    ClosingReason,
    ContactWay,
    Place,
    Relation,
    RiskLevel,
    ServiceType,
    Sex,
    ViolenceForm,
)
from ruangaman.core.regions import KECAMATAN, KELURAHAN, kecamatan_of, kelurahan_by_kecamatan

MAX_STORY, MAX_TEXT, MAX_LINE = 40_000, 4_000, 200
UNKNOWN = _("Ada pilihan yang tidak kami kenal. Pilih lagi.")
NEEDED = _("Bagian ini perlu diisi.")
NOT_A_DAY = _("Tanggal ini tidak dapat dibaca. Contoh: 24/11/2026.")
TWICE = _("Isian ini terkirim dua kali dengan isi berbeda. Periksa lagi.")
OLDEST = date(1940, 1, 1)
LINKS = 6
"""So many pairs of victim and perpetrator fit on the form of one incident."""


class CleanText(forms.CharField):
    """Text that people type: invisible marks go silently, what cannot be kept is told in a sentence."""

    def __init__(self, *, most: int = MAX_LINE, multiline: bool = False, rows: int = 0, **kwargs: Any) -> None:
        """Take the limit in characters; `rows` makes it a text area."""
        if rows:
            kwargs["widget"] = forms.Textarea(attrs={"rows": rows})
        super().__init__(strip=False, error_messages={"required": NEEDED}, **kwargs)
        self.most = most
        self.multiline = multiline or bool(rows)

    def to_python(self, value: Any) -> str:
        """Return the text as `core.text.clean` leaves it."""
        try:
            return text.clean(str(value or ""), max_length=self.most, multiline=self.multiline)
        except text.TextError as error:
            raise forms.ValidationError(str(error), code=error.key) from error


class RowId(forms.UUIDField):
    """The id of the row that this form will make: sent twice, it is made once. A broken one is replaced."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        """Mint the id when the form is drawn."""
        super().__init__(required=False, initial=uuid4, **kwargs)

    def clean(self, value: Any) -> UUID:
        """Return the id, or a fresh one."""
        try:
            return super().clean(value) or uuid4()
        except forms.ValidationError:
            return uuid4()


def choice(choices: Iterable[Any], label: Any, **kwargs: Any) -> forms.ChoiceField:
    """Return a field with one answer of a list."""
    kwargs.setdefault("error_messages", {"invalid_choice": UNKNOWN, "required": NEEDED})
    return forms.ChoiceField(choices=list(choices), label=label, **kwargs)


def several(choices: Iterable[Any], label: Any, **kwargs: Any) -> forms.MultipleChoiceField:
    """Return a field with any number of answers of a list."""
    messages = {"invalid_choice": UNKNOWN, "invalid_list": UNKNOWN, "required": _("Pilih paling sedikit satu.")}
    return forms.MultipleChoiceField(
        choices=list(choices), label=label, widget=forms.CheckboxSelectMultiple, error_messages=messages, **kwargs
    )


def day(label: Any, **kwargs: Any) -> forms.DateField:
    """Return a field for a day on the city's calendar."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(
        label=label, widget=widget, error_messages={"invalid": NOT_A_DAY, "required": NEEDED}, **kwargs
    )


def or_none(choices: Iterable[Any], words: Any) -> list[Any]:
    """Return choices with an empty one before them."""
    return [("", words), *choices]


class CaseForm(forms.Form):
    """What the forms of a case share: the id of the new row, and no value twice."""

    row_id = RowId()

    def clean(self) -> dict[str, Any]:
        """Refuse fields that have one answer and came with two."""
        cleaned = super().clean() or {}
        data: Any = self.data
        if hasattr(data, "getlist"):
            for name, field in self.fields.items():
                if (
                    not isinstance(field, forms.MultipleChoiceField)
                    and len(set(data.getlist(self.add_prefix(name)))) > 1
                ):
                    self.add_error(name, TWICE)
        return cleaned


class PersonForm(CaseForm):
    """Somebody in the case, and how to reach them safely."""

    kind = choice(PersonKind.choices, _("Siapa dalam kasus ini"), widget=forms.RadioSelect)
    chosen_name = CleanText(
        label=_("Nama yang ia pilih sendiri"), required=False, help_text=_("Dengan nama ini ia dipanggil di layar.")
    )
    full_name = CleanText(label=_("Nama lengkap"), required=False)
    sex = choice(Sex.choices, _("Jenis kelamin"), initial=Sex.NA, widget=forms.RadioSelect)
    age_group = choice(or_none(AgeGroup.choices, _("Belum diketahui")), _("Umur saat kejadian"), required=False)
    nik = CleanText(
        label=_("NIK"), most=16, required=False, help_text=_("Boleh kosong. Pertolongan tidak menunggu NIK.")
    )
    address = CleanText(label=_("Alamat"), required=False, rows=2, most=400)
    kelurahan = choice(or_none(kelurahan_by_kecamatan(), _("Belum diketahui")), _("Kelurahan"), required=False)
    languages = CleanText(label=_("Bahasa"), required=False)
    needs = CleanText(
        label=_("Kebutuhan"),
        required=False,
        rows=2,
        most=600,
        help_text=_("Misalnya petugas perempuan, juru bahasa isyarat, jalan tanpa tangga."),
    )
    contact_way = choice(or_none(ContactWay.choices, _("Belum ada")), _("Cara menghubungi"), required=False)
    contact_value = CleanText(label=_("Nomor atau alamatnya"), required=False)
    contact_hours = CleanText(label=_("Jam yang aman"), required=False)
    contact_opening = CleanText(
        label=_("Kalimat pembuka"), required=False, help_text=_("Kata biasa yang tidak mencurigakan.")
    )
    contact_never = CleanText(label=_("Jangan"), required=False, help_text=_("Cara yang membahayakannya."))

    def __init__(self, *args: Any, has_contact: bool = True, **kwargs: Any) -> None:
        """Leave out the contact for those who do not hold that compartment."""
        super().__init__(*args, **kwargs)
        if not has_contact:
            for name in [name for name in self.fields if name.startswith("contact_")]:
                del self.fields[name]

    def clean_nik(self) -> str:
        """Sixteen digits or nothing; a warning would be too late for what is then sealed."""
        nik = str(self.cleaned_data["nik"]).replace(" ", "")
        if nik and not (len(nik) == 16 and nik.isascii() and nik.isdigit()):
            raise forms.ValidationError(_("NIK terdiri dari 16 angka. Kosongkan bila belum diketahui."))
        return nik

    def to_person(self) -> NewPerson:
        """Return what was typed."""
        known = self.cleaned_data
        contact = self.to_contact()
        fields = ("chosen_name", "full_name", "nik", "address", "kelurahan", "languages", "needs")
        return NewPerson(
            kind=PersonKind(known["kind"]),
            sex=known["sex"],
            age_group=known["age_group"],
            identity=Identity(**{name: known[name] for name in fields}),
            contact=contact if contact and person_content(contact) else None,
            id=known["row_id"],
        )

    def to_contact(self) -> SafeContact | None:
        """Return how to reach them, perhaps with nothing in it; None: the form does not ask."""
        known = self.cleaned_data
        asked = {key.removeprefix("contact_"): known[key] for key in known if key.startswith("contact_")}
        return SafeContact(**asked) if asked else None


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
        return [(str(_("Kelurahan")), name)] if name else []

    @property
    def kecamatan(self) -> str:
        """The code of the kecamatan, the only part of the place that stays in the clear."""
        return kecamatan_of(self.cleaned_data["kelurahan"])


class NoteForm(CaseForm):
    """A note, and the drawer that it goes into."""

    compartment = choice((), _("Disimpan di"), widget=forms.RadioSelect)
    text = CleanText(label=_("Catatan"), rows=8, most=MAX_STORY)

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
        min_value=0.5,  # type: ignore[arg-type]  # Django takes numbers
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
        """A task is for the days to come."""
        due: datetime = self.cleaned_data["due_at"]
        if not self.at - timedelta(days=1) <= due <= self.at + timedelta(days=730):
            raise forms.ValidationError(_("Waktunya terlalu jauh: periksa tanggal dan tahunnya."))
        return due


class AssignForm(CaseForm):
    """Somebody for a part in the case. The role is the person's own."""

    user = choice((), _("Siapa"))

    def __init__(self, *args: Any, users: Iterable[Any] = (), **kwargs: Any) -> None:
        """Offer those who could take a part."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        field.choices = list(users)


class HandOverForm(AssignForm):
    """The next manager."""

    is_confirmed = forms.BooleanField(
        label=_("Saya tahu bahwa saya tidak lagi dapat membuka kasus ini"), error_messages={"required": NEEDED}
    )


class ReleaseForm(CaseForm):
    """Taking somebody off; to be confirmed where something would close for everybody."""

    is_confirmed = forms.BooleanField(label=_("Saya tahu isinya akan tertutup bagi semua"), required=False)


class MoveForm(CaseForm):
    """Where the case goes next, and why."""

    target = choice((), _("Tahap berikutnya"), widget=forms.RadioSelect)
    reason = CleanText(label=_("Alasan"), rows=4, most=MAX_TEXT)

    def __init__(self, *args: Any, targets: Iterable[CaseState] = (), **kwargs: Any) -> None:
        """Offer the states that the present one leads to."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["target"]
        field.choices = [(state.value, state.label) for state in targets]


class CloseForm(CaseForm):
    """Why the case ends."""

    reason = choice(ClosingReason.choices, _("Mengapa kasus ini ditutup"), widget=forms.RadioSelect)
    explanation = CleanText(
        label=_("Penjelasan"), rows=4, most=MAX_TEXT, help_text=_("Apa yang tercapai, apa yang masih terbuka.")
    )


class ReopenForm(CaseForm):
    """Why a closed case is opened again."""

    reason = CleanText(label=_("Mengapa dibuka lagi"), rows=4, most=MAX_TEXT)


class FilterForm(forms.Form):
    """The sentence that narrows the list. Whatever it does not know, it passes over."""

    tahap = forms.ChoiceField(label=_("Tahap"), required=False, choices=or_none(CaseState.choices, _("semua tahap")))
    bahaya = forms.ChoiceField(
        label=_("Bahaya"), required=False, choices=or_none(RiskLevel.choices, _("semua tingkat bahaya"))
    )
    wilayah = forms.ChoiceField(
        label=_("Wilayah"),
        required=False,
        choices=or_none(sorted(KECAMATAN.items(), key=lambda one: one[1]), _("seluruh kota")),
    )
    perlu = forms.ChoiceField(
        label=_("Yang mana"),
        required=False,
        choices=[
            ("", _("semua yang terbuka")),
            ("late", _("yang tugasnya lewat waktu")),
            ("mine", _("yang punya tugas saya")),
            ("closed", _("yang sudah ditutup")),
        ],
    )

    def to_filters(self) -> CaseFilters:
        """Return what the address asks for."""
        self.is_valid()
        known = self.cleaned_data
        need = known.get("perlu", "")
        return CaseFilters(
            state=known.get("tahap", ""),
            risk=int(known["bahaya"]) if known.get("bahaya") else None,
            kecamatan=known.get("wilayah", ""),
            need="" if need == "closed" else need,
            closed=need == "closed",
        )
