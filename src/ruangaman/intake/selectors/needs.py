"""What clocks need to know of a report, and what may begin or end one in words."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.clocks.registry import About, abouts
from ruangaman.clocks.types import Holder, More, Subject
from ruangaman.core.codelists import CaseType
from ruangaman.intake import events
from ruangaman.intake.models import Report
from ruangaman.intake.types import State


def subject_of(report: Report) -> Subject:
    """Return a report as clocks know it: its answers are sealed, so nothing asks for them."""
    return Subject(
        kind="report",
        code=report.code,
        dossier_id=report.dossier_id,
        unit_id=report.desk.unit_id,
        danger=report.danger,
        case_type=report.case_type,
        state=report.state,
        desk_id=report.desk_id,
        taken_by_id=report.taken_by_id,
        more=partial(_more, report.desk.unit_id),
    )


def _more(unit_id: UUID) -> More:
    """Read who is the head: one query."""
    heads = User.objects.filter(role=Role.KEPALA, unit_id=unit_id, is_active=True).order_by("pk")
    head = heads.values_list("pk", flat=True).first()
    return More(holders={Holder.HEAD.value: head} if head is not None else {})


abouts.add(
    About(
        key="report",
        label=_("laporan"),
        ends_on=frozenset({events.CASE_OPENED.key, events.DUPLICATED.key, events.REFUSED.key}),
        events={
            events.TAKEN.key: _("laporan diambil"),
            events.RELEASED.key: _("laporan dilepas"),
            events.WRITTEN.key: _("pelapor menulis lagi"),
            events.REPLIED.key: _("pelapor dijawab"),
            events.ACKNOWLEDGED.key: _("pesan pelapor dibaca"),
            events.TRIAGED.key: _("laporan dipilah"),
            events.DUPLICATED.key: _("laporan ditandai ganda"),
            events.UNDUPLICATED.key: _("tanda ganda dibatalkan"),
            events.REFUSED.key: _("laporan tidak ditangani"),
            events.UNREFUSED.key: _("penolakan dibatalkan"),
            events.CASE_OPENED.key: _("kasus dibuka dari laporan"),
            events.RETURNED.key: _("pesan baru diselesaikan"),
            events.RULED.key: _("meja memutuskan lain dari jawaban pelapor"),
            events.RULING_READ.key: _("kepala membaca alasannya"),
            events.SENT_BACK.key: _("kepala mengembalikan laporan"),
        },
        case_types=dict(CaseType.choices),
        states=dict(State.choices),
        holders=frozenset({Holder.DESK.value, Holder.HEAD.value}),
        instead=_("meja pengaduan"),
    )
)
