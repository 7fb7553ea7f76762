"""The worker may forget vain tries once they slow nobody any more, and no earlier."""

from __future__ import annotations

from django.db import migrations

FORGET = """
GRANT DELETE, SELECT (last_at) ON accounts_signinattempt TO ra_worker;
CREATE POLICY expiry ON accounts_signinattempt TO ra_worker
    USING (last_at < now() - interval '24 hours') WITH CHECK (false);
"""


class Migration(migrations.Migration):
    """The worker's right to forget."""

    dependencies = [("accounts", "0002_rights")]
    operations = [migrations.RunSQL(FORGET)]
