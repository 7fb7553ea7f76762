"""The flow of a case: what is checked, assessed, planned, approved, reviewed, met about, handed over, closed, followed.

Facts are columns, words are in the vault. What was there before stays as it is: a case without these rows is in its
first episode and goes on from where it stands.
"""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STEPS = (
    "episode", "safetycheck", "assessment", "rightstold", "plan", "review", "conference", "session", "transfer",
    "contacttry", "closingassessment", "aftercare", "mediationrequest", "policedecision",
)  # fmt: skip
AUTHORS = {**dict.fromkeys(STEPS, "by_id"), "approval": "asked_by_id"}

RIGHTS = "".join(
    f"""
ALTER TABLE cases_{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON cases_{table} TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON cases_{table} FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON cases_{table} TO ra_backup;
GRANT SELECT, INSERT ON cases_{table} TO ra_web;
CREATE POLICY staff_reads ON cases_{table} FOR SELECT TO ra_web
    USING (EXISTS (SELECT 1 FROM cases_case c WHERE c.id = cases_{table}.case_id));
"""
    for table in (*AUTHORS, "goal")
)
"""Seen with its case, whether through a grant or by overseeing."""

ADDS = (
    "".join(
        f"""
CREATE POLICY staff_adds ON cases_{table} FOR INSERT TO ra_web
    WITH CHECK (cases_may_write(case_id) AND {author} = (SELECT ra_user()));
"""
        for table, author in AUTHORS.items()
    )
    + """
CREATE POLICY staff_adds ON cases_goal FOR INSERT TO ra_web WITH CHECK (cases_may_write(case_id));
"""
)
"""Written through a grant, in one's own name."""

CHANGES = (
    "".join(
        f"""
GRANT UPDATE ({columns}) ON cases_{table} TO ra_web;
CREATE POLICY staff_changes ON cases_{table} FOR UPDATE TO ra_web USING (cases_may_write(case_id));
"""
        for table, columns in (
            ("goal", "task_id"),
            ("transfer", "acknowledged_at, acknowledged_by_id, acknowledged_ref"),
            ("aftercare", "held_at, held_by_id, doing, ref"),
        )
    )
    + """
GRANT UPDATE (risk) ON cases_case TO ra_web;
GRANT UPDATE (decided_at, decided_by_id, outcome, points) ON cases_approval TO ra_web;
CREATE POLICY head_decides ON cases_approval FOR UPDATE TO ra_web
    USING (EXISTS (SELECT 1 FROM cases_case c WHERE c.id = cases_approval.case_id
                   AND c.unit_id = any((SELECT ra_units())::uuid[])))
    WITH CHECK (decided_by_id = (SELECT ra_user()) AND decided_by_id <> asked_by_id);
"""
)
"""What can change at all. An approval is decided by who oversees the unit, in their own name, and never their own."""


class Migration(migrations.Migration):
    """The flow."""

    dependencies = [
        ("accounts", "0006_handing_on"),
        ("cases", "0005_dictionary"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("version", models.PositiveSmallIntegerField()),
                ("with_her", models.BooleanField()),
                (
                    "why_not",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in_crisis", "Belum sanggup membicarakannya"),
                            ("too_young", "Terlalu kecil untuk ditanya"),
                            ("unreachable", "Belum dapat ditemui"),
                            ("declined", "Memilih tidak ikut menyusun"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "agreed",
                    models.CharField(
                        choices=[
                            ("signed", "Ditandatangani"),
                            ("spoken", "Diucapkan"),
                            ("not_yet", "Belum disepakati"),
                        ],
                        max_length=8,
                    ),
                ),
                ("review_on", models.DateField()),
                ("safety_ref", models.UUIDField(null=True, unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "version"), name="plan_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("why_not", ""), ("with_her", True)),
                            models.Q(
                                ("why_not__in", ["in_crisis", "too_young", "unreachable", "declined"]),
                                ("with_her", False),
                            ),
                            _connector="OR",
                        ),
                        name="plan_with_her_or_why_not",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Goal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "service",
                    models.CharField(max_length=24),
                ),
                ("due_at", models.DateTimeField()),
                ("ref", models.UUIDField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.task"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="goals", to="cases.plan"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("plan", "position"), name="goal_once")],
            },
        ),
        migrations.CreateModel(
            name="PoliceDecision",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("report", "Dilaporkan ke polisi"),
                            ("complaint_only", "Delik aduan, menunggu keputusannya"),
                            ("no_duty", "Kewajiban ini tidak berlaku"),
                            ("reported_before", "Sudah dilaporkan pihak lain"),
                        ],
                        max_length=16,
                    ),
                ),
                ("informed_at", models.DateTimeField()),
                ("sent_on", models.DateField(null=True)),
                ("ref", models.UUIDField(unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sent_on", None), ("choice", "report"), _connector="OR"),
                        name="police_sent_when_reported",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("informed_at__lte", models.F("at"))), name="police_informed_first"
                    ),
                ],
                "indexes": [models.Index(models.F("case"), models.F("at"), name="police_by_case")],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "risk",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Rendah"), (2, "Sedang"), (3, "Tinggi"), (4, "Ekstrem")]
                    ),
                ),
                (
                    "before",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Rendah"), (2, "Sedang"), (3, "Tinggi"), (4, "Ekstrem")]
                    ),
                ),
                ("next_on", models.DateField()),
                ("ref", models.UUIDField(unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("before__in", [1, 2, 3, 4]), ("risk__in", [1, 2, 3, 4])),
                        name="review_risk_known",
                    )
                ],
                "indexes": [models.Index(models.F("case"), models.F("at"), name="review_by_case")],
            },
        ),
        migrations.CreateModel(
            name="RightsTold",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "rights",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("information", "Tahu proses dan hasil penanganannya"),
                                ("documents", "Mendapat dokumen penanganan"),
                                ("legal", "Layanan hukum"),
                                ("psychological", "Penguatan psikologis"),
                                ("medical", "Layanan kesehatan"),
                                ("special", "Layanan sesuai kebutuhan khusus"),
                                ("takedown", "Penghapusan konten seksual"),
                                ("protection", "Pelindungan dari ancaman"),
                                ("secrecy", "Kerahasiaan identitas"),
                                ("dignity", "Pelindungan dari sikap merendahkan petugas"),
                                ("work_school", "Tidak kehilangan pekerjaan atau sekolah"),
                                ("countersuit", "Tidak dituntut balik atas laporannya"),
                                ("rehabilitation", "Rehabilitasi medis, mental, dan sosial"),
                                ("empowerment", "Pemberdayaan sosial"),
                                ("restitution", "Restitusi atau kompensasi"),
                                ("reintegration", "Kembali ke keluarga atau masyarakat"),
                            ],
                            max_length=16,
                        ),
                        size=None,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("rights__len__gte", 1)), name="rights_told_names_one")
                ],
                "indexes": [models.Index(models.F("case"), models.F("at"), name="rightstold_by_case")],
            },
        ),
        migrations.CreateModel(
            name="SafetyCheck",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("is_safe", models.BooleanField()),
                (
                    "escort",
                    models.CharField(
                        choices=[
                            ("none", "Tidak perlu dijemput"),
                            ("police", "Bersama polisi"),
                            ("health", "Bersama tenaga kesehatan"),
                        ],
                        max_length=8,
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
            ],
            options={
                "indexes": [models.Index(models.F("case"), models.F("at"), name="safetycheck_by_case")],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("attended", models.BooleanField()),
                ("next_on", models.DateField(null=True)),
                (
                    "risk",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Rendah"), (2, "Sedang"), (3, "Tinggi"), (4, "Ekstrem")]
                    ),
                ),
                ("ref", models.UUIDField(null=True, unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("next_on", None), ("next_on__gt", models.F("on")), _connector="OR"),
                        name="session_next_is_later",
                    ),
                    models.CheckConstraint(condition=models.Q(("risk__in", [1, 2, 3, 4])), name="session_risk_known"),
                ],
                "indexes": [models.Index(models.F("case"), models.F("at"), name="session_by_case")],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("ref", models.UUIDField(unique=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("acknowledged_ref", models.UUIDField(null=True, unique=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
                (
                    "to",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("acknowledged_at", None), ("acknowledged_by", None), ("acknowledged_ref", None)),
                            models.Q(
                                ("acknowledged_at__gte", models.F("at")),
                                ("acknowledged_by__isnull", False),
                                ("acknowledged_ref__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="transfer_acknowledged_goes_together",
                    )
                ],
                "indexes": [models.Index(models.F("case"), models.F("at"), name="transfer_by_case")],
            },
        ),
        migrations.CreateModel(
            name="Aftercare",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("held_at", models.DateTimeField(null=True)),
                (
                    "doing",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("well", "Baik, dapat menjaga diri"),
                            ("unsure", "Ada yang perlu diperhatikan"),
                            ("danger", "Tidak aman, perlu dibuka lagi"),
                        ],
                        max_length=8,
                    ),
                ),
                ("ref", models.UUIDField(null=True, unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
                (
                    "held_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "due_on"), name="aftercare_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("doing", ""), ("held_at", None), ("held_by", None), ("ref", None)),
                            models.Q(
                                ("doing__in", ["well", "unsure", "danger"]),
                                ("held_at__gte", models.F("at")),
                                ("held_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="aftercare_held_goes_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("plan", "Rencana"), ("closing", "Penutupan")], max_length=8)),
                ("subject", models.UUIDField()),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True, choices=[("approved", "Disetujui"), ("returned", "Dikembalikan")], max_length=8
                    ),
                ),
                (
                    "points",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("goals", "Tujuannya belum jelas"),
                                ("services", "Layanannya belum cukup"),
                                ("dates", "Batas waktunya belum masuk akal"),
                                ("safety", "Keselamatannya belum terjawab"),
                                ("with_her", "Suaranya belum terdengar"),
                                ("conference", "Perlu konferensi kasus dahulu"),
                                ("too_early", "Terlalu dini untuk ditutup"),
                                ("aftercare", "Tindak lanjut sesudahnya belum jelas"),
                                ("talk", "Perlu dibicarakan langsung"),
                            ],
                            max_length=16,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="cases.case"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(models.F("case"), models.F("kind"), name="approval_by_case"),
                    models.Index(models.F("asked_at"), condition=models.Q(("decided_at", None)), name="approval_open"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "returned"), _negated=True),
                        fields=("subject",),
                        name="approval_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("outcome", "")),
                            models.Q(
                                ("decided_at__gte", models.F("asked_at")),
                                ("decided_by__isnull", False),
                                ("outcome__in", ["approved", "returned"]),
                            ),
                            _connector="OR",
                        ),
                        name="approval_decided_goes_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        name="approval_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("points__len", 0), models.Q(("outcome", "returned"), _negated=True)),
                            models.Q(("outcome", "returned"), ("points__len__gte", 1)),
                            _connector="OR",
                        ),
                        name="approval_return_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "considered",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("physical", "Badan dan kesehatan"),
                                ("psychological", "Perasaan dan pikiran"),
                                ("social", "Keluarga dan lingkungan"),
                                ("economic", "Ekonomi"),
                                ("education", "Sekolah"),
                                ("legal", "Hukum"),
                                ("disability", "Disabilitas dan akses"),
                            ],
                            max_length=16,
                        ),
                        size=None,
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
            ],
            options={
                "indexes": [models.Index(models.F("case"), models.F("at"), name="assessment_by_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("considered__len__gte", 1)), name="assessment_considers_something"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosingAssessment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("goals_met", "Tujuan tercapai"),
                            ("client_ends", "Dihentikan oleh penerima manfaat"),
                            ("moved", "Pindah atau dilimpahkan"),
                            ("unreachable", "Tidak dapat dihubungi"),
                            ("died", "Meninggal"),
                            ("outside", "Di luar kewenangan"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "risk",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Rendah"), (2, "Sedang"), (3, "Tinggi"), (4, "Ekstrem")]
                    ),
                ),
                ("goals_met", models.PositiveSmallIntegerField()),
                ("goals_total", models.PositiveSmallIntegerField()),
                ("was_asked", models.BooleanField()),
                ("ref", models.UUIDField(unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
            ],
            options={
                "indexes": [models.Index(models.F("case"), models.F("at"), name="closing_by_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("goals_met__lte", models.F("goals_total"))), name="closing_goals_add_up"
                    ),
                    models.CheckConstraint(condition=models.Q(("risk__in", [1, 2, 3, 4])), name="closing_risk_known"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Conference",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("held_at", models.DateTimeField()),
                ("participants", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ("guests", models.PositiveSmallIntegerField()),
                ("decisions", models.PositiveSmallIntegerField()),
                ("ref", models.UUIDField(unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
            ],
            options={
                "indexes": [models.Index(models.F("case"), models.F("at"), name="conference_by_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("held_at__lte", models.F("at"))), name="conference_held_before_written"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactTry",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("phone", "Telepon"),
                            ("chat", "Pesan"),
                            ("thread", "Percakapan laporan"),
                            ("visit", "Kunjungan"),
                            ("meeting", "Bertemu di tempat lain"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("reached", "Terhubung"),
                            ("no_answer", "Tidak ada jawaban"),
                            ("unsafe", "Dihentikan karena tidak aman"),
                        ],
                        max_length=12,
                    ),
                ),
                ("ref", models.UUIDField(null=True, unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
            ],
            options={
                "indexes": [models.Index(models.F("case"), models.F("at"), name="contacttry_by_case")],
            },
        ),
        migrations.CreateModel(
            name="Episode",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "number"), name="episode_once"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 2)), name="episode_after_the_first"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MediationRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "asked_by",
                    models.CharField(
                        choices=[
                            ("victim", "Korban"),
                            ("accused", "Terlapor"),
                            ("family", "Keluarga"),
                            ("other", "Orang lain"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "against",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("not_her_wish", "Yang meminta bukan korban."),
                                ("not_assessed", "Asesmen belum lengkap."),
                                ("not_signed", "Persetujuan tertulis untuk mediasi belum ada."),
                                ("sexual", "Kekerasan seksual tidak diselesaikan di luar pengadilan."),
                                ("trafficking", "Perdagangan orang tidak dimediasi."),
                                ("dangerous", "Bahayanya tinggi atau ekstrem."),
                                ("child", "Korbannya anak."),
                                ("unknown", "Kejadiannya belum dicatat, jadi belum dapat dinilai."),
                            ],
                            max_length=16,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
            ],
            options={
                "indexes": [models.Index(models.F("case"), models.F("at"), name="mediation_by_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("asked_by", "victim"), ("against__len__gte", 1), _connector="OR"),
                        name="mediation_only_for_her",
                    )
                ],
            },
        ),
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (RIGHTS, ADDS, CHANGES)),
    ]
