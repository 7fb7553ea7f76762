"""A case says when she was found unsafe; a look that raised the danger says from what; a void yes is asked for again.

What was recorded before is read once: who was found unsafe last, a contact after a closing that said so, whose alarm
begins late, and the contacts that wait, whose clocks now end on the day that was planned. Source: domain.md 2.3.
"""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import Max
from django.utils import timezone

CITY = ZoneInfo("Asia/Makassar")
RISKS = [(1, "Rendah"), (2, "Sedang"), (3, "Tinggi"), (4, "Ekstrem")]
DOUBTS = [
    ("unsafe", "Belum aman menurut cek terakhir"),
    ("unchecked", "Belum dicek apakah ia aman"),
    ("danger", "Bahayanya tinggi atau ekstrem"),
    ("not_assessed", "Belum ada asesmen tujuh bidang"),
    ("goals_open", "Belum semua tujuan tercapai"),
    ("unanswered", "Pelapor belum pernah dijawab"),
    ("unread", "Pesan pelapor belum dijawab atau ditandai terbaca"),
]
HEAD_START = {1: timedelta(0), 2: timedelta(hours=6), 3: timedelta(hours=24), 4: timedelta(hours=72)}
HIGH, MONTHS, MONTH_DAYS = 3, (1, 3, 6), 30.5
WRITES = """
GRANT UPDATE (unsafe_at) ON cases_case TO ra_web;
GRANT UPDATE (before) ON cases_aftercare TO ra_web;
"""
LOOKS = """
UPDATE cases_case c SET unsafe_at = s.at
FROM (SELECT DISTINCT ON (case_id) case_id, at, is_safe FROM cases_safetycheck ORDER BY case_id, at DESC, id DESC) s
WHERE s.case_id = c.id AND NOT s.is_safe AND s.at >= coalesce(
    (SELECT max(e.at) FROM cases_episode e WHERE e.case_id = c.id), c.opened_at);
"""


def alarms(apps: Any, _editor: Any) -> None:
    """Let the last contact after a closing count that found her unsafe: nobody was told of it until now."""
    contacts = apps.get_model("cases", "Aftercare").objects.exclude(held_at=None)
    kind = apps.get_model("clocks", "ClockKind").objects.filter(key="aftercare.unsafe").first()
    limit = apps.get_model("clocks", "Limit").objects.filter(key="aftercare.unsafe").order_by("-valid_from").first()
    last = contacts.filter(case__closed_at__isnull=False).values("case_id").annotate(last=Max("held_at"))
    for one in last.iterator():
        row = (
            contacts.select_related("case").filter(case_id=one["case_id"], held_at=one["last"], doing="danger").first()
        )
        if row is None or row.held_at < row.case.closed_at:
            continue
        case, before = row.case, row.case.risk
        case.unsafe_at, case.risk = row.held_at, max(before, HIGH)
        case.save(update_fields=["unsafe_at", "risk"])
        _follow(apps, case)
        if kind is not None and limit is not None:
            due = row.held_at + timedelta(hours=2)
            _begin(apps, case, kind, case.manager_id, due, limit_id=limit.pk)


def contacts(apps: Any, _editor: Any) -> None:
    """Let the clock of each contact that waits end on the day that was planned; begin it where it had not begun."""
    kinds = {
        int(one.key.rsplit("_", 1)[1]): one
        for one in apps.get_model("clocks", "ClockKind").objects.filter(
            key__startswith="aftercare.month_", changed_by=None
        )
    }
    clocks = apps.get_model("clocks", "Clock").objects
    parts = apps.get_model("cases", "Assignment").objects.filter(until=None, role="pendamping")
    waiting = apps.get_model("cases", "Aftercare").objects.filter(
        held_at=None, cancelled_at=None, case__closed_at__isnull=False
    )
    for row in waiting.select_related("case").iterator():
        case = row.case
        month = row.month or _nearest(case, row)
        kind = kinds.get(month)
        if kind is None:
            continue
        due = datetime.combine(row.due_on, time(16), CITY)
        found = clocks.filter(dossier_id=case.dossier_id, kind=kind, stopped_at=None).first()
        if found is not None:
            found.due_at, found.presses_at = due, due - HEAD_START[found.danger]
            found.save(update_fields=["due_at", "presses_at"])
            continue
        part = parts.filter(case=case).order_by("since").first()
        _begin(apps, case, kind, part.user_id if part else case.manager_id, due)


def _nearest(case: Any, row: Any) -> int:
    closed_on = case.closed_at.astimezone(CITY).date()
    return min(MONTHS, key=lambda months: abs((row.due_on - closed_on).days - MONTH_DAYS * months))


def _follow(apps: Any, case: Any) -> None:
    """Let the clocks of a case press as its danger says."""
    for one in apps.get_model("clocks", "Clock").objects.filter(dossier_id=case.dossier_id, stopped_at=None):
        one.danger, one.presses_at = case.risk, one.due_at - HEAD_START[case.risk]
        one.save(update_fields=["danger", "presses_at"])


def _begin(apps: Any, case: Any, kind: Any, owner: Any, due: datetime, *, limit_id: Any = None) -> None:
    clocks, now = apps.get_model("clocks", "Clock").objects, timezone.now()
    if clocks.filter(dossier_id=case.dossier_id, kind=kind, stopped_at=None).exists():
        return
    clocks.create(
        id=uuid.uuid4(), kind=kind, limit_id=limit_id, dossier_id=case.dossier_id, about="case", subject=case.code,
        unit_id=case.unit_id, owner_id=owner, lead_id=case.manager_id, danger=case.risk, kecamatan=case.kecamatan,
        started_at=now, due_at=due, presses_at=due - HEAD_START[case.risk], escalates_at=min(now, due),
    )  # fmt: skip


class Migration(migrations.Migration):
    """Three columns, two indexes, one constraint, and what was recorded before."""

    dependencies = [("cases", "0018_aftercare_month"), ("clocks", "0017_safety_waits")]
    operations = [
        migrations.RemoveConstraint(model_name="approval", name="approval_once"),
        migrations.AddField("aftercare", "before", models.PositiveSmallIntegerField(choices=RISKS, null=True)),
        migrations.AddField("case", "unsafe_at", models.DateTimeField(null=True)),
        migrations.AddField("safetycheck", "before", models.PositiveSmallIntegerField(choices=RISKS, null=True)),
        migrations.AlterField(
            "closingassessment",
            "doubts",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=DOUBTS, max_length=16), default=list, size=None
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                models.F("unit"), models.OrderBy(models.F("risk"), descending=True),
                models.OrderBy(models.F("opened_at"), descending=True), models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("unsafe_at__isnull", False)), name="case_unsafe_by_unit",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                models.F("dossier"), condition=models.Q(("unsafe_at__isnull", False)), name="case_unsafe_by_dossier"
            ),
        ),
        migrations.AddConstraint(
            "approval",
            models.UniqueConstraint(
                condition=models.Q(("decided_at", None)), fields=("subject",), name="approval_once"
            ),
        ),
        migrations.RunSQL(WRITES, migrations.RunSQL.noop),
        migrations.RunSQL(LOOKS, migrations.RunSQL.noop),
        migrations.RunPython(alarms, migrations.RunPython.noop),
        migrations.RunPython(contacts, migrations.RunPython.noop),
    ]  # fmt: skip
