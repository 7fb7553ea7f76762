"""Grants, one rule at a time: who may be wrapped to, what is genuine, what is held."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from ruangaman.core.errors import NotAllowed
from ruangaman.vault import sealing, wrapping
from ruangaman.vault.directory import ActiveKey
from ruangaman.vault.errors import NotHeld, Tampered
from ruangaman.vault.grants import EpochFacts, Opened, facts_of, is_genuine, keyring_of, make_grant, open_grants
from ruangaman.vault.keyring import Keyring
from ruangaman.vault.models import DossierEpoch, Grant
from ruangaman.vault.sealing import EpochKeys
from ruangaman.vault.types import Compartment, GrantSpec, PrincipalKind
from tests.factories.vault import EVERYTHING, FEB_1, FEB_2, FEB_9, Person, Town, grant, working
from tests.vault import fixed

NARRATIVE, WORK, CONTACT = Compartment.NARRATIVE, Compartment.WORK, Compartment.CONTACT
KEYS = EpochKeys(fixed.DATA_KEY)
EPOCH = EpochFacts(fixed.DOSSIER, 1, sealing.commitment(fixed.DATA_KEY))
HELD = (fixed.DOSSIER, 1)


def active(kind: PrincipalKind = PrincipalKind.USER) -> ActiveKey:
    """A public key that counts."""
    return ActiveKey(fixed.PERSON, kind, 1, wrapping.from_seed(fixed.SEED).public())


def spec(*compartments: Compartment, not_after: datetime | None = None) -> GrantSpec:
    return GrantSpec(fixed.PERSON, frozenset(compartments) or None, "assigned", not_after)


def signer(seed: bytes = fixed.SIGNING_SEED) -> Keyring:
    """Somebody who gives grants."""
    return Keyring(fixed.DESK, wrapping.from_seed(fixed.SEED), wrapping.SigningPair(seed))


def made(by: Keyring | None, *, not_after: datetime | None = None) -> Grant:
    return make_grant(spec(NARRATIVE, not_after=not_after), active(), EPOCH, KEYS, by=by, at=FEB_1)


def publics(*rings: Keyring) -> dict[UUID, tuple[bytes, ...]]:
    return {fixed.DESK: tuple(ring.signing.public for ring in rings if ring.signing)}


@pytest.mark.parametrize("kind", PrincipalKind)
def test_the_whole_key_is_wrapped_to_recovery_and_break_glass_only(fixed_pepper: Path, kind: PrincipalKind) -> None:
    if kind in {PrincipalKind.RECOVERY, PrincipalKind.BREAKGLASS}:
        assert make_grant(spec(), active(kind), EPOCH, KEYS, by=None, at=FEB_1).compartments is None
    else:
        with pytest.raises(NotHeld):
            make_grant(spec(), active(kind), EPOCH, KEYS, by=None, at=FEB_1)
    assert make_grant(spec(WORK), active(kind), EPOCH, KEYS, by=None, at=FEB_1).compartments == 1 << WORK


def test_a_grant_without_a_grantor_is_genuine_by_the_peppers_word_alone(fixed_pepper: Path) -> None:
    row = made(None)
    assert is_genuine(row, EPOCH.commitment, {}), "control"

    row.signature = bytes(row.signature)[:-1] + b"\0"
    assert not is_genuine(row, EPOCH.commitment, {})


def test_a_grant_is_genuine_by_any_of_its_grantors_keys_and_by_no_other(fixed_pepper: Path) -> None:
    old, new, stranger = signer(), signer(fixed.SMALL_SEED), signer(bytes(32))
    row = made(old)

    assert is_genuine(row, EPOCH.commitment, publics(new, old))
    assert is_genuine(row, EPOCH.commitment, publics(old))
    assert not is_genuine(row, EPOCH.commitment, publics(new, stranger))
    assert not is_genuine(row, EPOCH.commitment, {fixed.DESK: ()})


CHANGES: dict[str, dict[str, Any]] = {
    "dossier": {"dossier_id": UUID(int=1)},
    "epoch": {"epoch": 2},
    "principal": {"principal_id": UUID(int=1)},
    "generation": {"generation": 2},
    "compartments": {"compartments": 1 << NARRATIVE | 1 << WORK},
    "all compartments": {"compartments": None},
    "reason": {"reason": "desk"},
    "end": {"not_after": FEB_9},
    "no end": {"not_after": None},
    "moment": {"made_at": FEB_2},
    "consent": {"consent_ref": fixed.REF},
    "wrap": {"wrapped": b"\x01\x02"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("signed", [True, False])
def test_whatever_is_changed_in_a_grant_it_is_not_genuine_any_more(
    fixed_pepper: Path, change: dict[str, Any], signed: bool
) -> None:
    row, known = made(signer() if signed else None, not_after=FEB_2), publics(signer())
    assert is_genuine(row, EPOCH.commitment, known), "control"

    for name, value in change.items():
        setattr(row, name, value)

    assert not is_genuine(row, EPOCH.commitment, known)


def test_a_grant_for_other_keys_of_the_epoch_is_not_genuine(fixed_pepper: Path) -> None:
    assert not is_genuine(made(None), sealing.commitment(bytes(32)), {})


def test_a_grant_says_what_was_wished(fixed_pepper: Path) -> None:
    facts = facts_of(made(signer(), not_after=FEB_9))

    assert facts == replace(
        fixed.GRANT, epoch=1, principal_id=fixed.PERSON, generation=1, compartments=frozenset({NARRATIVE}),
        reason="assigned", grantor_id=fixed.DESK, not_after=FEB_9, consent_ref=None,
    )  # fmt: skip


def test_what_several_grants_open_together_is_held() -> None:
    opened = Opened()
    opened.add(HELD, EpochKeys(None, {WORK: b"w"}))
    opened.add(HELD, EpochKeys(None, {NARRATIVE: b"n"}))
    assert opened.keys[HELD] == EpochKeys(None, {WORK: b"w", NARRATIVE: b"n"})

    opened.add(HELD, EpochKeys(b"k" * 32))
    assert opened.keys[HELD].data_key == b"k" * 32
    opened.add(HELD, EpochKeys(None, {CONTACT: b"c"}))
    assert opened.keys[HELD] == EpochKeys(b"k" * 32, {WORK: b"w", NARRATIVE: b"n", CONTACT: b"c"})


def test_what_is_not_held_is_told_and_what_might_be_behind_a_false_grant_too() -> None:
    opened = Opened(keys={HELD: EpochKeys(None, {WORK: b"w"})})
    assert opened.get(HELD, WORK) == b"w"
    assert opened.get(HELD, NARRATIVE) is None
    assert opened.get((fixed.DOSSIER, 2), WORK) is None
    with pytest.raises(NotHeld):
        opened.need(HELD, NARRATIVE)
    assert opened.need(HELD, WORK).parts == {WORK: b"w"}

    opened.false.add(HELD)
    assert opened.get(HELD, WORK) == b"w", "what another grant opens stays open"
    with pytest.raises(Tampered):
        opened.get(HELD, NARRATIVE)
    assert opened.get((fixed.DOSSIER, 2), WORK) is None


def test_the_keys_of_one_dossier_are_not_mixed_with_those_of_another() -> None:
    other, first, second = uuid4(), EpochKeys(b"1" * 32), EpochKeys(b"2" * 32)
    opened = Opened(keys={HELD: first, (fixed.DOSSIER, 2): second, (other, 1): EpochKeys(b"3" * 32)})

    assert opened.of(fixed.DOSSIER) == {1: first, 2: second}


def test_only_what_was_asked_for_is_opened(town: Town) -> None:
    lead, companion = town.person(), town.person()
    first = town.dossier(lead, grant(lead, *EVERYTHING), grant(companion, WORK)).dossier_id
    second = town.dossier(lead).dossier_id
    with working(lead):
        both = open_grants([first, second], by=lead, at=FEB_1)
        one = open_grants([first], by=lead, at=FEB_1)
    assert set(both.keys) == {(first, 1), (second, 1)}
    assert set(one.keys) == {(first, 1)}
    assert not both.false
    with working(companion):
        part = open_grants([first, second], by=companion, at=FEB_1)
    assert set(part.keys[first, 1].parts) == {WORK}
    assert set(part.keys) == {(first, 1)}


@pytest.mark.parametrize(("later", "opens"), [(timedelta(microseconds=-1), True), (timedelta(0), False)])
def test_a_grant_opens_until_its_end_and_not_at_it(town: Town, later: timedelta, opens: bool) -> None:
    lead, companion = town.person(), town.person()
    dossier = town.dossier(lead, grant(lead, *EVERYTHING), grant(companion, WORK, not_after=FEB_9)).dossier_id

    with working(companion):
        assert ((dossier, 1) in open_grants([dossier], by=companion, at=FEB_9 + later).keys) is opens


def test_whoever_holds_an_emergency_key_reads_the_one_dossier_and_changes_nothing(town: Town) -> None:
    lead = town.person()
    first, second = town.dossier(lead).dossier_id, town.dossier(lead).dossier_id
    assert lead.keyring is not None
    assert keyring_of(lead) is lead.keyring, "control"
    reader = Person(replace(lead.keyring, only=first), lead.principal_id)

    with pytest.raises(NotAllowed):
        keyring_of(reader)
    assert keyring_of(reader, to_read=True) is reader.keyring
    with working(reader):
        assert set(open_grants([first, second], by=reader, at=FEB_1).keys) == {(first, 1)}
        assert not open_grants([second], by=reader, at=FEB_1).keys


def test_a_wrap_that_does_not_open_is_a_false_grant_and_spoils_no_other(town: Town) -> None:
    lead, other = town.person(), town.person()
    assert lead.keyring
    assert other.keyring
    first, second = town.dossier(lead), town.dossier(lead)
    committed = DossierEpoch.objects.get(dossier_id=first.dossier_id, epoch=1).commitment
    facts = EpochFacts(first.dossier_id, 1, bytes(committed))
    wrong = ActiveKey(lead.principal_id, PrincipalKind.USER, 1, other.keyring.kem.public())
    Grant.objects.filter(dossier_id=first.dossier_id, principal_id=lead.principal_id).delete()
    make_grant(grant(lead, WORK), wrong, facts, first.keys, by=lead.keyring, at=FEB_1).save()

    with working(lead):
        opened = open_grants([first.dossier_id, second.dossier_id], by=lead, at=FEB_1)

    assert opened.false == {(first.dossier_id, 1)}
    assert set(opened.keys) == {(second.dossier_id, 1)}
