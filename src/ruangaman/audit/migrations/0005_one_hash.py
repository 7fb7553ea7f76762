"""Nothing asks for several fingerprints at once any more; what nothing asks for is no door."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """One function less."""

    dependencies = [("audit", "0004_backups")]
    operations = [
        migrations.RunSQL("DROP FUNCTION audit_seal_hashes(uuid[], integer[])", migrations.RunSQL.noop),
    ]
