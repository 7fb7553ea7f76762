"""Whether somebody holds a wrap of a dossier is read from an index alone: every policy asks that of every row it shows."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """One index in the place of another, which it begins with."""

    dependencies = [("vault", "0006_drafts")]
    operations = [
        migrations.AddIndex(
            model_name="grant", index=models.Index(fields=["dossier", "principal"], name="vault_grant_dossier")
        ),
        migrations.AlterField(
            model_name="grant",
            name="dossier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grants",
                to="vault.dossier",
            ),
        ),
    ]
