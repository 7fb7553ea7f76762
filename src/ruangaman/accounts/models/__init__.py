"""Agencies, their units and desks, and the people who sign in. Keys live in the vault."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ruangaman.accounts.models.declared import AvoidedPlace as AvoidedPlace
from ruangaman.accounts.models.declared import Relative as Relative
from ruangaman.accounts.types import AgencyKind, Permission, RequestKind, Role, permissions_of


class Agency(models.Model):
    """A body that takes part: the office itself, the police, a hospital."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=AgencyKind)

    class Privacy:
        plain = frozenset({"id", "code", "name", "kind"})
        linkable: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A part of an agency that works on cases; `avoid` and oversight speak of units."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="units")
    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=120)
    breakglass = models.ForeignKey("vault.Principal", on_delete=models.PROTECT, null=True, related_name="+")

    class Privacy:
        plain = frozenset({"id", "agency", "code", "name", "breakglass"})
        linkable: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return self.name


class Desk(models.Model):
    """A counter that takes reports. The alternatives are tried in the order of `position`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="desks")
    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=120)
    principal = models.OneToOneField("vault.Principal", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(unique=True)

    class Privacy:
        plain = frozenset({"id", "unit", "code", "name", "principal", "position"})
        linkable: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds people by user name; people are made by `accounts.services`, never here."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the person with this user name."""
        return self.get(username=username)


class User(AbstractBaseUser):
    """Somebody who signs in. The password is a door in the vault, not a column here."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    username = models.CharField(_("nama pengguna"), max_length=64, unique=True)
    email = models.EmailField(blank=True)
    display_name = models.CharField(max_length=80)
    role = models.CharField(max_length=16, choices=Role)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="users")
    principal = models.OneToOneField("vault.Principal", on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)
    left_at = models.DateTimeField(null=True)
    emergency_frozen_at = models.DateTimeField(null=True)
    """Since when nothing is opened with an emergency key: an earlier opening was not reviewed in time."""
    language = models.CharField(max_length=2, default="id", choices=[("id", "Indonesia"), ("en", "English")])
    session_epoch = models.PositiveIntegerField(default=0)
    single_keys = models.BooleanField(default=True, db_default=True)
    """Whether single letters are shortcuts on this person's pages (WCAG 2.1.4)."""
    last_login = None  # signing in is an audit event, not a column that is rewritten
    password = ""

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    keyring: Any = None
    """The unlocked keys, set by the door for one request; None while the session is locked."""
    desk_principals: tuple[UUID, ...] = ()
    """Principals of the desks this person sits at, set by the door."""
    desk_ids: tuple[UUID, ...] | None = None
    """Those desks, set by the door; None: nobody has asked yet."""
    has_second_factor: bool = False
    """Whether a second factor is enrolled, or passed for the demo; set by the door."""
    is_vouched: bool = True
    """False while the key waits for two officers' signatures, set by the door: until then no verb is given."""
    waits_at: str = ""
    """Where something has to be done before any other page, set by the door; empty: nowhere."""

    class Privacy:
        plain = frozenset(
            {
                "id", "role", "unit", "principal", "is_active", "left_at", "emergency_frozen_at", "language",
                "session_epoch", "single_keys",
            }
        )  # fmt: skip
        linkable = frozenset({"username", "email", "display_name"})

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="user_role_known", condition=Q(role__in=Role.values)),
        ]
        indexes: ClassVar = [models.Index("id", name="user_gone", condition=Q(is_active=False))]

    def __str__(self) -> str:
        return self.display_name

    def has(self, permission: Permission | str | None) -> bool:
        """Whether the role gives this verb, to who is here and has a key that counts."""
        return self.is_active and self.is_vouched and permission in permissions_of(self.role)

    @property
    def principals(self) -> list[UUID]:
        """Whose grants this person may use: the own principal first, then the desks."""
        return [self.principal_id, *self.desk_principals]

    @property
    def oversight_units(self) -> list[UUID]:
        """Units whose caseload this person oversees."""
        return [self.unit_id] if self.has(Permission.CASE_OVERSEE) else []

    def set_password(self, raw_password: str | None) -> None:
        """Refuse: a password is a door, and only `accounts.services` can rewrap the keys behind it."""
        raise RuntimeError("Passwords are doors of the vault; use accounts.services.")

    def check_password(self, raw_password: str | None) -> bool:
        """Refuse: a password is tried by the backend, which needs the keys that it opens."""
        raise RuntimeError("Passwords are doors of the vault; use the authentication backend.")

    def has_usable_password(self) -> bool:
        """Say yes: everybody has a password door."""
        return True

    def get_session_auth_hash(self) -> str:
        """Return what ends every other session when it changes."""
        return f"{self.pk}:{self.session_epoch}"

    def get_session_auth_fallback_hash(self) -> Any:
        """Return no older hashes: a change of password ends other sessions at once."""
        return iter(())


class Invitation(models.Model):
    """A paper that lets one person make keys: somebody new, or somebody who lost both doors."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code_mac = models.BinaryField(unique=True)
    """Of the printed code, under the pepper; the code itself is on the paper only."""
    username = models.CharField(max_length=64)
    display_name = models.CharField(max_length=80)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=16, choices=Role)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    """Whom it gives fresh keys, from the beginning; or who came of it, once it is used."""
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Privacy:
        plain = frozenset({"id", "role", "unit", "user", "made_by", "made_at", "expires_at", "used_at", "withdrawn_at"})
        linkable = frozenset({"code_mac", "username", "display_name", "email"})

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="invitation_role_known", condition=Q(role__in=Role.values)),
            models.UniqueConstraint(
                fields=["username"], condition=Q(used_at=None, withdrawn_at=None), name="invitation_open_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class DoorRequest(models.Model):
    """What one person asks for somebody and a second person decides: nobody opens a way back in alone."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=RequestKind)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    instead_of = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    """Who gives the emergency key up when `user` gets it; None: nobody has to."""
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_approved = models.BooleanField(null=True)
    done_at = models.DateTimeField(null=True)

    class Privacy:
        plain = frozenset(
            {
                "id", "kind", "user", "instead_of", "asked_by", "asked_at", "decided_by", "decided_at", "is_approved",
                "done_at",
            }
        )  # fmt: skip
        linkable: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="request_kind_known", condition=Q(kind__in=RequestKind.values)),
            models.CheckConstraint(
                name="request_needs_two_people", condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by"))
            ),
            models.CheckConstraint(
                name="request_decided_fields_go_together",
                condition=Q(decided_by=None, decided_at=None, is_approved=None, done_at=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False, is_approved__isnull=False),
            ),
            models.CheckConstraint(
                name="request_replaces_somebody_else",
                condition=Q(instead_of=None) | Q(kind=RequestKind.EMERGENCY) & ~Q(instead_of=F("user")),
            ),
            models.UniqueConstraint(
                fields=["kind", "user"],
                condition=Q(decided_at=None) & ~Q(kind=RequestKind.REGRANT),
                name="request_open_once",
            ),
            models.UniqueConstraint(  # there the one who asks is the one who does it
                fields=["user", "asked_by"],
                condition=Q(decided_at=None, kind=RequestKind.REGRANT),
                name="request_regrant_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class FormerAddress(models.Model):
    """Where somebody was written to before: for one last letter. Gone once it is sent, or after two days."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField()
    until = models.DateTimeField()

    class Privacy:
        plain = frozenset({"id", "user", "until"})
        linkable = frozenset({"email"})

    def __str__(self) -> str:
        return str(self.id)


class FormerKeys(models.Model):
    """Keys that somebody had before fresh ones: the trail still knows whose acts theirs were."""

    principal = models.OneToOneField("vault.Principal", on_delete=models.PROTECT, primary_key=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="former_keys")
    until = models.DateTimeField()

    class Privacy:
        plain = frozenset({"principal", "user", "until"})
        linkable: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return str(self.principal_id)


class DeskMember(models.Model):
    """Somebody who sits at a desk and therefore holds its keys."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="desk_memberships")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Privacy:
        plain = frozenset({"id", "desk", "user", "since", "until"})
        linkable: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["desk", "user"], condition=Q(until=None), name="desk_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.user_id}"


class DutyShiftQuerySet(models.QuerySet["DutyShift"]):
    """Who is on duty."""

    def at(self, moment: datetime) -> Self:
        """Shifts that run at `moment`."""
        return self.filter(starts_at__lte=moment, ends_at__gt=moment)


class DutyShift(models.Model):
    """A turn of duty at a desk: whom the alarm reaches."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="shifts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    objects = DutyShiftQuerySet.as_manager()

    class Privacy:
        plain = frozenset({"id", "desk", "user", "starts_at", "ends_at"})
        linkable: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="shift_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
        ]
        indexes: ClassVar = [models.Index(fields=["desk", "ends_at"], name="shift_by_desk")]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.starts_at:%F %R}"


class SignInAttempt(models.Model):
    """How often a door was tried in vain. The key is an HMAC: neither a user name nor an address can be read here."""

    key = models.BinaryField(primary_key=True)
    """`services.attempt_keys`: of a user name as it was typed, of an address prefix, or of a person's second step."""
    failures = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True)

    class Privacy:
        plain = frozenset({"failures", "last_at"})
        linkable = frozenset({"key"})

    def __str__(self) -> str:
        return f"{self.failures} {self.last_at:%F %R}"


class CodeMark(models.Model):
    """The last half-minute whose code somebody used: a code, and any older one, is never taken again."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="+")
    counter = models.PositiveBigIntegerField()

    class Privacy:
        plain = frozenset({"user", "counter"})
        linkable: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return f"{self.user_id} {self.counter}"
