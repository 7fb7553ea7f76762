"""Putting off: with a reason, until a moment that is allowed; back by itself or at once; it still escalates."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from ruangaman.audit.models import AuditEvent
from ruangaman.clocks.models import Clock
from ruangaman.clocks.services import escalate_due
from ruangaman.core.codelists import RiskLevel
from ruangaman.web import selectors
from ruangaman.web.types import Filters
from tests.factories.accounts import working
from tests.factories.desk import HOUR
from tests.support.signing_in import signed_in

NOW = {"sampai": "jam", "alasan": "answer"}


def opened(counter, risk=RiskLevel.RENDAH):
    case = counter.team.open(risk=risk, at=timezone.now())
    return case, Clock.objects.get(subject=case.code, kind__key="case.companion", stopped_at=None)


def shown(viewer, at=None):
    with working(viewer):
        day = selectors.get_day(viewer=viewer, filters=Filters(), at=at or timezone.now())
    return {work.place.id for work in day.works if work.place is not None}


def test_what_is_put_off_is_gone_says_why_and_comes_back_by_itself(counter):
    _case, clock = opened(counter)
    client = signed_in(counter.manager)
    assert clock.pk in shown(counter.manager)

    answer = client.post(f"/kerja/tunda/{clock.pk}/", NOW)

    assert answer.status_code == 302
    assert clock.pk not in shown(counter.manager)
    assert clock.pk in shown(counter.manager, timezone.now() + 2 * HOUR)
    told = AuditEvent.objects.get(type="clocks.snoozed")
    assert told.detail["reason"] == "answer"
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Ditunda sampai" in page
    assert "Menunggu jawaban".lower() in client.get("/kerja/ditunda/").content.decode()


def test_it_is_taken_back_at_once_and_the_offer_ends_after_a_minute(counter):
    _case, clock = opened(counter)
    client = signed_in(counter.manager)
    address = client.post(f"/kerja/tunda/{clock.pk}/", NOW).headers["Location"]
    before = f"/kerja/?ditunda={clock.pk}&pada={int(timezone.now().timestamp()) - 61}"
    assert f"/kerja/ditunda/{clock.pk}/kembalikan" in client.get(address).content.decode()
    assert f"/kerja/ditunda/{clock.pk}/kembalikan" not in client.get(before).content.decode()

    assert client.post(f"/kerja/ditunda/{clock.pk}/kembalikan").status_code == 302

    assert clock.pk in shown(counter.manager)
    assert AuditEvent.objects.filter(type="clocks.woken").count() == 1
    client.post(f"/kerja/ditunda/{clock.pk}/kembalikan")
    assert AuditEvent.objects.filter(type="clocks.woken").count() == 1


@pytest.mark.parametrize(
    "sent", [{"sampai": "jam"}, {"alasan": "answer"}, {"sampai": "sendiri", "alasan": "answer"}, {}]
)
def test_without_a_reason_or_a_moment_nothing_is_put_off(counter, sent):
    _case, clock = opened(counter)

    assert signed_in(counter.manager).post(f"/kerja/tunda/{clock.pk}/", sent).status_code == 422

    assert clock.pk in shown(counter.manager)


@pytest.mark.parametrize(("days", "status"), [(6, 302), (8, 422), (-1, 422)])
def test_never_more_than_a_week(counter, days, status):
    _case, clock = opened(counter)
    local = (timezone.now() + timedelta(days=days)).astimezone(timezone.get_default_timezone())
    sent = {"sampai": "sendiri", "waktu": local.strftime("%Y-%m-%dT%H:%M"), "alasan": "agreed"}

    assert signed_in(counter.manager).post(f"/kerja/tunda/{clock.pk}/", sent).status_code == status


def test_in_high_danger_never_beyond_the_limit(counter):
    _case, clock = opened(counter, risk=RiskLevel.TINGGI)
    client = signed_in(counter.manager)
    late = (clock.due_at + HOUR).astimezone(timezone.get_default_timezone()).strftime("%Y-%m-%dT%H:%M")

    assert (
        client.post(f"/kerja/tunda/{clock.pk}/", {"sampai": "sendiri", "waktu": late, "alasan": "agreed"}).status_code
        == 422
    )
    assert client.post(f"/kerja/tunda/{clock.pk}/", NOW).status_code == 302


def test_the_head_sees_what_others_put_off_and_strangers_nothing(counter):
    case, clock = opened(counter)
    signed_in(counter.manager).post(f"/kerja/tunda/{clock.pk}/", NOW)

    assert case.code in signed_in(counter.team.head).get("/kerja/ditunda/").content.decode()
    stranger = signed_in(counter.first)
    assert case.code not in stranger.get("/kerja/ditunda/").content.decode()
    assert stranger.get(f"/kerja/tunda/{clock.pk}/").status_code == 404
    assert stranger.post(f"/kerja/ditunda/{clock.pk}/kembalikan").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_what_is_put_off_still_escalates(counter):
    _case, clock = opened(counter)
    signed_in(counter.manager).post(f"/kerja/tunda/{clock.pk}/", NOW)
    assert clock.escalates_at is not None

    assert escalate_due(at=clock.escalates_at + timedelta(seconds=1)) > 0

    clock.refresh_from_db()
    assert clock.level == 1
