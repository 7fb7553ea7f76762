"""The canary: it opens where keys, pepper and rows belong together, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import override_settings

from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role
from ruangaman.vault import services
from ruangaman.vault.errors import KeyNotSigned, Tampered
from ruangaman.vault.models import Dossier, Grant, Principal, Sealed
from ruangaman.vault.services import Canary
from tests.factories.vault import FEB_1, FEB_2, Town, working
from tests.vault.test_services_contents import seal

pytestmark = pytest.mark.django_db


def make() -> Canary:
    with working(role=Role.MIGRATE):
        return services.make_canary(at=FEB_1)


def sing(canary: Canary) -> None:
    with working(role=Role.MIGRATE):
        services.open_canary(canary, at=FEB_2)


def test_it_opens_and_leaves_a_trace(town: Town) -> None:
    canary, lead = make(), town.person()
    seal(town.dossier(lead).dossier_id, lead)
    sing(Canary.from_text(canary.to_text()))
    event = AuditEvent.objects.filter(type="vault.revealed").latest("at", "seq")
    assert event.detail == {"purpose": "proof", "compartments": ["work"], "refs": 1}
    assert event.actor == canary.principal
    assert services.has_canary(canary)
    assert not services.has_canary(replace(canary, ref=str(uuid4())))


def test_its_dossier_is_open_to_it_and_to_recovery_only(town: Town) -> None:
    canary = make()
    dossier = Dossier.objects.get(kind="canary")
    holders = Grant.objects.filter(dossier=dossier).values_list("principal_id", flat=True)
    assert {str(who) for who in holders} == {canary.principal, str(town.recovery_id)}
    assert Principal.objects.get(id=canary.principal).kind == "receipt"
    assert canary.seed not in repr(canary)


def test_without_a_recovery_key_there_is_none() -> None:
    with working(role=Role.MIGRATE):
        assert not services.is_recoverable()
    with pytest.raises(KeyNotSigned):
        make()


def test_with_one_it_can_be_made(town: Town) -> None:
    with working(role=Role.MIGRATE):
        assert services.is_recoverable()


def bend_word(canary: Canary) -> Canary:
    return replace(canary, word="another")


def bend_seed(canary: Canary) -> Canary:
    return replace(canary, seed="00" * 96)


def bend_form(canary: Canary) -> Canary:
    return replace(canary, seed="no hex")


def bend_place(canary: Canary) -> Canary:
    return replace(canary, ref=str(uuid4()))


@pytest.mark.parametrize("bend", [bend_word, bend_seed, bend_form, bend_place])
def test_a_key_that_does_not_fit_is_noticed(town: Town, bend: object) -> None:
    assert callable(bend)
    canary = bend(make())
    with pytest.raises(Tampered, match="Kenari tidak terbuka"):
        sing(canary)


def test_a_row_that_was_changed_is_noticed(town: Town) -> None:
    canary = make()
    Sealed.objects.filter(ref=canary.ref).update(envelope=b"\x02" * 80)
    with pytest.raises(Tampered, match="Kenari tidak terbuka"):
        sing(canary)


def test_a_foreign_pepper_is_noticed(town: Town) -> None:
    canary = make()
    with override_settings(RUANGAMAN_PEPPER=bytes(32)), pytest.raises(Tampered, match="Kenari tidak terbuka"):
        sing(canary)


@pytest.mark.parametrize("text", ["", "[]", '{"word": "x"}', "no json"])
def test_a_file_that_holds_no_key_is_refused(text: str) -> None:
    with pytest.raises(Tampered, match="tidak dapat dibaca"):
        Canary.from_text(text)


def test_a_restore_leaves_an_event(db: None) -> None:
    with working(role=Role.MIGRATE):
        services.record_restored(taken=FEB_1.isoformat(), rows=7, erased=2, sha256="ab" * 32, at=FEB_2)
    event = AuditEvent.objects.get(type="vault.restored")
    assert (event.actor, event.subject) == ("system", "database")
    assert event.detail == {"taken": FEB_1.isoformat(), "rows": 7, "erased": 2, "sha256": "ab" * 32}
