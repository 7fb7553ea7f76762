# ruff: noqa: S608 - statements are put together from this file alone
"""What each database role sees and may do in the vault, by raw SQL."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.vault import receipts, services
from ruangaman.vault.models import ErasureOrder, Sealed
from ruangaman.vault.types import Compartment, HoldReason
from tests.factories.vault import EVERYTHING, FEB_1, Person, Town, grant, working
from tests.vault.test_services_acceptance import accept, officer, prepare  # noqa: F401 - a fixture
from tests.vault.test_services_contents import seal

pytestmark = pytest.mark.sql

DENIED = r"permission denied|row-level security"
SEALED = (
    "door",
    "groupkey",
    "grant",
    "sealed",
    "frame",
    "sealedfile",
    "receiptlocator",
    "staffsession",
    "publicsession",
)
ALL = (*SEALED, "principal", "principalkey", "keysignature", "keyofficer", "officerlist", "dossier", "dossierepoch",
       "installationcheck", "waiting", "keeping", "legalhold", "erasureorder")  # fmt: skip


def run(role: Role, sql: str, principals: list[UUID] = [], units: list[UUID] = []) -> list[tuple]:  # noqa: B006
    """Run a statement as a role that looks for these principals, and undo it."""
    with unit_of_work(role) as unit, connection.cursor() as cursor:
        unit.roll_back()
        if principals or units:
            unit.set_viewer(uuid4(), principals, units)
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


@pytest.fixture
def full(town: Town, officer: Person) -> services.Acceptance:  # noqa: F811
    """A report, a case, a session: rows in every table that matters."""
    receipt = receipts.derive_receipt(receipts.mint_key(None))
    acceptance = prepare(officer.desks[0], receipt=receipt)
    accept(acceptance)
    lead = town.person()
    seal(town.dossier(lead).dossier_id, lead)
    return acceptance


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.WEB])
@pytest.mark.parametrize(
    "table", ["grant", "sealed", "frame", "sealedfile", "dossier", "dossierepoch", "groupkey", "door"]
)
def test_nobody_looking_sees_nothing(full, role, table):
    if role is Role.PUBLIC and table in {"groupkey", "door"}:
        with pytest.raises(ProgrammingError, match=DENIED):
            run(role, f"SELECT * FROM vault_{table}")
    else:
        assert run(role, f"SELECT * FROM vault_{table}") == []
    assert run(Role.MIGRATE, "SELECT 1 FROM vault_grant") != []


def test_a_viewer_setting_that_is_empty_shows_nothing(full):
    with unit_of_work(Role.WEB) as unit, connection.cursor() as cursor:
        unit.set_viewer(uuid4(), [])
        for table in ("grant", "sealed", "dossier"):
            cursor.execute(f"SELECT count(*) FROM vault_{table}")
            assert cursor.fetchone() == (0,)


def test_staff_see_their_own_grants_and_what_these_open(full, officer):  # noqa: F811
    desk, stranger = officer.desks, [uuid4()]
    assert len(run(Role.WEB, "SELECT * FROM vault_grant", desk)) == 1
    assert len(run(Role.WEB, "SELECT * FROM vault_sealed", desk)) == 3
    assert run(Role.WEB, "SELECT id FROM vault_dossier", desk) == [(full.dossier_id,)]
    assert run(Role.WEB, "SELECT dossier_id FROM vault_grant", desk) == [(full.dossier_id,)]
    for table in ("grant", "sealed", "dossier"):
        assert run(Role.WEB, f"SELECT * FROM vault_{table}", stranger) == []


def test_overseers_see_that_a_dossier_is_there_and_nothing_in_it(town: Town):
    lead, unit = town.person(), uuid4()
    dossier = town.dossier(lead, unit_id=unit)
    seal(dossier.dossier_id, lead)
    assert run(Role.WEB, "SELECT id FROM vault_dossier", [uuid4()], [unit]) == [(dossier.dossier_id,)]
    for table in ("grant", "sealed", "dossierepoch"):
        assert run(Role.WEB, f"SELECT * FROM vault_{table}", [uuid4()], [unit]) == []


def test_a_receipt_sees_its_thread(full):
    own = [full.receipt_id]
    assert run(Role.PUBLIC, "SELECT compartment FROM vault_sealed", own) == [(8,)]
    assert len(run(Role.PUBLIC, "SELECT * FROM vault_grant", own)) == 1
    assert run(Role.PUBLIC, "SELECT id FROM vault_dossier", own) == [(full.dossier_id,)]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE vault_sealed SET envelope = ''",
        "DELETE FROM vault_sealed",
        "UPDATE vault_grant SET not_after = now()",
        "DELETE FROM vault_grant",
        "SELECT * FROM vault_receiptlocator",
        "SELECT * FROM vault_door",
        "SELECT * FROM vault_groupkey",
        "SELECT * FROM vault_staffsession",
        "INSERT INTO vault_keyofficer VALUES (gen_random_uuid(), '', now())",
        "SELECT vault_dossier_grants(gen_random_uuid())",
        "SELECT vault_delete_grants(gen_random_uuid(), NULL)",
        "SELECT vault_read_door(gen_random_uuid(), 'password')",
        "SELECT vault_may_add(gen_random_uuid())",
        "INSERT INTO vault_principal (id, kind, created_at) VALUES (gen_random_uuid(), 'desk', now())",
        "INSERT INTO vault_dossier (id, kind, epoch, created_at) VALUES (gen_random_uuid(), 'report', 2, now())",
    ],
)
def test_the_street_changes_and_reads_nothing_else(full, sql):
    with pytest.raises(ProgrammingError, match=DENIED):
        run(Role.PUBLIC, sql, [full.receipt_id])


def test_the_street_adds_to_the_thread_alone(full):
    insert = (
        "INSERT INTO vault_sealed (ref, dossier_id, compartment, epoch, version, envelope, sealed_at)"
        f" VALUES (gen_random_uuid(), '{full.dossier_id}', {{}}, 1, {{}}, '', now())"
    )
    assert run(Role.PUBLIC, insert.format(8, 1), [full.receipt_id]) == [(1,)]
    for part, version, who in ((3, 1, full.receipt_id), (8, 2, full.receipt_id), (8, 1, uuid4())):
        with pytest.raises(ProgrammingError, match=DENIED):
            run(Role.PUBLIC, insert.format(part, version), [who])
    with pytest.raises(ProgrammingError, match=DENIED):
        run(Role.PUBLIC, insert.format(8, 1))


def test_the_street_adds_no_grant_to_a_dossier_that_is_there(full):
    sql = (
        "INSERT INTO vault_grant (id, dossier_id, epoch, principal_id, generation, compartments, wrapped, reason,"
        f" made_at, signature) SELECT gen_random_uuid(), '{full.dossier_id}', 1, '{full.receipt_id}', 1, 2, '', 'x',"
        " now(), ''"
    )
    with pytest.raises(ProgrammingError, match=DENIED):
        run(Role.PUBLIC, sql, [full.receipt_id])


def test_staff_add_grants_in_their_own_name_where_they_hold_one(full, officer):  # noqa: F811
    sql = (
        "INSERT INTO vault_grant (id, dossier_id, epoch, principal_id, generation, compartments, wrapped, grantor_id,"
        f" reason, made_at, signature) SELECT gen_random_uuid(), '{full.dossier_id}', 1, '{full.receipt_id}', 1, 2, '',"
        " {}, 'x', now(), ''"
    )
    mine = f"'{officer.principal_id}'"
    assert run(Role.WEB, sql.format(mine), officer.principals) == [(1,)]
    stranger = uuid4()
    for grantor, viewer in ((mine, [stranger]), (f"'{full.receipt_id}'", officer.principals), ("NULL", [stranger])):
        with pytest.raises(ProgrammingError, match=DENIED):
            run(Role.WEB, sql.format(grantor), viewer)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM vault_grant",
        "UPDATE vault_grant SET not_after = NULL",
        "DELETE FROM vault_sealed",
        "UPDATE vault_sealed SET dossier_id = gen_random_uuid()",
        "DELETE FROM vault_groupkey",
        "UPDATE vault_principalkey SET kem_public = ''",
        "DELETE FROM vault_principalkey",
        "UPDATE vault_keysignature SET signature = ''",
        "SELECT * FROM vault_receiptlocator",
        "SELECT * FROM vault_publicsession",
        "SELECT vault_locate_receipt('x')",
        "UPDATE vault_installationcheck SET value = ''",
        "TRUNCATE vault_sealed",
    ],
)
def test_staff_have_no_right_beyond_their_work(full, officer, sql):  # noqa: F811
    with pytest.raises(ProgrammingError, match=DENIED):
        run(Role.WEB, sql, officer.principals)


def test_staff_change_only_what_they_hold(full, officer):  # noqa: F811
    sql = "UPDATE vault_sealed SET version = version + 1"
    assert run(Role.WEB, sql, officer.principals) == [(3,)]
    assert run(Role.WEB, sql, [uuid4()]) == [(0,)]


def test_grants_of_others_are_shown_and_deleted_only_for_holders(full, officer):  # noqa: F811
    look = f"SELECT principal_id FROM vault_dossier_grants('{full.dossier_id}')"
    drop = f"SELECT vault_delete_grants('{full.dossier_id}', '{officer.desks[0]}')"
    assert len(run(Role.WEB, look, officer.principals)) == 3
    assert run(Role.WEB, look, [uuid4()]) == []
    assert run(Role.WEB, drop, [uuid4()]) == [(0,)]
    assert run(Role.WEB, drop, officer.principals) == [(1,)]
    everything = f"SELECT vault_delete_grants('{full.dossier_id}', NULL)"
    assert run(Role.WEB, everything, officer.principals) == [(0,)]  # only erasing takes all of them


@pytest.fixture
def registers(full, officer):  # noqa: F811
    """A row in every register, about the report."""
    with working(officer):
        ref = {"dossier_id": full.dossier_id, "by": officer, "at": FEB_1}
        services.end_dossier(kind="report", state="refused", code="L-00000001", **ref)
        services.place_hold(reason=HoldReason.COURT, **ref)
        services.ask_for_new_epoch(dossier_ids=[full.dossier_id], reason="left", by=officer, at=FEB_1)
    ErasureOrder(
        dossier_id=full.dossier_id, reason="due", proposed_by_id=officer.principal_id, proposed_at=FEB_1
    ).save()
    return full


REGISTERS = ("waiting", "keeping", "legalhold", "erasureorder")


@pytest.mark.parametrize("table", REGISTERS)
def test_registers_are_seen_by_holders_and_the_unit_and_nobody_else(registers, officer, table):  # noqa: F811
    sql = f"SELECT count(*) FROM vault_{table}"
    assert run(Role.WEB, sql) == [(0,)]
    assert run(Role.WEB, sql, [uuid4()], [uuid4()]) == [(0,)]
    assert run(Role.WEB, sql, officer.principals) == [(1,)]
    for role in (Role.PUBLIC, Role.WORKER, Role.SENDER, Role.AUDIT):
        with pytest.raises(ProgrammingError, match=DENIED):
            run(role, sql)


@pytest.mark.parametrize("table", REGISTERS)
def test_a_keeper_sees_what_has_ended_and_not_what_waits(registers, table):
    who = uuid4()
    with unit_of_work(Role.WEB) as unit, connection.cursor() as cursor:
        unit.roll_back()
        unit.set_viewer(who, [uuid4()])
        services.enter_as_keeper(who)
        cursor.execute(f"SELECT count(*) FROM vault_{table}")
        assert cursor.fetchone() == ((0,) if table == "waiting" else (1,))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE vault_keeping SET keep_until = now()",
        "UPDATE vault_legalhold SET reason = 'x'",
        "DELETE FROM vault_legalhold",
        "DELETE FROM vault_erasureorder",
        "DELETE FROM vault_waiting",
        "UPDATE vault_waiting SET compartments = 1",
        "UPDATE vault_dossier SET shredded_at = now()",
        "INSERT INTO vault_retentionclass SELECT * FROM vault_retentionclass",
        "SELECT vault_not_shredded(ARRAY[]::uuid[])",
        "SELECT * FROM vault_shredded()",
    ],
)
def test_staff_rewrite_no_register(registers, officer, sql):  # noqa: F811
    with pytest.raises(ProgrammingError, match=DENIED):
        run(Role.WEB, sql, officer.principals)


def test_a_holder_who_keeps_no_register_orders_nothing(registers, officer):  # noqa: F811
    assert run(Role.WEB, "UPDATE vault_erasureorder SET withdrawn_at = now()", officer.principals) == [(0,)]
    columns = "id, dossier_id, reason, proposed_by_id, proposed_at"
    values = f"gen_random_uuid(), '{registers.dossier_id}', 'due', '{officer.principal_id}', now()"
    with pytest.raises(ProgrammingError, match=DENIED):
        run(Role.WEB, f"INSERT INTO vault_erasureorder ({columns}) VALUES ({values})", officer.principals)
    with pytest.raises(ProgrammingError, match="nobody ordered"):
        run(Role.WEB, f"SELECT vault_shred('{registers.dossier_id}', now())", officer.principals)
    for role in (Role.PUBLIC, Role.SENDER, Role.AUDIT, Role.BACKUP):
        with pytest.raises(ProgrammingError, match="permission denied for function"):
            run(role, f"SELECT vault_shred('{registers.dossier_id}', now())")


def test_nothing_is_put_into_an_erased_dossier_from_the_street(full):
    with unit_of_work(Role.WORKER), connection.cursor() as cursor:
        cursor.execute("SELECT vault_shred(%s, now())", [full.dossier_id])
    sql = (
        "INSERT INTO vault_sealed (ref, dossier_id, compartment, epoch, version, envelope, sealed_at)"
        f" VALUES (gen_random_uuid(), '{full.dossier_id}', 8, 1, 1, '', now())"
    )
    with pytest.raises(ProgrammingError, match=DENIED):
        run(Role.PUBLIC, sql)


def test_a_temporary_table_does_not_widen_what_is_seen(full, officer):  # noqa: F811
    try:
        run(Role.WEB, "CREATE TEMP TABLE vault_grant (dossier_id uuid, principal_id uuid)")
    except ProgrammingError:
        return
    with unit_of_work(Role.WEB) as unit, connection.cursor() as cursor:
        unit.roll_back()
        stranger = uuid4()
        unit.set_viewer(uuid4(), [stranger])
        cursor.execute("CREATE TEMP TABLE vault_grant (dossier_id uuid, principal_id uuid)")
        cursor.execute("INSERT INTO vault_grant VALUES (%s, %s)", [full.dossier_id, stranger])
        cursor.execute("SELECT count(*) FROM vault_sealed")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("role", [Role.WORKER, Role.SENDER, Role.AUDIT])
@pytest.mark.parametrize("table", ALL)
def test_workers_read_no_table_of_the_vault(full, role, table):
    with pytest.raises(ProgrammingError, match=DENIED):
        run(role, f"SELECT * FROM vault_{table}")


def test_the_worker_s_columns_tell_nothing(full):
    assert run(Role.WORKER, "SELECT not_after FROM vault_grant") == []
    for sql in ("SELECT wrapped FROM vault_grant", "SELECT principal_id FROM vault_grant"):
        with pytest.raises(ProgrammingError, match=DENIED):
            run(Role.WORKER, sql)


@pytest.mark.parametrize("table", ALL)
def test_the_backup_reads_and_changes_nothing(full, table):
    run(Role.BACKUP, f"SELECT * FROM vault_{table}")
    for sql in (f"DELETE FROM vault_{table}", f"TRUNCATE vault_{table}"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            run(Role.BACKUP, sql)


def test_every_table_is_shut_by_default(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
            " WHERE relkind = 'r' AND (relname LIKE 'vault\\_%%' OR relname LIKE 'audit\\_%%')"
        )
        rows = cursor.fetchall()
    assert {row[0] for row in rows} == {f"vault_{table}" for table in ALL} | {
        "audit_auditevent", "audit_auditlane", "audit_auditseal", "audit_auditcheckpoint", "audit_auditalarm",
        "vault_retentionclass", "vault_blindindex", "vault_blindtag", "vault_lookup", "vault_meeting", "vault_bar",
        "vault_draft",
    }  # fmt: skip
    assert all(shut and forced for _name, shut, forced in rows)


def test_a_door_is_read_one_at_a_time(town: Town):
    lead, other = town.person(), town.person()
    assert run(Role.WEB, f"SELECT * FROM vault_read_door('{lead.principal_id}', 'printed')") == []
    assert len(run(Role.WEB, f"SELECT * FROM vault_read_door('{lead.principal_id}', 'password')")) == 1
    assert len(run(Role.WEB, "SELECT * FROM vault_door", [lead.principal_id])) == 1
    assert run(Role.WEB, "UPDATE vault_door SET verifier = ''", [other.principal_id]) == [(1,)]


def test_a_signature_is_left_in_one_s_own_name(town: Town):
    key = run(Role.MIGRATE, "SELECT id FROM vault_principalkey LIMIT 1")[0][0]
    sql = f"INSERT INTO vault_keysignature VALUES (gen_random_uuid(), '', now(), '{key}', '{town.first.principal_id}')"
    with pytest.raises(ProgrammingError, match=DENIED):
        run(Role.WEB, sql, [town.second.principal_id])


def test_the_services_work_the_same_for_the_owner_s_role(town: Town):
    lead = town.person()
    with working(role=Role.MIGRATE):
        dossier = services.new_dossier(kind="case", unit_id=None, grants=[grant(lead, *EVERYTHING)], at=FEB_1, by=lead)
        services.seal(dossier_id=dossier.dossier_id, compartment=Compartment.WORK, content={}, by=lead, at=FEB_1)
        services.revoke(dossier_id=dossier.dossier_id, principal_id=lead.principal_id, by=lead, at=FEB_1)
    assert Sealed.objects.count() == 1
