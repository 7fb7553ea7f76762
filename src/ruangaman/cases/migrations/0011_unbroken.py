"""While a case is looked at through an emergency key, nothing of what came after `0008_breakglass` is changed either."""

from __future__ import annotations

from django.db import migrations

STEPS = (
    "cases_episode", "cases_safetycheck", "cases_assessment", "cases_rightstold", "cases_plan", "cases_goal",
    "cases_review", "cases_conference", "cases_session", "cases_transfer", "cases_contacttry",
    "cases_closingassessment", "cases_aftercare", "cases_mediationrequest", "cases_policedecision", "cases_approval",
)  # fmt: skip
CHANGED = {
    "I": (*STEPS, "cases_tie", "cases_version", "cases_bulkact", "cases_bulkitem", "consents_consent", "clocks_clock"),
    "U": (
        "cases_goal", "cases_transfer", "cases_aftercare", "cases_approval", "cases_incident", "cases_incidentlink",
        "cases_tie", "cases_bulkact", "consents_consent", "clocks_clock",
    ),
}  # fmt: skip
UNBROKEN = "((SELECT nullif(current_setting('ra.glass', true), '')) IS NULL)"
UNCHANGED = "".join(
    f"CREATE POLICY glass_{word} ON {table} AS RESTRICTIVE FOR {verb} TO ra_web {clause} {UNBROKEN};\n"
    for letter, verb, word, clause in (
        ("I", "INSERT", "adds_nothing", "WITH CHECK"),
        ("U", "UPDATE", "changes_nothing", "USING"),
    )
    for table in CHANGED[letter]
)
CHANGED_AGAIN = "".join(
    f"DROP POLICY glass_{word} ON {table};\n"
    for letter, word in (("I", "adds_nothing"), ("U", "changes_nothing"))
    for table in CHANGED[letter]
)


class Migration(migrations.Migration):
    """The policies."""

    dependencies = [
        ("cases", "0010_queue_plans"),
        ("consents", "0001_initial"),
        ("clocks", "0005_first_kinds"),
    ]

    operations = [migrations.RunSQL(UNCHANGED, CHANGED_AGAIN)]
