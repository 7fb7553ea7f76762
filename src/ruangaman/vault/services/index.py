"""The blind index at work: made for a unit, its key with those who may search, numbers put in, people found.

One key per unit, for a unit is who works together. It changes when somebody who held it leaves, as every key does: a
new epoch. Tags of earlier epochs stay; whoever searches computes one tag for each epoch that they can open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail
from ruangaman.core.types import Actor
from ruangaman.vault import blind, directory, events
from ruangaman.vault.blind import Probe
from ruangaman.vault.errors import TooMany
from ruangaman.vault.grants import keyring_of, open_grants
from ruangaman.vault.models import BlindIndex, BlindTag, Dossier, Grant, Principal
from ruangaman.vault.sealing import EpochKeys
from ruangaman.vault.selectors import read_grants
from ruangaman.vault.services.dossiers import new_dossier, revoke, share
from ruangaman.vault.types import GrantSpec, PrincipalKind, TagSubject

KIND = "index"
MOST_LOOKUPS = 60
"""Searches of one person in one hour. A counter of a busy city makes a dozen."""


@dataclass(frozen=True)
class Found:
    """Somebody who may be meant: where they are sealed, and which of those there."""

    dossier_id: UUID
    ref: UUID
    subject: TagSubject


@dataclass(frozen=True)
class IndexKeys:
    """The index of a unit with the keys of every epoch that somebody holds."""

    index_id: UUID
    keys: dict[int, EpochKeys]

    def tags(self, probes: Iterable[Probe]) -> dict[tuple[int, Probe], bytes]:
        """Return the tag of each number in each epoch."""
        found = {
            (epoch, probe): blind.tag_of(probe, keys, index_id=self.index_id, epoch=epoch)
            for probe in probes
            for epoch, keys in self.keys.items()
        }
        return {place: tag for place, tag in found.items() if tag is not None}


def ready_index(*, unit_id: UUID, holders: Collection[UUID], by: Actor, at: datetime) -> bool:
    """Let exactly these people hold the key of a unit's index, as far as `by` can; it is made when there is none.

    Whoever came gets the key of every epoch; whoever is not among them any more loses it, and a new epoch begins.

    Args:
        holders: principals of people; whose keys are not signed yet is left out until they are.

    Returns:
        Whether `by` holds the key. False: a holder has not come by since `by` may search.

    Raises:
        Locked: the keys of `by` are locked.

    Writes: the index or nothing; grants, epochs, and what `new_dossier`, `share` and `revoke` record.
    """
    keyring_of(by)
    wanted = set(directory.read_active(holders))
    if by.principal_id not in wanted:
        return False
    _lock(unit_id)
    index = BlindIndex.objects.filter(unit_id=unit_id).first()
    if index is None:
        opened = new_dossier(kind=KIND, unit_id=unit_id, grants=[_spec(one) for one in sorted(wanted)], at=at, by=by)
        BlindIndex(dossier_id=opened.dossier_id, unit_id=unit_id, made_at=at).save(force_insert=True)
        return True
    if not _holds(by, index.dossier_id, at):
        return False
    _settle(index.dossier_id, wanted, by=by, at=at)
    return True


def index_person(
    *,
    unit_id: UUID,
    dossier_id: UUID,
    ref: UUID,
    probes: Sequence[Probe],
    subject: TagSubject,
    code: str,
    by: Actor,
    at: datetime,
) -> bool:
    """Let somebody be found by these numbers and by no others. Only tag, kind and reference are kept.

    Where the same number was known before in a case that `by` cannot open, those who can are told; where it is that of
    a relative of somebody who works here, that person is kept away from the dossier. `by` learns of neither.

    Args:
        ref: the person's row, or the report; what stood there before is replaced.
        code: of the case or report, for who is told.

    Returns:
        Whether `by` could: False without the index's key; nothing is written then.

    Raises:
        Locked, Tampered.

    Writes: tags in the place of tags, one `vault.indexed` event; meetings and bars, which nobody is told of here.
    """
    keys = _keys_of_unit(unit_id, by=by, at=at)
    if keys is None:
        return False
    BlindTag.objects.filter(dossier_id=dossier_id, ref=ref).delete()
    tags = keys.tags(probes)
    _keep(keys, tags, subject, dossier_id, ref, None, at)
    _bring_up(keys, tags, at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_note_matches(%s, %s, %s, %s)", [list(tags.values()), dossier_id, code, at])
    detail: Detail = {"kinds": sorted({probe.kind.value for probe in probes}), "subject": subject.value}
    audit.record(events.INDEXED, by=by, subject=code, at=at, dossier_id=dossier_id, detail=detail)
    return True


def index_kin(
    *, unit_id: UUID, dossier_id: UUID, ref: UUID, probes: Sequence[Probe], principal_id: UUID, by: Actor, at: datetime
) -> bool:
    """Let a relative of somebody who works here be noticed wherever they turn up, now and later.

    Args:
        dossier_id: where the relative is sealed.
        principal_id: whose relative it is.

    Returns:
        Whether `by` could: False without the index's key; nothing is written then.

    Raises:
        Locked, Tampered.

    Writes: tags, one `vault.indexed` event; bars, of which nobody is told here.
    """
    keys = _keys_of_unit(unit_id, by=by, at=at)
    if keys is None:
        return False
    tags = keys.tags(probes)
    _keep(keys, tags, TagSubject.KIN, dossier_id, ref, principal_id, at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_note_kin(%s, %s, %s)", [list(tags.values()), principal_id, at])
    detail: Detail = {"kinds": sorted({probe.kind.value for probe in probes}), "subject": TagSubject.KIN.value}
    audit.record(events.INDEXED, by=by, subject=str(ref), at=at, dossier_id=dossier_id, detail=detail)
    return True


def forget_kin(*, ref: UUID) -> None:
    """Let a relative be noticed no more. What was noticed stays: nobody lifts their own bar by taking a name back.

    Writes: deletes tags of a dossier that the viewer of the running transaction holds.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_forget_kin(%s)", [ref])


def count_lookup(*, by: Actor, at: datetime) -> None:
    """Count a search before it is made. Raises TooMany: this hour's are used up; nothing is to be hashed.

    Writes: one count.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vault_lookup AS l (principal_id, hour, count) VALUES (%s, %s, 1)"
            " ON CONFLICT (principal_id, hour) DO UPDATE SET count = l.count + 1 RETURNING count",
            [by.principal_id, hour],
        )
        if int(cursor.fetchone()[0]) > MOST_LOOKUPS:
            raise TooMany(_("Pencarian dalam satu jam ini sudah terlalu banyak. Coba lagi pada jam berikutnya."))


def find(*, probes: Sequence[Probe], by: Actor, at: datetime, apart_from: UUID | None = None) -> list[Found]:
    """Return who is known by one of these numbers, in dossiers on which `by` holds a live grant.

    What is in other dossiers leaves no trace in the answer: not a count, not an order, not another way through here.

    Args:
        apart_from: a dossier in which nobody is looked for: the one that is being looked at.

    Raises:
        Locked: the keys of `by` are locked.
        Tampered.

    Writes: one `vault.searched` event with the kinds of number and how many were found, never a number or a tag.
    """
    tags = [tag for keys in _keys_held(by=by, at=at) for tag in keys.tags(probes).values()]
    rows = BlindTag.objects.filter(tag__in=tags).exclude(subject=TagSubject.KIN)
    if apart_from is not None:
        rows = rows.exclude(dossier_id=apart_from)
    known = list(rows.order_by("added_at", "id").values_list("dossier_id", "ref", "subject"))
    live = set(_live_grants(by, {dossier_id for dossier_id, _ref, _subject in known}, at))
    found = dict.fromkeys(Found(home, ref, TagSubject(subject)) for home, ref, subject in known if home in live)
    detail: Detail = {"kinds": sorted({probe.kind.value for probe in probes}), "hits": len(found)}
    audit.record(events.SEARCHED, by=by, subject=KIND, at=at, detail=detail)
    return list(found)


def same_as(*, dossier_id: UUID, by: Actor, at: datetime) -> dict[UUID, list[Found]]:
    """Return who is known by a number of somebody in a dossier, in others on which `by` holds a live grant.

    Needs no key: two tags that are the same are of the same number. For who holds the index and the dossier.

    Returns:
        By reference of who is in the dossier; only those for whom there is somebody.
    """
    rows: Any = same_as_json(dossier_id=dossier_id, principals=by.principals, at=at)
    return same_from_json(rows.values_list("row", flat=True))


def same_as_json(*, dossier_id: UUID, principals: Sequence[UUID], at: datetime) -> QuerySet[Any, Any]:
    """Return what `same_as` reads for who uses these keys, an annotation `row` with each, for one larger statement."""
    live = Q(not_after=None) | Q(not_after__gt=at)
    held = Grant.objects.filter(live, principal_id__in=principals)
    own = BlindTag.objects.filter(dossier_id=dossier_id)
    rows = BlindTag.objects.filter(tag__in=own.values("tag"), dossier_id__in=held.values("dossier_id"))
    mine = ArraySubquery(own.filter(tag=OuterRef("tag")).values("ref"))
    others = rows.exclude(subject=TagSubject.KIN).exclude(dossier_id=dossier_id)
    found: QuerySet[Any, Any] = others.annotate(
        row=JSONObject(mine=mine, home="dossier_id", ref="ref", subject="subject", at="added_at", id="id")
    )
    return found


def same_from_json(rows: Iterable[Mapping[str, Any]]) -> dict[UUID, list[Found]]:
    """Return what `same_as` says of what `same_as_json` read."""
    found: dict[UUID, list[Found]] = {}
    for row in sorted(rows, key=lambda row: (datetime.fromisoformat(row["at"]), row["id"])):
        one = Found(UUID(row["home"]), UUID(row["ref"]), TagSubject(row["subject"]))
        for ref in map(UUID, row["mine"]):
            if one not in found.setdefault(ref, []):
                found[ref].append(one)
    return found


def holds_index(*, by: Actor, at: datetime) -> bool:
    """Say whether `by` holds the key of an index."""
    return bool(_live_grants(by, set(BlindIndex.objects.values_list("dossier_id", flat=True)), at))


def held_among(*, dossiers: Collection[UUID], by: Actor, at: datetime) -> list[UUID]:
    """Return on which of these dossiers `by` holds a live grant."""
    return _live_grants(by, set(dossiers), at)


def active_among(principals: Collection[UUID]) -> list[UUID]:
    """Return which of these principals have a key that two officers signed, in their order."""
    active = directory.read_active(principals)
    return [one for one in principals if one in active]


def is_kin(*, unit_id: UUID, probes: Sequence[Probe], principal_id: UUID, by: Actor, at: datetime) -> bool:
    """Say whether one of these numbers is that of a relative whom somebody declared; False without the index's key."""
    keys = _keys_of_unit(unit_id, by=by, at=at) if probes else None
    if keys is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_is_kin(%s, %s)", [list(keys.tags(probes).values()), principal_id])
        return bool(cursor.fetchone()[0])


def delete_old_lookups(*, at: datetime) -> int:
    """Delete the counts of hours that are over for a day; the worker sees nothing but the hour. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM vault_lookup WHERE hour < %s - interval '1 day'", [at])
        return int(cursor.rowcount)


def _keys_of_unit(unit_id: UUID, *, by: Actor, at: datetime) -> IndexKeys | None:
    index_id = BlindIndex.objects.filter(unit_id=unit_id).values_list("dossier_id", flat=True).first()
    if index_id is None:
        return None
    opened = open_grants([index_id], by=by, at=at).of(index_id)
    return IndexKeys(index_id, opened) if opened else None


def _keys_held(*, by: Actor, at: datetime) -> list[IndexKeys]:
    ids = list(BlindIndex.objects.values_list("dossier_id", flat=True))
    opened = open_grants(ids, by=by, at=at)
    return [IndexKeys(one, keys) for one in ids if (keys := opened.of(one))]


def _keep(
    index: IndexKeys,
    tags: dict[tuple[int, Probe], bytes],
    subject: TagSubject,
    dossier_id: UUID,
    ref: UUID,
    principal_id: UUID | None,
    at: datetime,
) -> None:
    """Keep the tags of the present epoch: to look into it one needs the newest key."""
    last = max(index.keys)
    BlindTag.objects.bulk_create(
        BlindTag(
            id=uuid4(),
            index_id=index.index_id,
            epoch=epoch,
            kind=probe.kind,
            tag=tag,
            subject=subject,
            dossier_id=dossier_id,
            ref=ref,
            principal_id=principal_id,
            added_at=at,
        )
        for (epoch, probe), tag in tags.items()
        if epoch == last
    )


def _bring_up(index: IndexKeys, tags: dict[tuple[int, Probe], bytes], at: datetime) -> None:
    """Give what is known by the same number under an older key the tag of the present one, where `by` may see it."""
    last = max(index.keys)
    for (epoch, probe), tag in tags.items():
        new = tags[last, probe]
        known = BlindTag.objects.filter(tag=tag).exclude(subject=TagSubject.KIN) if epoch != last else []
        BlindTag.objects.bulk_create(
            [
                BlindTag(
                    id=uuid4(), index_id=index.index_id, epoch=last, kind=row.kind, tag=new, subject=row.subject,
                    dossier_id=row.dossier_id, ref=row.ref, added_at=at,
                )
                for row in known
            ],
            ignore_conflicts=True,
        )  # fmt: skip


def _live_grants(by: Actor, dossiers: set[UUID], at: datetime) -> list[UUID]:
    live = Q(not_after=None) | Q(not_after__gt=at)
    rows = Grant.objects.filter(live, dossier_id__in=dossiers, principal_id__in=by.principals)
    return list(rows.order_by().values_list("dossier_id", flat=True).distinct())


def _holds(by: Actor, dossier_id: UUID, at: datetime) -> bool:
    return bool(_live_grants(by, {dossier_id}, at))


def _settle(dossier_id: UUID, wanted: set[UUID], *, by: Actor, at: datetime) -> None:
    """Share with who came, take from who went."""
    epoch = Dossier.objects.values_list("epoch", flat=True).get(pk=dossier_id)
    views = [view for view in read_grants(dossier_id) if view.is_live(at)]
    current = {view.principal_id for view in views if view.epoch == epoch}
    people = set(_people({view.principal_id for view in views}))
    if by.principal_id not in current:
        return  # an older epoch alone gives nobody the present one
    if missing := sorted(wanted - current):
        share(dossier_id=dossier_id, to=[_spec(one) for one in missing], by=by, at=at)
    for gone in sorted(people - wanted):
        revoke(dossier_id=dossier_id, principal_id=gone, by=by, at=at)


def _people(principals: set[UUID]) -> Iterable[UUID]:
    return Principal.objects.filter(id__in=principals, kind=PrincipalKind.USER).values_list("id", flat=True)


def _spec(principal_id: UUID) -> GrantSpec:
    return GrantSpec(principal_id, frozenset({blind.COMPARTMENT}), KIND)


def _lock(unit_id: UUID) -> None:
    """Let nobody else make or settle this index until the transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"index {unit_id}"])
