"""Who may read limits: everybody; who may change them: migrations only. And the first limits.

Sources: domain.md 1.2, from one city's published service standard under PermenPPPA 2/2022; the low limit is ours.
"""

from __future__ import annotations

from django.db import migrations

RIGHTS = """
ALTER TABLE clocks_limit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON clocks_limit TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY readers ON clocks_limit FOR SELECT TO ra_public, ra_web, ra_worker, ra_audit, ra_backup USING (true);
GRANT SELECT ON clocks_limit TO ra_public, ra_web, ra_worker, ra_audit, ra_backup;
"""

STANDARD = "Standar pelayanan pengaduan UPTD PPA (PermenPPPA 2/2022)"
SEED = f"""
INSERT INTO clocks_limit (id, key, hours, calendar, legal_basis, valid_from) VALUES
    ('6f0c3c1e-0f7c-4c7e-9d3b-2a51c0de0001', 'report.extreme', 0, 'calendar', '{STANDARD}: risiko tinggi, seketika', '2022-01-01T00:00:00Z'),
    ('6f0c3c1e-0f7c-4c7e-9d3b-2a51c0de0002', 'report.high', 0, 'calendar', '{STANDARD}: risiko tinggi, seketika', '2022-01-01T00:00:00Z'),
    ('6f0c3c1e-0f7c-4c7e-9d3b-2a51c0de0003', 'report.medium', 6, 'calendar', '{STANDARD}: risiko sedang, sekitar 6 jam', '2022-01-01T00:00:00Z'),
    ('6f0c3c1e-0f7c-4c7e-9d3b-2a51c0de0004', 'report.low', 24, 'calendar', 'Ketetapan kantor: risiko rendah, 24 jam', '2022-01-01T00:00:00Z')
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    """Rights and first rows of the limits."""

    dependencies = [("clocks", "0001_initial")]
    operations = [
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(SEED, "DELETE FROM clocks_limit WHERE id::text LIKE '6f0c3c1e-0f7c-4c7e-9d3b-2a51c0de%';"),
    ]
