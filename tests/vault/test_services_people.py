"""People, doors, officers and groups."""

from __future__ import annotations

import pytest

from ruangaman.audit.types import Role
from ruangaman.core.errors import Conflict, Locked, NotAllowed, NotFound
from ruangaman.vault import directory, doors, services
from ruangaman.vault.errors import KeyNotSigned, Tampered
from ruangaman.vault.models import Door, GroupKey, KeyOfficer, OfficerList, PrincipalKey
from ruangaman.vault.services import DoorKind
from ruangaman.vault.types import Compartment, PrincipalKind
from tests.factories.vault import FEB_1, FEB_2, PASSWORD, Person, Town, grant, working
from tests.vault.test_services_contents import STORY, reveal, seal

NARRATIVE = Compartment.NARRATIVE
NEW_PASSWORD = "another long and boring sentence"


def test_the_password_opens_the_keys(town: Town):
    somebody = town.person()
    with working():
        keyring = services.open_door(principal_id=somebody.principal_id, password=PASSWORD)
        wrong = services.open_door(principal_id=somebody.principal_id, password="wrong")
        nobody = services.open_door(principal_id=town.recovery_id, password=PASSWORD)
    assert keyring is not None
    assert keyring.to_bytes() == somebody.keyring.to_bytes()
    assert (wrong, nobody) == (None, None)


def test_a_changed_bundle_is_noticed(town: Town):
    somebody = town.person()
    door = Door.objects.get(principal_id=somebody.principal_id)
    door.bundle = bytes(door.bundle)[:-1] + b"x"
    door.save()
    with working(), pytest.raises(Tampered):
        services.open_door(principal_id=somebody.principal_id, password=PASSWORD)


def test_a_swapped_door_does_not_open(town: Town):
    somebody, other = town.person(), town.person()
    theirs = Door.objects.get(principal_id=other.principal_id)
    Door.objects.filter(principal_id=somebody.principal_id).update(
        salt=theirs.salt, verifier=theirs.verifier, bundle=theirs.bundle
    )
    with working(), pytest.raises(Tampered):
        services.open_door(principal_id=somebody.principal_id, password=PASSWORD)


def test_a_password_is_changed(town: Town):
    somebody = town.person()
    new = services.prepare_change(keyring=somebody.keyring, password=NEW_PASSWORD, at=FEB_2)
    with working(somebody):
        services.change_password(by=somebody, new=new, at=FEB_2)
    with working():
        assert services.open_door(principal_id=somebody.principal_id, password=PASSWORD) is None
        assert services.open_door(principal_id=somebody.principal_id, password=NEW_PASSWORD) is not None


def test_a_password_is_changed_by_its_owner_alone(town: Town):
    somebody, other = town.person(), town.person()
    new = services.prepare_change(keyring=somebody.keyring, password=NEW_PASSWORD, at=FEB_2)
    with working(other), pytest.raises(Conflict):
        services.change_password(by=other, new=new, at=FEB_2)
    with working(other), pytest.raises(Conflict):
        services.add_printed_door(by=other, door=new.row, at=FEB_2)
    with working(somebody), pytest.raises(Locked):
        services.change_password(by=somebody.locked(), new=new, at=FEB_2)
    Door.objects.filter(principal_id=somebody.principal_id).delete()
    with working(somebody), pytest.raises(NotFound):
        services.change_password(by=somebody, new=new, at=FEB_2)


def test_a_printed_code_is_a_second_door(town: Town):
    somebody, code = town.person(), doors.new_code()
    door = services.close_door(somebody.keyring, doors.normalise_code(code), at=FEB_1, kind=DoorKind.PRINTED)
    with working(somebody):
        services.add_printed_door(by=somebody, door=door, at=FEB_1)
    with working(somebody), pytest.raises(Conflict):
        services.add_printed_door(by=somebody, door=door, at=FEB_1)
    with working():
        closed = services.door_params(somebody.principal_id, DoorKind.PRINTED)
    assert services.try_door(closed, doors.normalise_code(code.lower())) is not None


def test_officers_are_two_people_with_keys(town: Town):
    with working(town.first):
        with pytest.raises(NotAllowed):
            services.appoint_officers(principals=[town.first.principal_id] * 2, by=town.first, at=FEB_2)
        with pytest.raises(NotFound):
            services.appoint_officers(principals=[town.first.principal_id, town.recovery_id], by=town.first, at=FEB_2)


def test_changed_officers_decide_from_then_on(town: Town):
    somebody = town.person()
    with working(town.first):
        services.appoint_officers(principals=[somebody.principal_id, town.second.principal_id], by=town.first, at=FEB_2)
    assert not services.is_active(town.recovery_id)
    assert KeyOfficer.objects.count() == 2
    with working(town.first), pytest.raises(NotAllowed):
        services.sign_key(principal_id=town.recovery_id, by=town.first, at=FEB_2)
    with working(somebody):
        services.sign_key(principal_id=town.recovery_id, by=somebody, at=FEB_2)
    assert services.is_active(town.recovery_id)


def test_only_officers_sign_and_only_once(town: Town):
    somebody, newcomer = town.person(), town.person(signed=False)
    assert services.list_pending() == [newcomer.principal_id]
    for by, what in ((somebody, NotAllowed), (town.first.locked(), Locked)):
        with working(by), pytest.raises(what):
            services.sign_key(principal_id=newcomer.principal_id, by=by, at=FEB_1)
    with working(town.first):
        services.sign_key(principal_id=newcomer.principal_id, by=town.first, at=FEB_1)
        with pytest.raises(Conflict):
            services.sign_key(principal_id=newcomer.principal_id, by=town.first, at=FEB_1)
        services.retire_principal(principal_id=newcomer.principal_id, by=town.first, at=FEB_1)
        with pytest.raises(NotFound):
            services.sign_key(principal_id=newcomer.principal_id, by=town.first, at=FEB_1)
        with pytest.raises(NotFound):
            services.retire_principal(principal_id=newcomer.principal_id, by=town.first, at=FEB_1)


def test_an_officer_without_the_appointed_key_signs_nothing(town: Town):
    receipt = Person(town.first.afresh().keyring, town.first.principal_id)
    receipt.keyring.signing = None
    with working(receipt), pytest.raises(NotAllowed):
        services.sign_key(principal_id=town.recovery_id, by=receipt, at=FEB_1)


def test_there_is_one_recovery_key(town: Town):
    with working(role=Role.MIGRATE), pytest.raises(Conflict):
        services.create_recovery(at=FEB_2)


def test_a_changed_list_of_officers_makes_no_key_active(town: Town):
    OfficerList.objects.update(mac=b"x" * 32)
    directory.forget()
    assert not services.is_active(town.first.principal_id)


def test_a_desk_opens_for_its_members(town: Town):
    anna, budi, stranger = town.person(), town.person(), town.person()
    desk = town.group(anna, budi)
    dossier = town.dossier(anna, grant(desk, NARRATIVE))
    ref = seal(dossier.dossier_id, anna)
    assert reveal(ref, budi) == STORY
    again = anna.afresh()
    assert reveal(ref, again) == reveal(ref, again) == STORY
    with pytest.raises(NotFound):
        reveal(ref, stranger)


def test_a_joiner_opens_what_came_before(town: Town):
    anna, budi = town.person(), town.person()
    desk = town.group(anna)
    ref = seal(town.dossier(anna, grant(desk, NARRATIVE)).dossier_id, anna)
    with working(anna):
        services.add_member(group_id=desk, member_id=budi.principal_id, by=anna, at=FEB_2)
        with pytest.raises(Conflict):
            services.add_member(group_id=desk, member_id=budi.principal_id, by=anna, at=FEB_2)
    budi.desks.append(desk)
    assert reveal(ref, budi) == STORY


def test_a_leaver_opens_nothing_and_the_old_generation_serves_until_signed(town: Town):
    anna, budi, citra = town.person(), town.person(), town.person()
    desk = town.group(anna, budi)
    ref = seal(town.dossier(anna, grant(desk, NARRATIVE)).dossier_id, anna)

    with working(town.first):
        services.remove_member(group_id=desk, member_id=budi.principal_id, by=town.first, at=FEB_2)

    with pytest.raises(NotFound):
        reveal(ref, budi.afresh())
    assert directory.read_active([desk])[desk].generation == 1
    assert services.list_pending() == [desk]
    town.sign(desk)
    assert directory.read_active([desk])[desk].generation == 2

    new = seal(town.dossier(anna, grant(desk, NARRATIVE)).dossier_id, anna)
    assert reveal(ref, anna.afresh()) == reveal(new, anna.afresh()) == STORY
    with working(anna):
        services.add_member(group_id=desk, member_id=citra.principal_id, by=anna, at=FEB_2)
        assert services.read_members(desk) == {anna.principal_id: [1, 2], citra.principal_id: [1, 2]}
    citra.desks.append(desk)
    assert reveal(ref, citra) == reveal(new, citra) == STORY


def test_groups_keep_their_rules(town: Town):
    people = [town.person() for _ in range(5)]
    pending = town.person(signed=False)
    ids = [person.principal_id for person in people]
    with working(town.first):
        for kind, members in (
            (PrincipalKind.USER, ids),
            (PrincipalKind.DESK, []),
            (PrincipalKind.BREAKGLASS, ids),
        ):
            with pytest.raises(NotAllowed):
                services.create_group(kind=kind, members=members, by=town.first, at=FEB_1)
        with pytest.raises(KeyNotSigned):
            services.create_group(kind=PrincipalKind.DESK, members=[pending.principal_id], by=town.first, at=FEB_1)
    emergency = town.group(*people[:4], kind=PrincipalKind.BREAKGLASS)
    with working(people[0]), pytest.raises(NotAllowed):
        services.add_member(group_id=emergency, member_id=ids[4], by=people[0], at=FEB_1)
    with working(people[4]), pytest.raises(NotAllowed):
        services.add_member(group_id=emergency, member_id=ids[4], by=people[4], at=FEB_1)
    with working(people[0].locked()), pytest.raises(Locked):
        services.add_member(group_id=emergency, member_id=ids[4], by=people[0].locked(), at=FEB_1)
    with working(town.first):
        with pytest.raises(NotFound):
            services.remove_member(group_id=emergency, member_id=ids[4], by=town.first, at=FEB_1)
        for leaver in ids[:3]:
            services.remove_member(group_id=emergency, member_id=leaver, by=town.first, at=FEB_1)
        with pytest.raises(NotAllowed):
            services.remove_member(group_id=emergency, member_id=ids[3], by=town.first, at=FEB_1)
    with working(people[3]):
        services.add_member(group_id=emergency, member_id=ids[4], by=people[3], at=FEB_1)


def test_the_fourth_holder_hands_the_emergency_key_on_and_holds_it_no_more(town: Town):
    people = [town.person() for _ in range(5)]
    ids = [person.principal_id for person in people]
    emergency = town.group(*people[:4], kind=PrincipalKind.BREAKGLASS)
    with working(people[3]), pytest.raises(NotFound):
        services.add_member(
            group_id=emergency, member_id=ids[4], by=people[3], at=FEB_2, instead_of=town.first.principal_id
        )
    assert set(services.read_members(emergency)) == set(ids[:4])
    with working(people[3]):
        services.add_member(group_id=emergency, member_id=ids[4], by=people[3], at=FEB_2, instead_of=ids[3])

    assert services.read_members(emergency) == {ids[4]: [1, 2]} | {one: [1, 2] for one in ids[:3]}
    assert directory.read_active([emergency])[emergency].generation == 1
    town.sign(emergency)
    assert directory.read_active([emergency])[emergency].generation == 2


def test_a_group_whose_holders_are_gone_begins_anew_and_opens_only_what_comes(town: Town):
    anna, budi, citra = town.person(), town.person(), town.person()
    unsigned = town.person(signed=False)
    desk = town.group(anna)
    old = seal(town.dossier(budi, grant(budi.principal_id, NARRATIVE), grant(desk, NARRATIVE)).dossier_id, budi)
    with working(town.first):
        with pytest.raises(Conflict):
            services.begin_anew(group_id=desk, members=[anna.principal_id], by=town.first, at=FEB_2)
        with pytest.raises(KeyNotSigned):
            services.begin_anew(group_id=desk, members=[unsigned.principal_id], by=town.first, at=FEB_2)
        assert services.read_members(desk) == {anna.principal_id: [1]}
        services.begin_anew(group_id=desk, members=[citra.principal_id], by=town.first, at=FEB_2)
    town.sign(desk)
    citra.desks.append(desk)
    new = seal(town.dossier(budi, grant(budi.principal_id, NARRATIVE), grant(desk, NARRATIVE)).dossier_id, budi)

    assert services.read_members(desk) == {citra.principal_id: [2]}
    assert reveal(new, citra) == STORY
    with pytest.raises(NotFound):
        reveal(old, citra)
    with pytest.raises(NotFound):
        reveal(new, anna.afresh())


def test_a_wrap_of_a_desk_key_that_was_changed_gives_nothing(town: Town):
    anna = town.person()
    desk = town.group(anna)
    ref = seal(town.dossier(anna, grant(desk, NARRATIVE)).dossier_id, anna)
    row = GroupKey.objects.get(group_id=desk)
    GroupKey.objects.update(wrapped=bytes(row.wrapped)[:-1] + b"x")
    with pytest.raises(NotFound):
        reveal(ref, anna.afresh())


def test_new_generations_are_numbered_on(town: Town):
    anna, budi, citra = town.person(), town.person(), town.person()
    desk = town.group(anna, budi, citra)
    with working(anna):
        services.remove_member(group_id=desk, member_id=budi.principal_id, by=anna, at=FEB_2)
        services.remove_member(group_id=desk, member_id=citra.principal_id, by=anna, at=FEB_2)
    assert sorted(PrincipalKey.objects.filter(principal_id=desk).values_list("generation", flat=True)) == [1, 2, 3]
