"""A message that nobody has read yet speaks against closing, too."""

from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """One more code in a list; the column is as it was."""

    dependencies = [("cases", "0018_aftercare_month")]
    operations = [
        migrations.AlterField(
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
    ]
