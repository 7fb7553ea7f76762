"""A code comes, gets other words, and ends; what was recorded keeps the words of its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import ProgrammingError, transaction
from django.utils import translation

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.codelists import selectors, services
from ruangaman.codelists.errors import CodeTaken, FixedList, WrongDay, WrongExtra
from ruangaman.codelists.models import Code
from ruangaman.codelists.types import ATTRIBUTES, FIXED, ListKey, NewCode
from ruangaman.core.codelists import AgeGroup, Danger
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.intake.types import Relation, ViolenceForm
from tests.factories.accounts import Office, working

AT = datetime(2026, 2, 1, 2, tzinfo=UTC)
FEB_1, MAR_1, APR_1 = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
SCHOOL_RUN = NewCode(
    label_id="Antar jemput sekolah", label_en="School run", extra={"function": "PENDAMPINGAN", "task": "e"}
)


def add(by: User, **facts: object) -> Code:
    """Add a kind of service."""
    wanted = {"key": ListKey.SERVICE_TYPE, "code": "ANTAR", "new": SCHOOL_RUN, "since": MAR_1, "by": by, "at": AT}
    with working(by):
        return services.add_code(**{**wanted, **facts})


def test_a_new_code_is_offered_from_its_day_on_behind_the_others(admin: User):
    before = selectors.book().choices(ListKey.SERVICE_TYPE, MAR_1)

    row = add(admin)

    lists = selectors.book()
    assert lists.choices(ListKey.SERVICE_TYPE, MAR_1) == [*before, ("ANTAR", "Antar jemput sekolah")]
    assert lists.choices(ListKey.SERVICE_TYPE, MAR_1 - timedelta(days=1)) == before
    assert row.added_by_id == admin.pk
    event = AuditEvent.objects.get(type="codelists.code_added")
    assert (event.subject, event.detail) == (
        "ANTAR", {"list": "service_type", "code": "ANTAR", "since": "2026-03-01"},
    )  # fmt: skip


def test_a_form_that_is_sent_twice_adds_one_code(admin: User):
    code_id = uuid4()
    first, again = add(admin, code_id=code_id), add(admin, code_id=code_id)

    assert first.pk == again.pk == code_id
    assert Code.objects.filter(code="ANTAR").count() == 1


def test_a_change_is_a_new_version_and_old_days_keep_the_old_words(admin: User):
    new = replace(SCHOOL_RUN, label_id="Layanan kesehatan", label_en="Health care", extra={
        "function": "PENDAMPINGAN", "task": "c"
    })  # fmt: skip
    with working(admin):
        services.change_code(key=ListKey.SERVICE_TYPE, code="KESEHATAN", new=new, since=MAR_1, by=admin, at=AT)

    lists = selectors.book()
    assert lists.label(ListKey.SERVICE_TYPE, "KESEHATAN", FEB_1) == "Kesehatan"
    assert lists.label(ListKey.SERVICE_TYPE, "KESEHATAN", MAR_1) == "Layanan kesehatan"
    assert lists.label(ListKey.SERVICE_TYPE, "KESEHATAN", date(1990, 1, 1)) == "Kesehatan"
    assert [one.valid_to for one in lists.versions(ListKey.SERVICE_TYPE, "KESEHATAN")] == [MAR_1, None]
    assert AuditEvent.objects.filter(type="codelists.code_changed").count() == 1


def test_a_code_that_has_ended_is_offered_no_more_and_keeps_its_words(admin: User):
    with working(admin):
        services.end_code(key=ListKey.SERVICE_TYPE, code="PEMULANGAN", until=MAR_1, by=admin, at=AT)

    lists = selectors.book()
    assert "PEMULANGAN" not in dict(lists.choices(ListKey.SERVICE_TYPE, MAR_1))
    assert "PEMULANGAN" in dict(lists.choices(ListKey.SERVICE_TYPE, MAR_1 - timedelta(days=1)))
    assert dict(lists.choices(ListKey.SERVICE_TYPE, MAR_1, kept=["PEMULANGAN"]))["PEMULANGAN"] == "Pemulangan"
    assert lists.label(ListKey.SERVICE_TYPE, "PEMULANGAN", APR_1) == "Pemulangan"


def test_a_code_ends_on_the_very_day_on_which_it_began(admin: User):
    add(admin, since=FEB_1)
    with working(admin):
        services.end_code(key=ListKey.SERVICE_TYPE, code="ANTAR", until=FEB_1, by=admin, at=AT)

    lists = selectors.book()
    assert "ANTAR" not in dict(lists.choices(ListKey.SERVICE_TYPE, FEB_1))
    assert lists.label(ListKey.SERVICE_TYPE, "ANTAR", FEB_1) == "Antar jemput sekolah"


REFUSALS: dict[str, tuple[type[Exception], Callable[[User], object]]] = {
    "taken": (CodeTaken, lambda by: add(by, code="KESEHATAN")),
    "no function": (WrongExtra, lambda by: add(by, new=replace(SCHOOL_RUN, extra={"task": "e"}))),
    "unknown task": (
        WrongExtra, lambda by: add(by, new=replace(SCHOOL_RUN, extra={"function": "MEDIASI", "task": "z"})),
    ),
    "more than asked": (WrongExtra, lambda by: add(by, new=replace(SCHOOL_RUN, extra={**SCHOOL_RUN.extra, "x": "y"}))),
    "no such parent": (WrongExtra, lambda by: add(by, new=replace(SCHOOL_RUN, parent="APA"))),
    "a list that the program decides by": (
        FixedList, lambda by: add(by, key=ListKey.DANGER, new=replace(SCHOOL_RUN, extra={})),
    ),
    "another meaning": (Conflict, lambda by: _change(by, new=replace(SCHOOL_RUN, extra={}))),
    "too early": (WrongDay, lambda by: _change(by, since=date(2016, 1, 1))),
    "nothing to change": (NotFound, lambda by: _change(by, code="APA")),
    "an end in the past": (WrongDay, lambda by: _end(by, until=date(2026, 1, 31))),
    "nothing to end": (NotFound, lambda by: _end(by, code="APA")),
    "an end of what the program decides by": (FixedList, lambda by: _end(by, key=ListKey.DANGER, code="weapon")),
}  # fmt: skip


def _change(by: User, **facts: object) -> Code:
    new = replace(SCHOOL_RUN, extra={"function": "PENDAMPINGAN", "task": "c"})
    wanted = {"key": ListKey.SERVICE_TYPE, "code": "KESEHATAN", "new": new, "since": MAR_1, "by": by, "at": AT}
    with working(by):
        return services.change_code(**{**wanted, **facts})


def _end(by: User, **facts: object) -> Code:
    wanted = {"key": ListKey.SERVICE_TYPE, "code": "KESEHATAN", "until": FEB_1, "by": by, "at": AT}
    with working(by):
        return services.end_code(**{**wanted, **facts})


@pytest.mark.parametrize("why", REFUSALS)
def test_what_would_confuse_the_records_is_refused_and_writes_nothing(admin: User, why: str):
    error, act = REFUSALS[why]
    before = Code.objects.count()

    with pytest.raises(error):
        act(admin)

    assert Code.objects.count() == before
    assert not AuditEvent.objects.filter(type__startswith="codelists.").exists()


def test_the_control_of_the_refusals_passes(admin: User):
    add(admin)
    _change(admin)
    _end(admin, code="TOKOH_AGAMA")

    assert AuditEvent.objects.filter(type__startswith="codelists.").count() == 3


@pytest.mark.parametrize("act", [add, _change, _end])
@pytest.mark.parametrize("role", [Role.KEPALA, Role.MANAJER, Role.DPO])
def test_nobody_but_an_administrator_changes_a_list(office: Office, role: Role, act: Callable[[User], object]):
    by = office.head if role == Role.KEPALA else office.guard if role == Role.DPO else office.user(role)

    with pytest.raises(NotAllowed):
        act(by)


def test_the_database_itself_lets_nobody_else_add_or_end(office: Office, admin: User):
    """The second line: past the services, as the database role of the pages."""
    manager = office.user(Role.MANAJER)

    def put(by: User, name: User | None) -> None:
        with working(by):
            Code(list="place", code="X", label_id="x", label_en="x", valid_from=FEB_1, position=1, added_by=name).save(
                force_insert=True
            )

    for by, name in ((manager, manager), (manager, admin), (admin, manager), (admin, None)):
        with pytest.raises(ProgrammingError, match="row-level security"):
            put(by, name)
    put(admin, admin)
    with working(manager):
        assert Code.objects.filter(code="RUMAH").update(valid_to=MAR_1) == 0
        assert Code.objects.filter(code="RUMAH").exists()
    with working(admin):
        assert Code.objects.filter(code="RUMAH").update(valid_to=MAR_1) == 1
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Code.objects.filter(code="RUMAH").update(label_id="Lain")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Code.objects.filter(code="RUMAH").delete()


def test_a_child_stands_behind_its_parent_and_alone_when_the_parent_has_ended(admin: User):
    codes = [one.code for one in selectors.book().valid(ListKey.VIOLENCE_FORM, FEB_1)]
    assert codes[codes.index("EKSPLOITASI") + 1] == "EKSPLOITASI_EKONOMI"

    with working(admin):
        services.end_code(key=ListKey.VIOLENCE_FORM, code="EKSPLOITASI", until=MAR_1, by=admin, at=AT)

    left = [one.code for one in selectors.book().valid(ListKey.VIOLENCE_FORM, MAR_1)]
    assert "EKSPLOITASI" not in left
    assert left.count("EKSPLOITASI_EKONOMI") == 1


def test_the_book_is_read_once_for_a_unit_of_work_and_anew_after_a_change(admin: User, django_assert_num_queries):
    with working(admin):
        with django_assert_num_queries(1):
            for _ in range(3):
                assert selectors.book().valid(ListKey.PLACE, FEB_1)
        services.end_code(key=ListKey.PLACE, code="KURSUS", until=MAR_1, by=admin, at=AT)
        assert "KURSUS" not in dict(selectors.book().choices(ListKey.PLACE, MAR_1))


def test_the_words_are_those_of_the_language_in_which_they_are_read(db: None):
    lists = selectors.book()
    assert lists.label(ListKey.SERVICE_TYPE, "BANTUAN_HUKUM") == "Bantuan hukum"
    with translation.override("en"):
        assert lists.label(ListKey.SERVICE_TYPE, "BANTUAN_HUKUM") == "Legal aid"
        assert ("BANTUAN_HUKUM", "Legal aid") in lists.choices(ListKey.SERVICE_TYPE, FEB_1)


def test_what_the_program_decides_by_is_what_the_lists_say(db: None):
    lists = selectors.book()
    assert [one.code for one in lists.valid(ListKey.AGE_GROUP, FEB_1)] == list(AgeGroup.values)
    assert [one.label_id for one in lists.valid(ListKey.AGE_GROUP, FEB_1)] == [str(one.label) for one in AgeGroup]
    assert [one.code for one in lists.valid(ListKey.DANGER, FEB_1)] == list(Danger.values)
    for key, fixed in ((ListKey.RELATION, Relation), (ListKey.VIOLENCE_FORM, ViolenceForm)):
        known = {one.code: one.label_id for one in lists.valid(key, FEB_1)}
        assert {one.value: str(one.label) for one in fixed}.items() <= known.items()


@pytest.mark.parametrize("key", ListKey)
def test_every_list_has_codes_in_both_languages_with_all_that_it_needs(db: None, key: ListKey):
    found = selectors.book().valid(key, FEB_1)
    wanted = {one.name: dict(one.choices) for one in ATTRIBUTES.get(key, ())}

    assert len(found) >= 3
    for one in found:
        assert one.label_id
        assert one.label_en
        assert one.source
        assert set(one.extra) == set(wanted)
        assert all(value in wanted[name] for name, value in one.extra.items())


def test_the_lists_are_as_long_as_the_dictionary_says(db: None):
    lists = selectors.book()
    long = {
        key: len([one for one in lists.valid(key, FEB_1) if not one.parent])
        for key in (ListKey.SERVICE_TYPE, ListKey.TPKS_ARTICLE, ListKey.AMPK, ListKey.PLACE, ListKey.RELATION,
                    ListKey.AGE_GROUP, ListKey.EDUCATION, ListKey.CHANNEL, ListKey.VIOLENCE_FORM)
    }  # fmt: skip
    assert list(long.values()) == [8, 19, 15, 10, 12, 7, 9, 10, 8]
    assert set(ListKey) > FIXED
