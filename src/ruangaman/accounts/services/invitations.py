"""Invitations: a paper handed over in person, by which somebody makes their own keys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ruangaman.accounts import events, policies, selectors
from ruangaman.accounts.errors import AlreadyThere, BadInvitation
from ruangaman.accounts.models import Invitation, Unit, User
from ruangaman.accounts.services import attempts
from ruangaman.accounts.services.letters import call_heads, call_officers
from ruangaman.accounts.services.passwords import release_connection
from ruangaman.accounts.types import Onboarding, Paper, Role
from ruangaman.audit import services as audit
from ruangaman.audit.types import Role as DatabaseRole
from ruangaman.core.errors import Busy, NotAllowed, NotFound
from ruangaman.vault import pepper
from ruangaman.vault import services as vault
from ruangaman.vault.sessions import StaffSessionStore


@transaction.atomic
def invite(
    *, username: str, display_name: str, email: str, role: Role, unit: Unit, by: User, at: datetime
) -> tuple[Invitation, str]:
    """Invite somebody new; return the invitation and its code, which is kept nowhere but on the paper.

    An invitation of the same name that is too old makes room.

    Raises:
        NotAllowed: `by` is not in charge of this unit, or may not give this role.
        AlreadyThere: the user name is taken, or invited already; the words say why, and which one is free.

    Writes: the invitation, one `accounts.invited` event.
    """
    username = attempts.normal_name(username)
    if not policies.can_manage_people(by, unit):
        raise NotAllowed(_("Anda tidak berwenang membuat akun di unit ini."))
    if not policies.can_give_role(by, role):
        raise NotAllowed(_("Administrator hanya diundang oleh administrator."))
    taken = User.objects.filter(username=username).first()
    if taken is not None:
        raise AlreadyThere(_taken_words(taken))
    open_ones = Invitation.objects.filter(username=username, used_at=None, withdrawn_at=None)
    open_ones.filter(expires_at__lte=at).update(withdrawn_at=at)
    if open_ones.exists():
        raise AlreadyThere(_("Nama pengguna itu sudah diundang. Tarik undangan yang lama dahulu."))
    facts = {"username": username, "display_name": display_name, "email": email, "role": role, "unit": unit}
    return _make(facts, user=None, by=by, at=at)


def invite_again(*, user: User, by: User, at: datetime) -> tuple[Invitation, str]:
    """Give somebody whose doors are both lost a paper for fresh keys; for `requests`, once a second person approved.

    Writes: the invitation, one `accounts.invited` event; an older one for the same person is withdrawn.
    """
    Invitation.objects.filter(user=user, used_at=None, withdrawn_at=None).update(withdrawn_at=at)
    facts = {
        "username": user.username,
        "display_name": user.display_name,
        "email": user.email,
        "role": user.role,
        "unit": user.unit,
    }
    return _make(facts, user=user, by=by, at=at)


@transaction.atomic
def withdraw_invitation(*, invitation_id: UUID, by: User, at: datetime) -> None:
    """Make an invitation worthless. Raises NotFound: there is none that `by` may withdraw and that is still open."""
    open_ones = Invitation.objects.filter(pk=invitation_id, used_at=None, withdrawn_at=None)
    if not open_ones.update(withdrawn_at=at):
        raise NotFound(_("Undangan itu tidak ada."))
    audit.record(events.INVITATION_WITHDRAWN, by=by, subject=str(invitation_id), at=at)


def forget_invitations(*, at: datetime) -> int:
    """Delete the invitations that ended a month ago, used or not: the name is in the account. Returns how many."""
    return Invitation.objects.filter(expires_at__lt=at - policies.INVITATION_KEPT)._raw_delete("default")


def end_addresses(*, at: datetime) -> int:
    """Forget where to write to those whose invitation became too old; one that is used or withdrawn forgets by itself.

    Name, role and unit stay until `forget_invitations`, so that whoever is in charge sees what came of the paper.
    Returns how many.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_end_addresses(%s)", [at])
        return int(cursor.fetchone()[0])


def read_paper(*, code: str, at: datetime) -> Paper | None:
    """Return whose invitation a typed code is; None: nobody's, used, withdrawn or too old."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_read_invitation(%s, %s)", [_mac(code), at])
        row = cursor.fetchone()
    return Paper(row[0], row[1], row[2], row[3] is not None) if row else None


def try_paper(*, code: str, address: str, at: datetime) -> Paper | datetime | None:
    """Try a typed code: whose it is; until when nothing is tried; or None, and nobody learns why.

    Writes: the counted try; a wrong one is told to the trail.
    """
    keys = attempts.attempt_keys(username=f"undangan {vault.printed_secret(code)}", address=address)
    wait = attempts.count_try(keys, at=at)
    if wait is not None:
        return wait
    paper = read_paper(code=code, at=at)
    if paper is None:
        audit.record(events.INVITATION_REFUSED, by=None, subject="unknown", at=at)
        return None
    for key in keys.values():
        attempts.give_back_try(key)
    return paper


def prepare_first_password(*, cookie: str, password: str, at: datetime) -> Onboarding:
    """Make the keys for the code that somebody typed in this session. Call outside of any unit of work."""
    with audit.unit_of_work(DatabaseRole.WEB):
        code = StaffSessionStore(cookie).get(selectors.INVITED, "")
    return prepare_onboarding(code=code, password=password, at=at)


def prepare_onboarding(*, code: str, password: str, at: datetime) -> Onboarding:
    """Make the keys behind a first password. Call outside of any unit of work: one slow hash. Nothing is written."""
    with audit.unit_of_work(DatabaseRole.WEB):
        paper = read_paper(code=code, at=at)
    release_connection()
    if paper is None:
        return Onboarding(code)
    fault = policies.password_fault(password, username=paper.username, display_name=paper.display_name)
    if fault is not None:
        return Onboarding(code, fault=fault)
    try:
        return Onboarding(code, person=vault.prepare_person(password=password, at=at))
    except Busy:
        return Onboarding(code, fault=_("Sedang ramai. Coba lagi sebentar lagi."))


@transaction.atomic
def accept_invitation(*, onboarding: Onboarding, at: datetime) -> User:
    """Make the account, or give it its fresh keys. They count once two key officers have signed them.

    Fresh keys end what the former ones did: doors, second step, sessions, seats at desks. Dossiers come back by
    `requests`, from a colleague's keyring.

    Raises:
        BadInvitation: it was used, withdrawn or became too old meanwhile; nothing is written.

    Writes: principal, key, door, the account, the invitation, one `accounts.invitation_used` event; the jobs that call
        the key officers, and the heads of units where nobody can open something any more.
    """
    if onboarding.person is None:
        raise BadInvitation(_("Undangan ini tidak berlaku lagi."))
    principal_id = vault.store_person(prepared=onboarding.person, at=at)
    with connection.cursor() as cursor:
        mac = _mac(onboarding.code)
        cursor.execute("SELECT accounts_accept_invitation(%s, %s, %s, %s)", [mac, uuid4(), principal_id, at])
        user_id = cursor.fetchone()[0]
    if user_id is None:
        raise BadInvitation(_("Undangan ini tidak berlaku lagi."))
    user = User.objects.select_related("unit__agency").get(pk=user_id)
    user.keyring = onboarding.person.keyring
    audit.record(events.INVITATION_USED, by=user, subject=str(user.pk), at=at)
    call_officers(at=at)
    call_heads(user=user, at=at)
    return user


def _taken_words(taken: User) -> str:
    words = {"free": free_name(taken.username)}
    if taken.is_active:
        return _("Nama pengguna itu sudah dipakai. Yang masih bebas: %(free)s.") % words
    return (
        _(
            "Nama pengguna itu milik orang yang sudah keluar, dan tidak dipakai orang lain: jejak tetap menyebutnya."
            " Yang masih bebas: %(free)s."
        )
        % words
    )


def free_name(username: str) -> str:
    """Return the first of a name with a number behind it that nobody has, had, or is invited by."""
    stem = username[:60].rstrip("0123456789") or username[:60]
    taken = set(User.objects.filter(username__startswith=stem).values_list("username", flat=True))
    taken |= set(Invitation.objects.filter(username__startswith=stem).values_list("username", flat=True))
    return next(name for number in range(2, 10_000) if (name := f"{stem}{number}") not in taken)


def _make(facts: dict[str, object], *, user: User | None, by: User, at: datetime) -> tuple[Invitation, str]:
    code = vault.new_printed_code()
    made = Invitation(
        code_mac=_mac(code), user=user, made_by=by, made_at=at, expires_at=at + policies.INVITATION_LIMIT, **facts
    )
    made.save(force_insert=True)
    detail: dict[str, str | int | bool | list[str] | None] = {"role": str(made.role), "unit": made.unit.code}
    if user is not None:
        detail["user"] = str(user.pk)
    audit.record(events.INVITED, by=by, subject=str(made.pk), at=at, detail=detail)
    return made, code


def _mac(code: str) -> bytes:
    return pepper.mac(pepper.Label.INVITATION, vault.printed_secret(code).encode())
