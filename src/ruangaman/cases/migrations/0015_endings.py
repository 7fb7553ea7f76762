"""An end says what it stops; a transfer says what allows it; what was planned or sent by mistake is taken back."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TAKEN_BACK = """
GRANT UPDATE (withdrawn_at, withdrawn_by_id, withdrawn_ref) ON cases_transfer TO ra_web;
GRANT UPDATE (cancelled_at, cancelled_by_id, cancelled_ref) ON cases_aftercare TO ra_web;
"""


class Migration(migrations.Migration):
    """Columns, and who may change them."""

    dependencies = [
        ("accounts", "0012_gone"),
        ("cases", "0014_decisions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="aftercare",
            name="aftercare_once_a_day",
        ),
        migrations.AddField(
            model_name="aftercare",
            name="cancelled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="aftercare",
            name="cancelled_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="aftercare",
            name="cancelled_ref",
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.AddField(
            model_name="closingassessment",
            name="covers",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name="transfer",
            name="basis",
            field=models.CharField(
                blank=True,
                choices=[
                    ("consent", "Persetujuan"),
                    ("vital", "Menyelamatkan nyawa atau keselamatan"),
                    ("duty", "Kewajiban menurut undang-undang"),
                    ("public", "Tugas pelayanan publik"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="withdrawn_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="transfer",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="withdrawn_ref",
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.AddConstraint(
            model_name="aftercare",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None)), fields=("case", "due_on"), name="aftercare_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="aftercare",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at", None), ("cancelled_by", None), ("cancelled_ref", None)),
                    models.Q(
                        ("cancelled_at__gte", models.F("at")),
                        ("cancelled_by__isnull", False),
                        ("cancelled_ref__isnull", False),
                        ("held_at", None),
                    ),
                    _connector="OR",
                ),
                name="aftercare_cancelled_goes_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at", None), ("withdrawn_by", None), ("withdrawn_ref", None)),
                    models.Q(
                        ("withdrawn_at__gte", models.F("at")),
                        ("withdrawn_by__isnull", False),
                        ("withdrawn_ref__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="transfer_withdrawn_goes_together",
            ),
        ),
        migrations.RunSQL(TAKEN_BACK, migrations.RunSQL.noop),
    ]
