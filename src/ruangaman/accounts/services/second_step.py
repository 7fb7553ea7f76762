"""The second step: a code of this half-minute, or a printed one. The machinery is allauth's, the marks are ours."""

from __future__ import annotations

import base64
import re
import unicodedata
from datetime import datetime

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.db import connection, transaction
from django.utils.translation import gettext as _

from ruangaman.accounts import events
from ruangaman.accounts.errors import AlreadyThere, WrongCode
from ruangaman.accounts.models import User
from ruangaman.accounts.services import attempts
from ruangaman.accounts.types import Enrolment
from ruangaman.audit import services as audit

CODE_DIGITS = 6


def describe_enrolment(*, user: User, secret: str) -> Enrolment:
    """Return the secret of a second step as a picture to scan and as text to type."""
    return Enrolment(secret, draw_code(get_adapter().build_totp_url(user, secret)))


def draw_code(text: str) -> str:
    """Return a text as a picture to scan (QR, dark on white), as an address for an `img`."""
    drawn = get_adapter().build_totp_svg(text)
    on_paper = re.sub(r"(<svg[^>]*>)", r'\1<rect width="100%" height="100%" fill="#fff"/>', drawn, count=1)
    return "data:image/svg+xml;base64," + base64.b64encode(on_paper.encode()).decode("ascii")


@transaction.atomic
def enrol_second_step(*, secret: str, code: str, by: User, at: datetime) -> None:
    """Keep a second step for `by`, once a code shows that the other device has the secret.

    Raises:
        WrongCode: the code is not this secret's.
        AlreadyThere: there is one already; only its holder may replace it.

    Writes: the sealed secret, the seed of the printed codes, the mark of the used code, one event.
    """
    counter = _matching_counter(secret, code, at)
    if counter is None:
        raise WrongCode(_("Kode ini tidak cocok. Lihat kode yang sekarang tampil di aplikasi, lalu coba lagi."))
    if has_second_step(by):
        raise AlreadyThere(_("Langkah kedua Anda sudah terpasang."))
    TOTP.activate(by, secret)
    RecoveryCodes.activate(by)
    _mark_used(by, counter)
    audit.record(events.ENROLLED, by=by, subject=str(by.pk), at=at)


@transaction.atomic
def pass_second_step(*, user: User, code: str, at: datetime) -> Authenticator:
    """Take a code of this half-minute, or one of the printed ones, and return what it belonged to.

    Raises:
        WrongCode: neither, or used before. The sentence does not say which.

    Writes: the mark of the used code; for a printed code one event.
    """
    typed = normal_code(code)
    found = _pass_totp(user, typed, at) if len(typed) == CODE_DIGITS else _pass_printed(user, typed, at)
    if found is None:
        raise WrongCode(_wrong(typed))
    attempts.clear_tries(attempts.second_key(user.pk)["second"])
    return found


@transaction.atomic
def renew_recovery_codes(*, code: str, by: User, at: datetime) -> None:
    """Make new printed codes; the old ones open nothing any more. Asks for a code, for whoever sits at an open screen.

    Raises:
        WrongCode: the code is wrong or was used.
    """
    pass_second_step(user=by, code=code, at=at)
    Authenticator.objects.filter(user=by, type=Authenticator.Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(by)
    audit.record(events.CODES_RENEWED, by=by, subject=str(by.pk), at=at)


def has_second_step(user: User) -> bool:
    """Whether a second step is kept for somebody. Row-level security: only asked for who is looking."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def unused_codes(user: User) -> list[str]:
    """Return the printed codes that are still good, each in two groups of four."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return [f"{code[:4]} {code[4:]}" for code in RecoveryCodes(row).get_unused_codes()] if row else []


def normal_code(code: str) -> str:
    """Return a typed code without what people put between digits."""
    return "".join(one for one in unicodedata.normalize("NFKC", code) if one in "0123456789")


def _wrong(typed: str) -> str:
    """Say what to do, by the length of what was typed: it says nothing about whose it is."""
    if len(typed) == CODE_DIGITS:
        return _("Kode ini tidak cocok atau sudah dipakai. Tunggu kode berikutnya, lalu coba lagi.")
    return _("Kode ini tidak cocok atau sudah dipakai. Periksa angkanya, atau ambil kode cadangan yang lain.")


def _pass_totp(user: User, code: str, at: datetime) -> Authenticator | None:
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if row is None:
        return None
    counter = _matching_counter(decrypt(row.data["secret"]), code, at)
    return row if counter is not None and _mark_used(user, counter) else None


def _pass_printed(user: User, code: str, at: datetime) -> Authenticator | None:
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    if row is None or not RecoveryCodes(row).validate_code(code):
        return None
    left = len(unused_codes(user))
    audit.record(events.RECOVERY_CODE_USED, by=user, subject=str(user.pk), at=at, detail={"left": left})
    return row


def _matching_counter(secret: str, code: str, at: datetime) -> int | None:
    """Return the half-minute whose code this is: the present one, the one before or the one after."""
    typed, now = normal_code(code), int(at.timestamp()) // int(app_settings.TOTP_PERIOD)
    for counter in (now, now - 1, now + 1):
        if compare_user_code(actual=typed, expected=format_hotp_value(hotp_value(secret, counter))):
            return counter
    return None


def _mark_used(user: User, counter: int) -> bool:
    """Remember the half-minute. False: it, or a later one, was used already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_codemark AS m (user_id, counter) VALUES (%s, %s) ON CONFLICT (user_id)"
            " DO UPDATE SET counter = excluded.counter WHERE m.counter < excluded.counter",
            [user.pk, counter],
        )
        return bool(cursor.rowcount)
