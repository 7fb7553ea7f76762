"""The head's view of a unit: who carries how much, what is late or about to be, who cannot work. Codes and counts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ruangaman.accounts.models import User
from ruangaman.accounts.types import CASE_ROLES, Role
from ruangaman.cases.models import Assignment, Case
from ruangaman.cases.types.load import HEIGHT, STEP, PersonLoad
from ruangaman.clocks.selectors import count_by_owner
from ruangaman.clocks.types import Standing
from ruangaman.ui.types import Words
from ruangaman.vault import services as vault

NARROWEST = 180
"""The picture's width when nobody has many cases: a single case must not fill the page."""


@dataclass(frozen=True)
class UnitLoad:
    """Everybody's load, the heaviest first.

    Args:
        others: what is the turn of nobody among them: of a desk, of the head, of nobody yet.
    """

    people: list[PersonLoad]
    others: Standing

    @property
    def width(self) -> int:
        """The width of every picture: one scale for all."""
        return max([NARROWEST, *(STEP * one.cases for one in self.people)])

    @property
    def height(self) -> int:
        """The height of every picture."""
        return HEIGHT

    @property
    def late(self) -> int:
        """How much is late in all."""
        return self.others.late + sum(one.overdue for one in self.people)

    @property
    def soon(self) -> int:
        """How much ends within a day."""
        return self.others.soon + sum(one.soon for one in self.people)

    @property
    def absent(self) -> list[PersonLoad]:
        """Who has cases or turns and cannot work on them."""
        return [one for one in self.people if one.why_absent and (one.cases or one.overdue or one.soon)]

    @property
    def headline(self) -> str:
        """Answer whether something is late or about to be."""
        late, soon = self.late, self.soon
        if late and soon:
            return _("%(late)d hal terlambat, %(soon)d lagi dalam 24 jam.") % {"late": late, "soon": soon}
        if late:
            return ngettext("%(n)d hal terlambat.", "%(n)d hal terlambat.", late) % {"n": late}
        if soon:
            return _("Tidak ada yang terlambat; %(soon)d berakhir dalam 24 jam.") % {"soon": soon}
        return _("Tidak ada yang terlambat atau hampir terlambat.")


def get_unit_load(*, viewer: User, at: datetime) -> UnitLoad:
    """Return the load of the units that `viewer` oversees: four queries, however many people and cases there are."""
    cases = _cases_by_person(viewer)
    needs = count_by_owner(viewer=viewer, at=at)
    staff = Q(unit_id__in=viewer.oversight_units, role__in=CASE_ROLES, is_active=True)
    carriers = Q(pk__in=cases) | Q(pk__in=[pk for pk in needs if pk is not None], role__in=CASE_ROLES)
    users = list(
        User.objects.filter(staff | carriers).values_list("pk", "display_name", "role", "is_active", "principal_id")
    )
    vouched = {one.principal_id for one in vault.list_keys([row[-1] for row in users]) if one.is_vouched}
    people = [
        PersonLoad(
            name,
            Role(role).label,
            cases.get(pk, {}),
            standing=needs.get(pk, Standing()),
            why_absent=_absence(is_active, principal in vouched),
        )
        for pk, name, role, is_active, principal in users
    ]
    shown = {row[0] for row in users}
    return UnitLoad(
        people=sorted(people, key=lambda one: (-one.weight, -one.overdue, one.name)),
        others=sum((one for pk, one in needs.items() if pk not in shown), Standing()),
    )


def _absence(is_active: bool, is_vouched: bool) -> Words:
    """Say why somebody cannot work; "": nothing that the house knows of. Who signs in when is written down nowhere."""
    if not is_active:
        return _("sudah keluar")
    return "" if is_vouched else _("kuncinya belum disahkan")


def _cases_by_person(viewer: User) -> dict[UUID, dict[int, int]]:
    found: dict[UUID, dict[int, int]] = defaultdict(dict)
    parts = Assignment.objects.filter(until=None, case__in=Case.objects.overseen_by(viewer).open())
    for user_id, risk, count in parts.values_list("user_id", "case__risk").annotate(Count("pk")).order_by():
        found[user_id][risk] = count
    return found
