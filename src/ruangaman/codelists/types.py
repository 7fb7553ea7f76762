"""The lists there are, what may be said about a code beside its words, and the book of all codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ruangaman.core.codelists import OfficeDuty, OfficeFunction
from ruangaman.ui.types import Words

Choices = list[tuple[str, str]]


class ListKey(models.TextChoices):
    """Every list. Source: domain.md 3."""

    SERVICE_TYPE = "service_type", _("Jenis layanan")
    VIOLENCE_FORM = "violence_form", _("Bentuk kekerasan")
    ONLINE_VIOLENCE = "online_violence", _("Kekerasan berbasis elektronik")
    TPKS_ARTICLE = "tpks_article", _("Tindak pidana kekerasan seksual")
    AMPK = "ampk", _("Anak yang memerlukan perlindungan khusus")
    DANGER = "danger", _("Tanda bahaya")
    PLACE = "place", _("Tempat kejadian")
    RELATION = "relation", _("Hubungan terlapor dengan korban")
    LEGAL_STATUS = "legal_status", _("Status hukum terlapor")
    IMPACT = "impact", _("Dampak pada korban")
    AGE_GROUP = "age_group", _("Kelompok umur")
    DISABILITY = "disability", _("Disabilitas")
    ACCOMMODATION = "accommodation", _("Akomodasi yang layak")
    EDUCATION = "education", _("Pendidikan")
    OCCUPATION = "occupation", _("Pekerjaan")
    MARITAL_STATUS = "marital_status", _("Status perkawinan")
    CITIZENSHIP = "citizenship", _("Kewarganegaraan")
    RELIGION = "religion", _("Agama atau kepercayaan")
    CHILDREN_AT_HOME = "children_at_home", _("Anak di rumah")
    CHANNEL = "channel", _("Kanal masuk")
    REFERRAL_SOURCE = "referral_source", _("Asal rujukan")


FIXED = frozenset({ListKey.DANGER, ListKey.AGE_GROUP, ListKey.CHANNEL})
"""The program decides by these codes: their words may be changed, codes neither come nor go."""

COUNTED = frozenset({ListKey.SERVICE_TYPE, ListKey.VIOLENCE_FORM, ListKey.PLACE, ListKey.RELATION, ListKey.AGE_GROUP})
"""What stands in the clear in cases. Of all other lists nobody can count the answers: they are sealed."""


@dataclass(frozen=True)
class Attribute:
    """Something that a code of a list says beside its words; it is what the program decides by."""

    name: str
    label: Words
    hint: Words
    choices: tuple[tuple[str, Words], ...]
    required: bool = True


FUNCTIONS: tuple[tuple[str, Words], ...] = tuple(OfficeFunction.choices)
TASKS: tuple[tuple[str, Words], ...] = tuple(
    (code, format_lazy("{}. {}", code, label)) for code, label in OfficeDuty.choices
)
HARMS: tuple[tuple[str, Words], ...] = (
    ("physical", _("Kekerasan fisik")),
    ("psychological", _("Kekerasan psikis")),
    ("sexual", _("Kekerasan seksual")),
    ("exploitation", _("Eksploitasi")),
    ("trafficking", _("Perdagangan orang")),
    ("neglect", _("Penelantaran")),
    ("online", _("Cara berbasis elektronik")),
    ("other", _("Lainnya, tidak dihitung khusus")),
)
RELATIONS: tuple[tuple[str, Words], ...] = (
    ("spouse", _("Suami atau istri")),
    ("partner", _("Pacar atau pasangan")),
    ("former", _("Mantan pasangan")),
    ("parent", _("Orang tua")),
    ("kin", _("Keluarga lain")),
    ("employer", _("Majikan")),
    ("other", _("Di luar keluarga")),
    ("unknown", _("Tidak dikenal")),
)
MARRIAGES: tuple[tuple[str, Words], ...] = (
    ("married", _("Sedang kawin")),
    ("not_married", _("Tidak sedang kawin")),
    ("unknown", _("Tidak diketahui")),
)
COUNTS_AS = "counts_as"
ATTRIBUTES: Mapping[ListKey, tuple[Attribute, ...]] = {
    ListKey.SERVICE_TYPE: (
        Attribute("function", _("Termasuk fungsi"), _("Satu dari enam fungsi UPTD PPA."), FUNCTIONS),
        Attribute("task", _("Termasuk tugas"), _("Satu dari sebelas tugas dalam Perpres 55/2024."), TASKS),
    ),
    ListKey.VIOLENCE_FORM: (
        Attribute(COUNTS_AS, _("Dihitung sebagai"), _("Menentukan klasifikasi yang diturunkan sistem."), HARMS),
    ),
    ListKey.RELATION: (Attribute(COUNTS_AS, _("Dihitung sebagai"), _("Menentukan apakah termasuk KDRT."), RELATIONS),),
    ListKey.MARITAL_STATUS: (
        Attribute(COUNTS_AS, _("Dihitung sebagai"), _("Menentukan tanda perkawinan anak."), MARRIAGES),
    ),
}
"""What a code of each list has to say. A list that is not here has words only."""


@dataclass(frozen=True)
class CodeView:
    """One version of one code.

    Args:
        valid_to: first day on which it is not valid any more; None: no end is known.
        extra: attribute → value, from `ATTRIBUTES`.
    """

    list: str
    code: str
    label_id: str
    label_en: str
    explanation: str
    source: str
    valid_from: date
    valid_to: date | None
    parent: str
    position: int
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Its words in the viewer's language."""
        return self.label_en if get_language() == "en" and self.label_en else self.label_id

    @property
    def counts_as(self) -> str:
        """What the program takes it for; "" when its list has no such thing."""
        return self.extra.get(COUNTS_AS, "")

    def is_valid(self, on: date) -> bool:
        """Whether it may be chosen for something of this day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


class CodeBook:
    """Every version of every code, read once."""

    def __init__(self, codes: Iterable[CodeView]) -> None:
        self._versions: dict[tuple[str, str], list[CodeView]] = {}
        self._lists: dict[str, list[CodeView]] = {}
        for one in sorted(codes, key=lambda one: (one.list, one.position, one.code, one.valid_from)):
            self._versions.setdefault((one.list, one.code), []).append(one)
            self._lists.setdefault(one.list, []).append(one)

    def versions(self, key: ListKey, code: str) -> tuple[CodeView, ...]:
        """Return every version of a code, the oldest first; none: there is no such code."""
        return tuple(self._versions.get((key, code), ()))

    def all(self, key: ListKey) -> Iterator[CodeView]:
        """Yield every version of every code of a list, in the order of the list."""
        yield from self._lists.get(key, ())

    def valid(self, key: ListKey, on: date) -> list[CodeView]:
        """Return the codes that may be chosen for something of a day, children behind their parents."""
        found = [one for one in self._lists.get(key, ()) if one.is_valid(on)]
        known = {one.code for one in found}
        children: dict[str, list[CodeView]] = {}
        for one in found:
            if one.parent in known:
                children.setdefault(one.parent, []).append(one)
        return [each for one in found if one.parent not in known for each in (one, *children.get(one.code, ()))]

    def choices(self, key: ListKey, on: date, *, kept: Iterable[str] = ()) -> Choices:
        """Return what a form offers on a day.

        Args:
            kept: codes that stand in what is being corrected: they stay choosable, even when they have ended since.
        """
        offered = [(one.code, one.label) for one in self.valid(key, on)]
        known = {code for code, _label in offered}
        return offered + [(code, self.label(key, code, on)) for code in kept if code and code not in known]

    def get(self, key: ListKey, code: str, on: date | None = None) -> CodeView | None:
        """Return the version of a code that held on a day, else the nearest; None: no such code."""
        versions = self._versions.get((key, code), [])
        if not versions:
            return None
        if on is None:
            return versions[-1]
        begun = [one for one in versions if one.valid_from <= on]
        return begun[-1] if begun else versions[0]

    def label(self, key: ListKey, code: str, on: date | None = None) -> str:
        """Return the words of a code as they were on a day; a code that no list knows stays as it is."""
        found = self.get(key, code, on)
        return found.label if found else code

    def labels(self, key: ListKey, codes: Iterable[str], on: date | None = None) -> list[str]:
        """Return the words of several codes."""
        return [self.label(key, code, on) for code in codes]

    def counts_as(self, key: ListKey, codes: Iterable[str], on: date | None = None) -> frozenset[str]:
        """Return what the program takes these codes for."""
        found = (self.get(key, code, on) for code in codes)
        return frozenset(one.counts_as for one in found if one and one.counts_as)


@dataclass(frozen=True)
class NewCode:
    """What somebody says about a code: all of a version but from when on."""

    label_id: str
    label_en: str
    explanation: str = ""
    source: str = ""
    parent: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
