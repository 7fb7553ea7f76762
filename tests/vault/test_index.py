"""The blind index: who finds whom, what those who may not see learn, what a thief can compute."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone

from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role
from ruangaman.core.errors import Locked
from ruangaman.vault import blind, layout, pepper, services
from ruangaman.vault.errors import TooMany
from ruangaman.vault.index_records import Bar, BlindIndex, BlindTag, Lookup, Meeting
from ruangaman.vault.models import Dossier, Grant
from ruangaman.vault.sealing import EpochKeys
from ruangaman.vault.services import index as vault_index
from ruangaman.vault.types import Compartment, IdentifierKind, TagSubject
from tests.factories.vault import FEB_1, FEB_2, FEB_9, Person, Town, grant, working

NIK, OTHER = "6471035001900001", "6471035001900002"
UNIT = uuid4()


def probe(number: str = NIK) -> blind.Probe:
    """Stretch a number with the cheap cost of the tests."""
    found = blind.stretch(IdentifierKind.NIK, number)
    assert found is not None
    return found


@dataclass
class Office:
    """Two who may search in one unit."""

    town: Town
    ana: Person
    budi: Person
    unit: UUID

    def ready(self, by: Person, *holders: Person) -> bool:
        """Let these people hold the index, as `by` in a request of their own."""
        with working(by):
            return services.ready_index(
                unit_id=self.unit, holders=[one.principal_id for one in holders], by=by, at=FEB_1
            )

    def case_of(self, by: Person) -> UUID:
        """Make a dossier of a case that only `by` holds."""
        return self.town.dossier(by, unit_id=self.unit).dossier_id

    def put(self, by: Person, dossier: UUID, number: str = NIK, *, ref: UUID | None = None) -> UUID:
        """Let somebody in a dossier be found by a number."""
        who = ref or uuid4()
        with working(by):
            assert services.index_person(
                unit_id=self.unit,
                dossier_id=dossier,
                ref=who,
                probes=[probe(number)],
                subject=TagSubject.PERSON,
                code="K-AAAAAAAA",
                by=by,
                at=FEB_2,
            )
        return who

    def find(self, by: Person, number: str = NIK) -> set[UUID]:
        """Who is found."""
        with working(by):
            return {one.ref for one in services.find(probes=[probe(number)], by=by, at=FEB_2)}

    @property
    def index_id(self) -> UUID:
        """The dossier of the index."""
        return BlindIndex.objects.get(unit_id=self.unit).dossier_id


@pytest.fixture
def office(town: Town) -> Office:
    """The index of a unit, made by one of the two."""
    found = Office(town, town.person(), town.person(), uuid4())
    assert found.ready(found.ana, found.ana, found.budi)
    return found


# --- finding ----------------------------------------------------------------------------------------------------------


def test_who_holds_the_dossier_finds_who_is_in_it_and_nobody_else_does(office: Office) -> None:
    mine, theirs = office.case_of(office.ana), office.case_of(office.budi)
    known, hidden = office.put(office.ana, mine), office.put(office.budi, theirs)

    assert office.find(office.ana) == {known}
    assert office.find(office.budi) == {hidden}
    assert office.find(office.ana, OTHER) == set()


def test_what_is_not_ones_own_leaves_no_trace_in_the_answer(office: Office) -> None:
    office.put(office.budi, office.case_of(office.budi))

    with working(office.ana):
        nobody = services.find(probes=[probe(OTHER)], by=office.ana, at=FEB_2)
        somebody_hidden = services.find(probes=[probe()], by=office.ana, at=FEB_2)
    events = list(AuditEvent.objects.filter(type="vault.searched").values_list("detail", flat=True))

    assert nobody == somebody_hidden == []
    assert events == [{"kinds": ["nik"], "hits": 0}] * 2
    assert office.find(office.budi), "and whoever holds it finds it"


def test_a_grant_whose_time_is_over_finds_nothing(office: Office) -> None:
    dossier = office.case_of(office.ana)
    known = office.put(office.ana, dossier)
    with working(office.ana):
        lent = grant(office.budi, Compartment.IDENTITY, not_after=FEB_9)
        services.share(dossier_id=dossier, to=[lent], by=office.ana, at=FEB_1)

    assert office.find(office.budi) == {known}
    with working(office.budi):
        assert services.find(probes=[probe()], by=office.budi, at=FEB_9 + timedelta(seconds=1)) == []


def test_without_the_key_of_the_index_nothing_is_found_nor_put_in(office: Office) -> None:
    stranger = office.town.person()
    dossier = office.case_of(stranger)
    with working(office.ana):
        pass
    with working(stranger):
        done = services.index_person(
            unit_id=office.unit, dossier_id=dossier, ref=uuid4(), probes=[probe()], subject=TagSubject.PERSON,
            code="K-AAAAAAAA", by=stranger, at=FEB_2,
        )  # fmt: skip

    assert not done
    assert office.find(stranger) == set()
    assert not BlindTag.objects.exists()


def test_a_locked_screen_finds_nothing(office: Office) -> None:
    with working(office.ana), pytest.raises(Locked):
        services.find(probes=[probe()], by=office.ana.locked(), at=FEB_2)


def test_a_number_that_was_corrected_leads_nowhere_any_more(office: Office) -> None:
    dossier = office.case_of(office.ana)
    who = office.put(office.ana, dossier)

    office.put(office.ana, dossier, OTHER, ref=who)

    assert office.find(office.ana) == set()
    assert office.find(office.ana, OTHER) == {who}


def test_the_trail_says_that_somebody_searched_and_never_for_what(office: Office) -> None:
    office.put(office.ana, office.case_of(office.ana))
    office.find(office.ana)

    rows = AuditEvent.objects.filter(type__in=["vault.indexed", "vault.searched"])
    text = str(list(rows.values_list("type", "subject", "detail")))

    assert {row.type for row in rows} == {"vault.indexed", "vault.searched"}
    for tag in BlindTag.objects.values_list("tag", flat=True):
        assert bytes(tag).hex() not in text
    assert NIK not in text
    assert probe().stretched.hex() not in text


def test_only_tag_kind_and_reference_are_kept(office: Office) -> None:
    office.put(office.ana, office.case_of(office.ana))

    stored = connection.cursor()
    stored.execute("SELECT to_jsonb(t)::text FROM vault_blindtag t")
    (text,) = stored.fetchone()

    assert NIK not in text
    assert probe().stretched.hex() not in text


# --- the key ----------------------------------------------------------------------------------------------------------


def test_recovery_holds_the_index_and_no_emergency_key_does(office: Office) -> None:
    holders = set(Grant.objects.filter(dossier_id=office.index_id).values_list("principal_id", flat=True))

    assert holders == {office.ana.principal_id, office.budi.principal_id, office.town.recovery_id}


def test_whoever_comes_finds_what_was_put_in_before(office: Office) -> None:
    dossier = office.case_of(office.ana)
    known = office.put(office.ana, dossier)
    late = office.town.person()
    assert not office.ready(late, late, office.ana), "who has no key yet cannot take it"

    assert office.ready(office.ana, office.ana, office.budi, late)
    with working(office.ana):
        services.share(dossier_id=dossier, to=[grant(late, Compartment.IDENTITY)], by=office.ana, at=FEB_1)

    assert office.find(late) == {known}


def test_whoever_goes_loses_the_key_and_what_comes_next_has_another(office: Office) -> None:
    dossier = office.case_of(office.ana)
    before = office.put(office.ana, dossier)

    assert office.ready(office.ana, office.ana)
    after = office.put(office.ana, dossier)

    assert Dossier.objects.get(pk=office.index_id).epoch == 2
    assert not Grant.objects.filter(dossier_id=office.index_id, principal_id=office.budi.principal_id).exists()
    assert sorted(BlindTag.objects.values_list("epoch", flat=True)) == [1, 2, 2], "who is known gets the new tag too"
    assert office.find(office.ana) == {before, after}, "who stayed finds both"
    assert office.find(office.budi) == set()


def test_settling_what_is_settled_writes_nothing(office: Office) -> None:
    before = AuditEvent.objects.count()

    assert office.ready(office.budi, office.ana, office.budi)

    assert AuditEvent.objects.count() == before


def test_who_is_not_to_search_makes_no_index(town: Town) -> None:
    stranger, holder = town.person(), town.person()

    with working(stranger):
        assert not services.ready_index(unit_id=UNIT, holders=[holder.principal_id], by=stranger, at=FEB_1)

    assert not BlindIndex.objects.exists()


# --- a thief ----------------------------------------------------------------------------------------------------------


def test_the_database_and_the_pepper_compute_no_tag(office: Office) -> None:
    """An attacker stretches the right NIK, and MACs it under every key that a dump and the pepper give."""
    office.put(office.ana, office.case_of(office.ana))
    tag = bytes(BlindTag.objects.get().tag)
    place = layout.index_tag(pepper.installation(), office.index_id, 1, probe().stretched)
    stolen = [pepper.key(label) for label in pepper.Label]
    with connection.cursor() as cursor:
        for table, columns in (
            ("vault_grant", "wrapped, signature"),
            ("vault_dossierepoch", "commitment"),
            ("vault_door", "verifier, bundle"),
            ("vault_principalkey", "kem_public, signing_public, mac"),
        ):
            cursor.execute(f"SELECT {columns} FROM {table}")  # noqa: S608 - names of our own
            stolen += [bytes(value) for row in cursor.fetchall() for value in row if value]
        cursor.execute("SELECT commitment FROM vault_dossierepoch WHERE dossier_id = %s", [office.index_id])
        committed = bytes(cursor.fetchone()[0])
    stolen += [committed[start : start + 32] for start in range(0, len(committed), 32)]
    keys = stolen + [pepper.hkdf(one, layout.label("index-key")) for one in stolen]

    assert tag not in {hmac.digest(key, place, hashlib.sha256) for key in keys}
    with working(office.ana):
        opened = vault_index.open_grants([office.index_id], by=office.ana, at=FEB_2).of(office.index_id)
    assert blind.tag_of(probe(), opened[1], index_id=office.index_id, epoch=1) == tag, "an officer's key does"


def test_a_tag_is_of_one_index_and_one_epoch(office: Office) -> None:
    keys = EpochKeys(b"\1" * 32)
    made = {
        blind.tag_of(probe(), keys, index_id=one, epoch=epoch) for one in (office.index_id, UNIT) for epoch in (1, 2)
    }

    assert len(made) == 4
    assert blind.tag_of(probe(), EpochKeys(None), index_id=UNIT, epoch=1) is None


# --- who is told ------------------------------------------------------------------------------------------------------


def test_who_holds_the_other_case_is_told_and_the_searcher_is_not(office: Office) -> None:
    mine, theirs = office.case_of(office.ana), office.case_of(office.budi)
    office.put(office.budi, theirs)

    office.put(office.ana, mine)

    with working(office.ana):
        assert not Meeting.objects.exists()
    with working(office.budi):
        meeting = Meeting.objects.get()
    assert (meeting.found_id, meeting.origin_id, meeting.origin_code) == (theirs, mine, "K-AAAAAAAA")


def test_nobody_is_told_of_what_the_searcher_sees_anyway(office: Office) -> None:
    office.put(office.ana, office.case_of(office.ana))
    office.put(office.ana, office.case_of(office.ana))

    assert not Meeting.objects.exists()


# --- relatives --------------------------------------------------------------------------------------------------------


def declare(office: Office, whose: Person, number: str = NIK) -> UUID:
    """Let a relative of somebody be noticed; `ana` takes the number in."""
    ref = uuid4()
    own = grant(whose, Compartment.IDENTITY, Compartment.WORK)
    dossier = office.town.dossier(whose, own, grant(office.ana, Compartment.WORK)).dossier_id
    with working(office.ana):
        assert services.index_kin(
            unit_id=office.unit, dossier_id=dossier, ref=ref, probes=[probe(number)],
            principal_id=whose.principal_id, by=office.ana, at=FEB_1,
        )  # fmt: skip
    return ref


@pytest.mark.parametrize("declared_first", [True, False])
def test_a_relative_keeps_somebody_away_whichever_was_first(office: Office, declared_first: bool) -> None:
    nurse, dossier = office.town.person(), office.case_of(office.ana)
    if declared_first:
        declare(office, nurse)
    office.put(office.ana, dossier)
    if not declared_first:
        declare(office, nurse)

    with working(office.ana):
        assert services.is_barred(dossier_id=dossier, principal_id=nurse.principal_id)
        assert not services.is_barred(dossier_id=dossier, principal_id=office.budi.principal_id)


def test_the_epoch_between_them_does_not_hide_a_relative(office: Office) -> None:
    nurse, dossier = office.town.person(), office.case_of(office.ana)
    declare(office, nurse)
    assert office.ready(office.ana, office.ana)

    office.put(office.ana, dossier)

    with working(office.ana):
        assert services.is_barred(dossier_id=dossier, principal_id=nurse.principal_id)


def test_nobody_finds_or_reads_a_relative(office: Office) -> None:
    declare(office, office.budi)

    assert office.find(office.ana) == set()
    for one in (office.ana, office.budi):
        with working(one):
            assert not BlindTag.objects.exists()
    assert BlindTag.objects.filter(subject=TagSubject.KIN).exists()


def test_taking_a_name_back_ends_what_comes_and_not_what_was_noticed(office: Office) -> None:
    first, second = office.case_of(office.ana), office.case_of(office.ana)
    ref = declare(office, office.budi)
    office.put(office.ana, first)

    with working(office.ana):
        services.forget_kin(ref=ref)
    assert BlindTag.objects.filter(subject=TagSubject.KIN).exists(), "it is somebody else's"
    with working(office.budi):
        services.forget_kin(ref=ref)
    office.put(office.ana, second)

    with working(office.ana):
        assert services.is_barred(dossier_id=first, principal_id=office.budi.principal_id)
        assert not services.is_barred(dossier_id=second, principal_id=office.budi.principal_id)


def test_a_bar_is_lifted_by_who_oversees_and_never_for_oneself(office: Office) -> None:
    dossier = office.case_of(office.ana)
    office.ana.units, office.budi.units = [], [office.unit]
    declare(office, office.budi)
    office.put(office.ana, dossier)
    head = office.town.person()

    def lift(by: Person) -> bool:
        with working(by):
            services.lift_bars(
                dossier_id=dossier, principal_id=office.budi.principal_id, reason="distant", by=by, at=FEB_2
            )
        with working(office.ana):
            return not services.is_barred(dossier_id=dossier, principal_id=office.budi.principal_id)

    assert not lift(office.budi), "not for oneself, though one oversees the unit"
    assert not lift(head), "not without the unit"
    head.units = [office.unit]
    assert lift(head)
    assert AuditEvent.objects.filter(type="vault.bar_lifted").count() == 3


# --- limits, erasing --------------------------------------------------------------------------------------------------


def test_a_person_searches_so_often_in_an_hour(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_index, "MOST_LOOKUPS", 2)
    for _ in range(2):
        with working(office.ana):
            services.count_lookup(by=office.ana, at=FEB_2)

    with working(office.ana), pytest.raises(TooMany):
        services.count_lookup(by=office.ana, at=FEB_2 + timedelta(minutes=59))
    with working(office.budi):
        services.count_lookup(by=office.budi, at=FEB_2)
    with working(office.ana):
        services.count_lookup(by=office.ana, at=FEB_2 + timedelta(hours=1))


def test_old_counts_go(office: Office) -> None:
    with working(office.ana):
        services.count_lookup(by=office.ana, at=timezone.now() - timedelta(days=3))
        services.count_lookup(by=office.ana, at=timezone.now())

    with working(role=Role.WORKER):
        assert services.delete_old_lookups(at=timezone.now()) == 1
    assert Lookup.objects.count() == 1


def test_what_is_erased_is_found_no_more_and_bars_nobody(office: Office) -> None:
    gone, stays = office.case_of(office.ana), office.case_of(office.ana)
    declare(office, office.budi)
    office.put(office.ana, gone)
    kept = office.put(office.ana, stays)

    with working(role=Role.WORKER), connection.cursor() as cursor:
        cursor.execute("SELECT vault_shred(%s, %s)", [gone, FEB_9])

    assert office.find(office.ana) == {kept}
    assert set(Bar.objects.values_list("dossier_id", flat=True)) == {stays}


def test_what_was_put_in_under_an_older_key_is_the_same_as_what_comes_next(office: Office) -> None:
    first, second = office.case_of(office.ana), office.case_of(office.ana)
    before = office.put(office.ana, first)
    assert office.ready(office.ana, office.ana)
    after = office.put(office.ana, second)

    with working(office.ana):
        found = services.same_as(dossier_id=second, by=office.ana, at=FEB_2)

    assert {ref: {one.ref for one in several} for ref, several in found.items()} == {after: {before}}
    with working(office.budi):
        assert services.same_as(dossier_id=second, by=office.budi, at=FEB_2) == {}


# --- what the trail is told, and what is whose -------------------------------------------------------------------


def test_the_trail_is_told_of_numbers_by_their_kind_in_the_chain_of_the_dossier(office: Office) -> None:
    dossier, ref, kin = office.case_of(office.ana), uuid4(), uuid4()
    phone = blind.stretch(IdentifierKind.PHONE, "081234567890")
    assert phone is not None
    facts = {"unit_id": office.unit, "dossier_id": dossier, "ref": ref, "by": office.ana, "at": FEB_2}

    with working(office.ana) as unit:
        more = {"subject": TagSubject.PERSON, "code": "K-AAAAAAAA"}
        assert services.index_person(probes=[phone, probe()], **facts, **more)
        assert services.index_kin(
            probes=[phone, probe()], principal_id=office.ana.principal_id, **{**facts, "ref": kin}
        )
        told = [(one.type.key, one.subject, one.dossier_id, one.detail) for one in unit.events]

    kinds = ["nik", "phone"]
    assert told == [
        ("vault.indexed", "K-AAAAAAAA", dossier, {"kinds": kinds, "subject": "person"}),
        ("vault.indexed", str(kin), dossier, {"kinds": kinds, "subject": "kin"}),
    ]
    assert set(BlindTag.objects.values_list("kind", "subject")) == {
        ("nik", "person"), ("phone", "person"), ("nik", "kin"), ("phone", "kin"),
    }  # fmt: skip


def test_whoever_cannot_notes_no_relative_and_is_told_of_none(office: Office) -> None:
    stranger, ref = office.town.person(), uuid4()
    facts = {"unit_id": office.unit, "probes": [probe()], "principal_id": office.ana.principal_id}
    put = {"dossier_id": office.case_of(stranger), "ref": ref, "at": FEB_2, **facts}

    with working(stranger):
        assert services.index_kin(by=stranger, **put) is False
        assert not services.holds_index(by=stranger, at=FEB_2)
        assert not services.is_kin(by=stranger, at=FEB_2, **facts)
    assert not BlindTag.objects.exists()
    with working(office.ana):
        assert services.holds_index(by=office.ana, at=FEB_2)
        assert not services.is_kin(by=office.ana, at=FEB_2, **facts)
        assert services.index_kin(by=office.ana, **{**put, "dossier_id": office.case_of(office.ana)})
        assert services.is_kin(by=office.ana, at=FEB_2, **facts)
        assert not services.is_kin(by=office.ana, at=FEB_2, **{**facts, "probes": []})
        assert not services.is_kin(by=office.ana, at=FEB_2, **{**facts, "unit_id": uuid4()})
        assert not services.is_kin(by=office.ana, at=FEB_2, **{**facts, "probes": [probe(OTHER)]})


def test_each_unit_has_an_index_of_its_own(office: Office) -> None:
    other = Office(office.town, office.ana, office.town.person(), uuid4())

    assert other.ready(office.ana, office.ana)
    assert {row.unit_id for row in BlindIndex.objects.all()} == {office.unit, other.unit}
    assert office.index_id != other.index_id


def test_an_hour_is_counted_from_its_beginning(office: Office) -> None:
    for at in (FEB_2.replace(minute=0), FEB_2.replace(minute=59, second=59, microsecond=999_999)):
        with working(office.ana):
            services.count_lookup(by=office.ana, at=at)

    assert [(row.hour, row.count) for row in Lookup.objects.all()] == [
        (FEB_2.replace(minute=0, second=0, microsecond=0), 2)
    ]
