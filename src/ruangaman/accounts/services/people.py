"""Agencies, units and the people in them. Their keys are made in the vault and count once two officers signed them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ruangaman.accounts import events, policies
from ruangaman.accounts.errors import AlreadyThere, NotGoodEnough
from ruangaman.accounts.models import Agency, Unit, User
from ruangaman.accounts.services.attempts import normal_name
from ruangaman.accounts.types import AgencyKind, Role
from ruangaman.audit import services as audit
from ruangaman.core.errors import NotAllowed
from ruangaman.vault import services as vault
from ruangaman.vault.types import PrincipalKind


@transaction.atomic
def create_unit(
    *, agency: Agency, code: str, name: str, officers: Sequence[User] = (), by: User | None, at: datetime
) -> Unit:
    """Make a unit of an agency, with its break-glass keys if its emergency officers are there already.

    Args:
        officers: at most four; without them `appoint_emergency_officers` follows once the unit has people.
        by: None for the installation itself.

    Raises:
        NotAllowed, AlreadyThere.
    """
    if by is not None:
        raise NotAllowed(_("Unit dibuat saat pemasangan."))
    if Unit.objects.filter(code=code).exists():
        raise AlreadyThere(_("Sudah ada unit dengan kode itu."))
    unit = Unit.objects.create(agency=agency, code=code, name=name)
    audit.record(events.UNIT_CREATED, by=by, subject=code, at=at, detail={"agency": agency.code})
    if officers:
        appoint_emergency_officers(unit=unit, officers=officers, by=by, at=at)
    return unit


@transaction.atomic
def appoint_emergency_officers(*, unit: Unit, officers: Sequence[User], by: User | None, at: datetime) -> Unit:
    """Give a unit its break-glass keys, held by at most four people (vault.md rule 13).

    Raises:
        NotAllowed: `by` may not, or there are none or more than four.
        KeyNotSigned: the key of one of them is not signed by two key officers.
        AlreadyThere: the unit has such keys; `services.emergency` changes their holders.
    """
    if not policies.can_manage_people(by, unit):
        raise NotAllowed(_("Anda tidak berwenang mengatur petugas unit ini."))
    if unit.breakglass_id is not None:
        raise AlreadyThere(_("Unit ini sudah punya kunci darurat."))
    members = [officer.principal_id for officer in officers]
    unit.breakglass_id = vault.create_group(kind=PrincipalKind.BREAKGLASS, members=members, by=by, at=at)
    unit.save(update_fields=["breakglass"])
    return unit


@transaction.atomic
def create_agency(*, code: str, name: str, kind: AgencyKind, at: datetime) -> Agency:
    """Make an agency at set-up; calling again changes nothing."""
    agency, _new = Agency.objects.get_or_create(code=code, defaults={"name": name, "kind": kind})
    return agency


@transaction.atomic
def create_user(
    *,
    username: str,
    password: str,
    role: Role,
    unit: Unit,
    display_name: str,
    email: str,
    by: User | None,
    at: datetime,
) -> User:
    """Make an account with its keys behind its first password.

    Args:
        email: where the alarm goes; may be empty.
        by: None for the installation itself, before anybody can sign in.

    Raises:
        NotAllowed: `by` may not make accounts in this unit.
        AlreadyThere: the user name is taken.
        NotGoodEnough: the password.

    Writes: principal, keys and door in the vault (one Argon2id run), the account, events.
    """
    username = normal_name(username)
    if not policies.can_manage_people(by, unit):
        raise NotAllowed(_("Anda tidak berwenang membuat akun di unit ini."))
    if User.objects.filter(username=username).exists():
        raise AlreadyThere(_("Nama pengguna itu sudah dipakai."))
    fault = policies.password_fault(password, username=username, display_name=display_name)
    if fault is not None:
        raise NotGoodEnough(fault)
    person = vault.create_person(password=password, at=at, by=by)
    user = User.objects.create(
        username=username,
        email=email,
        display_name=display_name,
        role=role,
        unit=unit,
        principal_id=person.principal_id,
    )
    audit.record(events.USER_CREATED, by=by, subject=str(user.pk), at=at, detail={"role": str(role), "unit": unit.code})
    return user


@transaction.atomic
def set_language(*, language: str, by: User, at: datetime) -> None:
    """Show the screens of `by` in another language. Raises NotAllowed: there is no such language."""
    if language not in dict(User._meta.get_field("language").choices or ()):
        raise NotAllowed(_("Bahasa itu belum ada."))
    by.language = language
    by.save(update_fields=["language"])
    audit.record(events.LANGUAGE_CHANGED, by=by, subject=str(by.pk), at=at, detail={"language": language})


def set_single_keys(*, is_on: bool, by: User, at: datetime) -> None:
    """Let single letters be shortcuts on the pages of `by`, or not any more. Applies from the next page on.

    Writes: the account, one `accounts.shortcuts_changed` event.
    """
    by.single_keys = is_on
    by.save(update_fields=["single_keys"])
    audit.record(events.SHORTCUTS_CHANGED, by=by, subject=str(by.pk), at=at, detail={"on": is_on})


@transaction.atomic
def begin_again(*, user: User, drops_second_step: bool, at: datetime) -> None:
    """End every session of somebody whose keys were recovered; without the phone the second step is set up anew.

    Writes: the account's session epoch, perhaps the second step, one event.
    """
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    if drops_second_step:
        Authenticator.objects.filter(user=user).delete()
    audit.record(
        events.BEGAN_AGAIN, by=None, subject=str(user.pk), at=at, detail={"second_step_dropped": drops_second_step}
    )
