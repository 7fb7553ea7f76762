"""The unit of work and what it leaves in the trail."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection

from ruangaman.audit import services
from ruangaman.audit.errors import ForbiddenDetail, OutsideUnitOfWork, UnknownEvent
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.registry import event_types, register
from ruangaman.audit.types import EventType, Role, Seal

pytestmark = pytest.mark.django_db

FEB_1 = datetime(2026, 2, 1, 8, tzinfo=UTC)
READ = register(
    EventType(
        "test.read",
        "{actor} membaca {subject}",
        fields=frozenset({"purpose", "refs", "parts"}),
        counted=frozenset({"refs"}),
        collected=frozenset({"parts"}),
    )
)
DONE = register(EventType("test.done", "{actor} selesai dengan {subject}", fields=frozenset({"reason", "ok"})))


class Somebody:
    """An actor."""

    def __init__(self) -> None:
        self.principal_id = uuid4()
        self.principals = [self.principal_id]
        self.keyring = None


def role_now() -> tuple[str, str]:
    """Return the role and the viewer's principals of this moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role'), coalesce(current_setting('ra.principals', true), '')")
        return cursor.fetchone()


def events(subject: str) -> list[AuditEvent]:
    """Return what the trail says about a subject."""
    return list(AuditEvent.objects.filter(subject=subject).order_by("lane", "seq"))


def test_an_event_is_appended_at_the_end_of_the_unit():
    with services.unit_of_work(Role.WEB):
        services.record(DONE, by=None, subject="K-1", at=FEB_1, detail={"reason": "goals", "ok": True})
        assert role_now()[0] == "ra_web"

    (event,) = events("K-1")
    assert (event.type, event.actor, event.at) == ("test.done", "system", FEB_1)
    assert event.detail == {"reason": "goals", "ok": True}


def test_the_actor_is_a_principal_or_the_street_or_the_system():
    somebody = Somebody()
    with services.unit_of_work(Role.PUBLIC):
        services.record(DONE, by=None, subject="x", at=FEB_1)
        services.record(DONE, by=somebody, subject="y", at=FEB_1)

    assert events("x")[0].actor == "public"
    assert events("y")[0].actor == str(somebody.principal_id)


def test_a_failing_unit_leaves_nothing_and_calls_nothing():
    called = []
    with pytest.raises(ZeroDivisionError), services.unit_of_work(Role.WEB) as unit:  # noqa: PT012 - the unit is the thing
        services.record(DONE, by=None, subject="K-1", at=FEB_1)
        unit.after_commit(lambda: called.append(1))
        raise ZeroDivisionError
    assert (events("K-1"), called) == ([], [])
    assert role_now()[0] == "ra_migrate"


def test_a_unit_can_be_rolled_back_without_an_exception():
    called = []
    with services.unit_of_work(Role.WEB) as unit:
        services.record(DONE, by=None, subject="K-1", at=FEB_1)
        services.record_refusal(DONE, by=None, subject="K-2", at=FEB_1)
        unit.after_commit(lambda: called.append(1))
        unit.roll_back()
    assert (events("K-1"), called) == ([], [])
    assert len(events("K-2")) == 1


def test_callbacks_run_after_the_outermost_unit():
    order = []
    with services.unit_of_work(Role.WEB) as outer:
        outer.after_commit(lambda: order.append("outer"))
        with services.unit_of_work(Role.PUBLIC) as inner:
            inner.after_commit(lambda: order.append("inner"))
            assert services.current_unit() is inner
        assert services.current_unit() is outer
        assert order == []
    assert order == ["outer", "inner"]


def test_role_and_viewer_are_put_back():
    principal = uuid4()
    with services.unit_of_work(Role.WEB) as unit:
        unit.set_viewer(uuid4(), [principal])
        with services.unit_of_work(Role.PUBLIC):
            assert role_now() == ("ra_public", "")
        assert role_now() == ("ra_web", f"{{{principal}}}")
    assert role_now() == ("ra_migrate", "")


def test_the_viewer_reaches_the_policies():
    user, principals, units = uuid4(), [uuid4(), uuid4()], [uuid4()]
    with services.unit_of_work(Role.WEB) as unit, connection.cursor() as cursor:
        cursor.execute("SELECT ra_user(), ra_principals(), ra_units()")
        assert cursor.fetchone() == (None, None, None)
        unit.set_viewer(user, principals, units)
        cursor.execute("SELECT ra_user(), ra_principals(), ra_units()")
        assert cursor.fetchone() == (user, principals, units)
        unit.set_viewer(None, [])
        cursor.execute("SELECT ra_user(), ra_principals(), ra_units()")
        assert cursor.fetchone() == (None, None, None)


def test_events_of_one_dossier_and_type_become_one():
    dossier, by = uuid4(), Somebody()
    with services.unit_of_work(Role.WEB):
        for part, ref in (("work", 1), ("thread", 2), ("work", 3)):
            services.record(
                READ,
                by=by,
                subject=str(dossier),
                at=FEB_1,
                dossier_id=dossier,
                detail={"purpose": "triage", "refs": ref, "parts": [part]},
                seals=[Seal(UUID(int=ref), 1, bytes([ref]) * 32)],
            )

    (event,) = events(str(dossier))
    assert event.lane == dossier.int % 16
    assert event.detail == {"purpose": "triage", "refs": 6, "parts": ["thread", "work"]}
    assert services.verify().ok


def test_events_that_differ_stay_apart():
    dossier, other = uuid4(), uuid4()
    with services.unit_of_work(Role.WEB):
        for purpose, whose in (("triage", dossier), ("reply", dossier), ("triage", other)):
            services.record(
                READ, by=None, subject="s", at=FEB_1, dossier_id=whose, detail={"purpose": purpose, "refs": None}
            )
        services.record(READ, by=None, subject="s", at=FEB_1)
        services.record(READ, by=None, subject="s", at=FEB_1)
        services.record(DONE, by=None, subject="s", at=FEB_1, dossier_id=dossier)
        services.record(DONE, by=None, subject="s", at=FEB_1, dossier_id=dossier)

    assert len(events("s")) == 7


def test_merging_takes_what_is_missing_as_nothing():
    dossier = uuid4()
    with services.unit_of_work(Role.WEB):
        services.record(READ, by=None, subject="s", at=FEB_1, dossier_id=dossier)
        services.record(READ, by=None, subject="s", at=FEB_1, dossier_id=dossier, detail={"refs": 2, "parts": ["work"]})

    assert events("s")[0].detail == {"refs": 2, "parts": ["work"]}


def test_a_refusal_stays_when_the_work_is_undone():
    with pytest.raises(ZeroDivisionError), services.unit_of_work(Role.WEB):  # noqa: PT012 - the unit is the thing
        services.record(DONE, by=None, subject="K-1", at=FEB_1)
        services.record_refusal(DONE, by=None, subject="K-1", at=FEB_1, detail={"reason": "stranger"})
        raise ZeroDivisionError

    (event,) = events("K-1")
    assert event.detail == {"reason": "stranger"}


def test_a_refusal_outside_a_unit_has_its_own():
    services.record_refusal(DONE, by=None, subject="K-1", at=FEB_1, role=Role.PUBLIC)
    assert events("K-1")[0].actor == "public"


def test_seals_of_the_running_unit_are_known():
    ref, old, new = uuid4(), b"1" * 32, b"2" * 32
    dossier = uuid4()
    with services.unit_of_work(Role.WEB):
        services.record_seals(DONE, seals=[Seal(ref, 1, old)], by=None, dossier_id=dossier, at=FEB_1, detail={})
        assert services.newest_seals({ref: 1}, {ref: None}) == {ref: old}
    with services.unit_of_work(Role.WEB):
        assert services.newest_seals({ref: 1}, {ref: old}) == {ref: old}
        services.record_seals(DONE, seals=[Seal(ref, 2, new)], by=None, dossier_id=dossier, at=FEB_1, detail={})
        assert services.newest_seals({ref: 2}, {ref: None}) == {ref: new}
        assert services.newest_seals({ref: 1}, {ref: old}) == {ref: None}


def test_the_same_version_is_sealed_only_once():
    seal = Seal(uuid4(), 1, b"1" * 32)
    with services.unit_of_work(Role.WEB):
        services.record(DONE, by=None, subject="s", at=FEB_1, seals=[seal])
    with pytest.raises(IntegrityError, match="audit_auditseal"), services.unit_of_work(Role.WEB):
        services.record(DONE, by=None, subject="s", at=FEB_1, seals=[seal])
    assert len(events("s")) == 1


def test_nothing_is_recorded_outside_a_unit():
    with pytest.raises(OutsideUnitOfWork):
        services.record(DONE, by=None, subject="K-1", at=FEB_1)


@pytest.mark.parametrize(
    "detail",
    [
        {"name": "x"},
        {"reason": "x" * 121},
        {"reason": 1.5},
        {"reason": ["x" * 121]},
        {"reason": [1]},
        {"reason": {"a": "b"}},
    ],
)
def test_a_detail_that_is_not_listed_or_not_plain_is_refused(detail):
    with pytest.raises(ForbiddenDetail), services.unit_of_work(Role.WEB):
        services.record(DONE, by=None, subject="K-1", at=FEB_1, detail=detail)


def test_a_moment_needs_a_time_zone():
    with pytest.raises(ForbiddenDetail), services.unit_of_work(Role.WEB):
        services.record(DONE, by=None, subject="K-1", at=FEB_1.replace(tzinfo=None))


def test_a_subject_is_a_code_or_a_key():
    with pytest.raises(ForbiddenDetail), services.unit_of_work(Role.WEB):
        services.record(DONE, by=None, subject="x" * 65, at=FEB_1)


def test_an_unknown_type_is_refused():
    with pytest.raises(UnknownEvent), services.unit_of_work(Role.WEB):
        services.record(EventType("test.never", "never"), by=None, subject="K-1", at=FEB_1)


def test_a_key_is_registered_once():
    with pytest.raises(RuntimeError):
        register(EventType("test.done", "something else"))
    assert event_types.get("test.done") is DONE


def test_merging_rules_name_real_fields():
    with pytest.raises(ValueError, match="among its fields"):
        EventType("test.odd", "odd", counted=frozenset({"refs"}))


def test_events_of_many_lanes_go_in_one_call(django_assert_num_queries):
    dossiers = [uuid4() for _ in range(20)]
    with services.unit_of_work(Role.WEB) as unit:
        for dossier in dossiers:
            services.record(DONE, by=None, subject=str(dossier), at=FEB_1, dossier_id=dossier)
        lanes = [event.lane for event in unit.events]
        with django_assert_num_queries(1):
            services._append(unit.events)
        unit.events.clear()
    assert lanes != sorted(lanes)
    assert services.verify().rows >= 20
    assert services.verify().ok


def test_models_name_themselves():
    from ruangaman.audit.models import AuditLane, AuditSeal

    ref = UUID(int=1)
    assert str(AuditEvent(lane=1, seq=2, type="a.b")) == "1/2 a.b"
    assert str(AuditLane(lane=1, seq=2)) == "1/2"
    assert str(AuditSeal(ref=ref, version=3)) == f"{ref}/3"
