"""A window of health or evidence ends when what it stands for was done, or somebody says why it is not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail
from ruangaman.cases import events
from ruangaman.cases.models import Note
from ruangaman.cases.selectors.windows import windows_of
from ruangaman.cases.services.loading import find_first, lock_writable, write_note
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import NEED_OF, FactKey, WindowOutcome, note_content
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.vault.types import Compartment


@transaction.atomic
def answer_window(
    *,
    code: str,
    clock_id: UUID,
    outcome: WindowOutcome,
    words: str,
    by: User,
    at: datetime,
    note_id: UUID | None = None,
) -> Note:
    """Record what came of one window, as a note of what happened. No other record of a service ends a window.

    Args:
        clock_id: the running clock of the window.
        words: why, where it was neither given nor declined; sealed with the outcome in the narrative compartment.
        note_id: the new note's id, minted with the form.

    Raises:
        NotFound: no such case, or no such window that runs.
        DomainError: it is not said why.
        CaseClosed, NotAllowed: nothing is written.

    Writes: the sealed answer, the note, one `cases.window_answered` event, which ends the clock.
    Source: domain.md 1.2.
    """
    case = lock_writable(code, by)
    found = find_first(Note, note_id, case)
    if found is not None:
        return found
    clock = windows_of(case).filter(pk=clock_id).first()
    if clock is None:
        raise NotFound(_("Jendela ini sudah dijawab, atau tidak ada dalam kasus ini."))
    if outcome.needs_words and not words.strip():
        raise DomainError(_("Tulis mengapa."))
    with translation.override(settings.LANGUAGE_CODE):  # what is sealed is for everybody, whatever `by` reads in
        facts = [
            (gettext_noop("Jendela"), clock.kind.label, FactKey.WINDOW.value),
            (gettext_noop("Hasilnya"), str(outcome.label), FactKey.OUTCOME.value),
        ]
    note = write_note(case, Compartment.NARRATIVE, note_content(words, facts), by=by, at=at, note_id=note_id)
    incident = str(clock.anchor) if clock.anchor else None
    detail: Detail = {"need": NEED_OF[clock.kind.key], "incident": incident, "note": str(note.pk)}
    tell(events.WINDOW_ANSWERED, case, by=by, at=at, detail=detail)
    return note
