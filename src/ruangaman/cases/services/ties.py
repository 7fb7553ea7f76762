"""What people are to each other, and that two of them are one: linked and unlinked, never copied.

A tie across cases is made by who holds keys of both. Both people stay in their own dossiers; undoing it leaves
everything as if it had never been, but for the trail and the row that says from when to when.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit.types import Detail, EventType
from ruangaman.cases import events
from ruangaman.cases.models import Case, Person, Tie
from ruangaman.cases.services.loading import lock_case, lock_writable
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types.ties import ACROSS, RELATIONS, TieKind
from ruangaman.core.errors import Conflict, NotFound


@transaction.atomic
def tie_people(
    *, code: str, person_id: UUID, other_id: UUID, kind: TieKind, by: User, at: datetime, tie_id: UUID | None = None
) -> Tie:
    """Say what somebody in a case is to somebody else. Said twice is said once.

    Args:
        person_id: in the case; the words of `kind` are theirs about the other.
        other_id: in the same case; for the same person or one household also in another that `by` holds keys of.
        tie_id: the new row's id, minted with the form.

    Raises:
        NotFound: no such case for `by`, or one of the two is not for `by` to know of.
        CaseClosed, NotAllowed: nothing is written.
        Conflict: the two are one row, or the relation is one for people of one case.

    Writes: the row, one `cases.tied` event in each case that it touches.
    """
    case = lock_writable(code, by)
    first, second = _find(person_id, by, within=case), _find(other_id, by)
    if first.pk == second.pk:
        raise Conflict(_("Pilih dua orang yang berbeda."))
    if kind in RELATIONS and second.case_id != case.pk:
        raise Conflict(_("Hubungan ini hanya antara orang dalam satu kasus."))
    standing = Tie.objects.filter(_between(kind, first, second), until=None).first() or _made_before(tie_id, first)
    if standing is not None:
        return standing
    tie = Tie(id=tie_id or uuid4(), kind=kind, first=first, second=second, since=at, by=by)
    tie.save(force_insert=True)
    _tell(events.TIED, tie, by=by, at=at)
    return tie


@transaction.atomic
def untie_people(*, code: str, tie_id: UUID, by: User, at: datetime) -> Tie:
    """Take a tie away, at any time; it stays as a row that is over. Twice is once.

    Raises:
        NotFound: no such case or tie for `by`, or they do not work on both cases.

    Writes: the row, one `cases.untied` event in each case that it touched.
    """
    case = lock_case(code, by)
    tie = Tie.objects.filter(Q(first__case=case) | Q(second__case=case), pk=tie_id).first()
    if tie is None or not {tie.first.case_id, tie.second.case_id} <= _held(by, [tie.first, tie.second]):
        raise NotFound(_("Hubungan ini tidak ada dalam kasus ini."))
    if tie.until is None:
        tie.until, tie.until_by = at, by
        tie.save(update_fields=["until", "until_by"])
        _tell(events.UNTIED, tie, by=by, at=at)
    return tie


def _find(person_id: UUID, by: User, *, within: Case | None = None) -> Person:
    """Return somebody in a case that `by` works on. Raises NotFound."""
    rows = Person.objects.select_related("case").filter(pk=person_id)
    person = (rows.filter(case=within) if within else rows).first()
    if person is None or person.case_id not in _held(by, [person]):
        raise NotFound(_("Orang ini tidak ada dalam kasus ini."))
    return person


def _made_before(tie_id: UUID | None, first: Person) -> Tie | None:
    """Return what the same form made before."""
    return Tie.objects.filter(pk=tie_id, first=first).first() if tie_id else None


def _held(by: User, people: Collection[Person]) -> set[UUID]:
    """Return the cases of these people that `by` works on and holds a live grant on."""
    cases = Case.objects.granted_to(by).filter(pk__in={person.case_id for person in people})
    return set(cases.filter(assignments__user=by, assignments__until=None).values_list("pk", flat=True))


def _between(kind: TieKind, first: Person, second: Person) -> Q:
    """Match a tie of two people; one that says the same both ways has no direction."""
    straight = Q(kind=kind, first=first, second=second)
    return straight | Q(kind=kind, first=second, second=first) if kind in ACROSS else straight


def _tell(event: EventType, tie: Tie, *, by: User, at: datetime) -> None:
    detail: Detail = {"kind": tie.kind, "tie": str(tie.pk)}
    for case in {tie.first.case_id: tie.first.case, tie.second.case_id: tie.second.case}.values():
        tell(event, case, by=by, at=at, detail=detail)
