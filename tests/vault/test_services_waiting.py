"""What waits for somebody's keys: asked once, done by the next who can, told to nobody else."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role
from ruangaman.core.errors import Conflict, Locked, NotAllowed, NotFound
from ruangaman.vault import services
from ruangaman.vault.errors import NotHeld
from ruangaman.vault.models import Dossier, Grant, Principal, Waiting
from ruangaman.vault.selectors import held_of, list_declined, list_grants, list_requests, list_waiting
from ruangaman.vault.types import Closed, Compartment, GrantSpec
from tests.factories.vault import FEB_1, FEB_2, FEB_9, Person, Town, grant, working
from tests.vault.test_services_contents import reveal, seal

C = Compartment


def two(town: Town, lead: Person, leaver: Person, **more: UUID) -> UUID:
    """A dossier that both hold."""
    return town.dossier(lead, grant(lead, C.NARRATIVE, C.WORK), grant(leaver, C.NARRATIVE), **more).dossier_id


def leave(leaver: Person, by: Person) -> int:
    with working(by):
        return services.ask_for_new_epochs_without(principal_id=leaver.principal_id, reason="left", by=by, at=FEB_2)


def lines_of(viewer: Person, **more: UUID) -> list[Waiting]:
    with working(viewer):
        return list_waiting(viewer=viewer, units=viewer.units, at=FEB_2, **more)


def do(line: Waiting, by: Person, at=FEB_2) -> Waiting:
    with working(by):
        return services.do_waiting(waiting_id=line.pk, by=by, at=at)


def test_a_leaver_s_dossiers_wait_for_a_new_epoch_whoever_asks(town: Town, lead: Person):
    leaver, head = town.person(), town.person()
    dossiers = {two(town, lead, leaver), two(town, lead, leaver)}
    town.dossier(lead)

    assert leave(leaver, head) == 2
    assert leave(leaver, head) == 0

    lines = lines_of(lead)
    assert {line.dossier_id for line in lines} == dossiers
    assert lines_of(head) == []
    assert AuditEvent.objects.filter(type="vault.asked").count() == 2


def test_one_button_begins_the_epoch_without_the_leaver(town: Town, lead: Person):
    leaver = town.person()
    dossier = two(town, lead, leaver)
    leave(leaver, town.first)
    line = lines_of(lead)[0]

    assert do(line, lead).done_at == FEB_2
    assert do(line, lead).done_by_id == lead.principal_id

    assert Dossier.objects.get(id=dossier).epoch == 2
    assert not Grant.objects.filter(principal_id=leaver.principal_id).exists()
    assert lines_of(lead) == []
    ref = seal(dossier, lead, part=C.NARRATIVE)
    assert reveal(ref, lead)


def test_it_does_not_matter_that_the_wraps_are_gone_already(town: Town, lead: Person):
    leaver = town.person()
    dossier = two(town, lead, leaver)
    leave(leaver, town.first)
    with working(town.first):
        with pytest.raises(NotAllowed):
            services.delete_wraps_of(principal_id=leaver.principal_id, by=town.first, at=FEB_2)
        services.retire_principal(principal_id=leaver.principal_id, by=town.first, at=FEB_2)
        assert services.delete_wraps_of(principal_id=leaver.principal_id, by=town.first, at=FEB_2) == 1

    do(lines_of(lead)[0], lead)

    assert Dossier.objects.get(id=dossier).epoch == 2


def test_named_dossiers_are_asked_for_by_code_of_the_reason(town: Town, lead: Person):
    dossier = town.dossier(lead).dossier_id
    with working(role=Role.MIGRATE):
        wanted = [dossier, uuid4()]
        assert services.ask_for_new_epoch(dossier_ids=wanted, reason="key_changed", by=None, at=FEB_2) == 1
        assert services.ask_for_new_epoch(dossier_ids=wanted, reason="key_changed", by=None, at=FEB_2) == 0
    line = lines_of(lead)[0]
    assert (line.reason, line.principal_id, line.asked_by_id) == ("key_changed", None, None)
    assert lines_of(lead, only=line.pk) == [line]
    assert lines_of(lead, only=uuid4()) == []
    do(line, lead)
    assert Dossier.objects.get(id=dossier).epoch == 2


def test_who_oversees_the_unit_may_begin_an_epoch(town: Town, lead: Person):
    leaver, head, unit = town.person(), town.person(), uuid4()
    head.units = [unit]
    dossier = two(town, lead, leaver, unit_id=unit)
    leave(leaver, head)

    do(lines_of(head)[0], head)

    assert Dossier.objects.get(id=dossier).epoch == 2


def test_a_stranger_and_the_locked_do_nothing(town: Town, lead: Person):
    leaver, stranger = town.person(), town.person()
    two(town, lead, leaver)
    leave(leaver, town.first)
    line = lines_of(lead)[0]
    with pytest.raises(NotFound):
        do(line, stranger)
    with pytest.raises(Locked):
        do(line, lead.locked())
    with working(lead), pytest.raises(NotAllowed):
        services.decline_waiting(waiting_id=line.pk, by=lead, at=FEB_2)


def test_nobody_asks_in_another_s_name(town: Town, lead: Person):
    dossier = town.dossier(lead).dossier_id
    with working(town.first):
        assert services.ask_for_new_epoch(dossier_ids=[dossier], reason="left", by=lead, at=FEB_2) == 0


@pytest.fixture
def clinic(town: Town, lead: Person) -> tuple[UUID, UUID, Person, Person]:
    """A dossier with a clinical note of the first psychologist, and a second one who came later."""
    first, second = town.person(), town.person()
    dossier = town.dossier(lead, grant(lead, C.WORK)).dossier_id
    share(dossier, first, lead)
    ref = seal(dossier, first, part=C.CLINICAL)
    share(dossier, second, lead)
    return dossier, ref, first, second


def share(dossier: UUID, to: Person, by: Person) -> None:
    with working(by):
        services.share(dossier_id=dossier, to=[grant(to, C.CLINICAL)], by=by, at=FEB_1)


def ask(dossier: UUID, to: Person, by: Person, *, not_after=None) -> None:
    spec = GrantSpec(to.principal_id, frozenset({C.CLINICAL}), "assigned", not_after)
    with working(by):
        services.ask_to_share(dossier_id=dossier, to=spec, by=by, at=FEB_2)


def test_the_second_psychologist_reads_the_older_notes_when_the_first_shares_them(town: Town, lead: Person, clinic):
    dossier, ref, first, second = clinic
    with pytest.raises(NotHeld):
        reveal(ref, second)
    ask(dossier, second, lead)
    ask(dossier, second, lead)

    assert lines_of(lead) == []
    assert lines_of(second) == []
    (line,) = lines_of(first)
    with working(lead):
        assert [one.pk for one in list_requests(dossier)] == [line.pk]
    do(line, first)

    assert not isinstance(reveal(ref, second), Closed)


def test_only_the_holder_says_yes_or_no(town: Town, lead: Person, clinic):
    dossier, ref, first, second = clinic
    ask(dossier, second, lead)
    (line,) = lines_of(first)
    for who in (lead, second):
        with pytest.raises(NotAllowed):
            do(line, who)
        with working(who), pytest.raises(NotAllowed):
            services.decline_waiting(waiting_id=line.pk, by=who, at=FEB_2)
    with working(first):
        assert services.decline_waiting(waiting_id=line.pk, by=first, at=FEB_2).declined
        assert services.decline_waiting(waiting_id=line.pk, by=first, at=FEB_9).done_at == FEB_2
    with working(lead):
        assert list_declined(dossier_id=dossier) == {second.principal_id}
    with pytest.raises(NotHeld):
        reveal(ref, second)


def test_what_is_asked_for_stands_in_its_own_line_and_once(town: Town, lead: Person, clinic):
    dossier, _ref, first, second = clinic
    other = two(town, lead, second)
    leave(second, lead)
    spec = GrantSpec(second.principal_id, frozenset({C.CLINICAL, C.WORK}), "assigned", FEB_9)

    with working(lead, Role.MIGRATE):
        Waiting.objects.filter(kind="share").delete()
        for home, to in ((dossier, spec), (other, spec), (dossier, grant(first, C.WORK)), (dossier, spec)):
            services.ask_to_share(dossier_id=home, to=to, by=lead, at=FEB_2)
        services.close_request(dossier_id=other, principal_id=second.principal_id, by=lead, at=FEB_9, declined=True)
        services.ask_to_share(dossier_id=other, to=spec, by=lead, at=FEB_9)

    lines = Waiting.objects.filter(kind="share").order_by("asked_at", "done_at", "dossier_id")
    assert [(one.dossier_id, one.done_at) for one in lines.exclude(dossier_id=dossier)] == [
        (other, FEB_9), (other, None),
    ]  # fmt: skip
    line = lines.get(dossier_id=dossier, principal_id=second.principal_id)
    assert (line.principal_id, line.compartments, line.not_after, line.reason, line.asked_by_id, line.asked_at) == (
        second.principal_id, 1 << C.CLINICAL | 1 << C.WORK, FEB_9, "assigned", lead.principal_id, FEB_2,
    )  # fmt: skip
    assert Waiting.objects.filter(kind="epoch", done_at=None).exists(), "a new epoch still waits"


def test_nothing_is_asked_of_what_is_erased_or_unknown(town: Town, lead: Person, clinic):
    dossier, _ref, _first, second = clinic
    with working(role=Role.MIGRATE):
        services.shred(dossier_ids=[dossier], by=None, at=FEB_2)
    for home in (dossier, uuid4()):
        with working(lead, Role.MIGRATE), pytest.raises(NotFound):
            services.ask_to_share(dossier_id=home, to=grant(second, C.CLINICAL), by=lead, at=FEB_2)


def test_an_answer_closes_one_line_and_is_told(town: Town, lead: Person, clinic):
    dossier, _ref, first, second = clinic
    third = town.person()
    for who in (second, third):
        ask(dossier, who, lead, not_after=FEB_9)
    mine = Waiting.objects.get(kind="share", principal_id=third.principal_id)

    with pytest.raises(Conflict):
        do(mine, first, at=FEB_9)
    assert do(mine, first, at=FEB_9 - timedelta(microseconds=1)).declined is False

    event = AuditEvent.objects.get(type="vault.answered")
    assert (event.subject, event.actor) == (str(dossier), str(first.principal_id))
    assert event.detail == {"kind": "share", "principals": [str(third.principal_id)], "declined": False}
    assert Waiting.objects.get(kind="share", done_at=None).principal_id == second.principal_id


def test_what_is_shared_too_late_is_not_shared(town: Town, lead: Person, clinic):
    dossier, _ref, first, second = clinic
    ask(dossier, second, lead, not_after=FEB_2 + timedelta(hours=1))
    (line,) = lines_of(first)
    with pytest.raises(Conflict):
        do(line, first, at=FEB_9)


def test_a_request_is_closed_when_it_was_shared_otherwise(town: Town, lead: Person, clinic):
    dossier, _ref, first, second = clinic
    ask(dossier, second, lead)
    with working(lead):
        who = {"dossier_id": dossier, "principal_id": second.principal_id}
        services.close_request(**who, by=lead, at=FEB_2, declined=False)
        services.close_request(**who, by=lead, at=FEB_2, declined=False)
        assert list_declined(dossier_id=dossier) == set()
    assert lines_of(first) == []


def test_a_stranger_asks_for_nothing(town: Town, lead: Person, clinic):
    dossier, _ref, _first, second = clinic
    with pytest.raises(NotFound):
        ask(dossier, second, town.person())


def test_erasing_ends_what_waits(town: Town, lead: Person):
    leaver = town.person()
    dossier = two(town, lead, leaver)
    leave(leaver, town.first)
    with working(role=Role.MIGRATE):
        services.shred(dossier_ids=[dossier], by=None, at=FEB_9)
    assert not Waiting.objects.filter(done_at=None).exists()


def test_what_somebody_holds_is_told_without_opening_it(town: Town, lead: Person, clinic):
    dossier, _ref, first, second = clinic
    for who, parts in ((lead, {C.WORK}), (first, {C.CLINICAL}), (second, {C.CLINICAL}), (town.first, set())):
        with working(who):
            assert held_of(dossier_id=dossier, viewer=who, at=FEB_2) == parts


# --- until when ----------------------------------------------------------------------------------------------------


def until(dossier: UUID, who: Person, not_after, by: Person, at=FEB_2) -> None:
    with working(by):
        services.set_expiry(dossier_id=dossier, principal_id=who.principal_id, not_after=not_after, by=by, at=at)


def test_an_access_ends_at_another_moment_in_every_epoch(town: Town, lead: Person):
    guest = town.person()
    dossier = town.dossier(lead, grant(lead, C.WORK), grant(guest, C.WORK)).dossier_id
    ref = seal(dossier, lead, part=C.WORK)
    with working(lead):
        services.rotate(dossier_id=dossier, by=lead, at=FEB_1)
    until(dossier, guest, FEB_2 + timedelta(hours=1), lead)

    assert reveal(ref, guest, at=FEB_2)
    with pytest.raises(NotFound):
        reveal(ref, guest, at=FEB_9)
    with working(lead):
        views = [one for one in list_grants(dossier_id=dossier, viewer=lead) if one.principal_id == guest.principal_id]
    assert [one.epoch for one in views] == [1, 2]
    assert {one.not_after for one in views} == {FEB_2 + timedelta(hours=1)}

    until(dossier, guest, None, lead)
    assert reveal(ref, guest, at=FEB_9)
    events = AuditEvent.objects.filter(type="vault.expiry_changed").order_by("seq")
    assert [one.detail["until"] is None for one in events] == [False, True]


def test_who_cannot_open_it_cannot_wrap_it_again(town: Town, lead: Person, clinic):
    dossier, _ref, _first, second = clinic
    with pytest.raises(NotHeld):
        until(dossier, second, FEB_9, lead)


def test_desks_and_strangers_have_no_limit_to_change(town: Town, lead: Person):
    member, stranger = town.person(), town.person()
    desk = town.group(member)
    dossier = town.dossier(lead, grant(lead, C.WORK), grant(desk, C.WORK)).dossier_id
    with working(lead), pytest.raises(NotAllowed):
        services.set_expiry(dossier_id=dossier, principal_id=desk, not_after=FEB_9, by=lead, at=FEB_2)
    with pytest.raises(NotFound):
        until(dossier, stranger, FEB_9, lead)
    with pytest.raises(NotFound):
        until(dossier, lead, FEB_9, stranger)


def test_a_forged_grant_is_not_renewed(town: Town, lead: Person):
    guest = town.person()
    dossier = town.dossier(lead, grant(lead, C.WORK), grant(guest, C.WORK)).dossier_id
    from ruangaman.vault.errors import Tampered

    Grant.objects.filter(principal_id=lead.principal_id).update(reason="forged")
    with pytest.raises(Tampered):
        until(dossier, guest, FEB_9, lead)


def test_who_may_only_know_of_it_changes_no_limit(town: Town, lead: Person):
    guest, head, unit = town.person(), town.person(), uuid4()
    head.units = [unit]
    dossier = town.dossier(lead, grant(lead, C.WORK), grant(guest, C.WORK), unit_id=unit).dossier_id
    with pytest.raises(NotFound):
        until(dossier, guest, FEB_9, head)
    assert Principal.objects.filter(id=guest.principal_id).exists()
