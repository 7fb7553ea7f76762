"""The end of a dossier: kept by its class, held, erased by two people, forgotten again by a restored copy."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.vault import jobs, ledger, services
from ruangaman.vault.errors import BrokenLedger
from ruangaman.vault.models import (
    Dossier,
    DossierEpoch,
    ErasureOrder,
    Frame,
    Grant,
    Keeping,
    LegalHold,
    Principal,
    PrincipalKey,
    ReceiptLocator,
    RetentionClass,
    Sealed,
    SealedFile,
)
from ruangaman.vault.selectors import get_hold, get_keeping, list_kept
from ruangaman.vault.services import forgetting
from ruangaman.vault.types import ErasureReason, HoldReason
from tests.factories.vault import FEB_1, FEB_2, FEB_9, Person, Town, working
from tests.vault.test_services_acceptance import accept, officer, prepare, upload  # noqa: F401 - a fixture
from tests.vault.test_services_contents import seal

LATER = FEB_1 + timedelta(days=366 * 30)


pytestmark = pytest.mark.usefixtures("ledger_file")


class keeping:
    """Be in a request of somebody who keeps the registers."""

    def __init__(self, keeper: Person) -> None:
        self.keeper, self.entered = keeper, working(keeper)

    def __enter__(self) -> None:
        self.entered.__enter__()
        services.enter_as_keeper(self.keeper.id)

    def __exit__(self, *error: object) -> None:
        self.entered.__exit__(*error)  # type: ignore[arg-type]


def end(lead: Person, dossier_id, *, code: str = "K-00000001", state: str = "closed", at: datetime = FEB_1, **more):
    with working(lead):
        return services.end_dossier(dossier_id=dossier_id, kind="case", state=state, code=code, by=lead, at=at, **more)


def propose(keeper: Person, dossier_id, *, reason: ErasureReason = ErasureReason.DUE, at: datetime = LATER) -> None:
    with keeping(keeper):
        services.propose_erasure(dossier_id=dossier_id, reason=reason, by=keeper, at=at)


def approve(keeper: Person, dossier_id, *, at: datetime = LATER) -> list:
    with keeping(keeper):
        return services.approve_erasure(dossier_id=dossier_id, by=keeper, at=at)


def kept(town: Town, lead: Person, **more):
    """An ended dossier with something in it."""
    dossier = town.dossier(lead).dossier_id
    seal(dossier, lead)
    end(lead, dossier, **more)
    return dossier


def test_the_class_that_is_valid_says_until_when(town: Town, lead: Person):
    dossier = town.dossier(lead).dossier_id

    assert end(lead, dossier) == date(2036, 2, 1)
    assert end(lead, dossier, state="closed_child") == date(2054, 2, 1)
    with working(lead):
        found = get_keeping(dossier)
        assert found is not None
        assert (found.code, found.retention.years) == ("K-00000001", 28)
    assert AuditEvent.objects.filter(type="vault.ended", subject="K-00000001").count() == 2


@pytest.mark.parametrize(
    ("ended", "until"),
    [
        (datetime(2028, 2, 28, 8, tzinfo=UTC), date(2038, 2, 28)),
        (datetime(2028, 2, 29, 8, tzinfo=UTC), date(2038, 3, 1)),
        (datetime(2028, 3, 1, 8, tzinfo=UTC), date(2038, 3, 1)),
    ],
)
def test_what_ends_on_the_extra_day_of_a_leap_year_is_kept_not_a_day_too_short(
    town: Town, lead: Person, ended: datetime, until: date
):
    assert end(lead, town.dossier(lead).dossier_id, at=ended) == until


def test_a_new_class_counts_from_its_day_on_and_what_has_ended_keeps_its_own(town: Town, lead: Person):
    before = kept(town, lead)
    RetentionClass(
        kind="case", state="closed", years=5, legal_basis="UJI", is_set_by_city=True, valid_from=FEB_9.date()
    ).save()

    assert end(lead, town.dossier(lead).dossier_id, code="K-2", at=FEB_9) == date(2031, 2, 9)
    assert end(lead, town.dossier(lead).dossier_id, code="K-3", at=FEB_2) == date(2036, 2, 2)
    assert Keeping.objects.get(dossier_id=before).keep_until == date(2036, 2, 1)


def test_without_a_class_nothing_ends(town: Town, lead: Person):
    with pytest.raises(NotFound, match="no retention class"):
        end(lead, town.dossier(lead).dossier_id, state="dream")


@given(day=st.dates(date(2020, 1, 1), date(2100, 12, 31)), years=st.integers(1, 60))
def test_years_later_is_the_same_day_or_the_first_of_march(day: date, years: int):
    later = forgetting._years_after(day, years)

    assert later.year == day.year + years
    assert (later.month, later.day) in {(day.month, day.day), (3, 1)}


def test_what_goes_on_is_not_due_any_more(town: Town, lead: Person):
    dossier = kept(town, lead)
    with working(lead):
        assert services.resume_dossier(dossier_id=dossier, by=lead, at=FEB_2)
        assert not services.resume_dossier(dossier_id=dossier, by=lead, at=FEB_2)
    assert not Keeping.objects.exists()
    with pytest.raises(NotFound):
        propose(town.person(), dossier)


def test_a_proposal_of_before_does_not_count_when_it_ends_again(town: Town, lead: Person):
    dossier, first, second = kept(town, lead), town.person(), town.person()
    propose(first, dossier, at=LATER)
    with working(lead):
        services.resume_dossier(dossier_id=dossier, by=lead, at=LATER)
    again = LATER + timedelta(days=1)
    end(lead, dossier, at=again)
    after = again + timedelta(days=366 * 10)

    with pytest.raises(NotFound):
        approve(second, dossier, at=after)
    with keeping(first):
        assert list_kept()[0].order is None
    propose(first, dossier, at=after)
    assert ErasureOrder.objects.filter(withdrawn_at=None).count() == 1
    assert approve(second, dossier, at=after) == [dossier]


def test_two_people_erase_and_nothing_of_it_is_left(town: Town, lead: Person, officer: Person):  # noqa: F811
    acceptance = prepare(officer.desks[0], files=[upload()])
    accept(acceptance)
    dossier, receipt = acceptance.dossier_id, acceptance.receipt_id
    with working(officer):
        services.end_dossier(dossier_id=dossier, kind="report", state="refused", code="L-1", by=officer, at=FEB_1)
    assert Frame.objects.exists()
    first, second = town.person(), town.person()

    propose(first, dossier)
    assert approve(second, dossier) == [dossier]

    row = Dossier.objects.get(id=dossier)
    assert row.shredded_at == LATER
    for model in (Grant, Sealed, SealedFile, DossierEpoch, ReceiptLocator):
        assert not model.objects.filter(dossier_id=dossier).exists(), model
    assert not Frame.objects.exists()
    assert not PrincipalKey.objects.filter(principal_id=receipt).exists()
    assert not Principal.objects.filter(id=receipt).exists()
    assert [entry.dossier_id for entry in ledger.read()] == [dossier]
    assert Keeping.objects.get(dossier_id=dossier).code == "L-1"
    order = ErasureOrder.objects.get()
    assert {order.proposed_by_id, order.approved_by_id} == {first.principal_id, second.principal_id}
    assert set(AuditEvent.objects.filter(subject=str(dossier)).values_list("type", flat=True)) >= {
        "vault.erasure_proposed", "vault.erasure_approved", "vault.shredded",
    }  # fmt: skip


def test_one_alone_erases_nothing(town: Town, lead: Person):
    dossier, first = kept(town, lead), town.person()
    with pytest.raises(NotFound):
        approve(first, dossier)
    propose(first, dossier)
    with pytest.raises(NotAllowed, match="mengusulkan"):
        approve(first, dossier)
    with pytest.raises(Conflict):
        propose(town.person(), dossier)
    assert Dossier.objects.get(id=dossier).shredded_at is None
    assert list(ledger.read()) == []


def test_a_proposal_can_be_taken_back(town: Town, lead: Person):
    dossier, first, second = kept(town, lead), town.person(), town.person()
    propose(first, dossier)
    with keeping(second):
        services.withdraw_erasure(dossier_id=dossier, by=second, at=LATER)
    with pytest.raises(NotFound):
        approve(second, dossier)
    with keeping(second), pytest.raises(NotFound):
        services.withdraw_erasure(dossier_id=dossier, by=second, at=LATER)


def test_before_its_time_only_another_reason_counts(town: Town, lead: Person):
    dossier, first, second = kept(town, lead), town.person(), town.person()
    with pytest.raises(NotAllowed, match="belum habis"):
        propose(first, dossier, at=FEB_9)
    propose(first, dossier, reason=ErasureReason.REQUEST, at=FEB_9)
    assert approve(second, dossier, at=FEB_9) == [dossier]


def test_the_time_is_looked_at_again_when_it_is_approved(town: Town, lead: Person):
    dossier, first, second = kept(town, lead), town.person(), town.person()
    propose(first, dossier)
    Keeping.objects.filter(dossier_id=dossier).update(keep_until=LATER.date() + timedelta(days=1))
    with pytest.raises(NotAllowed, match="belum habis"):
        approve(second, dossier)


def test_what_goes_with_it_goes_with_it_and_not_alone(town: Town, lead: Person):
    case = kept(town, lead)
    report = town.dossier(lead).dossier_id
    end(lead, report, code="L-00000001", with_dossier=case)
    first, second = town.person(), town.person()

    with pytest.raises(NotFound):
        propose(first, report)
    propose(first, case)
    with keeping(second):
        assert [one.together for one in list_kept()] == [["L-00000001"]]
    assert set(approve(second, case)) == {case, report}
    assert Dossier.objects.filter(shredded_at=LATER).count() == 2
    assert {entry.dossier_id for entry in ledger.read()} == {case, report}


def test_words_about_a_report_that_became_a_case_go_with_the_case(town: Town, lead: Person):
    case = kept(town, lead)
    report, words = town.dossier(lead).dossier_id, town.dossier(lead).dossier_id
    with working(lead):
        services.keep_with(dossier_id=words, with_dossier=report, code="L-00000001", at=LATER)
    end(lead, report, code="L-00000001", with_dossier=case)
    first, second = town.person(), town.person()
    propose(first, case)

    assert set(approve(second, case)) == {case, report, words}
    assert Dossier.objects.filter(shredded_at=LATER).count() == 3


@pytest.mark.parametrize("held", ["case", "report", "words"])
def test_what_is_held_is_not_erased(town: Town, lead: Person, held: str):
    case = kept(town, lead)
    report, words = town.dossier(lead).dossier_id, town.dossier(lead).dossier_id
    end(lead, report, code="L-00000001", with_dossier=case)
    with working(lead):
        services.keep_with(dossier_id=words, with_dossier=report, code="L-00000001", at=LATER)
    first, second = town.person(), town.person()
    propose(first, case)
    which = {"case": case, "report": report, "words": words}[held]
    with working(lead):
        services.place_hold(dossier_id=which, reason=HoldReason.COURT, by=lead, at=LATER)
        with pytest.raises(Conflict):
            services.place_hold(dossier_id=which, reason=HoldReason.COURT, by=lead, at=LATER)

    with pytest.raises(NotAllowed, match="ditahan"):
        approve(second, case)
    with keeping(second):
        found = list_kept()[0]
        assert found.hold is not None
        hold = get_hold(which)
        assert hold is not None
        assert hold.why == "Perkara di pengadilan"
    with keeping(second):
        services.release_hold(dossier_id=which, by=second, at=LATER)
        with pytest.raises(NotFound):
            services.release_hold(dossier_id=which, by=second, at=LATER)
    assert approve(second, case)


def test_a_held_dossier_is_not_even_proposed(town: Town, lead: Person):
    dossier, first = kept(town, lead), town.person()
    with keeping(first):
        services.place_hold(dossier_id=dossier, reason=HoldReason.POLICE, by=first, at=LATER)
    with pytest.raises(NotAllowed, match="ditahan"):
        propose(first, dossier)


def test_nothing_is_held_or_resumed_that_is_erased_or_unknown(town: Town, lead: Person):
    dossier, first, second = kept(town, lead), town.person(), town.person()
    with working(town.person()), pytest.raises(NotFound):
        services.place_hold(dossier_id=dossier, reason=HoldReason.COURT, by=lead, at=FEB_9)
    propose(first, dossier)
    approve(second, dossier)
    with keeping(first):
        with pytest.raises(NotFound):
            services.place_hold(dossier_id=dossier, reason=HoldReason.COURT, by=first, at=LATER)
        with pytest.raises(NotFound):
            services.resume_dossier(dossier_id=dossier, by=first, at=LATER)


def test_a_ledger_that_cannot_be_written_erases_nothing(town: Town, lead: Person, ledger_file: Path):
    dossier, first, second = kept(town, lead), town.person(), town.person()
    propose(first, dossier)
    ledger_file.mkdir()

    with pytest.raises(OSError, match="directory"):
        approve(second, dossier)

    assert Dossier.objects.get(id=dossier).shredded_at is None
    assert ErasureOrder.objects.get().approved_at is None
    assert Sealed.objects.filter(dossier_id=dossier).exists()


def test_a_crash_after_the_ledger_is_made_good_by_the_worker(town: Town, lead: Person):
    dossier, first, second = kept(town, lead), town.person(), town.person()
    propose(first, dossier)

    def crash() -> None:
        with keeping(second):
            services.approve_erasure(dossier_id=dossier, by=second, at=LATER)
            raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        crash()
    assert Dossier.objects.get(id=dossier).shredded_at is None
    assert len(list(ledger.read())) == 1

    assert jobs.replay_erasures.func(timestamp=0) == 1

    assert Dossier.objects.get(id=dossier).shredded_at == LATER
    assert not Grant.objects.filter(dossier_id=dossier).exists()
    assert jobs.replay_erasures.func(timestamp=0) == 0
    assert len(list(ledger.read())) == 1


def test_the_ledger_gets_back_what_it_lost(town: Town, lead: Person, ledger_file: Path):
    dossier, first, second = kept(town, lead), town.person(), town.person()
    propose(first, dossier)
    approve(second, dossier)
    ledger_file.unlink()

    with working(role=Role.MIGRATE):
        assert services.replay_ledger(at=FEB_9) == 0

    assert list(ledger.read()) == [ledger.Entry(dossier, LATER)]


def test_an_entry_of_a_dossier_that_was_never_here_does_no_harm(town: Town, lead: Person):
    dossier = kept(town, lead)
    ledger.append(town.recovery_id, FEB_9)

    with working(role=Role.WORKER):
        assert services.replay_ledger(at=FEB_9) == 0
    assert Grant.objects.filter(dossier_id=dossier).exists()


def test_a_broken_ledger_erases_nothing_and_says_so(town: Town, lead: Person, ledger_file: Path):
    dossier = kept(town, lead)
    ledger.append(dossier, FEB_9)
    ledger_file.write_bytes(ledger_file.read_bytes() + b"x\n")

    with pytest.raises(BrokenLedger, match="Line 2"), working(role=Role.WORKER):
        services.replay_ledger(at=FEB_9)
    assert Dossier.objects.get(id=dossier).shredded_at is None


def test_the_database_wants_two_people_and_no_hold_by_itself(town: Town, lead: Person):
    dossier, first, second = kept(town, lead), town.person(), town.person()
    propose(first, dossier)

    def try_to(who: Person, keeper: bool) -> None:
        with working(who), connection.cursor() as cursor:
            if keeper:
                services.enter_as_keeper(who.id)
            cursor.execute("SELECT vault_shred(%s, %s)", [dossier, LATER])

    def shred(who: Person, keeper: bool) -> None:
        with pytest.raises(ProgrammingError, match="nobody ordered"):
            try_to(who, keeper)

    shred(lead, keeper=False)
    shred(second, keeper=False)
    shred(second, keeper=True)
    with keeping(second):
        ErasureOrder.objects.update(approved_at=LATER, approved_by_id=second.principal_id)
    LegalHold(dossier_id=dossier, reason="court", placed_by_id=lead.principal_id, placed_at=FEB_1).save()
    shred(second, keeper=True)
    with pytest.raises(IntegrityError, match="vault_order_of_two_people"), transaction.atomic():
        ErasureOrder.objects.update(approved_by_id=first.principal_id)


def test_a_keeper_is_only_who_looks_in_person(town: Town, lead: Person):
    dossier, first, second = kept(town, lead), town.person(), town.person()
    with keeping(first):
        assert [one.keeping.dossier_id for one in list_kept(codes=["K-00000001"])] == [dossier]
        assert list_kept(codes=["K-9"]) == []
        assert not Sealed.objects.exists()
        assert not Grant.objects.exists()
    with working(second):
        assert list_kept() == []
        services.enter_as_keeper(first.id)
        assert list_kept() == []


def test_what_is_due_is_told_by_the_day_of_the_office(town: Town, lead: Person):
    kept(town, lead)
    with keeping(town.person()):
        found = list_kept()[0]
    assert not found.is_due(datetime(2036, 1, 31, 15, 59, tzinfo=UTC))
    assert found.is_due(datetime(2036, 1, 31, 16, tzinfo=UTC))
