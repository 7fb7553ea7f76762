"""Who may let people in and out, and what the database itself insists on.

An account is made, given fresh keys or closed only by one of the functions below, each of which looks at its own
authority: an invitation's code, a role, a request that two people carried. `ra_web` gets no wider right on the tables.
"""

from __future__ import annotations

from django.db import migrations

TABLES = ("accounts_invitation", "accounts_doorrequest", "accounts_formerkeys", "accounts_leftdossier")

SHUT = "".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON {table} TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON {table} FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON {table} TO ra_backup;
"""
    for table in TABLES
)

# Who is looking, by the account's own row: the application cannot claim a role that the account does not have.
HELPERS = """
CREATE FUNCTION accounts_may_manage(place uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = (SELECT ra_user()) AND u.is_active
               AND (u.role = 'admin' OR (u.role = 'kepala' AND u.unit_id = place)))
$$;

CREATE FUNCTION accounts_may_decide(request text, about uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT EXISTS (SELECT 1 FROM accounts_user u, accounts_user w
               WHERE u.id = (SELECT ra_user()) AND u.is_active AND w.id = about AND u.id <> w.id
               AND CASE WHEN request = 'officer' THEN u.role = 'admin'
                        ELSE u.role = 'dpo' OR (u.role = 'kepala' AND u.unit_id = w.unit_id) END)
$$;

CREATE FUNCTION accounts_unit_of(person uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT u.unit_id FROM accounts_user u WHERE u.id = person $$;
"""

POLICIES = """
GRANT SELECT, INSERT, UPDATE (withdrawn_at) ON accounts_invitation TO ra_web;
CREATE POLICY managers_read ON accounts_invitation FOR SELECT TO ra_web
    USING (accounts_may_manage(unit_id) OR made_by_id = (SELECT ra_user()));
CREATE POLICY managers_add ON accounts_invitation FOR INSERT TO ra_web WITH CHECK (
    made_by_id = (SELECT ra_user()) AND used_at IS NULL
    AND CASE WHEN user_id IS NULL THEN accounts_may_manage(unit_id) ELSE EXISTS (
        SELECT 1 FROM accounts_doorrequest r WHERE r.user_id = accounts_invitation.user_id AND r.kind = 'fresh_keys'
        AND r.is_approved AND r.done_at IS NULL AND r.decided_by_id = (SELECT ra_user())) END
);
CREATE POLICY managers_change ON accounts_invitation FOR UPDATE TO ra_web
    USING (accounts_may_manage(unit_id) OR made_by_id = (SELECT ra_user()));

-- The worker forgets the names on papers that nobody can use any more.
GRANT DELETE, SELECT (expires_at) ON accounts_invitation TO ra_worker;
CREATE POLICY expiry ON accounts_invitation TO ra_worker
    USING (expires_at < now() - interval '30 days') WITH CHECK (false);

GRANT SELECT, INSERT ON accounts_doorrequest TO ra_web;
CREATE POLICY involved_read ON accounts_doorrequest FOR SELECT TO ra_web USING (
    asked_by_id = (SELECT ra_user()) OR accounts_may_decide(kind, user_id)
    OR accounts_may_manage(accounts_unit_of(user_id))
);
CREATE POLICY ask ON accounts_doorrequest FOR INSERT TO ra_web
    WITH CHECK (asked_by_id = (SELECT ra_user()) AND decided_by_id IS NULL);

GRANT SELECT ON accounts_formerkeys TO ra_web;
CREATE POLICY colleagues ON accounts_formerkeys FOR SELECT TO ra_web USING (true);

GRANT SELECT, UPDATE (done_at) ON accounts_leftdossier TO ra_web;
CREATE POLICY with_dossier_reads ON accounts_leftdossier FOR SELECT TO ra_web
    USING (EXISTS (SELECT 1 FROM vault_dossier d WHERE d.id = accounts_leftdossier.dossier_id));
CREATE POLICY with_dossier_changes ON accounts_leftdossier FOR UPDATE TO ra_web
    USING (EXISTS (SELECT 1 FROM vault_dossier d WHERE d.id = accounts_leftdossier.dossier_id));

GRANT INSERT, UPDATE (until) ON accounts_deskmember TO ra_web;
CREATE POLICY seat ON accounts_deskmember FOR INSERT TO ra_web WITH CHECK (
    desk_id = any((SELECT array(SELECT m.desk_id FROM accounts_deskmember m
                                WHERE m.user_id = (SELECT ra_user()) AND m.until IS NULL))::uuid[])
);
CREATE POLICY unseat ON accounts_deskmember FOR UPDATE TO ra_web USING (
    user_id = (SELECT ra_user())
    OR accounts_may_manage((SELECT d.unit_id FROM accounts_desk d WHERE d.id = accounts_deskmember.desk_id))
);
GRANT DELETE ON accounts_dutyshift TO ra_web;
CREATE POLICY unplan ON accounts_dutyshift FOR DELETE TO ra_web USING (
    user_id = (SELECT ra_user())
    OR accounts_may_manage((SELECT d.unit_id FROM accounts_desk d WHERE d.id = accounts_dutyshift.desk_id))
);
"""

INVITATIONS = """
CREATE FUNCTION accounts_read_invitation(mac bytea, moment timestamptz)
RETURNS TABLE (id uuid, username text, display_name text, user_id uuid) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT i.id, i.username, i.display_name, i.user_id FROM accounts_invitation i
WHERE i.code_mac = mac AND i.used_at IS NULL AND i.withdrawn_at IS NULL AND i.expires_at > moment
$$;

CREATE FUNCTION accounts_drop_doors(person uuid, keys uuid, moment timestamptz) RETURNS void LANGUAGE sql VOLATILE
SET search_path = public, pg_temp AS
$$
UPDATE vault_principal SET retired_at = moment WHERE id = keys AND retired_at IS NULL;
DELETE FROM vault_door WHERE principal_id = keys;
DELETE FROM vault_groupkey WHERE member_id = keys;
DELETE FROM mfa_authenticator WHERE user_id = person;
DELETE FROM accounts_codemark WHERE user_id = person;
UPDATE accounts_deskmember SET until = moment WHERE user_id = person AND until IS NULL;
DELETE FROM accounts_dutyshift WHERE user_id = person AND starts_at > moment;
$$;

CREATE FUNCTION accounts_accept_invitation(mac bytea, person uuid, keys uuid, moment timestamptz) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    paper accounts_invitation;
    former uuid;
BEGIN
    SELECT * INTO paper FROM accounts_invitation i WHERE i.code_mac = mac AND i.used_at IS NULL
        AND i.withdrawn_at IS NULL AND i.expires_at > moment FOR UPDATE;
    IF paper.id IS NULL THEN RETURN NULL; END IF;
    IF paper.user_id IS NULL THEN
        INSERT INTO accounts_user (id, username, email, display_name, role, unit_id, principal_id, is_active, language,
                                   session_epoch)
        VALUES (person, paper.username, paper.email, paper.display_name, paper.role, paper.unit_id, keys, true, 'id', 0)
        ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN RETURN NULL; END IF;
    ELSE
        person := paper.user_id;
        SELECT u.principal_id INTO former FROM accounts_user u WHERE u.id = person AND u.is_active FOR UPDATE;
        IF former IS NULL THEN RETURN NULL; END IF;
        PERFORM accounts_drop_doors(person, former, moment);
        UPDATE accounts_user SET principal_id = keys, session_epoch = session_epoch + 1 WHERE id = person;
        INSERT INTO accounts_formerkeys (principal_id, user_id, until) VALUES (former, person, moment);
    END IF;
    UPDATE accounts_invitation SET used_at = moment, user_id = person WHERE id = paper.id;
    RETURN person;
END
$$;
"""

LEAVING = """
CREATE FUNCTION accounts_close(person uuid, moment timestamptz) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    keys uuid;
    place uuid;
    dossiers bigint;
BEGIN
    SELECT u.principal_id, u.unit_id INTO keys, place FROM accounts_user u WHERE u.id = person AND u.is_active FOR UPDATE;
    IF keys IS NULL OR person = ra_user() OR NOT accounts_may_manage(place) THEN RETURN NULL; END IF;
    PERFORM accounts_drop_doors(person, keys, moment);
    WITH gone AS (DELETE FROM vault_grant g WHERE g.principal_id IN
                  (SELECT keys UNION SELECT f.principal_id FROM accounts_formerkeys f WHERE f.user_id = person)
                  RETURNING g.dossier_id)
    INSERT INTO accounts_leftdossier (id, dossier_id, user_id, left_at)
    SELECT gen_random_uuid(), d.id, person, moment FROM vault_dossier d
    WHERE d.shredded_at IS NULL AND d.id IN (SELECT gone.dossier_id FROM gone);
    GET DIAGNOSTICS dossiers = ROW_COUNT;
    UPDATE accounts_user SET is_active = false, left_at = moment, session_epoch = session_epoch + 1 WHERE id = person;
    UPDATE accounts_invitation SET withdrawn_at = moment
        WHERE user_id = person AND used_at IS NULL AND withdrawn_at IS NULL;
    RETURN dossiers;
END
$$;

CREATE FUNCTION accounts_count_dossiers(person uuid) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT count(DISTINCT g.dossier_id) FROM vault_grant g JOIN accounts_user u ON u.principal_id = g.principal_id
WHERE u.id = person AND accounts_may_manage(u.unit_id)
$$;
"""

REQUESTS = """
CREATE FUNCTION accounts_decide(wanted uuid, approve boolean, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    request accounts_doorrequest;
BEGIN
    SELECT * INTO request FROM accounts_doorrequest r WHERE r.id = wanted AND r.decided_at IS NULL FOR UPDATE;
    IF request.id IS NULL OR request.asked_by_id = ra_user()
        OR NOT accounts_may_decide(request.kind, request.user_id) THEN RETURN false; END IF;
    UPDATE accounts_doorrequest SET decided_by_id = ra_user(), decided_at = moment, is_approved = approve
        WHERE id = wanted;
    RETURN true;
END
$$;

CREATE FUNCTION accounts_finish(wanted uuid, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    request accounts_doorrequest;
BEGIN
    SELECT * INTO request FROM accounts_doorrequest r WHERE r.id = wanted AND r.is_approved AND r.done_at IS NULL
        AND ra_user() IN (r.asked_by_id, r.decided_by_id) FOR UPDATE;
    IF request.id IS NULL THEN RETURN false; END IF;
    IF request.kind = 'second_step' THEN
        DELETE FROM mfa_authenticator WHERE user_id = request.user_id;
        DELETE FROM accounts_codemark WHERE user_id = request.user_id;
        UPDATE accounts_user SET session_epoch = session_epoch + 1 WHERE id = request.user_id;
    END IF;
    UPDATE accounts_doorrequest SET done_at = moment WHERE id = wanted;
    IF request.kind <> 'regrant' THEN
        PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW('alarm', 'ruangaman.notifications.jobs.tell_person', 0, NULL, NULL,
            jsonb_build_object('user_id', request.user_id), NULL)::procrastinate_job_to_defer_v1]);
    END IF;
    RETURN true;
END
$$;

CREATE FUNCTION accounts_shared_with(former uuid) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT DISTINCT g.dossier_id FROM vault_grant g
WHERE g.principal_id = former AND EXISTS (SELECT 1 FROM accounts_formerkeys f WHERE f.principal_id = former)
AND EXISTS (SELECT 1 FROM vault_grant m WHERE m.dossier_id = g.dossier_id AND m.principal_id = any(ra_principals()))
$$;
"""

RIGHTS = """
REVOKE ALL ON FUNCTION accounts_may_manage(uuid), accounts_may_decide(text, uuid), accounts_unit_of(uuid),
    accounts_read_invitation(bytea, timestamptz), accounts_drop_doors(uuid, uuid, timestamptz),
    accounts_accept_invitation(bytea, uuid, uuid, timestamptz), accounts_close(uuid, timestamptz),
    accounts_count_dossiers(uuid), accounts_decide(uuid, boolean, timestamptz), accounts_finish(uuid, timestamptz),
    accounts_shared_with(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_may_manage(uuid), accounts_may_decide(text, uuid), accounts_unit_of(uuid),
    accounts_read_invitation(bytea, timestamptz), accounts_accept_invitation(bytea, uuid, uuid, timestamptz),
    accounts_close(uuid, timestamptz), accounts_count_dossiers(uuid), accounts_decide(uuid, boolean, timestamptz),
    accounts_finish(uuid, timestamptz), accounts_shared_with(uuid) TO ra_web;
"""


class Migration(migrations.Migration):
    """Rights and functions of a person's first and last day."""

    dependencies = [
        ("accounts", "0004_lifecycle"),
        ("vault", "0002_rights"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (SHUT, HELPERS, POLICIES, INVITATIONS, LEAVING, REQUESTS, RIGHTS)
    ]
