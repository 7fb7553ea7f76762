"""The days for which the police protect somebody pass whether or not we look: nobody pauses them.

A kind that an administrator touched stays as it is written; the service refuses it all the same. Source: domain.md 1.2.
"""

from __future__ import annotations

from django.db import migrations

KINDS = "('police.tpks_protection_ends', 'police.kdrt_protection_ends')"
RUN_ON = f"UPDATE clocks_clockkind SET is_pausable = false WHERE key IN {KINDS} AND changed_by_id IS NULL;"
BEFORE = f"UPDATE clocks_clockkind SET is_pausable = true WHERE key IN {KINDS} AND changed_by_id IS NULL;"


class Migration(migrations.Migration):
    """Two kinds."""

    dependencies = [("clocks", "0015_count_open")]
    operations = [migrations.RunSQL(RUN_ON, BEFORE)]
