"""The public form: shape and wording. Everything but the story may be left out, and is then an empty string."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ruangaman.core import text
from ruangaman.core.codelists import AgeGroup, ContactWay, Danger, Now, Who
from ruangaman.core.regions import kelurahan_by_kecamatan
from ruangaman.intake.types import Relation, ReportDraft, ViolenceForm
from ruangaman.ui.words import UNKNOWN

MAX_STORY, MAX_MESSAGE, MAX_LINE = 40_000, 10_000, 200
MAX_VALUES = 100
"""No honest form sends more."""

KINDS = (
    (ViolenceForm.FISIK, _("Dipukul, didorong, atau dilukai")),
    (ViolenceForm.PSIKIS, _("Diancam, dihina, atau dikekang")),
    (ViolenceForm.SEKSUAL, _("Disentuh atau dipaksa secara seksual")),
    (ViolenceForm.KBGO, _("Foto, video, atau ancaman lewat HP")),
    (ViolenceForm.EKSPLOITASI, _("Dipaksa bekerja, uang diambil")),
    (ViolenceForm.PENELANTARAN, _("Tidak diberi makan, nafkah, atau perawatan")),
    (ViolenceForm.TRAFFICKING, _("Dibawa pergi atau dijual")),
    (ViolenceForm.LAINNYA, pgettext_lazy("bentuk kekerasan", "Yang lain")),
)
CHILD_KINDS = (
    (ViolenceForm.FISIK, _("Ada yang memukul atau menyakiti aku")),
    (ViolenceForm.SEKSUAL, _("Ada yang menyentuh badanku")),
    (ViolenceForm.KBGO, _("Ada yang minta atau menyebar fotoku")),
    (ViolenceForm.PSIKIS, _("Aku diejek atau diancam")),
    (ViolenceForm.PENELANTARAN, _("Aku tidak diurus, atau takut di rumah")),
    (ViolenceForm.LAINNYA, _("Lain, atau belum tahu")),
)
CHILD_AGES = [choice for choice in AgeGroup.choices if choice[0] in {AgeGroup.A6_12, AgeGroup.A13_17}]
KIND_ICONS = {
    "FISIK": "band",
    "PSIKIS": "words",
    "SEKSUAL": "hand",
    "KBGO": "cell",
    "EKSPLOITASI": "bag",
    "PENELANTARAN": "bowl",
    "TRAFFICKING": "route",
    "LAINNYA": "dots",
}
CONTACT_NOTES = {"receipt": _("Kamu mendapat nomor 20 angka untuk membaca jawaban. Paling aman.")}
REACHABLE = frozenset({ContactWay.PHONE, ContactWay.WHATSAPP, ContactWay.EMAIL})
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
TWICE = _("Isian ini terkirim dua kali dengan isi berbeda. Periksa lagi yang ini.")
TOO_MUCH = _("Terlalu banyak isian yang terkirim. Muat ulang halaman ini, lalu isi lagi.")


class CleanText(forms.CharField):
    """Text that people type: invisible marks go silently, what cannot be kept is told in a sentence."""

    def __init__(self, *, max_characters: int, multiline: bool = False, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.max_characters = max_characters
        self.multiline = multiline

    def to_python(self, value: Any) -> str:
        """Return the text as `core.text.clean` leaves it."""
        try:
            return text.clean(str(value or ""), max_length=self.max_characters, multiline=self.multiline)
        except text.TextError as error:
            raise forms.ValidationError(str(error), code=error.key) from error


class ManyFiles(forms.FileInput):
    """Files are sealed while the body is read; the form only draws the control."""

    allow_multiple_selected = True

    def value_from_datadict(self, *args: Any) -> None:
        """Return nothing: `request.uploads` has them."""


class Fixed(BaseChoiceIterator):
    """Choices that nothing changes: forms share them, where Django copies and checks each one for every form.

    Those of the city are asked for when a form is drawn.
    """

    def __init__(self, choices: Iterable[Any] | Callable[[], Iterable[Any]]) -> None:
        self.choices = choices if callable(choices) else tuple(choices)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.choices() if callable(self.choices) else self.choices)

    def __deepcopy__(self, memo: dict[int, Any]) -> Fixed:
        return self


def one_of(choices: Iterable[Any] | Callable[[], Iterable[Any]], label: Any, **kwargs: Any) -> forms.ChoiceField:
    """Return an optional field with one answer."""
    return forms.ChoiceField(
        choices=Fixed(choices),
        label=label,
        required=False,
        error_messages={"invalid_choice": UNKNOWN},
        **{"widget": forms.RadioSelect, **kwargs},
    )


def some_of(choices: Iterable[Any], label: Any, **kwargs: Any) -> forms.MultipleChoiceField:
    """Return an optional field with any number of answers."""
    return forms.MultipleChoiceField(
        choices=Fixed(choices),
        label=label,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": UNKNOWN, "invalid_list": UNKNOWN},
        **kwargs,
    )


def line(label: Any, **kwargs: Any) -> CleanText:
    """Return an optional field of one line."""
    return CleanText(max_characters=MAX_LINE, label=label, required=False, **kwargs)


class Shared(dict[str, forms.Field]):
    """Fields that every form of a class shares, where Django copies each of them for every request.

    A form that changes one makes it its own first (`PublicForm.own`).
    """

    def __deepcopy__(self, memo: dict[int, Any]) -> Shared:
        return Shared(self)


class PublicForm(forms.Form):
    """What the public forms share: no value twice, and a fault of the body told like any other mistake."""

    base_fields: ClassVar[dict[str, forms.Field]]

    single: tuple[str, ...] = ()

    def own(self, name: str) -> Any:
        """Return a field that this form may change."""
        self.fields[name] = copy.deepcopy(self.fields[name])
        return self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Refuse fields that have one answer and came with two."""
        cleaned = super().clean() or self.cleaned_data
        if not isinstance(self.data, QueryDict):
            return cleaned
        if sum(len(values) for _name, values in self.data.lists()) > MAX_VALUES:
            self.add_error(None, str(TOO_MUCH))
        for name in self.single:
            if len(set(self.data.getlist(name))) > 1:
                self.add_error(name if name in self.fields else None, str(TWICE))
        return cleaned


class ReportForm(PublicForm):
    """The report."""

    single = (
        "what", "now", "who", "when", "where", "relation", "age_group", "contact", "contact_value", "contact_hours",
        "contact_name", "key",
    )  # fmt: skip

    what = CleanText(
        max_characters=MAX_STORY,
        multiline=True,
        label=_("Apa yang terjadi?"),
        help_text=_("Boleh singkat, boleh acak. Tidak perlu bukti atau kata yang rapi."),
        error_messages={"required": _("Tulis sedikit saja tentang apa yang terjadi. Satu kalimat cukup.")},
        widget=forms.Textarea,
    )
    now = one_of(Now.choices, _("Apakah masih terjadi sekarang?"))
    who = one_of(Who.choices, _("Ini tentang siapa?"))
    kinds = some_of(
        [(code.value, words) for code, words in KINDS],
        _("Yang mana yang mirip?"),
        help_text=_("Boleh lebih dari satu. Boleh tidak memilih."),
    )
    dangers = some_of(
        Danger.choices,
        _("Apakah ada tanda bahaya ini?"),
        help_text=_("Supaya kami tahu seberapa cepat harus bergerak."),
    )
    when = line(_("Kapan?"), widget=forms.TextInput(attrs={"placeholder": _("Misalnya: kemarin malam")}))
    where = one_of(
        lambda: [("", _("Tidak tahu, atau lewati")), *kelurahan_by_kecamatan()], _("Kelurahan"), widget=forms.Select
    )
    relation = one_of([("", _("Lewati")), *Relation.choices], _("Hubungannya"), widget=forms.Select)
    age_group = one_of([("", _("Lewati")), *AgeGroup.choices], _("Umur orang yang mengalami"), widget=forms.Select)
    contact = one_of(
        ContactWay.choices,
        _("Bagaimana kami boleh menjawabmu?"),
        help_text=_("Kami hanya memakai cara pilihanmu."),
        initial=ContactWay.RECEIPT,
    )
    contact_value = line(_("Nomor atau alamat"))
    contact_hours = line(_("Kapan aman dihubungi?"), help_text=_("Contoh: hari kerja, jam 9 sampai 12."))
    contact_name = line(
        _("Kami menyapa dengan nama apa?"),
        help_text=_("Boleh samaran. Kalau orang lain yang mengangkat, kami tidak menyebut kantor."),
    )
    avoid = some_of((), _("Ada yang tidak boleh tahu"))
    files = forms.Field(  # type: ignore[assignment]  # the form's class keeps fields apart from its own names
        required=False,
        label=_("Pilih berkas"),
        help_text=_("Paling banyak 10 berkas, masing-masing 25 MB."),
        widget=ManyFiles(attrs={"multiple": True}),
    )

    def __init__(
        self, *args: Any, avoidable: Iterable[tuple[str, str]] = (), child: bool = False, **kwargs: Any
    ) -> None:
        """Build the form.

        Args:
            avoidable: code and name of everything that may be kept from reading.
            child: ask in a child's words.
        """
        super().__init__(*args, **{"auto_id": "%s", **kwargs})
        self.voice = "child" if child else ""
        self.own("avoid").choices = list(avoidable)
        if child:
            kinds, what, age_group = (self.own(name) for name in ("kinds", "what", "age_group"))
            kinds.choices = [(code.value, words) for code, words in CHILD_KINDS]
            kinds.label = _("Yang mana yang mirip ceritamu?")
            kinds.help_text = _("Boleh pilih beberapa. Boleh dilewati.")
            what.label = _("Pakai kata-katamu sendiri")
            what.help_text = _("Satu kalimat juga cukup. Salah ketik tidak apa-apa.")
            age_group.choices = CHILD_AGES
            age_group.label = _("Berapa umurmu?")

    def clean_contact_value(self) -> str:
        """Ask again when the number or address cannot be right for the chosen way."""
        value: str = self.cleaned_data["contact_value"]
        way = self.cleaned_data.get("contact")
        if way not in REACHABLE:
            return value
        if not value:
            raise forms.ValidationError(_("Tulis nomor atau alamatnya, atau pilih “Lewat halaman ini”."))
        if way == ContactWay.EMAIL:
            if not EMAIL.fullmatch(value):
                raise forms.ValidationError(_("Alamat email ini belum lengkap. Contoh: nama@contoh.id"))
            return value
        digits = sum(char.isdigit() for char in value)
        if digits < 7:
            raise forms.ValidationError(_("Nomor ini kurang angka. Contoh: 0812-3456-7890"))
        if digits > 15:
            raise forms.ValidationError(_("Nomor ini kelebihan angka. Contoh: 0812-3456-7890"))
        return value

    def to_draft(self, channel: str) -> ReportDraft:
        """Return the checked answers."""
        data = self.cleaned_data
        many: dict[str, Any] = {name: tuple(data[name]) for name in ("kinds", "dangers", "avoid")}
        one = {name: data[name] for name in self.single if name not in {"key", "contact"}}
        return ReportDraft(
            channel=channel, contact=data["contact"] or ContactWay.RECEIPT.value, voice=self.voice, **one, **many
        )


class ReceiptForm(PublicForm):
    """The number under which a thread goes on. What it holds is checked in one place, so that no answer differs."""

    receipt = forms.Field(
        required=False,
        label=_("Nomor kamu"),
        help_text=_("Spasi tidak masalah."),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "maxlength": 40, "placeholder": "0000 0000 0000 0000 0000"}
        ),
    )


class MessageForm(PublicForm):
    """One more message from the reporter."""

    single = ("message",)

    message = CleanText(
        max_characters=MAX_MESSAGE,
        multiline=True,
        required=False,
        label=_("Tulis balasan"),
        widget=forms.Textarea,
    )
    files = forms.Field(  # type: ignore[assignment]  # as above
        required=False, label=_("Pilih berkas"), widget=ManyFiles(attrs={"multiple": True})
    )

    def __init__(self, *args: Any, has_files: bool = False, **kwargs: Any) -> None:
        """Build the form.

        Args:
            has_files: files came along: then words are not needed.
        """
        super().__init__(*args, **{"auto_id": "%s", **kwargs})
        self.has_files = has_files

    def clean_message(self) -> str:
        """Ask for something: words, or a file."""
        message: str = self.cleaned_data["message"]
        if not message and not self.has_files:
            raise forms.ValidationError(_("Belum ada tulisan atau berkas. Tulis sedikit saja."))
        return message


for _form in (ReportForm, ReceiptForm, MessageForm):
    _form.base_fields = Shared(_form.base_fields)
