"""Recovery shares at work: what was open opens again, to the same person, and to nobody else."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role
from ruangaman.core.errors import NotAllowed, NotFound
from ruangaman.vault import directory, doors, recovery, services, wrapping
from ruangaman.vault.errors import KeyNotSigned, NotHeld, WrongKey
from ruangaman.vault.models import Door, Grant, KeyOfficer, KeySignature, OfficerList, PrincipalKey
from ruangaman.vault.services import DoorKind, recovering
from ruangaman.vault.types import Compartment, GrantSpec, PrincipalKind
from ruangaman.vault.wrapping import SigningPair
from tests.factories.vault import FEB_1, FEB_2, FEB_9, Person, Town, grant, working
from tests.vault.test_services_acceptance import accept, prepare
from tests.vault.test_services_contents import STORY, reveal
from tests.vault.test_services_contents import seal as seal_into

NARRATIVE, CLINICAL = Compartment.NARRATIVE, Compartment.CLINICAL
PASSWORD = "a door after the fire in march"


def custodians(town: Town) -> services.RecoveryActor:
    private = recovery.combine(town.shares[:3])
    with working(role=Role.MIGRATE):
        return services.recovery_actor(private)


def bring_back(town: Town, *lost: Person, signers: tuple[Person, ...] = ()) -> services.Rewrapped:
    """What `./ruang recover` does, with nothing asked."""
    actor, signers = custodians(town), signers or (town.first, town.second)
    ids = [one.principal_id for one in lost]
    done = services.Rewrapped()
    with working(role=Role.MIGRATE):
        for one in lost:
            one.keyring = services.renew_person(
                principal_id=one.principal_id, password=PASSWORD, code=doors.new_code(), at=FEB_2
            )
        if any(services.is_officer(one) for one in ids):
            services.reappoint_officers(signers=signers, at=FEB_2)
        groups = sorted({group for one in ids for group in services.groups_of(one)})
        for principal_id in ids:
            sign(signers, principal_id)
        for group_id in groups:
            services.renew_group(group_id=group_id, at=FEB_2)
            sign(signers, group_id)
        for principal_id in (*ids, *groups):
            done += services.rewrap(principal_id=principal_id, recovery=actor, by=signers[0], at=FEB_2)
    return done


def sign(signers: tuple[Person, ...], principal_id) -> None:
    for signer in signers:
        services.sign_key(principal_id=principal_id, by=signer, at=FEB_2)


def seal(dossier: services.OpenDossier, by: Person, part: Compartment = NARRATIVE) -> UUID:
    return seal_into(dossier.dossier_id, by, part)


def lose_keys(person: Person) -> Person:
    person.keyring = None
    return person


MADE = recovery.make_recovery()


def test_a_key_of_another_installation_is_not_taken_for_ours(town: Town):
    with working(role=Role.MIGRATE), pytest.raises(WrongKey):
        services.recovery_actor(recovery.combine(MADE.shares[:3]))


def test_only_a_recovery_key_that_two_officers_vouch_for_acts(town: Town):
    forged, ani = wrapping.generate(), town.person()
    PrincipalKey(
        id=uuid4(),
        principal_id=town.recovery_id,
        generation=2,
        kem_public=forged.public().to_bytes(),
        created_at=FEB_1,
    ).save(force_insert=True)
    with working(role=Role.MIGRATE):
        for private in (forged, ani.keyring.kem):
            with pytest.raises(WrongKey):
                services.recovery_actor(private)


# --- people --------------------------------------------------------------------------------------------------------


def test_who_lost_every_door_opens_the_old_dossier_again_by_both_new_ones(town: Town):
    ani = town.person()
    dossier = town.dossier(ani)
    ref = seal(dossier, ani)
    code = doors.new_code()
    actor = custodians(town)
    lose_keys(ani)

    with working(role=Role.MIGRATE):
        services.renew_person(principal_id=ani.principal_id, password=PASSWORD, code=code, at=FEB_2)
        sign((town.first, town.second), ani.principal_id)
        done = services.rewrap(principal_id=ani.principal_id, recovery=actor, by=town.first, at=FEB_2)
        by_password = services.open_door(principal_id=ani.principal_id, password=PASSWORD)
        printed = services.door_params(ani.principal_id, DoorKind.PRINTED)
        by_code = services.try_door(printed, doors.normalise_code(code.lower()))

    assert done == services.Rewrapped(dossiers=1, left=0)
    for keyring in (by_password, by_code):
        ani.keyring = keyring
        assert reveal(ref, ani) == STORY


def renew(person: Person) -> None:
    with working(role=Role.MIGRATE):
        services.renew_person(principal_id=person.principal_id, password=PASSWORD, code=doors.new_code(), at=FEB_2)


def test_fresh_keys_are_numbered_on_and_touch_nobody_elses(town: Town):
    ani, budi = town.person(), town.person()
    others = Door.objects.exclude(principal_id=ani.principal_id).order_by("pk")
    before = list(others.values())
    renew(ani)
    PrincipalKey.objects.filter(principal_id=ani.principal_id, generation=1).update(retired_at=FEB_1)

    renew(ani)

    keys = PrincipalKey.objects.filter(principal_id=ani.principal_id).order_by("generation")
    assert [(key.generation, key.retired_at) for key in keys] == [(1, FEB_1), (2, FEB_2), (3, None)]
    assert not PrincipalKey.objects.filter(principal_id=budi.principal_id).exclude(retired_at=None).exists()
    assert list(others.values()) == before
    assert sorted(Door.objects.filter(principal_id=ani.principal_id).values_list("kind", flat=True)) == [
        "password", "printed",
    ]  # fmt: skip
    told = AuditEvent.objects.filter(type="vault.person_renewed", subject=str(ani.principal_id)).order_by("seq")
    assert [event.detail for event in told] == [{"generation": 2}, {"generation": 3}]
    assert all(bytes(event.seals) for event in told), "the doors are known again"


def test_what_ends_later_comes_over_with_its_end_and_what_is_over_does_not(town: Town):
    ani, budi = town.person(), town.person()
    ends = [FEB_2, FEB_2 + timedelta(microseconds=1), FEB_9]
    for end in ends:
        town.dossier(budi, grant(budi, NARRATIVE), grant(ani, NARRATIVE, not_after=end))

    assert bring_back(town, lose_keys(ani)) == services.Rewrapped(dossiers=2, left=0)
    held = Grant.objects.filter(principal_id=ani.principal_id, generation=2).order_by("not_after")
    assert [row.not_after for row in held] == ends[1:]
    with working(role=Role.MIGRATE):
        more = {"recovery": custodians(town), "by": town.first, "at": FEB_2}
        assert services.rewrap(principal_id=ani.principal_id, **more) == services.Rewrapped(), "once is enough"


def test_many_dossiers_come_over_some_at_a_time_and_all_are_counted(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recovering, "AT_ONCE", 2)
    ani = town.person()
    desk = town.group(ani)
    mine = [town.dossier(ani).dossier_id for _ in range(3)]
    town.dossier(ani, grant(desk, NARRATIVE), grant(ani, NARRATIVE))
    lost = town.dossier(ani, grant(desk, NARRATIVE), grant(ani, NARRATIVE)).dossier_id
    Grant.objects.filter(principal_id=town.recovery_id, dossier_id=lost).delete()

    done = bring_back(town, lose_keys(ani))

    assert done == services.Rewrapped(dossiers=5, left=2)
    told = AuditEvent.objects.filter(type="vault.rewrapped", subject__in=[str(one) for one in mine])
    assert [event.detail for event in told] == [{"principals": [str(ani.principal_id)], "generation": 2}] * 3


def test_nothing_is_widened(town: Town):
    ani, budi = town.person(), town.person()
    partly = town.dossier(budi, grant(budi, NARRATIVE, CLINICAL), grant(ani, NARRATIVE))
    foreign = town.dossier(budi)
    past = town.dossier(budi, grant(budi, NARRATIVE), grant(ani, NARRATIVE, not_after=FEB_1.replace(hour=9)))
    open_ref, closed_ref = seal(partly, budi), seal(partly, budi, CLINICAL)
    foreign_ref, past_ref = seal(foreign, budi), seal(past, budi)

    assert bring_back(town, lose_keys(ani)).dossiers == 1

    assert reveal(open_ref, ani) == STORY
    for ref in (closed_ref, foreign_ref, past_ref):
        with pytest.raises((NotFound, NotHeld)):
            reveal(ref, ani)
    held = Grant.objects.filter(principal_id=ani.principal_id, generation=2)
    assert [row.dossier_id for row in held] == [partly.dossier_id]
    assert {row.not_after for row in held} == {None}


def test_what_somebody_held_under_an_earlier_principal_comes_over_too(town: Town):
    before, ani = town.person(), town.person()
    ref = seal(town.dossier(before), before)

    with working(role=Role.MIGRATE):
        done = services.rewrap(
            principal_id=ani.principal_id,
            recovery=custodians(town),
            by=town.first,
            at=FEB_2,
            former=[before.principal_id],
        )

    assert done == services.Rewrapped(dossiers=1, left=0)
    assert reveal(ref, ani) == STORY
    with pytest.raises(NotFound):
        reveal(ref, before)


def test_a_forged_grant_is_left_where_it_is(town: Town):
    ani, budi = town.person(), town.person()
    dossier = town.dossier(budi)
    other = town.dossier(ani)
    row = Grant.objects.get(principal_id=ani.principal_id, dossier_id=other.dossier_id)
    row.id, row.dossier_id = uuid4(), dossier.dossier_id
    row.save(force_insert=True)

    done = bring_back(town, lose_keys(ani))

    assert done == services.Rewrapped(dossiers=1, left=1)
    assert not Grant.objects.filter(principal_id=ani.principal_id, dossier_id=dossier.dossier_id, generation=2)


def test_what_is_not_open_to_the_recovery_key_is_left_and_counted(town: Town):
    ani = town.person()
    dossier, other = town.dossier(ani), town.dossier(ani)
    seal(dossier, ani)
    ref = seal(other, ani)
    Grant.objects.filter(principal_id=town.recovery_id, dossier_id=dossier.dossier_id).delete()

    done = bring_back(town, lose_keys(ani))

    assert done == services.Rewrapped(dossiers=1, left=1)
    assert reveal(ref, ani) == STORY
    left = Grant.objects.get(principal_id=ani.principal_id, dossier_id=dossier.dossier_id)
    assert left.generation == 1
    assert not AuditEvent.objects.filter(type="vault.rewrapped", subject=str(dossier.dossier_id)).exists()


def test_only_a_person_and_a_recovery_key_are_renewed_each_by_its_own_act(town: Town):
    ani = town.person()
    before = PrincipalKey.objects.count()
    with working(role=Role.MIGRATE):
        for nobody in (uuid4(), town.recovery_id):
            with pytest.raises(NotFound):
                services.renew_person(principal_id=nobody, password=PASSWORD, code=doors.new_code(), at=FEB_2)
        for nobody in (uuid4(), ani.principal_id):
            with pytest.raises(NotFound):
                services.renew_recovery(principal_id=nobody, public=MADE.public, at=FEB_2)

    assert PrincipalKey.objects.count() == before
    assert not PrincipalKey.objects.exclude(retired_at=None).exists()
    assert not AuditEvent.objects.filter(type="vault.person_renewed").exists()


def test_without_two_officers_nothing_is_wrapped_again(town: Town):
    ani = town.person()
    town.dossier(ani)
    actor = custodians(town)
    with working(role=Role.MIGRATE):
        services.renew_person(principal_id=ani.principal_id, password=PASSWORD, code=doors.new_code(), at=FEB_2)
        sign((town.first,), ani.principal_id)
        with pytest.raises(KeyNotSigned):
            services.rewrap(principal_id=ani.principal_id, recovery=actor, by=town.first, at=FEB_2)


def test_each_dossier_that_opens_again_leaves_an_event_in_its_own_lane(town: Town):
    ani = town.person()
    dossiers = [town.dossier(ani) for _ in range(3)]

    bring_back(town, lose_keys(ani))

    told = AuditEvent.objects.filter(type="vault.rewrapped")
    assert sorted(event.subject for event in told) == sorted(str(one.dossier_id) for one in dossiers)
    assert {event.actor for event in told} == {str(town.first.principal_id)}
    assert {event.lane for event in told} <= {one.dossier_id.int % 16 for one in dossiers}


def test_what_the_returned_one_signed_before_stays_good(town: Town):
    ani, budi = town.person(), town.person()
    ref = seal(town.dossier(ani, grant(ani, NARRATIVE), grant(budi, NARRATIVE)), ani)

    bring_back(town, lose_keys(ani))

    assert reveal(ref, budi) == STORY


# --- desks ---------------------------------------------------------------------------------------------------------


def test_a_desk_whose_only_member_lost_the_keys_opens_its_old_and_new_reports(town: Town):
    ani = town.person()
    desk = town.group(ani)
    ref = seal(town.dossier(ani, grant(desk, NARRATIVE)), ani)

    bring_back(town, lose_keys(ani))

    ani.keyring = ani.afresh().keyring
    assert reveal(ref, ani) == STORY
    with working():
        assert directory.read_directory().get(desk).generation == 2
    again = seal(town.dossier(ani, grant(desk, NARRATIVE)), ani)
    assert reveal(again, ani.afresh()) == STORY


def test_a_desk_gets_no_new_key_while_nobody_is_there_to_hold_it(town: Town):
    ani = town.person()
    desk = town.group(ani)
    with working(role=Role.MIGRATE):
        services.renew_person(principal_id=ani.principal_id, password=PASSWORD, code=doors.new_code(), at=FEB_2)
        sign((town.first,), ani.principal_id)
        with pytest.raises(KeyNotSigned):
            services.renew_group(group_id=desk, at=FEB_2)
        assert services.read_members(desk) == {ani.principal_id: [1]}

        sign((town.second,), ani.principal_id)
        services.renew_group(group_id=desk, at=FEB_2)
        assert services.read_members(desk) == {ani.principal_id: [2]}


def test_the_groups_of_somebody_are_those_that_live_and_each_is_renewed_by_itself(town: Town):
    ani, budi = town.person(), town.person()
    first, second, gone = (town.group(ani, budi) for _ in range(3))
    town.group(budi)
    with working(town.first):
        services.retire_principal(principal_id=gone, by=town.first, at=FEB_1)
    with working(role=Role.MIGRATE):
        assert services.groups_of(ani.principal_id) == sorted([first, second])
    renew(ani)
    with working(role=Role.MIGRATE):
        sign((town.first, town.second), ani.principal_id)
        services.renew_group(group_id=first, at=FEB_2)

        assert services.read_members(first) == {ani.principal_id: [2], budi.principal_id: [1, 2]}
        assert services.read_members(second) == {ani.principal_id: [1], budi.principal_id: [1]}


def test_the_colleagues_at_the_desk_go_on_undisturbed(town: Town):
    ani, budi, stranger = town.person(), town.person(), town.person()
    desk = town.group(ani, budi)
    ref = seal(town.dossier(ani, grant(desk, NARRATIVE)), ani)

    bring_back(town, lose_keys(ani))

    assert reveal(ref, budi.afresh()) == STORY
    stranger.desks = [desk]
    with pytest.raises((NotFound, NotHeld)):
        reveal(ref, stranger)


def test_what_was_sealed_to_the_old_desk_key_meanwhile_is_taken_in_by_another_sweep(town: Town):
    ani = town.person()
    desk = town.group(ani)
    late = town.dossier(ani, grant(desk, NARRATIVE))
    ref = seal(late, ani)
    old = Grant.objects.filter(principal_id=desk)
    kept = list(old)
    old.delete()
    bring_back(town, lose_keys(ani))
    Grant.objects.bulk_create(kept)

    with working(role=Role.MIGRATE):
        done = services.rewrap(principal_id=desk, recovery=custodians(town), by=town.first, at=FEB_9)

    assert done.dossiers == 1
    assert reveal(ref, ani.afresh()) == STORY


def test_break_glass_comes_back_whole(town: Town):
    ani = town.person()
    group = town.group(ani, kind=PrincipalKind.BREAKGLASS)
    whole = GrantSpec(group, None, "breakglass")
    dossier = town.dossier(ani, grant(ani, NARRATIVE), whole)

    bring_back(town, lose_keys(ani))

    row = Grant.objects.get(principal_id=group, dossier_id=dossier.dossier_id)
    assert (row.generation, row.compartments) == (2, None)


# --- officers ------------------------------------------------------------------------------------------------------


def test_both_officers_lost_come_back_and_what_they_had_signed_counts(town: Town):
    ani = town.person()
    ref = seal(town.dossier(ani), ani)
    before = {officer.principal_id: bytes(officer.signing_public) for officer in KeyOfficer.objects.all()}

    bring_back(town, lose_keys(town.first), lose_keys(town.second), signers=(town.first, town.second))

    after = {officer.principal_id: bytes(officer.signing_public) for officer in KeyOfficer.objects.all()}
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())
    assert reveal(ref, ani) == STORY
    with working():
        assert directory.read_directory().recovery is not None
        assert services.list_pending() == []
    newcomer = town.person()
    with working():
        assert services.is_active(newcomer.principal_id)


def test_officers_are_those_on_the_list_and_nobody_else_signs_again(town: Town):
    ani = town.person()
    with working(role=Role.MIGRATE):
        assert services.is_officer(town.first.principal_id)
        assert not services.is_officer(ani.principal_id)
        with pytest.raises(NotAllowed):
            services.reappoint_officers(signers=(town.first, ani), at=FEB_2)
        OfficerList.objects.update(mac=bytes(32))
        directory.forget()
        with pytest.raises(NotAllowed):
            services.reappoint_officers(signers=(), at=FEB_2)


def test_what_is_signed_again_is_counted_without_receipts_and_what_holds_is_left(town: Town):
    member = town.person()
    accept(prepare(town.group(member)))
    lose_keys(town.second)
    renew(town.second)
    counted = PrincipalKey.objects.exclude(principal__kind=PrincipalKind.RECEIPT).filter(retired_at=None).count() - 1

    with working(role=Role.MIGRATE):
        town.second.keyring = services.open_door(principal_id=town.second.principal_id, password=PASSWORD)
        signed = services.reappoint_officers(signers=(town.second, town.first), at=FEB_2)

    assert signed == counted + 1, "and the lost key, by which older signatures are checked"
    assert not KeySignature.objects.filter(key__principal__kind=PrincipalKind.RECEIPT).exists()
    own = KeySignature.objects.filter(officer_id=town.first.principal_id)
    assert set(own.values_list("signed_at", flat=True)) == {FEB_1}, "good signatures stay as they are"
    assert {FEB_2} == set(
        KeySignature.objects.filter(officer_id=town.second.principal_id).values_list("signed_at", flat=True)
    )


def test_one_officer_lost_comes_back_with_the_other_at_hand(town: Town):
    bring_back(town, lose_keys(town.second), signers=(town.second, town.first))

    with working():
        assert services.list_pending() == []
    assert town.person().keyring is not None


def test_a_key_that_somebody_slipped_in_is_not_signed_with_the_others(town: Town):
    ani = town.person()
    forged = wrapping.generate()
    PrincipalKey(
        id=uuid4(),
        principal_id=ani.principal_id,
        generation=2,
        kem_public=forged.public().to_bytes(),
        signing_public=SigningPair.generate().public,
        created_at=FEB_1,
    ).save(force_insert=True)

    bring_back(town, lose_keys(town.first), lose_keys(town.second), signers=(town.first, town.second))

    with working():
        assert directory.read_active([ani.principal_id])[ani.principal_id].generation == 1
        assert services.list_pending() == [ani.principal_id]


def test_a_list_of_officers_that_the_pepper_does_not_know_is_not_built_upon(town: Town):
    KeyOfficer.objects.filter(principal_id=town.second.principal_id).delete()
    directory.forget()
    with working(role=Role.MIGRATE), pytest.raises(NotAllowed):
        services.reappoint_officers(signers=(town.first,), at=FEB_2)


# --- another splitting ---------------------------------------------------------------------------------------------


def test_after_another_splitting_the_old_shares_open_nothing_and_the_new_ones_everything(town: Town):
    ani = town.person()
    ref = seal(town.dossier(ani), ani)
    old, fresh = custodians(town), recovery.make_recovery()
    with working(role=Role.MIGRATE):
        directory.read_directory()
        services.renew_recovery(principal_id=town.recovery_id, public=fresh.public, at=FEB_2)
        assert directory.cached_directory() is None, "nobody seals to the old one for ten seconds more"
        services.renew_recovery(principal_id=town.recovery_id, public=fresh.public, at=FEB_9)
        keys = PrincipalKey.objects.filter(principal_id=town.recovery_id).order_by("generation")
        assert [(key.generation, key.retired_at, bytes(key.signing_public)) for key in keys] == [
            (1, FEB_2, b""), (2, FEB_9, b""), (3, None, b""),
        ]  # fmt: skip
        sign((town.first, town.second), town.recovery_id)
        done = services.rewrap(principal_id=town.recovery_id, recovery=old, by=town.first, at=FEB_2)
    told = AuditEvent.objects.filter(type="vault.person_renewed").order_by("seq")
    assert [event.detail for event in told] == [{"generation": 2}, {"generation": 3}]
    assert done == services.Rewrapped(dossiers=1, left=0)
    assert not Grant.objects.filter(principal_id=town.recovery_id, generation=1)
    seal(town.dossier(ani), ani)
    assert not Grant.objects.filter(principal_id=town.recovery_id, generation=1)

    town.shares = fresh.shares
    assert bring_back(town, lose_keys(ani)).dossiers == 2
    assert reveal(ref, ani) == STORY
