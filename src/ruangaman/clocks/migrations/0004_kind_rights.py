"""Who sees which clock, and who may write down a new rule.

A clock is shown to whoever holds its turn, to its desk, to who oversees its unit, and to who works on its dossier: four
sets, each evaluated once for a statement (performance.md 3.1). A desk's own dossiers are left out of the last: they are
many, and the second finds their clocks already. Rules are read by everybody and written by administrators in their own
name. The worker escalates and sees facts in the clear, no name. The street sees no clock.
"""

from __future__ import annotations

from django.db import migrations

TABLES = ("clock", "clockkind", "holiday", "officeday")

SHUT = "".join(
    f"""
ALTER TABLE clocks_{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON clocks_{table} TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON clocks_{table} FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON clocks_{table} TO ra_backup;
"""
    for table in TABLES
)

HELPERS = """
CREATE FUNCTION clocks_desks() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT array(SELECT d.id FROM accounts_desk d WHERE d.principal_id = any((SELECT ra_principals())::uuid[])) $$;

CREATE FUNCTION clocks_held() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT array(SELECT DISTINCT g.dossier_id FROM vault_grant g
             WHERE g.principal_id = any((SELECT ra_principals())::uuid[])
               AND NOT EXISTS (SELECT 1 FROM accounts_desk d WHERE d.principal_id = g.principal_id))
$$;

CREATE FUNCTION clocks_may_set() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = (SELECT ra_user()) AND u.is_active AND u.role = 'admin')
$$;

REVOKE ALL ON FUNCTION clocks_desks(), clocks_held(), clocks_may_set() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clocks_desks(), clocks_held(), clocks_may_set() TO ra_web;
"""

MINE = """(owner_id = (SELECT ra_user())
    OR desk_id = any((SELECT clocks_desks())::uuid[])
    OR unit_id = any((SELECT ra_units())::uuid[])
    OR dossier_id = any((SELECT clocks_held())::uuid[]))"""

STREET = """
CREATE FUNCTION clocks_begin(happened text, thing text, dossier uuid, code text, place uuid, wanted_desk uuid, person uuid,
                             level integer, area text, moment timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
WITH begun AS (
    SELECT k.id AS kind, l.id AS rule, k.chain -> 0 AS step, moment + l.hours * CASE l.unit
        WHEN 'minute' THEN interval '1 minute' WHEN 'hour' THEN interval '1 hour' WHEN 'day' THEN interval '24 hours'
        ELSE interval '1 month' END AS due
    FROM clocks_clockkind k
    JOIN LATERAL (SELECT * FROM clocks_limit one WHERE one.key = k.limit_key AND one.valid_from <= moment
                  AND (one.valid_to IS NULL OR one.valid_to > moment) ORDER BY one.valid_from DESC LIMIT 1) l ON true
    WHERE k.about = thing AND k.starts_on @> ARRAY[happened]::varchar[] AND k.anchor = '' AND NOT k.from_occurrence
      AND k.valid_from <= moment AND (k.valid_to IS NULL OR k.valid_to > moment)
      AND level >= coalesce((k.condition ->> 'danger')::integer, 0)
      AND level <= coalesce((k.condition ->> 'danger_most')::integer, 9)
      AND NOT k.condition ?| ARRAY['forms', 'marks', 'states', 'case_types', 'starts_when']
)
INSERT INTO clocks_clock (id, kind_id, limit_id, dossier_id, about, subject, unit_id, desk_id, owner_id, lead_id, danger,
    kecamatan, started_at, due_at, presses_at, pause_reason, paused_seconds, snooze_reason, level, escalates_at, stopped_on)
SELECT gen_random_uuid(), b.kind, b.rule, dossier, thing, code, place, wanted_desk, person, person, level, area, moment,
    b.due, b.due - CASE level WHEN 4 THEN interval '72 hours' WHEN 3 THEN interval '24 hours' WHEN 2 THEN interval '6 hours'
                              ELSE interval '0' END,
    '', 0, '', 0, CASE b.step ->> 'when' WHEN 'share' THEN moment + (b.due - moment) * (b.step ->> 'value')::float / 100
                                         WHEN 'after' THEN b.due + (b.step ->> 'value')::integer * interval '1 hour' END, ''
FROM begun b
ON CONFLICT DO NOTHING
$$;
REVOKE ALL ON FUNCTION clocks_begin(text, text, uuid, text, uuid, uuid, uuid, integer, text, timestamptz) FROM PUBLIC;
"""
"""For functions of the apps above that serve the street, which may neither read rules nor write clocks. It knows calendar
time only (a limit in working time is counted so, which is never too long) and only conditions that ask for the danger."""

CLOCKS = f"""
GRANT SELECT, INSERT, UPDATE (desk_id, owner_id, lead_id, danger, due_at, presses_at, paused_at, pause_reason,
    paused_seconds, snoozed_until, snooze_reason, escalates_at, stopped_at, stopped_on) ON clocks_clock TO ra_web;
CREATE POLICY staff_reads ON clocks_clock FOR SELECT TO ra_web USING {MINE};
CREATE POLICY staff_starts ON clocks_clock FOR INSERT TO ra_web WITH CHECK (vault_may_add(dossier_id));
CREATE POLICY staff_changes ON clocks_clock FOR UPDATE TO ra_web USING {MINE};

GRANT SELECT, UPDATE (level, escalates_at) ON clocks_clock TO ra_worker;
CREATE POLICY worker_reads ON clocks_clock FOR SELECT TO ra_worker USING (true);
CREATE POLICY worker_escalates ON clocks_clock FOR UPDATE TO ra_worker USING (true);
GRANT SELECT (unit_id) ON accounts_user TO ra_worker;
"""
"""A row is put in by who may add to its dossier: also by who opens a case, for as long as that takes."""

RULES = (
    "".join(
        f"""
CREATE POLICY readers ON clocks_{table} FOR SELECT TO ra_web, ra_worker USING (true);
GRANT SELECT ON clocks_{table} TO ra_web, ra_worker;
"""
        for table in ("clockkind", "holiday", "officeday")
    )
    + """
GRANT INSERT, UPDATE (valid_to, changed_by_id) ON clocks_clockkind TO ra_web;
CREATE POLICY admin_adds ON clocks_clockkind FOR INSERT TO ra_web
    WITH CHECK ((SELECT clocks_may_set()) AND changed_by_id = (SELECT ra_user()));
CREATE POLICY admin_ends ON clocks_clockkind FOR UPDATE TO ra_web USING ((SELECT clocks_may_set()))
    WITH CHECK (changed_by_id = (SELECT ra_user()));

GRANT INSERT, UPDATE (valid_to) ON clocks_limit TO ra_web;
CREATE POLICY admin_adds ON clocks_limit FOR INSERT TO ra_web
    WITH CHECK ((SELECT clocks_may_set()) AND made_by_id = (SELECT ra_user()));
CREATE POLICY admin_ends ON clocks_limit FOR UPDATE TO ra_web USING ((SELECT clocks_may_set()));

GRANT INSERT, UPDATE (name, source, changed_by_id), DELETE ON clocks_holiday TO ra_web;
CREATE POLICY admin_adds ON clocks_holiday FOR INSERT TO ra_web
    WITH CHECK ((SELECT clocks_may_set()) AND changed_by_id = (SELECT ra_user()));
CREATE POLICY admin_changes ON clocks_holiday FOR UPDATE TO ra_web USING ((SELECT clocks_may_set()))
    WITH CHECK (changed_by_id = (SELECT ra_user()));
CREATE POLICY admin_deletes ON clocks_holiday FOR DELETE TO ra_web USING ((SELECT clocks_may_set()));

GRANT INSERT, UPDATE (opens, closes), DELETE ON clocks_officeday TO ra_web;
CREATE POLICY admin_sets ON clocks_officeday TO ra_web USING ((SELECT clocks_may_set()));
"""
)


class Migration(migrations.Migration):
    """Rights and policies of clocks and of their rules."""

    dependencies = [
        ("clocks", "0003_kinds"),
        ("vault", "0004_narrower"),
        ("accounts", "0006_handing_on"),
        ("audit", "0002_rights"),
    ]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (SHUT, HELPERS, STREET, CLOCKS, RULES)]
