"""Clocks of the cases that were there before clocks were, and how many cases a new rule would concern.

What is open gets the clocks that it would have if it happened today: open tasks with the moment that was promised; open
cases without a companion or a next step from now on. Nothing is late because of this migration.
"""

from __future__ import annotations

from django.db import migrations

HEAD_START = """CASE c.risk WHEN 4 THEN interval '72 hours' WHEN 3 THEN interval '24 hours' WHEN 2 THEN interval '6 hours'
    ELSE interval '0' END"""

COLUMNS = """id, kind_id, limit_id, dossier_id, about, subject, anchor, unit_id, owner_id, lead_id, danger, kecamatan,
    started_at, due_at, presses_at, pause_reason, paused_seconds, snooze_reason, level, escalates_at, stopped_on"""

TASKS = f"""
INSERT INTO clocks_clock ({COLUMNS})
SELECT gen_random_uuid(), k.id, NULL, c.dossier_id, 'case', c.code, t.id, c.unit_id, t.owner_id, c.manager_id, c.risk,
    c.kecamatan, t.made_at, t.due_at, t.due_at - {HEAD_START}, '', 0, '', 0, greatest(t.due_at, now()), ''
FROM cases_task t JOIN cases_case c ON c.id = t.case_id JOIN clocks_clockkind k ON k.key = 'task'
WHERE t.done_at IS NULL AND c.state <> 'closed'
ON CONFLICT DO NOTHING;
"""

NEEDS = "".join(
    f"""
INSERT INTO clocks_clock ({COLUMNS})
SELECT gen_random_uuid(), k.id, l.id, c.dossier_id, 'case', c.code, NULL, c.unit_id, c.manager_id, c.manager_id, c.risk,
    c.kecamatan, now(), now() + l.hours * interval '1 hour', now() + l.hours * interval '1 hour' - {HEAD_START}, '', 0, '',
    0, now() + l.hours * interval '45 minutes', ''
FROM cases_case c JOIN clocks_clockkind k ON k.key = '{key}'
JOIN clocks_limit l ON l.key = k.limit_key AND l.unit = 'hour' AND l.valid_from <= now() AND l.valid_to IS NULL
WHERE c.closed_at IS NULL AND {lacks}
ON CONFLICT DO NOTHING;
"""
    for key, lacks in (
        (
            "case.companion",
            "c.state <> 'referred_out' AND NOT EXISTS (SELECT 1 FROM cases_assignment a WHERE a.case_id = c.id"
            " AND a.until IS NULL AND a.role = 'pendamping')",
        ),
        ("case.step", "NOT EXISTS (SELECT 1 FROM cases_task t WHERE t.case_id = c.id AND t.done_at IS NULL)"),
    )
)

COUNT = """
CREATE FUNCTION cases_count_concerned(lowest integer, highest integer, wanted_forms text[], types text[], wanted_states text[],
                                      lacks text[]) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT count(*) FROM cases_case c
WHERE (SELECT clocks_may_set()) AND c.closed_at IS NULL AND c.risk BETWEEN lowest AND highest
  AND (types = '{}' OR c.case_type = any(types)) AND (wanted_states = '{}' OR c.state = any(wanted_states))
  AND (wanted_forms = '{}' OR EXISTS (SELECT 1 FROM cases_incident i WHERE i.case_id = c.id
                                      AND i.forms::text[] && wanted_forms))
  AND (NOT 'no_companion' = any(lacks) OR NOT EXISTS (SELECT 1 FROM cases_assignment a WHERE a.case_id = c.id
                                                      AND a.until IS NULL AND a.role = 'pendamping'))
  AND (NOT 'no_step' = any(lacks) OR NOT EXISTS (SELECT 1 FROM cases_task t WHERE t.case_id = c.id
                                                 AND t.done_at IS NULL))
$$;
REVOKE ALL ON FUNCTION cases_count_concerned(integer, integer, text[], text[], text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_count_concerned(integer, integer, text[], text[], text[], text[]) TO ra_web;
"""
"""A number for administrators, who see no case; for everybody else it is nought."""


class Migration(migrations.Migration):
    """Clocks for what is open, and a count."""

    dependencies = [("cases", "0003_access"), ("clocks", "0005_first_kinds")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (TASKS, NEEDS, COUNT)]
