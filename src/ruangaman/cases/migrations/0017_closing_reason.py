"""A closing says in spite of what a case ends, and why: for the heads who decide about it, in a dossier of its own.

What was closed before said nothing of the kind and stays valid.
"""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Three columns. The rights are those of the table."""

    dependencies = [("cases", "0016_windows"), ("vault", "0008_own_by_row")]
    operations = [
        migrations.AddField(
            model_name="closingassessment",
            name="doubts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("unsafe", "Belum aman menurut cek terakhir"),
                        ("unchecked", "Masih di tahap darurat, dan belum dicek aman"),
                        ("danger", "Bahayanya tinggi atau ekstrem"),
                        ("not_assessed", "Belum ada asesmen tujuh bidang"),
                        ("goals_open", "Belum semua tujuan tercapai"),
                        ("unanswered", "Pelapor belum pernah dijawab"),
                        ("unread", "Pesan pelapor belum dijawab atau ditandai terbaca"),
                    ],
                    max_length=16,
                ),
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="closingassessment",
            name="despite_ref",
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.AddField(
            model_name="closingassessment",
            name="despite_home",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.dossier"
            ),
        ),
        migrations.AddConstraint(
            model_name="closingassessment",
            constraint=models.CheckConstraint(
                name="closing_doubts_say_why",
                condition=Q(doubts__len=0, despite_ref=None, despite_home=None)
                | Q(doubts__len__gte=1, despite_ref__isnull=False, despite_home__isnull=False),
            ),
        ),
    ]
