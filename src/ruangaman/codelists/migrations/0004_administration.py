"""A code may end on the day on which it would have begun: whoever added it by mistake takes it back the same day."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """A version that was never valid is allowed."""

    dependencies = [("codelists", "0003_codes")]
    operations = [
        migrations.RemoveConstraint("code", "code_in_order_of_time"),
        migrations.AddConstraint(
            "code",
            models.CheckConstraint(
                name="code_in_order_of_time", condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from"))
            ),
        ),
    ]
