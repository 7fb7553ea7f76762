"""A contact after the closing says which of the office's months it is for; rows of before are for the nearest."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column. Nobody changes it: what it is for is said when it is planned."""

    dependencies = [("cases", "0017_closing_reason")]

    operations = [
        migrations.AddField(
            model_name="aftercare",
            name="month",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="aftercare",
            constraint=models.CheckConstraint(
                condition=models.Q(("month", None), ("month__in", (1, 3, 6)), _connector="OR"),
                name="aftercare_month_known",
            ),
        ),
    ]
