"""Whoever is signed in and asks for what is not theirs is remembered, whether it is there or not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ruangaman.accounts.models import User
from ruangaman.audit import services as audit
from ruangaman.core.codes import ALPHABET, LENGTH
from ruangaman.web import events

CODE = re.compile(f"[KL]-[{ALPHABET}]{{{LENGTH}}}")
LONGEST_ADDRESS = 120


def note_knock(*, address: str, given: Mapping[str, object], by: User, at: datetime) -> None:
    """Record that somebody was told that nothing is there: the same for what is and for what never was.

    Args:
        address: as the routes spell it, without what was put into it.
        given: what was put into it. Only codes and ids are kept: a word might be somebody's name.

    Writes: one `web.knocked` event.
    """
    asked = [str(one) for one in given.values() if isinstance(one, UUID) or CODE.fullmatch(str(one))]
    shown = f"/{address[: LONGEST_ADDRESS - 1]}"
    subject = asked[0] if asked else shown[:60]
    audit.record(events.KNOCKED, by=by, subject=subject, at=at, detail={"address": shown})
