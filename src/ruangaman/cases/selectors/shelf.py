"""The drawers of a case, and what lies in them once opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.accounts.models import User
from ruangaman.cases.models import Assignment, CaseFile, Note, Person, Task
from ruangaman.cases.selectors.people import NOTE_DRAWERS, join_names
from ruangaman.cases.selectors.windows import counted_from
from ruangaman.cases.types import FactKey, Identity, SafeContact, WindowOutcome
from ruangaman.clocks.models import Clock, Pause
from ruangaman.clocks.policies import can_change, can_drop
from ruangaman.clocks.types import span
from ruangaman.codelists.selectors import book
from ruangaman.codelists.types import ListKey
from ruangaman.core.codelists import AgeGroup, Danger, Now, Who
from ruangaman.core.regions import KELURAHAN
from ruangaman.ui import moments
from ruangaman.ui.types import Promised, Words
from ruangaman.vault.types import Closed, Compartment, Content

if TYPE_CHECKING:
    from ruangaman.cases.selectors.incidents import IncidentView

CHOSEN = (Danger, Now, Who, AgeGroup, WindowOutcome)
CHOSEN_LISTS = (ListKey.VIOLENCE_FORM, ListKey.RELATION)
"""The codes whose words a sealed answer may be made of."""
ORDER = (
    (Compartment.IDENTITY, "person"),
    (Compartment.NARRATIVE, "words"),
    (Compartment.CLINICAL, "care"),
    (Compartment.LEGAL, "scale"),
    (Compartment.SHELTER, "house"),
    (Compartment.ATTACHMENT, "clip"),
    (Compartment.WORK, "pen"),
)
CALLED: dict[FactKey, str] = {
    FactKey.DANGER: "Tanda bahaya",
    FactKey.WINDOW: "Jendela",
    FactKey.OUTCOME: "Hasilnya",
    FactKey.CLOCK: "Batas waktu yang dihentikan",
}
"""What facts with a key were called when they were sealed without one: what is sealed stays as it is, so that both are
known for as long as such cases are kept. Never changed, whatever the screens call them now."""
LOST = gettext_lazy("Kunci lama, tidak berlaku")
"""Said of whoever has a part in a case and a key that opens nothing of it any more: lost, or left with the work."""
Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class PersonView:
    """Somebody in the case. `identity` and `contact` None: closed to the viewer, or not there.

    Args:
        facts: what is known beside the name, in words.
        warnings: what is odd about their numbers.
    """

    row: Person
    name: str
    identity: Identity | None
    contact: SafeContact | None
    facts: Facts = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def kelurahan(self) -> str:
        """The name of the kelurahan where they live."""
        return KELURAHAN.get(self.identity.kelurahan, ("", ""))[0] if self.identity else ""


@dataclass(frozen=True)
class TaskView:
    """A task with its opened title and its clock."""

    row: Task
    title: str
    promised: Promised
    may_finish: bool


@dataclass(frozen=True)
class ClockView:
    """A promise that runs: what, whose turn, by which rule, and its time."""

    label: str
    law: str
    promised: Promised
    drop_url: str = ""
    """Where the viewer ends it, if it began by mistake."""
    resume_url: str = ""
    """Where the viewer lets it go on, by a POST; empty: it is not paused, or not theirs."""
    decide_url: str = ""
    """Where the viewer decides what it waits for."""

    @classmethod
    def of(
        cls, row: Clock, titles: Mapping[UUID, str], viewer: User, pauses: Mapping[UUID, Pause], *, is_safe: bool
    ) -> ClockView:
        """Return the view of a clock; one of a task bears the task's title, as far as it is open.

        Args:
            pauses: those that have not ended, by clock.
            is_safe: somebody looked where the case stands now and found her safe.
        """
        begun = counted_from(row)
        if row.owner_id == viewer.pk:
            whose = _("giliran Anda")
        else:
            whose = row.owner.display_name if row.owner else row.desk.name if row.desk else ""
        more = [
            whose,
            row.limit.legal_basis if row.limit else "",
            _("kewajiban lembaga lain") if row.kind.is_third_party else "",
            *(_paused(row, pauses.get(row.pk)) if row.paused_at else ()),
            _("%(span)s sudah lewat saat dicatat") % {"span": span(row.started_at - begun)}
            if row.kind.from_occurrence and begun < row.started_at
            else "",
        ]
        label = (titles.get(row.anchor) if row.anchor else "") or row.kind.name
        promised = Promised(begun, row.due_at, "pause" if row.paused_at else "")
        url = f"/kasus/{row.subject}/jam/{row.pk}/" if can_drop(viewer, row, is_safe=is_safe) else ""
        is_theirs = row.paused_at is not None and can_change(viewer, row, ())  # a desk lets its own go on in the queue
        resume = f"/kerja/dijeda/{row.pk}/jalankan" if is_theirs else ""
        is_mine = row.owner_id == viewer.pk and row.kind.key.startswith("decision.") and row.anchor
        decide = f"/kasus/keputusan/{row.anchor}/" if is_mine else ""
        return cls(label, " · ".join(filter(None, map(str, more))), promised, url, resume, decide)


def _paused(row: Clock, pause: Pause | None) -> list[Words]:
    said = {"when": moments.when(row.paused_at or row.started_at)}
    if pause is None or pause.by is None:
        return [_("dijeda sejak %(when)s") % said, row.get_pause_reason_display()]
    words = _("dijeda %(name)s sejak %(when)s") % {**said, "name": pause.by.display_name}
    return [words, row.get_pause_reason_display(), _("jalan lagi %(until)s") % {"until": moments.when(pause.until)}]


@dataclass(frozen=True)
class NoteView:
    """A note; `is_closed`: it was written before the viewer held this compartment."""

    row: Note
    text: str
    facts: Facts
    is_closed: bool
    dangers: tuple[str, ...] = ()
    """The signs of danger that were answered with it."""

    @classmethod
    def of(cls, row: Note, content: Content | Closed | None) -> NoteView:
        """Return the view of a note."""
        dangers = tuple(part for part in keyed(content, FactKey.DANGER).split(", ") if part)
        return cls(row, text_of(content), facts_of(content), isinstance(content, Closed), dangers)


@dataclass(frozen=True)
class FileView:
    """A file that came with the report: its name and size are sealed too."""

    row: CaseFile
    name: str
    media_type: str
    size: int

    @classmethod
    def of(cls, row: CaseFile, content: Content | Closed | None) -> FileView:
        """Return the view of a file."""
        if content is None or isinstance(content, Closed):
            return cls(row, _("Berkas %(n)d") % {"n": row.position + 1}, "", 0)
        size = content.get("size")
        name = str(content.get("name") or _("Berkas %(n)d") % {"n": row.position + 1})
        return cls(row, name, str(content.get("media_type") or ""), size if isinstance(size, int) else 0)


@dataclass(frozen=True)
class Drawer:
    """One compartment on the page.

    Args:
        holders: who can open it, in words.
        is_locked: the viewer holds no key for it.
        ask: whom to ask when it is locked. How much lies in it, and since when, is not said: that tells, too.
    """

    compartment: Compartment
    icon: str
    holders: str
    is_locked: bool
    ask: User | None
    notes: list[NoteView]
    incidents: list[IncidentView]
    files: list[FileView]

    @property
    def name(self) -> str:
        """What the compartment is called."""
        return str(self.compartment.label)

    @property
    def key(self) -> str:
        """Its code."""
        return self.compartment.name.lower()

    @property
    def number(self) -> int:
        """What the form of a note calls it."""
        return int(self.compartment)

    @property
    def takes_notes(self) -> bool:
        """Whether notes go into this drawer."""
        return self.compartment in NOTE_DRAWERS

    @property
    def holders_and_count(self) -> str:
        """Who can open it, and how much is in it."""
        count = len(self.notes) + len(self.incidents) + len(self.files)
        if not count:
            return self.holders
        return _("%(holders)s, %(count)d isi") % {"holders": self.holders, "count": count}


def drawers_of(
    held: frozenset[Compartment],
    holding: Sequence[tuple[User, frozenset[Compartment]]] | None,
    viewer: User,
    notes: Sequence[NoteView],
    incidents: Sequence[IncidentView],
    files: Sequence[FileView],
) -> list[Drawer]:
    """Return the shelf of a case, in the order in which one asks for it.

    Args:
        holding: who works on the case, each with what their keys open of it; None: that is not known here.
    """
    drawers = []
    for compartment, icon in ORDER:
        if compartment is Compartment.ATTACHMENT and not files:
            continue
        holders = [user for user, parts in holding or () if compartment in parts]
        own = [view for view in notes if view.row.compartment == compartment]
        others = [user for user in holders if user.pk != viewer.pk]
        drawers.append(
            Drawer(
                compartment=compartment,
                icon=icon,
                holders=_("Terbuka selama akses darurat ini") if holding is None else _holder_words(holders, viewer),
                is_locked=compartment not in held,
                ask=others[0] if others else None,
                notes=own,
                incidents=list(incidents) if compartment is Compartment.NARRATIVE else [],
                files=list(files) if compartment is Compartment.ATTACHMENT else [],
            )
        )
    return drawers


def _holder_words(holders: Sequence[User], viewer: User) -> str:
    names = [_("Anda") if user.pk == viewer.pk else user.display_name for user in holders]
    if not names:
        return _("Belum ada yang memegang")
    if len(names) == 1:
        return _("%(name)s saja") % {"name": names[0]}
    return join_names(sorted(names, key=lambda name: name != _("Anda")))


def text_of(content: Content | Closed | None) -> str:
    """Return the words in opened content; "" when it is closed or not asked for."""
    return "" if content is None or isinstance(content, Closed) else str(content.get("text") or "")


def facts_of(content: Content | Closed | None) -> Facts:
    """Return the pairs of label and value in opened content."""
    return [(_(label), _in_words(value)) for label, value, _key in _sealed_facts(content)]


def sealed_facts(content: Content | Closed | None) -> Facts:
    """Return the pairs of label and value as they were sealed, in the language of the house: to be sealed again."""
    return [(label, value) for label, value, _key in _sealed_facts(content)]


def keyed(content: Content | Closed | None, key: FactKey) -> str:
    """Return the value of the fact with a key, in the viewer's words; "" when there is none, or it is closed."""
    found = (value for label, value, known in _sealed_facts(content) if (known or _key_of(label)) == key)
    return _in_words(next(found, ""))


def _key_of(label: str) -> str:
    """Return the key of a fact that was sealed without one."""
    return next((key.value for key, called in CALLED.items() if called == label), "")


def _sealed_facts(content: Content | Closed | None) -> list[tuple[str, str, str]]:
    """Return label, value and key of what was sealed as facts."""
    facts = None if content is None or isinstance(content, Closed) else content.get("facts")
    known = [[str(part) for part in one] for one in facts if isinstance(one, list)] if isinstance(facts, list) else []
    return [(one[0], one[1], one[2] if len(one) > 2 else "") for one in known if len(one) >= 2]


def _in_words(value: str) -> str:
    """Return chosen answers, sealed in the house's language, in the viewer's; what somebody wrote stays as it is."""
    if translation.get_language() == settings.LANGUAGE_CODE:
        return value
    parts = value.split(", ")
    known = _chosen_words() | {one.label_id: one.label for key in CHOSEN_LISTS for one in book().all(key)}
    return ", ".join(str(known[part]) for part in parts) if all(part in known for part in parts) else value


@cache
def _chosen_words() -> dict[str, Words]:
    with translation.override(settings.LANGUAGE_CODE):
        return {str(one.label): one.label for codelist in CHOSEN for one in codelist}


def dangers_of(notes: Sequence[NoteView]) -> list[str]:
    """Return what was answered about signs of danger, each once, as far as these notes are open."""
    return list(dict.fromkeys(part for one in notes for part in one.dangers))


def since_words(part: Assignment) -> str:
    """Say since when somebody has a part in the case, and by whom."""
    day = moments.short_day(part.since)
    return _("Ditugaskan %(name)s, %(day)s") % {"name": part.by.display_name, "day": day}
