"""Codes of incidents, pairs and services come from the lists: no column refuses a code that the office adds.

Rows of before are as they were: every code that the columns allowed stands in its list. Who said what to whom can be
corrected once more is known: the relation and the forms of a pair, through a grant as everything else.
"""

from __future__ import annotations

from typing import Any

import django.contrib.postgres.fields
from django.db import migrations, models

PAIRS = """
GRANT UPDATE (relation, forms) ON cases_incidentlink TO ra_web;
CREATE POLICY staff_changes ON cases_incidentlink FOR UPDATE TO ra_web
    USING (EXISTS (SELECT 1 FROM cases_incident i WHERE i.id = incident_id AND cases_may_write(i.case_id)));
"""

# How often a code was chosen, for who changes the lists and sees no case: one to four come out as four.
COUNT = """
CREATE FUNCTION cases_count_code(which text, wanted text) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
DECLARE
    found bigint;
BEGIN
    IF NOT codelists_may_manage() THEN RETURN NULL; END IF;
    CASE which
        WHEN 'service_type' THEN SELECT count(*) INTO found FROM cases_servicerecord WHERE type = wanted;
        WHEN 'place' THEN SELECT count(*) INTO found FROM cases_incident WHERE place = wanted;
        WHEN 'violence_form' THEN SELECT count(*) INTO found FROM cases_incident WHERE wanted = ANY (forms);
        WHEN 'relation' THEN SELECT count(*) INTO found FROM cases_incidentlink WHERE relation = wanted;
        WHEN 'age_group' THEN SELECT count(*) INTO found FROM cases_person WHERE age_group = wanted;
        ELSE RETURN NULL;
    END CASE;
    RETURN CASE WHEN found BETWEEN 1 AND 4 THEN 4 ELSE found END;
END
$$;
REVOKE ALL ON FUNCTION cases_count_code(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_count_code(text, text) TO ra_web;
"""


def codes() -> django.contrib.postgres.fields.ArrayField[Any, Any]:
    """A column of several codes."""
    return django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=24), size=None)


class Migration(migrations.Migration):
    """The dictionary of cases."""

    dependencies = [("cases", "0004_clocks"), ("codelists", "0003_codes")]
    operations = [
        migrations.AlterField(model_name="incident", name="forms", field=codes()),
        migrations.AlterField(model_name="incident", name="place", field=models.CharField(max_length=24)),
        migrations.AlterField(model_name="incidentlink", name="forms", field=codes()),
        migrations.AlterField(model_name="incidentlink", name="relation", field=models.CharField(max_length=24)),
        migrations.AlterField(model_name="servicerecord", name="type", field=models.CharField(max_length=24)),
        migrations.RunSQL(PAIRS, migrations.RunSQL.noop),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
