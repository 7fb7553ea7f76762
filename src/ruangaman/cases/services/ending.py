"""The end of a case and what comes after: handing over, contacts afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ruangaman.accounts.models import Agency, User
from ruangaman.audit.types import Detail
from ruangaman.cases import events, policies
from ruangaman.cases.models import Aftercare, Case, Episode, Transfer
from ruangaman.cases.selectors.aftercare import month_of, months_left
from ruangaman.cases.selectors.needs import month_clock, subject_of
from ruangaman.cases.services.loading import find_first, lock_case, lock_of_team, lock_writable, seal, write_note
from ruangaman.cases.services.reviewing import see_safe, see_unsafe
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import AFTERCARE_MONTHS, CLOSED_STATES, CaseState, Doing, note_content
from ruangaman.clocks import services as clocks
from ruangaman.consents.models import Consent
from ruangaman.consents.types import OWN_PURPOSES, Basis
from ruangaman.core.clock import end_of_day
from ruangaman.core.errors import Conflict, DomainError, NotAllowed, NotFound
from ruangaman.vault.types import Compartment


@transaction.atomic
def send_transfer(
    *,
    code: str,
    to: Agency | None,
    name: str,
    letter: str,
    words: str,
    basis: Basis | None = None,
    why: str = "",
    by: User,
    at: datetime,
    transfer_id: UUID | None = None,
) -> Transfer:
    """Record that the case was handed to another office by letter.

    Args:
        to: None: an office that is not known here, named by `name`.
        letter: the letter's number; sealed with the rest in the work compartment.
        basis: what allows it where the ledger holds no consent to share with `to`; None: the ledger does.
        why: what that basis rests on; sealed with the rest.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: `by` does not manage it.
        DomainError: no office, no letter, or nothing that allows it.
        CaseClosed: nothing is written.

    Writes: the sealed words, the row, one `cases.transfer_sent` event.
    Source: domain.md 2.3, state 3b.
    """
    case = lock_writable(code, by)
    found = find_first(Transfer, transfer_id, case)
    if found is not None:
        return found
    if not policies.can_assign(by, case):
        raise NotAllowed(_("Hanya manajer kasus yang melimpahkan kasus."))
    if (to is None and not name) or not letter:
        raise DomainError(_("Tulis kepada siapa kasus ini dilimpahkan, dan nomor suratnya."))
    allowed = _basis_of(case, to, basis, why, at)
    facts = [("Nomor surat", letter), (gettext_noop("Lembaga"), to.name if to else name)]
    if why.strip():
        facts.append((gettext_noop("Dasar pelimpahan"), why))
    content = note_content(words, facts)
    ref = seal(case, Compartment.WORK, content, by=by, at=at)
    row = Transfer(id=transfer_id or uuid4(), case=case, at=at, by=by, to=to, basis=allowed, ref=ref)
    row.save(force_insert=True)
    detail: Detail = {"transfer": str(row.pk), "to": to.code if to else "", "basis": str(allowed)}
    tell(events.TRANSFER_SENT, case, by=by, at=at, detail=detail)
    return row


def _basis_of(case: Case, to: Agency | None, basis: Basis | None, why: str, at: datetime) -> Basis:
    """Return what allows a transfer: the ledger's entry about this office, or what is said in its place.

    Raises:
        DomainError: neither. An office outside of the list stands in no ledger: a consent for it is on paper.
    """
    live = Consent.objects.live(at).filter(dossier_id=case.dossier_id, recipient=to).exclude(purpose__in=OWN_PURPOSES)
    found = live.order_by("-given_at").values_list("basis", flat=True).first() if to is not None else None
    if found is not None:
        return Basis(found)
    if basis is None or not why.strip():
        raise DomainError(_("Belum ada persetujuan untuk berbagi dengan lembaga ini, dan belum ada dasar lain."))
    if to is not None and basis is Basis.CONSENT:
        raise DomainError(_("Catat dulu persetujuannya untuk berbagi dengan lembaga ini, di halaman persetujuan."))
    return basis


@transaction.atomic
def acknowledge_transfer(*, code: str, transfer_id: UUID, who: str, on: date, by: User, at: datetime) -> Transfer:
    """Record that the other office took the case on, as its paper says. Recorded before: it is returned as it is.

    Args:
        who: who signed there, and on which paper; sealed in the work compartment.
        on: the day on the paper.

    Raises:
        NotFound: no such case or transfer for `by`.
        DomainError: nobody named, or a day that is not between sending and now.
        CaseClosed, NotAllowed: nothing is written.

    Writes: the sealed words, the row, one `cases.transfer_acknowledged` event.
    """
    case = lock_writable(code, by)
    row = Transfer.objects.select_for_update(of=("self",)).filter(pk=transfer_id, case=case, withdrawn_at=None).first()
    if row is None:
        raise NotFound(_("Pelimpahan ini tidak ada dalam kasus ini."))
    if row.acknowledged_at is not None:
        return row
    if not who or not timezone.localdate(row.at) <= on <= timezone.localdate(at):
        raise DomainError(_("Tulis siapa yang menerima, dan tanggal pada tanda terimanya."))
    content = note_content(who, [("Tanggal tanda terima", on.isoformat())])
    row.acknowledged_ref = seal(case, Compartment.WORK, content, by=by, at=at)
    row.acknowledged_at, row.acknowledged_by = at, by
    row.save(update_fields=["acknowledged_at", "acknowledged_by", "acknowledged_ref"])
    tell(events.TRANSFER_ACKNOWLEDGED, case, by=by, at=at, detail={"transfer": str(row.pk)})
    return row


@transaction.atomic
def plan_aftercare(*, code: str, days: Mapping[int, date], by: User, at: datetime) -> list[Aftercare]:
    """Plan contacts for after the closing, each once: the same days again change nothing.

    Each begins the clock of its month, which ends on that day. A contact that was taken away can be planned anew; one
    that waits or was held cannot.

    Args:
        days: by which of `types.AFTERCARE_MONTHS` it is for.

    Raises:
        NotFound: no such case for `by`.
        NotAllowed: `by` does not manage it.
        Conflict: the case is still open, the contact of such a month is planned or held already, or another one is on
            that day.
        DomainError: no day, one that is not to come, one day for two contacts, or a later month before an earlier one.

    Writes: the rows, clocks, one `cases.aftercare_planned` event for each.
    Source: domain.md 2.3, state 9.
    """
    case = lock_case(code, by)
    if not policies.can_close(by, case):
        raise NotAllowed(_("Hanya manajer kasus yang menjadwalkan kontak sesudah penutupan."))
    if CaseState(case.state) not in CLOSED_STATES:
        raise Conflict(_("Kontak sesudah penutupan dijadwalkan setelah kasus ditutup."))
    if not days or min(days.values()) <= timezone.localdate(at):
        raise DomainError(_("Pilih hari yang masih akan datang."))
    if len(set(days.values())) < len(days):
        raise DomainError(_("Pilih hari yang berbeda untuk tiap kontak."))
    known = list(Aftercare.objects.filter(case=case))
    waiting = {month_of(case, row): row.due_on for row in known if row.cancelled_at is None and row.held_at is None}
    new = {month: day for month, day in days.items() if waiting.get(month) != day}
    on_days = {row.due_on for row in known if row.cancelled_at is None}
    if not set(new) <= set(months_left(case, known)):
        raise Conflict(_("Kontaknya sudah dijadwalkan. Batalkan dulu yang tidak jadi, lalu jadwalkan lagi."))
    if not on_days.isdisjoint(new.values()):
        raise Conflict(_("Hari itu sudah dipakai untuk kontak yang lain."))
    in_turn = [day for _month, day in sorted({**waiting, **new}.items())]
    if in_turn != sorted(in_turn):
        raise DomainError(_("Hari kontaknya perlu berurutan: yang pertama lebih dulu daripada yang berikutnya."))
    rows = [Aftercare(case=case, at=at, by=by, due_on=day, month=month) for month, day in sorted(new.items())]
    Aftercare.objects.bulk_create(rows)
    for row in rows:
        detail: Detail = {"aftercare": str(row.pk), "month": row.month, "due_on": row.due_on.isoformat()}
        tell(events.AFTERCARE_PLANNED, case, by=by, at=at, detail=detail, promised_at=end_of_day(row.due_on))
    return rows


def resume_contacts(case: Case, *, since: datetime, at: datetime) -> None:
    """Let the clocks of contacts that were planned before the case was opened again run on once it is closed again.

    Args:
        since: when the episode began that ends.
    """
    clocks.resume_ended(
        event=events.CASE_REOPENED.key,
        subject=subject_of(case),
        since=since,
        at=at,
        only=map(month_clock, AFTERCARE_MONTHS),
    )


@transaction.atomic
def contact_after(*, code: str, contact_id: UUID, doing: Doing, words: str, by: User, at: datetime) -> Aftercare:
    """Record how it goes after the closing. Recorded before: it is returned as it is.

    The day that was planned comes whether or not the case was moved on: it is recorded as soon as the case is closed.
    That she is not safe raises an alarm, which only opening the case again ends, or a contact that finds her well.

    Args:
        words: sealed in the work compartment; asked for where she was not safe before and is now.

    Raises:
        NotFound: no such case or planned contact for `by`.
        NotAllowed: `by` has no part in the case.
        DomainError: safe now and not before, without a word.

    Writes: the sealed words, the row, the case, one `cases.aftercare_contacted` event; where she is not safe and the
        danger was less than high, that too.
    """
    case = lock_of_team(code, by)
    row = Aftercare.objects.select_for_update(of=("self",)).filter(pk=contact_id, case=case, cancelled_at=None).first()
    if row is None:
        raise NotFound(_("Jadwal kontak ini tidak ada dalam kasus ini."))
    if row.held_at is not None:
        return row
    row.ref = seal(case, Compartment.WORK, note_content(words), by=by, at=at) if words else None
    if doing is Doing.DANGER:
        row.before = see_unsafe(case, by=by, at=at)
    elif doing is Doing.WELL:
        see_safe(case, words)
    row.held_at, row.held_by, row.doing = at, by, doing
    row.save(update_fields=["held_at", "held_by", "doing", "before", "ref"])
    detail: Detail = {"aftercare": str(row.pk), "month": month_of(case, row), "doing": str(doing)}
    tell(events.AFTERCARE_CONTACTED, case, by=by, at=at, detail=detail)
    return row


@transaction.atomic
def try_after(*, code: str, contact_id: UUID, again_on: date, words: str, by: User, at: datetime) -> Aftercare:
    """Record that nobody was reached: the contact stays due, on another day. The same day again changes nothing.

    Args:
        words: sealed in the work compartment, in the note that every try leaves in the story of the case.

    Raises:
        NotFound: no such case or planned contact for `by`.
        NotAllowed: `by` has no part in the case.
        DomainError: a day that is not to come.
        Conflict: the contact was held already, or the next one waits for that day or an earlier one.

    Writes: the note, the row, its clock, one `cases.aftercare_tried` event.
    """
    case = lock_of_team(code, by)
    row = Aftercare.objects.select_for_update(of=("self",)).filter(pk=contact_id, case=case, cancelled_at=None).first()
    if row is None:
        raise NotFound(_("Jadwal kontak ini tidak ada dalam kasus ini."))
    if row.held_at is not None:
        raise Conflict(_("Kontak ini sudah dilakukan."))
    if row.tries and row.due_on == again_on:
        return row
    if again_on <= timezone.localdate(at):
        raise DomainError(_("Pilih hari yang masih akan datang."))
    others = Aftercare.objects.filter(case=case, held_at=None, cancelled_at=None, due_on__gt=row.due_on)
    if others.filter(due_on__lte=again_on).exists():
        raise Conflict(_("Hari itu kontak berikutnya sudah dijadwalkan: pilih hari sebelumnya."))
    content = note_content(words, [(gettext_noop("Tidak terhubung, dicoba lagi"), again_on.isoformat())])
    write_note(case, Compartment.WORK, content, by=by, at=at)
    row.due_on, row.tries, row.tried_at = again_on, row.tries + 1, at
    row.save(update_fields=["due_on", "tries", "tried_at"])
    detail: Detail = {"aftercare": str(row.pk), "month": month_of(case, row), "due_on": again_on.isoformat()}
    tell(events.AFTERCARE_TRIED, case, by=by, at=at, detail=detail, promised_at=end_of_day(again_on))
    return row


def next_episode(case: Case) -> int:
    """Return the number of the episode that begins when the case is opened again."""
    last = Episode.objects.filter(case=case).order_by("-number").values_list("number", flat=True).first()
    return (last or 1) + 1
