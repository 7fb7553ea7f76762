"""The unit's emergency key is handed on by two people and a holder; an address changes, an account makes room.

What waits for a new epoch because somebody left stands with everything else that waits for keys, in the vault.

Nothing gets a wider right on the accounts: what changes there goes through functions that look at who is asking, as
those of the first and the last day do.
"""

from __future__ import annotations

import uuid
from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KINDS = [
    ("second_step", "Melepas langkah kedua"),
    ("fresh_keys", "Kunci baru"),
    ("regrant", "Membuka kembali berkas"),
    ("officer", "Petugas kunci"),
]
WITH_EMERGENCY = [*KINDS, ("emergency", "Kunci darurat unit")]


def known(kinds: list[tuple[str, str]]) -> models.CheckConstraint:
    """The rule that a request is of one of these kinds."""
    return models.CheckConstraint(
        condition=models.Q(("kind__in", [kind for kind, _label in kinds])), name="request_kind_known"
    )


# Whoever holds the key sees what was decided about it and does it, whatever their role; so does who is in charge, when
# nobody is left who holds it. The application says which of the two it is.
EMERGENCY = """
CREATE FUNCTION accounts_holds_emergency(place uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$
SELECT EXISTS (SELECT 1 FROM accounts_user u, accounts_unit t, vault_groupkey k
               WHERE u.id = (SELECT ra_user()) AND u.is_active AND t.id = place
               AND k.group_id = t.breakglass_id AND k.member_id = u.principal_id)
$$;

CREATE POLICY holders_read ON accounts_doorrequest FOR SELECT TO ra_web
    USING (kind = 'emergency' AND accounts_holds_emergency(accounts_unit_of(user_id)));

CREATE FUNCTION accounts_finish_emergency(wanted uuid, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    place uuid;
BEGIN
    SELECT accounts_unit_of(r.user_id) INTO place FROM accounts_doorrequest r
        WHERE r.id = wanted AND r.kind = 'emergency' AND r.is_approved AND r.done_at IS NULL FOR UPDATE;
    IF place IS NULL OR NOT (accounts_may_manage(place) OR accounts_holds_emergency(place)) THEN RETURN false; END IF;
    UPDATE accounts_doorrequest SET done_at = moment WHERE id = wanted;
    RETURN true;
END
$$;

-- What nobody has decided its asker takes back: to ask again once it is too old, or for something else.
GRANT DELETE ON accounts_doorrequest TO ra_web;
CREATE POLICY take_back ON accounts_doorrequest FOR DELETE TO ra_web
    USING (asked_by_id = (SELECT ra_user()) AND decided_at IS NULL);
"""
NO_EMERGENCY = """
DROP POLICY take_back ON accounts_doorrequest;
REVOKE DELETE ON accounts_doorrequest FROM ra_web;
DROP FUNCTION accounts_finish_emergency(uuid, timestamptz);
DROP POLICY holders_read ON accounts_doorrequest;
DROP FUNCTION accounts_holds_emergency(uuid);
"""

# The letter goes where the person was reached before: whoever changed it wrongly is found out.
ADDRESSES = """
ALTER TABLE accounts_formeraddress ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON accounts_formeraddress TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON accounts_formeraddress FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON accounts_formeraddress TO ra_backup;
GRANT SELECT, DELETE ON accounts_formeraddress TO ra_worker;
CREATE POLICY letters ON accounts_formeraddress TO ra_worker USING (true) WITH CHECK (false);

CREATE FUNCTION accounts_write_to(person uuid, address text, moment timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS
$$
DECLARE
    letter uuid := gen_random_uuid();
BEGIN
    IF address = '' THEN RETURN; END IF;
    INSERT INTO accounts_formeraddress (id, user_id, email, until) VALUES (letter, person, address, moment);
    PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW('alarm', 'ruangaman.notifications.jobs.tell_former', 0, NULL, NULL,
        jsonb_build_object('letter_id', letter), NULL)::procrastinate_job_to_defer_v1]);
END
$$;

CREATE FUNCTION accounts_change_email(person uuid, address text, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    found accounts_user;
BEGIN
    SELECT * INTO found FROM accounts_user u WHERE u.id = person AND u.is_active FOR UPDATE;
    IF found.id IS NULL OR NOT accounts_may_manage(found.unit_id) THEN RETURN false; END IF;
    PERFORM accounts_write_to(person, found.email, moment);
    UPDATE accounts_user SET email = address WHERE id = person;
    RETURN true;
END
$$;

-- Only of an account that was closed in the same act: its name is free for the same person's next one.
CREATE FUNCTION accounts_make_room(person uuid, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    found accounts_user;
BEGIN
    SELECT * INTO found FROM accounts_user u
        WHERE u.id = person AND NOT u.is_active AND u.left_at = moment AND u.username NOT LIKE '%~%' FOR UPDATE;
    IF found.id IS NULL OR NOT accounts_may_manage(found.unit_id) THEN RETURN false; END IF;
    PERFORM accounts_write_to(person, found.email, moment);
    UPDATE accounts_user SET username = left(found.username, 51) || '~' || left(replace(person::text, '-', ''), 12)
        WHERE id = person;
    RETURN true;
END
$$;

REVOKE ALL ON FUNCTION accounts_holds_emergency(uuid), accounts_finish_emergency(uuid, timestamptz),
    accounts_write_to(uuid, text, timestamptz), accounts_change_email(uuid, text, timestamptz),
    accounts_make_room(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_holds_emergency(uuid), accounts_finish_emergency(uuid, timestamptz),
    accounts_change_email(uuid, text, timestamptz), accounts_make_room(uuid, timestamptz) TO ra_web;
"""
NO_ADDRESSES = """
DROP FUNCTION accounts_make_room(uuid, timestamptz);
DROP FUNCTION accounts_change_email(uuid, text, timestamptz);
DROP FUNCTION accounts_write_to(uuid, text, timestamptz);
"""


# The account alone: the vault is asked for the new epochs before, and deletes the wraps of the retired keys afterwards.
CLOSE = """
DROP FUNCTION accounts_close(uuid, timestamptz);
CREATE FUNCTION accounts_close(person uuid, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    found accounts_user;
BEGIN
    SELECT * INTO found FROM accounts_user u WHERE u.id = person AND u.is_active FOR UPDATE;
    IF found.id IS NULL OR person = ra_user() OR NOT accounts_may_manage(found.unit_id) THEN RETURN false; END IF;
    PERFORM accounts_drop_doors(person, found.principal_id, moment);
    UPDATE accounts_user SET is_active = false, left_at = moment, session_epoch = session_epoch + 1 WHERE id = person;
    UPDATE accounts_invitation SET withdrawn_at = moment
        WHERE user_id = person AND used_at IS NULL AND withdrawn_at IS NULL;
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION accounts_close(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_close(uuid, timestamptz) TO ra_web;
"""
BEFORE = import_module("ruangaman.accounts.migrations.0005_lifecycle_rights")
CLOSE_BEFORE = f"""
DROP FUNCTION accounts_close(uuid, timestamptz);
DROP FUNCTION accounts_count_dossiers(uuid);
{BEFORE.LEAVING}
REVOKE ALL ON FUNCTION accounts_close(uuid, timestamptz), accounts_count_dossiers(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_close(uuid, timestamptz), accounts_count_dossiers(uuid) TO ra_web;
"""

LEFT = """
INSERT INTO vault_waiting (id, dossier_id, kind, principal_id, reason, asked_at, declined)
SELECT gen_random_uuid(), l.dossier_id, 'epoch', u.principal_id, 'left', min(l.left_at), false
FROM accounts_leftdossier l JOIN accounts_user u ON u.id = l.user_id
WHERE l.done_at IS NULL AND EXISTS (SELECT 1 FROM vault_dossier d WHERE d.id = l.dossier_id AND d.shredded_at IS NULL)
GROUP BY l.dossier_id, u.principal_id
ON CONFLICT DO NOTHING;
"""
LEFT_BEFORE = """
ALTER TABLE accounts_leftdossier ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON accounts_leftdossier TO ra_migrate USING (true) WITH CHECK (true);
CREATE POLICY backup ON accounts_leftdossier FOR SELECT TO ra_backup USING (true);
GRANT SELECT ON accounts_leftdossier TO ra_backup;
GRANT SELECT, UPDATE (done_at) ON accounts_leftdossier TO ra_web;
CREATE POLICY with_dossier_reads ON accounts_leftdossier FOR SELECT TO ra_web
    USING (EXISTS (SELECT 1 FROM vault_dossier d WHERE d.id = accounts_leftdossier.dossier_id));
CREATE POLICY with_dossier_changes ON accounts_leftdossier FOR UPDATE TO ra_web
    USING (EXISTS (SELECT 1 FROM vault_dossier d WHERE d.id = accounts_leftdossier.dossier_id));
INSERT INTO accounts_leftdossier (id, dossier_id, user_id, left_at)
SELECT gen_random_uuid(), w.dossier_id, u.id, w.asked_at
FROM vault_waiting w JOIN accounts_user u ON u.principal_id = w.principal_id
WHERE w.kind = 'epoch' AND w.done_at IS NULL AND NOT u.is_active;
"""


class Migration(migrations.Migration):
    """Handing on: keys, addresses, names."""

    dependencies = [
        ("accounts", "0005_lifecycle_rights"),
        ("vault", "0004_narrower"),
    ]
    operations = [
        migrations.RemoveConstraint(model_name="doorrequest", name="request_kind_known"),
        migrations.AlterField(
            model_name="doorrequest", name="kind", field=models.CharField(choices=WITH_EMERGENCY, max_length=12)
        ),
        migrations.AddConstraint(model_name="doorrequest", constraint=known(WITH_EMERGENCY)),
        migrations.AddField(
            model_name="doorrequest",
            name="instead_of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="doorrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("instead_of", None),
                    models.Q(("kind", "emergency"), models.Q(("instead_of", models.F("user")), _negated=True)),
                    _connector="OR",
                ),
                name="request_replaces_somebody_else",
            ),
        ),
        migrations.CreateModel(
            name="FormerAddress",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254)),
                ("until", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.RunSQL(LEFT, LEFT_BEFORE),
        migrations.DeleteModel(name="LeftDossier"),
        migrations.RunSQL(CLOSE, CLOSE_BEFORE),
        migrations.RunSQL(EMERGENCY, NO_EMERGENCY),
        migrations.RunSQL(ADDRESSES, NO_ADDRESSES),
    ]
