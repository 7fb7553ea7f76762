"""Taking a report in: everything slow first, without a connection; then one short transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from ruangaman.audit.services import record, run_prepared
from ruangaman.core.codes import new_report_code
from ruangaman.intake import events
from ruangaman.intake.errors import NoDeskLeft, NotReady
from ruangaman.intake.types import LIMIT_KEYS, DeskFacts, Outcome, Reception, ReportDraft, answer_hours, size_class
from ruangaman.vault import receipts
from ruangaman.vault import services as vault
from ruangaman.vault.files import SealedUpload
from ruangaman.vault.receipts import Receipt
from ruangaman.vault.types import Compartment, Content

NO_COOKIE = b""


@dataclass(frozen=True)
class PreparedReport:
    """A report that only has to be written."""

    id: UUID
    code: str
    key_hmac: bytes
    cookie_hmac: bytes
    receipt: Receipt = field(repr=False)
    acceptance: vault.Acceptance = field(repr=False)
    row: dict[str, object] = field(repr=False)
    files: list[dict[str, object]]
    hours: int
    """Until when somebody answers, counted from `at`; 0: at once."""
    at: datetime
    kept_from: list[str] = field(default_factory=list, repr=False)
    """Who must not know, by name, for the page that confirms it."""


def prepare_report(
    *,
    draft: ReportDraft,
    uploads: Sequence[SealedUpload],
    key: str,
    cookie: str | None,
    reception: Reception,
    at: datetime,
) -> PreparedReport:
    """Choose the desk, derive the receipt and seal; takes no connection.

    Args:
        key: the form's idempotency key; one that is not ours is replaced, and such a form is never recognised again.
        cookie: of the browser that sends; None: it refuses cookies.
        at: kept to the minute: a finer time, beside a provider's records, would tell whose telephone it was.

    Raises:
        NoDeskLeft: every desk is avoided.
        NotReady: no desk has a key that may be used.
        Busy: too many send at once.
    """
    if not reception.desks:
        raise NotReady(_("Di sini belum ada petugas yang bisa menerima ceritamu. Telepon salah satu nomor ini."))
    desk = reception.desk_for(draft.avoid)
    if desk is None:
        raise NoDeskLeft(_("Semua kantor yang bisa menerima ceritamu ada di pilihanmu. Telepon salah satu nomor ini."))
    key = key if receipts.check_key(key) else receipts.mint_key(cookie)
    receipt, at = receipts.derive_receipt(key), at.replace(second=0, microsecond=0)
    acceptance = vault.prepare_acceptance(
        directory=vault.load_directory(),
        desk_id=desk.principal_id,
        unit_id=desk.unit_id,
        contents={Compartment.NARRATIVE: [_answers(draft)], Compartment.CONTACT: [_contact(draft)]},
        files=uploads,
        receipt=receipt,
        at=at,
        breakglass_id=desk.breakglass_id,
    )
    report_id, code = uuid4(), new_report_code()
    return PreparedReport(
        id=report_id,
        code=code,
        key_hmac=receipts.key_hmac(key),
        cookie_hmac=receipts.cookie_hmac(cookie) if cookie else NO_COOKIE,
        receipt=receipt,
        acceptance=acceptance,
        row=_row(report_id, code, draft, desk, acceptance, reception, at, len(uploads)),
        files=file_rows(acceptance.file_refs),
        hours=answer_hours(draft.danger, reception.hours[LIMIT_KEYS[draft.danger]]),
        at=at,
        kept_from=[name for code, name in reception.avoidable if code in draft.avoid],
    )


def accept_report(*, prepared: PreparedReport) -> Outcome:
    """Write a report, its dossier, its key and the desk's alarm; of one form sent twice only the first is written.

    Runs as the public: nobody is signed in, so there is no `by`.

    Writes: report, attachments, idempotency key, one job, the dossier; one `intake.accepted` event.
    """
    row = {**prepared.row, "locator": prepared.receipt.locator.hex()}
    answer: Any = run_prepared(
        "SELECT intake_accept(%s, %s, %s, %s)",
        [prepared.key_hmac, prepared.cookie_hmac, json.dumps(row), json.dumps(prepared.files)],
    )
    outcome = Outcome(answer[0])
    if outcome is not Outcome.FRESH:
        if prepared.acceptance.slot is not None:
            prepared.acceptance.slot.release()
        return outcome
    vault.write_acceptance(prepared.acceptance, prepared.at)
    record(
        events.ACCEPTED,
        by=None,
        subject=prepared.code,
        at=prepared.at,
        dossier_id=prepared.acceptance.dossier_id,
        detail={
            "channel": str(prepared.row["channel"]),
            "danger": int(str(prepared.row["danger"])),
            "files": len(prepared.files),
        },
    )
    return outcome


def file_rows(refs: Sequence[tuple[UUID, UUID]]) -> list[dict[str, object]]:
    """Return the attachments of (file id, key reference) pairs, in their order."""
    return [
        {"id": str(uuid4()), "file_id": str(file_id), "key_ref": str(ref), "position": position}
        for position, (file_id, ref) in enumerate(refs)
    ]


def _answers(draft: ReportDraft) -> Content:
    return {
        "what": draft.what,
        "when": draft.when,
        "where": draft.where,
        "kinds": list(draft.kinds),
        "relation": draft.relation,
        "age_group": draft.age_group,
        "voice": draft.voice,
    }


def _contact(draft: ReportDraft) -> Content:
    return {
        "way": draft.contact,
        "value": draft.contact_value,
        "hours": draft.contact_hours,
        "name": draft.contact_name,
        "avoid": list(draft.avoid),
    }


def _row(
    report_id: UUID,
    code: str,
    draft: ReportDraft,
    desk: DeskFacts,
    acceptance: vault.Acceptance,
    reception: Reception,
    at: datetime,
    files: int,
) -> dict[str, object]:
    limit_key = LIMIT_KEYS[draft.danger]
    return {
        "id": str(report_id),
        "code": code,
        "at": at.isoformat(),
        "dossier": str(acceptance.dossier_id),
        "desk": str(desk.id),
        "channel": draft.channel,
        "now": draft.now,
        "dangers": list(draft.dangers),
        "who": draft.who,
        "size_class": int(size_class(characters=len(draft.what), files=files)),
        "danger": int(draft.danger),
        "due_at": (at + timedelta(hours=answer_hours(draft.danger, reception.hours[limit_key]))).isoformat(),
        "limit_key": limit_key,
        "answers_ref": str(acceptance.refs[Compartment.NARRATIVE, 0]),
        "contact_ref": str(acceptance.refs[Compartment.CONTACT, 0]),
    }
