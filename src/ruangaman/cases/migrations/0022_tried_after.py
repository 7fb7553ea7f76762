"""A contact after the closing that reached nobody waits on; two more doubts about an end."""

from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import Q

DOUBTS = [
    ("unsafe", "Belum aman menurut cek terakhir"),
    ("unchecked", "Belum dicek apakah ia aman"),
    ("try_unsafe", "Upaya menghubungi dihentikan karena tidak aman, dan belum dicek lagi"),
    ("danger", "Bahayanya tinggi atau ekstrem"),
    ("not_assessed", "Belum ada asesmen tujuh bidang"),
    ("goals_open", "Belum semua tujuan tercapai"),
    ("unanswered", "Pelapor belum pernah dijawab"),
    ("unread", "Pesan pelapor belum dijawab atau ditandai terbaca"),
    ("seen_alive", "Cek aman mencatatnya masih hidup"),
    ("not_received", "Belum ada lembaga yang menerima"),
]
WRITES = "GRANT UPDATE (due_on, tries, tried_at) ON cases_aftercare TO ra_web;"


class Migration(migrations.Migration):
    """Two columns, one constraint, two codes."""

    dependencies = [("cases", "0021_after_the_head"), ("clocks", "0021_led_to_safety")]
    operations = [
        migrations.AddField("aftercare", "tries", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("aftercare", "tried_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "closingassessment",
            "doubts",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=DOUBTS, max_length=16), default=list, size=None
            ),
        ),
        migrations.AddConstraint(
            "aftercare",
            models.CheckConstraint(
                condition=Q(tries=0, tried_at=None) | Q(tries__gt=0, tried_at__isnull=False),
                name="aftercare_tries_have_a_moment",
            ),
        ),
        migrations.RunSQL(WRITES, migrations.RunSQL.noop),
    ]
