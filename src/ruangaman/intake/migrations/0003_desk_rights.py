"""The worker may know which reports nobody opened in time."""

from __future__ import annotations

from django.db import migrations

RIGHTS = "GRANT SELECT (state, needs_desk, due_at, opened_at) ON intake_report TO ra_worker;"


class Migration(migrations.Migration):
    """What the escalation reads."""

    dependencies = [("intake", "0002_rights")]
    operations = [migrations.RunSQL(RIGHTS, migrations.RunSQL.noop)]
