"""The directory of public keys, one rule at a time: which count, which is the newest, how long an answer is kept."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from ruangaman.vault import directory, layout, pepper, wrapping
from ruangaman.vault.directory import ActiveKey, Directory
from ruangaman.vault.models import KeySignature, OfficerList, PrincipalKey
from ruangaman.vault.types import PrincipalKind
from tests.factories.vault import FEB_1, Town, working
from tests.vault import fixed

KEM = wrapping.from_seed(fixed.SEED).public()


def key_of(kind: PrincipalKind, generation: int, principal_id: UUID | None = None) -> ActiveKey:
    return ActiveKey(principal_id or uuid4(), kind, generation, KEM)


def test_the_recovery_key_is_the_newest_one_whatever_else_is_there() -> None:
    low, high = UUID(int=1), UUID(int=2)
    old, one, other = (
        key_of(PrincipalKind.RECOVERY, number, who) for number, who in ((1, uuid4()), (2, low), (2, high))
    )
    desk = key_of(PrincipalKind.DESK, 9)
    for keys in ((old, one, other, desk), (desk, other, one, old)):
        assert Directory({key.principal_id: key for key in keys}).recovery == other
    assert Directory({desk.principal_id: desk}).recovery is None


def stored(town: Town, *, signed: bool = True) -> PrincipalKey:
    person = town.person(signed=signed)
    return PrincipalKey.objects.select_related("principal").get(principal_id=person.principal_id)


def test_the_thirty_digits_change_with_anything_that_is_signed(town: Town) -> None:
    key, other = stored(town), stored(town)
    digits = directory.digits_of(key)
    assert len(digits) == directory.DIGITS
    assert digits.isdigit()
    assert digits != directory.digits_of(other)

    for name, value in (("kem_public", bytes(other.kem_public)), ("signing_public", bytes(32)), ("generation", 2)):
        before = getattr(key, name)
        setattr(key, name, value)
        assert directory.digits_of(key) != digits, name
        setattr(key, name, before)
    assert directory.digits_of(key) == digits


def test_the_thirty_digits_are_these(fixed_pepper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people compare them by voice, perhaps with two releases: they are part of the layout."""
    monkeypatch.setattr(pepper, "installation", lambda: fixed.DOSSIER.bytes)
    entry = fixed.entry(KEM.to_bytes(), bytes(range(32)))
    monkeypatch.setattr(directory, "entry_of", lambda key: entry)

    assert directory.digits_of(PrincipalKey()) == "012578570062239984936198398651"


def test_a_key_counts_with_two_officers_signatures_and_each_must_be_good(town: Town) -> None:
    key, officers = stored(town), directory.read_officers()
    first, second = key.signatures.all()
    assert directory.is_vouched(key, officers), "control"

    KeySignature.objects.filter(pk=second.pk).update(signature=bytes(first.signature))
    assert not directory.is_vouched(_again(key), officers), "one officer's signature for the other's"
    KeySignature.objects.filter(pk=second.pk).update(signature=bytes(64))
    assert not directory.is_vouched(_again(key), officers)
    KeySignature.objects.filter(pk=second.pk).update(signature=bytes(second.signature))
    assert directory.is_vouched(_again(key), officers), "control"
    assert not directory.is_vouched(_again(key), {first.officer_id: officers[first.officer_id]})


def _again(key: PrincipalKey) -> PrincipalKey:
    return PrincipalKey.objects.select_related("principal").get(pk=key.pk)


def test_signing_keys_are_those_that_count(town: Town) -> None:
    person, waiting = town.person(), town.person(signed=False)
    with working(person):
        found = directory.read_signing([person.principal_id, waiting.principal_id])
    assert person.keyring is not None
    assert person.keyring.signing is not None
    assert found == {person.principal_id: (person.keyring.signing.public,), waiting.principal_id: ()}

    town.sign(waiting.principal_id)
    with working(person):
        again = directory.read_signing([waiting.principal_id])
    assert len(again[waiting.principal_id]) == 1, "that somebody has none is asked again each time"


@pytest.mark.parametrize("is_left", [True, False])
def test_signing_keys_count_only_under_a_list_of_officers_that_nobody_changed(town: Town, is_left: bool) -> None:
    person = town.person()
    with working(person):
        assert directory.read_signing([person.principal_id]) != {person.principal_id: ()}, "control"
    directory.forget()
    if is_left:
        OfficerList.objects.update(mac=bytes(32))
    else:
        OfficerList.objects.all().delete()

    with working(person):
        assert directory.read_signing([person.principal_id]) == {person.principal_id: ()}


def test_a_group_signs_nothing(town: Town) -> None:
    desk = town.group(town.person())
    with working(town.first):
        assert directory.read_signing([desk]) == {desk: ()}


def test_what_was_read_is_kept_for_ten_seconds(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(directory.time, "monotonic", lambda: now)
    assert directory.cached_directory() is None
    with working(town.first):
        first = directory.read_directory()
    assert directory.cached_directory() is first
    now += directory.SECONDS - 0.001
    assert directory.cached_directory() is first
    now += 0.001
    assert directory.cached_directory() is None

    with working(town.first):
        again = directory.read_directory()
    assert directory.cached_directory() is again
    directory.forget()
    assert directory.cached_directory() is None


def test_signing_keys_are_kept_for_ten_seconds_too(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    now, person = 1000.0, town.person()
    monkeypatch.setattr(directory.time, "monotonic", lambda: now)
    with working(person):
        known = directory.read_signing([person.principal_id])
    PrincipalKey.objects.filter(principal_id=person.principal_id).update(signing_public=bytes(32))
    now += directory.SECONDS - 0.001
    with working(person):
        assert directory.read_signing([person.principal_id]) == known
    now += 0.001
    with working(person):
        assert directory.read_signing([person.principal_id]) == {person.principal_id: ()}, "nobody vouches for that one"


def test_the_newest_key_that_counts_is_wrapped_to(town: Town) -> None:
    person = town.person()
    key = PrincipalKey.objects.get(principal_id=person.principal_id)
    with working(town.first):
        assert directory.read_active([person.principal_id])[person.principal_id].generation == key.generation
        entry = directory.entry_of(key)
        assert (entry.kem_public, entry.signing_public) == (bytes(key.kem_public), bytes(key.signing_public))
        assert layout.directory_bytes(pepper.installation(), entry)
    assert key.created_at == FEB_1
