"""Who can open a dossier: by name, with what, since when, by whom, why, until when. `intake` asks it for reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.accounts.models import Desk, FormerKeys, Unit, User
from ruangaman.accounts.types import Role
from ruangaman.cases.types import AccessReason
from ruangaman.ui.types import Words
from ruangaman.vault import services as vault
from ruangaman.vault.models import Principal
from ruangaman.vault.selectors import GrantView, list_dead, list_grants
from ruangaman.vault.types import Compartment, PrincipalKind

ORDER = (
    PrincipalKind.USER, PrincipalKind.DESK, PrincipalKind.RECEIPT, PrincipalKind.INBOX, PrincipalKind.CLIENT,
    PrincipalKind.SENDER, PrincipalKind.BREAKGLASS, PrincipalKind.RECOVERY,
)  # fmt: skip
GROUPS = frozenset({PrincipalKind.DESK, PrincipalKind.BREAKGLASS})
REASONS: dict[str, Words] = {
    "report": gettext_lazy("Laporan dikirim ke meja ini"),
    "manager": gettext_lazy("Mengelola kasus ini"),
    "case_manager": gettext_lazy("Mengelola kasus dari laporan ini"),
    "receipt": gettext_lazy("Membaca dan menulis percakapannya sendiri"),
    "recovery": gettext_lazy("Hanya bila tidak ada lagi yang dapat membuka; perlu tiga dari lima pemegang kepingan"),
    "breakglass": gettext_lazy("Hanya keadaan darurat, dengan alasan, dan ditinjau"),
    **{role.value: gettext_lazy("Bertugas dalam kasus ini") for role in Role},
    **{reason.value: reason.label for reason in AccessReason},
}


@dataclass(frozen=True)
class HolderView:
    """One who can open something of a dossier now, or could until a moment that is past."""

    principal_id: UUID
    kind: PrincipalKind
    name: Words
    role: Words
    parts: list[Words]
    """Names of compartments; empty: the whole dossier."""
    since: datetime
    by: str
    why: Words
    until: datetime | None
    is_over: bool
    members: list[str] = field(default_factory=list)
    closed: frozenset[Compartment] = frozenset()
    """What they hold now, but not as it was written before they came."""
    user: User | None = None
    is_dead: bool = False
    """The key is lost: the wrap is there and opens nothing."""

    @property
    def closed_words(self) -> list[Words]:
        """The names of what is older and closed to them."""
        return [part.label for part in sorted(self.closed)]


@dataclass(frozen=True)
class Names:
    """Who stands behind a principal."""

    users: dict[UUID, User]
    desks: dict[UUID, Desk]
    units: dict[UUID, Unit]
    kinds: dict[UUID, PrincipalKind]
    former: dict[UUID, str]

    @classmethod
    def of(cls, principals: Iterable[UUID]) -> Names:
        """Read them, in five queries."""
        wanted = set(principals)
        users = User.objects.filter(principal_id__in=wanted).select_related("unit")
        units = Unit.objects.filter(breakglass_id__in=wanted)
        return cls(
            {user.principal_id: user for user in users},
            {desk.principal_id: desk for desk in Desk.objects.filter(principal_id__in=wanted)},
            {unit.breakglass_id: unit for unit in units if unit.breakglass_id},
            {one.id: PrincipalKind(one.kind) for one in Principal.objects.filter(id__in=wanted)},
            dict(FormerKeys.objects.filter(principal_id__in=wanted).values_list("principal_id", "user__display_name")),
        )

    def who(self, principal: UUID) -> tuple[Words, Words]:
        """Return name and role."""
        user, desk, unit = self.users.get(principal), self.desks.get(principal), self.units.get(principal)
        if user is not None:
            return user.display_name, user.get_role_display()
        if desk is not None:
            return desk.name, PrincipalKind.DESK.label
        if unit is not None:
            return PrincipalKind.BREAKGLASS.label, unit.name
        if principal in self.former:
            return _("Kunci lama %(name)s") % {"name": self.former[principal]}, _("tidak berlaku")
        return self.kinds.get(principal, PrincipalKind.USER).label, ""

    def grantor(self, principal: UUID | None) -> str:
        """Return by whom a grant was made."""
        if principal is None:
            return _("sistem, saat laporan diterima")
        user = self.users.get(principal)
        return user.display_name if user else self.former.get(principal, _("pemegang kunci sebelumnya"))


def list_holders(*, dossier_id: UUID, viewer: User, at: datetime) -> list[HolderView]:
    """Return who can open a dossier, people first; nothing for whom it is not to know of.

    An end that is past is told as past until the worker has deleted the keys; a lost key as lost, after the others,
    until somebody has opened the dossier again for whoever had it.
    """
    grants = list_grants(dossier_id=dossier_id, viewer=viewer)
    names = Names.of({one.principal_id for one in grants} | {one.grantor_id for one in grants if one.grantor_id})
    groups = {one.principal_id for one in grants if names.kinds.get(one.principal_id) in GROUPS}
    members = {group: sorted(vault.read_members(group)) for group in groups}
    people = Names.of(who for group in members.values() for who in group).users
    dead = list_dead(grants)
    found = [
        _holder(
            [one for one in grants if one.principal_id == principal],
            grants,
            names,
            [people[who].display_name for who in members.get(principal, ()) if who in people],
            at,
            dead,
        )
        for principal in {one.principal_id for one in grants}
    ]
    return sorted(found, key=lambda one: (one.is_dead, ORDER.index(one.kind), one.since, str(one.name)))


def closed_before(grants: Sequence[GrantView], principal: UUID) -> frozenset[Compartment]:
    """Return what somebody holds in the newest epoch, while others hold it in an earlier one where they do not."""
    own = [one for one in grants if one.principal_id == principal]
    if not own or any(one.compartments is None for one in own):
        return frozenset()
    newest = max(one.epoch for one in own)
    held = _parts(one for one in own if one.epoch == newest)
    closed: set[Compartment] = set()
    for epoch in {one.epoch for one in grants if one.epoch < newest}:
        others = _parts(one for one in grants if one.epoch == epoch and one.principal_id != principal)
        closed |= (held & others) - _parts(one for one in own if one.epoch == epoch)
    return frozenset(closed)


def _parts(grants: Iterable[GrantView]) -> frozenset[Compartment]:
    return frozenset(part for one in grants for part in one.compartments or ())


def _holder(
    own: Sequence[GrantView],
    everybody: Sequence[GrantView],
    names: Names,
    members: list[str],
    at: datetime,
    dead: set[UUID],
) -> HolderView:
    first = min(own, key=lambda one: (one.epoch, one.made_at))
    newest = [one for one in own if one.epoch == max(each.epoch for each in own)]
    last = max(newest, key=lambda one: (one.not_after is None, one.not_after or at))
    name, role = names.who(last.principal_id)
    live = [one for one in everybody if one.is_live(at)]
    is_dead = last.principal_id in dead
    return HolderView(
        principal_id=last.principal_id,
        kind=names.kinds.get(last.principal_id, PrincipalKind.USER),
        name=name,
        role=role,
        parts=[] if last.compartments is None else [part.label for part in sorted(_parts(newest))],
        since=first.made_at,
        by=names.grantor(first.grantor_id),
        why=REASONS.get(last.reason, last.reason),
        until=last.not_after,
        is_over=not last.is_live(at),
        members=members,
        closed=frozenset() if is_dead else closed_before(live, last.principal_id),
        user=names.users.get(last.principal_id),
        is_dead=is_dead,
    )
