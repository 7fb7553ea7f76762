"""Keys of forms are forgotten after a day; a form that is sent after that is known by its receipt, and shows nothing."""

from __future__ import annotations

from django.db import migrations

# The database refuses to forget what may still be sent again, whatever the worker asks for.
FORGET = """
GRANT DELETE, SELECT (accepted_at) ON intake_idempotencykey TO ra_worker;
CREATE POLICY expiry ON intake_idempotencykey TO ra_worker
    USING (accepted_at < now() - interval '24 hours') WITH CHECK (false);
"""

# As in 0002, but for the question whether the receipt is there: without its key `earlier` is empty, so 'other'.
ACCEPT = """
CREATE OR REPLACE FUNCTION intake_accept(used_key bytea, used_cookie bytea, report jsonb, files jsonb) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    moment timestamptz := (report->>'at')::timestamptz;
    earlier record;
BEGIN
    INSERT INTO intake_idempotencykey (key_hmac, cookie_hmac, report_id, accepted_at)
    SELECT used_key, used_cookie, (report->>'id')::uuid, moment
    WHERE NOT EXISTS (SELECT 1 FROM vault_receiptlocator l WHERE l.locator = decode(report->>'locator', 'hex'))
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        SELECT k.cookie_hmac, k.accepted_at INTO earlier FROM intake_idempotencykey k WHERE k.key_hmac = used_key;
        RETURN CASE
            WHEN earlier.cookie_hmac IS DISTINCT FROM used_cookie THEN 'other'
            WHEN moment - earlier.accepted_at > CASE WHEN used_cookie = ''::bytea THEN interval '10 minutes'
                                                     ELSE interval '24 hours' END THEN 'other'
            ELSE 'same' END;
    END IF;
    INSERT INTO intake_report (id, code, dossier_id, desk_id, channel, received_at, now, dangers, who, size_class, danger,
                               state, needs_desk, due_at, limit_key, answers_ref, contact_ref, case_type, authority,
                               refusal_reason)
    SELECT r.id, r.code, r.dossier, r.desk, r.channel, moment, r.now, r.dangers, r.who, r.size_class, r.danger,
           'received', true, r.due_at, r.limit_key, r.answers_ref, r.contact_ref, '', '', ''
    FROM jsonb_to_record(report) AS r(id uuid, code text, dossier uuid, desk uuid, channel text, now text, dangers text[],
        who text, size_class smallint, danger smallint, due_at timestamptz, limit_key text, answers_ref uuid,
        contact_ref uuid);
    INSERT INTO intake_attachment (id, report_id, message_id, file_id, key_ref, position)
    SELECT f.id, (report->>'id')::uuid, NULL, f.file_id, f.key_ref, f.position
    FROM jsonb_to_recordset(files) AS f(id uuid, file_id uuid, key_ref uuid, position smallint);
    PERFORM intake_alarm((report->>'id')::uuid, (report->>'desk')::uuid);
    RETURN 'fresh';
END
$$;
"""


class Migration(migrations.Migration):
    """The worker's right to forget, and what still recognises a form."""

    dependencies = [("intake", "0003_desk_rights"), ("vault", "0002_rights")]
    operations = [migrations.RunSQL(FORGET), migrations.RunSQL(ACCEPT)]
