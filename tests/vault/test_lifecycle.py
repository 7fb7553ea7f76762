"""Keys from the first day to the last: a code on paper, a number to compare, officers who come and go, fresh keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role
from ruangaman.core.errors import Conflict, Locked, NotAllowed, NotFound
from ruangaman.ops.bench import plans
from ruangaman.vault import directory, services
from ruangaman.vault.errors import KeyNotSigned, NotHeld, Tampered
from ruangaman.vault.grants import compartments_of
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.models import Door, Grant, KeyOfficer, KeySignature, Principal, PrincipalKey
from ruangaman.vault.selectors import unsigned_keys
from ruangaman.vault.services import DoorKind
from ruangaman.vault.types import Compartment, PrincipalKind
from ruangaman.vault.wrapping import SigningPair
from tests.factories.vault import FEB_1, FEB_2, FEB_9, Person, Town, grant, working
from tests.vault.test_services_acceptance import accept, prepare
from tests.vault.test_services_contents import STORY, reveal
from tests.vault.test_services_contents import seal as seal_into

NARRATIVE, CLINICAL, WORK, LEGAL = Compartment.NARRATIVE, Compartment.CLINICAL, Compartment.WORK, Compartment.LEGAL
EVERY_PART = frozenset(Compartment)


def seal(dossier: services.OpenDossier, by: Person, part: Compartment = NARRATIVE) -> UUID:
    return seal_into(dossier.dossier_id, by, part)


def events(kind: str) -> list[tuple[str, str, dict]]:
    """Return who did it to what, and the details."""
    return list(AuditEvent.objects.filter(type=kind).order_by("at").values_list("actor", "subject", "detail"))


def officers() -> set[UUID]:
    """Return the key officers as another process would read them."""
    directory.forget()
    return set(services.list_officers())


# --- the code on paper ---------------------------------------------------------------------------------------------


def print_code(person: Person, code: str, at: datetime = FEB_1) -> None:
    """Put a printed code in place of the one before."""
    assert person.keyring
    new = services.prepare_printed(keyring=person.keyring, code=code, at=at)
    with working(person):
        services.replace_printed_door(by=person, new=new, at=at)


def enter(person: Person, typed: str) -> Keyring | None:
    """Try what somebody types from the paper."""
    with working():
        door = services.door_params(person.principal_id, DoorKind.PRINTED)
    return services.try_door(door, services.printed_secret(typed))


def test_a_code_is_typed_as_it_stands_on_the_paper_or_without_care(town: Town):
    somebody, code = town.person(), services.new_printed_code()
    with working():
        assert not services.has_printed_door(somebody.principal_id)

    print_code(somebody, code)

    with working():
        assert services.has_printed_door(somebody.principal_id)
    for typed in (code, code.lower(), f" {code.replace('-', ' ')} "):
        keyring = enter(somebody, typed)
        assert keyring is not None
        assert keyring.to_bytes() == somebody.keyring.to_bytes()
    assert enter(somebody, services.new_printed_code()) is None


def test_the_newest_paper_alone_opens_and_both_are_in_the_trail(town: Town):
    somebody, first, second = town.person(), services.new_printed_code(), services.new_printed_code()
    print_code(somebody, first)
    password = Door.objects.get(principal_id=somebody.principal_id, kind=DoorKind.PASSWORD)

    print_code(somebody, second, FEB_2)

    assert enter(somebody, first) is None
    assert enter(somebody, second) is not None
    row = Door.objects.get(principal_id=somebody.principal_id, kind=DoorKind.PRINTED)
    assert row.changed_at == FEB_2
    again = Door.objects.get(principal_id=somebody.principal_id, kind=DoorKind.PASSWORD)
    assert (bytes(again.bundle), again.changed_at) == (bytes(password.bundle), FEB_1)
    me = str(somebody.principal_id)
    assert events("vault.door_changed") == [(me, me, {"door": "printed"})] * 2


def test_a_paper_that_was_replaced_and_put_back_is_known_for_an_old_one(town: Town):
    somebody, first = town.person(), services.new_printed_code()
    print_code(somebody, first)
    old = Door.objects.get(principal_id=somebody.principal_id, kind=DoorKind.PRINTED)
    print_code(somebody, services.new_printed_code(), FEB_2)
    old.save()

    with pytest.raises(Tampered, match="sudah diganti"):
        enter(somebody, first)


def test_nobody_prints_a_door_for_another_and_nobody_behind_a_locked_screen(town: Town):
    somebody, other = town.person(), town.person()
    new = services.prepare_printed(keyring=somebody.keyring, code=services.new_printed_code(), at=FEB_1)
    with working(other), pytest.raises(Conflict, match="bukan milik Anda"):
        services.replace_printed_door(by=other, new=new, at=FEB_1)
    with working(somebody), pytest.raises(Locked):
        services.replace_printed_door(by=somebody.locked(), new=new, at=FEB_1)
    with working():
        assert not services.has_printed_door(somebody.principal_id)


# --- keys that are shown -------------------------------------------------------------------------------------------


def test_a_key_says_who_vouched_for_it_and_by_which_number_it_is_known(town: Town):
    newcomer = town.person(signed=False)
    (state,) = services.list_keys([newcomer.principal_id])
    assert (state.kind, state.generation, state.made_at) == (PrincipalKind.USER, 1, FEB_1)
    assert (state.signed_by, state.is_vouched) == (frozenset(), False)
    assert len(state.digits) == 30
    assert state.digits.isdigit()
    assert [len(group) for group in state.groups] == [5] * 6
    assert "".join(state.groups) == state.digits

    with working(town.first):
        services.sign_key(principal_id=newcomer.principal_id, by=town.first, at=FEB_1, seen=state.digits)
    (state,) = services.list_keys([newcomer.principal_id])
    assert (state.signed_by, state.is_vouched) == ({town.first.principal_id}, False)
    with working(town.second):
        services.sign_key(principal_id=newcomer.principal_id, by=town.second, at=FEB_1)
    (state,) = services.list_keys([newcomer.principal_id])
    assert (state.signed_by, state.is_vouched) == ({town.first.principal_id, town.second.principal_id}, True)


def test_a_key_that_was_swapped_between_the_call_and_the_signature_is_not_signed(town: Town):
    newcomer, other = town.person(signed=False), town.person(signed=False)
    (state,) = services.list_keys([newcomer.principal_id])
    foreign = PrincipalKey.objects.get(principal_id=other.principal_id)
    PrincipalKey.objects.filter(principal_id=newcomer.principal_id).update(kem_public=foreign.kem_public)

    with working(town.first), pytest.raises(Conflict, match="berubah sejak"):
        services.sign_key(principal_id=newcomer.principal_id, by=town.first, at=FEB_1, seen=state.digits)

    assert not KeySignature.objects.filter(key__principal_id=newcomer.principal_id).exists()
    assert services.list_keys([newcomer.principal_id])[0].digits != state.digits


def test_the_list_has_the_newest_key_of_everybody_who_is_there_oldest_first(town: Town):
    ani, budi, gone = town.person(), town.person(), town.person()
    with working(role=Role.MIGRATE):
        services.renew_person(principal_id=ani.principal_id, password="x" * 20, code="A" * 28, at=FEB_9)
        services.retire_principal(principal_id=gone.principal_id, by=town.first, at=FEB_9)

    found = services.list_keys()

    last = found[-1]
    assert (last.principal_id, last.generation, last.made_at, last.is_vouched) == (ani.principal_id, 2, FEB_9, False)
    there = {town.first.principal_id, town.second.principal_id, town.recovery_id, ani.principal_id, budi.principal_id}
    assert {one.principal_id for one in found} == there
    assert len(found) == len(there)
    assert services.list_keys([]) == []


def test_the_keys_of_those_who_report_are_not_listed_even_when_asked_for(town: Town):
    desk = town.group(town.person())
    accept(prepare(desk))
    receipt = PrincipalKey.objects.get(principal__kind=PrincipalKind.RECEIPT)

    assert desk in {one.principal_id for one in services.list_keys()}
    assert receipt.principal_id not in {one.principal_id for one in services.list_keys()}
    assert services.list_keys([receipt.principal_id]) == []


def test_the_list_of_keys_passes_by_no_receipt(town: Town):
    receipts = [Principal(kind=PrincipalKind.RECEIPT, created_at=FEB_1) for _ in range(3000)]
    Principal.objects.bulk_create(receipts)
    PrincipalKey.objects.bulk_create(
        PrincipalKey(principal=one, generation=1, kem_public=b"x", created_at=FEB_1) for one in receipts
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE vault_principal, vault_principalkey")

    read = [node for one in plans.capture(services.list_keys) for node in plans.nodes(plans.explain(one))]

    whole = [node["Relation Name"] for node in read if "Seq Scan" in node["Node Type"]]
    assert {"vault_principal", "vault_principalkey"}.isdisjoint(whole)


def waits_for(officer: Person) -> set[UUID]:
    """Return whose keys wait for somebody's word, by the rows alone."""
    found = unsigned_keys(Principal.objects.filter(pk=officer.principal_id).values("pk"))
    return set(found.values_list("principal_id", flat=True))


def test_what_waits_for_an_officers_word_is_seen_by_the_rows_alone(town: Town):
    newcomer, nobody = town.person(signed=False), town.person()
    accept(prepare(town.group(nobody)))
    assert waits_for(town.first) == waits_for(town.second) == {newcomer.principal_id}
    assert waits_for(nobody) == set(), "no officer"

    with working(town.first):
        services.sign_key(principal_id=newcomer.principal_id, by=town.first, at=FEB_1)
    assert waits_for(town.first) == set()
    assert waits_for(town.second) == {newcomer.principal_id}
    with working(town.second):
        services.sign_key(principal_id=newcomer.principal_id, by=town.second, at=FEB_1)
    assert waits_for(town.second) == set()


def test_the_word_of_who_is_no_officer_any_more_is_not_told(town: Town):
    newcomer, third = town.person(signed=False), town.person()
    with working(town.first):
        services.sign_key(principal_id=newcomer.principal_id, by=town.first, at=FEB_1)
        services.appoint_officers(principals=[town.second.principal_id, third.principal_id], by=town.first, at=FEB_2)
    assert services.list_keys([newcomer.principal_id])[0].signed_by == frozenset()


def test_somebody_is_known_once_two_officers_signed_and_forgotten_when_the_directory_is(town: Town):
    newcomer = town.person(signed=False)
    with working():
        assert not services.is_known(newcomer.principal_id)
    town.sign(newcomer.principal_id)
    with working():
        assert services.is_known(newcomer.principal_id)

    KeySignature.objects.filter(key__principal_id=newcomer.principal_id).delete()
    with working():
        assert services.is_known(newcomer.principal_id)
        services.forget_directory()
        assert not services.is_known(newcomer.principal_id)


# --- key officers --------------------------------------------------------------------------------------------------


def test_an_officer_comes_signs_again_and_another_goes_without_a_key_losing_its_worth(town: Town):
    third, worker = town.person(), town.person()
    ref = seal(town.dossier(worker), worker)
    with working(town.first):
        services.add_officer(principal_id=third.principal_id, by=town.first, at=FEB_2)
    everybody = {town.first.principal_id, town.second.principal_id, third.principal_id}
    assert officers() == everybody
    assert services.count_lost_without(town.second.principal_id) == 5
    with working(town.first), pytest.raises(Conflict, match="hanya disahkan oleh orang ini"):
        services.remove_officer(principal_id=town.second.principal_id, by=town.first, at=FEB_2)
    assert officers() == everybody

    with working(third):
        assert services.countersign(by=third, at=FEB_2) == 5
        assert services.countersign(by=third, at=FEB_9) == 0
    assert services.count_lost_without(town.second.principal_id) == 0
    with working(town.first):
        services.remove_officer(principal_id=town.second.principal_id, by=town.first, at=FEB_9)

    assert officers() == {town.first.principal_id, third.principal_id}
    assert all(one.is_vouched for one in services.list_keys())
    assert reveal(ref, worker) == STORY
    who = str(third.principal_id)
    assert events("vault.countersigned") == [(who, "keys", {"keys": 5}), (who, "keys", {"keys": 0})]
    assert events("vault.officers_appointed")[-1] == (
        str(town.first.principal_id),
        "officers",
        {"principals": sorted([str(town.first.principal_id), who])},
    )


def test_an_officer_signs_again_what_counted_and_nothing_that_waits(town: Town):
    third, pending = town.person(), town.person(signed=False)
    with working(town.first):
        services.sign_key(principal_id=pending.principal_id, by=town.first, at=FEB_1)
        services.add_officer(principal_id=third.principal_id, by=town.first, at=FEB_2)

    with working(third):
        services.countersign(by=third, at=FEB_2)

    assert services.list_keys([pending.principal_id])[0].signed_by == {town.first.principal_id}
    assert services.list_pending() == [pending.principal_id]


def test_the_keys_of_the_gone_are_signed_again_too_so_what_they_signed_stays_good(town: Town):
    gone, stays, third = town.person(), town.person(), town.person()
    ref = seal(town.dossier(gone, grant(gone, NARRATIVE), grant(stays, NARRATIVE)), gone)
    with working(town.first):
        services.retire_principal(principal_id=gone.principal_id, by=town.first, at=FEB_2)
        services.add_officer(principal_id=third.principal_id, by=town.first, at=FEB_2)
    with working(third):
        services.countersign(by=third, at=FEB_2)
    with working(town.first):
        services.remove_officer(principal_id=town.second.principal_id, by=town.first, at=FEB_2)

    directory.forget()
    assert reveal(ref, stays) == STORY


def test_only_an_officer_with_the_appointed_key_signs_again(town: Town):
    stranger, swapped, voiceless = town.person(), town.first.afresh(), town.first.afresh()
    swapped.keyring.signing = SigningPair.generate()
    voiceless.keyring.signing = None
    before = KeySignature.objects.count()

    for by in (stranger, swapped, voiceless):
        with working(by), pytest.raises(NotAllowed):
            services.countersign(by=by, at=FEB_2)
    with working(town.first), pytest.raises(Locked):
        services.countersign(by=town.first.locked(), at=FEB_2)

    assert KeySignature.objects.count() == before


def test_an_officer_is_added_by_an_officer_once_and_with_a_key_that_counts(town: Town):
    third, pending = town.person(), town.person(signed=False)
    refusals: list[tuple[Person, UUID, type[Exception]]] = [
        (third, third.principal_id, NotAllowed),
        (town.first, town.second.principal_id, Conflict),
        (town.first, pending.principal_id, Conflict),
        (town.first, uuid4(), Conflict),
    ]
    for by, whom, what in refusals:
        with working(by), pytest.raises(what):
            services.add_officer(principal_id=whom, by=by, at=FEB_2)

    assert officers() == {town.first.principal_id, town.second.principal_id}


def test_an_officer_is_taken_off_by_another_one_and_two_remain(town: Town):
    third, stranger = town.person(), town.person()
    with working(town.first), pytest.raises(NotAllowed, match="paling sedikit dua"):
        services.remove_officer(principal_id=town.second.principal_id, by=town.first, at=FEB_2)
    with working(town.first):
        services.add_officer(principal_id=third.principal_id, by=town.first, at=FEB_2)
    with working(third):
        services.countersign(by=third, at=FEB_2)

    for by, whom in ((stranger, town.second), (town.first, stranger), (town.first, town.first)):
        with working(by), pytest.raises(NotAllowed, match="petugas kunci lain"):
            services.remove_officer(principal_id=whom.principal_id, by=by, at=FEB_2)

    assert len(officers()) == 3


def test_a_new_officer_is_listed_with_the_newest_signing_key(town: Town):
    third = town.person()
    with working(role=Role.MIGRATE):
        third.keyring = services.renew_person(
            principal_id=third.principal_id, password="x" * 20, code="A" * 28, at=FEB_2
        )
    town.sign(third.principal_id)

    with working(town.first):
        services.add_officer(principal_id=third.principal_id, by=town.first, at=FEB_2)

    row = KeyOfficer.objects.get(principal_id=third.principal_id)
    assert bytes(row.signing_public) == third.keyring.signing.public
    with working(third):
        assert services.countersign(by=third, at=FEB_2) > 0


# --- fresh keys and old dossiers -----------------------------------------------------------------------------------


def regrant(
    former: Person,
    to: Person,
    by: Person,
    *dossiers: services.OpenDossier,
    parts: frozenset[Compartment] = EVERY_PART,
    at: datetime = FEB_2,
) -> int:
    """Give it over in a request of its own."""
    with working(by):
        return services.regrant(
            former=former.principal_id,
            to=to.principal_id,
            dossiers=[one.dossier_id for one in dossiers],
            parts=parts,
            by=by,
            at=at,
        )


def held(dossier: services.OpenDossier, whom: Person) -> list[frozenset[Compartment] | None]:
    """Return the compartments of somebody's grants on a dossier."""
    with working(role=Role.MIGRATE):
        rows = Grant.objects.filter(dossier_id=dossier.dossier_id, principal_id=whom.principal_id)
        return [compartments_of(row.compartments) for row in rows]


def test_fresh_keys_get_what_the_lost_ones_and_the_colleague_and_the_role_have_in_common(town: Town):
    lost, fresh, colleague = town.person(), town.person(), town.person()
    dossier = town.dossier(
        colleague, grant(colleague, NARRATIVE, WORK, LEGAL), grant(lost, NARRATIVE, WORK, CLINICAL, not_after=FEB_9)
    )
    ref, closed = seal(dossier, colleague), seal(dossier, colleague, WORK)

    assert regrant(lost, fresh, colleague, dossier, parts=frozenset({NARRATIVE, CLINICAL, LEGAL})) == 1

    assert held(dossier, fresh) == [frozenset({NARRATIVE})]
    assert held(dossier, lost) == [frozenset({NARRATIVE, WORK, CLINICAL})], "what the colleague does not hold stays"
    row = Grant.objects.get(dossier_id=dossier.dossier_id, principal_id=fresh.principal_id)
    assert (row.grantor_id, row.reason, row.not_after) == (colleague.principal_id, "assigned", FEB_9)
    assert reveal(ref, fresh, at=FEB_2) == STORY
    with pytest.raises(NotHeld):
        reveal(closed, fresh, at=FEB_2)
    with pytest.raises(NotFound):
        reveal(ref, fresh, at=FEB_9 + timedelta(seconds=1))


def test_dossiers_that_have_nothing_in_common_stay_as_they_are(town: Town):
    lost, fresh, colleague = town.person(), town.person(), town.person()
    alone = town.dossier(lost)
    other_part = town.dossier(colleague, grant(colleague, WORK), grant(lost, NARRATIVE))
    over = town.dossier(colleague, grant(colleague, WORK), grant(lost, WORK, not_after=FEB_1 + timedelta(hours=1)))
    not_theirs = town.dossier(colleague)
    not_named = town.dossier(colleague, grant(colleague, WORK), grant(lost, WORK))
    both = town.dossier(colleague, grant(colleague, WORK), grant(lost, WORK))

    assert regrant(lost, fresh, colleague, alone, other_part, over, not_theirs, both, both) == 1

    assert held(both, fresh) == [frozenset({WORK})]
    for dossier in (alone, other_part, over, not_theirs, not_named):
        assert held(dossier, fresh) == []
    for dossier in (alone, other_part, over, not_named):
        assert len(held(dossier, lost)) == 1
    shared = [subject for _actor, subject, _detail in events("vault.shared")]
    assert shared == [str(both.dossier_id)]


def test_nothing_is_given_to_keys_that_do_not_count_and_the_old_grant_stays(town: Town):
    lost, pending, colleague = town.person(), town.person(signed=False), town.person()
    dossier = town.dossier(colleague, grant(colleague, WORK), grant(lost, WORK))

    with pytest.raises(KeyNotSigned):
        regrant(lost, pending, colleague, dossier)
    with pytest.raises(Locked):
        regrant(lost, town.person(), colleague.locked(), dossier)

    assert held(dossier, lost) == [frozenset({WORK})]


def test_a_colleague_with_a_forged_grant_gives_nothing_on(town: Town):
    lost, fresh, colleague = town.person(), town.person(), town.person()
    dossier = town.dossier(colleague, grant(colleague, WORK), grant(lost, WORK))
    rows = Grant.objects.filter(dossier_id=dossier.dossier_id, principal_id=colleague.principal_id)
    signature = bytes(rows.get().signature)
    rows.update(signature=bytes([signature[0] ^ 1]) + signature[1:])

    with pytest.raises(Tampered):
        regrant(lost, fresh, colleague, dossier)

    assert held(dossier, fresh) == []
    assert held(dossier, lost) == [frozenset({WORK})]
