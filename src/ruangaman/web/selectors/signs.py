"""Which rare kinds of work somebody may have: one statement for all of them, planned once for each kind of viewer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, QuerySet

from ruangaman.accounts.models import User
from ruangaman.audit.services import Planned
from ruangaman.web.types import Sign, WorkSource

SIGNS: dict[frozenset[str], Planned] = {}
"""By the keys of the sources: as many as there are kinds of viewers."""


def with_something(sources: Iterable[WorkSource], viewer: User) -> list[WorkSource]:
    """Leave out the sources that show no sign of work for `viewer`."""
    mine = list(sources)
    signs = {source.key: source.sign for source in mine if source.sign is not None}
    if not signs:
        return mine
    key = frozenset(signs)
    if key not in SIGNS:
        SIGNS[key] = Planned(_query(signs))
    seen = SIGNS[key].first(viewer=viewer.pk) or {}
    return [source for source in mine if source.sign is None or seen.get(source.key)]


def _query(signs: Mapping[str, Sign]) -> Callable[..., QuerySet[Any, Any]]:
    def build(*, viewer: UUID) -> QuerySet[Any, Any]:
        found: QuerySet[Any, Any] = User.objects.filter(pk=viewer).values(
            **{name: Exists(sign(viewer)) for name, sign in signs.items()}
        )
        return found

    return build
