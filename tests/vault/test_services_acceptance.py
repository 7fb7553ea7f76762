"""A report's way in, and the reporter's way back."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.test import override_settings

from ruangaman.audit.models import AuditEvent
from ruangaman.audit.services import verify
from ruangaman.audit.types import Role
from ruangaman.core.errors import Busy, NotFound
from ruangaman.vault import directory, receipts, services
from ruangaman.vault.errors import KeyNotSigned, NotHeld, Tampered, WrongPepper
from ruangaman.vault.files import FrameSealer
from ruangaman.vault.models import Frame, Grant, PrincipalKey, SealedFile
from ruangaman.vault.services import files as storing
from ruangaman.vault.types import Compartment, PrincipalKind, Purpose
from tests.factories.vault import FEB_1, FEB_2, Person, Town, grant, working
from tests.vault.test_services_contents import STORY, reveal, seal

THREAD = Compartment.THREAD
HELLO = {"text": "canary hello"}


@pytest.fixture(autouse=True)
def _cheap(settings, tmp_path):
    settings.RUANGAMAN_SPOOL = tmp_path
    settings.RUANGAMAN_RECEIPT_PARAMS = (64, 1, 1)


@pytest.fixture
def slots(monkeypatch: pytest.MonkeyPatch):
    """Forget slots that other tests took; two at once, no long waiting."""
    storing._slots.cache_clear()
    monkeypatch.setattr(storing, "WAIT_SECONDS", 0.01)
    with override_settings(RUANGAMAN_POOL_SIZE=4):
        yield
    storing._slots.cache_clear()


def upload(data: bytes = b"\xff\xd8\xff canary " * 50, name: str = "foto.jpg"):
    """Seal a file as it would arrive."""
    sealer = FrameSealer(name=name)
    sealer.feed(data)
    return sealer.finish()


def prepare(desk, *, files=(), receipt=None, **more) -> services.Acceptance:
    """Prepare a report outside any transaction of its own."""
    return services.prepare_acceptance(
        directory=services.load_directory(),
        desk_id=desk,
        unit_id=more.pop("unit_id", None),
        contents={Compartment.NARRATIVE: [STORY], Compartment.CONTACT: [{"way": "phone"}], THREAD: [HELLO]},
        files=files,
        receipt=receipt or receipts.derive_receipt(receipts.mint_key(None)),
        at=FEB_1,
        **more,
    )


def accept(acceptance: services.Acceptance) -> None:
    """Write a report as the public address does."""
    with working(role=Role.PUBLIC):
        services.write_acceptance(acceptance, FEB_1)


@contextmanager
def back(receipt: receipts.Receipt):
    """Come back with a receipt."""
    with working(role=Role.PUBLIC) as unit:
        actor = services.receipt_actor(receipt)
        assert actor is not None
        unit.set_viewer(None, actor.principals)
        yield actor


@pytest.fixture
def officer(town: Town) -> Person:
    """Somebody who sits at a desk."""
    person = town.person()
    town.group(person)
    return person


def test_a_report_is_accepted_and_opened_at_the_desk(town: Town, officer: Person):
    unit = uuid4()
    acceptance = prepare(officer.desks[0], unit_id=unit)
    accept(acceptance)

    refs = list(acceptance.refs.values())
    with working(officer):
        found = services.reveal_many(refs=refs, purpose=Purpose.TRIAGE, by=officer, at=FEB_1)
    assert found[acceptance.refs[Compartment.NARRATIVE, 0]] == STORY
    assert found[acceptance.refs[Compartment.CONTACT, 0]] == {"way": "phone"}
    (event,) = AuditEvent.objects.filter(type="vault.dossier_made")
    assert event.actor == "public"
    assert verify().ok
    assert set(Grant.objects.values_list("grantor_id", flat=True)) == {None}


def test_accepting_takes_two_statements_and_no_viewer(town: Town, officer: Person, django_assert_max_num_queries):
    acceptance = prepare(officer.desks[0])
    with working(role=Role.PUBLIC) as unit:
        with django_assert_max_num_queries(1):
            services.write_acceptance(acceptance, FEB_1)
        with django_assert_max_num_queries(1):
            from ruangaman.audit.services import _append

            _append(unit.events)
        unit.events.clear()


def test_the_receipt_opens_the_thread_and_nothing_else(town: Town, officer: Person):
    receipt = receipts.derive_receipt(receipts.mint_key(None))
    acceptance = prepare(officer.desks[0], receipt=receipt)
    accept(acceptance)

    again = receipts.receipt_from_digits(receipt.digits)
    with back(again) as actor:
        assert actor.dossier_id == acceptance.dossier_id
        hello = services.reveal(ref=acceptance.refs[THREAD, 0], purpose=Purpose.REPORTER_THREAD, by=actor, at=FEB_1)
        assert hello == HELLO
        with pytest.raises(NotFound):
            services.reveal(
                ref=acceptance.refs[Compartment.NARRATIVE, 0], purpose=Purpose.REPORTER_THREAD, by=actor, at=FEB_1
            )
        with pytest.raises(NotHeld):
            services.seal(dossier_id=actor.dossier_id, compartment=Compartment.WORK, content=HELLO, by=actor, at=FEB_1)


def test_the_thread_goes_both_ways(town: Town, officer: Person):
    receipt = receipts.derive_receipt(receipts.mint_key(None))
    acceptance = prepare(officer.desks[0], receipt=receipt)
    accept(acceptance)
    answer = seal(acceptance.dossier_id, officer, THREAD)
    with working(officer):
        services.rotate(dossier_id=acceptance.dossier_id, by=officer, at=FEB_1)
    second = seal(acceptance.dossier_id, officer, THREAD)

    with back(receipt) as actor:
        message = services.seal(dossier_id=actor.dossier_id, compartment=THREAD, content=HELLO, by=actor, at=FEB_2)
        found = services.reveal_many(
            refs=[answer, second, message], purpose=Purpose.REPORTER_THREAD, by=actor, at=FEB_2
        )
    assert list(found.values()) == [STORY, STORY, HELLO]
    assert reveal(message, officer) == HELLO


def test_an_unknown_receipt_leads_nowhere(town: Town):
    with working(role=Role.PUBLIC):
        assert services.receipt_actor(receipts.receipt_from_digits("1" * 20)) is None
        assert services.locate_receipt(b"") is None


def test_the_directory_is_read_once(town: Town, officer: Person, django_assert_num_queries):
    directory.forget()
    services.load_directory()
    with django_assert_num_queries(0):
        prepare(officer.desks[0])


def test_break_glass_gets_the_whole_key_unless_avoided(town: Town, officer: Person):
    breakglass = town.group(town.person(), kind=PrincipalKind.BREAKGLASS)
    with_it, without = prepare(officer.desks[0], breakglass_id=breakglass), prepare(officer.desks[0])
    accept(with_it)
    accept(without)
    holders = dict(Grant.objects.filter(principal_id=breakglass).values_list("dossier_id", "compartments"))
    assert holders == {with_it.dossier_id: None}


@pytest.mark.parametrize("which", ["desk", "recovery", "breakglass"])
def test_a_report_is_not_sealed_to_keys_that_do_not_count(town: Town, officer: Person, which: str):
    desk, breakglass = officer.desks[0], None
    if which == "desk":
        desk = town.person().principal_id
    elif which == "recovery":
        PrincipalKey.objects.filter(principal_id=town.recovery_id).update(retired_at=FEB_1)
        directory.forget()
    else:
        breakglass = uuid4()
    with pytest.raises(KeyNotSigned):
        prepare(desk, breakglass_id=breakglass)


def test_files_are_stored_and_opened_bit_by_bit(town: Town, officer: Person, slots):
    data = bytes(range(256)) * 5000
    photo, note = upload(data), upload(b"")
    acceptance = prepare(officer.desks[0], files=[photo, note])
    accept(acceptance)

    assert not photo.path.exists()
    assert SealedFile.objects.count() == 2
    assert all(b"canary" not in bytes(frame) for frame in Frame.objects.values_list("data", flat=True))
    for sent, (file_id, ref) in zip((data, b""), acceptance.file_refs, strict=True):
        with working(officer):
            facts, pieces = services.open_file(key_ref=ref, purpose=Purpose.DOWNLOAD, by=officer, at=FEB_1)
        assert facts.file_id == file_id
        assert b"".join(pieces) == sent


def test_a_file_with_missing_or_foreign_frames_is_refused(town: Town, officer: Person, slots):
    acceptance = prepare(officer.desks[0], files=[upload(b"1" * 600_000), upload(b"2" * 600_000)])
    accept(acceptance)
    (_file, first), (_other, second) = acceptance.file_refs

    def download(ref):
        with working(officer):
            return services.open_file(key_ref=ref, purpose=Purpose.DOWNLOAD, by=officer, at=FEB_1)

    _facts, pieces = download(first)
    Frame.objects.filter(file_id=_file, position=1).update(data=Frame.objects.get(file_id=_other, position=1).data)
    with pytest.raises(Tampered):
        list(pieces)
    Frame.objects.filter(file_id=_other, position=2).delete()
    with pytest.raises(Tampered):
        download(second)
    SealedFile.objects.filter(id=_file).update(key_ref=uuid4())
    with pytest.raises(Tampered):
        download(first)


def test_a_photo_in_the_thread_is_seen_by_both_sides(town: Town, officer: Person, slots):
    receipt = receipts.derive_receipt(receipts.mint_key(None))
    acceptance = prepare(officer.desks[0], receipt=receipt)
    accept(acceptance)
    theirs, ours, slot = upload(b"theirs"), upload(b"ours"), services.take_slot()
    with back(receipt) as actor:
        in_ref = services.seal_file(
            dossier_id=actor.dossier_id, compartment=THREAD, upload=theirs, by=actor, at=FEB_2, slot=slot
        )
    with working(officer):
        out_ref = services.seal_file(
            dossier_id=acceptance.dossier_id, compartment=THREAD, upload=ours, by=officer, at=FEB_2
        )
    with back(receipt) as actor:
        opened = [
            services.open_file(key_ref=ref, purpose=Purpose.REPORTER_THREAD, by=actor, at=FEB_2)[1]
            for ref in (in_ref, out_ref)
        ]
    assert [b"".join(pieces) for pieces in opened] == [b"theirs", b"ours"]
    with working(officer):
        _facts, pieces = services.open_file(key_ref=in_ref, purpose=Purpose.DOWNLOAD, by=officer, at=FEB_2)
    assert b"".join(pieces) == b"theirs"


def test_half_of_the_connections_store_files_at_most(slots):
    first, second = services.take_slot(), services.take_slot()
    with pytest.raises(Busy):
        services.take_slot()
    first.release()
    first.release()
    third = services.take_slot()
    with pytest.raises(Busy):
        services.take_slot()
    del second
    gc.collect()
    services.take_slot()
    third.release()


def test_the_end_of_a_request_gives_back_every_slot(slots):
    first = services.take_slot()
    services.take_slot()
    gc.collect()
    services.release_slots()
    kept = [services.take_slot(), services.take_slot()]
    first.release()
    with pytest.raises(Busy):
        services.take_slot()
    services.release_slots()
    assert len(kept) == 2
    services.take_slot()


def test_an_acceptance_that_was_dropped_gives_its_slot_back(town: Town, officer: Person, slots):
    for _ in range(3):
        prepare(officer.desks[0], files=[upload()])
        gc.collect()


def test_a_report_of_the_street_cannot_be_added_to(town: Town, officer: Person):
    from django.db import ProgrammingError

    acceptance = prepare(officer.desks[0])
    accept(acceptance)
    again = prepare(officer.desks[0])
    again.values["dossier"] = acceptance.dossier_id
    with pytest.raises(ProgrammingError, match="row-level security"):
        accept(again)


def test_the_pepper_must_be_the_database_s(db):
    services.check_pepper(Role.MIGRATE)
    for role in (Role.WEB, Role.WORKER, Role.PUBLIC):
        services.check_pepper(role)
    with override_settings(RUANGAMAN_PEPPER=b"another pepper of 32 bytes......"), pytest.raises(WrongPepper):
        services.check_pepper()


def test_the_desk_gets_what_desks_get(town: Town, officer: Person):
    accept(prepare(officer.desks[0]))
    row = Grant.objects.get(principal_id=officer.desks[0])
    assert row.compartments == sum(1 << part for part in services.DESK_COMPARTMENTS)
    assert grant(officer, *services.DESK_COMPARTMENTS).compartments == services.DESK_COMPARTMENTS
