"""Giving access, taking it away, and what that opens."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

import pytest

from ruangaman.audit.types import Role
from ruangaman.core.errors import NotAllowed, NotFound
from ruangaman.vault import directory, selectors, services
from ruangaman.vault.errors import KeyNotSigned, NotHeld
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.models import Dossier, Grant, PrincipalKey
from ruangaman.vault.recovery import combine
from ruangaman.vault.sealing import EpochKeys
from ruangaman.vault.services import dossiers
from ruangaman.vault.types import Compartment, GrantSpec, PrincipalKind, Purpose
from tests.factories.vault import EVERYTHING, FEB_1, FEB_2, FEB_9, Person, Town, grant, working
from tests.vault.test_services_contents import STORY, reveal, seal

NARRATIVE, CLINICAL, WORK = Compartment.NARRATIVE, Compartment.CLINICAL, Compartment.WORK


def share(dossier_id: UUID, by: Person, *to: GrantSpec) -> None:
    """Share in a request of its own."""
    with working(by):
        services.share(dossier_id=dossier_id, to=to, by=by, at=FEB_1)


def revoke(dossier_id: UUID, by: Person, whom: Person) -> None:
    """Revoke in a request of its own."""
    with working(by):
        services.revoke(dossier_id=dossier_id, principal_id=whom.principal_id, by=by, at=FEB_1)


def epoch(dossier_id: UUID) -> int:
    """Return the dossier's present epoch."""
    return Dossier.objects.get(id=dossier_id).epoch


def test_recovery_always_gets_the_whole_key(town: Town):
    lead = town.person()
    dossier = town.dossier(lead)
    ref = seal(dossier.dossier_id, lead)
    keyring = Keyring(town.recovery_id, combine(town.shares[1:4]))
    ceremony = Person(keyring, town.recovery_id)
    assert reveal(ref, ceremony) == STORY


def test_recovery_is_not_added_twice(town: Town):
    lead = town.person()
    dossier = town.dossier(lead, grant(lead, WORK), GrantSpec(town.recovery_id, None, "recovery"))
    assert Grant.objects.filter(dossier_id=dossier.dossier_id).count() == 2


def test_without_a_signed_recovery_key_no_dossier_is_made(town: Town):
    lead = town.person()
    with working(town.first):
        services.retire_principal(principal_id=town.recovery_id, by=town.first, at=FEB_1)
    with pytest.raises(KeyNotSigned):
        town.dossier(lead)


def test_break_glass_holds_the_whole_key_and_people_never(town: Town):
    lead, officer = town.person(), town.person()
    breakglass = town.group(officer, kind=PrincipalKind.BREAKGLASS)
    dossier = town.dossier(lead, grant(lead, NARRATIVE), GrantSpec(breakglass, None, "breakglass"))
    ref = seal(dossier.dossier_id, lead)
    officer.desks.append(breakglass)
    assert reveal(ref, officer.afresh()) == STORY
    with pytest.raises(NotHeld):
        town.dossier(lead, GrantSpec(lead.principal_id, None, "manager"))


def test_nothing_is_wrapped_to_a_pending_key(town: Town):
    lead, newcomer = town.person(), town.person(signed=False)
    dossier = town.dossier(lead)
    with pytest.raises(KeyNotSigned):
        town.dossier(lead, grant(newcomer, WORK))
    with pytest.raises(KeyNotSigned):
        share(dossier.dossier_id, lead, grant(newcomer, WORK))
    town.sign(newcomer.principal_id)
    share(dossier.dossier_id, lead, grant(newcomer, WORK))


def test_one_officer_is_not_enough(town: Town):
    newcomer = town.person(signed=False)
    with working(town.first):
        services.sign_key(principal_id=newcomer.principal_id, by=town.first, at=FEB_1)
    assert not services.is_active(newcomer.principal_id)


def test_sharing_opens_what_was_written_before(town: Town):
    lead, companion = town.person(), town.person()
    dossier = town.dossier(lead)
    ref = seal(dossier.dossier_id, lead)
    other = seal(dossier.dossier_id, lead, Compartment.LEGAL)

    share(dossier.dossier_id, lead, grant(companion, NARRATIVE, WORK))

    assert reveal(ref, companion) == STORY
    with pytest.raises(NotHeld):
        reveal(other, companion)
    assert epoch(dossier.dossier_id) == 1


def test_the_first_psychologist_begins_an_epoch(town: Town):
    desk, manager, psychologist = town.person(), town.person(), town.person()
    dossier = town.dossier(desk, grant(desk, NARRATIVE, CLINICAL), grant(manager, NARRATIVE, WORK))
    before = seal(dossier.dossier_id, desk, CLINICAL)
    story = seal(dossier.dossier_id, desk, NARRATIVE)

    share(dossier.dossier_id, manager, grant(psychologist, NARRATIVE, CLINICAL))

    assert epoch(dossier.dossier_id) == 2
    after = seal(dossier.dossier_id, psychologist, CLINICAL)
    assert reveal(after, psychologist) == reveal(after, desk) == STORY
    assert reveal(story, psychologist) == STORY
    with pytest.raises(NotHeld):
        reveal(before, psychologist)
    with pytest.raises(NotHeld):
        reveal(after, manager)

    share(dossier.dossier_id, desk, grant(psychologist, CLINICAL))
    assert reveal(before, psychologist) == STORY


def test_sharing_again_adds_nothing(town: Town):
    lead, companion = town.person(), town.person()
    dossier = town.dossier(lead)
    share(dossier.dossier_id, lead, grant(companion, NARRATIVE, WORK))
    count = Grant.objects.filter(dossier_id=dossier.dossier_id).count()

    share(dossier.dossier_id, lead, grant(companion, WORK), grant(companion, WORK, not_after=FEB_9))
    assert Grant.objects.filter(dossier_id=dossier.dossier_id).count() == count

    share(dossier.dossier_id, lead, grant(companion, Compartment.LEGAL, not_after=FEB_2))
    share(dossier.dossier_id, lead, grant(companion, Compartment.LEGAL, not_after=FEB_9))
    share(dossier.dossier_id, lead, grant(companion, Compartment.LEGAL, not_after=FEB_2))
    assert Grant.objects.filter(dossier_id=dossier.dossier_id).count() == count + 2


def test_break_glass_can_be_given_later(town: Town):
    lead = town.person()
    breakglass = town.group(lead, kind=PrincipalKind.BREAKGLASS)
    dossier = town.dossier(lead)
    share(dossier.dossier_id, lead, GrantSpec(breakglass, None, "breakglass"))
    assert epoch(dossier.dossier_id) == 2
    masks = Grant.objects.filter(principal_id=breakglass).values_list("epoch", "compartments")
    assert list(masks) == [(2, None)]
    lead.desks.append(breakglass)
    share(dossier.dossier_id, lead, GrantSpec(breakglass, None, "breakglass"))
    assert epoch(dossier.dossier_id) == 2


def test_a_stranger_shares_nothing(town: Town):
    lead, stranger = town.person(), town.person()
    dossier = town.dossier(lead)
    with pytest.raises(NotFound):
        share(dossier.dossier_id, stranger, grant(stranger, WORK))
    with working(stranger, Role.MIGRATE), pytest.raises(NotFound):
        services.share(dossier_id=dossier.dossier_id, to=[grant(stranger, WORK)], by=stranger, at=FEB_1)


def test_revoking_takes_the_past_and_the_future(town: Town):
    lead, companion = town.person(), town.person()
    dossier = town.dossier(lead, grant(lead, *EVERYTHING), grant(companion, NARRATIVE))
    before = seal(dossier.dossier_id, lead)

    revoke(dossier.dossier_id, lead, companion)

    after = seal(dossier.dossier_id, lead)
    assert epoch(dossier.dossier_id) == 2
    for ref in (before, after):
        assert reveal(ref, lead) == STORY
        with pytest.raises(NotFound):
            reveal(ref, companion)
    assert not Grant.objects.filter(dossier_id=dossier.dossier_id, principal_id=companion.principal_id).exists()


def test_who_has_nothing_cannot_lose_it_and_recovery_stays(town: Town):
    lead, stranger = town.person(), town.person()
    dossier = town.dossier(lead)
    with pytest.raises(NotFound):
        revoke(dossier.dossier_id, lead, stranger)
    assert epoch(dossier.dossier_id) == 1
    with working(lead), pytest.raises(NotAllowed):
        services.revoke(dossier_id=dossier.dossier_id, principal_id=town.recovery_id, by=lead, at=FEB_1)
    with pytest.raises(NotFound):
        revoke(dossier.dossier_id, stranger, lead)
    with pytest.raises(NotFound):
        revoke(uuid4(), lead, lead)


def test_one_may_leave_oneself(town: Town):
    lead, companion = town.person(), town.person()
    dossier = town.dossier(lead, grant(lead, NARRATIVE), grant(companion, NARRATIVE))
    revoke(dossier.dossier_id, companion, companion)
    assert reveal(seal(dossier.dossier_id, lead), lead) == STORY


@pytest.mark.parametrize("present", ["unlocked", "locked", "overseer"])
def test_rotation_needs_nobody_s_private_key(town: Town, present: str):
    lead, head, unit = town.person(), town.person(), uuid4()
    head.units = [unit]
    dossier = town.dossier(lead, unit_id=unit)
    before = seal(dossier.dossier_id, lead)
    by = {"unlocked": lead, "locked": lead.locked(), "overseer": head}[present]

    with working(by):
        services.rotate(dossier_id=dossier.dossier_id, by=by, at=FEB_1)

    after = seal(dossier.dossier_id, lead)
    assert reveal(before, lead) == reveal(after, lead) == STORY
    with pytest.raises(NotFound):
        reveal(before, head)


def test_rotation_without_anybody(town: Town):
    lead = town.person()
    dossier = town.dossier(lead)
    with working(role=Role.MIGRATE):
        services.rotate(dossier_id=dossier.dossier_id, by=None, at=FEB_1)
    assert reveal(seal(dossier.dossier_id, lead), lead) == STORY


def test_rotation_leaves_out_the_expired_and_the_retired(town: Town):
    lead, guest, gone = town.person(), town.person(), town.person()
    dossier = town.dossier(lead, grant(lead, *EVERYTHING), grant(guest, WORK, not_after=FEB_2), grant(gone, WORK))
    with working(town.first):
        services.retire_principal(principal_id=gone.principal_id, by=town.first, at=FEB_1)
    with working(lead):
        services.rotate(dossier_id=dossier.dossier_id, by=lead, at=FEB_9)
    wrapped = Grant.objects.filter(dossier_id=dossier.dossier_id, epoch=2).values_list("principal_id", flat=True)
    assert set(wrapped) == {lead.principal_id, town.recovery_id}


def test_the_grants_of_a_dossier_are_listed(town: Town):
    lead, guest, head, stranger, unit = town.person(), town.person(), town.person(), town.person(), uuid4()
    head.units = [unit]
    dossier = town.dossier(lead, grant(guest, WORK, not_after=FEB_2), grant(lead, *EVERYTHING), unit_id=unit)
    for viewer, at, count in ((lead, None, 3), (lead, FEB_9, 2), (head, None, 3), (stranger, None, 0)):
        with working(viewer):
            views = selectors.list_grants(dossier_id=dossier.dossier_id, viewer=viewer, at=at)
        assert len(views) == count
    with working(lead):
        first = selectors.list_grants(dossier_id=dossier.dossier_id, viewer=lead)[0]
        assert (first.principal_id, first.compartments, first.reason) == (lead.principal_id, EVERYTHING, "assigned")
        held = selectors.list_held_dossiers(principals=lead.principals, at=FEB_9)
        assert held == [dossier.dossier_id]
    with working(guest):
        assert selectors.list_held_dossiers(principals=guest.principals, at=FEB_1) == [dossier.dossier_id]
        assert selectors.list_held_dossiers(principals=guest.principals, at=FEB_9) == []


def test_the_worker_deletes_what_is_over(town: Town):
    lead, guest = town.person(), town.person()
    dossier = town.dossier(lead, grant(lead, WORK), grant(guest, WORK, not_after=FEB_2))
    for at, deleted in ((FEB_1, 0), (FEB_9, 1), (FEB_9, 0)):
        with working(role=Role.WORKER):
            assert services.delete_expired_grants(at=at) == deleted
    assert Grant.objects.filter(dossier_id=dossier.dossier_id).count() == 2


def test_a_replaced_signing_key_keeps_old_signatures_good(town: Town):
    lead, companion = town.person(), town.person()
    dossier = town.dossier(lead, grant(lead, NARRATIVE), grant(companion, NARRATIVE))
    ref = seal(dossier.dossier_id, lead)
    PrincipalKey.objects.filter(principal_id=lead.principal_id).update(retired_at=FEB_2)
    directory.forget()
    assert reveal(ref, companion) == STORY


def test_models_name_themselves():
    from ruangaman.vault import models

    for model in (
        models.Principal, models.PrincipalKey, models.KeySignature, models.KeyOfficer, models.OfficerList, models.Door,
        models.GroupKey, models.Dossier, models.DossierEpoch, models.Grant, models.Sealed, models.SealedFile,
        models.Frame, models.ReceiptLocator, models.InstallationCheck, models.StaffSession, models.PublicSession,
        models.Waiting, models.ErasureOrder, models.LegalHold,
    ):  # fmt: skip
        assert str(model())
    assert str(models.Keeping(code="K-1")) == "K-1"
    assert str(models.RetentionClass(kind="case", state="closed", years=10)) == "case closed 10"


def test_purposes_are_codes():
    assert all(purpose.value == purpose.value.lower() for purpose in Purpose)


# --- one rule at a time ----------------------------------------------------------------------------------------


ONE, TWO = UUID(int=1), UUID(int=2)


def view(*parts: Compartment, until: datetime | None = None, who: UUID = ONE) -> selectors.GrantView:
    """Return what is there already; without parts: the whole key."""
    return selectors.GrantView(uuid4(), 1, who, frozenset(parts) or None, None, "assigned", until, FEB_1)


def wish(*parts: Compartment, until: datetime | None = None) -> GrantSpec:
    """Return what is wished for the same person."""
    return GrantSpec(ONE, frozenset(parts) or None, "assigned", until)


@pytest.mark.parametrize(
    ("spec", "there", "is_there"),
    [
        (wish(WORK), view(WORK), True),
        (wish(WORK), view(WORK, NARRATIVE), True),
        (wish(WORK, NARRATIVE), view(WORK), False),
        (wish(WORK), view(WORK, who=TWO), False),
        (wish(WORK), view(), True),
        (wish(), view(), True),
        (wish(), view(WORK), False),
        (wish(WORK, until=FEB_2), view(WORK, until=FEB_2), True),
        (wish(WORK, until=FEB_2), view(WORK, until=FEB_9), True),
        (wish(WORK, until=FEB_9), view(WORK, until=FEB_2), False),
        (wish(WORK, until=FEB_9), view(WORK), True),
        (wish(WORK), view(WORK, until=FEB_9), False),
    ],
)
def test_what_is_there_already_for_as_long_is_not_given_again(
    spec: GrantSpec, there: selectors.GrantView, is_there: bool
) -> None:
    assert dossiers._is_there(spec, [there]) is is_there


def test_of_a_wish_only_what_one_holds_is_given() -> None:
    part, whole = EpochKeys(None, {WORK: b"w" * 32}), EpochKeys(b"k" * 32)

    assert dossiers._narrowed(wish(WORK, NARRATIVE, until=FEB_9), part) == wish(WORK, until=FEB_9)
    assert dossiers._narrowed(wish(NARRATIVE), part) is None
    assert dossiers._narrowed(wish(), part) is None
    assert dossiers._narrowed(wish(), whole) == wish()


def test_each_epoch_is_wrapped_once_to_whoever_remains_and_signed_by_who_began_it(town: Town):
    lead, guest = town.person(), town.person()
    dossier = town.dossier(lead, grant(lead, WORK), grant(guest, WORK)).dossier_id
    with working(lead):
        for _ in range(2):
            services.rotate(dossier_id=dossier, by=lead, at=FEB_2)
    rows = Grant.objects.filter(dossier_id=dossier)
    assert [rows.filter(epoch=number).count() for number in (1, 2, 3)] == [3, 3, 3]
    assert {row.reason for row in rows} == {"assigned", "recovery"}
    assert {row.grantor_id for row in rows.filter(epoch=3)} == {lead.principal_id}

    revoke(dossier, lead, guest)
    assert [rows.filter(epoch=number).count() for number in (1, 2, 3, 4)] == [2, 2, 2, 2]


def test_where_one_of_two_wishes_is_not_held_a_new_epoch_begins(town: Town):
    lead, companion, psychologist = town.person(), town.person(), town.person()
    dossier = town.dossier(lead, grant(lead, WORK)).dossier_id

    share(dossier, lead, grant(companion, WORK), grant(psychologist, CLINICAL))

    assert epoch(dossier) == 2


def test_an_erased_dossier_is_not_changed(town: Town):
    lead = town.person()
    dossier = town.dossier(lead).dossier_id
    Dossier.objects.filter(id=dossier).update(shredded_at=FEB_2)
    for act in (
        lambda: services.rotate(dossier_id=dossier, by=lead, at=FEB_2),
        lambda: services.share(dossier_id=dossier, to=[grant(lead, WORK)], by=lead, at=FEB_2),
    ):
        with working(lead, Role.MIGRATE), pytest.raises(NotFound):
            act()
