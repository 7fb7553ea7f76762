"""The end of a dossier, one at a time: each act is about one, waits for its turn, and is refused on what is erased."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from ruangaman.audit.types import Role
from ruangaman.core.errors import NotAllowed, NotFound
from ruangaman.vault import ledger, services
from ruangaman.vault.errors import BrokenLedger
from ruangaman.vault.models import Dossier, ErasureOrder, Keeping, LegalHold, RetentionClass
from ruangaman.vault.selectors import get_hold, get_keeping
from ruangaman.vault.types import ErasureReason, HoldReason
from tests.factories.vault import FEB_1, FEB_2, FEB_9, Person, Town, working
from tests.vault.test_services_forgetting import approve, end, kept, propose

pytestmark = pytest.mark.usefixtures("ledger_file")


def is_locked(dossier_id) -> bool:
    """Say whether the running transaction lets nobody else decide about a dossier."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"
            " AND (classid::bigint << 32) | objid::bigint = hashtextextended(%s, 0)",
            [f"erasure {dossier_id}"],
        )
        return cursor.fetchone()[0] == 1


def test_whoever_decides_about_a_dossier_does_so_alone(town: Town, lead: Person):
    first, second, third = (town.dossier(lead).dossier_id for _ in range(3))
    end(lead, first)
    assert is_locked(first)
    end(lead, second, code="L-1", with_dossier=third)
    assert is_locked(third), "what it goes with is decided about"
    assert not is_locked(second)


@pytest.mark.parametrize("act", ["hold", "resume", "propose"])
def test_each_of_these_waits_for_its_turn(town: Town, lead: Person, act: str):
    dossier, whole, part = (town.dossier(lead).dossier_id for _ in range(3))
    rows = {"retention": RetentionClass.objects.filter(kind="case").first(), "ended_at": FEB_1, "keep_until": FEB_1}
    Keeping.objects.create(dossier_id=part, code="L-1", with_dossier_id=whole, **rows)
    Keeping.objects.create(dossier_id=dossier, code="K-1", **rows)
    when = {"by": lead, "at": FEB_2}
    with working(lead, Role.MIGRATE):
        if act == "hold":
            assert services.place_hold(dossier_id=part, reason=HoldReason.COURT, **when).dossier_id == part
            assert services.place_hold(dossier_id=dossier, reason=HoldReason.COURT, **when).dossier_id == dossier
        elif act == "resume":
            services.resume_dossier(dossier_id=part, **when)
            services.resume_dossier(dossier_id=dossier, **when)
        else:
            services.propose_erasure(dossier_id=dossier, reason=ErasureReason.REQUEST, **when)
    assert is_locked(dossier)
    assert is_locked(whole) is (act != "propose")


def test_what_is_done_to_one_dossier_leaves_the_others_alone(town: Town, lead: Person):
    first, second, whole = (town.dossier(lead).dossier_id for _ in range(3))
    for dossier in (first, second):
        end(lead, dossier, code=f"K-{dossier.hex[:6]}")
    end(lead, whole, code="K-whole")
    when = {"by": lead, "at": FEB_2}

    with working(lead, Role.MIGRATE):
        for dossier in (first, second):
            services.place_hold(dossier_id=dossier, reason=HoldReason.COURT, **when)
        services.release_hold(dossier_id=first, **when)
        assert get_hold(first) is None
        assert get_hold(second) is not None
        services.place_hold(dossier_id=first, reason=HoldReason.AUDIT, by=lead, at=FEB_9)
        services.release_hold(dossier_id=first, by=lead, at=FEB_9)
        with pytest.raises(NotFound):
            services.release_hold(dossier_id=first, by=lead, at=FEB_9)
        released = LegalHold.objects.filter(dossier_id=first).order_by("placed_at")
        assert [hold.released_at for hold in released] == [FEB_2, FEB_9]
        services.release_hold(dossier_id=second, **when)

        orders = ErasureOrder.objects.order_by("proposed_at", "dossier_id")
        for dossier in (first, second):
            order = services.propose_erasure(dossier_id=dossier, reason=ErasureReason.REQUEST, **when)
            assert order.dossier_id == dossier
        services.withdraw_erasure(dossier_id=first, **when)
        assert {order.dossier_id: order.withdrawn_at for order in orders} == {first: FEB_2, second: None}
        with pytest.raises(NotFound):
            services.withdraw_erasure(dossier_id=first, by=lead, at=FEB_9)

        assert services.resume_dossier(dossier_id=first, **when)
        assert get_keeping(first) is None
        assert get_keeping(second) is not None


def test_what_is_erased_is_neither_held_resumed_nor_proposed(town: Town, lead: Person):
    erased, other = town.dossier(lead).dossier_id, town.dossier(lead).dossier_id
    for dossier in (erased, other):
        end(lead, dossier, code=f"K-{dossier.hex[:6]}")
    Dossier.objects.filter(id=erased).update(shredded_at=FEB_2)
    when = {"dossier_id": erased, "by": lead, "at": FEB_9}
    with working(lead, Role.MIGRATE):
        for act in (
            lambda: services.place_hold(reason=HoldReason.COURT, **when),
            lambda: services.resume_dossier(**when),
            lambda: services.propose_erasure(reason=ErasureReason.REQUEST, **when),
        ):
            with pytest.raises(NotFound):
                act()


def test_on_the_day_itself_it_may_be_proposed_and_approved(town: Town, lead: Person):
    dossier, keepers = kept(town, lead), (town.person(), town.person())
    day = datetime(2036, 2, 1, 1, tzinfo=UTC)
    with pytest.raises(NotAllowed):
        propose(keepers[0], dossier, at=day - timedelta(days=1))
    propose(keepers[0], dossier, at=day)

    assert approve(keepers[1], dossier, at=day) == [dossier]


def test_a_class_is_of_its_kind_and_words_about_a_case_are_kept_by_the_newest_of_cases(town: Town, lead: Person):
    RetentionClass.objects.create(
        kind="report", state="closed", years=1, legal_basis="UJI", is_set_by_city=True, valid_from=FEB_1.date()
    )
    assert end(lead, town.dossier(lead).dossier_id) == date(2036, 2, 1)

    newest = RetentionClass.objects.create(
        kind="case", state="closed", years=5, legal_basis="UJI", is_set_by_city=True, valid_from=FEB_2.date()
    )
    words, case = town.dossier(lead).dossier_id, town.dossier(lead).dossier_id
    with working(lead, Role.MIGRATE):
        services.keep_with(dossier_id=words, with_dossier=case, code="K-1", at=FEB_9)
    found = Keeping.objects.get(dossier_id=words)
    assert (found.code, found.retention, found.with_dossier_id, found.keep_until) == (
        "K-1", newest, case, date(2031, 2, 9),
    )  # fmt: skip
    Keeping.objects.all().delete()
    RetentionClass.objects.all().delete()
    with working(lead, Role.MIGRATE), pytest.raises(NotFound, match="for cases"):
        services.keep_with(dossier_id=words, with_dossier=case, code="K-1", at=FEB_9)


def test_a_copy_of_the_ledger_is_read_to_its_end(town: Town, lead: Person, ledger_file: Path):
    with pytest.raises(FileNotFoundError):
        services.check_ledger(ledger_file)
    ledger.append(town.dossier(lead).dossier_id, FEB_1)
    services.check_ledger(ledger_file)
    with ledger_file.open("a") as file:
        file.write("not ours\n")
    with pytest.raises(BrokenLedger):
        services.check_ledger(ledger_file)
