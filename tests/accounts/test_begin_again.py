"""An account whose keys were recovered: its sessions are over, its phone is kept or not, as was said."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator

from ruangaman.accounts import services
from ruangaman.audit.models import AuditEvent
from ruangaman.audit.services import unit_of_work
from ruangaman.audit.types import Role
from ruangaman.core import clock
from tests.factories.accounts import make_office

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("drops", [True, False])
def test_sessions_end_and_the_second_step_goes_only_with_the_phone(drops):
    user = make_office().user()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    before = user.get_session_auth_hash()

    with unit_of_work(Role.MIGRATE):
        services.begin_again(user=user, drops_second_step=drops, at=clock.now())

    user.refresh_from_db()
    assert user.get_session_auth_hash() != before
    assert Authenticator.objects.filter(user=user).exists() is not drops
    told = AuditEvent.objects.get(type="accounts.began_again")
    assert (told.subject, told.detail) == (str(user.pk), {"second_step_dropped": drops})
