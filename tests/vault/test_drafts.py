"""What was typed and not sent, in the vault: its author opens it, nobody else; and it does not stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.accounts.types import Role
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.core.errors import Conflict, Locked
from ruangaman.vault import directory, services
from ruangaman.vault.errors import NotSealable
from ruangaman.vault.models import Draft, KeySignature
from ruangaman.vault.services import FormWords, drafts
from tests.factories.accounts import JAN_5, Office, working

WORDS = "TULISAN-UJI ia takut pulang"
PAGE = "/kasus/K-7F3Q2MWD/catatan/"
NOTE = FormWords(PAGE, PAGE, "a", (("compartment", "3"), ("text", WORDS)))


@pytest.fixture
def author(office: Office) -> User:
    return office.user(Role.PENDAMPING)


def keep(author: User, words: FormWords = NOTE, *, at: datetime = JAN_5, **more: bool) -> services.DraftView:
    with working(author):
        return services.keep_draft(words=words, by=author, at=at, **more)


def test_it_comes_back_to_its_author_as_it_was_typed(author: User):
    kept = keep(author)

    with working(author):
        found = services.open_draft(draft_id=kept.id, by=author)
        waiting = services.find_drafts(page=PAGE, by=author)
        elsewhere = services.find_drafts(page="/kasus/K-00000000/catatan/", by=author)

    assert found is not None
    assert found.words == NOTE
    assert [one.id for one in waiting] == [kept.id]
    assert waiting[0].words == NOTE, "which of the forms it is for stands inside"
    assert elsewhere == []


def test_nobody_else_finds_or_opens_it_neither_the_head_nor_with_its_row_in_hand(office: Office, author: User):
    kept = keep(author)
    for other in (office.head, office.guard, office.user(Role.PENDAMPING)):
        with working(other):
            assert services.open_draft(draft_id=kept.id, by=other) is None
            assert services.list_drafts(by=other) == []
            assert not Draft.objects.exists(), "the database shows it to nobody else"
            assert not services.discard_draft(draft_id=kept.id, by=other)
        row = Draft.objects.get()
        row.principal_id = other.principal_id
        assert drafts._open(row, other.keyring).words is None
    assert drafts._open(Draft.objects.get(), author.keyring).words == NOTE


def test_nothing_of_it_stands_in_the_clear_and_the_trail_keeps_silent(author: User):
    before = AuditEvent.objects.count()
    keep(author)

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(d)::text, envelope FROM vault_draft d")
        text, envelope = cursor.fetchone()
    assert "K-7F3Q2MWD" not in text
    for part in (WORDS, PAGE, "compartment"):
        assert part.encode() not in bytes(envelope)
        assert part.encode().hex() not in text
    assert AuditEvent.objects.count() == before


def test_saving_again_replaces_and_another_form_of_the_page_stays_beside_it(author: User):
    first = keep(author)
    again = keep(author, replace(NOTE, fields=(("text", "lain"),)), at=JAN_5 + timedelta(seconds=5))
    other = keep(author, replace(NOTE, form_id="b"))

    assert again.id == first.id
    assert other.id != first.id
    with working(author):
        assert {one.id for one in services.find_drafts(page=PAGE, by=author)} == {first.id, other.id}
        services.finish_draft(words=NOTE, by=author, at=JAN_5)
        assert [one.id for one in services.list_drafts(by=author)] == [other.id]


def test_a_saving_on_its_way_does_not_bring_back_what_was_sent(author: User):
    with working(author):
        services.finish_draft(words=NOTE, by=author, at=JAN_5)
    with pytest.raises(Conflict, match="sudah terkirim"):
        keep(author)
    with working(author):
        assert services.list_drafts(by=author) == []
        assert services.count_drafts(by=author) == 0
        assert services.rescue_draft(words=NOTE, principal_id=author.principal_id, at=JAN_5) is None
        row = Draft.objects.get()
        assert (bytes(row.envelope), bytes(row.place)) == (b"", b""), "nothing is left of it"
        assert services.open_draft(draft_id=row.id, by=author) is None
        assert not services.discard_draft(draft_id=row.id, by=author)


def test_a_form_without_an_id_is_another_one_each_time(author: User):
    triage = replace(NOTE, form_id="")
    keep(author, triage)
    with working(author):
        services.finish_draft(words=triage, by=author, at=JAN_5)
        assert not Draft.objects.exists()
    keep(author, triage)


def test_a_page_that_saves_by_itself_may_not_do_so_all_the_time_but_a_person_may(author: User):
    keep(author, is_pressed=False)
    soon = JAN_5 + timedelta(seconds=1)

    with pytest.raises(Conflict):
        keep(author, at=soon, is_pressed=False)
    keep(author, at=soon)
    keep(author, at=soon + drafts.SOONEST, is_pressed=False)


def test_what_is_too_long_or_too_many_is_refused_in_words(author: User):
    with pytest.raises(NotSealable, match="terlalu panjang"):
        keep(author, replace(NOTE, fields=(("text", "x" * drafts.MOST_BYTES),)))
    keep(author, replace(NOTE, fields=(("text", "x" * 40_000),)))
    for number in range(1, drafts.MOST_DRAFTS):
        keep(author, replace(NOTE, form_id=str(number)))
    with pytest.raises(Conflict, match="30"):
        keep(author, replace(NOTE, form_id="one more"))
    keep(author, NOTE, at=JAN_5 + timedelta(minutes=1))  # what is there already can still be kept again


def test_locked_keys_keep_nothing_by_themselves_but_a_rescue_needs_none(author: User):
    keyring, author.keyring = author.keyring, None
    with pytest.raises(Locked):
        keep(author)
    with working(author):
        kept = services.rescue_draft(words=NOTE, principal_id=author.principal_id, at=JAN_5)
    author.keyring = keyring

    assert kept is not None
    with working(author):
        found = services.open_draft(draft_id=kept.id, by=author)
    assert found is not None
    assert found.rescued
    assert found.words == NOTE
    assert AuditEvent.objects.filter(type="vault.draft_rescued", subject=str(author.principal_id)).count() == 1


def test_a_rescue_wraps_to_no_key_that_two_officers_did_not_sign(author: User):
    KeySignature.objects.filter(key__principal_id=author.principal_id).first().delete()  # type: ignore[union-attr]
    directory.forget()
    with working(author):
        assert services.rescue_draft(words=NOTE, principal_id=author.principal_id, at=JAN_5) is None
    assert not Draft.objects.exists()


def test_whoever_holds_an_old_cookie_does_not_fill_the_shelf(author: User):
    with working(author):
        for number in range(drafts.MOST_RESCUED):
            words = replace(NOTE, form_id=str(number))
            assert services.rescue_draft(words=words, principal_id=author.principal_id, at=JAN_5)
        assert services.rescue_draft(words=NOTE, principal_id=author.principal_id, at=JAN_5) is None
        again = services.rescue_draft(words=replace(NOTE, form_id="0"), principal_id=author.principal_id, at=JAN_5)
    assert again is not None
    keep(author)
    assert Draft.objects.count() == drafts.MOST_RESCUED + 1


def test_what_was_rescued_for_them_and_still_waits_counts_alone(office: Office, author: User):
    other = office.user(Role.PSIKOLOG)
    keep(author)

    def rescue(whom: User, form_id: str) -> services.DraftView | None:
        words = replace(NOTE, form_id=form_id)
        return services.rescue_draft(words=words, principal_id=whom.principal_id, at=JAN_5)

    with working(None, DatabaseRole.MIGRATE):
        for number in range(drafts.MOST_RESCUED):
            assert rescue(other, str(number))
        for number in range(drafts.MOST_RESCUED - 1):
            assert rescue(author, str(number))
        assert rescue(author, "last")
        assert rescue(author, "one more") is None
    with working(author):
        services.finish_draft(words=replace(NOTE, form_id="last"), by=author, at=JAN_5)
        assert rescue(author, "another")


def test_what_is_too_long_is_not_rescued_and_nothing_is_told_of_what_was_not_kept(author: User):
    with working(author):
        services.finish_draft(words=NOTE, by=author, at=JAN_5)
        assert services.rescue_draft(words=NOTE, principal_id=author.principal_id, at=JAN_5) is None
        long = replace(NOTE, form_id="b", fields=(("text", "x" * drafts.MOST_BYTES),))
        assert services.rescue_draft(words=long, principal_id=author.principal_id, at=JAN_5) is None
    assert not AuditEvent.objects.filter(type="vault.draft_rescued").exists()


def test_each_form_goes_with_its_own_drafts_alone(office: Office, author: User):
    other = office.user(Role.PSIKOLOG)
    plain, here = replace(NOTE, form_id=""), replace(NOTE, address=f"{PAGE}x/", form_id="c")
    for who in (author, other):
        keep(who, plain)
        keep(who, here, at=JAN_5 + timedelta(minutes=1))
    shut = keep(author, replace(NOTE, form_id="shut"), at=JAN_5 + timedelta(minutes=2))
    Draft.objects.filter(pk=shut.id).update(mac=bytes(32))

    def left(who: User) -> list[FormWords | None]:
        with working(None, DatabaseRole.MIGRATE):
            return [one.words for one in services.list_drafts(by=who)]

    assert left(author) == [None, here, plain], "the newest first"
    with working(None, DatabaseRole.MIGRATE):
        services.finish_draft(words=plain, by=author, at=JAN_5)
        assert services.count_drafts(by=author) == 2
    assert (left(author), left(other)) == ([None, here], [here, plain])
    with working(None, DatabaseRole.MIGRATE):
        services.finish_draft(words=replace(here, form_id="again"), by=author, at=JAN_5, whole_form=True)
    assert (left(author), left(other)) == ([None], [here, plain])
    with working(None, DatabaseRole.MIGRATE):
        services.finish_draft(words=replace(here, form_id="once more"), by=other, at=JAN_5, whole_page=True)
    assert (left(author), left(other)) == ([None], [])


@pytest.mark.parametrize("column", ["envelope", "slot", "saved_at", "mac"])
def test_what_somebody_changed_or_planted_stays_shut(author: User, column: str):
    kept = keep(author)
    row = Draft.objects.get()
    value = getattr(row, column)
    odd = value - timedelta(hours=1) if column == "saved_at" else bytes([value[0] ^ 1]) + bytes(value)[1:]
    Draft.objects.update(**{column: odd})

    with working(author):
        found = services.open_draft(draft_id=kept.id, by=author)

    assert found is not None
    assert found.words is None


def test_after_seven_days_the_worker_forgets_it_and_sees_nothing_but_the_date(author: User):
    now = timezone.now()
    keep(author, at=now - timedelta(days=6))
    keep(author, replace(NOTE, form_id="old"), at=now - timedelta(days=8))
    with working(author):
        for name, hours in (("sent", 2), ("just sent", 0)):
            words = replace(NOTE, form_id=name)
            services.finish_draft(words=words, by=author, at=now - timedelta(hours=hours))

    with working(None, DatabaseRole.WORKER):
        assert services.delete_old_drafts(at=now) == 2
    assert Draft.objects.count() == 2
    with working(author):
        assert [one.words for one in services.list_drafts(by=author)] == [NOTE]


def test_a_form_says_for_whom_it_was_drawn(office: Office, author: User):
    mark = services.author_mark(author.principal_id)
    assert services.is_author(mark, author.principal_id)
    assert not services.is_author(mark, office.head.principal_id)
    assert not services.is_author("ö", author.principal_id)
