"""Changing a list: a code is added, gets other words from a day on, or ends. Nothing that was recorded changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit import services as audit
from ruangaman.audit.types import EventType
from ruangaman.codelists import events, policies
from ruangaman.codelists.errors import CodeTaken, FixedList, WrongDay, WrongExtra
from ruangaman.codelists.models import Code
from ruangaman.codelists.selectors import day_of, forget
from ruangaman.codelists.types import ATTRIBUTES, ListKey, NewCode
from ruangaman.core import clock
from ruangaman.core.errors import Conflict, NotAllowed, NotFound

MOST_BACK = 120
"""Years back from which a code may be said to hold: an old law, not a slip of a finger."""


@transaction.atomic
def add_code(
    *, key: ListKey, code: str, new: NewCode, since: date, by: User, at: datetime, code_id: UUID | None = None
) -> Code:
    """Add a code to a list, behind the others.

    Args:
        since: first day in the city's calendar for which it may be chosen; it may lie in the past.
        code_id: the new row's id, minted with the form: sent twice, the first row is returned.

    Raises:
        NotAllowed: `by` may not change lists.
        FixedList: the program decides by the codes of this list.
        CodeTaken: there is or was such a code; a code never means two things.
        WrongDay: `since` is farther away than can be meant.
        WrongExtra: an attribute or the parent is not what the list needs.

    Writes: the row, one `codelists.code_added` event.
    """
    _check(key, by, grows=True)
    rows = _lock(key)
    again = next((one for one in rows if one.pk == code_id), None)
    if again is not None:
        return again
    if any(one.code == code for one in rows):
        raise CodeTaken(_("Kode %(code)s sudah ada dalam daftar ini.") % {"code": code})
    _refuse_far(since, at)
    _check_extra(key, new.extra)
    _check_parent(rows, new.parent)
    last = Code.objects.filter(list=key).aggregate(last=Max("position"))["last"] or 0
    row = _version(key, code, new, since=since, position=last + 10, by=by, code_id=code_id)
    row.save(force_insert=True)
    _told(events.CODE_ADDED, row, {"since": since.isoformat()}, by=by, at=at)
    return row


@transaction.atomic
def change_code(*, key: ListKey, code: str, new: NewCode, since: date, by: User, at: datetime) -> Code:
    """Give a code other words from a day on. What was recorded before that day keeps the words of its time.

    Raises:
        NotAllowed, WrongExtra.
        NotFound: no such code.
        WrongDay: `since` is not after the day from which the present version holds, or the code has ended.
        Conflict: the code counts as something else now; that would change what old records mean.

    Writes: the end of the present version, the new one, one `codelists.code_changed` event.
    """
    _check(key, by)
    rows = _lock(key)
    present = _open_version(rows, code)
    _refuse_far(since, at)
    if since <= present.valid_from:
        raise WrongDay(too_early(present.valid_from))
    if dict(new.extra) != dict(present.extra) or new.parent != present.parent:
        raise Conflict(_("Arti sebuah kode tidak diubah. Akhiri kode ini, lalu tambah yang baru."))
    Code.objects.filter(pk=present.pk).update(valid_to=since)
    row = _version(key, code, new, since=since, position=present.position, by=by)
    row.save(force_insert=True)
    _told(events.CODE_CHANGED, row, {"since": since.isoformat()}, by=by, at=at)
    return row


@transaction.atomic
def end_code(*, key: ListKey, code: str, until: date, by: User, at: datetime) -> Code:
    """Let a code be chosen no more for anything of `until` or later. What was recorded keeps it and its words.

    Raises:
        NotAllowed, FixedList.
        NotFound: no such code, or it has ended.
        WrongDay: `until` is past, or before the day from which the present version holds. That day itself takes the
            version back: it is offered for nothing.

    Writes: the end of the present version, one `codelists.code_ended` event.
    """
    _check(key, by, grows=True)
    present = _open_version(_lock(key), code)
    _refuse_far(until, at)
    first = first_end(present.valid_from, at)
    if until < first:
        raise WrongDay(ends_too_early(first))
    Code.objects.filter(pk=present.pk).update(valid_to=until)
    present.valid_to = until
    _told(events.CODE_ENDED, present, {"until": until.isoformat()}, by=by, at=at)
    return present


def first_end(valid_from: date, at: datetime) -> date:
    """Return the first day on which a version can end: none that is past, and none before it began."""
    return max(valid_from, day_of(at))


def too_early(day: date) -> str:
    """Say that new words begin after the day from which the present ones hold."""
    return _("Pilih hari sesudah %(day)s: sejak hari itu kata yang sekarang berlaku.") % {
        "day": date_format(day, "j F Y")
    }


def ends_too_early(first: date) -> str:
    """Say from which day on a code can end."""
    return _("Pilih %(day)s atau hari sesudahnya.") % {"day": date_format(first, "j F Y")}


def _refuse_far(day: date, at: datetime) -> None:
    why = clock.why_far(day, at, back=MOST_BACK)
    if why:
        raise WrongDay(why)


def _check(key: ListKey, by: User, *, grows: bool = False) -> None:
    if not policies.can_manage(by):
        raise NotAllowed(_("Anda tidak berwenang mengubah daftar pilihan."))
    if grows and not policies.can_grow(key):
        raise FixedList(_("Program memutuskan berdasarkan kode dalam daftar ini. Hanya katanya yang dapat diubah."))


def _lock(key: ListKey) -> list[Code]:
    """Lock a list's rows, so that of two who change it at once one waits for the other."""
    return list(Code.objects.select_for_update(of=("self",)).filter(list=key).order_by("code", "valid_from"))


def _open_version(rows: list[Code], code: str) -> Code:
    found = next((one for one in rows if one.code == code and one.valid_to is None), None)
    if found is None:
        raise NotFound(_("Kode ini tidak ada, atau sudah berakhir."))
    return found


def _check_extra(key: ListKey, extra: Mapping[str, str]) -> None:
    wanted = {one.name: one for one in ATTRIBUTES.get(key, ())}
    if set(extra) - set(wanted):
        raise WrongExtra(_("Ada keterangan yang tidak dikenal daftar ini."))
    for name, one in wanted.items():
        if (one.required or name in extra) and extra.get(name) not in dict(one.choices):
            raise WrongExtra(_("Isi juga “%(label)s”.") % {"label": one.label})


def _check_parent(rows: list[Code], parent: str) -> None:
    """A child stands behind one that has no parent itself: two steps are enough for a form."""
    if parent and not any(one.code == parent and not one.parent and one.valid_to is None for one in rows):
        raise WrongExtra(_("Induknya tidak ada dalam daftar ini."))


def _version(
    key: ListKey, code: str, new: NewCode, *, since: date, position: int, by: User, code_id: UUID | None = None
) -> Code:
    return Code(
        id=code_id or uuid4(),
        list=key,
        code=code,
        label_id=new.label_id,
        label_en=new.label_en,
        explanation=new.explanation,
        source=new.source,
        valid_from=since,
        parent=new.parent,
        position=position,
        extra=dict(new.extra),
        added_by=by,
    )


def _told(event: EventType, row: Code, days: dict[str, str], *, by: User, at: datetime) -> None:
    forget()
    audit.record(event, by=by, subject=row.code, at=at, detail={"list": str(row.list), "code": row.code, **days})
