"""A web process that somebody else has taken over: it may call itself anybody. What it sees then, and what it opens.

The promise (vault.md, rules 6 and 7; ADR 13): roles and policies guard against our mistakes. The database believes the
web's login about who is looking. It does not let that login be another process, and no row holds a key that opens.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.core.errors import DomainError
from ruangaman.vault import services as vault
from ruangaman.vault.models import Grant, Sealed
from ruangaman.vault.types import Closed, Purpose
from tests.architecture.raw_asking import array, attempt, session, settings_of
from tests.architecture.raw_matrix import NEAR, OFFICE, RULED
from tests.architecture.raw_world import RawWorld, make_raw_world
from tests.factories.vault import Person
from tests.support.once import one_transaction


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[RawWorld]:
    """Everybody."""
    with one_transaction(django_db_blocker):
        yield make_raw_world()


def everybody() -> list[UUID]:
    """Every principal that holds a grant."""
    return list(Grant.objects.values_list("principal_id", flat=True).distinct())


def test_the_database_believes_who_the_web_says_is_looking(world: RawWorld) -> None:
    every_row = {str(ref) for ref in Sealed.objects.values_list("ref", flat=True)}
    forged = settings_of(world.people["polisi"])
    with session("ra_web", **forged):
        assert attempt("SELECT ref FROM vault_sealed") == ("", [])
    with session("ra_web", **forged | {"principals": array(everybody())}):
        assert {str(ref) for (ref,) in attempt("SELECT ref FROM vault_sealed")[1]} == every_row
    with session("ra_web", **settings_of(world.people["kepala"]) | {"keeper": str(world.people["kepala"].pk)}):
        assert attempt("SELECT 1 FROM vault_erasureorder")[1], "and that they keep the registers"


@pytest.mark.parametrize("role", ["ra_worker", "ra_sender", "ra_migrate", "ra_backup", "ra_owner"])
def test_it_does_not_let_the_web_be_another_process(world: RawWorld, role: str) -> None:
    with session("ra_web", **settings_of(world.people["petugas"])):
        assert "permission denied" in attempt(f"SET LOCAL ROLE {role}")[0]
        assert "permission denied" in attempt("SELECT set_config('role', %s, true)", role)[0]


@pytest.mark.parametrize("who", ["petugas", "hukum", "pembaca", "mantan", "polisi"])
def test_forged_settings_show_every_envelope_and_open_none_more(world: RawWorld, who: str) -> None:
    user, everyone = world.people[who], everybody()
    rows = list(Sealed.objects.values_list("ref", flat=True))

    honest = opened(Person(user.keyring, user.principal_id, user.pk, user.desk_principals), rows)
    forged = opened(Person(user.keyring, user.principal_id, user.pk, everyone), rows)

    assert forged == honest
    assert len(forged) < len(rows)
    assert bool(honest) == (who in {"petugas", "hukum", "pembaca"})


def test_an_emergency_officer_opens_what_is_wrapped_to_the_unit_and_nothing_that_avoids_it(world: RawWorld) -> None:
    """Their own key does that, by design (vault.md, rule 13); the settings are no help anywhere else."""
    head = world.people["kepala"]
    dossier_of = dict(Sealed.objects.values_list("ref", "dossier_id"))

    honest = opened(Person(head.keyring, head.principal_id, head.pk), list(dossier_of))
    forged = opened(Person(head.keyring, head.principal_id, head.pk, everybody()), list(dossier_of))

    # Why they opened one case; why one was closed, its words; why the desk decided against the answers.
    mine = {"words case", "despite closed", "asked closed"} | RULED
    assert {world.names[str(dossier_of[ref])] for ref in honest} == mine
    gone = {"erased", "late", "past", "before past"}  # the world lets every wrap of these expire
    assert {world.names[str(dossier_of[ref])] for ref in forged} == ((NEAR | OFFICE) - gone) | mine


def opened(actor: Person, refs: list[UUID]) -> set[UUID]:
    """Ask for everything, an envelope at a time, and say what came open."""
    found = set()
    for ref in refs:
        with unit_of_work(Role.WEB) as unit:
            unit.set_viewer(actor.id, actor.principals)
            try:
                content = vault.reveal_many(refs=[ref], purpose=Purpose.HANDLING, by=actor, at=timezone.now())[ref]
            except DomainError:
                continue
            if not isinstance(content, Closed):
                found.add(ref)
    return found
