"""The case page: everything on it in few queries, everything sealed opened at once and recorded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.cases import policies, registry
from ruangaman.cases.models import (
    Assignment,
    Case,
    Glass,
    Task,
)
from ruangaman.cases.registry import TimelineItem
from ruangaman.cases.selectors import shelf, timeline
from ruangaman.cases.selectors.cards import facts_about, warnings_about
from ruangaman.cases.selectors.flow import (
    OWN_PARTS,
    SessionView,
    done_from_json,
    in_stream,
    last_escort,
    last_session,
    next_move,
    refs_of,
)
from ruangaman.cases.selectors.incidents import IncidentView
from ruangaman.cases.selectors.past import Past, past_of
from ruangaman.cases.selectors.people import name_of, read_part, safe_of
from ruangaman.cases.selectors.rows import Given, read_parts
from ruangaman.cases.selectors.shelf import ClockView, Drawer, FileView, NoteView, PersonView, TaskView
from ruangaman.cases.selectors.tables import PARTS, Rows, rows_of
from ruangaman.cases.types import (
    CaseState,
    Evidence,
    Fact,
    GlassState,
    Identity,
    Missing,
    Move,
    PersonKind,
    SafeContact,
    contact_of,
    identity_of,
    is_grown,
    missing_for,
    skipped_steps,
)
from ruangaman.core.clock import day_of
from ruangaman.core.codelists import CaseType
from ruangaman.core.regions import KECAMATAN, zone
from ruangaman.core.types import Actor
from ruangaman.ui.types import Holder, Promised, Words
from ruangaman.vault import services as vault
from ruangaman.vault.selectors import GrantView, grants_from_json
from ruangaman.vault.types import Closed, Compartment, Content, Purpose

Opened = dict[UUID, Content | Closed]
FLOW = (
    CaseState.ASSESSMENT,
    CaseState.PLAN,
    CaseState.SERVICES,
    CaseState.MONITORING,
    CaseState.CLOSED,
    CaseState.AFTERCARE,
)


@dataclass(frozen=True)
class Asked:
    """How much of the timeline is shown.

    Args:
        stream: narrows it: contact, decision, service, record; "" for all of it.
        whole: also what is older than the newest forty.
    """

    stream: str = ""
    whole: bool = False


SHORT = Asked()


@dataclass
class CasePage:
    """What stands on the page. Nothing in it has to be asked of the database again."""

    case: Case
    at: datetime
    held: frozenset[Compartment]
    name: str
    people: list[PersonView]
    safe: SafeContact | None
    tasks: list[TaskView]
    clocks: list[ClockView]
    done: list[TaskView]
    drawers: list[Drawer]
    holders: list[Holder]
    days: list[tuple[datetime, list[TimelineItem]]]
    older: int
    """How many entries of the stream are not shown."""
    next_move: Move | None
    missing: Sequence[Missing]
    team: list[Assignment]
    may: dict[str, bool]
    panels: list[tuple[str, Any]] = field(default_factory=list)
    openings: list[Glass] = field(default_factory=list)
    """Those by the emergency key that run now."""
    session: SessionView | None = None
    """What may be known of the last session by who cannot read it."""
    escort: str = ""
    """Who is with whoever fetches her, as the last look says whether she is safe."""
    past: Past | None = None
    skipped: frozenset[int] = frozenset()
    """Which of the nine steps were passed over."""
    dangers: list[str] = field(default_factory=list)
    """What was answered about the danger to her life, as far as the viewer may open it."""

    @property
    def has_keys(self) -> bool:
        """False for who oversees the case without a part in it."""
        return bool(self.held)

    @property
    def step(self) -> int:
        """Where the case is among the nine steps."""
        return CaseState(self.case.state).step

    @property
    def step_names(self) -> list[Words]:
        """The nine steps; the third is called by what the case really is."""
        names: list[Words] = [_("Kontak"), _("Diterima"), _("Triase"), *(state.label for state in FLOW)]
        if self.step == CaseState.EMERGENCY.step:
            names[self.step - 1] = CaseState(self.case.state).label
        return names

    @property
    def unsafe_at(self) -> datetime | None:
        """When she was last looked at, if she was not safe then; also once the case is closed."""
        return self.case.unsafe_at

    @property
    def place(self) -> str:
        """The name of the kecamatan."""
        return KECAMATAN.get(self.case.kecamatan, "")

    @property
    def type_words(self) -> str:
        """Whom the law protects here; of a child who is grown now, as far as the viewer may know, that she was one."""
        born = [one.identity.birth for one in self.people if one.row.kind == PersonKind.VICTIM and one.identity]
        was_child = self.case.case_type == CaseType.CHILD and bool(born)
        if was_child and all(is_grown(birth, day_of(self.at)) for birth in born):
            return _("Anak saat kejadian")
        return self.case.get_case_type_display()

    @property
    def day(self) -> int:
        """Which day it is since the case was opened, the first being 1."""
        return (self.at.astimezone(zone()).date() - self.case.opened_at.astimezone(zone()).date()).days + 1


def get_case_page(*, case: Case, viewer: User, at: datetime, asked: Asked = SHORT) -> CasePage:
    """Return the page of a case as `viewer` may see it.

    Whoever holds keys opens what is sealed in those compartments, all at once: one audit event, purpose handling. Who
    oversees the unit sees the facts in the clear and which drawers there are.

    Args:
        case: from `get_case`, which decided that `viewer` may know of it.
        asked: how much of the timeline is shown.
    """
    more = {name: part for panel in registry.panels for name, part in panel.reads(case, viewer).items()}
    found = read_parts({**PARTS, **more}, _given(case, viewer, at))
    rows = rows_of(case, found)
    grants, dead = grants_from_json(found["grants"][0], viewer=viewer, at=at)
    held = _held(grants, viewer)
    loaded = [(panel, panel.load(case, viewer, found)) for panel in registry.panels] if held else []
    refs = _refs(rows, held, case) | {ref: home for panel, known in loaded for ref, home in panel.refs(known).items()}
    opened: Opened = vault.reveal_many(refs=refs, purpose=Purpose.HANDLING, by=viewer, at=at) if refs else {}
    items = [item for panel, known in loaded for item in panel.timeline(known, opened)]
    if not held:
        items = in_stream([one for one in done_from_json(found) if one.kind in IN_THE_CLEAR], {})
    living = [grant for grant in grants if grant.principal_id not in dead]
    page = _compose(case, viewer, at, rows, living, held, opened, items, asked)
    page.may = _may(case, rows, viewer)
    page.session = last_session(found) if held else None
    page.escort = last_escort(found)
    page.panels = [
        (panel.template, shown)
        for panel, known in loaded
        if (shown := panel.context(known, opened, viewer)) is not None
    ]
    return page


IN_THE_CLEAR = frozenset({"plan", "closing", "asked", "decided"})
"""Steps that stand in the stream also of who holds no key, as the head, who decides about them."""


def get_whole_page(*, case: Case, reader: Actor, viewer: User, at: datetime) -> CasePage:
    """Return the page of a case as somebody reads it with the unit's emergency key: every drawer, and nothing to do.

    The stream has the steps of the case, as far as they are facts in the clear. What higher apps add is in other
    dossiers, and left out. Who holds which drawer is not said: only the wraps of the emergency key are seen.

    Args:
        reader: opens the case's dossier and no other; what is opened is recorded as access in an emergency.
        viewer: who it is.

    Writes: one `vault.revealed` event.
    """
    found = read_parts({**PARTS, **OWN_PARTS}, _given(case, reader, at))
    rows, held = rows_of(case, found), frozenset(Compartment)
    done = done_from_json(found)
    refs = _refs(rows, held, case) | refs_of(case, done)
    opened: Opened = vault.reveal_many(refs=refs, purpose=Purpose.BREAK_GLASS, by=reader, at=at) if refs else {}
    steps = in_stream(done, opened)
    return _compose(case, viewer, at, rows, None, held, opened, steps, Asked(whole=True))


def _given(case: Case, reader: Actor, at: datetime) -> Given:
    return Given(case.pk, case.dossier_id, reader.principals, at)


def _compose(
    case: Case,
    viewer: User,
    at: datetime,
    rows: Rows,
    grants: Sequence[GrantView] | None,
    held: frozenset[Compartment],
    opened: Opened,
    items: Sequence[TimelineItem],
    asked: Asked,
) -> CasePage:
    """Put the page together from what was loaded and opened. Nobody may do anything on it yet.

    Args:
        grants: None: not seen, so that nothing is said of who holds what.
    """
    holding = None if grants is None else _holding(rows.live, grants)
    people = _people(rows, opened, at)
    items = [*timeline.items_of(case, rows, opened, held), *items]
    shown, older = timeline.newest(items, asked.stream, whole=asked.whole)
    tasks = [_task(row, opened, viewer) for row in rows.tasks]
    titles = {one.row.pk: one.title for one in tasks}
    pauses = {one.clock_id: one for one in rows.pauses if one.ended_at is None}
    move, incidents = next_move(case), _incidents(rows, people, opened, case, at)
    return CasePage(
        case=case,
        at=at,
        held=held,
        name=_name(people),
        people=people,
        safe=safe_of((view.row.kind, view.contact) for view in people),
        tasks=[one for one in tasks if one.row.done_at is None],
        clocks=[ClockView.of(row, titles, viewer, pauses, is_safe=Fact.SAFE in rows.facts) for row in rows.clocks],
        done=[one for one in tasks if one.row.done_at is not None][-3:],
        drawers=shelf.drawers_of(held, holding, viewer, _notes(rows, opened), incidents, _files(rows, opened)),
        holders=[] if grants is None else _holders(rows.live, grants, viewer),
        days=timeline.by_day(shown),
        older=older,
        next_move=move,
        missing=missing_for(move, _evidence(viewer, rows), registry.gates) if move else [],
        team=rows.live,
        may={},
        openings=[one for one in rows.openings if one.state(at) is GlassState.OPEN],
        dangers=shelf.dangers_of(_notes(rows, opened)),
        past=past_of(case, rows.transitions),
        skipped=skipped_steps(
            CaseState(case.state), [(CaseState(one.from_state), CaseState(one.to_state)) for one in rows.transitions]
        ),
    )


def _may(case: Case, rows: Rows, viewer: User) -> dict[str, bool]:
    write = any(part.user_id == viewer.pk for part in rows.live) and policies.can_write(viewer, case)
    return {
        "write": write,
        "step": write or policies.can_assign(viewer, case),
        "assign": policies.can_assign(viewer, case),
        "name_manager": not case.manager.is_active and policies.can_name_manager(viewer, case, rows.live),
        "close": policies.can_close(viewer, case),
        "reopen": not case.is_open and policies.can_reopen(viewer, case, rows.live),
        "readers": policies.can_see_readers(viewer, case),
    }


def _evidence(viewer: User, rows: Rows) -> Evidence:
    return Evidence(by=viewer.pk, has_reason=True, facts=rows.facts)


def _held(grants: Sequence[GrantView], viewer: User) -> frozenset[Compartment]:
    own = [grant for grant in grants if grant.principal_id in viewer.principals]
    return frozenset(part for grant in own for part in (grant.compartments or Compartment))


def _holding(parts: Sequence[Assignment], grants: Sequence[GrantView]) -> list[tuple[User, frozenset[Compartment]]]:
    """Return whoever works on the case with what they can open of it, in whatever epoch."""
    found: dict[UUID, frozenset[Compartment]] = {}
    for grant in grants:
        found[grant.principal_id] = found.get(grant.principal_id, frozenset()) | (grant.compartments or frozenset())
    return [(part.user, found.get(part.user.principal_id, frozenset())) for part in parts]


def _refs(rows: Rows, held: frozenset[Compartment], case: Case) -> dict[UUID, UUID]:
    """Return what the viewer holds a key for, all in the case's dossier; what is closed is not asked for."""
    refs: list[UUID] = [note.ref for note in rows.notes if note.compartment in held]
    if Compartment.IDENTITY in held:
        refs += [person.identity_ref for person in rows.people]
    if Compartment.CONTACT in held:
        refs += [person.contact_ref for person in rows.people if person.contact_ref]
    if Compartment.NARRATIVE in held:
        refs += [incident.narrative_ref for incident in rows.incidents]
    if Compartment.ATTACHMENT in held:
        refs += [file.key_ref for file in rows.files]
    if Compartment.WORK in held:
        refs += [task.ref for task in rows.tasks] + [move.reason_ref for move in rows.transitions]
        refs += [service.result_ref for service in rows.services if service.result_ref]
    return dict.fromkeys(refs, case.dossier_id)


def _people(rows: Rows, opened: Opened, at: datetime) -> list[PersonView]:
    views = []
    for row in rows.people:
        identity = read_part(opened.get(row.identity_ref), identity_of, None)
        contact = read_part(opened.get(row.contact_ref) if row.contact_ref else None, contact_of, None)
        facts = facts_about(row=row, identity=identity, incidents=rows.incidents, links=rows.links, at=at)
        warnings = warnings_about(row=row, identity=identity, at=at)
        views.append(PersonView(row, name_of(row, identity), identity, contact, facts, warnings))
    return views


def _name(people: Sequence[PersonView]) -> str:
    """Return the chosen or full name of the first victim, or "" when it is closed or not known yet."""
    victims = [view for view in people if view.row.kind == PersonKind.VICTIM]
    named = [view.identity or Identity() for view in victims]
    return next((one.chosen_name or one.full_name for one in named if one.chosen_name or one.full_name), "")


def _task(row: Task, opened: Opened, viewer: User) -> TaskView:
    title = shelf.text_of(opened.get(row.ref))
    state = "done" if row.done_at else ""
    return TaskView(row, title, Promised(row.made_at, row.due_at, state), policies.can_finish(viewer, row))


def _notes(rows: Rows, opened: Opened) -> list[NoteView]:
    return [NoteView.of(row, opened.get(row.ref)) for row in rows.notes]


def _incidents(
    rows: Rows, people: Sequence[PersonView], opened: Opened, case: Case, at: datetime
) -> list[IncidentView]:
    known = {view.row.pk: view for view in people}
    return [
        IncidentView.of(
            row,
            [link for link in rows.links if link.incident_id == row.pk],
            known,
            opened.get(row.narrative_ref),
            case=case,
            at=at,
        )
        for row in rows.incidents
    ]


def _files(rows: Rows, opened: Opened) -> list[FileView]:
    return [FileView.of(row, opened.get(row.key_ref)) for row in rows.files]


def _holders(parts: Sequence[Assignment], grants: Sequence[GrantView], viewer: User) -> list[Holder]:
    """Return who can open which compartments now: from the grants themselves, not from what they should be."""
    last = max((grant.epoch for grant in grants), default=0)
    current = [grant for grant in grants if grant.epoch == last]
    holders = []
    for part in parts:
        own = [grant for grant in current if grant.principal_id == part.user.principal_id]
        holds = frozenset(int(one) for grant in own for one in grant.compartments or ())
        who = _("Anda") if part.user_id == viewer.pk else part.user.display_name
        name = _("%(name)s, %(role)s") % {"name": who, "role": part.user.get_role_display().lower()}
        is_alive = any(grant.principal_id == part.user.principal_id for grant in grants)
        holders.append(Holder(name, holds, shelf.since_words(part) if is_alive else shelf.LOST))
    if any(grant.compartments is None for grant in current):
        everything = frozenset(int(one) for one in Compartment)
        holders.append(Holder(_("Kunci darurat dan pemulihan"), everything, _("Hanya dengan alasan, dan ditinjau")))
    return holders
