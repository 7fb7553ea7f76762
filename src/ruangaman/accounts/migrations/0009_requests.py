"""A request is one row whoever asks; who must act gets a letter; what nobody can open any more is counted.

Whose keys count on is asked of the vault's own tables: a person whose principal and key are not retired, or a desk at
which such a person sits. The emergency and the recovery key are left out: they are the way back, not somebody at work.

Only an administrator invites an administrator: the database says it too.
"""

from __future__ import annotations

from django.db import migrations, models

# Of several askers the last stays: what is older has been asked for again since.
ONE_ROW = """
DELETE FROM accounts_doorrequest r WHERE r.decided_at IS NULL AND r.kind <> 'regrant' AND EXISTS (
    SELECT 1 FROM accounts_doorrequest o WHERE o.decided_at IS NULL AND o.kind = r.kind AND o.user_id = r.user_id
    AND (o.asked_at, o.id) > (r.asked_at, r.id));
"""

# A request is visible to who decides it and who is in charge; that there is one, whoever would ask for the same learns.
ASKING = """
CREATE FUNCTION accounts_open_request(wanted text, about uuid, oldest timestamptz)
RETURNS TABLE (id uuid, asked_by_id uuid) LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
BEGIN
    IF wanted = 'regrant' OR NOT (accounts_may_manage(accounts_unit_of(about)) OR EXISTS (
        SELECT 1 FROM accounts_user u JOIN vault_keyofficer o ON o.principal_id = u.principal_id
        WHERE wanted = 'officer' AND u.id = ra_user() AND u.is_active)) THEN RETURN; END IF;
    DELETE FROM accounts_doorrequest r
        WHERE r.kind = wanted AND r.user_id = about AND r.decided_at IS NULL AND r.asked_at < oldest;
    RETURN QUERY SELECT r.id, r.asked_by_id FROM accounts_doorrequest r
        WHERE r.kind = wanted AND r.user_id = about AND r.decided_at IS NULL;
END
$$;
REVOKE ALL ON FUNCTION accounts_open_request(text, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_open_request(text, uuid, timestamptz) TO ra_web;
"""
NO_ASKING = "DROP FUNCTION accounts_open_request(text, uuid, timestamptz);"

# A letter says only that something waits. While one to the same person is on its way, there is no second.
LETTERS = """
CREATE FUNCTION accounts_call(people uuid[]) RETURNS bigint LANGUAGE plpgsql VOLATILE
SET search_path = public, pg_temp AS
$$
DECLARE
    person uuid;
    called bigint := 0;
BEGIN
    FOR person IN SELECT u.id FROM accounts_user u
                  WHERE u.id = any(people) AND u.is_active AND u.email <> '' AND u.id IS DISTINCT FROM ra_user() LOOP
        BEGIN
            PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW('alarm', 'ruangaman.notifications.jobs.call_person', 0, NULL,
                'call:' || person, jsonb_build_object('user_id', person), NULL)::procrastinate_job_to_defer_v1]);
            called := called + 1;
        EXCEPTION WHEN unique_violation THEN NULL;
        END;
    END LOOP;
    RETURN called;
END
$$;

CREATE FUNCTION accounts_call_second(wanted uuid) RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT accounts_call(array(
    SELECT u.id FROM accounts_user u, accounts_doorrequest r, accounts_user w
    WHERE r.id = wanted AND r.asked_by_id = ra_user() AND r.decided_at IS NULL AND w.id = r.user_id
    AND u.id NOT IN (r.asked_by_id, w.id)
    AND CASE WHEN r.kind = 'officer' THEN u.role = 'admin'
             ELSE u.role = 'dpo' OR (u.role = 'kepala' AND u.unit_id = w.unit_id) END))
$$;

CREATE FUNCTION accounts_call_officers(moment timestamptz) RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT accounts_call(array(
    SELECT u.id FROM accounts_user u JOIN vault_keyofficer o ON o.principal_id = u.principal_id
    WHERE EXISTS (SELECT 1 FROM vault_principalkey k JOIN vault_principal p ON p.id = k.principal_id
                  WHERE k.created_at = moment AND k.retired_at IS NULL AND p.retired_at IS NULL AND p.kind <> 'receipt'
                  AND NOT EXISTS (SELECT 1 FROM vault_keysignature s WHERE s.key_id = k.id))))
$$;
REVOKE ALL ON FUNCTION accounts_call(uuid[]), accounts_call_second(uuid), accounts_call_officers(timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_call_second(uuid), accounts_call_officers(timestamptz) TO ra_web;
"""
NO_LETTERS = """
DROP FUNCTION accounts_call_officers(timestamptz);
DROP FUNCTION accounts_call_second(uuid);
DROP FUNCTION accounts_call(uuid[]);
"""

HELD = """
CREATE FUNCTION accounts_is_held(dossier uuid, leaver uuid, moment timestamptz) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS
$$
SELECT EXISTS (
    SELECT 1 FROM vault_grant g JOIN vault_principal p ON p.id = g.principal_id
    WHERE g.dossier_id = dossier AND p.retired_at IS NULL AND p.id IS DISTINCT FROM leaver
    AND (g.not_after IS NULL OR g.not_after > moment)
    AND CASE p.kind
        WHEN 'user' THEN EXISTS (SELECT 1 FROM vault_principalkey k WHERE k.principal_id = p.id
                                 AND k.generation = g.generation AND k.retired_at IS NULL)
        WHEN 'desk' THEN EXISTS (SELECT 1 FROM vault_groupkey k JOIN vault_principal m ON m.id = k.member_id
                                 WHERE k.group_id = p.id AND k.generation = g.generation
                                 AND m.retired_at IS NULL AND m.id IS DISTINCT FROM leaver)
        ELSE false END)
$$;

-- Before fresh keys: what nobody at work could open without this person. A dossier's id only for who oversees it.
CREATE FUNCTION accounts_held_alone(person uuid, moment timestamptz) RETURNS TABLE (dossier_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
WITH who AS (
    SELECT u.principal_id AS keys FROM accounts_user u WHERE u.id = person AND u.is_active
    AND (accounts_may_manage(u.unit_id) OR accounts_may_decide('fresh_keys', u.id))
), held AS (
    SELECT w.keys AS principal FROM who w
    UNION
    SELECT k.group_id FROM who w JOIN vault_groupkey k ON k.member_id = w.keys
    JOIN vault_principal p ON p.id = k.group_id AND p.kind = 'desk' AND p.retired_at IS NULL
    WHERE NOT EXISTS (SELECT 1 FROM vault_groupkey o JOIN vault_principal m ON m.id = o.member_id
                      WHERE o.group_id = k.group_id AND o.member_id <> w.keys AND m.retired_at IS NULL)
)
SELECT CASE WHEN d.unit_id = any(ra_units()) THEN d.id END FROM vault_dossier d
WHERE d.shredded_at IS NULL
AND d.id IN (SELECT g.dossier_id FROM vault_grant g JOIN held h ON h.principal = g.principal_id
             WHERE g.not_after IS NULL OR g.not_after > moment)
AND NOT accounts_is_held(d.id, (SELECT w.keys FROM who w), moment)
$$;

-- After fresh keys: what the lost ones opened and the new ones do not yet, and which colleagues could open it again.
CREATE FUNCTION accounts_awaited(person uuid, moment timestamptz)
RETURNS TABLE (dossier_id uuid, helpers uuid[], is_held boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
WITH who AS (
    SELECT u.id, u.principal_id, u.unit_id FROM accounts_user u WHERE u.id = person AND u.is_active
    AND (u.id = ra_user() OR accounts_may_manage(u.unit_id) OR accounts_may_decide('fresh_keys', u.id))
), lost AS (
    SELECT g.dossier_id AS dossier, bit_or(g.compartments) AS parts FROM who w
    JOIN accounts_formerkeys f ON f.user_id = w.id
    JOIN vault_grant g ON g.principal_id = f.principal_id AND (g.not_after IS NULL OR g.not_after > moment)
    JOIN vault_dossier d ON d.id = g.dossier_id AND d.shredded_at IS NULL
    WHERE NOT EXISTS (SELECT 1 FROM vault_grant n WHERE n.dossier_id = g.dossier_id AND n.principal_id = w.principal_id)
    GROUP BY 1
)
SELECT CASE WHEN d.unit_id = any(ra_units()) THEN d.id END, array(
    SELECT DISTINCT u.id FROM who w JOIN accounts_user u ON u.unit_id = w.unit_id
    JOIN vault_grant m ON m.principal_id = u.principal_id AND m.dossier_id = l.dossier
    WHERE u.is_active AND u.id <> w.id AND u.role IN ('manajer', 'pendamping', 'psikolog', 'hukum', 'rumahaman')
    AND (m.not_after IS NULL OR m.not_after > moment) AND m.compartments & l.parts <> 0
    AND EXISTS (SELECT 1 FROM vault_principalkey k WHERE k.principal_id = u.principal_id
                AND k.generation = m.generation AND k.retired_at IS NULL)
    ), accounts_is_held(l.dossier, NULL, moment)
FROM lost l JOIN vault_dossier d ON d.id = l.dossier
$$;

-- The same from the other side: colleagues of the unit for whom the viewer could open something again.
CREATE FUNCTION accounts_reopenable(moment timestamptz) RETURNS TABLE (user_id uuid, dossiers bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT w.id, count(DISTINCT g.dossier_id) FROM accounts_user me
JOIN accounts_user w ON w.unit_id = me.unit_id AND w.is_active AND w.id <> me.id
JOIN accounts_formerkeys f ON f.user_id = w.id
JOIN vault_grant g ON g.principal_id = f.principal_id AND (g.not_after IS NULL OR g.not_after > moment)
JOIN vault_dossier d ON d.id = g.dossier_id AND d.shredded_at IS NULL
WHERE me.id = ra_user() AND me.is_active
AND EXISTS (SELECT 1 FROM vault_grant m WHERE m.dossier_id = g.dossier_id AND m.principal_id = me.principal_id
            AND (m.not_after IS NULL OR m.not_after > moment) AND m.compartments & g.compartments <> 0)
AND NOT EXISTS (SELECT 1 FROM vault_grant n WHERE n.dossier_id = g.dossier_id AND n.principal_id = w.principal_id)
GROUP BY 1
$$;

-- Of the dossiers that the viewer oversees: those that nobody at work can open.
CREATE FUNCTION accounts_closed_to_all(wanted uuid[], moment timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT d.id FROM vault_dossier d WHERE d.id = any(wanted) AND d.unit_id = any(ra_units()) AND d.shredded_at IS NULL
AND NOT accounts_is_held(d.id, NULL, moment)
$$;

-- In the request in which somebody begins with fresh keys: the heads of the units whose dossiers nobody opens now.
CREATE FUNCTION accounts_call_heads(person uuid, moment timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT accounts_call(array(
    SELECT u.id FROM accounts_user u WHERE u.role = 'kepala' AND u.id <> person AND u.unit_id IN (
        SELECT d.unit_id FROM accounts_formerkeys f JOIN vault_grant g ON g.principal_id = f.principal_id
        JOIN vault_dossier d ON d.id = g.dossier_id AND d.shredded_at IS NULL
        WHERE f.user_id = person AND f.until = moment AND NOT accounts_is_held(d.id, NULL, moment))))
$$;

REVOKE ALL ON FUNCTION accounts_is_held(uuid, uuid, timestamptz), accounts_held_alone(uuid, timestamptz),
    accounts_awaited(uuid, timestamptz), accounts_reopenable(timestamptz), accounts_closed_to_all(uuid[], timestamptz),
    accounts_call_heads(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_held_alone(uuid, timestamptz), accounts_awaited(uuid, timestamptz),
    accounts_reopenable(timestamptz), accounts_closed_to_all(uuid[], timestamptz),
    accounts_call_heads(uuid, timestamptz) TO ra_web;
"""
NOT_HELD = """
DROP FUNCTION accounts_call_heads(uuid, timestamptz);
DROP FUNCTION accounts_closed_to_all(uuid[], timestamptz);
DROP FUNCTION accounts_reopenable(timestamptz);
DROP FUNCTION accounts_awaited(uuid, timestamptz);
DROP FUNCTION accounts_held_alone(uuid, timestamptz);
DROP FUNCTION accounts_is_held(uuid, uuid, timestamptz);
"""

BY_REQUEST = """EXISTS (
        SELECT 1 FROM accounts_doorrequest r WHERE r.user_id = accounts_invitation.user_id AND r.kind = 'fresh_keys'
        AND r.is_approved AND r.done_at IS NULL AND r.decided_by_id = (SELECT ra_user()))"""
INVITING = f"""
ALTER POLICY managers_add ON accounts_invitation WITH CHECK (
    made_by_id = (SELECT ra_user()) AND used_at IS NULL
    AND CASE WHEN user_id IS NULL THEN accounts_may_manage(unit_id) AND (role <> 'admin' OR EXISTS (
        SELECT 1 FROM accounts_user u WHERE u.id = (SELECT ra_user()) AND u.is_active AND u.role = 'admin'))
        ELSE {BY_REQUEST} END);
"""
INVITING_BEFORE = f"""
ALTER POLICY managers_add ON accounts_invitation WITH CHECK (
    made_by_id = (SELECT ra_user()) AND used_at IS NULL
    AND CASE WHEN user_id IS NULL THEN accounts_may_manage(unit_id) ELSE {BY_REQUEST} END);
"""


class Migration(migrations.Migration):
    """Requests, letters, and what only one person can open."""

    dependencies = [
        ("accounts", "0008_single_keys"),
        ("vault", "0004_narrower"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        migrations.RunSQL(ONE_ROW, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="doorrequest", name="request_open_once"),
        migrations.AddConstraint(
            model_name="doorrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at", None), models.Q(("kind", "regrant"), _negated=True)),
                fields=("kind", "user"),
                name="request_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="doorrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at", None), ("kind", "regrant")),
                fields=("user", "asked_by"),
                name="request_regrant_once",
            ),
        ),
        migrations.RunSQL(ASKING, NO_ASKING),
        migrations.RunSQL(LETTERS, NO_LETTERS),
        migrations.RunSQL(HELD, NOT_HELD),
        migrations.RunSQL(INVITING, INVITING_BEFORE),
    ]
