"""People of a case and the shapes of what is sealed about them and what they tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from ruangaman.core.codelists import ContactWay
from ruangaman.core.types import Json
from ruangaman.vault.types import IdentifierKind

Content = dict[str, Json]


class PersonKind(models.TextChoices):
    """What somebody is in a case."""

    VICTIM = "victim", _("Korban")
    PERPETRATOR = "perpetrator", _("Terlapor")
    REPORTER = "reporter", _("Pelapor")
    FAMILY = "family", _("Keluarga")
    WITNESS = "witness", _("Saksi")


class NoteSource(models.TextChoices):
    """Where a note comes from."""

    REPORT = "report", _("Dari laporan")
    STAFF = "staff", _("Catatan petugas")


@dataclass(frozen=True)
class Identity:
    """What is sealed in the identity compartment for one person. The chosen name is the one to call her by.

    Args:
        kk: number of the family card.
        birth: as precise as it is known: see `types.ages.birth_text`.
        address, kelurahan: where she lives now; `card_address` is what the identity card says, when it differs.
        pregnant: value of `types.gbvims.Answer`.
        children: how many children she has.
        ethnicity: only when she wants it known.
        education, occupation, marital_status, citizenship, religion, disabilities, accommodations: codes of the lists.
        workplace: code of an agency or unit that takes part here: nobody from there works on the case of an accused.
    """

    chosen_name: str = ""
    full_name: str = ""
    nik: str = ""
    address: str = ""
    kelurahan: str = ""
    languages: str = ""
    needs: str = ""
    kk: str = ""
    birth: str = ""
    card_address: str = ""
    pregnant: str = ""
    children: str = ""
    ethnicity: str = ""
    education: str = ""
    occupation: str = ""
    marital_status: str = ""
    citizenship: str = ""
    religion: str = ""
    disabilities: tuple[str, ...] = ()
    accommodations: tuple[str, ...] = ()
    workplace: str = ""


@dataclass(frozen=True)
class SafeContact:
    """What is sealed in the contact compartment for one person: how to reach her, and how never to.

    Args:
        way: code of `core.codelists.ContactWay`.
        opening: the harmless words to begin with.
    """

    way: str = ""
    value: str = ""
    hours: str = ""
    opening: str = ""
    never: str = ""

    @property
    def way_words(self) -> str:
        """The way in words, or "" when none is known."""
        return str(ContactWay(self.way).label) if self.way in ContactWay.values else ""


@dataclass(frozen=True)
class NewPerson:
    """Somebody to be added to a case."""

    kind: PersonKind
    sex: str = "NA"
    age_group: str = ""
    identity: Identity = field(default_factory=Identity)
    contact: SafeContact | None = None
    id: UUID | None = None


@dataclass(frozen=True)
class NewFile:
    """A file that came with the report: only its key is sealed again, its frames stay where they are."""

    file_id: UUID
    key: Content


@dataclass(frozen=True)
class VictimLink:
    """Who did what to whom in one incident; the relation is always that to this victim."""

    victim_id: UUID
    perpetrator_id: UUID | None
    relation: str
    forms: tuple[str, ...] = ()


class FactKey(StrEnum):
    """What a sealed fact is, whatever it is called on the screen: for those that the program itself looks for."""

    DANGER = "danger"
    WINDOW = "window"
    OUTCOME = "outcome"
    CLOCK = "clock"


SealedFact = tuple[str, str] | tuple[str, str, str]
"""Label and value in words, and a `FactKey` where the program looks for it."""


def note_content(text: str, facts: Iterable[SealedFact] = ()) -> Content:
    """Return what is sealed for a note: words of a person, and facts as label, value and perhaps a key."""
    return {"text": text, "facts": [[str(part) for part in fact] for fact in facts]}


def person_content(part: Identity | SafeContact) -> Content:
    """Return what is sealed for one part of a person; empty fields are left out."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(part).items() if value}


def identity_of(content: Mapping[str, Json]) -> Identity:
    """Return the identity in revealed content; unknown keys of a later release are passed over."""
    known: dict[str, Any] = {}
    for key, one in Identity.__dataclass_fields__.items():
        value = content.get(key)
        if value and isinstance(one.default, tuple):
            known[key] = tuple(str(part) for part in value) if isinstance(value, list) else ()
        elif value:
            known[key] = str(value)
    return Identity(**known)


def contact_of(content: Mapping[str, Json]) -> SafeContact:
    """Return the safe contact in revealed content."""
    return SafeContact(**{key: str(content[key]) for key in SafeContact.__dataclass_fields__ if content.get(key)})


def numbers_of(identity: Identity | None, contact: SafeContact | None) -> list[tuple[IdentifierKind, str]]:
    """Return by which numbers somebody can be found; whether each is one shows when it is stretched."""
    found = [
        (IdentifierKind.NIK, identity.nik if identity else ""),
        (IdentifierKind.PHONE, contact.value if contact else ""),
    ]
    return [(kind, text) for kind, text in found if text]
