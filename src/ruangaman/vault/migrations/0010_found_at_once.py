"""What every page of somebody asks for is found at once, however many cases and receipts there are."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """What was met and nobody has looked at; keys that are no reporter's; what somebody holds, from the index alone."""

    dependencies = [("vault", "0009_chain")]
    operations = [
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(fields=["found"], name="vault_meeting_open", condition=models.Q(done_at=None)),
        ),
        migrations.AddIndex(
            model_name="principal",
            index=models.Index(fields=["kind"], name="vault_principal_at_work", condition=~models.Q(kind="receipt")),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(fields=["principal", "dossier"], include=["not_after"], name="vault_grant_held"),
        ),
        migrations.RemoveIndex(model_name="grant", name="vault_grant_principal"),
    ]
