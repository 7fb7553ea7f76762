"""What the lists of the vault say by their own words: read with an owner's rights, where no policy filters for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ruangaman.vault import selectors, services
from ruangaman.vault.models import (
    Dossier,
    ErasureOrder,
    Grant,
    Keeping,
    KeySignature,
    LegalHold,
    Principal,
    PrincipalKey,
    RetentionClass,
    Waiting,
    WaitingKind,
)
from ruangaman.vault.selectors import GrantView, can_do, grants_from_json, held_of, list_waiting
from ruangaman.vault.types import Compartment, ErasureReason, HoldReason, PrincipalKind
from tests.factories.vault import FEB_1, FEB_2, FEB_9, Person, Town, grant, working

C = Compartment
ME, OTHER = uuid4(), uuid4()
VIEWER = Person(None, ME)
MOMENT = timedelta(microseconds=1)

# --- grants, as a larger statement says them ------------------------------------------------------------------------


def row(who: UUID = ME, *keys: tuple[str, int, bool], **facts: Any) -> dict[str, Any]:
    """Return a grant as the database says it, with what keys its holder has: kind, generation, whether retired."""
    usual = {"id": str(uuid4()), "epoch": 1, "principal_id": str(who), "compartments": 1 << C.WORK, "grantor_id": None}
    more = {"reason": "assigned", "not_after": None, "made_at": FEB_1.isoformat(), "generation": 1}
    return {**usual, **more, "keys": [list(key) for key in keys], **facts}


def read(*rows: dict[str, Any], at: datetime = FEB_2) -> tuple[list[GrantView], set[UUID]]:
    """Read them for the viewer."""
    return grants_from_json(rows, viewer=VIEWER, at=at)


def test_a_grant_is_read_as_it_stands() -> None:
    facts = {
        "grantor_id": str(OTHER),
        "not_after": FEB_9.isoformat(),
        "generation": 3,
        "epoch": 2,
        "compartments": None,
    }
    one = row(**facts)

    ((found,), _dead) = read(one)

    assert found == GrantView(UUID(one["id"]), 2, ME, None, OTHER, "assigned", FEB_9, FEB_1, 3)
    ((plain,), _dead) = read(row())
    assert (plain.grantor_id, plain.not_after, plain.compartments) == (None, None, {C.WORK})


def test_the_own_ones_come_first() -> None:
    views, _dead = read(row(OTHER), row(ME), row(OTHER), row(ME))
    assert [view.principal_id for view in views] == [ME, ME, OTHER, OTHER]


def test_what_is_over_is_left_out_from_its_moment_on() -> None:
    for not_after, is_live in ((FEB_2 + MOMENT, True), (FEB_2, False)):
        views, dead = read(row(not_after=not_after.isoformat()))
        assert bool(views) is is_live
        assert bool(dead) is is_live, "without a key that opens"


USER, DESK = PrincipalKind.USER.value, PrincipalKind.DESK.value


@pytest.mark.parametrize(
    ("keys", "opens"),
    [
        ([(USER, 2, False)], True),
        ([(USER, 2, True)], False),
        ([(USER, 1, False)], False),
        ([(USER, 1, True), (USER, 2, False)], True),
        ([(USER, 3, False)], False),
        ([(DESK, 7, True)], True),
        ([], False),
    ],
)
def test_a_key_opens_while_it_is_the_newest_that_something_was_granted_to(
    keys: list[tuple[str, int, bool]], opens: bool
) -> None:
    _views, dead = read(row(ME, *keys, generation=2), row(ME, *keys, generation=1))
    assert dead == (set() if opens else {ME})


# --- what somebody holds --------------------------------------------------------------------------------------------


def test_what_is_held_is_what_was_granted_to_them_and_is_not_over(town: Town) -> None:
    lead, guest = town.person(), town.person()
    kept = town.dossier(lead, grant(lead, C.WORK), grant(guest, C.WORK, C.NARRATIVE)).dossier_id
    lent = town.dossier(lead, grant(lead, C.WORK), grant(guest, C.CONTACT, not_after=FEB_9)).dossier_id
    town.dossier(lead)
    with working(lead):
        services.rotate(dossier_id=kept, by=lead, at=FEB_1)

    for at, dossiers in ((FEB_9 - MOMENT, [kept, lent]), (FEB_9, [kept])):
        found = selectors.list_held_dossiers(principals=[guest.principal_id], at=at)
        assert sorted(found) == sorted(dossiers), "each once"
    for at, parts in ((FEB_9 - MOMENT, {C.CONTACT}), (FEB_9, set())):
        assert held_of(dossier_id=lent, viewer=guest, at=at) == parts
    assert held_of(dossier_id=kept, viewer=guest, at=FEB_2) == {C.WORK, C.NARRATIVE}
    Grant.objects.filter(dossier_id=lent, principal_id=guest.principal_id).update(compartments=None)
    assert held_of(dossier_id=lent, viewer=guest, at=FEB_2) == set(), "a whole key counts for no part"


# --- what waits -----------------------------------------------------------------------------------------------------


def waits(
    dossier: UUID, *, minutes: int = 0, to: Person | None = None, parts: Iterable[C] = (), **facts: Any
) -> Waiting:
    """Put a line: a new epoch, or parts to be shared."""
    asked = {"asked_at": FEB_1 + timedelta(minutes=minutes), "reason": "left"}
    bits = sum(1 << part for part in parts) or None
    kind = WaitingKind.SHARE if bits else WaitingKind.EPOCH
    who = to.principal_id if to else None
    return Waiting.objects.create(
        dossier_id=dossier, kind=kind, principal_id=who, compartments=bits, **{**asked, **facts}
    )


def test_what_waits_is_for_who_holds_it_or_oversees_the_unit_oldest_first(town: Town) -> None:
    lead, guest, third, unit = town.person(), town.person(), town.person(), uuid4()
    held = town.dossier(lead, grant(lead, C.WORK), grant(guest, C.WORK)).dossier_id
    over = town.dossier(lead, grant(lead, C.WORK), grant(guest, C.WORK, not_after=FEB_2)).dossier_id
    seen = town.dossier(lead, unit_id=unit).dossier_id
    far = town.dossier(lead, unit_id=uuid4()).dossier_id
    late, early, mine = waits(held, minutes=5), waits(seen, minutes=1), waits(over, minutes=2)
    share = waits(held, minutes=3, to=third, parts=[C.WORK])
    waits(held, minutes=9, to=lead, parts=[C.CLINICAL])
    waits(seen, to=third, parts=[C.WORK])
    waits(held, to=guest, parts=[C.WORK], done_at=FEB_1)
    waits(far)

    def lines(viewer: Person, units: list[UUID], at: datetime = FEB_2, **more: Any) -> list[Waiting]:
        return list_waiting(viewer=viewer, units=units, at=at, **more)

    assert lines(guest, []) == [share, late]
    assert lines(guest, [unit]) == [early, share, late]
    assert lines(guest, [], FEB_2 - MOMENT) == [mine, share, late]
    assert lines(guest, [unit], limit=1) == [early]
    assert lines(guest, [unit], only=late.pk) == [late]
    assert lines(third, []) == []
    Grant.objects.filter(dossier_id=held, principal_id=guest.principal_id).update(compartments=None)
    assert lines(guest, []) == [late], "a whole key shares no part"


def test_what_waits_on_one_dossier_is_told_oldest_first(town: Town) -> None:
    lead, first, second = town.person(), town.person(), town.person()
    dossier, other = town.dossier(lead).dossier_id, town.dossier(lead).dossier_id
    late = waits(dossier, minutes=2, to=first, parts=[C.WORK])
    early = waits(dossier, minutes=1, to=second, parts=[C.WORK])
    waits(dossier, done_at=FEB_1)
    waits(other)

    assert selectors.list_requests(dossier) == [early, late]


def test_the_last_answer_counts(town: Town) -> None:
    lead, no, yes = town.person(), town.person(), town.person()
    dossier, other = town.dossier(lead).dossier_id, town.dossier(lead).dossier_id
    for minutes, who, declined in ((3, no, True), (1, no, False), (1, yes, True), (3, yes, False)):
        waits(dossier, minutes=minutes, to=who, parts=[C.WORK], done_at=FEB_2, declined=declined)
    waits(other, to=yes, parts=[C.WORK], done_at=FEB_2, declined=True)
    waits(dossier, to=lead, done_at=FEB_2, declined=True)

    assert selectors.list_declined(dossier_id=dossier) == {no.principal_id}


def test_an_epoch_is_begun_by_anybody_and_parts_are_shared_by_who_holds_them_and_not_to_oneself() -> None:
    epoch = Waiting(kind=WaitingKind.EPOCH, principal_id=ME)
    to_other = Waiting(kind=WaitingKind.SHARE, principal_id=OTHER, compartments=1 << C.WORK)
    to_me = Waiting(kind=WaitingKind.SHARE, principal_id=ME, compartments=1 << C.WORK)

    assert can_do(epoch, held=frozenset(), viewer=VIEWER)
    assert can_do(to_other, held=frozenset({C.WORK, C.LEGAL}), viewer=VIEWER)
    assert not can_do(to_other, held=frozenset({C.LEGAL}), viewer=VIEWER)
    assert not can_do(to_me, held=frozenset({C.WORK}), viewer=VIEWER)


# --- keys that wait for a signature ---------------------------------------------------------------------------------


def test_a_key_waits_for_each_officer_until_two_of_them_signed_it(town: Town) -> None:
    waiting, stranger = town.person(signed=False), town.person()
    key = PrincipalKey.objects.get(principal_id=waiting.principal_id)

    def unsigned(by: Person) -> set[UUID]:
        query = Principal.objects.filter(pk=by.principal_id).values("pk")
        return set(selectors.unsigned_keys(query).values_list("principal_id", flat=True))

    assert unsigned(town.first) == unsigned(town.second) == {waiting.principal_id}
    assert unsigned(stranger) == set()
    KeySignature.objects.create(key=key, officer_id=stranger.principal_id, signature=bytes(64), signed_at=FEB_1)
    with working(town.first):
        services.sign_key(principal_id=waiting.principal_id, by=town.first, at=FEB_1)
    assert (unsigned(town.first), unsigned(town.second)) == (set(), {waiting.principal_id})

    Principal.objects.filter(pk=waiting.principal_id).update(retired_at=FEB_2)
    assert unsigned(town.second) == set()
    Principal.objects.filter(pk=waiting.principal_id).update(retired_at=None)
    PrincipalKey.objects.filter(pk=key.pk).update(retired_at=FEB_2)
    assert unsigned(town.second) == set()
    PrincipalKey.objects.filter(pk=key.pk).update(retired_at=None)
    assert unsigned(town.second) == {waiting.principal_id}
    with working(town.second):
        services.sign_key(principal_id=waiting.principal_id, by=town.second, at=FEB_1)
    assert unsigned(town.second) == set()


# --- the register of what has ended -----------------------------------------------------------------------------


def ended(dossier: UUID, code: str, *, until: date = date(2036, 2, 9), **facts: Any) -> UUID:
    """Put an ended dossier into the register."""
    found = RetentionClass.objects.filter(kind="case").order_by("pk").first()
    Keeping.objects.create(dossier_id=dossier, code=code, retention=found, ended_at=FEB_2, keep_until=until, **facts)
    return dossier


def test_the_register_begins_with_what_is_due_and_ends_with_what_is_erased(town: Town) -> None:
    lead = town.person()
    dossiers = [town.dossier(lead).dossier_id for _ in range(4)]
    for dossier, code, day in zip(dossiers, ("K-4", "K-3", "K-2", "K-1"), (9, 9, 8, 7), strict=True):
        ended(dossier, code, until=date(2036, 2, day))
    Dossier.objects.filter(pk=dossiers[3]).update(shredded_at=FEB_9)
    ended(town.dossier(lead).dossier_id, "K-0", with_dossier_id=dossiers[0])

    assert [one.keeping.code for one in selectors.list_kept()] == ["K-2", "K-3", "K-4", "K-1"]
    assert [one.keeping.code for one in selectors.list_kept(limit=1)] == ["K-2"]
    assert [one.keeping.code for one in selectors.list_kept(codes=["K-4", "K-1", "K-0"])] == ["K-4", "K-1"]


def test_what_stands_in_the_way_and_what_was_ordered_is_told_of_each(town: Town) -> None:
    lead = town.person()
    a, b, c, part, deeper = (town.dossier(lead).dossier_id for _ in range(5))
    for dossier, code in ((a, "K-1"), (b, "K-2"), (c, "K-3")):
        ended(dossier, code)
    ended(part, "L-2", with_dossier_id=b)
    ended(deeper, "L-1", with_dossier_id=part)
    town.dossier(lead)
    far = town.dossier(lead).dossier_id

    def hold(dossier: UUID, **facts: Any) -> LegalHold:
        placed = {"reason": HoldReason.COURT, "placed_by_id": lead.principal_id, "placed_at": FEB_2}
        return LegalHold.objects.create(dossier_id=dossier, **{**placed, **facts})

    def order(dossier: UUID, at: datetime, **facts: Any) -> ErasureOrder:
        asked = {"reason": ErasureReason.DUE, "proposed_by_id": lead.principal_id, "proposed_at": at}
        return ErasureOrder.objects.create(dossier_id=dossier, **{**asked, **facts})

    released = {"released_at": FEB_9, "released_by_id": lead.principal_id}
    withdrawn = {"withdrawn_at": FEB_9, "withdrawn_by_id": lead.principal_id}
    hold(a, **released)
    hold(far)
    held = hold(deeper)
    order(a, FEB_9, **withdrawn)
    order(b, FEB_2 - MOMENT)
    counts = order(c, FEB_2)

    found = {one.keeping.code: one for one in selectors.list_kept()}

    assert {code: one.hold for code, one in found.items()} == {"K-1": None, "K-2": held, "K-3": None}
    assert {code: one.order for code, one in found.items()} == {"K-1": None, "K-2": None, "K-3": counts}
    assert {code: one.together for code, one in found.items()} == {"K-1": [], "K-2": ["L-1", "L-2"], "K-3": []}
    assert selectors.get_hold(deeper) == held
    assert selectors.get_hold(a) is None
    assert selectors.get_hold(part) is None


def test_what_goes_with_a_dossier_is_found_to_the_end_once_and_in_order(town: Town) -> None:
    lead = town.person()
    root, other, first, second, deeper = (town.dossier(lead).dossier_id for _ in range(5))
    ended(root, "K-1")
    ended(other, "K-2")
    ended(second, "L-2", with_dossier_id=root)
    ended(first, "L-1", with_dossier_id=root)
    ended(deeper, "K-1", with_dossier_id=second)

    found = selectors.going_with([root, other])

    assert {one: [part.dossier_id for part in parts] for one, parts in found.items()} == {
        root: [first, second, deeper],
        other: [],
    }
    assert {one.keeping.code: one.together for one in selectors.list_kept()}["K-1"] == ["L-1", "L-2"], "not itself"
