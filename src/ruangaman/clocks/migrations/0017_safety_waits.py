"""Who is found unsafe after a closing is somebody's turn within hours; contacts after it follow what was planned.

Kinds that an administrator touched stay as they are. Source: domain.md 2.3, states 3a, 4, 7, 8 and 9.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

from ruangaman.clocks.migrations._adding import add_missing
from ruangaman.clocks.migrations._first_kinds import AT_WORK, OWN_CHAIN, kind

CONTACTED, PLANNED, CANCELLED = "cases.aftercare_contacted", "cases.aftercare_planned", "cases.aftercare_cancelled"
OPENED_AGAIN = "cases.reopened"
AT_ONCE = (("share", 0, "lead"), ("share", 50, "owner"), ("after", 0, "head"))
KINDS = (
    kind(
        "aftercare.unsafe",
        "Tidak aman sesudah ditutup",
        "Not safe after the closing",
        "Ia tidak aman: buka lagi kasusnya",
        "Not safe: open the case again",
        limit=(2, "hour"),
        starts=(CONTACTED,),
        stops=(OPENED_AGAIN, CONTACTED),
        pausable=False,
        chain=AT_ONCE,
        condition={"starts_when": {"doing": ["danger"]}, "stops_when": {"doing": ["well"]}},
    ),
    kind(
        "aftercare.plan",
        "Rencanakan kontak sesudah ditutup",
        "Plan the contacts after the closing",
        "Jadwalkan kapan ia dihubungi sesudah kasusnya ditutup",
        "Plan when she is asked how it goes after the closing",
        limit=(7, "day"),
        starts=("cases.closed",),
        stops=(PLANNED, OPENED_AGAIN),
        chain=OWN_CHAIN,
        condition={
            "starts_when": {
                "from": ["emergency", "referred_out", "assessment", "plan", "services", "monitoring"],
                "reason": ["goals_met", "client_ends", "unreachable"],
                "planned": ["False"],
            }
        },
    ),
)


def change(apps: Any, _editor: Any) -> None:
    """Add what is missing; change what nobody changed."""
    kinds = apps.get_model("clocks", "ClockKind")
    add_missing(apps, KINDS)
    untouched = kinds.objects.filter(changed_by=None)
    for row in untouched.filter(key="case.safety_again"):
        row.chain = [{"when": when, "value": value, "to": to} for when, value, to in AT_ONCE]
        row.save()
    for months in (1, 3, 6):
        for row in untouched.filter(key=f"aftercare.month_{months}"):
            row.is_promised, row.limit_key = True, ""
            row.starts_on, row.stops_on = [PLANNED], [CONTACTED, CANCELLED, OPENED_AGAIN]
            row.condition = {"starts_when": {"month": [str(months)]}, "stops_when": {"month": [str(months)]}}
            row.save()
    for row in untouched.filter(key__startswith="case.assess_"):
        when = {**row.condition.get("stops_when", {}), "considered": ["7"]}
        row.condition = {**row.condition, "stops_when": when}
        row.save()
    for row in untouched.filter(key="case.plan"):
        when = {**row.condition.get("starts_when", {}), "considered": ["7"]}
        row.condition = {**row.condition, "starts_when": when}
        row.save()
    for row in untouched.filter(key__in=("case.review", "case.review_high")):
        row.starts_on = [*row.starts_on, *({OPENED_AGAIN} - set(row.starts_on))]
        row.condition = {**row.condition, "states": AT_WORK}
        row.save()


class Migration(migrations.Migration):
    """Data."""

    dependencies = [("clocks", "0016_law_runs_on")]
    operations = [migrations.RunPython(change, migrations.RunPython.noop)]
