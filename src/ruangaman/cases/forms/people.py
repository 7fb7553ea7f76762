"""Somebody in the case, as a form: how to reach them safely, who they are, and the rest only when it is needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.forms.fields import CaseForm, CleanText, answer, choice, offer, or_none, several
from ruangaman.cases.types import (
    Answer,
    Identity,
    NewPerson,
    NikWarning,
    PersonKind,
    SafeContact,
    birth_text,
    digits_of,
    nik_warnings,
    person_content,
    phone_e164,
)
from ruangaman.codelists.types import CodeBook, ListKey
from ruangaman.core.codelists import AgeGroup, ContactWay, Sex
from ruangaman.core.regions import kelurahan_by_kecamatan

ONE = {
    "education": ListKey.EDUCATION,
    "occupation": ListKey.OCCUPATION,
    "marital_status": ListKey.MARITAL_STATUS,
    "citizenship": ListKey.CITIZENSHIP,
    "religion": ListKey.RELIGION,
}
MANY = {"disabilities": ListKey.DISABILITY, "accommodations": ListKey.ACCOMMODATION}
PLAIN = (
    "chosen_name", "full_name", "nik", "address", "kelurahan", "languages", "needs", "kk", "card_address", "children",
    "ethnicity", "workplace",
)  # fmt: skip
BY_PHONE = frozenset({ContactWay.PHONE, ContactWay.WHATSAPP})
OLDEST_BIRTH = 1900
NOT_KNOWN = _("Belum diketahui")
ASKED_AGAIN = frozenset({NikWarning.LENGTH, NikWarning.PLACE, NikWarning.DATE, NikWarning.SERIAL})
"""What no number of anybody can be; on paper it stands so all the same now and then."""


class PersonForm(CaseForm):
    """Somebody in the case, and how to reach them safely."""

    kind = choice(PersonKind.choices, _("Siapa dalam kasus ini"), widget=forms.RadioSelect)
    contact_never = CleanText(label=_("Jangan"), required=False, help_text=_("Cara yang membahayakannya."))
    workplace = choice(
        (), _("Tempat kerja"), required=False,
        help_text=_("Bila ia bekerja di instansi ini: tidak ada orang dari sana yang dapat ditugaskan pada kasusnya."),
    )  # fmt: skip
    contact_way = choice(or_none(ContactWay.choices, _("Belum ada")), _("Cara menghubungi"), required=False)
    contact_value = CleanText(label=_("Nomor atau alamatnya"), required=False)
    contact_hours = CleanText(label=_("Jam yang aman"), required=False)
    contact_opening = CleanText(
        label=_("Kalimat pembuka"), required=False, help_text=_("Kata biasa yang tidak mencurigakan.")
    )
    chosen_name = CleanText(
        label=_("Nama yang ia pilih sendiri"), required=False, help_text=_("Dengan nama ini ia dipanggil di layar.")
    )
    full_name = CleanText(label=_("Nama lengkap"), required=False)
    sex = choice(Sex.choices, _("Jenis kelamin"), initial=Sex.NA, widget=forms.RadioSelect)
    age_group = choice(or_none(AgeGroup.choices, NOT_KNOWN), _("Umur saat kejadian"), required=False)
    needs = CleanText(
        label=_("Kebutuhan"),
        required=False,
        rows=2,
        most=600,
        help_text=_("Misalnya petugas perempuan, atau penerjemah."),
    )
    disabilities = several((), _("Disabilitas"), required=False)
    accommodations = several((), _("Yang memudahkannya"), required=False)
    languages = CleanText(label=_("Bahasa"), required=False)
    birth_year = forms.IntegerField(
        label=_("Tahun lahir"),
        required=False,
        help_text=_("Tahun saja sudah cukup."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4}),
        error_messages={"invalid": _("Tulis tahunnya, misalnya 1998.")},
    )
    birth_month = choice(or_none(((str(n), name) for n, name in MONTHS.items()), NOT_KNOWN), _("Bulan"), required=False)
    birth_day = choice(or_none(((str(n), str(n)) for n in range(1, 32)), NOT_KNOWN), _("Hari"), required=False)
    address = CleanText(label=_("Alamat tinggal"), required=False, rows=2, most=400)
    kelurahan = choice(lambda: or_none(kelurahan_by_kecamatan(), NOT_KNOWN), _("Kelurahan"), required=False)
    card_address = CleanText(label=_("Alamat di KTP, bila berbeda"), required=False, rows=2, most=400)
    nik = CleanText(
        label=_("NIK"), most=32, required=False, help_text=_("Boleh kosong. Pertolongan tidak menunggu NIK.")
    )
    nik_sure = forms.CharField(
        required=False, max_length=64, label=_("Tetap simpan nomor ini, kertasnya memang begitu")
    )
    """The number itself, ticked: another one is asked about again."""
    kk = CleanText(label=_("Nomor kartu keluarga"), most=32, required=False)
    education = choice((), _("Pendidikan"), required=False)
    occupation = choice((), _("Pekerjaan"), required=False)
    marital_status = choice((), _("Status perkawinan"), required=False)
    children = CleanText(label=_("Jumlah anak"), most=2, required=False)
    pregnant = answer(_("Sedang hamil?"))
    citizenship = choice((), _("Kewarganegaraan"), required=False)
    religion = choice((), _("Agama atau kepercayaan"), required=False)
    ethnicity = CleanText(label=_("Suku"), required=False)

    def __init__(
        self,
        *args: Any,
        book: CodeBook,
        today: date,
        has_contact: bool = True,
        known: Identity | None = None,
        places: Iterable[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        """Offer what the lists hold, and leave out the contact for those who do not hold that compartment.

        Args:
            known: what stands there: codes that have ended since stay choosable.
            places: agencies and units that take part here.
        """
        super().__init__(*args, **kwargs)
        self.today, self.known_nik = today, known.nik if known else ""
        self.nik_odd: list[str] = []
        stands = known or Identity()
        offer(self, "workplace", or_none(places, _("Bukan di instansi yang ikut di sini")))
        for name, key in ONE.items():
            offer(self, name, or_none(book.choices(key, today, kept=[getattr(stands, name)]), NOT_KNOWN))
        for name, key in MANY.items():
            offer(self, name, book.choices(key, today, kept=getattr(stands, name)))
        if not has_contact:
            for name in [name for name in self.fields if name.startswith("contact_")]:
                del self.fields[name]

    @property
    def help_open(self) -> bool:
        """Whether the fold about what makes it easier stands open."""
        return self.is_open("disabilities", "accommodations", "languages")

    @property
    def papers_open(self) -> bool:
        """Whether the fold about birth, address and numbers stands open."""
        return self.is_open(
            "birth_year", "birth_month", "birth_day", "address", "kelurahan", "card_address", "nik", "kk"
        )

    @property
    def life_open(self) -> bool:
        """Whether the fold about school, work and family stands open."""
        return self.is_open(*ONE, "workplace", "children", "pregnant", "ethnicity")

    def clean_nik(self) -> str:
        """Without spaces. What cannot be is asked about once more, and kept when it is meant so."""
        nik = digits_of(self.cleaned_data["nik"])
        odd = [one for one in nik_warnings(nik, today=self.today, allow_synthetic=True) if one in ASKED_AGAIN]
        if not nik or nik == self.known_nik or not odd:
            return nik
        self.nik_odd = [str(one.label) for one in odd]
        if digits_of(str(self.data.get(self.add_prefix("nik_sure"), ""))) != nik:
            raise forms.ValidationError(
                _("%(odd)s Periksa kertasnya, atau centang “Tetap simpan”.") % {"odd": " ".join(self.nik_odd)}
            )
        return nik

    @property
    def nik_to_confirm(self) -> str:
        """The number as it was sent, where it is odd: the value of the box; else ""."""
        return digits_of(str(self.data.get(self.add_prefix("nik"), ""))) if self.nik_odd else ""

    @property
    def is_nik_confirmed(self) -> bool:
        """Whether the box was ticked for this number."""
        return digits_of(str(self.data.get(self.add_prefix("nik_sure"), ""))) == self.nik_to_confirm

    def clean_kk(self) -> str:
        """Without spaces."""
        return digits_of(self.cleaned_data["kk"])

    def clean_children(self) -> str:
        """A number, or nothing."""
        count = str(self.cleaned_data["children"])
        if count and not (count.isascii() and count.isdigit()):
            raise forms.ValidationError(_("Tulis angka."))
        return count

    def clean(self) -> dict[str, Any]:
        """Check the birth date, and bring a phone number into the form in which machines dial it."""
        cleaned = super().clean()
        year, month, day = (cleaned.get(f"birth_{part}") for part in ("year", "month", "day"))
        if "birth_year" not in self.errors:
            self._check_birth(year, int(month) if month else None, int(day) if day else None)
        if cleaned.get("contact_way") in BY_PHONE and cleaned.get("contact_value"):
            cleaned["contact_value"] = phone_e164(cleaned["contact_value"]) or cleaned["contact_value"]
        return cleaned

    def _check_birth(self, year: int | None, month: int | None, day: int | None) -> None:
        try:
            birth = birth_text(year, month, day)
        except ValueError:
            self.add_error("birth_year", _("Tanggal lahir ini tidak ada di kalender."))
            return
        if year is not None and not (OLDEST_BIRTH <= year <= self.today.year and birth <= self.today.isoformat()):
            self.add_error("birth_year", _("Tahun lahir ini tidak mungkin."))
            return
        self.cleaned_data["birth"] = birth

    def to_identity(self) -> Identity:
        """Return who it is, as it will be sealed."""
        known = self.cleaned_data
        pregnant = known["pregnant"]
        found: dict[str, Any] = {name: known[name] for name in (*PLAIN, *ONE)}
        found |= {name: tuple(known[name]) for name in MANY}
        return Identity(birth=known["birth"], pregnant="" if pregnant == Answer.UNKNOWN else pregnant, **found)

    def to_person(self) -> NewPerson:
        """Return what was typed."""
        known = self.cleaned_data
        contact = self.to_contact()
        return NewPerson(
            kind=PersonKind(known["kind"]),
            sex=known["sex"],
            age_group=known["age_group"],
            identity=self.to_identity(),
            contact=contact if contact and person_content(contact) else None,
            id=known["row_id"],
        )

    def to_contact(self) -> SafeContact | None:
        """Return how to reach them, perhaps with nothing in it; None: the form does not ask."""
        known = self.cleaned_data
        asked = {key.removeprefix("contact_"): known[key] for key in known if key.startswith("contact_")}
        return SafeContact(**asked) if asked else None


def known_of(identity: Identity | None) -> dict[str, Any]:
    """Return what stands in an identity, as the form's first values."""
    if identity is None:
        return {}
    found: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in vars(identity).items() if value
    }
    for name, part in zip(("birth_year", "birth_month", "birth_day"), identity.birth.split("-"), strict=False):
        found[name] = str(int(part)) if part else ""
    return found
