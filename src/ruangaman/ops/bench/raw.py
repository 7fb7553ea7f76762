"""PostgreSQL alone: pgbench writes the rows of one accepted report, again and again, by plain SQL."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from ruangaman.ops import binaries, demo
from ruangaman.ops.bench.house import House

CLIENTS = 16
_NEW = "gen_random_uuid()"
_RANDOM_BYTES = "sha256(uuid_send(gen_random_uuid()))"
_LATEST = "(SELECT * FROM intake_report WHERE channel = 'web' ORDER BY received_at DESC, id LIMIT 1)"
_EVENTS = f"SELECT e.lane, e.seq FROM audit_auditevent e JOIN {_LATEST} r ON e.subject IN (r.code, r.dossier_id::text)"

ROWS: dict[str, tuple[str, dict[str, str]]] = {
    "intake_idempotencykey": (
        "report_id = (SELECT id FROM latest)",
        {"key_hmac": _RANDOM_BYTES, "report_id": ":report"},
    ),
    "intake_report": (
        "id = (SELECT id FROM latest)",
        {"id": ":report", "dossier_id": ":dossier", "code": "substr(md5(random()::text), 1, 10)"},
    ),
    "procrastinate_jobs": ("args->>'report_id' = (SELECT id FROM latest)::text", {}),
    "vault_principal": ("id = (SELECT principal_id FROM receipt)", {"id": ":receipt"}),
    "vault_principalkey": (
        "principal_id = (SELECT principal_id FROM receipt)",
        {"id": _NEW, "principal_id": ":receipt"},
    ),
    "vault_dossier": ("id = (SELECT dossier_id FROM latest)", {"id": ":dossier"}),
    "vault_dossierepoch": ("dossier_id = (SELECT dossier_id FROM latest)", {"id": _NEW, "dossier_id": ":dossier"}),
    "vault_sealed": ("dossier_id = (SELECT dossier_id FROM latest)", {"ref": _NEW, "dossier_id": ":dossier"}),
    "vault_receiptlocator": (
        "dossier_id = (SELECT dossier_id FROM latest)",
        {"locator": f"substr({_RANDOM_BYTES}, 1, 16)", "principal_id": ":receipt", "dossier_id": ":dossier"},
    ),
    "vault_grant": (
        "dossier_id = (SELECT dossier_id FROM latest)",
        {
            "id": _NEW,
            "dossier_id": ":dossier",
            "principal_id": "CASE WHEN reason = 'receipt' THEN :receipt ELSE principal_id END",
        },
    ),
    "audit_auditevent": ("(lane, seq) IN (SELECT lane, seq FROM events)", {"seq": "nextval('bench.seq')"}),
    "audit_auditseal": (
        "(lane, seq) IN (SELECT lane, seq FROM events)",
        {"seq": "nextval('bench.seq')", "ref": _NEW},
    ),
    "vault_publicsession": ("session_key = (SELECT max(session_key) FROM vault_publicsession)", {}),
}
"""Each table of an accepted report: which of its rows are that report's, and what differs in the next one.

The rows of the trail are written without its chain, the job without its queue: this is the most that the disk and
PostgreSQL could do, not what a correct program could.
"""
_ONCE = {"procrastinate_jobs": {"id"}}
_OWN = {"vault_publicsession": {"session_key": "encode(sha256(uuid_send(gen_random_uuid())), 'hex')"}}


class RawWriter:
    """The script, made from the newest report of a house."""

    def __init__(self, house: House) -> None:
        """Copy the rows of the newest report, and write the script."""
        self.house = house
        self.script = house.folder / "raw.sql"
        with psycopg.connect(house.conninfo(), autocommit=True) as connection:
            self.script.write_text(_script(connection))
        programs = binaries.find(major=house.server.major)
        self.program = Path(programs.program("pgbench"))

    def rate(self, seconds: int) -> float:
        """Write for so many seconds; return the transactions in one."""
        socket = self.house.server.socket
        command = [str(self.program), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=2"]
        command += [f"--time={seconds}", f"--file={self.script}", "-h", str(socket), "-U", "ra_owner", demo.DATABASE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = re.search(r"tps = ([\d.]+)", done.stdout)
        if done.returncode or found is None:
            raise demo.DemoError(f"pgbench failed: {done.stderr[-500:]}")
        return float(found[1])


def _script(connection: psycopg.Connection) -> str:
    connection.execute("DROP SCHEMA IF EXISTS bench CASCADE")
    connection.execute("CREATE SCHEMA bench")
    connection.execute("CREATE SEQUENCE bench.seq START 1000000000")
    lines = ["SELECT gen_random_uuid() AS report, gen_random_uuid() AS dossier, gen_random_uuid() AS receipt \\gset"]
    lines.append("BEGIN;")
    for table, (which, changes) in ROWS.items():
        _keep(connection, table, which)
        columns = _columns(connection, table, leave_out=_ONCE.get(table, set()))
        new = {**changes, **_OWN.get(table, {})}
        quoted = {name: sql.Identifier(name).as_string(connection) for name in columns}
        values = ", ".join(_typed(new.get(name, quoted[name])) for name in columns)
        lines.append(f"INSERT INTO {table} ({', '.join(quoted.values())}) SELECT {values} FROM bench.{table};")
    return "\n".join([*lines, "COMMIT;", ""])


def _keep(connection: psycopg.Connection, table: str, which: str) -> None:
    words = (
        f"CREATE TABLE bench.{table} AS WITH latest AS {_LATEST}, events AS ({_EVENTS}),"
        " receipt AS (SELECT l.principal_id FROM vault_receiptlocator l JOIN latest r ON r.dossier_id = l.dossier_id)"
        f" SELECT * FROM {table} WHERE {which}"
    )
    if not connection.execute(words.encode()).rowcount:
        raise demo.DemoError(f"The newest report has no row in {table}: the bench has to learn where it went.")


def _columns(connection: psycopg.Connection, table: str, *, leave_out: set[str]) -> list[str]:
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in rows if name not in leave_out]


def _typed(expression: str) -> str:
    return re.sub(r":(report|dossier|receipt)\b", r":\1::uuid", expression)
