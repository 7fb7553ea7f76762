"""What the worker clears away (keys and sessions whose time is over, what broken uploads left in the spool, what the
ledger says was erased), and what it signs."""

from __future__ import annotations

from procrastinate.contrib.django import app

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.core import clock
from ruangaman.vault import files, services, sessions


@app.periodic(cron="7 * * * *")
@app.task(name="ruangaman.vault.jobs.clear_away", queueing_lock="clear_away")
def clear_away(timestamp: int) -> dict[str, int]:
    """Delete expired wraps, dead sessions, old drafts and forgotten spool files. Running twice does no harm."""
    at = clock.now()
    with unit_of_work(Role.WORKER):
        grants = services.delete_expired_grants(at=at)
        dead = sessions.delete_expired_sessions(at=at)
        lookups = services.delete_old_lookups(at=at)
        drafts = services.delete_old_drafts(at=at)
    deleted = {"grants": grants, "sessions": dead, "lookups": lookups, "drafts": drafts}
    return {**deleted, "files": files.sweep_spool(at=at)}


@app.periodic(cron="*/10 * * * *")
@app.task(name="ruangaman.vault.jobs.checkpoint", queueing_lock="checkpoint")
def checkpoint(timestamp: int) -> int:
    """Sign what the audit trail is now. Returns the checkpoint's number; 0: nothing has happened since the last one."""
    made = services.make_checkpoint(at=clock.now())
    return made.number if made else 0


@app.periodic(cron="23 * * * *")
@app.task(name="ruangaman.vault.jobs.replay_erasures", queueing_lock="replay_erasures")
def replay_erasures(timestamp: int) -> int:
    """Erase again what the ledger says is erased and the database still holds. Running twice does no harm."""
    with unit_of_work(Role.WORKER):
        return services.replay_ledger(at=clock.now())
