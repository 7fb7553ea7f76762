"""A plan and a contact after the closing are kept by the events that tell of them; under other names nothing kept them.

Clocks that run because of it are ended by the next such event, as any other is.
"""

from __future__ import annotations

from django.db import migrations

NAMES = (("cases.planned", "cases.plan_made"), ("cases.followed_up", "cases.aftercare_contacted"))
RENAME = """
UPDATE clocks_clockkind SET stops_on = array_replace(stops_on, '{old}', '{new}') WHERE '{old}' = any(stops_on);
"""


class Migration(migrations.Migration):
    """The names as they are told."""

    dependencies = [("clocks", "0007_held_by_key")]
    operations = [
        migrations.RunSQL(RENAME.format(old=old, new=new), RENAME.format(old=new, new=old)) for old, new in NAMES
    ]
