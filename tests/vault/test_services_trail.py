"""What each service of the vault tells the trail: the whole of it, word by word, and in whose name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from ruangaman.audit.types import Role
from ruangaman.vault import doors, services
from ruangaman.vault.models import Door, Waiting
from ruangaman.vault.services import DoorKind
from ruangaman.vault.types import Compartment, ErasureReason, GrantSpec, HoldReason, PrincipalKind, Purpose
from tests.factories.vault import FEB_1, FEB_2, FEB_9, PASSWORD, Person, Town, grant, working
from tests.vault.test_services_contents import STORY

C = Compartment
Told = tuple[str, str, UUID | None, dict[str, Any], int]
"""Type, subject, dossier, detail, number of seals."""


def told(by: Person | None, act: Callable[[], object], role: Role = Role.WEB) -> list[Told]:
    """Do it in a request of its own, and return what the trail is told at its end; whoever does it is the actor."""
    with working(by, role) as unit:
        act()
        events = list(unit.events)
    if by is not None:
        assert {event.actor for event in events} <= {str(by.id), str(by.principal_id)}
    assert all(event.at in {FEB_1, FEB_2} for event in events)
    return [
        (one.type.key.removeprefix("vault."), one.subject, one.dossier_id, dict(one.detail), len(one.seals))
        for one in events
    ]


def about(dossier: UUID, kind: str, seals: int = 0, /, **detail: Any) -> Told:
    """An event about a dossier: it stands in that dossier's chain."""
    return (kind, str(dossier), dossier, detail, seals)


def of(subject: object, kind: str, seals: int = 0, /, **detail: Any) -> Told:
    """An event about something else."""
    return (kind, str(subject), None, detail, seals)


# --- dossiers ------------------------------------------------------------------------------------------------------


def test_a_dossier_is_made_and_put_into(town: Town, lead: Person) -> None:
    made: list[services.OpenDossier] = []

    def act() -> None:
        spec = [grant(lead, C.WORK)]
        made.append(services.new_dossier(kind="case", unit_id=None, grants=spec, at=FEB_1, by=lead))
        services.seal_in(made[0], C.WORK, STORY, FEB_1)

    found = told(lead, act)

    dossier = made[0].dossier_id
    assert found == [
        about(dossier, "dossier_made", kind="case", principals=[str(lead.principal_id), str(town.recovery_id)]),
        about(dossier, "sealed", 1, compartments=["work"], refs=1),
    ]


def test_access_is_given_changed_and_taken_away(town: Town, lead: Person) -> None:
    guest = town.person()
    who, dossier = str(guest.principal_id), town.dossier(lead).dossier_id
    spec = grant(guest, C.WORK, C.NARRATIVE)

    shared = told(lead, lambda: services.share(dossier_id=dossier, to=[spec], by=lead, at=FEB_2))
    parts = [part.name.lower() for part in sorted({C.WORK, C.NARRATIVE})]
    assert shared == [about(dossier, "shared", principals=[who], compartments=parts, reason="assigned", epoch=1)]

    expiry: dict[str, Any] = {"dossier_id": dossier, "principal_id": guest.principal_id, "by": lead, "at": FEB_2}
    for until in (FEB_9, None):
        changed = told(lead, lambda until=until: services.set_expiry(not_after=until, **expiry))
        text = until.isoformat() if until else None
        assert changed == [about(dossier, "expiry_changed", principals=[who], until=text)]

    rotated = told(lead, lambda: services.rotate(dossier_id=dossier, by=lead, at=FEB_2))
    assert rotated == [about(dossier, "rotated", epoch=2)]
    revoked = told(
        lead, lambda: services.revoke(principal_id=guest.principal_id, dossier_id=dossier, by=lead, at=FEB_2)
    )
    assert revoked == [about(dossier, "revoked", principals=[who], epoch=3)]


def test_what_the_whole_key_is_given_to_is_called_the_whole(town: Town, lead: Person) -> None:
    group = town.group(town.person(), kind=PrincipalKind.BREAKGLASS)
    ceremony = town.group(lead, kind=PrincipalKind.BREAKGLASS)
    dossier = town.dossier(lead, grant(lead, C.WORK), GrantSpec(ceremony, None, "breakglass")).dossier_id
    lead.desks.append(ceremony)
    spec = GrantSpec(group, None, "breakglass")

    found = told(lead, lambda: services.share(dossier_id=dossier, to=[spec], by=lead, at=FEB_2))

    expected = {"principals": [str(group)], "compartments": ["whole"], "reason": "breakglass", "epoch": 1}
    assert found == [about(dossier, "shared", **expected)]


def test_what_is_sealed_opened_and_refused(town: Town, lead: Person) -> None:
    dossier, refs = town.dossier(lead).dossier_id, list[UUID]()

    def put(ref: UUID | None = None) -> None:
        refs.append(
            services.seal(dossier_id=dossier, compartment=C.NARRATIVE, content=STORY, by=lead, at=FEB_1, ref=ref)
        )

    assert told(lead, put) == [about(dossier, "sealed", 1, compartments=["narrative"], refs=1)]
    assert told(lead, lambda: put(refs[0])) == [about(dossier, "sealed", 1, compartments=["narrative"], refs=1)]
    opened = told(lead, lambda: services.reveal(ref=refs[0], purpose=Purpose.HANDLING, by=lead, at=FEB_2))
    assert opened == [
        about(dossier, "revealed", compartments=["narrative"], refs=1, purpose=Purpose.HANDLING.value),
    ]


@pytest.mark.usefixtures("ledger_file")
def test_a_dossier_ends_goes_on_is_held_and_erased(town: Town, lead: Person) -> None:
    dossier, first, second = town.dossier(lead).dossier_id, town.person(), town.person()
    when: dict[str, Any] = {"dossier_id": dossier, "by": lead, "at": FEB_1}

    def end() -> object:
        return services.end_dossier(kind="case", state="closed", code="K-1", **when)

    def kept(by: Person, act: Callable[..., object], **more: Any) -> list[Told]:
        def enter() -> None:
            services.enter_as_keeper(by.id)
            act(dossier_id=dossier, by=by, at=FEB_2, **more)

        return told(by, enter)

    facts = {"state": "closed", "years": 10, "until": "2036-02-01"}
    assert told(lead, end) == [("ended", "K-1", dossier, facts, 0)]
    assert told(lead, lambda: services.resume_dossier(**when)) == [("resumed", "K-1", dossier, {}, 0)]
    assert told(lead, lambda: services.resume_dossier(**when)) == []
    told(lead, end)
    held = told(lead, lambda: services.place_hold(reason=HoldReason.COURT, **when))
    assert held == [about(dossier, "hold_placed", reason="court")]
    assert told(lead, lambda: services.release_hold(**when)) == [about(dossier, "hold_released")]

    proposed = kept(first, services.propose_erasure, reason=ErasureReason.REQUEST)
    assert proposed == [about(dossier, "erasure_proposed", reason="request")]
    assert kept(second, services.withdraw_erasure) == [about(dossier, "erasure_withdrawn")]
    kept(first, services.propose_erasure, reason=ErasureReason.REQUEST)
    erased = [about(dossier, "erasure_approved", reason="request"), about(dossier, "shredded")]
    assert kept(second, services.approve_erasure) == erased


# --- what waits ----------------------------------------------------------------------------------------------------


def test_what_is_asked_for_and_answered(town: Town, lead: Person) -> None:
    holder, guest = town.person(), town.person()
    dossier = town.dossier(lead, grant(lead, C.WORK), grant(holder, C.CLINICAL)).dossier_id
    who, spec = str(guest.principal_id), grant(guest, C.CLINICAL)

    asked = told(lead, lambda: services.ask_to_share(dossier_id=dossier, to=spec, by=lead, at=FEB_1))
    facts = {"kind": "share", "reason": "assigned", "principals": [who], "compartments": ["clinical"]}
    assert asked == [about(dossier, "asked", **facts)]
    assert told(lead, lambda: services.ask_to_share(dossier_id=dossier, to=spec, by=lead, at=FEB_1)) == []
    line = Waiting.objects.get(kind="share")

    declined = told(holder, lambda: services.decline_waiting(waiting_id=line.pk, by=holder, at=FEB_2))
    assert [one[:3] for one in declined] == [("answered", str(dossier), dossier)]
    assert declined[0][3]["declined"] is True

    epochs = told(
        lead, lambda: services.ask_for_new_epoch(dossier_ids=[dossier], reason="key_changed", by=lead, at=FEB_1)
    )
    assert epochs == [of("dossiers", "asked", kind="epoch", reason="key_changed", dossiers=1)]
    leaves = {"principal_id": holder.principal_id, "reason": "left", "by": lead, "at": FEB_1}
    without = told(lead, lambda: services.ask_for_new_epochs_without(**leaves))
    assert without == [of(holder.principal_id, "asked", kind="epoch", reason="left", dossiers=1)]


def test_the_wraps_of_who_is_gone_are_counted(town: Town, lead: Person) -> None:
    guest = town.person()
    town.dossier(lead, grant(lead, C.WORK), grant(guest, C.WORK))
    gone: dict[str, Any] = {"principal_id": guest.principal_id, "by": lead, "at": FEB_2}

    who = str(guest.principal_id)
    assert told(lead, lambda: services.retire_principal(**gone)) == [of(who, "group_changed", added=[], removed=[who])]
    assert told(lead, lambda: services.delete_wraps_of(**gone)) == [of(who, "wraps_deleted", count=1)]


# --- people and their doors ----------------------------------------------------------------------------------------


def test_a_person_is_made_vouched_for_and_changes_the_password(town: Town, lead: Person) -> None:
    made: list[services.NewPerson] = []
    create = told(town.first, lambda: made.append(services.create_person(password=PASSWORD, at=FEB_1, by=town.first)))
    who = made[0].principal_id
    assert create == [of(who, "person_made", 1)]
    sign = told(town.first, lambda: services.sign_key(principal_id=who, by=town.first, at=FEB_1))
    assert sign == [of(who, "key_signed", generation=1)]

    somebody = Person(made[0].keyring, who)
    new = services.prepare_change(keyring=made[0].keyring, password="another one that is long", at=FEB_2)
    change = told(somebody, lambda: services.change_password(by=somebody, new=new, at=FEB_2))
    assert change == [of(who, "door_changed", 1, door="password")]
    code = doors.normalise_code(doors.new_code())
    printed = services.close_door(made[0].keyring, code, at=FEB_1, kind=DoorKind.PRINTED)
    paper = told(somebody, lambda: services.add_printed_door(by=somebody, door=printed, at=FEB_1))
    assert paper == [of(who, "door_changed", 1, door="printed")]


def test_a_changed_password_changes_one_door_and_all_of_it(town: Town, lead: Person) -> None:
    other = town.person()
    assert lead.keyring is not None
    printed = services.close_door(lead.keyring, "CODE", at=FEB_1, kind=DoorKind.PRINTED)
    with working(lead):
        services.add_printed_door(by=lead, door=printed, at=FEB_1)
    others = Door.objects.exclude(principal_id=lead.principal_id, kind="password").order_by("pk")
    before = list(others.values())
    new = services.prepare_change(keyring=lead.keyring, password="another one that is long", at=FEB_2)
    for number, name in enumerate(("memory_kib", "iterations", "lanes"), 2):
        setattr(new.row, name, number)
    with working(lead):
        services.change_password(by=lead, new=new, at=FEB_2)

    assert list(others.values()) == before
    assert len(before) > 2
    assert other.principal_id in {row["principal_id"] for row in before}
    now = Door.objects.get(principal_id=lead.principal_id, kind="password")
    assert (now.memory_kib, now.iterations, now.lanes, now.changed_at) == (2, 3, 4, FEB_2)
    assert [bytes(getattr(now, name)) for name in ("salt", "verifier", "bundle")] == [
        bytes(getattr(new.row, name)) for name in ("salt", "verifier", "bundle")
    ]


def test_who_holds_a_shared_key_and_who_vouches(town: Town, lead: Person) -> None:
    first, second, third = (town.person() for _ in range(3))
    one, two, three = (str(who.principal_id) for who in (first, second, third))
    made: list[UUID] = []

    create = told(
        lead,
        lambda: made.append(
            services.create_group(
                kind=PrincipalKind.DESK, members=[first.principal_id, second.principal_id], by=lead, at=FEB_1
            )
        ),
    )
    assert create == [of(made[0], "group_changed", added=[one, two], removed=[])]
    town.sign(made[0])
    first.desks.append(made[0])
    add = {"group_id": made[0], "member_id": third.principal_id, "by": first, "at": FEB_1}
    assert told(first, lambda: services.add_member(**add)) == [of(made[0], "group_changed", added=[three], removed=[])]
    remove = {"group_id": made[0], "member_id": second.principal_id, "by": first, "at": FEB_2}
    assert told(first, lambda: services.remove_member(**remove)) == [
        of(made[0], "group_changed", added=[], removed=[two])
    ]
    members = [first.principal_id, town.second.principal_id]
    officers = told(town.first, lambda: services.appoint_officers(principals=members, by=town.first, at=FEB_2))
    assert officers == [of("officers", "officers_appointed", principals=sorted(str(who) for who in members))]
