"""How often a case is looked at again follows its danger: a review, and a danger that changed, begin the rule that holds.

Before, the weekly review began anew after the danger had fallen, and the monthly one never did. Kinds that an
administrator touched stay as they are. Source: domain.md 2.3, state 7.
"""

from __future__ import annotations

from django.db import migrations

FOLLOW = """
UPDATE clocks_clockkind SET restarts = false,
    starts_on = ARRAY['cases.moved', 'cases.reviewed', 'cases.risk_changed']::varchar[],
    stops_on = ARRAY['cases.reviewed', 'cases.risk_changed', 'cases.closed']::varchar[]
WHERE key IN ('case.review', 'case.review_high') AND changed_by_id IS NULL;
"""
BEFORE = """
UPDATE clocks_clockkind SET restarts = true,
    starts_on = ARRAY['cases.moved']::varchar[], stops_on = ARRAY['cases.reviewed', 'cases.closed']::varchar[]
WHERE key IN ('case.review', 'case.review_high') AND changed_by_id IS NULL;
"""


class Migration(migrations.Migration):
    """Two kinds."""

    dependencies = [("clocks", "0009_put_off")]
    operations = [migrations.RunSQL(FOLLOW, BEFORE)]
