"""Somebody at a desk does not see the report of a relative: for them it does not exist, for the others it does."""

from __future__ import annotations

from django.db import migrations

KEPT_AWAY = """
ALTER POLICY desk_sees ON intake_report
    USING ((desk_id = any((SELECT intake_desks())::uuid[]) AND NOT dossier_id = any((SELECT ra_barred())::uuid[]))
           OR dossier_id = any((SELECT intake_held())::uuid[]));
"""


class Migration(migrations.Migration):
    """One policy, narrower."""

    dependencies = [("intake", "0007_clocks"), ("vault", "0005_blind_index")]
    operations = [migrations.RunSQL(KEPT_AWAY, migrations.RunSQL.noop)]
