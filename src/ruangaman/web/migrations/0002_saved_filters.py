"""Filters with a name: seen by their owner and, where they are shared, by the owner's unit; changed by the owner only.

And what a desk's clock on a report says that somebody took before clocks knew who takes one.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
ALTER TABLE web_savedfilter ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON web_savedfilter TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON web_savedfilter FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON web_savedfilter TO ra_backup;

CREATE FUNCTION web_unit() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT u.unit_id FROM accounts_user u WHERE u.id = (SELECT ra_user()) AND u.is_active $$;
REVOKE ALL ON FUNCTION web_unit() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION web_unit() TO ra_web;

GRANT SELECT, INSERT, UPDATE (name, unit_id), DELETE ON web_savedfilter TO ra_web;
CREATE POLICY shared ON web_savedfilter FOR SELECT TO ra_web
    USING (owner_id = (SELECT ra_user()) OR unit_id = (SELECT web_unit()));
CREATE POLICY own_adds ON web_savedfilter FOR INSERT TO ra_web
    WITH CHECK (owner_id = (SELECT ra_user()) AND (unit_id IS NULL OR unit_id = (SELECT web_unit())));
CREATE POLICY own_changes ON web_savedfilter FOR UPDATE TO ra_web USING (owner_id = (SELECT ra_user()))
    WITH CHECK (owner_id = (SELECT ra_user()) AND (unit_id IS NULL OR unit_id = (SELECT web_unit())));
CREATE POLICY own_deletes ON web_savedfilter FOR DELETE TO ra_web USING (owner_id = (SELECT ra_user()));
"""

TAKEN = """
UPDATE clocks_clock c SET owner_id = r.taken_by_id FROM intake_report r
WHERE r.dossier_id = c.dossier_id AND c.desk_id IS NOT NULL AND c.owner_id IS NULL AND c.stopped_at IS NULL
  AND r.taken_by_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    """One table, its rights; the takers of reports."""

    dependencies = [
        ("accounts", "0010_declared"),
        ("clocks", "0009_put_off"),
        ("intake", "0009_handover"),
        ("web", "0001_may_ask_for_migrations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=40)),
                ("query", models.CharField(max_length=240)),
                ("made_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("unit"),
                        models.F("name"),
                        condition=models.Q(("unit__isnull", False)),
                        name="saved_of_unit",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "name"), name="saved_name_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("query", ""), _negated=True), models.Q(("name", ""), _negated=True)
                        ),
                        name="saved_filter_narrows",
                    ),
                ],
            },
        ),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(TAKEN, migrations.RunSQL.noop),
    ]
