"""Who may touch which row of a case: only `ra_web`, only through a grant or by overseeing the unit.

A case is visible by unit set or by personal-grant set, each evaluated once for a query (vault.md, rule 7). What
belongs to a case is visible with it and written only through a grant: whoever oversees reads facts and writes nothing.
Whoever opens a case holds no grant on it; `ra.opening` names that one case until it is opened.
The worker and the public have no rights here; `intake` reads what the reporter may know through functions of its own.
"""

from __future__ import annotations

from django.db import migrations

CHILDREN = ("assignment", "person", "incident", "note", "casefile", "servicerecord", "task", "transition")
TABLES = ("case", *CHILDREN, "incidentlink")

SHUT = "".join(
    f"""
ALTER TABLE cases_{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON cases_{table} TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON cases_{table} FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON cases_{table} TO ra_backup;
GRANT SELECT, INSERT ON cases_{table} TO ra_web;
"""
    for table in TABLES
)

# Invoker's rights: both see what the viewer may see.
HELPERS = """
CREATE FUNCTION ra_opening() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('ra.opening', true), '')::uuid $$;

CREATE FUNCTION cases_may_write(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS
$$
SELECT EXISTS (SELECT 1 FROM cases_case c WHERE c.id = wanted
               AND (c.dossier_id = any((SELECT ra_dossiers())::uuid[]) OR c.id = (SELECT ra_opening())))
$$;

GRANT EXECUTE ON FUNCTION ra_opening(), cases_may_write(uuid), ra_dossiers() TO ra_web;
"""

CASE = """
CREATE POLICY staff_reads ON cases_case FOR SELECT TO ra_web USING (
    unit_id = any((SELECT ra_units())::uuid[])
    OR dossier_id = any((SELECT ra_dossiers())::uuid[])
    OR (id = (SELECT ra_opening()) AND opened_by_id = (SELECT ra_user()))
);
CREATE POLICY staff_opens ON cases_case FOR INSERT TO ra_web
    WITH CHECK (id = (SELECT ra_opening()) AND opened_by_id = (SELECT ra_user()));
CREATE POLICY staff_changes ON cases_case FOR UPDATE TO ra_web
    USING (dossier_id = any((SELECT ra_dossiers())::uuid[]));
GRANT UPDATE (state, state_since, manager_id, closed_at, closed_by_id, closing_reason, closing_ref) ON cases_case TO ra_web;
"""

# Seen with its case. The planner may read the set of visible cases once instead of looking row by row.
WITH_CASE = "".join(
    f"""
CREATE POLICY staff_reads ON cases_{table} FOR SELECT TO ra_web
    USING (EXISTS (SELECT 1 FROM cases_case c WHERE c.id = cases_{table}.case_id));
CREATE POLICY staff_adds ON cases_{table} FOR INSERT TO ra_web WITH CHECK (cases_may_write(case_id));
"""
    for table in CHILDREN
)

LINKS = """
CREATE POLICY staff_reads ON cases_incidentlink FOR SELECT TO ra_web
    USING (EXISTS (SELECT 1 FROM cases_incident i WHERE i.id = cases_incidentlink.incident_id));
CREATE POLICY staff_adds ON cases_incidentlink FOR INSERT TO ra_web
    WITH CHECK (EXISTS (SELECT 1 FROM cases_incident i WHERE i.id = incident_id AND cases_may_write(i.case_id)));
"""

# What can change at all; nothing is ever deleted.
CHANGES = "".join(
    f"""
GRANT UPDATE ({columns}) ON cases_{table} TO ra_web;
CREATE POLICY staff_changes ON cases_{table} FOR UPDATE TO ra_web USING (cases_may_write(case_id));
"""
    for table, columns in (
        ("person", "kind, sex, age_group, contact_ref"),
        ("assignment", "until, until_by_id"),
        ("task", "owner_id, done_at, done_by_id"),
    )
)


class Migration(migrations.Migration):
    """Rights and policies of cases."""

    dependencies = [("cases", "0001_initial"), ("vault", "0002_rights"), ("accounts", "0002_rights")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (SHUT, HELPERS, CASE, WITH_CASE, LINKS, CHANGES)
    ]
