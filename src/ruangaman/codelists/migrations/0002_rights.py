"""Who may read codes: everybody who is signed in; who may add and end versions: an administrator, in the own name.

A version is never changed but for its end, and nothing is deleted: what a record says stays readable for ever.
"""

from __future__ import annotations

from django.db import migrations

RIGHTS = """
ALTER TABLE codelists_code ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON codelists_code TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON codelists_code FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON codelists_code TO ra_backup;

CREATE FUNCTION codelists_may_manage() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = (SELECT ra_user()) AND u.is_active AND u.role = 'admin') $$;
REVOKE ALL ON FUNCTION codelists_may_manage() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION codelists_may_manage() TO ra_web;

GRANT SELECT, INSERT, UPDATE (valid_to) ON codelists_code TO ra_web;
CREATE POLICY known ON codelists_code FOR SELECT TO ra_web USING (true);
CREATE POLICY managers_add ON codelists_code FOR INSERT TO ra_web
    WITH CHECK (added_by_id = (SELECT ra_user()) AND (SELECT codelists_may_manage()));
CREATE POLICY managers_end ON codelists_code FOR UPDATE TO ra_web USING ((SELECT codelists_may_manage()));
"""


class Migration(migrations.Migration):
    """Rights and policies of the lists."""

    dependencies = [("codelists", "0001_initial"), ("accounts", "0006_handing_on"), ("audit", "0002_rights")]
    operations = [migrations.RunSQL(RIGHTS, migrations.RunSQL.noop)]
