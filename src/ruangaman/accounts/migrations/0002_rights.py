"""Who may read and write people, desks and what guards the doors. Default deny; row-level security on every table.

Accounts, units and desks are made by `ra_migrate` (set-up, demo): no address of this release makes them, so `ra_web`
may not. A second factor and its marks are shown to their owner only.
"""

from __future__ import annotations

from django.db import migrations

TABLES = (
    "accounts_agency", "accounts_unit", "accounts_desk", "accounts_user", "accounts_deskmember", "accounts_dutyshift",
    "accounts_signinattempt", "accounts_codemark", "mfa_authenticator",
)  # fmt: skip

SHUT = "".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON {table} TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON {table} FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON {table} TO ra_backup;
"""
    for table in TABLES
)

# The public side offers agencies and units to avoid; the worker names the desk that it calls.
OFFICES = "".join(
    f"""
GRANT SELECT ON {table} TO ra_public, ra_web, ra_worker;
CREATE POLICY known ON {table} FOR SELECT TO ra_public, ra_web, ra_worker USING (true);
"""
    for table in ("accounts_agency", "accounts_unit", "accounts_desk")
)

# The worker writes to whoever is on duty: where the letter goes, no name.
PEOPLE = """
GRANT SELECT, UPDATE (language, session_epoch) ON accounts_user TO ra_web;
CREATE POLICY colleagues ON accounts_user FOR SELECT TO ra_web USING (true);
CREATE POLICY own ON accounts_user FOR UPDATE TO ra_web USING (id = (SELECT ra_user())) WITH CHECK (id = (SELECT ra_user()));
GRANT SELECT (id, email, role, language, is_active) ON accounts_user TO ra_worker;
CREATE POLICY reachable ON accounts_user FOR SELECT TO ra_worker USING (true);
GRANT SELECT ON accounts_deskmember, accounts_dutyshift TO ra_web, ra_worker;
CREATE POLICY roster ON accounts_deskmember FOR SELECT TO ra_web, ra_worker USING (true);
CREATE POLICY roster ON accounts_dutyshift FOR SELECT TO ra_web, ra_worker USING (true);
"""

DOORS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON accounts_signinattempt TO ra_web;
CREATE POLICY counting ON accounts_signinattempt TO ra_web USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON accounts_codemark TO ra_web;
CREATE POLICY own ON accounts_codemark TO ra_web USING (user_id = (SELECT ra_user())) WITH CHECK (user_id = (SELECT ra_user()));
GRANT SELECT, INSERT, UPDATE, DELETE ON mfa_authenticator TO ra_web;
CREATE POLICY own ON mfa_authenticator TO ra_web USING (user_id = (SELECT ra_user())) WITH CHECK (user_id = (SELECT ra_user()));
"""

# Tables that the libraries bring and that nobody uses; a copy of the database still has to hold them.
UNUSED = """
GRANT SELECT ON account_emailaddress, account_emailconfirmation, auth_group, auth_group_permissions, auth_permission,
    django_content_type, django_migrations TO ra_backup;
"""


class Migration(migrations.Migration):
    """Rights and policies of people, desks and doors."""

    dependencies = [
        ("accounts", "0001_initial"),
        ("audit", "0002_rights"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (SHUT, OFFICES, PEOPLE, DOORS, UNUSED)]
