"""Sealing and opening content."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from ruangaman.audit.models import AuditEvent
from ruangaman.audit.services import verify
from ruangaman.audit.types import Role
from ruangaman.core.errors import Conflict, Locked, NotAllowed, NotFound
from ruangaman.vault import services
from ruangaman.vault.errors import NotHeld, Tampered
from ruangaman.vault.models import Sealed
from ruangaman.vault.services import contents
from ruangaman.vault.types import Closed, Compartment, Purpose
from tests.factories.vault import FEB_1, FEB_2, FEB_9, Person, Town, grant, working

STORY = {"text": "canary story", "kinds": ["FISIK"]}


def seal(
    dossier_id: UUID, by: Person, part: Compartment = Compartment.NARRATIVE, ref: UUID | None = None, **more
) -> UUID:
    """Seal in a request of its own."""
    with working(by):
        return services.seal(dossier_id=dossier_id, compartment=part, content=STORY | more, by=by, at=FEB_1, ref=ref)


def reveal(ref: UUID, by: Person, at=FEB_1) -> object:
    """Open in a request of its own."""
    with working(by):
        return services.reveal(ref=ref, purpose=Purpose.HANDLING, by=by, at=at)


def events(kind: str, dossier_id: UUID) -> list[dict]:
    """Return the details of a kind of event about a dossier."""
    return list(AuditEvent.objects.filter(type=kind, subject=str(dossier_id)).values_list("detail", flat=True))


def test_what_is_sealed_is_opened_again(town: Town):
    lead = town.person()
    dossier = town.dossier(lead)

    ref = seal(dossier.dossier_id, lead)

    assert reveal(ref, lead.afresh()) == STORY
    assert b"canary" not in bytes(Sealed.objects.get(ref=ref).envelope)
    assert verify().ok


def test_seal_in_needs_no_grant(town: Town):
    officer, lead = town.person(), town.person()
    with working(officer):
        dossier = services.new_dossier(
            kind="case", unit_id=None, grants=[grant(lead, Compartment.NARRATIVE)], at=FEB_1, by=officer
        )
        ref = services.seal_in(dossier, Compartment.NARRATIVE, STORY, FEB_1)

    assert reveal(ref, lead) == STORY
    with pytest.raises(NotFound):
        reveal(ref, officer)


def test_a_new_version_takes_the_place(town: Town):
    lead = town.person()
    dossier = town.dossier(lead)
    ref = seal(dossier.dossier_id, lead)

    assert seal(dossier.dossier_id, lead, ref=ref, text="corrected") == ref

    assert reveal(ref, lead) == STORY | {"text": "corrected"}
    assert Sealed.objects.get(ref=ref).version == 2
    other = seal(dossier.dossier_id, lead)
    with working(lead):
        services.rotate(dossier_id=dossier.dossier_id, by=lead, at=FEB_1)
        services.seal(
            dossier_id=dossier.dossier_id, compartment=Compartment.NARRATIVE, content=STORY, by=lead, at=FEB_2, ref=ref
        )
    now, beside = Sealed.objects.get(ref=ref), Sealed.objects.get(ref=other)
    assert (now.version, now.epoch, now.sealed_at) == (3, 2, FEB_2)
    assert (beside.version, beside.epoch, beside.sealed_at) == (1, 1, FEB_1)
    assert reveal(ref, lead) == STORY


def test_sealed_and_opened_in_one_request(town: Town):
    lead = town.person()
    dossier = town.dossier(lead)
    with working(lead):
        for _ in range(3):
            ref = services.seal(
                dossier_id=dossier.dossier_id, compartment=Compartment.WORK, content=STORY, by=lead, at=FEB_1
            )
            services.seal(
                dossier_id=dossier.dossier_id,
                compartment=Compartment.WORK,
                content={"n": 2},
                by=lead,
                at=FEB_1,
                ref=ref,
            )
            assert services.reveal(ref=ref, purpose=Purpose.HANDLING, by=lead, at=FEB_1) == {"n": 2}

    assert events("vault.sealed", dossier.dossier_id) == [{"refs": 6, "compartments": ["work"]}]
    assert events("vault.revealed", dossier.dossier_id) == [
        {"refs": 3, "compartments": ["work"], "purpose": "handling"}
    ]
    assert reveal(ref, lead) == {"n": 2}


def test_two_who_replace_at_once_do_not_lose_one(town: Town, monkeypatch: pytest.MonkeyPatch):
    lead = town.person()
    dossier = town.dossier(lead)
    ref = seal(dossier.dossier_id, lead)
    genuine = contents.make_sealed

    def slow(*args, **more):
        Sealed.objects.filter(ref=ref).update(version=2)
        return genuine(*args, **more)

    monkeypatch.setattr(contents, "make_sealed", slow)
    with pytest.raises(Conflict):
        seal(dossier.dossier_id, lead, ref=ref)


def test_replacing_needs_the_right_place(town: Town):
    lead = town.person()
    dossier, other = town.dossier(lead), town.dossier(lead)
    ref = seal(dossier.dossier_id, lead)
    for dossier_id, part, which in (
        (other.dossier_id, Compartment.NARRATIVE, ref),
        (dossier.dossier_id, Compartment.WORK, ref),
        (dossier.dossier_id, Compartment.NARRATIVE, uuid4()),
    ):
        with pytest.raises(NotFound):
            seal(dossier_id, lead, part, ref=which)


def test_a_compartment_without_key_is_closed(town: Town):
    lead, lawyer = town.person(), town.person()
    dossier = town.dossier(lead, grant(lead, Compartment.CLINICAL, Compartment.LEGAL), grant(lawyer, Compartment.LEGAL))
    clinical = seal(dossier.dossier_id, lead, Compartment.CLINICAL)
    legal = seal(dossier.dossier_id, lead, Compartment.LEGAL)

    with working(lawyer):
        found = services.reveal_many(refs=[clinical, legal], purpose=Purpose.HANDLING, by=lawyer, at=FEB_1)
    assert found == {clinical: Closed(Compartment.CLINICAL), legal: STORY}
    assert events("vault.revealed", dossier.dossier_id)[-1]["compartments"] == ["legal"]

    with pytest.raises(NotHeld):
        reveal(clinical, lawyer)
    with pytest.raises(NotHeld):
        seal(dossier.dossier_id, lawyer, Compartment.CLINICAL)


def test_many_dossiers_leave_one_event_each(town: Town):
    lead = town.person()
    dossiers = [town.dossier(lead).dossier_id for _ in range(3)]
    refs = [seal(dossier_id, lead) for dossier_id in dossiers for _ in range(2)]
    with working(lead):
        found = services.reveal_many(refs=refs, purpose=Purpose.SUPERVISION, by=lead, at=FEB_1)
    assert list(found) == refs
    for dossier_id in dossiers:
        assert events("vault.revealed", dossier_id) == [
            {"refs": 2, "compartments": ["narrative"], "purpose": "supervision"}
        ]


def test_nothing_asked_nothing_opened(town: Town):
    lead = town.person()
    with working(lead):
        assert services.reveal_many(refs=[], purpose=Purpose.HANDLING, by=lead, at=FEB_1) == {}


def test_a_stranger_and_the_unknown_look_the_same(town: Town):
    lead, stranger = town.person(), town.person()
    dossier = town.dossier(lead)
    ref = seal(dossier.dossier_id, lead)
    answers = []
    for which in (ref, uuid4()):
        with pytest.raises(NotFound) as refused:
            reveal(which, stranger)
        answers.append(str(refused.value))
    for dossier_id in (dossier.dossier_id, uuid4()):
        with pytest.raises(NotFound):
            seal(dossier_id, stranger)
    assert answers[0] == answers[1]


def test_locked_keys_open_and_seal_nothing(town: Town):
    lead = town.person()
    dossier = town.dossier(lead)
    ref = seal(dossier.dossier_id, lead)
    with pytest.raises(Locked):
        reveal(ref, lead.locked())
    with pytest.raises(Locked):
        seal(dossier.dossier_id, lead.locked())
    with pytest.raises(Locked):
        town.dossier(lead.locked())


def test_who_only_reads_seals_nothing_and_opens_that_one_dossier(town: Town):
    lead = town.person()
    first, second = town.dossier(lead).dossier_id, town.dossier(lead).dossier_id
    here, there = seal(first, lead), seal(second, lead)
    reader = Person(replace(lead.keyring, only=first), lead.principal_id)

    assert reveal(here, reader) == STORY
    with pytest.raises(NotFound):
        reveal(there, reader)
    with pytest.raises(NotAllowed):
        seal(first, reader)


def test_what_was_pointed_at_anothers_content_opens_nothing_also_for_who_may_open_both(town: Town):
    lead = town.person()
    first, second = town.dossier(lead).dossier_id, town.dossier(lead).dossier_id
    ref = seal(first, lead)
    where = {"purpose": Purpose.HANDLING, "by": lead, "at": FEB_1}

    with working(lead):
        assert services.reveal(ref=ref, dossier_id=first, **where) == STORY
        assert services.reveal_many(refs={ref: first}, **where) == {ref: STORY}
    for act in (
        lambda: services.reveal(ref=ref, dossier_id=second, **where),
        lambda: services.reveal_many(refs={ref: second}, **where),
    ):
        with working(lead), pytest.raises(Tampered):
            act()
    facts = {"compartments": ["narrative"], "refs": 1, "purpose": "handling", "why": "tampered"}
    assert events("vault.refused", first) == [facts] * 2


def test_an_expired_grant_opens_nothing(town: Town):
    lead, helper = town.person(), town.person()
    dossier = town.dossier(
        lead, grant(lead, Compartment.NARRATIVE), grant(helper, Compartment.NARRATIVE, not_after=FEB_2)
    )
    ref = seal(dossier.dossier_id, lead)

    assert reveal(ref, helper) == STORY
    for moment in (FEB_2, FEB_9):
        with pytest.raises(NotFound):
            reveal(ref, helper, at=moment)
    assert reveal(ref, lead, at=FEB_9) == STORY


def test_a_shredded_dossier_takes_nothing_more(town: Town):
    lead = town.person()
    dossier = town.dossier(lead)
    ref = seal(dossier.dossier_id, lead)
    with working(role=Role.MIGRATE):
        services.shred(dossier_ids=[dossier.dossier_id], by=None, at=FEB_2)
    with pytest.raises(NotFound):
        reveal(ref, lead)
    with pytest.raises(NotFound):
        seal(dossier.dossier_id, lead)
    with working(role=Role.MIGRATE), pytest.raises(NotFound):
        services.shred(dossier_ids=[dossier.dossier_id], by=None, at=FEB_2)
    assert len(events("vault.shredded", dossier.dossier_id)) == 1
