"""Somebody with all rights on the database changes it; nothing false is opened, nothing is wrapped to a false key."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import connection

from ruangaman.audit.models import AuditEvent
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.vault import directory, layout, pepper, sealing, services, wrapping
from ruangaman.vault.errors import KeyNotSigned, NotHeld, Tampered
from ruangaman.vault.grants import EpochFacts, facts_of, make_grant, open_grants
from ruangaman.vault.models import (
    DossierEpoch,
    Grant,
    KeyOfficer,
    KeySignature,
    Principal,
    PrincipalKey,
    Sealed,
)
from ruangaman.vault.sealing import EpochKeys
from ruangaman.vault.services.contents import make_sealed
from ruangaman.vault.types import Closed, Compartment, Place, PrincipalKind, Purpose
from tests.factories.vault import EVERYTHING, FEB_1, FEB_2, FEB_9, Person, Town, grant, working
from tests.vault.test_services_contents import STORY, reveal, seal

NARRATIVE, WORK = Compartment.NARRATIVE, Compartment.WORK


class Scene:
    """Two dossiers of one lead, each with two contents, and a companion who may open the work of the first."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.lead, self.companion = town.person(), town.person()
        self.first = town.dossier(self.lead, grant(self.lead, *EVERYTHING), grant(self.companion, WORK)).dossier_id
        self.second = town.dossier(self.lead).dossier_id
        self.story = seal(self.first, self.lead, NARRATIVE)
        self.other = seal(self.first, self.lead, NARRATIVE, text="other")
        self.work = seal(self.first, self.lead, WORK)
        self.elsewhere = seal(self.second, self.lead, NARRATIVE, text="elsewhere")

    def row(self, ref: UUID) -> Sealed:
        return Sealed.objects.get(ref=ref)

    def of(self, person: Person, dossier_id: UUID | None = None) -> Grant:
        return Grant.objects.get(dossier_id=dossier_id or self.first, principal_id=person.principal_id)


@pytest.fixture
def scene(town: Town) -> Scene:
    """Set the scene."""
    return Scene(town)


def flip(data: bytes, place: int = -1) -> bytes:
    """Change one bit."""
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


def update(row: Sealed | Grant | DossierEpoch, **fields: object) -> None:
    """Change a row behind everybody's back."""
    type(row).objects.filter(pk=row.pk).update(**fields)


CONTENT_TAMPERINGS: dict[str, Callable[[Scene], object]] = {
    "a bit of the ciphertext": lambda s: update(s.row(s.story), envelope=flip(s.row(s.story).envelope)),
    "a bit of the head": lambda s: update(s.row(s.story), envelope=flip(s.row(s.story).envelope, 3)),
    "cut": lambda s: update(s.row(s.story), envelope=bytes(s.row(s.story).envelope)[:-16]),
    "empty": lambda s: update(s.row(s.story), envelope=b""),
    "another content of the dossier": lambda s: update(s.row(s.story), envelope=s.row(s.other).envelope),
    "another compartment's content": lambda s: update(s.row(s.story), envelope=s.row(s.work).envelope),
    "another dossier's content": lambda s: update(s.row(s.story), envelope=s.row(s.elsewhere).envelope),
    "moved to another compartment": lambda s: update(s.row(s.story), compartment=int(WORK)),
    "moved to another dossier": lambda s: update(s.row(s.story), dossier_id=s.second),
    "version raised": lambda s: update(s.row(s.story), version=2),
    "version lowered": lambda s: update(s.row(s.story), version=0),
}


@pytest.mark.parametrize("tamper", CONTENT_TAMPERINGS.values(), ids=CONTENT_TAMPERINGS.keys())
def test_changed_content_is_refused_and_the_refusal_recorded(scene: Scene, tamper: Callable[[Scene], object]):
    tamper(scene)
    with pytest.raises(Tampered):
        reveal(scene.story, scene.lead)
    (refusal,) = AuditEvent.objects.filter(type="vault.refused")
    assert refusal.detail["why"] == "tampered"
    assert refusal.actor == str(scene.lead.principal_id)


def test_two_rows_swapped(scene: Scene):
    story, other = bytes(scene.row(scene.story).envelope), bytes(scene.row(scene.other).envelope)
    update(scene.row(scene.story), envelope=other)
    update(scene.row(scene.other), envelope=story)
    for ref in (scene.story, scene.other):
        with pytest.raises(Tampered):
            reveal(ref, scene.lead)


def test_an_old_version_put_back_is_refused(scene: Scene):
    old = scene.row(scene.story)
    seal(scene.first, scene.lead, NARRATIVE, ref=scene.story, text="corrected")
    update(old, envelope=old.envelope, version=old.version, epoch=old.epoch)
    with pytest.raises(Tampered):
        reveal(scene.story, scene.lead)


def test_genuine_bytes_that_no_event_vouches_for_are_refused(scene: Scene):
    """Who has the key but wrote past the trail is found out too."""
    with working(scene.lead):
        keys = open_grants([scene.first], by=scene.lead, at=FEB_1).keys[scene.first, 1]
    ref = uuid4()
    place = Place(scene.first, NARRATIVE, ref, 1, 1)
    envelope = sealing.seal_content(keys.get(NARRATIVE), STORY, place, pepper.installation())
    Sealed.objects.create(
        ref=ref, dossier_id=scene.first, compartment=NARRATIVE, epoch=1, envelope=envelope, sealed_at=FEB_1
    )
    with pytest.raises(Tampered):
        reveal(ref, scene.lead)


def copy_grant(scene: Scene, **changes: object) -> None:
    """Copy the lead's grant for the companion, with changes."""
    row = scene.of(scene.lead)
    row.id, row.principal_id = uuid4(), scene.companion.principal_id
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(force_insert=True)


GRANT_TAMPERINGS: dict[str, Callable[[Scene], object]] = {
    "copied from the lead": copy_grant,
    "compartments widened": lambda s: update(
        s.of(s.companion), compartments=layout.compartment_bits(frozenset({WORK, NARRATIVE}))
    ),
    "whole": lambda s: update(s.of(s.companion), compartments=None),
    "signature of another grant": lambda s: update(s.of(s.companion), signature=s.of(s.lead).signature),
    "wrap of another grant": lambda s: update(s.of(s.companion), wrapped=s.of(s.lead).wrapped),
    "a bit of the wrap": lambda s: update(s.of(s.companion), wrapped=flip(s.of(s.companion).wrapped)),
    "another reason": lambda s: update(s.of(s.companion), reason="other"),
    "another moment": lambda s: update(s.of(s.companion), made_at=FEB_2),
    "an expiry": lambda s: update(s.of(s.companion), not_after=FEB_9),
    "a consent": lambda s: update(s.of(s.companion), consent_ref=uuid4()),
    "another grantor": lambda s: update(s.of(s.companion), grantor_id=s.companion.principal_id),
    "no grantor": lambda s: update(s.of(s.companion), grantor_id=None),
    "another epoch's commitment": lambda s: update(
        DossierEpoch.objects.get(dossier_id=s.first),
        commitment=DossierEpoch.objects.get(dossier_id=s.second).commitment,
    ),
    "no commitment": lambda s: DossierEpoch.objects.filter(dossier_id=s.first).delete(),
}


@pytest.mark.parametrize("tamper", GRANT_TAMPERINGS.values(), ids=GRANT_TAMPERINGS.keys())
def test_a_false_grant_opens_nothing(scene: Scene, tamper: Callable[[Scene], object]):
    tamper(scene)
    with pytest.raises((Tampered, NotHeld, NotFound)):
        reveal(scene.story, scene.companion)
    if tamper is not copy_grant:
        with pytest.raises(Tampered):
            reveal(scene.work, scene.companion)
        with pytest.raises((Tampered, NotHeld)):
            seal(scene.first, scene.companion, WORK)


def test_a_false_grant_does_not_shut_out_a_true_one(scene: Scene):
    copy_grant(scene)
    assert reveal(scene.work, scene.companion) == STORY
    with pytest.raises(Tampered):
        reveal(scene.story, scene.companion)


def test_a_grant_moved_to_another_dossier_opens_nothing(scene: Scene):
    update(scene.of(scene.companion), dossier_id=scene.second)
    with pytest.raises(Tampered):
        reveal(scene.elsewhere, scene.companion)


def test_an_extended_expiry_is_noticed(scene: Scene):
    guest = scene.town.person()
    dossier = scene.town.dossier(scene.lead, grant(scene.lead, WORK), grant(guest, WORK, not_after=FEB_2))
    ref = seal(dossier.dossier_id, scene.lead, WORK)
    for not_after in (FEB_9, None):
        update(scene.of(guest, dossier.dossier_id), not_after=not_after)
        with pytest.raises(Tampered):
            reveal(ref, guest)


def test_a_grant_forged_by_an_unknown_signer_is_refused(scene: Scene):
    """A rogue administrator wraps keys of their own making to a victim, signed by a key that no officer vouches for."""
    rogue = wrapping.SigningPair.generate()
    who = uuid4()
    Principal.objects.create(id=who, kind=PrincipalKind.USER, created_at=FEB_1)
    PrincipalKey.objects.create(
        principal_id=who,
        generation=1,
        kem_public=wrapping.generate().public().to_bytes(),
        signing_public=rogue.public,
        created_at=FEB_1,
    )
    row = scene.of(scene.companion)
    row.grantor_id = who
    commitment = bytes(DossierEpoch.objects.get(dossier_id=scene.first).commitment)
    data = layout.grant_bytes(
        pepper.installation(), facts_of(row), wrapped=bytes(row.wrapped), commitment=commitment, at=row.made_at
    )
    update(row, grantor_id=who, signature=rogue.sign(data))
    with pytest.raises(Tampered):
        reveal(scene.work, scene.companion)


KEY_TAMPERINGS: dict[str, Callable[[UUID, Town], object]] = {
    "another public key": lambda who, town: PrincipalKey.objects.filter(principal_id=who).update(
        kem_public=wrapping.generate().public().to_bytes()
    ),
    "a lower suite": lambda who, town: PrincipalKey.objects.filter(principal_id=who).update(
        kem_public=wrapping.generate(layout.SUITE_X25519).public().to_bytes()
    ),
    "another signing key": lambda who, town: PrincipalKey.objects.filter(principal_id=who).update(
        signing_public=wrapping.SigningPair.generate().public
    ),
    "another person's entry": lambda who, town: PrincipalKey.objects.filter(principal_id=who).update(
        kem_public=PrincipalKey.objects.get(principal_id=town.first.principal_id).kem_public
    ),
    "another generation": lambda who, town: PrincipalKey.objects.filter(principal_id=who).update(generation=2),
    "another kind": lambda who, town: Principal.objects.filter(id=who).update(kind=PrincipalKind.BREAKGLASS),
    "one signature gone": lambda who, town: KeySignature.objects.filter(
        key__principal_id=who, officer_id=town.first.principal_id
    ).delete(),
    "one signature changed": lambda who, town: KeySignature.objects.filter(
        key__principal_id=who, officer_id=town.first.principal_id
    ).update(signature=b"x" * 64),
    "an officer added": lambda who, town: KeyOfficer.objects.create(
        principal_id=who, signing_public=wrapping.SigningPair.generate().public, appointed_at=FEB_1
    ),
    "an officer's key replaced": lambda who, town: KeyOfficer.objects.filter(
        principal_id=town.first.principal_id
    ).update(signing_public=wrapping.SigningPair.generate().public),
    "an officer dropped": lambda who, town: KeyOfficer.objects.filter(principal_id=town.first.principal_id).delete(),
    "made a receipt": lambda who, town: Principal.objects.filter(id=who).update(kind=PrincipalKind.RECEIPT),
}


@pytest.mark.parametrize("tamper", KEY_TAMPERINGS.values(), ids=KEY_TAMPERINGS.keys())
def test_nothing_is_wrapped_to_a_replaced_key(scene: Scene, tamper: Callable[[UUID, Town], object]):
    newcomer = scene.town.person()
    assert services.is_active(newcomer.principal_id)
    tamper(newcomer.principal_id, scene.town)
    directory.forget()
    assert not services.is_active(newcomer.principal_id)
    with working(scene.lead), pytest.raises(DomainError) as refused:
        services.share(dossier_id=scene.first, to=[grant(newcomer, WORK)], by=scene.lead, at=FEB_1)
    assert isinstance(refused.value, KeyNotSigned | Tampered)


def test_a_grantor_whose_entry_was_changed_is_not_believed(scene: Scene):
    PrincipalKey.objects.filter(principal_id=scene.lead.principal_id).update(
        kem_public=wrapping.generate().public().to_bytes()
    )
    directory.forget()
    with pytest.raises(Tampered):
        reveal(scene.work, scene.companion)


def test_a_seal_removed_from_the_trail_is_refused(scene: Scene):
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("DELETE FROM audit_auditseal WHERE ref = %s", [scene.story])
        cursor.execute("SET LOCAL ROLE ra_migrate")
    with pytest.raises(Tampered):
        reveal(scene.story, scene.lead)


def test_one_bad_row_refuses_the_whole_request(scene: Scene):
    update(scene.row(scene.story), envelope=b"")
    with working(scene.lead), pytest.raises(Tampered):
        services.reveal_many(refs=[scene.work, scene.story], purpose=Purpose.HANDLING, by=scene.lead, at=FEB_1)
    with working(scene.companion):
        found = services.reveal_many(
            refs=[scene.work, scene.story], purpose=Purpose.HANDLING, by=scene.companion, at=FEB_1
        )
    assert found == {scene.work: STORY, scene.story: Closed(NARRATIVE)}


def test_a_grantor_who_wraps_other_keys_is_found_out(scene: Scene):
    """The signature is genuine; what is inside is not what the epoch committed to."""
    commitment = bytes(DossierEpoch.objects.get(dossier_id=scene.first).commitment)
    with working(scene.lead):
        key = directory.read_active([scene.companion.principal_id])[scene.companion.principal_id]
        false = make_grant(
            grant(scene.companion, NARRATIVE),
            key,
            EpochFacts(scene.first, 1, commitment),
            EpochKeys(sealing.new_data_key()),
            by=scene.lead.keyring,
            at=FEB_1,
        )
        false.save(force_insert=True)
    with pytest.raises(Tampered):
        reveal(scene.story, scene.companion)
    assert reveal(scene.work, scene.companion) == STORY


def test_nothing_is_sealed_without_the_compartment_s_key():
    with pytest.raises(NotHeld):
        make_sealed(Place(uuid4(), WORK, uuid4(), 1, 1), EpochKeys(None), STORY, FEB_1)
