"""Clocks as rows of the queue: what is needed and why it stands there, in one sentence, without a name or a story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.types import Permission
from ruangaman.cases import policies as case_policies
from ruangaman.cases.models import Assessment, Case, Goal, Task
from ruangaman.cases.selectors.windows import counted_from
from ruangaman.cases.types import CaseState, Domain
from ruangaman.clocks import policies
from ruangaman.clocks.models import Clock
from ruangaman.clocks.types import ClockState, Cursor, span
from ruangaman.codelists.selectors import book, day_of
from ruangaman.codelists.types import ListKey
from ruangaman.core.codelists import Danger, Now
from ruangaman.core.regions import KECAMATAN
from ruangaman.intake.models import Message, Report, Ruling
from ruangaman.intake.selectors.pressing import DECIDE
from ruangaman.intake.types import DOUBLE_ANSWER, LETHAL, SORTING, Direction
from ruangaman.ui import moments
from ruangaman.ui.types import Promised, QueueRow, Words
from ruangaman.web.selectors.queue import band_at, near_words
from ruangaman.web.types import Owner, Work

WINDOW = "jendela/"
LEGAL = "polisi/"
AGAIN = "buka-lagi/"
DECIDES, ASSESSES = "decision.", "case.assess_"
DECISION = "/kasus/keputusan/"
"""Followed by the request's id: the head opens the request, and nothing of the case."""
PLACES: tuple[tuple[str, str, Words], ...] = (
    (DECIDES, DECISION, gettext_lazy("Lihat dan putuskan")),
    ("returned.plan", "rencana/", gettext_lazy("Perbaiki rencana")),
    ("returned.closing", "penutupan/", gettext_lazy("Perbaiki penutupan")),
    ("closing.approved", "tutup/", gettext_lazy("Tutup kasus")),
    ("task", "#berikutnya", gettext_lazy("Buka tugasnya")),
    ("case.emergency", "status/", gettext_lazy("Pindahkan tahap")),
    ("case.first_answer", "#percakapan", gettext_lazy("Baca dan balas")),
    ("case.companion", "tim/", gettext_lazy("Pilih pendamping")),
    ("case.step", "tugas/", gettext_lazy("Buat tugas")),
    ("case.assess", "asesmen/", gettext_lazy("Mulai asesmen")),
    ("case.plan", "rencana/", gettext_lazy("Susun rencana")),
    ("case.review", "tinjauan/", gettext_lazy("Tinjau")),
    ("aftercare.unsafe", AGAIN, gettext_lazy("Buka lagi")),
    ("aftercare.plan", "pasca/", gettext_lazy("Jadwalkan")),
    ("aftercare.", "pasca/", gettext_lazy("Hubungi")),
    ("clinical.ask", "kejadian/", gettext_lazy("Catat kejadian")),
    ("case.safety_again", "aman/", gettext_lazy("Cek aman")),
    ("safety.led", "aman/", gettext_lazy("Cek aman")),
    ("safety.told", "aman/", gettext_lazy("Cek aman")),
    ("clinical.", WINDOW, gettext_lazy("Catat jawabannya")),
    ("evidence.", WINDOW, gettext_lazy("Catat jawabannya")),
    ("tpks.", LEGAL, gettext_lazy("Catat keputusan")),
    ("police.", LEGAL, gettext_lazy("Catat langkahnya")),
    ("court.", LEGAL, gettext_lazy("Catat langkahnya")),
    ("mediation.", "mediasi/", gettext_lazy("Buka mediasi")),
)
"""Beginnings of kinds → where on a case's page their need is met, and what one does there. Others lead to the case."""
RULING = "/keputusan/laporan/"
"""Followed by the id of what the desk decided against the answers: the head reads why, and nothing of the report."""
REPORTED, TASK = "report", "task"
UNSORTED = (SORTING, DOUBLE_ANSWER)
"""How the kinds begin that are about reports which nobody has weighed yet."""
OFTEN = timedelta(hours=1)
"""Who writes again within this waits for one answer; who writes later has waited since the first time."""
SAID_AS_IT_IS = (DECIDE, *UNSORTED)
"""Kinds about a report whose need is another than to read what the reporter wrote last."""


@dataclass(frozen=True)
class Facts:
    """What the rows of one page say of cases and reports, by code."""

    cases: dict[str, Case]
    tasks: dict[str, dict[str, Any]]
    """Of each task, by its id: of which service it is, who gave it and when. Its title is sealed and stays so."""
    reports: dict[str, Report]
    rulers: dict[Any, str]
    """Who of the desk decided against the answers, by the decision's id."""
    desks: frozenset[Any]


def rows_of(found: Sequence[Clock], *, viewer: Any, at: datetime, asked: datetime | None = None) -> list[Work]:
    """Return clocks as rows: one statement for the cases among them, one for the reports.

    Args:
        asked: the moment whose order they stand in; None: that is now.
    """
    facts = _facts(found, viewer)
    return [_work(clock, facts, viewer, at, clock.place_at(asked or at)) for clock in found]


def sentence_of(clock: Clock, at: datetime) -> str:
    """Say what is needed and how it stands with its time."""
    state = clock.face.state(at)
    if state is ClockState.PAUSED:
        todo = clock.kind.name if clock.kind.is_third_party else clock.todo_at(at)
        said = {"todo": todo.rstrip(". "), "left": span(clock.face.left(at))}
        return _("%(todo)s: dijeda, masih ada %(left)s") % said
    if clock.kind.is_third_party:
        return _expected(clock, at, is_late=state is ClockState.OVER)
    said = {"todo": clock.todo_at(at).rstrip(". "), "time": clock.face.words(at), "length": _length(clock)}
    if not said["length"]:
        return _("%(todo)s: %(time)s") % said
    if state is ClockState.OVER:
        return _("%(todo)s: %(time)s, batasnya %(length)s") % said
    return _("%(todo)s: %(time)s dari %(length)s") % said


def _expected(clock: Clock, at: datetime, *, is_late: bool) -> str:
    """Say what another office owes: it is expected, and late it asks for a letter."""
    if is_late:
        said = {"what": clock.kind.name, "span": span(at - clock.due_at), "todo": clock.kind.next_step}
        return _("%(what)s, diharapkan %(span)s lalu: %(todo)s") % said
    return _("%(what)s, diharapkan %(when)s") % {"what": clock.kind.name, "when": moments.when(clock.due_at)}


def _length(clock: Clock) -> str:
    """Return the limit in words; empty: it has none, or nothing to say."""
    return clock.limit.length.short if clock.limit is not None and clock.limit.value else ""


def _facts(found: Sequence[Clock], viewer: Any) -> Facts:
    reported = {clock.subject for clock in found if clock.about == REPORTED}
    others = {clock.subject for clock in found} - reported
    ruled = [one.anchor for one in found if one.anchor and one.about == REPORTED and one.kind.key.startswith(DECIDES)]
    rulings = Ruling.objects.filter(pk__in=ruled).values_list("pk", "made_by__display_name")
    unread = Message.objects.filter(report=OuterRef("pk"), direction=Direction.IN, read_at=None)
    reports = Report.objects.filter(code__in=reported).select_related("taken_by", "case")
    cases = list(_cases(others, {clock.anchor for clock in found if clock.kind.key == TASK})) if others else []
    return Facts(
        {case.code: case for case in cases},
        {one["id"]: one for case in cases for one in getattr(case, "asked", ())},
        {one.code: one for one in reports.annotate(has_unread=Exists(unread))} if reported else {},
        dict(rulings) if ruled else {},
        frozenset(accounts.seats_of(viewer)) if viewer.has(Permission.REPORT_DESK) else frozenset(),
    )


def _cases(codes: set[str], tasks: set[Any]) -> QuerySet[Case]:
    """Return the cases, each with what is known in the clear of these tasks of it: one statement."""
    service = Goal.objects.filter(task=OuterRef("pk")).values("service")[:1]
    facts = JSONObject(id="id", made_at="made_at", by="made_by__display_name", service=Subquery(service))
    asked = Task.objects.filter(case=OuterRef("pk"), pk__in=tasks).values(facts=facts)
    last = Assessment.objects.filter(case=OuterRef("pk")).order_by("-at", "-id").values("considered")[:1]
    cases = Case.objects.filter(code__in=codes).only("code", "case_type", "state").annotate(considered=Subquery(last))
    return cases.annotate(asked=ArraySubquery(asked)) if tasks else cases


def subject_of(task: Mapping[str, Any] | None) -> str:
    """Say which task it is, as far as that is in the clear: the service that it is for, who gave it and when."""
    if task is None:
        return ""
    made_at = datetime.fromisoformat(task["made_at"])
    said = {"name": task["by"], "day": moments.short(made_at)}
    if not task["service"]:
        return _("dari %(name)s, %(day)s") % said
    service = book().label(ListKey.SERVICE_TYPE, task["service"], day_of(made_at))
    return _("%(service)s, dari %(name)s") % {**said, "service": service}


def _work(clock: Clock, facts: Facts, viewer: Any, at: datetime, place: Cursor) -> Work:
    row = _report_row(clock, facts, viewer, at) if clock.about == REPORTED else _case_row(clock, facts, viewer, at)
    why = near_words(place, clock.due_at)
    row = replace(row, facts=[why, *row.facts]) if why and not clock.kind.is_third_party else row
    return Work(
        row=row,
        band=band_at(place),
        owner=_owner(clock, viewer),
        danger=clock.danger,
        due_at=clock.due_at,
        kecamatan=clock.kecamatan,
        place=place,
    )


def _case_row(clock: Clock, facts: Facts, viewer: Any, at: datetime) -> QueueRow:
    case, mine = facts.cases.get(clock.subject), clock.owner_id == viewer.pk
    base = f"/kasus/{clock.subject}/"
    is_asked = mine or clock.kind.key.startswith(DECIDES)
    path, action = _place(clock, viewer) if is_asked else ("", _("Lihat kasus"))
    is_said = clock.kind.is_third_party or clock.kind.next_step.startswith(clock.kind.name)
    about = subject_of(facts.tasks.get(str(clock.anchor))) if clock.kind.key == TASK else ""
    left = domains_left(case) if case is not None and clock.kind.key.startswith(ASSESSES) else ""
    said: list[Words] = [one for one in (left, about, "" if is_said or about else clock.kind.name) if one]
    if case is not None:
        said += [case.get_case_type_display(), CaseState(case.state).label]
    return QueueRow(
        url=base if case else "/kerja/",
        sentence=sentence_of(clock, at),
        code=clock.subject,
        promised=_promised(clock),
        danger=clock.danger,
        facts=said,
        about=about,
        place=KECAMATAN.get(clock.kecamatan, ""),
        owner=_owner_words(clock, viewer),
        action=action if case else "",
        action_url=_address(base, path) if case else "",
        later_url=_later(clock, facts, viewer, at) if case else "",
        pause_url=_pause(clock, facts, viewer, at) if case else "",
        resume_url=_resume(clock, facts, viewer) if case else "",
    )


def domains_left(case: Case) -> str:
    """Say how many of the seven domains nobody has looked at yet; "": nobody has begun, or none is left."""
    seen = getattr(case, "considered", None)
    left = len(Domain) - len(seen or ())
    if not seen or not left:
        return ""
    return ngettext("%(n)d bidang belum dilihat", "%(n)d bidang belum dilihat", left) % {"n": left}


def _address(base: str, path: str) -> str:
    """Return where a need is met: a part of its case, or a page of its own."""
    return path if path.startswith("/") else f"{base}{path}"


def _report_row(clock: Clock, facts: Facts, viewer: Any, at: datetime) -> QueueRow:
    """A need of a report: at the desk, or of the manager of the case that it became. Others learn no more than that."""
    if clock.kind.key.startswith(DECIDES):
        return _ruling_row(clock, facts, viewer, at)
    report = facts.reports.get(clock.subject)
    case = report.case if report is not None else None
    url = f"/laporan/{clock.subject}/" if report is not None and clock.desk_id in facts.desks else ""
    if report is not None and case is not None:
        url = f"/kasus/{case.code}/#percakapan-{report.code}"
    is_free = clock.owner_id is None and clock.desk_id in facts.desks
    return QueueRow(
        url=url or "/kerja/",
        sentence=_report_sentence(clock, report, at),
        code=case.code if case is not None else clock.subject,
        promised=_promised(clock),
        danger=clock.danger,
        facts=_report_facts(clock, report, is_open=bool(url)),
        place=KECAMATAN.get(clock.kecamatan, ""),
        owner=_owner_words(clock, viewer),
        action=_report_action(clock, is_case=case is not None) if url else "",
        take_url=f"/laporan/{clock.subject}/ambil" if url and is_free else "",
        later_url=_later(clock, facts, viewer, at) if url else "",
        pause_url=_pause(clock, facts, viewer, at) if url else "",
        resume_url=_resume(clock, facts, viewer) if url else "",
    )


def _ruling_row(clock: Clock, facts: Facts, viewer: Any, at: datetime) -> QueueRow:
    """What the desk decided against the answers: the head reads why."""
    url = f"{RULING}{clock.anchor}/" if viewer.has(Permission.CASE_APPROVE) else "/kerja/"
    name = facts.rulers.get(clock.anchor, "")
    return QueueRow(
        url=url,
        sentence=sentence_of(clock, at),
        code=clock.subject,
        promised=_promised(clock),
        danger=clock.danger,
        facts=[_("diputuskan %(name)s") % {"name": name}] if name else [],
        owner=_owner_words(clock, viewer),
        action=_("Baca alasannya") if url != "/kerja/" else "",
        later_url=_later(clock, facts, viewer, at) if url != "/kerja/" else "",
    )


def signs(report: Report) -> list[Words]:
    """Return what may cost a life, first: it stays in the row until somebody has answered and weighed it."""
    happening: list[Words] = [gettext_lazy("masih terjadi saat melapor")] if report.now == Now.YES else []
    lethal: list[Words] = [Danger(code).label for code in report.dangers if code in LETHAL]
    return [*lethal, *happening] if report.answered_at is None or report.triaged_at is None else []


def _report_facts(clock: Clock, report: Report | None, *, is_open: bool) -> list[Words]:
    """Say what it is; of what nobody has sorted yet also what may cost a life. Only the desk learns that."""
    found: list[Words] = [*signs(report)] if report is not None and clock.kind.key.startswith(UNSORTED) else []
    found.append(clock.kind.name)
    return found if is_open else [*found, _("Hubungi petugas jaga. Isinya hanya terbuka di meja.")]


def _report_sentence(clock: Clock, report: Report | None, at: datetime) -> str:
    if report is None or report.last_reporter_message_at is None or clock.kind.key.startswith(SAID_AS_IT_IS):
        return sentence_of(clock, at)
    wrote = {"span": span(at - report.last_reporter_message_at)}
    said = _("Pelapor menulis %(span)s lalu, belum dijawab") % wrote
    if getattr(report, "has_unread", False):
        said = _("Pelapor menulis %(span)s lalu, belum dibaca") % wrote
    if report.last_reporter_message_at - clock.started_at < OFTEN:
        return said
    return _("%(said)s. Sudah menunggu %(span)s") % {"said": said, "span": span(at - clock.started_at)}


def _report_action(clock: Clock, *, is_case: bool) -> str:
    if clock.kind.key == DECIDE:
        return _("Putuskan")
    if clock.kind.key.startswith(SORTING):
        return _("Pilah")
    if clock.kind.key == DOUBLE_ANSWER:
        return _("Jawab")
    return _("Baca balasan") if is_case else _("Buka laporan")


def _place(clock: Clock, viewer: Any) -> tuple[str, str]:
    """Return where it is met and what one does there; what only the legal staff may do, its manager finds them for."""
    for start, path, words in PLACES:
        if not clock.kind.key.startswith(start):
            continue
        if path == DECISION:
            return _decision(clock, viewer)
        if path == WINDOW:
            return f"{WINDOW}?jam={clock.pk}", str(words)
        if path == AGAIN and not viewer.has(Permission.CASE_CLOSE):
            break
        if path != LEGAL or case_policies.can_decide_police(viewer):
            return path, str(words)
        if viewer.has(Permission.CASE_ASSIGN):
            return "tim/", _("Tugaskan pendamping hukum")
    return "", _("Buka kasus")


def _decision(clock: Clock, viewer: Any) -> tuple[str, str]:
    """Return where the head decides; a manager whose unit has no head is led to the case."""
    if viewer.has(Permission.CASE_APPROVE) and clock.anchor is not None:
        return f"{DECISION}{clock.anchor}/", _("Lihat dan putuskan")
    return "", _("Buka kasus")


def _promised(clock: Clock) -> Promised:
    return Promised(counted_from(clock), clock.face.due_at, "pause" if clock.paused_at is not None else "")


def _owner(clock: Clock, viewer: Any) -> Owner:
    if clock.owner_id is None:
        return Owner.NOBODY
    return Owner.MINE if clock.owner_id == viewer.pk else Owner.OTHER


def _owner_words(clock: Clock, viewer: Any) -> str:
    """Say whose turn it is; empty: nobody has taken it."""
    if clock.owner is None:
        return ""
    return _("Anda") if clock.owner_id == viewer.pk else clock.owner.display_name


def _later(clock: Clock, facts: Facts, viewer: Any, at: datetime) -> str:
    """What may not be put off beyond its limit, which is past, is not offered to be put off."""
    may_wait = clock.paused_at is None and policies.can_put_off(clock, at)
    return f"/kerja/tunda/{clock.pk}/" if may_wait and policies.is_whose_turn(viewer, clock, facts.desks) else ""


def _pause(clock: Clock, facts: Facts, viewer: Any, at: datetime) -> str:
    may_stand_still = clock.paused_at is None and at <= clock.due_at and policies.can_pause(clock)
    is_theirs = policies.can_change(viewer, clock, facts.desks)
    is_turn = policies.is_whose_turn(viewer, clock, facts.desks)
    return f"/kerja/jeda/{clock.pk}/" if may_stand_still and is_theirs and not is_turn else ""


def _resume(clock: Clock, facts: Facts, viewer: Any) -> str:
    is_paused = clock.paused_at is not None and clock.stopped_at is None
    return f"/kerja/dijeda/{clock.pk}/jalankan" if is_paused and policies.can_change(viewer, clock, facts.desks) else ""
