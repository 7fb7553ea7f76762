"""Lists of cases: by keyset, one branch at a time, from facts in the clear."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Func, Min, OuterRef, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.cases.models import (
    OPEN,
    UNSAFE,
    Assignment,
    Case,
    CaseQuerySet,
    Task,
    closed_within,
    once_found,
    one_of,
)
from ruangaman.cases.types import LACKS, URGENT_NEEDS, CaseFacts, CaseFilters, CaseState, Cursor, Need, need_of
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.regions import KECAMATAN
from ruangaman.ui import faces, moments
from ruangaman.ui.keyset import below
from ruangaman.ui.types import Promised, QueueRow, Words

PAGE = 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class CaseRow:
    """A case in a list: what it needs, in a sentence, and whose it is."""

    case: Case
    facts: CaseFacts
    need: Need
    sentence: str

    @property
    def is_urgent(self) -> bool:
        """Whether somebody has to do something now."""
        return self.need in URGENT_NEEDS

    @property
    def row(self) -> QueueRow:
        """The row as the queue draws it."""
        case = self.case
        url = f"/kasus/{case.code}/"
        is_over = not case.is_open and self.facts.next_due is None and not self.facts.is_unsafe
        state = "done" if is_over else ""
        return QueueRow(
            url=url,
            sentence=self.sentence,
            code=case.code,
            promised=Promised(case.state_since, self.facts.next_due, state),
            danger=case.risk,
            facts=(case.get_state_display(), case.get_case_type_display().lower()),
            place=KECAMATAN.get(case.kecamatan, ""),
            owner=case.manager.display_name,
            action=_("Buka kasus"),
            action_url=url,
        )


@dataclass(frozen=True)
class CasePageOfList:
    """Some rows, of closed cases or of open ones, and where the next ones begin; `after` None: that was all."""

    rows: list[CaseRow]
    after: Cursor | None
    is_of_closed: bool = False
    unsafe: list[CaseRow] = field(default_factory=list)
    """Before all others, on the first page: those in which she is not safe, which none of `rows` is."""

    @property
    def urgent(self) -> list[CaseRow]:
        """Rows that need somebody now, beside those in which she is not safe."""
        return [row for row in self.rows if row.is_urgent]

    @property
    def has_rows(self) -> bool:
        """Whether there is any case on the page."""
        return bool(self.rows or self.unsafe)

    @property
    def headline(self) -> str:
        """The answer that the page's title gives."""
        n = len(self.urgent) + len(self.unsafe)
        if not n and self.rows and self.is_of_closed:
            return _("Kasus yang sudah ditutup")
        if not n:
            return _("Semua kasus berjalan sesuai janjinya") if self.has_rows else _("Belum ada kasus di sini")
        if self.after is not None:
            return ngettext(
                "Paling sedikit %(n)d kasus perlu langkah sekarang",
                "Paling sedikit %(n)d kasus perlu langkah sekarang",
                n,
            ) % {"n": n}
        return ngettext("%(n)d kasus perlu langkah sekarang", "%(n)d kasus perlu langkah sekarang", n) % {"n": n}

    @property
    def calm(self) -> list[CaseRow]:
        """The others."""
        return [row for row in self.rows if not row.is_urgent]


@dataclass(frozen=True)
class Load:
    """How much one person carries: open cases by the part taken in them."""

    name: str
    role: Words
    cases: int
    dangerous: int


def list_assigned(*, viewer: User, filters: CaseFilters, after: Cursor | None, at: datetime) -> CasePageOfList:
    """Return a page of the cases on which `viewer` holds a grant, the most dangerous and newest first."""
    # Own tasks lead to few cases: begin with them, and look up the grants of those.
    whose = Case.objects.held_by if filters.need == "mine" else Case.objects.granted_one_by_one
    cases = whose(viewer)
    return _page(cases, viewer, filters, after, at)


def list_overseen(*, viewer: User, filters: CaseFilters, after: Cursor | None, at: datetime) -> CasePageOfList:
    """Return a page of the cases of the units that `viewer` oversees: facts in the clear, no content."""
    return _page(Case.objects.overseen_by(viewer), viewer, filters, after, at)


def list_unmanaged(*, viewer: User, limit: int = 50) -> list[Case]:
    """Return open cases whose manager has left: of the units that `viewer` oversees, else of those they work on."""
    return list(_unmanaged(viewer).order_by("-risk", "opened_at", "id")[:limit])


def count_unmanaged(*, viewer: User, limit: int = 50) -> int:
    """Return how many there are, counted up to a limit."""
    return _unmanaged(viewer)[:limit].count()


def _unmanaged(viewer: User) -> CaseQuerySet:
    """Those who have left are few: their cases are found by them, not the other way round."""
    gone = User.objects.filter(is_active=False).values("pk")
    cases = Case.objects.overseen_by(viewer) if viewer.oversight_units else _worked_on(viewer)
    return cases.open().filter(manager_id__in=gone)


def who_left_cases() -> QuerySet[User]:
    """Return those who have left and manage an open case that whoever looks may know of."""
    return with_open_cases(User.objects.filter(is_active=False))


def with_open_cases(managers: QuerySet[User]) -> QuerySet[User]:
    """Return those of few people who manage an open case that whoever looks may know of."""
    return managers.filter(Exists(Case.objects.open().filter(manager=OuterRef("pk"))))


def _worked_on(viewer: User) -> CaseQuerySet:
    parts = Assignment.objects.filter(user=viewer, until=None)
    return Case.objects.filter(pk__in=parts.values("case_id")).held_by(viewer)


def list_load(*, viewer: User) -> list[Load]:
    """Return how many open cases each person of the overseen units carries, the heaviest load first."""
    open_cases = Case.objects.overseen_by(viewer).open().values("pk")
    rows = (
        Assignment.objects.filter(until=None, case_id__in=open_cases)
        .values("user__display_name", "user__role")
        .annotate(cases=Count("case_id"), dangerous=Count("case_id", filter=Q(case__risk__gte=RiskLevel.TINGGI)))
        .order_by("-cases", "user__display_name")
    )
    return [
        Load(row["user__display_name"], Role(row["user__role"]).label, row["cases"], row["dangerous"]) for row in rows
    ]


def parse_cursor(text: str) -> Cursor | None:
    """Return where a page begins, from the address; None: at the beginning."""
    try:
        risk, micros, hexed = text.split(".")
        return Cursor(int(risk), _EPOCH + timedelta(microseconds=int(micros)), UUID(hexed))
    except (ValueError, OverflowError):
        return None


def _page(
    cases: CaseQuerySet, viewer: User, filters: CaseFilters, begin: Cursor | None, at: datetime
) -> CasePageOfList:
    ordered = _latest_closed if filters.closed else _most_dangerous
    # Managers are few and read by themselves: to join them the planner sometimes reads all who ever worked here.
    unsafe = [] if begin is not None else _unsafe(cases, viewer, filters, at)
    first = frozenset(case.pk for case in unsafe)
    found = list(ordered(narrow(cases, viewer, filters, at), begin).prefetch_related("manager")[: PAGE + 1])
    rows = _rows([case for case in found[:PAGE] if case.pk not in first], at)
    last = found[PAGE - 1] if len(found) > PAGE else None
    after = Cursor(last.risk, last.closed_at or last.opened_at, last.pk) if last else None
    return CasePageOfList(rows, after, is_of_closed=filters.closed is not None, unsafe=_rows(unsafe, at))


def _unsafe(cases: CaseQuerySet, viewer: User, filters: CaseFilters, at: datetime) -> list[Case]:
    """Return the cases in which she is not safe now: few, for each has its own index.

    Where nothing is asked for, also those closed of which a contact since said so. Beyond a page the others stand in
    their own place of the list.
    """
    wanted = _wanted(filters, at)
    if filters == CaseFilters():
        wanted = OPEN | Q(unsafe_at__gt=F("closed_at"))
    begin = _has_task_of(viewer) if filters.need == "mine" else UNSAFE
    shown = cases.filter(begin, once_found(wanted & UNSAFE))
    return list(_most_dangerous(shown, None).prefetch_related("manager")[:PAGE])


def _most_dangerous(cases: CaseQuerySet, after: Cursor | None) -> CaseQuerySet:
    if after is not None:
        cases = cases.filter(below(risk=after.risk, opened_at=after.at, id=after.id))
    return cases.order_by("-risk", "-opened_at", "-id")


def _latest_closed(cases: CaseQuerySet, after: Cursor | None) -> CaseQuerySet:
    if after is not None:
        cases = cases.filter(below(closed_at=after.at, id=after.id))
    return cases.order_by("-closed_at", "-id")


def narrow(cases: CaseQuerySet, viewer: User, filters: CaseFilters, at: datetime) -> CaseQuerySet:
    """Return those of the cases that the filters let through."""
    wanted = _wanted(filters, at)
    if filters.need == "mine":
        return cases.filter(_has_task_of(viewer), once_found(wanted))
    return cases.filter(wanted)


def _has_task_of(viewer: User) -> Func:
    return one_of("id", Task.objects.filter(done_at=None, owner=viewer).values("case_id"))


def _wanted(filters: CaseFilters, at: datetime) -> Q:
    wanted = closed_within(filters.closed) if filters.closed else OPEN
    if filters.state:
        wanted &= Q(state=filters.state)
    if filters.risk is not None:
        wanted &= Q(risk=filters.risk)
    if filters.kecamatan:
        wanted &= Q(kecamatan=filters.kecamatan)
    if filters.need == "late":
        wanted &= Q(Exists(Task.objects.filter(case=OuterRef("pk"), done_at=None, due_at__lt=at)))
    return wanted


def _rows(cases: list[Case], at: datetime) -> list[CaseRow]:
    ids = [case.pk for case in cases]
    tasks: dict[UUID, Any] = {
        row["case_id"]: row
        for row in Task.objects.filter(case_id__in=ids, done_at=None)
        .values("case_id")
        .annotate(next_due=Min("due_at"), overdue=Count("pk", filter=Q(due_at__lt=at)))
    }
    roles = _roles(ids)
    rows = []
    for case in cases:
        task = tasks.get(case.pk, {"next_due": None, "overdue": 0})
        state = CaseState(case.state)
        part = roles.get(case.pk, frozenset())
        facts = CaseFacts(
            state, task["overdue"], task["next_due"], part, case.manager.is_active,
            is_unsafe=case.unsafe_at is not None and (case.is_open or case.unsafe_at > (case.closed_at or at)),
        )  # fmt: skip
        need = need_of(facts, at)
        rows.append(CaseRow(case, facts, need, sentence_of(case, facts, need, at)))
    return rows


def _roles(ids: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    found: dict[UUID, frozenset[str]] = {}
    for case_id, role in Assignment.objects.filter(case_id__in=ids, until=None).values_list("case_id", "role"):
        found[case_id] = found.get(case_id, frozenset()) | {role}
    return found


def sentence_of(case: Case, facts: CaseFacts, need: Need, at: datetime) -> str:
    """Say in one sentence why a case is where it is in the list. It never holds a name or a story."""
    if need is Need.UNSAFE and case.is_open:
        return _("Belum aman menurut cek %(when)s") % {"when": moments.when(case.unsafe_at)}
    if need is Need.UNSAFE:
        return _("Tidak aman sesudah ditutup, menurut kontak %(when)s: buka lagi") % {
            "when": moments.when(case.unsafe_at)
        }
    if need is Need.EMERGENCY:
        return _("Darurat: pastikan ia aman sebelum langkah lain")
    if need is Need.NO_MANAGER:
        return _("Manajernya sudah keluar: serahkan kepada manajer lain")
    if need is Need.OVERDUE:
        return ngettext("%(n)d tugas lewat waktunya", "%(n)d tugas lewat waktunya", facts.overdue) % {
            "n": facts.overdue
        }
    if need is Need.SOON:
        return _("Tugas jatuh tempo %(when)s") % {"when": moments.when(facts.next_due)}
    if need in LACKS:
        return capfirst(str(LACKS[need]))
    if not facts.state.is_open:
        return _("Ditutup %(ago)s: %(reason)s") % {
            "ago": faces.ago_words(at - (case.closed_at or at)),
            "reason": case.get_closing_reason_display(),
        }
    return _("%(state)s, tugas berikut %(when)s") % {
        "state": facts.state.label,
        "when": moments.when(facts.next_due),
    }
