"""Whoever writes is not out of reach; who has to answer in a case's conversation is its manager, whoever that is.

Three doors. When somebody wrote about a case last is told to whoever may know of the case: the head decides about the
closing and holds no key, and a manager may hold none of a conversation. What was written under a second report of the
same counts, too; it is the desk's to read. A turn in the conversation ends with the answer of whoever may write there,
once nothing is unread; it goes to the manager when who had it has no part in the case any more.

What stands there already is put right: what was answered has ended; what the desk alone looked at is unread by the
case, which then can say that it was read; and nobody has a turn who left.
"""

from __future__ import annotations

from django.db import migrations

HEARD = """
CREATE FUNCTION intake_heard(wanted uuid) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
WITH known AS (
    SELECT c.id FROM cases_case c
    WHERE c.id = wanted AND (
        current_setting('role') = 'ra_migrate'
        OR (c.unit_id = any(ra_units()) AND NOT c.dossier_id = any(ra_barred()))
        OR EXISTS (SELECT 1 FROM vault_grant g
                   WHERE g.dossier_id = c.dossier_id AND g.principal_id = any(ra_principals())))
), found AS (
    SELECT r.id, true AS is_own FROM intake_report r JOIN known k ON r.case_id = k.id
    UNION ALL
    SELECT twin.id, false
    FROM intake_report r JOIN known k ON r.case_id = k.id JOIN intake_report twin ON twin.duplicate_of_id = r.id
)
SELECT jsonb_build_object(
    'last', max(m.sent_at),
    'unread', max(m.sent_at) FILTER (WHERE f.is_own AND m.read_at IS NULL)
)
FROM found f JOIN intake_message m ON m.report_id = f.id AND m.direction = 'in'
$$;
REVOKE ALL ON FUNCTION intake_heard(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake_heard(uuid) TO ra_web;
"""
TURNS = """
CREATE FUNCTION intake_end_turns(wanted uuid, happened text, moment timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
UPDATE clocks_clock k SET stopped_at = greatest(k.started_at, moment), stopped_on = happened
FROM intake_report r, clocks_clockkind kind
WHERE r.id = wanted AND r.case_id IS NOT NULL AND vault_may_add(r.dossier_id)
  AND happened IN ('intake.replied', 'intake.acknowledged')
  AND NOT EXISTS (SELECT 1 FROM intake_message m WHERE m.report_id = r.id AND m.direction = 'in' AND m.read_at IS NULL)
  AND k.dossier_id = r.dossier_id AND k.about = 'report' AND k.stopped_at IS NULL
  AND kind.id = k.kind_id AND kind.stops_on @> ARRAY[happened]::varchar[] AND NOT kind.condition ? 'stops_when'
$$;

CREATE FUNCTION intake_hand_turns(wanted uuid, gone uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
UPDATE clocks_clock k SET
    owner_id = CASE WHEN k.owner_id = gone THEN c.manager_id ELSE k.owner_id END,
    lead_id = CASE WHEN k.lead_id = gone THEN c.manager_id ELSE k.lead_id END,
    snoozed_until = CASE WHEN k.owner_id = gone THEN NULL ELSE k.snoozed_until END,
    snooze_reason = CASE WHEN k.owner_id = gone THEN '' ELSE k.snooze_reason END
FROM cases_case c, intake_report r
WHERE c.id = wanted AND c.manager_id <> gone AND r.case_id = c.id AND vault_may_add(c.dossier_id)
  AND NOT EXISTS (SELECT 1 FROM cases_assignment a WHERE a.case_id = c.id AND a.user_id = gone AND a.until IS NULL)
  AND k.dossier_id = r.dossier_id AND k.about = 'report' AND k.desk_id IS NULL AND k.stopped_at IS NULL
  AND gone IN (k.owner_id, k.lead_id)
$$;

REVOKE ALL ON FUNCTION intake_end_turns(uuid, text, timestamptz), intake_hand_turns(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intake_end_turns(uuid, text, timestamptz), intake_hand_turns(uuid, uuid) TO ra_web;
"""
WAITING = """
FROM intake_report r JOIN cases_case c ON c.id = r.case_id, clocks_clockkind kind
WHERE k.dossier_id = r.dossier_id AND k.about = 'report' AND k.desk_id IS NULL AND k.stopped_at IS NULL
  AND kind.id = k.kind_id AND kind.starts_on @> ARRAY['intake.written']::varchar[]
"""
"""Turns in conversations of cases."""
ANSWERED = f"""
UPDATE clocks_clock k SET stopped_on = 'intake.replied', stopped_at = greatest(k.started_at,
    (SELECT max(m.sent_at) FROM intake_message m WHERE m.report_id = r.id AND m.direction = 'out'))
{WAITING}
  AND (SELECT max(m.sent_at) FROM intake_message m WHERE m.report_id = r.id AND m.direction = 'out')
      >= (SELECT max(m.sent_at) FROM intake_message m WHERE m.report_id = r.id AND m.direction = 'in')
"""
UNREAD = """
UPDATE intake_message m SET read_at = NULL
FROM clocks_clock k, intake_report r, clocks_clockkind kind
WHERE m.report_id = r.id AND m.direction = 'in' AND m.sent_at >= k.started_at AND m.read_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM intake_message later
                  WHERE later.report_id = r.id AND later.direction = 'out' AND later.sent_at >= m.sent_at)
  AND r.case_id IS NOT NULL AND k.dossier_id = r.dossier_id AND k.about = 'report' AND k.desk_id IS NULL
  AND k.stopped_at IS NULL AND kind.id = k.kind_id AND kind.starts_on @> ARRAY['intake.written']::varchar[]
"""
HAS_PART = """EXISTS (SELECT 1 FROM cases_assignment a
    WHERE a.case_id = c.id AND a.user_id = k.owner_id AND a.until IS NULL)"""
HANDED = f"""
UPDATE clocks_clock k SET lead_id = c.manager_id, owner_id = CASE WHEN {HAS_PART} THEN k.owner_id ELSE c.manager_id END
{WAITING}
  AND (k.lead_id IS DISTINCT FROM c.manager_id OR NOT {HAS_PART})
"""


class Migration(migrations.Migration):
    """Three functions, and turns that are there. Run again, nothing changes any more."""

    dependencies = [("intake", "0014_waits_on"), ("cases", "0018_aftercare_month"), ("clocks", "0015_count_open")]
    operations = [
        migrations.RunSQL(HEARD, "DROP FUNCTION intake_heard(uuid);"),
        migrations.RunSQL(
            TURNS,
            "DROP FUNCTION intake_end_turns(uuid, text, timestamptz); DROP FUNCTION intake_hand_turns(uuid, uuid);",
        ),
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (ANSWERED, UNREAD, HANDED)),
    ]
