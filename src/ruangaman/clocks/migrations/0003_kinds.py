"""Kinds of clock, the clocks that run, the days of the office; a limit is counted in a unit of its own."""

import datetime
import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """New tables, and a limit that is not only in hours."""

    dependencies = [
        ("accounts", "0006_handing_on"),
        ("clocks", "0002_rights"),
        ("vault", "0004_narrower"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("about", models.CharField(max_length=12)),
                ("subject", models.CharField(max_length=12)),
                ("anchor", models.UUIDField(null=True)),
                (
                    "danger",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Rendah"), (2, "Sedang"), (3, "Tinggi"), (4, "Ekstrem")]
                    ),
                ),
                ("kecamatan", models.CharField(blank=True, max_length=8)),
                ("started_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("presses_at", models.DateTimeField()),
                ("paused_at", models.DateTimeField(null=True)),
                (
                    "pause_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("person_asked", "Penerima manfaat meminta waktu"),
                            ("no_contact", "Belum ada cara aman menghubungi"),
                            ("other_office", "Menunggu lembaga lain"),
                            ("force_majeure", "Bencana atau gangguan besar"),
                        ],
                        max_length=16,
                    ),
                ),
                ("paused_seconds", models.PositiveIntegerField(default=0)),
                ("snoozed_until", models.DateTimeField(null=True)),
                (
                    "snooze_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("agreed", "Waktunya sudah disepakati"),
                            ("safe_hour", "Menunggu jam aman"),
                            ("answer", "Menunggu jawaban"),
                            ("document", "Menunggu dokumen"),
                        ],
                        max_length=16,
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(default=0)),
                ("escalates_at", models.DateTimeField(null=True)),
                ("stopped_at", models.DateTimeField(null=True)),
                ("stopped_on", models.CharField(blank=True, max_length=48)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("danger__in", [1, 2, 3, 4])), name="clock_danger_known"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("danger", 1), ("presses_at", models.F("due_at"))),
                            models.Q(
                                ("danger", 2),
                                (
                                    "presses_at",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("due_at"), "-", models.Value(datetime.timedelta(seconds=21600))
                                    ),
                                ),
                            ),
                            models.Q(
                                ("danger", 3),
                                (
                                    "presses_at",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("due_at"), "-", models.Value(datetime.timedelta(days=1))
                                    ),
                                ),
                            ),
                            models.Q(
                                ("danger", 4),
                                (
                                    "presses_at",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("due_at"), "-", models.Value(datetime.timedelta(days=3))
                                    ),
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="clock_presses_by_danger",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("pause_reason", ""), ("paused_at", None)),
                            models.Q(("paused_at__isnull", False), models.Q(("pause_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="clock_pause_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("snooze_reason", ""), ("snoozed_until", None)),
                            models.Q(("snoozed_until__isnull", False), models.Q(("snooze_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="clock_snooze_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stopped_at", None), ("stopped_on", "")),
                            models.Q(
                                ("stopped_at__gte", models.F("started_at")),
                                ("stopped_at__isnull", False),
                                models.Q(("stopped_on", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="clock_end_goes_together",
                    ),
                    models.CheckConstraint(condition=models.Q(("level__lte", 3)), name="clock_chain_is_short"),
                ],
                "indexes": [
                    models.Index(
                        models.F("escalates_at"),
                        condition=models.Q(("paused_at", None), ("stopped_at", None), ("escalates_at__isnull", False)),
                        name="clock_escalates",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClockKind",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=40, unique=True)),
                ("label", models.CharField(max_length=80, verbose_name="nama")),
                ("label_en", models.CharField(blank=True, max_length=80)),
                ("todo", models.CharField(max_length=200, verbose_name="langkah berikut")),
                ("todo_en", models.CharField(blank=True, max_length=200)),
                ("about", models.CharField(max_length=12)),
                (
                    "starts_on",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=48), size=None),
                ),
                (
                    "stops_on",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=48), size=None),
                ),
                ("restarts", models.BooleanField(default=False)),
                ("condition", models.JSONField(blank=True, default=dict)),
                ("anchor", models.CharField(blank=True, max_length=24)),
                ("is_promised", models.BooleanField(default=False)),
                ("from_occurrence", models.BooleanField(default=False)),
                ("limit_key", models.CharField(blank=True, max_length=40)),
                (
                    "holder",
                    models.CharField(
                        choices=[
                            ("desk", "Meja pengaduan"),
                            ("manager", "Manajer kasus"),
                            ("owner", "Orang yang disebut kejadiannya"),
                            ("head", "Kepala unit"),
                            ("companion", "Pendamping"),
                            ("lawyer", "Pendamping hukum"),
                        ],
                        max_length=12,
                    ),
                ),
                ("is_third_party", models.BooleanField(default=False)),
                ("is_pausable", models.BooleanField(default=True)),
                ("chain", models.JSONField(blank=True, default=list)),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("holder__in", ["desk", "manager", "owner", "head", "companion", "lawyer"])),
                        name="kind_holder_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__len__gte", 1)), name="kind_starts_on_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stops_on__len__gte", 1)), name="kind_stops_on_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_promised", True), ("limit_key", "")),
                            models.Q(("is_promised", False), models.Q(("limit_key", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="kind_has_a_limit_or_a_promise",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="kind_in_order_of_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                ("on", models.DateField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                ("source", models.CharField(max_length=120)),
            ],
            options={
                "ordering": ("on",),
            },
        ),
        migrations.CreateModel(
            name="OfficeDay",
            fields=[
                ("weekday", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("opens", models.TimeField()),
                ("closes", models.TimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("weekday__lte", 6)), name="officeday_weekday_known"),
                    models.CheckConstraint(
                        condition=models.Q(("opens__lt", models.F("closes"))), name="officeday_opens_before_it_closes"
                    ),
                ],
            },
        ),
        migrations.AlterField(model_name="limit", name="hours", field=models.PositiveIntegerField(db_column="hours")),
        migrations.RenameField(model_name="limit", old_name="hours", new_name="value"),
        migrations.AddField(
            model_name="limit",
            name="made_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="limit",
            name="unit",
            field=models.CharField(
                choices=[("minute", "Menit"), ("hour", "Jam"), ("day", "Hari"), ("month", "Bulan")],
                default="hour",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="limit",
            name="valid_to",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="limit",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit__in", ["minute", "hour", "day", "month"])), name="limit_unit_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="limit",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"),
                name="limit_in_order_of_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="limit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("key__startswith", "report."), _negated=True),
                    models.Q(("calendar", "calendar"), ("unit", "hour")),
                    _connector="OR",
                ),
                name="limit_of_reports_in_hours",
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="desk",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.desk"
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="dossier",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.dossier"),
        ),
        migrations.AddField(
            model_name="clock",
            name="lead",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="limit",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clocks.limit"
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="owner",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="unit",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit"),
        ),
        migrations.AddField(
            model_name="clockkind",
            name="changed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="kind",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clocks.clockkind"
            ),
        ),
        migrations.AddField(
            model_name="holiday",
            name="changed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                models.F("owner"),
                models.F("presses_at"),
                models.F("id"),
                condition=models.Q(("paused_at", None), ("stopped_at", None)),
                name="clock_of_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                models.F("desk"),
                models.F("presses_at"),
                models.F("id"),
                condition=models.Q(("paused_at", None), ("stopped_at", None)),
                name="clock_of_desk",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                models.F("unit"),
                models.F("presses_at"),
                models.F("id"),
                condition=models.Q(("paused_at", None), ("stopped_at", None)),
                name="clock_of_unit",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(models.F("dossier"), models.F("started_at"), name="clock_of_dossier"),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.CheckConstraint(
                condition=models.Q(("desk__isnull", False), ("owner__isnull", False), _connector="OR"),
                name="clock_is_somebodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stopped_at", None)),
                fields=("dossier", "kind", "anchor"),
                name="clock_once",
                nulls_distinct=False,
            ),
        ),
    ]
