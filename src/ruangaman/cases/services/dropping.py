"""Ending a clock that began by mistake: with a reason that the team can read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events
from ruangaman.cases.models import Note
from ruangaman.cases.selectors.facts import facts_of
from ruangaman.cases.services.loading import find_first, lock_writable, write_note
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import Fact, FactKey, note_content
from ruangaman.clocks import services as clocks
from ruangaman.vault.types import Compartment


@transaction.atomic
def drop_clock(*, code: str, clock_id: UUID, words: str, by: User, at: datetime, note_id: UUID | None = None) -> Note:
    """End a clock of a case that began by mistake. It begins again only when what begins it happens again.

    Args:
        words: why; sealed as a note of the work compartment, with the name of what was ended.
        note_id: the new note's id, minted with the form: sent twice, it is done once.

    Raises:
        NotFound: no such case for `by`, or no such clock in it.
        NotAllowed: `by` does not write in this case, or the clock binds and `by` is not its manager, or it waits for
            her safety and nobody has found her safe.
        Conflict: it has stopped already.
        CaseClosed: nothing is written.

    Writes: the clock, the sealed reason as a note, one `cases.clock_dropped` event.
    """
    case = lock_writable(code, by)
    found = find_first(Note, note_id, case)
    if found is not None:
        return found
    is_safe = Fact.SAFE in facts_of(case, at)
    clock = clocks.drop_clock(
        clock_id=clock_id, dossier_id=case.dossier_id, event=events.CLOCK_DROPPED.key, is_safe=is_safe, by=by, at=at
    )
    dropped = (gettext_noop("Batas waktu yang dihentikan"), clock.kind.label, FactKey.CLOCK.value)
    content = note_content(words, [dropped])
    note = write_note(case, Compartment.WORK, content, by=by, at=at, note_id=note_id)
    detail: Detail = {
        "kind": clock.kind.key,
        "anchor": str(clock.anchor) if clock.anchor else None,
        "note": str(note.pk),
    }
    tell(events.CLOCK_DROPPED, case, by=by, at=at, detail=detail)
    return note
