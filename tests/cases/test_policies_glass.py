"""Who may do what about an emergency opening, without a database: each condition alone decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.cases import policies
from ruangaman.cases.models import Glass
from tests.factories.unsaved import AT, HERE, THERE, person, with_verbs

OPENER, HOLDER, HEAD, DPO = (person(one) for one in (Role.PENDAMPING, Role.PSIKOLOG, Role.KEPALA, Role.DPO))
FAR_HEAD, FAR_DPO = person(Role.KEPALA, unit=THERE), person(Role.DPO, unit=THERE)


def asked(**facts: Any) -> Glass:
    """Return an opening of this unit that waits for a second person."""
    return Glass(**{"unit": HERE, "opener": OPENER, "asked_at": AT, **facts})


def opened(**facts: Any) -> Glass:
    """Return one that runs until an hour after `AT`, agreed to by the holder, to be reviewed within a day."""
    begun = {"agreed_by": HOLDER, "agreed_at": AT, "opened_at": AT, "until": AT + timedelta(hours=1)}
    return asked(**{**begun, "review_due_at": AT + timedelta(days=1), **facts})


READY = {"agreed_by": HOLDER, "agreed_at": AT}
CLOSED = {"closed_at": AT, "closed_by": OPENER, "ending": "done"}


def agrees(user: User, glass: Glass, *, is_holder: bool, reviewers: set[UUID]) -> bool:
    """Return whether `user` may be the second person at `AT`."""
    return policies.can_agree(user, glass, AT, is_holder=is_holder, reviewers=reviewers)


def test_an_opening_is_answered_for_by_the_head_of_its_unit_and_by_the_data_protection_officer() -> None:
    glass = asked()

    assert policies.oversees_glass(HEAD, glass)
    assert policies.oversees_glass(FAR_DPO, glass)
    assert not policies.oversees_glass(FAR_HEAD, glass)
    assert not policies.oversees_glass(HOLDER, glass)
    assert not policies.oversees_glass(with_verbs(role=Role.DPO), glass)


def test_a_second_person_holds_the_key_or_answers_for_it_and_never_asked() -> None:
    glass, all_of_them = asked(), {HEAD.pk, DPO.pk}

    assert agrees(HOLDER, glass, is_holder=True, reviewers=all_of_them)
    assert agrees(HEAD, glass, is_holder=False, reviewers=all_of_them)
    assert not agrees(HOLDER, glass, is_holder=False, reviewers=all_of_them)
    assert not agrees(OPENER, glass, is_holder=True, reviewers=all_of_them)


def test_the_last_one_who_could_review_it_does_not_agree() -> None:
    assert not agrees(HEAD, asked(), is_holder=False, reviewers={HEAD.pk})
    assert not agrees(HEAD, asked(), is_holder=False, reviewers={HEAD.pk, OPENER.pk})
    assert agrees(HOLDER, asked(), is_holder=True, reviewers={HEAD.pk})


@pytest.mark.parametrize("glass", [asked(**READY), asked(is_danger=True), opened(), asked(**CLOSED)])
def test_only_what_waits_for_a_second_person_is_agreed_to(glass: Glass) -> None:
    assert not agrees(HOLDER, glass, is_holder=True, reviewers={HEAD.pk, DPO.pk})


@pytest.mark.parametrize(
    ("glass", "waits"),
    [
        (asked(), True),
        (asked(**READY), True),
        (asked(is_danger=True), True),
        (opened(), False),
        (asked(**CLOSED), False),
    ],
)
def test_what_has_not_begun_is_declined_by_whoever_could_agree(glass: Glass, waits: bool) -> None:
    assert policies.can_decline(HOLDER, glass, AT, is_holder=True) is waits
    assert policies.can_decline(HEAD, glass, AT, is_holder=False) is waits
    assert not policies.can_decline(HOLDER, glass, AT, is_holder=False)
    assert not policies.can_decline(FAR_HEAD, glass, AT, is_holder=False)
    assert not policies.can_decline(OPENER, glass, AT, is_holder=True)


def test_it_is_begun_by_who_asked_once_nobody_is_waited_for() -> None:
    frozen = person(Role.PENDAMPING, emergency_frozen_at=AT)

    assert policies.can_begin(OPENER, asked(**READY), AT)
    assert not policies.can_begin(HOLDER, asked(**READY), AT)
    assert not policies.can_begin(OPENER, asked(), AT)
    assert not policies.can_begin(OPENER, opened(), AT)
    assert not policies.can_begin(frozen, asked(**READY, opener=frozen), AT)


def test_a_running_one_is_ended_by_who_opened_manages_or_answers_for_it() -> None:
    assert policies.can_end(OPENER, opened(), AT, manages=False)
    assert policies.can_end(HOLDER, opened(), AT, manages=True)
    assert policies.can_end(HEAD, opened(), AT, manages=False)
    assert not policies.can_end(HOLDER, opened(), AT, manages=False)
    assert not policies.can_end(OPENER, opened(), AT + timedelta(hours=1), manages=False)
    assert not policies.can_end(OPENER, asked(**READY), AT, manages=True)


def test_it_is_reviewed_by_who_answers_for_it_and_neither_opened_nor_agreed() -> None:
    assert policies.can_review(HEAD, opened())
    assert policies.can_review(DPO, opened())
    assert not policies.can_review(HOLDER, opened())
    assert not policies.can_review(HEAD, opened(opener=HEAD))
    assert not policies.can_review(HEAD, opened(agreed_by=HEAD))


def test_one_opening_that_nobody_reviewed_in_time_freezes_the_right() -> None:
    due = AT + timedelta(days=1)
    reviewed = opened(reviewed_at=due, reviewed_by=HEAD)

    assert not policies.is_frozen(OPENER, [opened(), reviewed], due - timedelta(seconds=1))
    assert policies.is_frozen(OPENER, [reviewed, opened()], due)
    assert not policies.is_frozen(OPENER, [reviewed], due)
    assert policies.is_frozen(person(Role.PENDAMPING, emergency_frozen_at=AT), [], AT)
