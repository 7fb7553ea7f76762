"""How many clocks of a kind run, for who ends the kind and sees no case: one to four come out as four."""

from __future__ import annotations

from django.db import migrations

COUNT = """
CREATE FUNCTION clocks_count_open(wanted text) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
DECLARE
    found bigint;
BEGIN
    IF NOT clocks_may_set() THEN RETURN NULL; END IF;
    SELECT count(*) INTO found FROM clocks_clock c JOIN clocks_clockkind k ON k.id = c.kind_id
        WHERE k.key = wanted AND c.stopped_at IS NULL;
    RETURN CASE WHEN found BETWEEN 1 AND 4 THEN 4 ELSE found END;
END
$$;
REVOKE ALL ON FUNCTION clocks_count_open(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clocks_count_open(text) TO ra_web;
"""


class Migration(migrations.Migration):
    """One function."""

    dependencies = [("clocks", "0014_paused")]
    operations = [migrations.RunSQL(COUNT, "DROP FUNCTION clocks_count_open(text)")]
