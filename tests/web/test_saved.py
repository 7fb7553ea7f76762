"""Filters with a name: kept, shared with the unit, and never a way to see more than one may."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from ruangaman.accounts.models import Unit
from ruangaman.accounts.types import Role
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.errors import Conflict
from ruangaman.web import selectors
from ruangaman.web.models import SavedFilter
from ruangaman.web.services import saved
from ruangaman.web.types import MOST_SAVED, Filters
from tests.factories.accounts import working
from tests.factories.cases import FEB_1
from tests.factories.desk import HOUR
from tests.support.signing_in import signed_in

LIST = "/kerja/saringan/"


def keep(user, name="Tinggi", query="bahaya=tinggi", *, shared=False):
    with working(user):
        return saved.save_filter(name=name, filters=Filters.of(query), shared=shared, by=user, at=FEB_1)


def names(viewer, at=FEB_1 + HOUR):
    with working(viewer):
        return [(one.row.name, one.count) for one in selectors.list_saved(viewer=viewer, at=at)]


def test_the_address_is_kept_in_one_writing_and_leads_back_to_the_queue(counter):
    client = signed_in(counter.manager)
    page = client.get(f"{LIST}?telat=1&bahaya=tinggi&asing=x").content.decode()
    assert "giliran saya, tinggi ke atas, yang terlambat saja" in page

    sent = {"nama": " Tinggi  dan telat ", "saringan": "telat=1&bahaya=tinggi&asing=x"}
    answer = client.post(LIST, sent)

    assert answer.headers["Location"] == "/kerja/?bahaya=tinggi&telat=1"
    row = SavedFilter.objects.get()
    assert (row.name, row.query, row.unit_id) == ("Tinggi dan telat", "bahaya=tinggi&telat=1", None)
    assert "Tinggi dan telat" in client.get("/kerja/").content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {"nama": "", "saringan": "telat=1"},
        {"nama": "x" * 41, "saringan": "telat=1"},
        {"nama": "Hubungi 081234567", "saringan": "telat=1"},
        {"nama": "Semua", "saringan": ""},
        {"nama": "Semua", "saringan": "asing=1"},
    ],
)
def test_what_is_no_name_or_narrows_nothing_is_refused(counter, sent):
    assert signed_in(counter.manager).post(LIST, sent).status_code == 422
    assert not SavedFilter.objects.exists()


def test_sent_twice_it_is_kept_once_and_a_name_is_used_once(counter):
    client = signed_in(counter.manager)
    sent = {"row_id": "7d7a1b1e-0000-4000-8000-000000000001", "nama": "Telat", "saringan": "telat=1"}
    assert client.post(LIST, sent).status_code == 302
    assert client.post(LIST, sent).status_code == 302
    assert client.post(LIST, {"nama": "telat", "saringan": "bahaya=tinggi"}).status_code == 422
    assert SavedFilter.objects.count() == 1


def test_a_shared_filter_is_seen_in_the_unit_and_shows_each_only_their_own(counter):
    keep(counter.manager, shared=True)
    keep(counter.manager, "Sendiri", "telat=1")
    counter.team.open(risk=RiskLevel.EKSTREM)
    elsewhere = Unit.objects.create(agency=counter.office.agency, code="unit-lain", name="Unit lain")
    other = counter.office.user(Role.MANAJER, unit=elsewhere)

    assert [name for name, _count in names(counter.manager)] == ["Sendiri", "Tinggi"]
    mine = dict(names(counter.manager))["Tinggi"]
    assert int(mine) > 0
    assert names(counter.first) == [("Tinggi", "0")]
    assert names(other) == []


def test_only_who_made_it_changes_or_deletes_it(counter):
    row = keep(counter.manager, shared=True)
    mine, hers = signed_in(counter.manager), signed_in(counter.first)
    assert hers.get(f"{LIST}{row.pk}/").status_code == 404
    assert hers.post(f"{LIST}{row.pk}/", {"nama": "Lain"}).status_code == 404
    assert hers.post(f"{LIST}{row.pk}/hapus").status_code == 404
    with working(counter.first), connection.cursor() as cursor:
        cursor.execute("UPDATE web_savedfilter SET name = 'x'")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM web_savedfilter")
        assert cursor.rowcount == 0

    assert mine.get(f"{LIST}{row.pk}/").status_code == 200
    assert mine.post(f"{LIST}{row.pk}/", {"nama": "Lain"}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.unit_id) == ("Lain", None)
    assert mine.post(f"{LIST}{row.pk}/hapus").status_code == 302
    assert not SavedFilter.objects.exists()


def test_one_person_keeps_a_dozen(counter):
    for number in range(MOST_SAVED):
        keep(counter.manager, f"Saringan {number}")
    with pytest.raises(Conflict):
        keep(counter.manager, "Satu lagi")


def test_the_database_keeps_no_filter_that_narrows_nothing(counter):
    row = keep(counter.manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedFilter.objects.filter(pk=row.pk).update(query="")


def test_a_count_ends_at_a_hundred(counter):
    assert selectors.count_words(0) == "0"
    assert selectors.count_words(99) == "99"
    assert selectors.count_words(selectors.MOST) == "99+"
