"""The ledger on PostgreSQL: what counts when, for whom, and what is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from ruangaman.accounts import services as accounts
from ruangaman.accounts.models import Agency
from ruangaman.accounts.types import AgencyKind
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.cases import services
from ruangaman.cases.models import Case
from ruangaman.consents.errors import AlreadyRevoked, NotTheirsToGive
from ruangaman.consents.models import Consent
from ruangaman.consents.selectors import has_consent
from ruangaman.consents.types import Basis, ConsentPurpose, Giver, How
from ruangaman.core.codelists import CaseType
from ruangaman.core.errors import DomainError, NotAllowed, NotFound
from tests.factories import flow
from tests.factories.accounts import JAN_5, working
from tests.factories.cases import FEB_2, FEB_3, FEB_9, Team, add_incident, read

P = ConsentPurpose


def partner() -> Agency:
    """Another office."""
    with unit_of_work(DatabaseRole.MIGRATE):
        return accounts.create_agency(code="mitra", name="Mitra contoh", kind=AgencyKind.PARTNER, at=JAN_5)


def counts(case: Case, purpose: P = P.SERVICES, recipient: object = None, at: object = FEB_9) -> bool:
    """Whether the ledger allows it."""
    return has_consent(case.dossier_id, purpose, recipient, at)  # type: ignore[arg-type]  # shorter to read so


def test_nothing_recorded_allows_nothing(team: Team) -> None:
    case = team.open()
    assert not any(counts(case, purpose) for purpose in P)
    flow.consent(case, by=team.manager, at=FEB_2)
    assert [purpose for purpose in P if counts(case, purpose)] == [P.SERVICES]


def test_it_counts_from_when_it_was_said_until_it_ends(team: Team) -> None:
    case = team.open()
    answer = replace(flow.YES, until=FEB_9)
    flow.consent(case, by=team.manager, at=FEB_3, answer=answer, given_at=FEB_2)
    assert not counts(case, at=FEB_2 - timedelta(seconds=1))
    assert counts(case, at=FEB_2)
    assert counts(case, at=FEB_9 - timedelta(seconds=1))
    assert not counts(case, at=FEB_9)


def test_a_consent_for_one_says_nothing_about_another(team: Team) -> None:
    case, other = team.open(), partner()
    own = team.office.agency
    flow.consent(case, by=team.manager, at=FEB_2, purpose=P.HEALTH, recipient=other)
    assert counts(case, P.HEALTH, other)
    assert not counts(case, P.HEALTH, own)
    assert not counts(case, P.LEGAL, other)
    assert not counts(case, P.HEALTH)
    assert not counts(team.open(), P.HEALTH, other)


def test_a_newer_answer_takes_the_place_of_the_older_and_the_past_stays_true(team: Team) -> None:
    case = team.open()
    flow.consent(case, by=team.manager, at=FEB_2)
    flow.consent(case, by=team.manager, at=FEB_3, answer=replace(flow.YES, is_given=False))
    assert not counts(case)
    assert counts(case, at=FEB_3 - timedelta(seconds=1)), "what was done then was allowed then"
    flow.consent(case, by=team.manager, at=FEB_9)
    assert counts(case)
    rows = list(Consent.objects.order_by("version"))
    assert [(row.version, row.ending) for row in rows] == [(1, "replaced"), (2, "replaced"), (3, "")]


def test_taken_back_it_counts_no_more_and_only_once(team: Team) -> None:
    case = team.open()
    row = flow.consent(case, by=team.manager, at=FEB_2)
    with working(team.manager):
        services.revoke_consent(code=case.code, consent_id=row.pk, by=team.manager, at=FEB_3)
    assert not counts(case)
    with working(team.manager), pytest.raises(AlreadyRevoked):
        services.revoke_consent(code=case.code, consent_id=row.pk, by=team.manager, at=FEB_9)
    told = AuditEvent.objects.get(type="consents.revoked").detail
    assert told == {"consent": str(row.pk), "purpose": "services", "recipient": ""}


def test_what_to_withhold_is_sealed_and_never_told(team: Team) -> None:
    case = team.open()
    row = flow.consent(case, by=team.manager, at=FEB_2, answer=replace(flow.YES, withhold="TAHAN-UJI"))
    assert read(team.manager, row.withhold_ref)[row.withhold_ref]["text"] == "TAHAN-UJI"
    detail = AuditEvent.objects.get(type="consents.given").detail
    assert detail["basis"] == "consent"
    assert "TAHAN-UJI" not in str(detail)


def test_of_a_child_whose_parent_is_accused_no_guardian_speaks(team: Team) -> None:
    case = team.open(case_type=CaseType.CHILD)
    guardian = replace(flow.YES, giver=Giver.BOTH)
    flow.consent(case, by=team.manager, at=FEB_2, answer=guardian)
    with working(team.manager):
        add_incident(case, by=team.manager, at=FEB_3, relation="ORANG_TUA")
    for giver in (Giver.BOTH, Giver.GUARDIAN, Giver.SELF):
        with pytest.raises(NotTheirsToGive):
            flow.consent(case, by=team.manager, at=FEB_3, answer=replace(flow.YES, giver=giver))
    row = flow.consent(case, by=team.manager, at=FEB_3, answer=flow.VITAL)
    assert (row.basis, row.giver, row.how) == (Basis.VITAL, Giver.NOBODY, How.RECORD)
    assert counts(case)


def test_sharing_names_who_receives_and_what_stays_names_nobody(team: Team) -> None:
    case, other = team.open(), partner()
    for purpose, recipient in ((P.HEALTH, None), (P.SERVICES, other)):
        with pytest.raises(DomainError, match="penerima"):
            flow.consent(case, by=team.manager, at=FEB_2, purpose=purpose, recipient=recipient)
    with pytest.raises(DomainError, match="tanggal"):
        flow.consent(case, by=team.manager, at=FEB_2, given_at=FEB_3)
    assert not Consent.objects.exists()


def test_only_who_works_on_a_case_writes_into_its_ledger(team: Team) -> None:
    case = team.open()
    for user in (team.companion, team.head, team.desk):
        with pytest.raises(NotFound):
            flow.consent(case, by=user, at=FEB_2)
    team.assign(case, team.companion)
    row = flow.consent(case, by=team.companion, at=FEB_3)
    other = team.open()
    with working(team.manager), pytest.raises(NotFound):
        services.revoke_consent(code=other.code, consent_id=row.pk, by=team.manager, at=FEB_9)
    assert counts(case)
    with working(team.lawyer), pytest.raises((NotFound, NotAllowed)):
        services.revoke_consent(code=case.code, consent_id=row.pk, by=team.lawyer, at=FEB_9)


def test_the_database_refuses_what_no_form_would_send(team: Team) -> None:
    case = team.open()
    row = flow.consent(case, by=team.manager, at=FEB_2)
    for change in ({"giver": "nobody"}, {"basis": "vital"}, {"ended_at": FEB_3}, {"until": FEB_2}, {"purpose": "apa"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Consent.objects.filter(pk=row.pk).update(**change)
    assert counts(case)
