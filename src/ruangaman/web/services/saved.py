"""Filters of the queue under a name: kept, renamed, shared with one's unit, thrown away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit import services as audit
from ruangaman.core.errors import Conflict, NotFound
from ruangaman.web import events
from ruangaman.web.models import SavedFilter
from ruangaman.web.types import MOST_SAVED, Filters


@transaction.atomic
def save_filter(
    *, name: str, filters: Filters, shared: bool, by: User, at: datetime, saved_id: UUID | None = None
) -> SavedFilter:
    """Keep a filter under a name.

    Args:
        name: cleaned, a few plain words of no person.
        shared: with the unit of `by`.
        saved_id: minted with the form: sent twice, it is kept once.

    Raises:
        Conflict: it narrows nothing, `by` has one of this name, or as many as one person keeps.

    Writes: the filter, one `web.filter_saved` event without the name.
    """
    known = SavedFilter.objects.filter(pk=saved_id, owner=by).first() if saved_id is not None else None
    if known is not None:
        return known
    if not filters.query:
        raise Conflict(_("Saringan ini tidak menyaring apa pun. Pilih dulu, lalu simpan."))
    mine = SavedFilter.objects.filter(owner=by)
    if mine.count() >= MOST_SAVED:
        raise Conflict(_("Anda sudah menyimpan %(n)d saringan. Hapus satu dulu.") % {"n": MOST_SAVED})
    _refuse_twice(name, by, None)
    row = SavedFilter(
        id=saved_id or uuid4(),
        owner=by,
        unit_id=by.unit_id if shared else None,
        name=name,
        query=filters.query,
        made_at=at,
    )
    row.save(force_insert=True)
    audit.record(events.FILTER_SAVED, by=by, subject=str(row.pk), at=at, detail={"shared": shared})
    return row


@transaction.atomic
def change_filter(*, saved_id: UUID, name: str, shared: bool, by: User, at: datetime) -> SavedFilter:
    """Call a filter something else, share it or stop sharing it.

    Raises:
        NotFound: no such filter of `by`.
        Conflict: `by` has another one of this name.

    Writes: the filter, one `web.filter_changed` event without the name.
    """
    row = _lock(saved_id, by)
    _refuse_twice(name, by, row.pk)
    row.name, row.unit_id = name, by.unit_id if shared else None
    row.save(update_fields=["name", "unit"])
    audit.record(events.FILTER_CHANGED, by=by, subject=str(row.pk), at=at, detail={"shared": shared})
    return row


@transaction.atomic
def delete_filter(*, saved_id: UUID, by: User, at: datetime) -> None:
    """Throw a filter away; whoever it was shared with sees it no more.

    Raises: NotFound: no such filter of `by`. Writes: the filter, one `web.filter_deleted` event.
    """
    row = _lock(saved_id, by)
    SavedFilter.objects.filter(pk=row.pk)._raw_delete("default")
    audit.record(events.FILTER_DELETED, by=by, subject=str(saved_id), at=at, detail={"shared": row.unit_id is not None})


def _lock(saved_id: UUID, by: User) -> SavedFilter:
    row = SavedFilter.objects.select_for_update().filter(pk=saved_id, owner=by).first()
    if row is None:
        raise NotFound(_("Saringan ini tidak ada."))
    return row


def _refuse_twice(name: str, by: User, other_than: UUID | None) -> None:
    same = SavedFilter.objects.filter(owner=by, name__iexact=name)
    if (same.exclude(pk=other_than) if other_than is not None else same).exists():
        raise Conflict(_("Anda sudah punya saringan bernama “%(name)s”.") % {"name": name})
