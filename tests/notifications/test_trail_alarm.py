"""The letter when the trail is not what was signed: to those who check, and it says nothing."""

from __future__ import annotations

import pytest
from django.conf import settings

from ruangaman.accounts.types import Role
from ruangaman.notifications import jobs
from ruangaman.notifications.types import AlarmNotSent
from ruangaman.vault.services.checkpoints import ALARM
from tests.factories.accounts import make_office
from tests.support.mailbox import mail_server

pytestmark = pytest.mark.django_db


def test_those_who_check_the_trail_are_written_to(monkeypatch):
    office = make_office()
    office.user(Role.AUDITOR)
    with mail_server() as box:
        monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
        monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
        monkeypatch.setattr(settings, "EMAIL_PORT", box.port)
        assert jobs.alarm_trail() == 2
    assert jobs.alarm_trail.name == ALARM


def test_a_dead_mail_server_is_tried_again(monkeypatch):
    make_office()
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "EMAIL_PORT", 9)
    with pytest.raises(AlarmNotSent):
        jobs.alarm_trail()
