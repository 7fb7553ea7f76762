"""Words about a case for people who hold nothing of it: in a dossier of their own, which goes when the case goes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from ruangaman.accounts.models import User
from ruangaman.cases.types import note_content
from ruangaman.vault import services as vault
from ruangaman.vault.types import Compartment, GrantSpec


def seal_aside(
    kind: str,
    words: str,
    readers: Collection[UUID],
    with_dossier: UUID,
    code: str,
    *,
    facts: Iterable[tuple[str, str]] = (),
    by: User,
    at: datetime,
) -> tuple[UUID, UUID]:
    """Seal words for some people alone. Returns the dossier and the reference.

    Args:
        kind: of the dossier, at most twelve characters; the wraps give it as their reason.
        readers: principals; whose key does not count (yet) gets no wrap, unless it is `by`.
        with_dossier: the case's, whose code is `code`.
        facts: label and value of what is said beside the words.

    Writes: a dossier with its grants, the sealed words, how long it is kept.
    """
    parts = frozenset({Compartment.WORK})
    grants = [GrantSpec(one, parts, kind) for one in sorted(readers) if one == by.principal_id or vault.is_active(one)]
    made = vault.new_dossier(kind=kind, unit_id=None, grants=grants, at=at, by=by)
    ref = vault.seal_in(made, Compartment.WORK, note_content(words, facts), at)
    vault.keep_with(dossier_id=made.dossier_id, with_dossier=with_dossier, code=code, at=at)
    return made.dossier_id, ref
