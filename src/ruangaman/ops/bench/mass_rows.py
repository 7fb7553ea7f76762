"""The statements that make the rows of `mass`. A key comes from a name, so that no table is read to make another.

`bench.whole` says how many there are and who of the city stands among them; `bench.one` is a batch of cases.
"""

from __future__ import annotations

TABLES = (
    "vault_principal", "accounts_unit", "accounts_desk", "accounts_user", "vault_dossier", "vault_grant",
    "vault_blindtag", "cases_case", "cases_assignment", "cases_person", "cases_incident", "cases_task",
    "cases_transition", "clocks_clock", "intake_report",
)  # fmt: skip

HELPERS = (
    "CREATE FUNCTION bench.key(name text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(name)::uuid $$",
    "CREATE FUNCTION bench.dice(number bigint, sides integer) RETURNS integer LANGUAGE sql IMMUTABLE AS"
    " $$ SELECT ((hashint8(number) & 2147483647) % sides)::integer $$",
    """
    CREATE UNLOGGED TABLE bench.one (
        i bigint, is_open boolean, is_large boolean, is_many boolean, waits boolean, place bigint, case_id uuid,
            dossier_id uuid, code text, unit_id uuid,
        emergency uuid, companion uuid, companion_principal uuid, manager uuid, manager_principal uuid, desk_id uuid,
        desk_principal uuid, state text, risk integer, kecamatan text, opened_at timestamptz, closed_at timestamptz,
        due_at timestamptz, presses interval, at timestamptz)
    """,
    """
    CREATE VIEW bench.staff AS
    SELECT 'l' || k AS name, 'pendamping' AS role, w.unit FROM bench.whole w, generate_series(0,
        w.large_companions - 1) k
    UNION ALL
    SELECT 's' || k, 'pendamping', bench.key('unit' || k % w.units) FROM bench.whole w, generate_series(0,
        w.companions - 1) k
    UNION ALL SELECT 'ml' || k, 'manajer', w.unit FROM bench.whole w, generate_series(0, w.large_managers - 1) k
    UNION ALL SELECT 'ms' || k, 'manajer', bench.key('unit' || k) FROM bench.whole w, generate_series(0, w.units - 1) k
    """,
)

# Two from the same place, so that the large unit and a companion of it have their share at every size.
NUMBERED = """
INSERT INTO bench.one
SELECT i, i %% 20 = 0, is_large, is_many, i %% w.waits_every = 0, place, bench.key('case' || i),
    bench.key('dossier' || i),
    'K-' || lpad(upper(to_hex(i * 2654435761 %% 4294967296)), 8, '0'),
    CASE WHEN is_large THEN w.unit ELSE bench.key('unit' || place %% w.units) END,
    CASE WHEN is_large THEN w.emergency ELSE bench.key('emergency' || place %% w.units) END,
    CASE WHEN q.who = 'l0' THEN w.companion ELSE bench.key('user' || q.who) END,
    CASE WHEN q.who = 'l0' THEN w.companion_principal ELSE bench.key('principal' || q.who) END,
    CASE WHEN is_many THEN w.manager ELSE bench.key('user' || q.lead) END,
    CASE WHEN is_many THEN w.manager_principal ELSE bench.key('principal' || q.lead) END,
    CASE WHEN is_large THEN w.desk ELSE bench.key('desk' || place %% w.units) END,
    CASE WHEN is_large THEN w.desk_principal ELSE bench.key('deskprincipal' || place %% w.units) END,
    CASE WHEN i %% 20 > 0 THEN 'closed' ELSE (ARRAY['emergency', 'assessment', 'assessment', 'plan', 'plan', 'services',
        'services', 'services', 'monitoring', 'monitoring'])[1 + bench.dice(i + 3, 10)] END,
    risk, '64.71.0' || 1 + bench.dice(i + 1, 6), opened_at,
    CASE WHEN i %% 20 > 0 THEN opened_at + interval '1 hour' * (1 + bench.dice(i + 5, 2000)) END,
    w.at + interval '1 second' * (bench.dice(i + 2, 2592000) - 864000),
    CASE risk WHEN 4 THEN interval '72 hours' WHEN 3 THEN interval '24 hours' WHEN 2 THEN interval '6 hours'
        ELSE interval '0' END, w.at
FROM bench.whole w, generate_series(%s::bigint, %s::bigint) i,
    LATERAL (SELECT i / 20 AS place, i / 20 <= w.large AS is_large,
        bench.dice(i + 7, w.rows::integer) < w.many AS is_many) p,
    LATERAL (SELECT w.at - interval '2200 days' * (1 - i::float8 / w.rows) - interval '90 days' AS opened_at,
        CASE WHEN bench.dice(i, 100) < 4 THEN 4 WHEN bench.dice(i, 100) < 20 THEN 3 WHEN bench.dice(i, 100) < 60 THEN 2
            ELSE 1 END AS risk,
        CASE WHEN is_large THEN 'l' || place %% w.large_companions ELSE 's' || place %% w.companions END AS who,
        CASE WHEN is_large THEN 'ml' || place %% w.large_managers ELSE 'ms' || place %% w.units END AS lead) q
"""

ONCE = (
    """
    INSERT INTO vault_principal (id, kind, created_at)
    SELECT bench.key('principal' || name), 'user', w.at FROM bench.whole w, bench.staff
    UNION ALL SELECT bench.key('emergency' || k), 'breakglass', w.at FROM bench.whole w, generate_series(0,
        w.units - 1) k
    UNION ALL SELECT bench.key('deskprincipal' || k), 'desk', w.at FROM bench.whole w, generate_series(0, w.units - 1) k
    """,
    """
    INSERT INTO accounts_unit (id, code, name, agency_id, breakglass_id)
    SELECT bench.key('unit' || k), 'massal-' || k, 'Unit massal ' || k, u.agency_id, bench.key('emergency' || k)
    FROM bench.whole w JOIN accounts_unit u ON u.id = w.unit, generate_series(0, w.units - 1) k
    """,
    """
    INSERT INTO accounts_desk (id, code, name, position, principal_id, unit_id)
    SELECT bench.key('desk' || k), 'massal-' || k, 'Meja massal ' || k, 10 + k, bench.key('deskprincipal' || k),
        bench.key('unit' || k)
    FROM bench.whole w, generate_series(0, w.units - 1) k
    """,
    """
    INSERT INTO accounts_user (id, username, email, display_name, role, is_active, language, session_epoch,
        principal_id,
        unit_id)
    SELECT bench.key('user' || name), 'massal-' || name, '', 'Massal ' || name, role, true, 'id', 1,
        bench.key('principal' || name), unit FROM bench.staff
    """,
    # Dossiers that the one with many grants holds beside cases, when there are fewer cases than grants.
    """
    INSERT INTO vault_dossier (id, kind, unit_id, epoch, created_at)
    SELECT bench.key('more' || k), 'report', w.unit, 1, w.at FROM bench.whole w, generate_series(w.rows + 1, w.many) k
    """,
    """
    INSERT INTO vault_grant (id, dossier_id, epoch, principal_id, generation, wrapped, reason, made_at, signature)
    SELECT bench.key('moregrant' || k), bench.key('more' || k), 1, w.manager_principal, 1, '', 'case', w.at, ''
    FROM bench.whole w, generate_series(w.rows + 1, w.many) k
    """,
)

OF_EACH = (
    "INSERT INTO vault_dossier (id, kind, unit_id, epoch, created_at)"
    " SELECT dossier_id, 'case', unit_id, 1, opened_at FROM bench.one",
    """
    INSERT INTO vault_grant (id, dossier_id, epoch, principal_id, generation, compartments, wrapped, reason,
        made_at, signature)
    SELECT bench.key('g1' || i), dossier_id, 1, emergency, 1, NULL, '', 'case', opened_at, '' FROM bench.one
    """,
    """
    INSERT INTO vault_grant (id, dossier_id, epoch, principal_id, generation, compartments, wrapped, reason,
        made_at, signature)
    SELECT bench.key('g2' || i), dossier_id, 1, companion_principal, 1, 254, '', 'case', opened_at, ''
    FROM bench.one WHERE is_open
    """,
    """
    INSERT INTO vault_grant (id, dossier_id, epoch, principal_id, generation, compartments, wrapped, reason,
        made_at, signature)
    SELECT bench.key('g3' || i), dossier_id, 1, o.manager_principal, 1, 254, '', 'case', opened_at, ''
    FROM bench.one o WHERE is_open OR is_many
    """,
    """
    INSERT INTO cases_case (id, code, unit_id, dossier_id, state, state_since, case_type, risk, authority, kecamatan,
        manager_id, opened_at, opened_by_id, closed_at, closed_by_id, closing_reason, unsafe_at)
    SELECT case_id, code, unit_id, dossier_id, state, opened_at, CASE WHEN i % 3 = 0 THEN 'child' ELSE 'woman' END,
        risk,
        'city', kecamatan, manager, opened_at, manager, closed_at, CASE WHEN NOT is_open THEN manager END,
        CASE WHEN is_open THEN '' ELSE 'goals_met' END,
        CASE WHEN is_open AND risk >= 3 AND bench.dice(i, 40) = 0 THEN opened_at + interval '1 hour' END
    FROM bench.one
    """,
    """
    INSERT INTO cases_assignment (id, case_id, user_id, role, since, by_id, until, until_by_id)
    SELECT bench.key('a1' || i), case_id, companion, 'pendamping', opened_at, manager, closed_at,
        CASE WHEN NOT is_open THEN manager END
    FROM bench.one
    """,
    """
    INSERT INTO cases_assignment (id, case_id, user_id, role, since, by_id)
    SELECT bench.key('a2' || i), case_id, manager, 'manajer', opened_at, manager FROM bench.one WHERE is_open
    """,
    """
    INSERT INTO cases_person (id, case_id, kind, sex, age_group, identity_ref, indexed_at, added_at, added_by_id)
    SELECT bench.key('p' || i), case_id, 'victim', 'P', '18-24', bench.key('pi' || i), opened_at, opened_at, manager
    FROM bench.one
    """,
    """
    INSERT INTO vault_blindtag (id, index_id, epoch, kind, tag, subject, dossier_id, ref, added_at)
    SELECT bench.key('t' || i), w.index, 1, 'nik', sha256(('tag' || i)::bytea), 'person', dossier_id,
        bench.key('p' || i), opened_at
    FROM bench.one, bench.whole w
    """,
    """
    INSERT INTO cases_incident (id, case_id, place, kecamatan, forms, narrative_ref, added_at, added_by_id)
    SELECT bench.key('i' || i), case_id, 'home', kecamatan, ARRAY['physical'], bench.key('in' || i), opened_at, manager
    FROM bench.one WHERE i % 4 = 0
    """,
    """
    INSERT INTO cases_task (id, case_id, ref, owner_id, made_at, made_by_id, due_at, done_at, done_by_id)
    SELECT bench.key('k' || i), case_id, bench.key('kr' || i), companion, opened_at, manager,
        CASE WHEN is_open THEN due_at ELSE closed_at END, closed_at, CASE WHEN NOT is_open THEN companion END
    FROM bench.one WHERE i % 4 = 0
    """,
    """
    INSERT INTO cases_transition (id, case_id, from_state, to_state, by_id, at, reason_code, reason_ref)
    SELECT bench.key('m' || i), case_id, 'assessment', 'plan', manager, opened_at, '', bench.key('mr' || i)
    FROM bench.one WHERE i % 4 = 0
    """,
    # Two needs of an open case run, one of a closed one was met.
    """
    INSERT INTO clocks_clock (id, kind_id, dossier_id, about, subject, anchor, unit_id, owner_id, lead_id, danger,
        kecamatan, started_at, due_at, presses_at, pause_reason, paused_seconds, snooze_reason, level, escalates_at,
        stopped_at, stopped_on)
    SELECT bench.key('ct' || i), k.id, dossier_id, 'case', code, bench.key('k' || i), unit_id, companion, manager, risk,
        kecamatan, opened_at, due_at, due_at - presses, '', 0, '', 0, CASE WHEN is_open THEN due_at END, closed_at,
        CASE WHEN is_open THEN '' ELSE 'cases.task_done' END
    FROM bench.one, clocks_clockkind k WHERE k.key = 'task'
    """,
    """
    INSERT INTO clocks_clock (id, kind_id, limit_id, dossier_id, about, subject, unit_id, owner_id, lead_id, danger,
        kecamatan, started_at, due_at, presses_at, pause_reason, paused_seconds, snooze_reason, level, stopped_on)
    SELECT bench.key('cr' || i), k.id, (SELECT l.id FROM clocks_limit l WHERE l.key = k.limit_key LIMIT 1), dossier_id,
        'case', code, unit_id, manager, manager, risk, kecamatan, opened_at, due_at + interval '9 days',
        due_at + interval '9 days' - presses, '', 0, '', 0, ''
    FROM bench.one, clocks_clockkind k WHERE k.key = 'case.review' AND is_open
    """,
    # A tenth has its report here too: with a dossier of its own, which the desk opens. Few of those wait.
    "INSERT INTO vault_dossier (id, kind, unit_id, epoch, created_at)"
    " SELECT bench.key('rd' || i), 'report', unit_id, 1, opened_at FROM bench.one WHERE i % 10 = 0",
    """
    INSERT INTO vault_grant (id, dossier_id, epoch, principal_id, generation, compartments, wrapped, reason,
        made_at, signature)
    SELECT bench.key('g4' || i), bench.key('rd' || i), 1, desk_principal, 1, NULL, '', 'intake', opened_at, ''
    FROM bench.one WHERE i % 10 = 0
    """,
    """
    INSERT INTO intake_report (id, code, dossier_id, desk_id, channel, received_at, now, dangers, who, size_class,
        danger,
        state, needs_desk, due_at, limit_key, answers_ref, contact_ref, case_type, authority, triaged_by_id, triaged_at,
        refusal_reason, case_id)
    SELECT bench.key('r' || i), 'L-' || substr(code, 3), bench.key('rd' || i), desk_id, 'web', opened_at, '', '{}',
        '', 2,
        risk, CASE WHEN waits THEN 'received' ELSE 'case_opened' END, waits, due_at, 'report.low', bench.key('ra' || i),
        bench.key('rc' || i), CASE WHEN waits THEN '' ELSE 'woman' END, CASE WHEN waits THEN '' ELSE 'city' END,
        CASE WHEN NOT waits THEN manager END, CASE WHEN NOT waits THEN opened_at END, '',
        CASE WHEN NOT waits THEN case_id END
    FROM bench.one WHERE i % 10 = 0
    """,
    """
    INSERT INTO clocks_clock (id, kind_id, limit_id, dossier_id, about, subject, unit_id, desk_id, danger, kecamatan,
        started_at, due_at, presses_at, pause_reason, paused_seconds, snooze_reason, level, stopped_on)
    SELECT bench.key('cd' || i), k.id, (SELECT l.id FROM clocks_limit l WHERE l.key = k.limit_key LIMIT 1),
        bench.key('rd' || i), 'report', 'L-' || substr(code, 3), unit_id, desk_id, risk, '', opened_at, due_at,
        due_at - presses, '', 0, '', 0, ''
    FROM bench.one, clocks_clockkind k WHERE k.key = 'desk.decide' AND waits
    """,
)
