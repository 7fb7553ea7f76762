"""Why a report was found less dangerous than its answers say: a reference into the vault.

Reports triaged before have none, and keep their triage.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q

EMPTY = Q(case_type="", authority="", triaged_by=None, triaged_at=None, triage_ref=None)
FULL = Q(triaged_by__isnull=False, triaged_at__isnull=False) & ~Q(case_type="") & ~Q(authority="")
RULES = {
    "report_triage_fields_go_together": EMPTY | FULL,
    "report_received_has_no_triage": ~Q(state="received") | EMPTY,
}


class Migration(migrations.Migration):
    """One column, and the rules that know of it."""

    dependencies = [("intake", "0011_overdue_by_queue")]
    operations = [
        migrations.AddField(model_name="report", name="triage_ref", field=models.UUIDField(null=True)),
        *(
            step
            for name, rule in RULES.items()
            for step in (
                migrations.RemoveConstraint(model_name="report", name=name),
                migrations.AddConstraint(
                    model_name="report", constraint=models.CheckConstraint(name=name, condition=rule)
                ),
            )
        ),
        migrations.RunSQL("GRANT UPDATE (triage_ref) ON intake_report TO ra_web;", migrations.RunSQL.noop),
    ]
