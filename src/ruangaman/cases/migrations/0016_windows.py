"""Windows of health and evidence end when they are answered, not with any service of health; not safe asks again soon.

Kinds that an administrator touched stay as they are. A clock that runs is ended by the next event of its kind, as any.
Source: domain.md 1.2, 2.3 (state 3a, 9).
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from django.db import migrations

SPACE = uuid.UUID("6f0c3c1e-0f7c-4c7e-9d3b-2a51c0de1000")
"""Ids are made from keys, as those of the first kinds."""
SINCE = datetime(2022, 1, 1, tzinfo=UTC)
CLOSED = "cases.closed"
WINDOWS = {
    "clinical.pep": ("pep", "Tawarkan PEP sekarang, lalu catat jawabannya; tanyakan kapan kejadiannya",
                     "Offer PEP now and record the answer; ask when it happened"),
    "clinical.contraception": ("contraception", "Tawarkan kontrasepsi darurat, makin cepat makin baik; catat jawabannya",
                               "Offer emergency contraception, the sooner the better; record the answer"),
    "evidence.sexual": ("evidence", "", ""),
    "evidence.physical": ("injuries", "", ""),
}  # fmt: skip
AGAIN = {
    "key": "case.safety_again",
    "label": "Cek aman lagi",
    "label_en": "Check safety again",
    "todo": "Belum aman: hubungi 110 atau 112 bila mendesak, cari tempat aman, lalu cek lagi",
    "todo_en": "Not safe yet: call 110 or 112 if it is urgent, find a safe place, then check again",
    "about": "case",
    "starts_on": ["cases.safety_checked"],
    "stops_on": ["cases.safety_checked", CLOSED],
    "restarts": False,
    "condition": {"starts_when": {"is_safe": ["False"]}},
    "anchor": "",
    "is_promised": False,
    "limit_key": "case.safety_again",
    "from_occurrence": False,
    "holder": "companion",
    "is_third_party": False,
    "is_pausable": False,
    "chain": [
        {"when": "share", "value": 50, "to": "owner"},
        {"when": "after", "value": 0, "to": "lead"},
        {"when": "after", "value": 2, "to": "head"},
    ],
}


def change(apps: Any, _editor: Any) -> None:
    """Bring the kinds to what they say now."""
    kinds, limits = apps.get_model("clocks", "ClockKind"), apps.get_model("clocks", "Limit")
    for key, (need, todo, todo_en) in WINDOWS.items():
        for one in kinds.objects.filter(key=key, changed_by=None):
            one.stops_on = ["cases.window_answered", CLOSED]
            kept = {name: value for name, value in one.condition.items() if name != "stops_when"}
            one.condition = {**kept, "stops_when": {"need": [need]}}
            one.todo, one.todo_en = todo or one.todo, todo_en or one.todo_en
            one.save()
    for one in kinds.objects.filter(key__startswith="aftercare.month_", changed_by=None):
        one.stops_on = [*one.stops_on, *({"cases.aftercare_cancelled"} - set(one.stops_on))]
        one.save()
    if not kinds.objects.filter(key=AGAIN["key"]).exists():
        kinds.objects.create(id=uuid.uuid5(SPACE, str(AGAIN["key"])), valid_from=SINCE, **AGAIN)
    if not limits.objects.filter(key=AGAIN["key"]).exists():
        limits.objects.create(
            id=uuid.uuid5(SPACE, f"limit {AGAIN['key']}"),
            key=AGAIN["key"],
            value=2,
            unit="hour",
            calendar="calendar",
            legal_basis="Ketetapan kantor (P)",
            valid_from=SINCE,
        )


class Migration(migrations.Migration):
    """Five kinds changed, one more."""

    dependencies = [("cases", "0015_endings"), ("clocks", "0012_danger_first")]
    operations = [migrations.RunPython(change, migrations.RunPython.noop)]
