"""The first kinds, limits, holidays and office hours. What an administrator touched is left as it is.

May be run again, also by a later migration with newer data: a kind is replaced only while `changed_by` is empty, a limit
is only ever added, a day is only added.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from django.db import migrations

from ruangaman.clocks.migrations._first_kinds import HOLIDAYS, HOURS, KINDS

SINCE = datetime(2022, 1, 1, tzinfo=UTC)
SPACE = uuid.UUID("6f0c3c1e-0f7c-4c7e-9d3b-2a51c0de1000")
"""Ids are made from keys: the same in every installation."""


def fill(apps: Any, _editor: Any) -> None:
    """Add what is missing; bring what nobody touched to what it says now."""
    kinds, limits = apps.get_model("clocks", "ClockKind"), apps.get_model("clocks", "Limit")
    touched = set(kinds.objects.exclude(changed_by=None).values_list("key", flat=True))
    known = set(limits.objects.values_list("key", flat=True))
    for one in KINDS:
        facts = {name: value for name, value in one.items() if name not in {"key", "limit", "calendar", "law"}}
        if one["key"] not in touched:
            fresh = {**facts, "id": uuid.uuid5(SPACE, one["key"]), "valid_from": SINCE}
            kinds.objects.update_or_create(key=one["key"], defaults=facts, create_defaults=fresh)
        if one["limit"] is not None and one["key"] not in known:
            value, unit = one["limit"]
            limits.objects.create(
                id=uuid.uuid5(SPACE, f"limit {one['key']}"),
                key=one["key"],
                value=value,
                unit=unit,
                calendar=one["calendar"],
                legal_basis=one["law"],
                valid_from=SINCE,
            )
    days, hours = apps.get_model("clocks", "Holiday"), apps.get_model("clocks", "OfficeDay")
    days.objects.bulk_create(
        [days(on=on, name=name, source=source) for on, name, source in HOLIDAYS], ignore_conflicts=True
    )
    if not hours.objects.exists():
        hours.objects.bulk_create([hours(weekday=day, opens=opens, closes=closes) for day, opens, closes in HOURS])


class Migration(migrations.Migration):
    """Data of the first day."""

    dependencies = [("clocks", "0004_kind_rights")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
