"""The ledger of consents, keyed by dossier."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
ALTER TABLE consents_consent ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON consents_consent TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON consents_consent FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON consents_consent TO ra_backup;
GRANT SELECT, INSERT, UPDATE (ended_at, ended_by_id, ending) ON consents_consent TO ra_web;
CREATE POLICY staff_reads ON consents_consent FOR SELECT TO ra_web USING (
    dossier_id = any((SELECT ra_dossiers())::uuid[])
    OR EXISTS (SELECT 1 FROM vault_dossier d WHERE d.id = dossier_id AND d.unit_id = any((SELECT ra_units())::uuid[]))
);
CREATE POLICY staff_adds ON consents_consent FOR INSERT TO ra_web
    WITH CHECK (dossier_id = any((SELECT ra_dossiers())::uuid[]) AND recorded_by_id = (SELECT ra_user()));
CREATE POLICY staff_changes ON consents_consent FOR UPDATE TO ra_web
    USING (dossier_id = any((SELECT ra_dossiers())::uuid[])) WITH CHECK (ended_by_id = (SELECT ra_user()));
"""
"""Seen with its dossier, whether held or overseen; written by who holds it, in their own name. Nothing is deleted."""


class Migration(migrations.Migration):
    """The ledger."""

    initial = True

    dependencies = [
        ("accounts", "0006_handing_on"),
        ("vault", "0004_narrower"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("services", "Ditangani dan didampingi kantor ini"),
                            ("statistics", "Dihitung dalam angka, tanpa nama"),
                            ("mediation", "Ikut mediasi"),
                            ("security", "Dibagikan untuk keamanan"),
                            ("psychosocial", "Dibagikan untuk bantuan psikososial"),
                            ("health", "Dibagikan untuk kesehatan"),
                            ("shelter", "Dibagikan untuk tempat aman"),
                            ("legal", "Dibagikan untuk bantuan hukum"),
                            ("protection", "Dibagikan untuk pelindungan"),
                            ("livelihood", "Dibagikan untuk penghidupan"),
                            ("other", "Dibagikan untuk hal lain"),
                        ],
                        max_length=16,
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("is_given", models.BooleanField()),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("consent", "Persetujuan"),
                            ("vital", "Menyelamatkan nyawa atau keselamatan"),
                            ("duty", "Kewajiban menurut undang-undang"),
                            ("public", "Tugas pelayanan publik"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "giver",
                    models.CharField(
                        choices=[
                            ("self", "Ia sendiri"),
                            ("both", "Wali, dan anak setuju"),
                            ("guardian", "Wali, anak belum dapat ditanya"),
                            ("nobody", "Tidak ditanyakan"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("paper", "Ditandatangani di kertas"),
                            ("spoken", "Diucapkan"),
                            ("thread", "Ditulis lewat percakapan"),
                            ("record", "Dicatat petugas"),
                        ],
                        max_length=8,
                    ),
                ),
                ("given_at", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("withhold_ref", models.UUIDField(null=True, unique=True)),
                ("recorded_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ending",
                    models.CharField(
                        blank=True, choices=[("revoked", "Dicabut"), ("replaced", "Diganti jawaban baru")], max_length=8
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.dossier"
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("dossier", "purpose", "recipient", "version"),
                        name="consent_version_once",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("dossier", "purpose", "recipient"),
                        name="consent_one_counts",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "purpose__in",
                                [
                                    "services",
                                    "statistics",
                                    "mediation",
                                    "security",
                                    "psychosocial",
                                    "health",
                                    "shelter",
                                    "legal",
                                    "protection",
                                    "livelihood",
                                    "other",
                                ],
                            )
                        ),
                        name="consent_purpose_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", "consent"), models.Q(("giver", "nobody"), _negated=True)),
                            models.Q(
                                models.Q(("basis", "consent"), _negated=True), ("giver", "nobody"), ("is_given", True)
                            ),
                            _connector="OR",
                        ),
                        name="consent_is_of_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recorded_at__gte", models.F("given_at")),
                            models.Q(("until", None), ("until__gt", models.F("given_at")), _connector="OR"),
                        ),
                        name="consent_in_order_of_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None), ("ending", "")),
                            models.Q(
                                ("ended_at__gte", models.F("recorded_at")),
                                ("ended_by__isnull", False),
                                ("ending__in", ["revoked", "replaced"]),
                            ),
                            _connector="OR",
                        ),
                        name="consent_end_goes_together",
                    ),
                ],
            },
        ),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
