"""The steps of a case on its page: one query over all of their tables, drawn as a panel and as part of the stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, Model, QuerySet, UUIDField, Value
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ruangaman.accounts.models import User
from ruangaman.cases import models, policies
from ruangaman.cases.models import Case
from ruangaman.cases.registry import TimelineItem
from ruangaman.cases.selectors.rows import Given, Parts
from ruangaman.cases.selectors.sentences import told_of
from ruangaman.cases.selectors.shelf import text_of
from ruangaman.cases.selectors.timeline import CONTACT, DECISION, RECORD, SERVICE
from ruangaman.cases.types import CLOSED_STATES, WRITABLE_STATES, CaseState, Escort, Move, MoveKind, moves_from
from ruangaman.consents.models import Consent
from ruangaman.core.codelists import RiskLevel
from ruangaman.ui.moments import short_day
from ruangaman.ui.types import Words
from ruangaman.vault.types import Closed, Content

NONE = Value("")


@dataclass(frozen=True)
class Done:
    """One step that was done, from the columns in the clear.

    Args:
        code: of the kind's own, several joined by a bar.
        ref: words that are shown with it.
    """

    kind: str
    at: datetime
    by: str
    code: str
    ref: UUID | None = None


@dataclass(frozen=True)
class SessionView:
    """The last session with the psychologist, as far as everybody who works on the case may know: was it held, is it
    dangerous, when is the next. What was said is between two people."""

    at: datetime
    attended: bool
    risk: RiskLevel
    next_on: date | None


@dataclass(frozen=True)
class Kind:
    """How one kind of step is read and shown.

    Args:
        code: columns that say more, in the order in which `sentences.told_of` reads them.
        moment, who: columns of when and by whom.
        where: narrows the rows.
        ref: the column of the sealed words that are shown with it in the stream; the others are read on their page.
    """

    key: str
    model: type[Model]
    icon: str
    stream: str
    code: tuple[str, ...] = ()
    moment: str = "at"
    who: str = "by"
    where: Mapping[str, Any] | None = None
    ref: str = ""


M = models
KINDS: tuple[Kind, ...] = (
    Kind("episode", M.Episode, "undo", DECISION, ("number",)),
    Kind("safety", M.SafetyCheck, "house", RECORD, ("is_safe", "before", "escort")),
    Kind("consent", Consent, "hand", RECORD, ("is_given",), "recorded_at", "recorded_by"),
    Kind("assessment", M.Assessment, "look_at", RECORD),
    Kind("rights", M.RightsTold, "book", RECORD),
    Kind("plan", M.Plan, "list", DECISION, ("version",)),
    Kind("asked", M.Approval, "flag", DECISION, ("kind",), "asked_at", "asked_by"),
    Kind(
        "decided", M.Approval, "scale", DECISION, ("kind", "outcome"), "decided_at", "decided_by",
        {"decided_at__isnull": False},
    ),
    Kind("review", M.Review, "look_at", DECISION, ("before", "risk")),
    Kind("conference", M.Conference, "people", DECISION, ("decisions",)),
    Kind("session", M.Session, "care", SERVICE, ("attended", "risk", "next_on")),
    Kind("try", M.ContactTry, "phone", CONTACT, ("result",)),
    Kind("transfer", M.Transfer, "swap", DECISION, ref="ref"),
    Kind(
        "received", M.Transfer, "swap", DECISION, (), "acknowledged_at", "acknowledged_by",
        {"acknowledged_at__isnull": False},
    ),
    Kind(
        "withdrawn", M.Transfer, "undo", DECISION, (), "withdrawn_at", "withdrawn_by", {"withdrawn_at__isnull": False},
        "withdrawn_ref",
    ),
    Kind(
        "cancelled", M.Aftercare, "undo", DECISION, (), "cancelled_at", "cancelled_by", {"cancelled_at__isnull": False},
        "cancelled_ref",
    ),
    Kind("closing", M.ClosingAssessment, "stop", DECISION),
    Kind("planned", M.Aftercare, "list", DECISION, ("due_on",)),
    Kind(
        "aftercare", M.Aftercare, "phone", CONTACT, ("doing", "before"), "held_at", "held_by",
        {"held_at__isnull": False},
    ),
    Kind("mediation", M.MediationRequest, "people", DECISION),
    Kind("police", M.PoliceDecision, "scale", DECISION),
)  # fmt: skip
BY_KEY = {kind.key: kind for kind in KINDS}


def done_from_json(found: Mapping[str, list[Any]]) -> list[Done]:
    """Return every step of a case, the oldest first."""
    done = [
        Done(
            kind.key,
            datetime.fromisoformat(row["at"]),
            row["by"],
            row["code"],
            UUID(row["ref"]) if row["ref"] else None,
        )
        for kind in KINDS
        for row in found.get(f"flow.{kind.key}", ())
    ]
    return sorted(done, key=lambda one: one.at)


def last_session(found: Mapping[str, list[Any]]) -> SessionView | None:
    """Return what may be known of the last session; None: there was none."""
    rows = found["flow.session"]
    if not rows:
        return None
    last = max(rows, key=lambda row: datetime.fromisoformat(row["at"]))
    attended, risk, next_on = last["code"].split("|")[:3]
    return SessionView(
        at=datetime.fromisoformat(last["at"]),
        attended=attended == "true",
        risk=RiskLevel(int(risk)),
        next_on=date.fromisoformat(next_on) if next_on else None,
    )


def _rows(kind: Kind, given: Given) -> QuerySet[Any, Any]:
    manager: Any = kind.model._default_manager
    of_case = {"dossier_id": given.dossier_id} if kind.model is Consent else {"case_id": given.case_id}
    rows = manager.filter(**of_case, **(kind.where or {})).order_by()
    texts = [Coalesce(Cast(name, CharField()), NONE) for name in kind.code]
    parts = [one for text in texts for one in (text, Value("|"))] or [NONE, NONE]
    found: QuerySet[Any, Any] = rows.annotate(
        row=JSONObject(at=F(kind.moment), by=F(f"{kind.who}__display_name"), code=Concat(*parts), ref=_ref(kind))
    )
    return found


def _ref(kind: Kind) -> F | Value:
    return F(kind.ref) if kind.ref else Value(None, output_field=UUIDField())


@dataclass(frozen=True)
class Link:
    """A step that can be done, where, and when it was done last; `is_warning`: the last time it did not end well."""

    step: str
    name: Words
    last: str
    is_warning: bool = False


@dataclass(frozen=True)
class FlowView:
    """What the panel shows."""

    links: list[Link]


LINKS: tuple[tuple[str, str, Words], ...] = (
    ("safety", "aman/", gettext_lazy("Aman dulu")),
    ("consent", "izin/", gettext_lazy("Persetujuan")),
    ("assessment", "asesmen/", gettext_lazy("Asesmen")),
    ("rights", "hak/", gettext_lazy("Hak dan layanan")),
    ("plan", "rencana/", gettext_lazy("Rencana")),
    ("review", "tinjauan/", gettext_lazy("Tinjauan")),
    ("conference", "konferensi/", gettext_lazy("Konferensi kasus")),
    ("session", "sesi/", gettext_lazy("Sesi psikolog")),
    ("police", "polisi/", gettext_lazy("Laporan ke polisi")),
    ("mediation", "mediasi/", gettext_lazy("Mediasi")),
    ("try", "upaya/", gettext_lazy("Upaya menghubungi")),
    ("transfer", "pelimpahan/", gettext_lazy("Pelimpahan")),
    ("closing", "penutupan/", gettext_lazy("Penutupan")),
    ("aftercare", "pasca/", gettext_lazy("Sesudah ditutup")),
)
MANAGERS = frozenset({"conference", "transfer", "closing", "aftercare"})


PARTS: Parts = {f"flow.{kind.key}": partial(_rows, kind) for kind in KINDS}
OWN_PARTS: Parts = {name: part for name, part in PARTS.items() if name != "flow.consent"}
"""Without the ledger of consents, which hangs on grants and not on the case."""


class FlowPanel:
    """The steps of a case: what was done when, and where the next one is done."""

    key: str = "cases.flow"
    template: str = "cases/_flow.html"

    def reads(self, case: Case, viewer: User) -> Parts:
        """Return the steps of every kind."""
        return PARTS

    def load(self, case: Case, viewer: User, found: Mapping[str, list[Any]]) -> tuple[Case, list[Done]]:
        """Return the steps in their order."""
        return case, done_from_json(found)

    def refs(self, loaded: tuple[Case, list[Done]]) -> Mapping[UUID, UUID]:
        """Return the words that are shown in the stream; those of the other steps are read on their pages."""
        case, done = loaded
        return refs_of(case, done)

    def context(self, loaded: tuple[Case, list[Done]], opened: dict[UUID, Content | Closed], viewer: User) -> FlowView:
        """Return the steps that `viewer` can do in the state that the case is in, each with its last time."""
        case, done = loaded
        last = {one.kind: one for one in done}
        shown = [
            Link(step, name, _how_far(kind, done, last), is_warning=_is_unsafe(last.get(kind)))
            for kind, step, name in LINKS
            if _can_do(kind, case, viewer)
        ]
        return FlowView(shown)

    def timeline(self, loaded: tuple[Case, list[Done]], opened: dict[UUID, Content | Closed]) -> Sequence[TimelineItem]:
        """Return every step as part of the stream."""
        return in_stream(loaded[1], opened)


def refs_of(case: Case, done: Sequence[Done]) -> dict[UUID, UUID]:
    """Return what is sealed of the steps and shown in the stream, all in the case's dossier."""
    return {one.ref: case.dossier_id for one in done if one.ref is not None}


def in_stream(done: Sequence[Done], opened: Mapping[UUID, Content | Closed]) -> list[TimelineItem]:
    """Return steps as the stream shows them, with what is open of their words."""
    return [_item(one, opened.get(one.ref) if one.ref is not None else None) for one in done]


def _item(done: Done, content: Content | Closed | None) -> TimelineItem:
    kind = BY_KEY[done.kind]
    return TimelineItem(done.at, kind.icon, told_of(done.kind, done.code), kind.stream, done.by, "", text_of(content))


def _can_do(kind: str, case: Case, viewer: User) -> bool:
    state = CaseState(case.state)
    if kind == "aftercare":
        return state in CLOSED_STATES and policies.is_writer(viewer)
    if state not in WRITABLE_STATES or not policies.can_write(viewer, case):
        return False
    if kind == "session":
        return policies.can_hold_session(viewer)
    if kind == "police":
        return policies.can_decide_police(viewer)
    return kind not in MANAGERS or policies.can_assign(viewer, case)


def last_escort(found: Mapping[str, list[Any]]) -> str:
    """Say who is with whoever fetches her, as the last look whether she is safe says; "": nobody is said to."""
    rows = found["flow.safety"]
    last = max(rows, key=lambda row: datetime.fromisoformat(row["at"]), default=None)
    escort = Escort(last["code"].split("|")[2]) if last else Escort.NONE
    return "" if escort is Escort.NONE else str(escort.label)


def _is_unsafe(done: Done | None) -> bool:
    return done is not None and done.kind == "safety" and done.code.startswith("false|")


def _how_far(kind: str, done: Sequence[Done], last: Mapping[str, Done]) -> str:
    """Say when a step was done last; of the contacts after the closing how many are planned, as long as any is."""
    counted = {key: sum(one.kind == key for one in done) for key in ("planned", "aftercare", "cancelled")}
    waiting = counted["planned"] - counted["aftercare"] - counted["cancelled"]
    if kind != "aftercare" or not waiting:
        return _last_words(last.get(kind))
    return ngettext("%(n)d kontak direncanakan", "%(n)d kontak direncanakan", waiting) % {"n": waiting}


def _last_words(done: Done | None) -> str:
    if done is not None and _is_unsafe(done):
        return _("Belum aman, %(day)s") % {"day": short_day(done.at)}
    return _("terakhir %(day)s") % {"day": short_day(done.at)} if done else _("belum")


def next_move(case: Case) -> Move | None:
    """Return where the case goes when all goes well: from monitoring that is its end."""
    state = CaseState(case.state)
    last = [MoveKind.CLOSE] if state is CaseState.MONITORING else []
    forward = moves_from(state, kinds=[MoveKind.FORWARD, MoveKind.AFTERCARE, *last])
    return forward[0] if forward else None
