"""People across cases: what they are to each other, which of them can be found, who is kept away from whom."""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BOTH = " AND ".join(
    f"""EXISTS (SELECT 1 FROM cases_person p JOIN cases_case c ON c.id = p.case_id
            JOIN vault_grant g ON g.dossier_id = c.dossier_id WHERE p.id = {side}_id)"""
    for side in ("first", "second")
)
"""A tie is seen by who holds wraps of both dossiers; who oversees a unit sees codes and not who belongs together."""

TIES = f"""
ALTER TABLE cases_tie ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON cases_tie TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON cases_tie FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON cases_tie TO ra_backup;
GRANT SELECT, INSERT, UPDATE (until, until_by_id) ON cases_tie TO ra_web;
CREATE POLICY staff_reads ON cases_tie FOR SELECT TO ra_web USING ({BOTH});
CREATE POLICY staff_ties ON cases_tie FOR INSERT TO ra_web WITH CHECK (by_id = (SELECT ra_user()) AND {BOTH});
CREATE POLICY staff_unties ON cases_tie FOR UPDATE TO ra_web USING ({BOTH})
    WITH CHECK (until_by_id = (SELECT ra_user()));
"""

KEPT_AWAY = """
GRANT UPDATE (indexed_at) ON cases_person TO ra_web;
ALTER POLICY staff_reads ON cases_case USING (
    (unit_id = any((SELECT ra_units())::uuid[]) AND NOT dossier_id = any((SELECT ra_barred())::uuid[]))
    OR dossier_id = any((SELECT ra_dossiers())::uuid[])
    OR (id = (SELECT ra_opening()) AND opened_by_id = (SELECT ra_user()))
);
"""
"""Who oversees a unit does not see the case of a relative: for them it does not exist."""


class Migration(migrations.Migration):
    """Ties between people; who is kept away from a case."""

    dependencies = [
        ("vault", "0005_blind_index"),
        ("cases", "0006_flow"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="indexed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Tie",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("same", "orang yang sama dengan"),
                            ("other", "bukan orang yang sama dengan"),
                            ("household", "serumah dengan"),
                            ("parent", "orang tua dari"),
                            ("stepparent", "orang tua tiri dari"),
                            ("spouse", "suami atau istri dari"),
                            ("partner", "pacar atau pasangan dari"),
                            ("sibling", "saudara kandung dari"),
                            ("relative", "kerabat dari"),
                            ("guardian", "wali dari"),
                            ("employer", "majikan atau atasan dari"),
                            ("teacher", "guru atau pengasuh dari"),
                            ("neighbour", "tetangga dari"),
                        ],
                        max_length=12,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ties_from", to="cases.person"
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ties_to", to="cases.person"
                    ),
                ),
                (
                    "until_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("kind", "first", "second"), name="tie_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first", models.F("second")), _negated=True), name="tie_of_two"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "same",
                                    "other",
                                    "household",
                                    "parent",
                                    "stepparent",
                                    "spouse",
                                    "partner",
                                    "sibling",
                                    "relative",
                                    "guardian",
                                    "employer",
                                    "teacher",
                                    "neighbour",
                                ],
                            )
                        ),
                        name="tie_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("until", None), ("until_by", None)),
                            models.Q(("until__gte", models.F("since")), ("until_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="tie_end_goes_together",
                    ),
                ],
            },
        ),
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (TIES, KEPT_AWAY)),
    ]
