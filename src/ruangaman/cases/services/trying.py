"""Trying to reach her: by the way that she permits and at her hours, or knowing what it may do to her."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events
from ruangaman.cases.models import Case, ContactTry
from ruangaman.cases.selectors.facts import began_at
from ruangaman.cases.selectors.people import SafeToReach, open_safe_contact
from ruangaman.cases.services.loading import find_first, lock_writable, seal
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import (
    LATEST_NOTE,
    Reached,
    TryFault,
    Way,
    is_harmless,
    note_content,
    permitted_way,
)
from ruangaman.core.errors import DomainError
from ruangaman.ui.moments import when
from ruangaman.vault.types import Compartment


@transaction.atomic
def try_contact(
    *,
    code: str,
    way: Way,
    result: Reached,
    words: str,
    why: str = "",
    knows_danger: bool = False,
    is_in_hours: bool | None = None,
    tried_at: datetime | None = None,
    by: User,
    at: datetime,
    try_id: UUID | None = None,
) -> ContactTry:
    """Record that somebody tried to reach her. After some in vain the case may be closed for that reason.

    Where it is known how she may be reached, only a try by that way, and at her hours, says whether she can be.

    Args:
        words, why: what came of it, and why by a way that she did not permit; sealed in the work compartment.
        knows_danger: `by` knows that such a way may harm her.
        is_in_hours: whether it was at the hours that she named; None: not said.
        tried_at: when it was; None: now.

    Raises:
        NotFound: no such case for `by`.
        DomainError: a way that she did not permit without a word, hours that nobody said anything of, or a moment that
            is to come, too long past, or not after she was reached last.
        CaseClosed, NotAllowed: nothing is written.

    Writes: the sealed words, the row, one `cases.contact_tried` event.
    Source: domain.md 2.3, state 8.
    """
    case = lock_writable(code, by)
    found = find_first(ContactTry, try_id, case)
    if found is not None:
        return found
    tried_at = tried_at or at
    _check_moment(case, tried_at, at)
    reach = open_safe_contact(case=case, viewer=by, at=at)
    faults = _faults(reach, way, is_in_hours)
    if TryFault.WAY in faults and not is_harmless(way) and not (knows_danger and why.strip()):
        raise DomainError(_("Cara ini tidak ia izinkan. Pilih yang ia izinkan, atau tulis mengapa lewat cara ini."))
    if asks_hours(reach, way) and is_in_hours is None:
        raise DomainError(_("Katakan apakah upaya ini pada jam yang ia sebut."))
    facts = [(gettext_noop("Mengapa lewat cara lain"), why)] if why.strip() and TryFault.WAY in faults else []
    is_said = bool(words or facts)
    ref = seal(case, Compartment.WORK, note_content(words, facts), by=by, at=at) if is_said else None
    row = ContactTry(
        id=try_id or uuid4(), case=case, at=tried_at, by=by, way=way, result=result, ref=ref,
        faults=[fault.value for fault in faults], noted_at=at if tried_at < at else None,
    )  # fmt: skip
    row.save(force_insert=True)
    detail: Detail = {"try": str(row.pk), "way": str(way), "result": str(result), "faults": list(row.faults)}
    tell(events.CONTACT_TRIED, case, by=by, at=at, detail=detail)
    return row


def asks_hours(reach: SafeToReach, way: Way) -> bool:
    """Whether it matters at which hour she was tried by a way: hours are known, and something arrives then."""
    return bool(reach.contact and reach.contact.hours) and not is_harmless(way)


def _faults(reach: SafeToReach, way: Way, is_in_hours: bool | None) -> list[TryFault]:
    """Return why a try says nothing of whether she can be reached."""
    if reach.is_closed:
        return [TryFault.BLIND]
    permitted = permitted_way(reach.contact)
    found = [TryFault.WAY] if permitted is not None and way is not permitted else []
    if asks_hours(reach, way) and is_in_hours is False:
        found.append(TryFault.HOURS)
    return found


def _check_moment(case: Case, tried_at: datetime, at: datetime) -> None:
    if tried_at > at:
        raise DomainError(_("Upaya dicatat setelah dilakukan: periksa waktunya."))
    if at - tried_at > LATEST_NOTE:
        raise DomainError(_("Upaya dicatat paling lama tiga hari sesudahnya."))
    began = began_at(case)
    if tried_at < began and began > case.opened_at:
        raise DomainError(
            _("Episode ini dimulai %(when)s, sesudah waktu itu: periksa waktunya.") % {"when": when(began)}
        )
    if tried_at < began:
        raise DomainError(_("Waktu itu kasus ini belum dibuka: periksa waktunya."))
    rows = ContactTry.objects.filter(case=case, result=Reached.REACHED, at__gte=began).order_by("-at")
    reached = rows.values_list("at", flat=True).first()
    if reached is not None and tried_at < at and tried_at <= reached:
        said = {"when": when(reached)}
        raise DomainError(_("Ia terakhir terhubung %(when)s. Upaya yang dicatat kemudian harus sesudahnya.") % said)
