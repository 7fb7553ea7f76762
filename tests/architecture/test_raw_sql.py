"""The hand-written matrix of rows against the database itself: every role, every actor, every table, every verb."""

# ruff: noqa: S608 - statements are put together from names of the database itself and of raw_matrix.py
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ruangaman.accounts.models import User
from ruangaman.cases.models import Case, Glass
from ruangaman.intake.models import Report
from tests.architecture.raw_asking import (
    Cell,
    Database,
    Row,
    array,
    attempt,
    circle,
    copy_of,
    is_refused,
    myself,
    read_cells,
    run,
    session,
    settings_of,
)
from tests.architecture.raw_matrix import (
    ASKED,
    CHANGES,
    FINDS,
    FUNCTIONS,
    INDEX,
    LOGINS,
    NEAR,
    ROLES,
    RULED,
    STAFF,
    STREET,
    TABLES,
    Actor,
)
from tests.architecture.raw_world import make_raw_world
from tests.support.once import one_transaction

TARGETS = {"dossier_id": "vault_dossier", "case_id": "cases_case", "report_id": "intake_report"}
"""A row to put in is tried about each of these, whether or not there is one yet."""
OF_DOSSIERS = frozenset({"vault_dossier", "cases_case"})


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: Any) -> Iterator[Database]:
    """The world, made once; each test looks at it and leaves it as it was."""
    with one_transaction(django_db_blocker):
        found = Database(make_raw_world())
        run("SET CONSTRAINTS ALL IMMEDIATE")
        found.load()
        yield found


def test_every_table_stands_in_the_matrix(database: Database):
    there = {name for (name,) in run("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                                     " AND relkind IN ('r', 'p', 'v', 'm', 'f')")}  # fmt: skip
    assert there - set(TABLES) == set(), "say in raw_matrix.py who may read it"
    assert set(TABLES) - there == set(), "such a table does not exist any more"
    for role, cells in ROLES.items():
        assert set(cells) <= set(TABLES), role
    empty = {name for name, table in database.tables.items() if not table.rows}
    assert empty == {name for name, about in TABLES.items() if about is None}, "where nothing is, nothing is shown"


@pytest.mark.parametrize("role", ROLES)
def test_each_role_names_the_columns_that_the_matrix_says(database: Database, role: str):
    wrong = []
    with session(role):
        for name, table in database.tables.items():
            cells = read_cells(name, ROLES[role].get(name, ""))
            for verb, statement in (
                ("S", 'SELECT "{0}" FROM {1} WHERE false'),
                ("U", 'UPDATE {1} SET "{0}" = DEFAULT WHERE false'),
            ):
                may = {one for one in table.columns if not is_refused(attempt(statement.format(one, name))[0])}
                cell = cells.get(verb)
                said = set(cell.only or table.columns) if cell else set()
                if may != said:
                    wrong.append(f"{role} {verb} {name}: {sorted(may ^ said)}")
            for verb, statement in (
                ("I", "INSERT INTO {} DEFAULT VALUES"),
                ("D", "DELETE FROM {} WHERE false"),
                ("", "TRUNCATE {} CASCADE"),
            ):
                denied = "permission denied" in attempt(statement.format(name))[0]
                if denied == (verb in cells):
                    wrong.append(f"{role} {verb or 'TRUNCATE'} {name}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("login", LOGINS)
def test_a_login_has_no_right_but_to_take_on_its_roles(database: Database, login: str):
    with session("", login):
        takes = {
            role for role in (*ROLES, "ra_migrate", "ra_owner", *LOGINS) if not attempt(f"SET LOCAL ROLE {role}")[0]
        }
        for name in TABLES:
            for statement in (
                "SELECT FROM public.{}",
                "INSERT INTO public.{} DEFAULT VALUES",
                "DELETE FROM public.{}",
                "TRUNCATE public.{}",
            ):
                assert "permission denied" in attempt(statement.format(name))[0], f"{login}: {name}"
    assert takes - {login} == LOGINS[login]


@pytest.mark.parametrize("who", STAFF)
def test_staff_read_and_write_the_rows_that_the_matrix_says(database: Database, who: str):
    name = who.removesuffix(" as keeper")
    user = database.world.people.get(name)
    assert (user is None) == (who == "nobody")
    check(database, "ra_web", STAFF[who], user, settings_of(user, keeper=name != who))


@pytest.mark.parametrize("who", STREET)
def test_the_street_reads_and_writes_the_rows_that_the_matrix_says(database: Database, who: str):
    receipt = database.world.receipts.get(who.removesuffix(" receipt"))
    check(database, "ra_public", STREET[who], None, {"principals": array([receipt])} if receipt else {})


@pytest.mark.parametrize("role", ["ra_worker", "ra_sender", "ra_audit", "ra_backup"])
def test_the_others_read_and_write_the_rows_that_the_matrix_says(database: Database, role: str):
    check(database, role, Actor(), None, {})


def check(database: Database, role: str, actor: Actor, user: User | None, settings: dict[str, str]) -> None:
    """Run every verb on every table, and compare with the matrix."""
    wrong: list[str] = []
    for name in TABLES:
        cells = read_cells(name, ROLES[role].get(name, ""))
        wanted = {verb: database.rows_in(name, cells[verb], actor) for verb in "SUD" if verb in cells}
        inserts = list(rows_to_put_in(database, name, cells["I"], actor, user)) if "I" in cells else []
        with session(role, **settings):
            found = {verb: rows_of(database, name, verb, cells[verb], user) for verb in wanted}
            for row, may, about in inserts:
                if is_refused(attempt(*copy_of(name, row))[0]) == may:
                    wrong.append(f"I {name} about {about}: {'refused' if may else 'taken'}")
        for verb, rows in found.items():
            hidden = verb == "S" and cells[verb].only
            expected = values(database, name, cells[verb], wanted[verb]) if hidden else wanted[verb]
            more, less = (told(database, name, one) for one in (rows - expected, expected - rows))
            if more or less:
                wrong.append(f"{verb} {name}: too many {more}, missing {less}")
    assert not wrong, "\n".join(wrong)


def values(database: Database, table: str, cell: Cell, keys: set[str]) -> set[str]:
    """What is to be read of rows whose keys one may not read."""
    key = ", ".join(f'"{column}"' for column in database.tables[table].key)
    columns = ", ".join(cell.only)
    return {value for pk, value in run(f'SELECT ROW({key})::text, ROW({columns})::text FROM "{table}"') if pk in keys}


def rows_of(database: Database, name: str, verb: str, cell: Cell, user: User | None) -> set[str]:
    """The rows that a statement without a condition reads, changes or deletes."""
    table = database.tables[name]
    key = "ROW({})::text".format(", ".join(f'"{column}"' for column in table.key))
    if verb == "S":
        shown = key if not cell.only else f"ROW({', '.join(cell.only)})::text"
        answer, rows = attempt(f'SELECT {shown} FROM "{name}"')
        assert not answer, f"{name}: {answer}"
        return {row[0] for row in rows}
    if verb == "D":
        return touched(database, name, f'DELETE FROM "{name}"')
    return touched(database, name, f'UPDATE "{name}" SET {CHANGES[name].format(me=myself(user, name))}')


def touched(database: Database, name: str, statement: str) -> set[str]:
    """The rows that a statement changes or takes away, by what the owner sees afterwards. It reads nothing itself."""
    key = ", ".join(f'"{column}"' for column in database.tables[name].key)
    run("SAVEPOINT touching")
    run("SET CONSTRAINTS ALL DEFERRED")
    run(statement)
    run("RESET SESSION AUTHORIZATION")
    run("SET LOCAL ROLE ra_migrate")
    left = set(run(f'SELECT ROW({key})::text, ctid::text FROM "{name}"'))
    run("ROLLBACK TO touching")
    return {pk for pk, place in database.tables[name].places.items() if (pk, place) not in left}


def rows_to_put_in(
    database: Database, name: str, cell: Cell, actor: Actor, user: User | None
) -> Iterator[tuple[Row, bool, str]]:
    """Rows to try, whether the matrix allows them, and what they are about; by oneself if it matters by whom."""
    table, fits = database.tables[name], database.matching(name, cell.where)
    names = circle(actor, cell.circles[0][0])
    mine = {cell.by: myself(user, name)} if cell.by else {}
    targets = target_ids(database, cell.column)
    seen: set[tuple[str, bool]] = set()
    for pk, row in table.rows.items():
        about = targets or {database.called(name, row, cell.column): row.get(cell.column)}
        for target, value in about.items():
            if (target, pk in fits) not in seen:
                seen.add((target, pk in fits))
                changed = row | ({cell.column: value} if cell.column else {}) | mine
                by_somebody = user is not None or not cell.by
                yield changed, pk in fits and by_somebody and (names is None or target in names), target


def target_ids(database: Database, column: str) -> dict[str, str]:
    """Name → id of everything that a row could be about."""
    if column not in TARGETS:
        return {}
    return {database.world.names[row["id"]]: row["id"] for row in database.tables[TARGETS[column]].rows.values()}


def told(database: Database, name: str, keys: set[str]) -> list[str]:
    """Rows by what they are about, for people to read."""
    rows, about = database.tables[name].rows, TABLES[name] or ""
    return sorted({database.called(name, rows[pk], about) if pk in rows else pk for pk in keys})


def test_nothing_is_put_in_in_the_name_of_another(database: Database):
    taken = []
    other = database.world.people["hukum"]
    for who in ("petugas", "manajer", "kepala", "admin as keeper", "dpo as keeper"):
        name = who.removesuffix(" as keeper")
        user = database.world.people[name]
        for table, text in ROLES["ra_web"].items():
            cell = read_cells(table, text).get("I")
            if cell is None or not cell.by:
                continue
            rows = [
                row | {cell.by: myself(other, table)}
                for row, _, _ in rows_to_put_in(database, table, cell, STAFF[who], user)
            ]
            with session("ra_web", **settings_of(user, keeper=name != who)):
                taken += [f"{who} {table}" for row in rows if not is_refused(attempt(*copy_of(table, row))[0])]
    assert not taken


@pytest.mark.parametrize("role", FUNCTIONS)
def test_each_role_calls_the_functions_that_the_matrix_says(database: Database, role: str):
    said = FUNCTIONS[role].split()
    found = {name for (name,) in run("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
                                     " AND has_function_privilege(%s, oid, 'execute')", role)}  # fmt: skip
    starts = tuple(name.removesuffix("*") for name in said if name.endswith("*"))
    assert {name for name in found if not (starts and name.startswith(starts))} == {
        n for n in said if not n.endswith("*")
    }


@pytest.mark.parametrize(("role", "question", "name"), ASKED)
def test_functions_answer_about_what_is_one_s_own(database: Database, role: str, question: str, name: str):
    actors = {"ra_web": STAFF, "ra_public": STREET}.get(role, {"nobody": Actor()})
    types = [row["type"] for row in database.tables["audit_auditevent"].rows.values()]
    things = {database.world.names[str(one.dossier_id)]: (one.dossier_id, one.code, None) for one in Case.objects.all()}
    things |= {database.world.names[str(one.pk)]: (one.dossier_id, one.code, one.pk) for one in Report.objects.all()}
    wrong = []
    for who, actor in actors.items():
        plain = who.removesuffix(" as keeper")
        user = database.world.people.get(plain) if role == "ra_web" else None
        receipt = database.world.receipts.get(who.removesuffix(" receipt")) if role == "ra_public" else None
        settings = {"principals": array([receipt])} if receipt else settings_of(user, keeper=plain != who)
        with session(role, **settings):
            for thing, (dossier, code, report) in things.items():
                slots = {
                    "dossier": f"'{dossier}'",
                    "code": f"'{code}'",
                    "report": f"'{report}'",
                    "types": f"'{array(set(types))}'",
                }
                if report is None and "{report}" in question:
                    continue
                answer, rows = attempt(question.format(**slots))
                names = circle(actor, name)
                if answer or bool(rows) != (names is None or thing in names):
                    wrong.append(f"{who} about {thing}: {answer or bool(rows)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("who", "cases", "dossiers", "finds"),
    [
        ("pendamping", {"case"}, {"case", "before case"}, frozenset()),
        ("petugas", set(), NEAR - {"late", "before past"}, FINDS | RULED),
    ],
)
def test_what_has_expired_is_shown_no_more_once_the_worker_was_there(
    database: Database, who: str, cases: set[str], dossiers: set[str], finds: frozenset[str]
) -> None:
    run("SAVEPOINT expired")
    run("SET LOCAL ROLE ra_worker")
    run("DELETE FROM vault_grant WHERE not_after < now()")
    run("SET LOCAL ROLE ra_migrate")
    with session("ra_web", **settings_of(database.world.people[who])):
        shown = [attempt(f"SELECT {column} FROM {table}")[1] for column, table in (
            ("id", "cases_case"), ("dossier_id", "vault_sealed"), ("id", "vault_dossier"))]  # fmt: skip
    run("ROLLBACK TO expired")
    names = [{database.world.names[str(pk)] for (pk,) in rows} for rows in shown]
    assert names == [cases, dossiers | finds - {INDEX}, dossiers | finds], "an index holds nothing sealed"


def test_with_broken_glass_one_case_is_seen_and_nothing_is_changed(database: Database) -> None:
    user, world = database.world.people["dinsos"], database.world
    glass = Glass.objects.get(opener=user)
    run("SAVEPOINT broken")
    run("UPDATE cases_glass SET closed_at = NULL, closed_by_id = NULL, ending = '' WHERE id = %s", glass.pk)
    tables = [
        name for name, about in TABLES.items() if name in OF_DOSSIERS or about in {*TARGETS, "incident_id", "file_id"}
    ]
    tables = [name for name in tables if name.startswith(("vault_", "cases_"))]
    found: dict[str, tuple[set[str], list[str]]] = {}
    for broken in ("", str(glass.pk)):
        with session("ra_web", **settings_of(user), glass=broken):
            shown = {name for (pk,) in attempt("SELECT id FROM cases_case")[1] for name in [world.names[str(pk)]]}
            held = {world.names[str(pk)] for (pk,) in attempt("SELECT dossier_id FROM vault_sealed")[1]}
            changed = [name for name in tables if changes(database, name, user)]
        found[broken] = (shown | held, changed)
    run("ROLLBACK TO broken")
    before, after = found[""], found[str(glass.pk)]
    assert after[0] - before[0] == {"elsewhere"}
    assert "elsewhere" not in before[0]
    assert {"vault_sealed", "vault_grant", "vault_keeping"} <= set(before[1])  # of what is one's own
    assert after[1] == []


OWN_THINGS = frozenset(
    {
        "vault_staffsession", "vault_door", "vault_draft", "vault_lookup", "vault_principal", "vault_principalkey",
        "vault_keysignature", "vault_groupkey", "vault_keyofficer", "vault_officerlist", "vault_blindindex",
        "vault_blindtag", "vault_meeting", "vault_bar", "vault_publicsession",
    }
)  # fmt: skip
"""What is of a person or of the directory: no case is changed by it."""


def test_no_table_of_cases_is_changed_through_broken_glass(database: Database) -> None:
    written = """
        SELECT t.relname, v.verb FROM pg_class t, (VALUES ('INSERT'), ('UPDATE'), ('DELETE')) v (verb)
        WHERE t.relkind = 'r' AND t.relname ~ '^(cases_|consents_|clocks_clock$|vault_)'
          AND (has_table_privilege('ra_web', t.oid, v.verb)
               OR v.verb <> 'DELETE' AND has_any_column_privilege('ra_web', t.oid, v.verb))
    """
    shut = (
        "SELECT tablename, cmd FROM pg_policies WHERE permissive = 'RESTRICTIVE' AND starts_with(policyname, 'glass_')"
    )
    open_ones = set(attempt(written)[1]) - set(attempt(shut)[1])
    assert {table for table, _verb in open_ones} <= OWN_THINGS, open_ones


def changes(database: Database, name: str, user: User) -> bool:
    """Whether anything of a table can be put in, changed or taken away."""
    cells = read_cells(name, ROLES["ra_web"].get(name, ""))
    if any(verb in cells and rows_of(database, name, verb, cells[verb], user) for verb in "UD"):
        return True
    if "I" not in cells:
        return False
    mine = {cells["I"].by: myself(user, name)} if cells["I"].by else {}
    rows = [row | mine for row in database.tables[name].rows.values()]
    return any(not is_refused(attempt(*copy_of(name, row))[0]) for row in rows)


def _columns(role: str) -> Callable[[Database], None]:
    return lambda database: test_each_role_names_the_columns_that_the_matrix_says(database, role)


def _stranger(database: Database) -> None:
    test_staff_read_and_write_the_rows_that_the_matrix_says(database, "kader")


WIDER = (
    ("CREATE TABLE notes_of_mine (id integer)", test_every_table_stands_in_the_matrix),
    ("GRANT SELECT (salt) ON vault_door TO ra_public", _columns("ra_public")),
    ("GRANT UPDATE (shredded_at) ON vault_dossier TO ra_web", _columns("ra_web")),
    ("GRANT TRUNCATE ON vault_sealed TO ra_web", _columns("ra_web")),
    ("ALTER POLICY own_reads ON vault_grant USING (true)", _stranger),
    ("ALTER POLICY staff_reads ON vault_sealed USING (true)", _stranger),
    ("ALTER POLICY staff_changes ON cases_case USING (true)", _stranger),
    ("ALTER POLICY staff_adds ON vault_sealed WITH CHECK (true)", _stranger),
    ("ALTER POLICY unplan ON accounts_dutyshift USING (true)", _stranger),
    ("ALTER TABLE intake_report DISABLE ROW LEVEL SECURITY", _stranger),
)


@pytest.mark.parametrize(("statement", "look"), WIDER)
def test_a_wider_door_is_seen(database: Database, statement: str, look: Callable[[Database], None]):
    """The control: each of these makes one of the tests above fail."""
    run("SAVEPOINT wider")
    run(statement)
    try:
        with pytest.raises(AssertionError):
            look(database)
    finally:
        run("ROLLBACK TO wider")
