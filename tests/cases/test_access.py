"""Who can open a case, seen and governed: reading for a while, what is older, what must not be erased."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from ruangaman.accounts.models import User
from ruangaman.accounts.types import ROLE_COMPARTMENTS, Role
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import policies, selectors, services
from ruangaman.cases.errors import NotAssignable
from ruangaman.cases.models import Access, Case
from ruangaman.cases.types import AccessReason
from ruangaman.core.codelists import CaseType, RiskLevel
from ruangaman.core.errors import Conflict, NotAllowed, NotFound
from ruangaman.vault import services as vault
from ruangaman.vault.models import Dossier, Grant, Keeping
from ruangaman.vault.selectors import get_hold, list_waiting
from ruangaman.vault.types import Closed, Compartment, HoldReason
from tests.factories import flow
from tests.factories.accounts import working
from tests.factories.cases import FEB_1, FEB_2, FEB_3, FEB_9, STORY, Team, read

C = Compartment
SOON = FEB_9 + timedelta(days=1)


def give(team: Team, case: Case, user: User, *parts: Compartment, by: User | None = None, **more) -> Access:
    """Give access in a request of its own."""
    giver = by or team.manager
    facts = {"reason": AccessReason.SECOND_VIEW, "not_after": SOON, "at": FEB_2, **more}
    with working(giver):
        return services.give_access(code=case.code, user=user, compartments=parts or (C.NARRATIVE,), by=giver, **facts)


def page(team: Team, case: Case, viewer: User, at: datetime = FEB_3) -> selectors.AccessPage:
    with working(viewer):
        return selectors.get_access_page(case=selectors.get_case(code=case.code, viewer=viewer), viewer=viewer, at=at)


def row(shown: selectors.AccessPage, user: User) -> selectors.AccessRow:
    return next(one for one in shown.rows if one.holder.user == user)


def test_a_reader_reads_what_was_given_and_writes_nothing(team: Team):
    case, now = team.open(), timezone.now()
    give(team, case, team.lawyer, C.NARRATIVE, at=now, not_after=now + timedelta(days=1))

    ref = case.notes.get().ref
    assert read(team.lawyer, ref, at=now)[ref]["text"] == STORY
    person = case.people.first()
    assert person is not None
    assert isinstance(read(team.lawyer, person.identity_ref, at=now)[person.identity_ref], Closed)
    with working(team.lawyer):
        shown = selectors.get_case_page(case=case, viewer=team.lawyer, at=now)
        assert not shown.may["write"]
        assert selectors.list_unmanaged(viewer=team.lawyer) == []
        with pytest.raises(NotAllowed):
            services.add_note(code=case.code, compartment=C.NARRATIVE, text="X", by=team.lawyer, at=now)


def test_after_the_last_moment_nothing_is_read_and_the_page_says_ended(team: Team):
    case = team.open()
    access = give(team, case, team.lawyer, not_after=FEB_3)
    ref = case.notes.get().ref
    with pytest.raises(NotFound):
        read(team.lawyer, ref, at=FEB_3)

    over = row(page(team, case, team.manager, at=FEB_9), team.lawyer)
    assert over.holder.is_over
    assert not over.may_change
    with working(role=DatabaseRole.WORKER):
        assert vault.delete_expired_grants(at=FEB_9) >= 1
    ended = page(team, case, team.manager, at=FEB_9).ended
    assert [one.access.pk for one in ended] == [access.pk]
    assert "dihapus" in ended[0].words


def test_the_page_tells_who_what_since_when_by_whom_why_and_until_when(team: Team):
    case = team.open()
    team.assign(case, team.companion)
    give(team, case, team.lawyer)

    shown = page(team, case, team.manager)

    manager, companion, lawyer = (row(shown, one) for one in (team.manager, team.companion, team.lawyer))
    assert (manager.holder.since, manager.holder.by) == (FEB_1, team.desk.display_name)
    assert not manager.may_release
    assert companion.may_release
    assert companion.holder.until is None
    assert (lawyer.holder.until, lawyer.holder.by) == (SOON, team.manager.display_name)
    assert lawyer.holder.why == AccessReason.SECOND_VIEW.label
    assert lawyer.holder.parts == [C.NARRATIVE.label]
    assert lawyer.may_end
    assert lawyer.may_change
    kinds = [one.holder.kind.value for one in shown.rows]
    assert kinds[-2:] == ["breakglass", "recovery"]
    assert shown.rows[-2].holder.members == [team.head.display_name]
    assert shown.rows[-1].holder.parts == []


def test_who_oversees_sees_the_same_page_and_opens_nothing(team: Team):
    case = team.open()
    team.assign(case, team.companion)
    before = AuditEvent.objects.count()

    shown = page(team, case, team.head)

    assert {one.holder.user for one in shown.rows if one.holder.user} == {team.manager, team.companion}
    assert AuditEvent.objects.count() == before
    assert shown.may_give
    assert not shown.may_hold


def test_the_head_asks_and_the_manager_shares_with_one_button(team: Team):
    case = team.open()
    access = give(team, case, team.lawyer, by=team.head)
    ref = case.notes.get().ref
    with pytest.raises(NotFound):
        read(team.lawyer, ref, at=FEB_3)
    assert "Menunggu" in page(team, case, team.head).pending[0].words
    with working(team.manager):
        (line,) = list_waiting(viewer=team.manager, units=[], at=FEB_3)
        vault.do_waiting(waiting_id=line.pk, by=team.manager, at=FEB_3)

    assert read(team.lawyer, ref, at=FEB_3)[ref]["text"] == STORY
    assert row(page(team, case, team.head), team.lawyer).access == access
    with pytest.raises(NotFound):
        read(team.lawyer, ref, at=SOON)


def test_what_the_manager_declines_is_told_so(team: Team):
    case = team.open()
    give(team, case, team.lawyer, by=team.head)
    with working(team.manager):
        (line,) = list_waiting(viewer=team.manager, units=[], at=FEB_3)
        vault.decline_waiting(waiting_id=line.pk, by=team.manager, at=FEB_3)

    (pending,) = page(team, case, team.head).pending
    assert "Ditolak" in pending.words
    assert pending.may_end


@pytest.mark.parametrize("by", ["manager", "head"])
def test_revoking_takes_the_keys_and_begins_an_epoch(team: Team, by: str):
    case = team.open()
    access = give(team, case, team.lawyer)
    who = getattr(team, by)
    for _ in range(2):
        with working(who):
            services.end_access(code=case.code, access_id=access.pk, by=who, at=FEB_3)

    assert not Grant.objects.filter(principal_id=team.lawyer.principal_id).exists()
    assert Dossier.objects.get(pk=case.dossier_id).epoch == 2
    with pytest.raises(NotFound):
        read(team.lawyer, case.notes.get().ref, at=FEB_3)
    (ended,) = page(team, case, team.manager).ended
    assert who.display_name in ended.words
    assert AuditEvent.objects.filter(type="cases.access_ended", subject=case.code).count() == 1


def test_a_request_that_nobody_answered_is_taken_back_without_an_epoch(team: Team):
    case = team.open()
    access = give(team, case, team.lawyer, by=team.head)
    with working(team.head):
        services.end_access(code=case.code, access_id=access.pk, by=team.head, at=FEB_3)
    with working(team.manager):
        assert list_waiting(viewer=team.manager, units=[], at=FEB_3) == []
    assert Dossier.objects.get(pk=case.dossier_id).epoch == 1


def test_the_manager_changes_until_when(team: Team):
    case = team.open()
    access = give(team, case, team.lawyer)
    with working(team.manager):
        services.change_access(code=case.code, access_id=access.pk, not_after=FEB_3, by=team.manager, at=FEB_2)
    with pytest.raises(NotFound):
        read(team.lawyer, case.notes.get().ref, at=FEB_3)
    access.refresh_from_db()
    assert access.not_after == FEB_3
    with working(team.manager), pytest.raises(NotFound):
        services.change_access(code=case.code, access_id=access.pk, not_after=SOON, by=team.manager, at=FEB_9)


def test_the_head_and_the_impatient_change_no_limit(team: Team):
    case = team.open()
    given, asked = give(team, case, team.lawyer), give(team, case, team.companion, by=team.head)
    with working(team.head), pytest.raises(NotAllowed):
        services.change_access(code=case.code, access_id=given.pk, not_after=SOON, by=team.head, at=FEB_2)
    for access, until in ((given, FEB_2), (given, FEB_2 + timedelta(days=181)), (asked, SOON)):
        with working(team.manager), pytest.raises(Conflict):
            services.change_access(code=case.code, access_id=access.pk, not_after=until, by=team.manager, at=FEB_2)


def test_what_cannot_be_given(team: Team):
    case = team.open()
    team.assign(case, team.companion)
    outsider = team.office.user(Role.PETUGAS)
    for user, parts, error in (
        (team.companion, (C.NARRATIVE,), Conflict),
        (outsider, (C.NARRATIVE,), NotAssignable),
        (team.lawyer, (), NotAllowed),
        (team.lawyer, (C.CLINICAL,), NotAllowed),
        (team.lawyer, (C.ATTACHMENT,), NotAllowed),
        (team.lawyer, (C.CONTACT,), NotAllowed),
    ):
        with working(team.manager), pytest.raises(error):
            services.give_access(
                code=case.code, user=user, compartments=parts, reason=AccessReason.COURT, not_after=SOON,
                by=team.manager, at=FEB_2,
            )  # fmt: skip
    give(team, case, team.lawyer)
    with pytest.raises(Conflict):
        give(team, case, team.lawyer)
    for stranger, error in ((team.shelter, NotFound), (team.companion, NotAllowed)):
        with pytest.raises(error):
            give(team, case, team.psychologist, by=stranger)


def test_the_same_form_twice_gives_once(team: Team):
    case, form = team.open(), uuid4()
    first = give(team, case, team.lawyer, access_id=form)
    assert give(team, case, team.lawyer, access_id=form) == first
    assert Access.objects.count() == 1


def test_after_the_time_is_over_it_can_be_given_again(team: Team):
    case = team.open()
    give(team, case, team.lawyer, not_after=FEB_3)
    give(team, case, team.lawyer, at=FEB_9)
    assert Access.objects.filter(ended_at=None).count() == 1


def test_who_gets_a_part_reads_for_good(team: Team):
    case = team.open()
    give(team, case, team.companion)
    team.assign(case, team.companion, at=FEB_3)

    assert not Access.objects.filter(ended_at=None).exists()
    ref = case.notes.get().ref
    assert read(team.companion, ref, at=SOON + timedelta(days=99))[ref]["text"] == STORY
    assert row(page(team, case, team.manager, at=SOON), team.companion).access is None


@pytest.mark.parametrize("role", list(Role))
def test_what_is_offered_is_never_more_than_the_role_or_the_manager_holds(role: Role):
    offered = policies.offered_to(role)
    assert offered <= ROLE_COMPARTMENTS.get(role, frozenset()) & ROLE_COMPARTMENTS[Role.MANAJER]
    assert not offered & {C.ATTACHMENT, C.THREAD, C.CLINICAL, C.SHELTER}


# --- what is older --------------------------------------------------------------------------------------------------


@pytest.fixture
def clinic(team: Team):
    """A case with a clinical note, and a second psychologist who came after it."""
    case, second = team.open(), team.office.user(Role.PSIKOLOG)
    team.assign(case, team.psychologist)
    with working(team.psychologist):
        note = services.add_note(
            code=case.code, compartment=C.CLINICAL, text="KLINIS-UJI", by=team.psychologist, at=FEB_3
        )
    team.assign(case, second, at=FEB_3)
    return case, second, note.ref


def test_only_the_holder_shares_the_older_notes(team: Team, clinic):
    case, second, ref = clinic
    assert isinstance(read(second, ref)[ref], Closed)
    assert row(page(team, case, team.psychologist), second).may_share
    shown = row(page(team, case, team.manager), second)
    assert (shown.may_share, shown.may_ask) == (False, True)
    assert shown.holder.closed_words == [C.CLINICAL.label]
    with working(team.manager), pytest.raises(NotAllowed):
        services.share_older(code=case.code, user=second, by=team.manager, at=FEB_9)

    with working(team.psychologist):
        assert services.share_older(code=case.code, user=second, by=team.psychologist, at=FEB_9) == {C.CLINICAL}

    assert read(second, ref)[ref]["text"] == "KLINIS-UJI"
    assert isinstance(read(team.manager, ref)[ref], Closed)
    assert not row(page(team, case, team.psychologist), second).may_share
    with working(team.psychologist), pytest.raises(NotAllowed):
        services.share_older(code=case.code, user=second, by=team.psychologist, at=FEB_9)


def test_the_manager_asks_and_it_waits_for_the_psychologist(team: Team, clinic):
    case, second, ref = clinic
    with working(team.manager):
        services.ask_for_older(code=case.code, user=second, by=team.manager, at=FEB_9)
    assert row(page(team, case, team.manager), second).is_asked
    with working(team.psychologist):
        (line,) = list_waiting(viewer=team.psychologist, units=[], at=FEB_9)
        vault.do_waiting(waiting_id=line.pk, by=team.psychologist, at=FEB_9)
    assert read(second, ref)[ref]["text"] == "KLINIS-UJI"
    with working(team.manager), pytest.raises(NotAllowed):
        services.ask_for_older(code=case.code, user=second, by=team.manager, at=FEB_9)


def test_strangers_neither_share_nor_ask(team: Team, clinic):
    case, second, _ref = clinic
    with working(team.lawyer):
        with pytest.raises(NotFound):
            services.share_older(code=case.code, user=second, by=team.lawyer, at=FEB_9)
        with pytest.raises(NotFound):
            services.ask_for_older(code=case.code, user=second, by=team.lawyer, at=FEB_9)
    with working(team.psychologist), pytest.raises(NotAllowed):
        services.ask_for_older(code=case.code, user=second, by=team.psychologist, at=FEB_9)


# --- how long it is kept --------------------------------------------------------------------------------------------


def close(team: Team, case: Case) -> None:
    flow.close(case, by=team.manager, head=team.head, at=FEB_3)


@pytest.mark.parametrize(("case_type", "years"), [(CaseType.WOMAN, 10), (CaseType.CHILD, 28), (CaseType.BOTH, 28)])
def test_a_closed_case_is_kept_by_its_class_and_one_opened_again_is_not_due(team: Team, case_type, years):
    case = team.open(case_type=case_type)
    close(team, case)
    kept = Keeping.objects.get(with_dossier=None)
    assert (kept.code, kept.keep_until.year) == (case.code, 2026 + years)
    assert page(team, case, team.manager).keep_until == kept.keep_until

    with working(team.manager):
        services.reopen_case(
            code=case.code, risk=RiskLevel.RENDAH, is_safe=True, reason="LAGI", by=team.manager, at=FEB_9
        )
    assert not Keeping.objects.filter(dossier=case.dossier_id).exists()


def test_the_manager_holds_a_case_and_says_why_in_sealed_words(team: Team):
    case = team.open()
    with working(team.manager):
        services.hold_case(code=case.code, reason=HoldReason.COURT, words="PERKARA-UJI", by=team.manager, at=FEB_2)
        assert selectors.open_hold(case=case, viewer=team.manager, at=FEB_3) == "PERKARA-UJI"
        with pytest.raises(Conflict):
            services.hold_case(code=case.code, reason=HoldReason.COURT, words="X", by=team.manager, at=FEB_2)
    assert page(team, case, team.head).hold is not None
    with working(team.manager):
        services.release_case(code=case.code, by=team.manager, at=FEB_3)
        assert get_hold(case.dossier_id) is None
        assert selectors.open_hold(case=case, viewer=team.manager, at=FEB_3) == ""


def test_only_the_manager_holds_and_releases(team: Team):
    case = team.open()
    team.assign(case, team.companion)
    with working(team.companion):
        with pytest.raises(NotAllowed):
            services.hold_case(code=case.code, reason=HoldReason.COURT, words="X", by=team.companion, at=FEB_2)
        with pytest.raises(NotAllowed):
            services.release_case(code=case.code, by=team.companion, at=FEB_2)
