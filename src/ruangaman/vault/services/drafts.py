"""What was typed and not sent: kept for its author alone, given back to the form that it is for, then forgotten.

Saving leaves no event: it is the author's own words, in no dossier yet, every few seconds. Whatever was opened to be
corrected was recorded when it was opened, and is again when the form is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from ruangaman.audit import services as audit
from ruangaman.core.errors import Conflict
from ruangaman.core.types import Actor
from ruangaman.vault import directory, events, layout, pepper, sealing, wrapping
from ruangaman.vault.errors import NotHeld, NotSealable, Tampered
from ruangaman.vault.grants import keyring_of
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.models import Draft
from ruangaman.vault.wrapping import KemPublic

MOST_BYTES = 60_000
"""Of one form; the longest story that a form takes fits."""
MOST_DRAFTS = 30
MOST_RESCUED = 10
"""Of those, what may come from sessions that are over: whoever holds an old cookie must not fill the shelf."""
DRAFT_LIFE = timedelta(days=7)
SOONEST = timedelta(seconds=2)
"""Between two savings of one form that nobody pressed a button for."""
SENT_LIFE = timedelta(hours=1)
"""So long a saving that was on its way when the form was sent is told so."""
_WRITE = """
INSERT INTO vault_draft AS d
    (id, principal_id, generation, place, slot, envelope, mac, saved_at, rescued, sent)
VALUES (%(id)s, %(principal)s, %(generation)s, %(place)s, %(slot)s, %(envelope)s, %(mac)s, %(at)s, %(rescued)s,
    %(sent)s)
ON CONFLICT (principal_id, slot) DO UPDATE SET generation = excluded.generation, place = excluded.place,
    envelope = excluded.envelope, mac = excluded.mac, saved_at = excluded.saved_at, rescued = excluded.rescued,
    sent = excluded.sent
WHERE NOT d.sent RETURNING id
"""
"""One statement: of a saving and a sending at the same moment, in whichever order they come, the sending stays."""


@dataclass(frozen=True)
class FormWords:
    """What stood in a form.

    Args:
        page: where the form stands, and is filled again.
        address: where it is sent.
        form_id: minted with the form; sent twice, it makes one thing.
        fields: names and values, as the browser sends them.
    """

    page: str
    address: str
    form_id: str = ""
    fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class DraftView:
    """A draft as its author sees it. `words` None: not opened, or it cannot be."""

    id: UUID
    saved_at: datetime
    rescued: bool
    words: FormWords | None = None


def author_mark(principal_id: UUID) -> str:
    """Return what a form carries to say for whom it was drawn."""
    return pepper.mac(pepper.Label.DRAFT, layout.author_bytes(pepper.installation(), principal_id)).hex()


def is_author(mark: str, principal_id: UUID) -> bool:
    """Say whether a form was drawn for somebody."""
    return hmac.compare_digest(mark.encode(), author_mark(principal_id).encode())


def keep_draft(*, words: FormWords, by: Actor, at: datetime, is_pressed: bool = True) -> DraftView:
    """Keep what stands in a form, instead of what was kept of it before.

    Args:
        is_pressed: False: the page saves by itself, and may not do so too often.

    Raises:
        NotSealable: it is too long, or cannot be written down.
        Conflict: too many forms wait to be sent, the page saves too often, or the form was sent meanwhile.
        Locked: the keys of `by` are locked.

    Writes: the draft.
    """
    keyring = keyring_of(by)
    slot = _slot(keyring.principal_id, words)
    waiting = Draft.objects.filter(principal_id=keyring.principal_id, sent=False)
    known = {bytes(one): saved for one, saved in waiting.values_list("slot", "saved_at")}
    if slot not in known and len(known) >= MOST_DRAFTS:
        full = _("Sudah %(n)d tulisan Anda yang belum terkirim. Kirim atau buang salah satunya dulu.")
        raise Conflict(full % {"n": MOST_DRAFTS})
    if not is_pressed and slot in known and at - known[slot] < SOONEST:
        raise Conflict(_("Baru saja disimpan."))
    kept = _keep(words, keyring.principal_id, keyring.generation, keyring.kem.public(), at, rescued=False)
    if kept is None:
        raise Conflict(_("Formulir ini sudah terkirim."))
    return kept


def rescue_draft(*, words: FormWords, principal_id: UUID, at: datetime) -> DraftView | None:
    """Keep what came from a session that is locked or over, for whose it was, without any of their keys.

    None: nothing is kept, for they have no key that counts, it is too long, too much was kept so already, or the form
    was sent before.

    Writes: the draft, one `vault.draft_rescued` event.
    """
    key = directory.read_active([principal_id]).get(principal_id)
    rescued = Draft.objects.filter(principal_id=principal_id, rescued=True, sent=False)
    others = rescued.exclude(slot=_slot(principal_id, words))
    if key is None or others.count() >= MOST_RESCUED:
        return None
    try:
        kept = _keep(words, principal_id, key.generation, key.kem, at, rescued=True)
    except NotSealable:
        return None
    if kept is not None:
        audit.record(events.DRAFT_RESCUED, by=None, subject=str(principal_id), at=at)
    return kept


def find_drafts(*, page: str, by: Actor) -> list[DraftView]:
    """Return what waits for the forms of a page, opened, the newest first: which form it is for stands inside.

    Raises Locked.
    """
    place = _mac(by.principal_id, page=page)
    rows = Draft.objects.filter(principal_id=by.principal_id, place=place, sent=False).order_by("-saved_at", "id")
    return [_open(row, keyring_of(by)) for row in rows]


def list_drafts(*, by: Actor) -> list[DraftView]:
    """Return everything that `by` has typed and not sent, opened, the newest first. Raises Locked."""
    rows = Draft.objects.filter(principal_id=by.principal_id, sent=False).order_by("-saved_at", "id")
    return [_open(row, keyring_of(by)) for row in rows]


def count_drafts(*, by: Actor) -> int:
    """Return how much `by` has typed and not sent."""
    return Draft.objects.filter(principal_id=by.principal_id, sent=False).count()


def open_draft(*, draft_id: UUID, by: Actor) -> DraftView | None:
    """Return a draft of `by` with its words, or None: there is none, or it is not theirs. Raises Locked."""
    row = Draft.objects.filter(pk=draft_id, principal_id=by.principal_id, sent=False).first()
    return _open(row, keyring_of(by)) if row is not None else None


def discard_draft(*, draft_id: UUID, by: Actor) -> bool:
    """Throw a draft of `by` away. False: there was none."""
    return bool(Draft.objects.filter(pk=draft_id, principal_id=by.principal_id, sent=False).delete()[0])


def finish_draft(
    *, words: FormWords, by: Actor, at: datetime, whole_page: bool = False, whole_form: bool = False
) -> None:
    """The form was sent: forget what was kept of it.

    For an hour the row says so, empty: a saving that the page sent just before must not bring it back. A form
    without an id of its own is another one each time, and leaves nothing.

    Args:
        whole_page: whatever else waits for the forms of its page is past with it, and thrown away.
        whole_form: so is what else waits for this form alone: an earlier try of it.

    Writes: drafts.
    """
    if whole_page:
        place = _mac(by.principal_id, page=words.page)
        Draft.objects.filter(principal_id=by.principal_id, place=place, sent=False).delete()
    for one in find_drafts(page=words.page, by=by) if whole_form else ():
        if one.words is not None and one.words.address == words.address:
            discard_draft(draft_id=one.id, by=by)
    slot = _slot(by.principal_id, words)
    if not words.form_id:
        Draft.objects.filter(principal_id=by.principal_id, slot=slot).delete()
        return
    _write(
        {
            "id": uuid4(),
            "principal": by.principal_id,
            "generation": 0,
            "place": b"",
            "slot": slot,
            "envelope": b"",
            "mac": b"",
            "at": at,
            "rescued": False,
            "sent": True,
        }
    )


def delete_old_drafts(*, at: datetime) -> int:
    """Delete what nobody went on with for a week, and what was sent an hour ago. Returns how many.

    For the worker, which sees nothing but the date and whether it was sent.
    """
    old = Q(saved_at__lt=at - DRAFT_LIFE) | Q(sent=True, saved_at__lt=at - SENT_LIFE)
    return Draft._base_manager.filter(old)._raw_delete("default")


def _keep(
    words: FormWords, principal_id: UUID, generation: int, public: KemPublic, at: datetime, *, rescued: bool
) -> DraftView | None:
    """Wrap and keep; None: the form was sent meanwhile. Raises NotSealable."""
    plain = sealing.canonical(
        {
            "page": words.page,
            "address": words.address,
            "id": words.form_id,
            "fields": [list(one) for one in words.fields],
        }
    )
    if len(plain) > MOST_BYTES:
        raise NotSealable(_("Tulisan ini terlalu panjang untuk disimpan sementara. Kirim dulu sebagian."))
    slot = _slot(principal_id, words)
    info = layout.draft_info(pepper.installation(), principal_id=principal_id, generation=generation, slot=slot, at=at)
    envelope = wrapping.wrap(public, layout.pad(plain), info)
    kept = _write(
        {
            "id": uuid4(),
            "principal": principal_id,
            "generation": generation,
            "place": _mac(principal_id, page=words.page),
            "slot": slot,
            "envelope": envelope,
            "mac": _vouch(info, envelope),
            "at": at,
            "rescued": rescued,
            "sent": False,
        }
    )
    return DraftView(kept, at, rescued, words) if kept is not None else None


def _write(values: Mapping[str, UUID | int | bytes | bool | datetime]) -> UUID | None:
    """Put a row in the place of what was kept before; None: the form was sent meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, dict(values))
        found = cursor.fetchone()
    return found[0] if found is not None else None


def _open(row: Draft, keyring: Keyring) -> DraftView:
    """Return a draft opened; one that is not as we kept it, or that no key in hand opens, stays shut."""
    envelope, slot = bytes(row.envelope), bytes(row.slot)
    info = layout.draft_info(
        pepper.installation(), principal_id=row.principal_id, generation=row.generation, slot=slot, at=row.saved_at
    )
    shut = DraftView(row.id, row.saved_at, row.rescued)
    if not hmac.compare_digest(_vouch(info, envelope), bytes(row.mac)):
        return shut
    try:
        plain = layout.unpad(keyring.unwrap_as(row.principal_id, row.generation, envelope, info))
    except (NotHeld, Tampered):
        return shut
    known = json.loads(plain) if plain is not None else {}
    fields = tuple((str(name), str(value)) for name, value in known.get("fields", ()))
    words = FormWords(known["page"], known["address"], known["id"], fields)
    return DraftView(row.id, row.saved_at, row.rescued, words)


def _slot(principal_id: UUID, words: FormWords) -> bytes:
    return _mac(principal_id, page=words.page, address=words.address, form_id=words.form_id)


def _mac(principal_id: UUID, *, page: str, address: str = "", form_id: str = "") -> bytes:
    facts = layout.draft_slot(pepper.installation(), principal_id, page=page, address=address, form_id=form_id)
    return pepper.mac(pepper.Label.DRAFT, facts)


def _vouch(info: bytes, envelope: bytes) -> bytes:
    return pepper.mac(pepper.Label.DRAFT, info + hashlib.sha256(envelope).digest())
