"""An address for letters ends with what it was for: a paper that is used, withdrawn or too old, an account that is closed.

Nobody is written to there any more; in the clear it would only help whoever steals a copy of the database.
"""

from __future__ import annotations

from django.db import migrations

ENDED = """
CREATE FUNCTION accounts_end_address() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS
$$
BEGIN
    NEW.email := '';
    RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION accounts_end_address() FROM PUBLIC;

CREATE TRIGGER address_ends BEFORE INSERT OR UPDATE ON accounts_invitation FOR EACH ROW
    WHEN (NEW.used_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION accounts_end_address();
CREATE TRIGGER address_ends BEFORE INSERT OR UPDATE ON accounts_user FOR EACH ROW
    WHEN (NEW.left_at IS NOT NULL) EXECUTE FUNCTION accounts_end_address();

-- What becomes too old is not written by anybody: the worker comes by.
CREATE FUNCTION accounts_end_addresses(moment timestamptz) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    ended bigint;
BEGIN
    UPDATE accounts_invitation SET email = '' WHERE email <> '' AND expires_at <= least(moment, now());
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END
$$;

-- Whoever moves to other work gets a letter where they were reached before; the closed account knows no address.
CREATE FUNCTION accounts_tell_of_move(person uuid, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    found accounts_user;
BEGIN
    SELECT * INTO found FROM accounts_user u WHERE u.id = person AND u.is_active;
    IF found.id IS NULL OR NOT accounts_may_manage(found.unit_id) THEN RETURN false; END IF;
    PERFORM accounts_write_to(person, found.email, moment);
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION accounts_end_addresses(timestamptz), accounts_tell_of_move(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_end_addresses(timestamptz) TO ra_worker;
GRANT EXECUTE ON FUNCTION accounts_tell_of_move(uuid, timestamptz) TO ra_web;

UPDATE accounts_invitation SET email = ''
    WHERE email <> '' AND (used_at IS NOT NULL OR withdrawn_at IS NOT NULL OR expires_at <= now());
UPDATE accounts_user SET email = '' WHERE email <> '' AND left_at IS NOT NULL;
"""
KEPT = """
DROP TRIGGER address_ends ON accounts_user;
DROP TRIGGER address_ends ON accounts_invitation;
DROP FUNCTION accounts_tell_of_move(uuid, timestamptz);
DROP FUNCTION accounts_end_addresses(timestamptz);
DROP FUNCTION accounts_end_address();
"""


class Migration(migrations.Migration):
    """No address outlives its use."""

    dependencies = [("accounts", "0010_declared")]

    operations = [migrations.RunSQL(ENDED, KEPT)]
