"""What waited for the head's decision when decisions became needs gets its clock, from when it was asked.

Of each case only the request about its newest plan or closing; one about an older version can no longer be decided.
"""

from __future__ import annotations

from django.db import migrations

HEAD_START = """CASE c.risk WHEN 4 THEN interval '72 hours' WHEN 3 THEN interval '24 hours' WHEN 2 THEN interval '6 hours'
    ELSE interval '0' END"""
WAITING = """
INSERT INTO clocks_clock (id, kind_id, limit_id, dossier_id, about, subject, anchor, unit_id, owner_id, lead_id, danger,
    kecamatan, started_at, due_at, presses_at, pause_reason, paused_seconds, snooze_reason, level, escalates_at, stopped_on)
SELECT gen_random_uuid(), k.id, l.id, c.dossier_id, 'case', c.code, a.id, c.unit_id,
    coalesce((SELECT u.id FROM accounts_user u WHERE u.role = 'kepala' AND u.unit_id = c.unit_id AND u.is_active
              ORDER BY u.id LIMIT 1), c.manager_id),
    c.manager_id, c.risk, c.kecamatan, a.asked_at, a.asked_at + l.hours * interval '1 hour',
    a.asked_at + l.hours * interval '1 hour' - {head_start}, '', 0, '', 0,
    greatest(a.asked_at + l.hours * interval '45 minutes', now()), ''
FROM cases_approval a
JOIN cases_case c ON c.id = a.case_id
JOIN clocks_clockkind k ON k.key = 'decision.{kind}'
JOIN clocks_limit l ON l.key = k.limit_key AND l.unit = 'hour' AND l.valid_from <= now() AND l.valid_to IS NULL
WHERE a.kind = '{kind}' AND a.decided_at IS NULL AND c.closed_at IS NULL AND c.manager_id IS NOT NULL
  AND a.subject = (SELECT s.id FROM {table} s WHERE s.case_id = c.id ORDER BY s.at DESC, s.id DESC LIMIT 1)
ON CONFLICT DO NOTHING;
"""


def waiting(kind: str, table: str) -> str:
    """Return the statement for one kind of request."""
    return WAITING.format(kind=kind, table=table, head_start=HEAD_START)


TABLES = (("plan", "cases_plan"), ("closing", "cases_closingassessment"))


class Migration(migrations.Migration):
    """Clocks for the requests that wait. Run again, it adds what is missing."""

    dependencies = [("cases", "0013_shown"), ("clocks", "0012_danger_first"), ("accounts", "0001_initial")]
    operations = [migrations.RunSQL(waiting(kind, table), migrations.RunSQL.noop) for kind, table in TABLES]
