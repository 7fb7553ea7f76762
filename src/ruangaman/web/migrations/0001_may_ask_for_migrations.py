"""Who serves may ask which migrations were applied: a process that is newer than its database must not start."""

from __future__ import annotations

from django.db import migrations

RIGHTS = "GRANT SELECT ON django_migrations TO ra_web, ra_worker;"
AWAY = "REVOKE SELECT ON django_migrations FROM ra_web, ra_worker;"


class Migration(migrations.Migration):
    """One right to read names of migrations."""

    initial = True
    dependencies = [("accounts", "0002_rights")]
    operations = [migrations.RunSQL(RIGHTS, AWAY)]
