"""Somebody in the case, as a form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.forms.fields import CaseForm, CleanText, choice, or_none
from ruangaman.cases.types import Identity, NewPerson, PersonKind, SafeContact, person_content
from ruangaman.core.codelists import AgeGroup, ContactWay, Sex
from ruangaman.core.regions import kelurahan_by_kecamatan
from ruangaman.vault import services as vault
from ruangaman.vault.types import IdentifierKind


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
        label=_("NIK"), most=64, required=False, help_text=_("Boleh kosong. Pertolongan tidak menunggu NIK.")
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
    contact_never = CleanText(label=_("Jangan"), required=False, help_text=_("Cara yang membahayakannya."))

    def __init__(
        self, *args: Any, has_contact: bool = True, places: Iterable[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        """Leave out the contact for those who do not hold that compartment; offer the places that take part here."""
        super().__init__(*args, **kwargs)
        workplace: Any = self.fields["workplace"]
        workplace.choices = or_none(places, _("Bukan di instansi yang ikut di sini"))
        if not has_contact:
            for name in [name for name in self.fields if name.startswith("contact_")]:
                del self.fields[name]

    def clean_nik(self) -> str:
        """Sixteen digits or nothing; a warning would be too late for what is then sealed."""
        typed = str(self.cleaned_data["nik"]).strip()
        nik = vault.normalise(IdentifierKind.NIK, typed) or ""
        if typed and not nik:
            raise forms.ValidationError(_("NIK terdiri dari 16 angka. Kosongkan bila belum diketahui."))
        return nik

    def to_person(self) -> NewPerson:
        """Return what was typed."""
        known = self.cleaned_data
        contact = self.to_contact()
        fields = ("chosen_name", "full_name", "nik", "address", "kelurahan", "languages", "needs", "workplace")
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
