"""What belongs to a case is shown with it, by one question.

Who sees what is as it was. Written out in the policy of every table, the question stood thirty times in the statement
of a case's page, and to plan it took longer than to answer it. Tables that lists read keep it written out: there it is
asked of many rows, and a function costs more for each.
"""

from __future__ import annotations

from django.db import migrations

OF_PAGES = (
    "access", "aftercare", "approval", "assessment", "casefile", "closingassessment", "conference", "contacttry",
    "episode", "goal", "mediationrequest", "note", "plan", "policedecision", "review", "rightstold", "safetycheck",
    "servicerecord", "session", "transfer", "transition", "version",
)  # fmt: skip
SHOWN = """
CREATE FUNCTION cases_shown(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS
$$
BEGIN
    RETURN EXISTS (SELECT 1 FROM public.cases_case c WHERE c.id = wanted);
END
$$;
REVOKE ALL ON FUNCTION cases_shown(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_shown(uuid) TO ra_web;
"""
"""Invoker's rights: it sees the case that the viewer may see."""
POLICIES = "".join(f"ALTER POLICY staff_reads ON cases_{table} USING (cases_shown(case_id));\n" for table in OF_PAGES)


class Migration(migrations.Migration):
    """A function, and the policies that ask it."""

    dependencies = [("cases", "0012_one_by_one")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (SHOWN, POLICIES)]
