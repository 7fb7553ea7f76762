"""The book of codes, and what an administrator sees of a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ruangaman.accounts.models import User
from ruangaman.audit.errors import OutsideUnitOfWork
from ruangaman.audit.services import current_unit
from ruangaman.codelists import policies
from ruangaman.codelists.models import Code
from ruangaman.codelists.registry import counters
from ruangaman.codelists.types import COUNTED, CodeBook, CodeView, ListKey
from ruangaman.core.clock import day_of as day_of
from ruangaman.core.errors import NotFound

FIELDS = tuple(CodeView.__dataclass_fields__)
MEMO = "codelists.book"


def book() -> CodeBook:
    """Return every version of every code. One query, once for a unit of work."""
    try:
        memo = current_unit().memo
    except OutsideUnitOfWork:
        return _read()
    if MEMO not in memo:
        memo[MEMO] = _read()
    found: CodeBook = memo[MEMO]
    return found


def forget() -> None:
    """Read the book anew the next time: something in it has just changed."""
    current_unit().memo.pop(MEMO, None)


def _read() -> CodeBook:
    return CodeBook(CodeView(*row) for row in Code.objects.values_list(*FIELDS))


@dataclass(frozen=True)
class ListRow:
    """One list among all."""

    key: ListKey
    valid: int
    grows: bool


@dataclass(frozen=True)
class CodeRow:
    """One code of a list: the version that counts today, else the next or the last one.

    Args:
        coming: the version that follows on a day to come.
    """

    view: CodeView
    is_valid: bool
    is_child: bool = False
    begins_later: bool = False
    coming: CodeView | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed or ended."""
        return (self.coming or self.view).valid_to is None


def list_lists(*, viewer: User, at: datetime) -> list[ListRow]:
    """Return every list with how many codes are valid. Raises NotFound: not for `viewer`."""
    _check(viewer)
    found, on = book(), day_of(at)
    return [ListRow(key, len(found.valid(key, on)), policies.can_grow(key)) for key in ListKey]


def list_codes(*, key: ListKey, viewer: User, at: datetime) -> list[CodeRow]:
    """Return the codes of one list: valid ones in the order of the form, then what begins later, then what ended."""
    _check(viewer)
    found, on = book(), day_of(at)
    valid = found.valid(key, on)
    known = {one.code for one in valid}
    rows = [CodeRow(one, True, one.parent in known, coming=_coming(found, one)) for one in valid]
    codes = dict.fromkeys(one.code for one in found.all(key) if one.code not in known)
    others = [found.versions(key, code) for code in codes]
    rows += [
        CodeRow(versions[-1], False, begins_later=versions[-1].valid_from > on)
        for versions in sorted(others, key=lambda one: one[-1].valid_from <= on)
    ]
    return rows


def _coming(found: CodeBook, now: CodeView) -> CodeView | None:
    last = found.versions(ListKey(now.list), now.code)[-1]
    return last if last.valid_from > now.valid_from else None


def get_code(*, key: ListKey, code: str, viewer: User) -> CodeView:
    """Return the newest version of a code. Raises NotFound."""
    _check(viewer)
    found = book().get(key, code)
    if found is None:
        raise NotFound("There is no such code.")
    return found


def list_twins(*, key: ListKey, code: str, words: Iterable[str], viewer: User, at: datetime) -> list[CodeView]:
    """Return the other codes of a list that bear one of these words, today or on a day to come."""
    _check(viewer)
    wanted, on = {one.casefold() for one in words if one}, day_of(at)
    return [
        one
        for one in book().all(key)
        if one.code != code
        and (one.valid_to is None or one.valid_to > on)
        and not wanted.isdisjoint({one.label_id.casefold(), one.label_en.casefold()})
    ]


def count_uses(*, key: ListKey, code: str, viewer: User) -> int | None:
    """Return how many records use a code, one to four as `registry.FEW`; None: sealed, so nobody can count."""
    _check(viewer)
    if key not in COUNTED:
        return None
    found = [one.count(key, code) for one in counters if key in one.lists]
    known = [count for count in found if count is not None]
    return sum(known) if known else None


def _check(viewer: User) -> None:
    if not policies.can_manage(viewer):
        raise NotFound("Lists are not for this viewer.")
