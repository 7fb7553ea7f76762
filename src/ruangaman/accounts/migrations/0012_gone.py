"""Those who have left are few, and found without reading everybody: whose cases wait for another manager."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """One small index."""

    dependencies = [("accounts", "0011_addresses_end")]
    operations = [
        migrations.AddIndex(
            model_name="user", index=models.Index("id", name="user_gone", condition=Q(is_active=False))
        ),
    ]
