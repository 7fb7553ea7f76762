"""Opening one case with the unit's emergency key (vault.md, rule 13): who asks, agrees, opens, closes and reviews.

`ra_web` only reads the table: each step is a function that looks at who is asking and at what is there. Nobody begins
an opening without the letters to those who have to know of it: they are deferred in the same function.

While `ra.glass` names a running opening of whoever looks, the database shows that one case and the emergency key's
wraps of its one dossier, and takes no change of any dossier or case at all. The moment counts by the database's clock:
one that runs ahead on a web server makes no opening longer.
"""

from __future__ import annotations

import datetime
import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CHANGED = {
    "I": (
        "vault_dossier", "vault_dossierepoch", "vault_grant", "vault_sealed", "vault_sealedfile", "vault_frame",
        "vault_waiting", "vault_keeping", "vault_legalhold", "vault_erasureorder", "cases_case", "cases_assignment",
        "cases_person", "cases_incident", "cases_incidentlink", "cases_note", "cases_casefile", "cases_servicerecord",
        "cases_task", "cases_transition", "cases_access",
    ),
    "U": (
        "vault_dossier", "vault_sealed", "vault_waiting", "vault_legalhold", "vault_erasureorder", "cases_case",
        "cases_assignment", "cases_person", "cases_task", "cases_access",
    ),
    "D": ("vault_keeping",),
}  # fmt: skip
"""What `ra_web` may change at all, of dossiers and cases."""

HELPERS = """
CREATE FUNCTION cases_guards() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = (SELECT ra_user()) AND u.role = 'dpo' AND u.is_active) $$;

CREATE FUNCTION cases_glass_frozen(person uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT EXISTS (SELECT 1 FROM cases_glass g WHERE g.opener_id = person AND g.opened_at IS NOT NULL
               AND g.reviewed_at IS NULL AND g.review_due_at <= clock_timestamp())
$$;

-- The case, its dossier and the emergency key of its unit, while the opening that `ra.glass` names is running; else NULL.
CREATE FUNCTION cases_glass_live() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT ARRAY[g.case_id, g.dossier_id, t.breakglass_id]
FROM cases_glass g JOIN accounts_unit t ON t.id = g.unit_id
WHERE g.id = nullif(current_setting('ra.glass', true), '')::uuid AND g.opener_id = ra_user()
  AND g.opened_at IS NOT NULL AND g.closed_at IS NULL AND clock_timestamp() < g.until
  AND accounts_holds_emergency(g.unit_id) AND NOT cases_glass_frozen(g.opener_id)
$$;

CREATE FUNCTION cases_glass_overseers(place uuid) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT array(SELECT u.id FROM accounts_user u
             WHERE u.is_active AND (u.role = 'dpo' OR (u.role = 'kepala' AND u.unit_id = place)) ORDER BY u.id)
$$;

-- For the functions below alone. The letters say nothing but that there is something to look at.
CREATE FUNCTION cases_glass_call(people uuid[], besides uuid, kind text) RETURNS void LANGUAGE sql VOLATILE
SET search_path = public, pg_temp AS
$$
SELECT procrastinate_defer_jobs_v1(array_agg(
    ROW('alarm', 'ruangaman.notifications.jobs.call_glass', 10, NULL, NULL,
        jsonb_build_object('user_id', one, 'kind', kind), NULL)::procrastinate_job_to_defer_v1))
FROM (SELECT DISTINCT unnest(people) AS one) p WHERE one <> besides HAVING count(*) > 0
$$;
REVOKE ALL ON FUNCTION cases_glass_call(uuid[], uuid, text) FROM PUBLIC;
"""

TABLE = """
ALTER TABLE cases_glass ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON cases_glass TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON cases_glass FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON cases_glass TO ra_web, ra_backup;
CREATE POLICY staff_reads ON cases_glass FOR SELECT TO ra_web USING (
    opener_id = (SELECT ra_user())
    OR unit_id = any((SELECT ra_units())::uuid[])
    OR (SELECT cases_guards())
    OR accounts_holds_emergency(unit_id)
    OR EXISTS (SELECT 1 FROM cases_case c WHERE c.id = cases_glass.case_id)
);
"""
"""Seen by who opens, by those who could agree or review, and with the case."""

ASKING = """
CREATE FUNCTION cases_glass_find(about text)
RETURNS TABLE (case_id uuid, dossier_id uuid, unit_id uuid, is_wrapped boolean, is_held boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT c.id, c.dossier_id, c.unit_id,
       EXISTS (SELECT 1 FROM vault_grant g JOIN vault_groupkey k ON k.group_id = g.principal_id AND k.generation = g.generation
               JOIN accounts_user u ON u.principal_id = k.member_id
               WHERE g.dossier_id = c.dossier_id AND g.principal_id = t.breakglass_id AND u.id = ra_user()
               AND (g.not_after IS NULL OR g.not_after > clock_timestamp())),
       EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = c.dossier_id AND g.principal_id = any(ra_principals())
               AND (g.not_after IS NULL OR g.not_after > clock_timestamp()))
FROM cases_case c JOIN accounts_unit t ON t.id = c.unit_id
WHERE c.code = about AND accounts_holds_emergency(c.unit_id)
$$;

CREATE FUNCTION cases_glass_ask(wanted uuid, about text, why text, at_once boolean, words uuid, home uuid, moment timestamptz)
RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    found record;
BEGIN
    SELECT * INTO found FROM cases_glass_find(about);
    IF found.case_id IS NULL OR NOT found.is_wrapped OR cases_glass_frozen(ra_user()) THEN RETURN false; END IF;
    UPDATE cases_glass g SET closed_at = moment, closed_by_id = ra_user(), ending = 'lapsed'
        WHERE g.case_id = found.case_id AND g.opener_id = ra_user() AND g.opened_at IS NULL AND g.closed_at IS NULL
        AND g.asked_at <= moment - interval '24 hours';
    INSERT INTO cases_glass (id, case_id, dossier_id, code, unit_id, reason, is_danger, words_ref, words_home_id, opener_id, asked_at,
                             ending, verdict)
        VALUES (wanted, found.case_id, found.dossier_id, about, found.unit_id, why, at_once, words, home, ra_user(), moment, '', '');
    IF NOT at_once THEN
        PERFORM cases_glass_call(
            cases_glass_overseers(found.unit_id) || array(
                SELECT u.id FROM accounts_unit t JOIN vault_groupkey k ON k.group_id = t.breakglass_id
                JOIN accounts_user u ON u.principal_id = k.member_id AND u.is_active WHERE t.id = found.unit_id),
            ra_user(), 'asked');
    END IF;
    RETURN true;
END
$$;

-- Somebody has to be left who can review: neither who opens nor who agrees.
CREATE FUNCTION cases_glass_agree(wanted uuid, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    found cases_glass;
BEGIN
    UPDATE cases_glass g SET agreed_by_id = ra_user(), agreed_at = moment
        WHERE g.id = wanted AND NOT g.is_danger AND g.agreed_at IS NULL AND g.opened_at IS NULL AND g.closed_at IS NULL
        AND g.opener_id <> ra_user() AND g.asked_at > moment - interval '24 hours'
        AND (accounts_holds_emergency(g.unit_id) OR ra_user() = any(cases_glass_overseers(g.unit_id)))
        AND EXISTS (SELECT 1 FROM unnest(cases_glass_overseers(g.unit_id)) one WHERE one NOT IN (g.opener_id, ra_user()))
        RETURNING g.* INTO found;
    IF found.id IS NULL THEN RETURN false; END IF;
    PERFORM cases_glass_call(ARRAY[found.opener_id], ra_user(), 'agreed');
    RETURN true;
END
$$;
"""

OPENING = """
CREATE FUNCTION cases_glass_break(wanted uuid, moment timestamptz, review timestamptz) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    begins timestamptz := least(moment, clock_timestamp());
    month timestamptz := date_trunc('month', begins, 'Asia/Makassar');
    found cases_glass;
    times integer;
BEGIN
    UPDATE cases_glass g SET opened_at = begins, until = begins + interval '60 minutes', review_due_at = review
        WHERE g.id = wanted AND g.opener_id = ra_user() AND g.opened_at IS NULL AND g.closed_at IS NULL
        AND (g.is_danger OR g.agreed_at IS NOT NULL) AND g.asked_at > begins - interval '24 hours'
        AND accounts_holds_emergency(g.unit_id) AND NOT cases_glass_frozen(ra_user())
        RETURNING g.* INTO found;
    IF found.id IS NULL THEN RETURN NULL; END IF;
    PERFORM cases_glass_call(
        cases_glass_overseers(found.unit_id) || array(
            SELECT c.manager_id FROM cases_case c JOIN accounts_user u ON u.id = c.manager_id AND u.is_active
            WHERE c.id = found.case_id),
        ra_user(), 'opened');
    SELECT count(*) INTO times FROM cases_glass g WHERE g.opener_id = ra_user() AND g.opened_at >= month;
    IF times > 3 THEN PERFORM cases_glass_call(cases_glass_overseers(found.unit_id), ra_user(), 'often'); END IF;
    RETURN times;
END
$$;

-- Whoever opened ends it, and so does everybody who has to answer for the case. What was not begun is taken back or
-- declined by those who could agree.
CREATE FUNCTION cases_glass_close(wanted uuid, how text, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
BEGIN
    UPDATE cases_glass g SET closed_at = greatest(moment, g.opened_at, g.asked_at), closed_by_id = ra_user(), ending = how
        WHERE g.id = wanted AND g.closed_at IS NULL AND (g.opened_at IS NULL OR clock_timestamp() < g.until)
        AND how = any(CASE WHEN g.opener_id = ra_user() AND g.opened_at IS NULL THEN ARRAY['withdrawn']
                           WHEN g.opener_id = ra_user() THEN ARRAY['closed', 'locked']
                           WHEN g.opened_at IS NULL THEN ARRAY['declined'] ELSE ARRAY['closed'] END)
        AND (g.opener_id = ra_user() OR ra_user() = any(cases_glass_overseers(g.unit_id))
             OR (g.opened_at IS NULL AND accounts_holds_emergency(g.unit_id))
             OR (g.opened_at IS NOT NULL AND EXISTS (
                 SELECT 1 FROM cases_case c WHERE c.id = g.case_id AND c.manager_id = ra_user())));
    RETURN FOUND;
END
$$;
"""

REVIEWING = """
CREATE FUNCTION cases_glass_review(wanted uuid, found_that text, words uuid, home uuid, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    found cases_glass;
BEGIN
    UPDATE cases_glass g SET reviewed_at = greatest(moment, g.opened_at), reviewed_by_id = ra_user(), verdict = found_that,
                             verdict_ref = words, verdict_home_id = home
        WHERE g.id = wanted AND g.opened_at IS NOT NULL AND g.reviewed_at IS NULL
        AND (g.closed_at IS NOT NULL OR g.until <= clock_timestamp())
        AND g.opener_id <> ra_user() AND g.agreed_by_id IS DISTINCT FROM ra_user()
        AND ra_user() = any(cases_glass_overseers(g.unit_id))
        RETURNING g.* INTO found;
    IF found.id IS NULL THEN RETURN false; END IF;
    UPDATE accounts_user SET emergency_frozen_at = NULL
        WHERE id = found.opener_id AND NOT cases_glass_frozen(found.opener_id);
    RETURN true;
END
$$;

-- For the worker: what is late is told once, and stands on the account. That it is late holds without it.
CREATE FUNCTION cases_glass_freeze(moment timestamptz)
RETURNS TABLE (id uuid, case_id uuid, dossier_id uuid, code text, opener_id uuid) LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
DECLARE
    late cases_glass;
BEGIN
    FOR late IN
        UPDATE cases_glass g SET frozen_at = moment
            WHERE g.opened_at IS NOT NULL AND g.reviewed_at IS NULL AND g.frozen_at IS NULL
            AND g.review_due_at <= least(moment, clock_timestamp()) RETURNING g.*
    LOOP
        UPDATE accounts_user u SET emergency_frozen_at = moment
            WHERE u.id = late.opener_id AND u.emergency_frozen_at IS NULL;
        PERFORM cases_glass_call(ARRAY[late.opener_id], late.case_id, 'frozen');
        PERFORM cases_glass_call(cases_glass_overseers(late.unit_id), late.opener_id, 'late');
        RETURN QUERY SELECT late.id, late.case_id, late.dossier_id, late.code::text, late.opener_id;
    END LOOP;
END
$$;
"""

RIGHTS = """
REVOKE ALL ON FUNCTION cases_guards(), cases_glass_frozen(uuid), cases_glass_live(), cases_glass_overseers(uuid),
    cases_glass_find(text), cases_glass_ask(uuid, text, text, boolean, uuid, uuid, timestamptz),
    cases_glass_agree(uuid, timestamptz), cases_glass_break(uuid, timestamptz, timestamptz),
    cases_glass_close(uuid, text, timestamptz), cases_glass_review(uuid, text, uuid, uuid, timestamptz),
    cases_glass_freeze(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_guards(), cases_glass_live(), cases_glass_find(text),
    cases_glass_ask(uuid, text, text, boolean, uuid, uuid, timestamptz), cases_glass_agree(uuid, timestamptz),
    cases_glass_break(uuid, timestamptz, timestamptz), cases_glass_close(uuid, text, timestamptz),
    cases_glass_review(uuid, text, uuid, uuid, timestamptz) TO ra_web;
GRANT EXECUTE ON FUNCTION cases_glass_freeze(timestamptz) TO ra_worker;
"""

SEEN = """
CREATE POLICY glass_reads ON cases_case FOR SELECT TO ra_web USING (id = ((SELECT cases_glass_live()))[1]);
CREATE POLICY glass_reads ON vault_grant FOR SELECT TO ra_web
    USING (dossier_id = ((SELECT cases_glass_live()))[2] AND principal_id = ((SELECT cases_glass_live()))[3]);
"""
"""What hangs on a case or a wrap follows: its people and notes, its sealed contents."""

UNBROKEN = "((SELECT nullif(current_setting('ra.glass', true), '')) IS NULL)"
UNCHANGED = "".join(
    f"CREATE POLICY glass_{word} ON {table} AS RESTRICTIVE FOR {verb} TO ra_web {clause} {UNBROKEN};\n"
    for letter, verb, word, clause in (
        ("I", "INSERT", "adds_nothing", "WITH CHECK"),
        ("U", "UPDATE", "changes_nothing", "USING"),
        ("D", "DELETE", "takes_nothing", "USING"),
    )
    for table in CHANGED[letter]
)


class Migration(migrations.Migration):
    """Openings, and what they let be read."""

    dependencies = [
        ("accounts", "0007_breakglass"),
        ("cases", "0007_people"),
        ("vault", "0004_narrower"),
        ("procrastinate", "0041_post_retry_failed_job"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Glass",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=12)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("life", "Nyawa atau keselamatan seseorang terancam"),
                            ("missing", "Orangnya hilang atau tidak terjangkau"),
                            ("team_away", "Tim kasus tidak terjangkau, dan ada yang tidak dapat menunggu"),
                            ("authority", "Polisi, rumah sakit, atau pengadilan memerlukan jawaban segera"),
                        ],
                        max_length=16,
                    ),
                ),
                ("is_danger", models.BooleanField()),
                ("words_ref", models.UUIDField(unique=True)),
                ("asked_at", models.DateTimeField()),
                ("agreed_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("closed", "ditutup"),
                            ("locked", "berakhir karena layar terkunci atau sesi berganti"),
                            ("withdrawn", "dibatalkan oleh yang meminta"),
                            ("declined", "ditolak orang kedua"),
                            ("lapsed", "tidak dipakai dalam 24 jam"),
                        ],
                        max_length=16,
                    ),
                ),
                ("review_due_at", models.DateTimeField(null=True)),
                ("reviewed_at", models.DateTimeField(null=True)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("right", "Perlu, dan dilakukan dengan benar"),
                            ("clumsy", "Perlu, tetapi caranya harus diperbaiki"),
                            ("wrong", "Tidak perlu"),
                        ],
                        max_length=16,
                    ),
                ),
                ("verdict_ref", models.UUIDField(null=True, unique=True)),
                ("frozen_at", models.DateTimeField(null=True)),
                (
                    "agreed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.dossier"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="openings", to="cases.case"
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opener",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit"
                    ),
                ),
                (
                    "verdict_home",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.dossier"
                    ),
                ),
                (
                    "words_home",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.dossier"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("opener"),
                        models.OrderBy(models.F("opened_at"), descending=True),
                        name="glass_by_opener",
                    ),
                    models.Index(
                        models.F("unit"), models.OrderBy(models.F("asked_at"), descending=True), name="glass_by_unit"
                    ),
                    models.Index(
                        models.F("review_due_at"), condition=models.Q(("reviewed_at", None)), name="glass_to_review"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ["life", "missing", "team_away", "authority"]),
                            ("ending__in", ["", "closed", "locked", "withdrawn", "declined", "lapsed"]),
                            ("verdict__in", ["", "right", "clumsy", "wrong"]),
                        ),
                        name="glass_codes_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed_at", None), ("agreed_by", None)),
                            models.Q(
                                ("agreed_at__gte", models.F("asked_at")),
                                ("agreed_by__isnull", False),
                                models.Q(("agreed_by", models.F("opener")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="glass_agreed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("opened_at", None), ("review_due_at", None), ("until", None)),
                            models.Q(
                                ("review_due_at__gte", models.F("until")),
                                ("review_due_at__lte", models.F("opened_at") + datetime.timedelta(days=31)),
                                ("until__gt", models.F("opened_at")),
                                ("until__lte", models.F("opened_at") + datetime.timedelta(seconds=3600)),
                                models.Q(("is_danger", True), ("agreed_at__isnull", False), _connector="OR"),
                            ),
                            _connector="OR",
                        ),
                        name="glass_opened_for_an_hour",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", None), ("ending", "")),
                            models.Q(
                                ("closed_at__gte", models.F("asked_at")),
                                ("closed_by__isnull", False),
                                models.Q(("ending", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="glass_end_goes_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("reviewed_at", None),
                                ("reviewed_by", None),
                                ("verdict", ""),
                                ("verdict_home", None),
                                ("verdict_ref", None),
                            ),
                            models.Q(
                                ("opened_at__isnull", False),
                                ("reviewed_at__gte", models.F("opened_at")),
                                ("reviewed_by__isnull", False),
                                ("verdict_home__isnull", False),
                                ("verdict_ref__isnull", False),
                                models.Q(("verdict", ""), _negated=True),
                                models.Q(("reviewed_by", models.F("opener")), _negated=True),
                                models.Q(
                                    ("agreed_by", None),
                                    models.Q(("reviewed_by", models.F("agreed_by")), _negated=True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="glass_reviewed_by_a_third",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None), ("opened_at", None)),
                        fields=("case", "opener"),
                        name="glass_asked_once",
                    ),
                ],
            },
        ),
        *(
            migrations.RunSQL(sql, migrations.RunSQL.noop)
            for sql in (HELPERS, TABLE, ASKING, OPENING, REVIEWING, RIGHTS, SEEN, UNCHANGED)
        ),
    ]
