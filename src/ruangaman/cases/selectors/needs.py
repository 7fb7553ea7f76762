"""What clocks need to know of a case, and what may begin or end one in words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Exists, F, Func, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.cases import events
from ruangaman.cases.models import Assignment, Case, Incident, Task
from ruangaman.cases.types import LACKS, CaseState, Need, lacks_companion
from ruangaman.clocks.registry import About, abouts
from ruangaman.clocks.types import Condition, Holder, More, Subject
from ruangaman.codelists.selectors import book, day_of
from ruangaman.codelists.types import ListKey
from ruangaman.core import clock
from ruangaman.core.codelists import CaseType

PARTS = {Role.PENDAMPING.value: Holder.COMPANION, Role.HUKUM.value: Holder.LAWYER}
NO_COMPANION, NO_STEP = Need.NO_COMPANION.value, Need.NO_STEP.value
NEW = frozenset({NO_COMPANION, NO_STEP})
"""What a case lacks while it is opened: whoever opens it does not see it afterwards."""


OF_AN_EPISODE = ("returned.plan", "returned.closing", "closing.approved")
"""Clocks about a plan or a closing that the head decided about: opened again, the case begins with new ones."""


def month_clock(month: int) -> str:
    """Return the key of the clock that asks for the contact some months after the closing."""
    return f"aftercare.month_{month}"


def subject_of(case: Case, *, forms: Iterable[str] | None = None) -> Subject:
    """Return a case as clocks know it.

    Args:
        forms: of what just happened; None: of everything in the case.
    """
    return Subject(
        kind="case",
        code=case.code,
        dossier_id=case.dossier_id,
        unit_id=case.unit_id,
        danger=case.risk,
        kecamatan=case.kecamatan,
        case_type=case.case_type,
        state=case.state,
        lead_id=case.manager_id,
        more=partial(_more, case.pk, None if forms is None else frozenset(forms)),
    )


def _more(case_id: UUID, forms: frozenset[str] | None) -> More:
    """Read who has a part, which forms of violence there are, and what is lacking: one query."""
    live = Assignment.objects.filter(case=OuterRef("pk"), until=None)
    heads = User.objects.filter(role=Role.KEPALA, unit=OuterRef("unit"), is_active=True).order_by("pk")
    every = Incident.objects.filter(case=OuterRef("pk")).annotate(form=Func(F("forms"), function="unnest"))
    found = (
        Case.objects.filter(pk=case_id)
        .values_list(
            ArraySubquery(live.values(facts=JSONObject(role="role", user="user_id"))),
            ArraySubquery(every.values("form").distinct()),
            Exists(Task.objects.filter(case=OuterRef("pk"), done_at=None)),
            Subquery(heads.values("pk")[:1]),
            "manager__is_active",
        )
        .first()
    )
    if found is None:
        return More(forms=forms or frozenset(), marks=NEW)
    parts, in_case, has_step, head, is_managed = found
    holders = {PARTS[one["role"]].value: UUID(one["user"]) for one in parts if one["role"] in PARTS}
    if head is not None:
        holders[Holder.HEAD.value] = head
        holders |= {} if is_managed else {Holder.MANAGER.value: head}
    lacks = {NO_COMPANION} if lacks_companion({one["role"] for one in parts}) else set()
    lacks |= set() if has_step else {NO_STEP}
    return More(frozenset(in_case) if forms is None else forms, holders, frozenset(lacks))


def count_concerned(condition: Condition) -> int:
    """Return how many open cases a condition fits now, for who writes rules: a number, and nothing else of them.

    The database answers only administrators; few are no number (`clocks.views` says so in words).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cases_count_concerned(%s, %s, %s, %s, %s, %s)",
            [
                condition.danger,
                condition.danger_most or 9,
                list(condition.forms),
                list(condition.case_types),
                list(condition.states),
                list(condition.marks),
            ],
        )
        return int(cursor.fetchone()[0])


def _forms() -> dict[str, Any]:
    return dict(book().choices(ListKey.VIOLENCE_FORM, day_of(clock.now())))


def _first_words() -> dict[str, Any]:
    return {
        events.CASE_OPENED.key: _("kasus dibuka"),
        events.CASE_MOVED.key: _("tahap kasus dipindahkan"),
        events.CASE_CLOSED.key: _("kasus ditutup"),
        events.CASE_REOPENED.key: _("kasus dibuka lagi"),
        events.ANSWER_AWAITED.key: _("kasus dibuka dari laporan yang belum dijawab"),
        events.REPORTER_ANSWERED.key: _("pelapor mendapat jawaban pertama"),
        events.REPORTED_AGAIN.key: _("meja menerima laporan lain tentang kasus ini"),
    }


def _words() -> dict[str, Any]:
    return {
        **_first_words(),
        events.PERSON_ADDED.key: _("orang ditambahkan"),
        events.INCIDENT_ADDED.key: _("kejadian dicatat"),
        events.NOTE_ADDED.key: _("catatan ditambahkan"),
        events.SERVICE_ADDED.key: _("layanan dicatat"),
        events.TASK_ADDED.key: _("tugas ditambahkan"),
        events.TASK_DONE.key: _("tugas selesai"),
        events.TASK_UNDONE.key: _("tugas dikembalikan"),
        events.ASSIGNED.key: _("orang ditugaskan"),
        events.UNASSIGNED.key: _("orang dilepas"),
        events.MANAGER_CHANGED.key: _("manajer diganti"),
        events.SAFETY_CHECKED.key: _("keselamatan diperiksa"),
        events.ASSESSED.key: _("asesmen dicatat"),
        events.RIGHTS_TOLD.key: _("hak diberitahukan"),
        events.PLAN_MADE.key: _("rencana disusun"),
        events.PLAN_AGREED.key: _("rencana disepakati"),
        events.PLAN_STARTED.key: _("rencana dimulai"),
        events.APPROVAL_ASKED.key: _("persetujuan kepala diminta"),
        events.APPROVAL_DECIDED.key: _("persetujuan kepala diputuskan"),
        events.REVIEWED.key: _("kasus ditinjau"),
        events.RISK_CHANGED.key: _("tingkat bahaya diubah"),
        events.CONFERENCE_HELD.key: _("konferensi kasus dicatat"),
        events.SESSION_HELD.key: _("sesi dicatat"),
        events.CONTACT_TRIED.key: _("upaya kontak dicatat"),
        events.TRANSFER_SENT.key: _("kasus dilimpahkan"),
        events.TRANSFER_ACKNOWLEDGED.key: _("pelimpahan diterima"),
        events.TRANSFER_WITHDRAWN.key: _("pelimpahan ditarik kembali"),
        events.WINDOW_ANSWERED.key: _("jendela kesehatan atau bukti dijawab"),
        events.CLOSING_ASSESSED.key: _("asesmen penutupan dicatat"),
        events.AFTERCARE_PLANNED.key: _("kontak sesudah penutupan dijadwalkan"),
        events.AFTERCARE_CANCELLED.key: _("kontak sesudah penutupan dibatalkan"),
        events.AFTERCARE_TRIED.key: _("kontak sesudah penutupan belum terhubung"),
        events.AFTERCARE_CONTACTED.key: _("kontak sesudah penutupan dilakukan"),
        events.MEDIATION_ASKED.key: _("mediasi diminta"),
        events.POLICE_DECIDED.key: _("kewajiban lapor polisi diputuskan"),
        events.TASK_EDITED.key: _("tugas diubah"),
    }


abouts.add(
    About(
        key="case",
        label=_("kasus"),
        ends_on=frozenset({events.CASE_CLOSED.key}),
        events=_words(),
        forms=_forms,
        case_types=dict(CaseType.choices),
        states=dict(CaseState.choices),
        marks={need.value: words for need, words in LACKS.items()},
        count=count_concerned,
        holders=frozenset(
            {Holder.MANAGER.value, Holder.OWNER.value, Holder.HEAD.value, *(part.value for part in PARTS.values())}
        ),
        instead=_("manajer kasus"),
    )
)
