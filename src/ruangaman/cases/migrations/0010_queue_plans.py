"""Lists that stay quick among ten million cases: who sees what is as it was, how it is found out is new.

A case is seen by a look-up of the viewer's wrap for its dossier. The set of all their dossiers, which stood here, was
read anew for every statement and compared one by one with every row: much, for somebody with wraps of thousands. Lists
name their own branch, so no policy has to find rows; it only has to look at those found.

What belongs to a case is seen by a look-up of that case. As EXISTS the planner could read the set of all visible cases
instead, which is every case of a large unit; a query for one value it can only look up.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import F, Q

HELD = """EXISTS (SELECT 1 FROM vault_grant g WHERE g.dossier_id = {dossier}
                  AND g.principal_id = any((SELECT ra_principals())::uuid[]))"""

CASE = f"""
ALTER POLICY staff_reads ON cases_case USING (
    (unit_id = any((SELECT ra_units())::uuid[]) AND NOT dossier_id = any((SELECT ra_barred())::uuid[]))
    OR {HELD.format(dossier="cases_case.dossier_id")}
    OR (id = (SELECT ra_opening()) AND opened_by_id = (SELECT ra_user()))
);
ALTER POLICY staff_changes ON cases_case USING ({HELD.format(dossier="cases_case.dossier_id")});

CREATE OR REPLACE FUNCTION cases_may_write(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS
$$
SELECT EXISTS (SELECT 1 FROM cases_case c WHERE c.id = wanted
               AND ({HELD.format(dossier="c.dossier_id")} OR c.id = (SELECT ra_opening())))
$$;
"""

CONSENTS = f"""
ALTER POLICY staff_reads ON consents_consent USING (
    {HELD.format(dossier="consents_consent.dossier_id")}
    OR EXISTS (SELECT 1 FROM vault_dossier d WHERE d.id = dossier_id AND d.unit_id = any((SELECT ra_units())::uuid[]))
);
ALTER POLICY staff_adds ON consents_consent
    WITH CHECK ({HELD.format(dossier="consents_consent.dossier_id")} AND recorded_by_id = (SELECT ra_user()));
ALTER POLICY staff_changes ON consents_consent USING ({HELD.format(dossier="consents_consent.dossier_id")});
"""

CHILDREN = (
    "access", "aftercare", "approval", "assessment", "assignment", "casefile", "closingassessment", "conference",
    "contacttry", "episode", "goal", "incident", "mediationrequest", "note", "person", "plan", "policedecision",
    "review", "rightstold", "safetycheck", "servicerecord", "session", "task", "transfer", "transition", "version",
)  # fmt: skip
WITH_CASE = (
    "".join(
        f"""
ALTER POLICY staff_reads ON cases_{table}
    USING ((SELECT true FROM cases_case c WHERE c.id = cases_{table}.case_id));
"""
        for table in CHILDREN
    )
    + """
ALTER POLICY staff_reads ON cases_incidentlink
    USING ((SELECT true FROM cases_incident i WHERE i.id = cases_incidentlink.incident_id));
"""
)

ORDER = (F("risk").desc(), F("opened_at").desc(), F("id").desc())
OPEN = Q(closed_at=None)


class Migration(migrations.Migration):
    """Policies by look-up; an index for each filter in the order of the list."""

    dependencies = [
        ("cases", "0009_versions"),
        ("consents", "0001_initial"),
        ("vault", "0005_blind_index"),
    ]
    operations = [
        migrations.RemoveIndex(model_name="case", name="case_open_by_state"),
        *(
            migrations.AddIndex(
                model_name="case",
                index=models.Index("unit", column, *ORDER, name=f"case_open_by_unit_{column}", condition=OPEN),
            )
            for column in ("state", "kecamatan")
        ),
        migrations.AddIndex(
            model_name="case", index=models.Index("dossier", name="case_open_by_dossier", condition=OPEN)
        ),
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (CASE, CONSENTS, WITH_CASE)),
    ]
