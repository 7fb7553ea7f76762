"""The head reads what is signed for; a try says whether it counts; what the head decided before is somebody's turn.

What the head sent back or approved before today and nobody has done gets its clock from now: it had no limit until now.
"""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

HEAD_START = """CASE c.risk WHEN 4 THEN interval '72 hours' WHEN 3 THEN interval '24 hours' WHEN 2 THEN interval '6 hours'
    ELSE interval '0' END"""
BEGIN = """
INSERT INTO clocks_clock (id, kind_id, limit_id, dossier_id, about, subject, anchor, unit_id, owner_id, lead_id, danger,
    kecamatan, started_at, due_at, presses_at, pause_reason, paused_seconds, snooze_reason, level, escalates_at, stopped_on)
SELECT gen_random_uuid(), k.id, l.id, c.dossier_id, 'case', c.code, NULL, c.unit_id, c.manager_id, c.manager_id, c.risk,
    c.kecamatan, now(), now() + l.hours * interval '1 day', now() + l.hours * interval '1 day' - {head_start}, '', 0, '',
    0, now() + l.hours * interval '18 hours', ''
FROM cases_case c
JOIN LATERAL (SELECT s.id FROM {table} s WHERE s.case_id = c.id ORDER BY s.at DESC, s.id DESC LIMIT 1) newest ON true
JOIN LATERAL (SELECT a.outcome FROM cases_approval a WHERE a.subject = newest.id
              ORDER BY a.asked_at DESC, a.id DESC LIMIT 1) last ON true
JOIN clocks_clockkind k ON k.key = '{key}'
JOIN clocks_limit l ON l.key = k.limit_key AND l.unit = 'day' AND l.valid_from <= now() AND l.valid_to IS NULL
WHERE last.outcome = '{outcome}' AND {where} AND c.closed_at IS NULL AND c.manager_id IS NOT NULL
ON CONFLICT DO NOTHING;
"""
"""Working days are counted as days: what comes to light late is not put off further."""
PLANNED = "c.state IN ('assessment', 'plan')"
"""Elsewhere an older plan is carried out, and the newest one can wait for whoever made it."""
TURNS = (
    ("returned.plan", "cases_plan", "returned", PLANNED),
    ("returned.closing", "cases_closingassessment", "returned", "true"),
    ("closing.approved", "cases_closingassessment", "approved", "true"),
)
EPISODE = " AND NOT EXISTS (SELECT 1 FROM cases_episode e WHERE e.case_id = c.id AND e.at > s.at)"
"""Of the present episode alone."""


def begin(key: str, table: str, outcome: str, where: str) -> str:
    """Return the statement that begins the clocks of one kind."""
    statement = BEGIN.format(key=key, table=table, outcome=outcome, where=where, head_start=HEAD_START)
    return statement.replace("WHERE s.case_id = c.id ORDER", f"WHERE s.case_id = c.id{EPISODE} ORDER")


class Migration(migrations.Migration):
    """Four columns, words of codes, and clocks. The rights are those of the tables."""

    dependencies = [
        ("cases", "0020_unsafe"),
        ("clocks", "0018_after_the_head"),
        ("vault", "0008_own_by_row"),
    ]
    operations = [
        migrations.AddField(
            model_name="approval",
            name="words_ref",
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.AddField(
            model_name="approval",
            name="words_home",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.dossier"
            ),
        ),
        migrations.AddField(
            model_name="contacttry",
            name="faults",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("way", "bukan cara yang ia izinkan"),
                        ("hours", "di luar jam yang ia sebut"),
                        ("blind", "yang mencoba tidak dapat membaca cara yang ia izinkan"),
                    ],
                    max_length=8,
                ),
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="contacttry",
            name="noted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="contacttry",
            name="way",
            field=models.CharField(
                choices=[
                    ("phone", "Telepon"),
                    ("chat", "Pesan"),
                    ("thread", "Percakapan laporan"),
                    ("email", "Email"),
                    ("visit", "Kunjungan"),
                    ("meeting", "Bertemu di tempat lain"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="closingassessment",
            name="doubts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("unsafe", "Belum aman menurut cek terakhir"),
                        ("unchecked", "Belum dicek apakah ia aman"),
                        ("try_unsafe", "Upaya menghubungi dihentikan karena tidak aman, dan belum dicek lagi"),
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
        migrations.AddConstraint(
            model_name="contacttry",
            constraint=models.CheckConstraint(
                condition=Q(("noted_at", None), ("noted_at__gte", F("at")), _connector="OR"),
                name="contacttry_noted_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=Q(
                    Q(("words_home", None), ("words_ref", None)),
                    Q(("words_home__isnull", False), ("words_ref__isnull", False)),
                    _connector="OR",
                ),
                name="approval_words_have_a_home",
            ),
        ),
        *(migrations.RunSQL(begin(*turn), migrations.RunSQL.noop) for turn in TURNS),
    ]
