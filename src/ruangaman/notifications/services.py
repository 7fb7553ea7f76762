"""Calling the desk: outside of any transaction, each person once."""

from __future__ import annotations

import smtplib
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from ruangaman.accounts.models import FormerAddress, User
from ruangaman.audit.services import record, unit_of_work
from ruangaman.audit.types import Role
from ruangaman.notifications import events, selectors
from ruangaman.notifications.models import AlarmSent
from ruangaman.notifications.types import AlarmKind, AlarmNotSent, GlassCall


def send_alarm(*, report_id: UUID, desk_id: UUID, kind: AlarmKind, at: datetime) -> int:
    """Write to everybody who has to be called and was not yet; the letter says only that something is there.

    Each letter is sent outside of any transaction and noted at once, so a repetition reaches those who are left.

    Raises:
        AlarmNotSent: for some the mail server could not be reached or refused; the others have theirs.

    Writes: one row for each letter that the mail server took, and one event.
    """
    with unit_of_work(Role.WORKER):
        people = selectors.list_unreached(report_id=report_id, desk_id=desk_id, kind=kind, at=at)
    reached = 0
    for person in people:
        if not _is_sent(_letter(person)):
            continue
        with unit_of_work(Role.WORKER):
            AlarmSent.objects.bulk_create(
                [AlarmSent(report_id=report_id, user=person, kind=kind, sent_at=at)], ignore_conflicts=True
            )
        reached += 1
    if reached:
        with unit_of_work(Role.WORKER):
            detail: dict[str, str | int | bool | list[str] | None] = {"kind": kind.value, "people": reached}
            record(events.ALARMED, by=None, subject=str(report_id), at=at, detail=detail)
    if reached < len(people):
        raise AlarmNotSent(f"{len(people) - reached} of {len(people)} letters did not go out.")
    return reached


def send_trail_alarm() -> int:
    """Write to everybody who checks the trail that it has to be looked into. Returns how many letters went out.

    Raises:
        AlarmNotSent: the mail server could not be reached or refused some; all are written to again then.
    """
    with unit_of_work(Role.WORKER):
        people = selectors.list_checkers()
    failed = 0
    for person in people:
        failed += not _is_sent(_trail_letter(person))
    if failed:
        raise AlarmNotSent(f"{failed} of {len(people)} letters did not go out.")
    return len(people)


def _trail_letter(person: User) -> EmailMessage:
    with translation.override(person.language):
        return EmailMessage(
            subject=_("Ada yang perlu diperiksa"),
            body=_("Ada yang perlu Anda periksa hari ini. Masuk dan buka: %(address)s")
            % {"address": f"{settings.RUANGAMAN_URL}/pengaturan/jejak/akar/"},
            to=[person.email],
        )


def tell_person(*, user_id: UUID) -> int:
    """Write to somebody that the way into their account was changed, not how: whoever did it wrongly is found out.

    Raises:
        AlarmNotSent: the mail server could not be reached or refused.

    Returns:
        How many letters went out: none to who has no address or has left.
    """
    person = _reachable(user_id)
    if person is None:
        return 0
    with translation.override(person.language):
        letter = EmailMessage(
            subject=_("Cara masuk akun Anda diubah"),
            body=_(
                "Cara masuk akun Anda di Ruang Aman baru saja diubah atas permintaan. Bila Anda tidak meminta apa pun,"
                " segera hubungi kepala unit atau petugas pelindungan data."
            ),
            to=[person.email],
        )
    if not _is_sent(letter):
        raise AlarmNotSent("The letter did not go out.")
    return 1


def tell_of_clock(*, about: UUID, user_id: UUID, at: datetime) -> int:
    """Write to somebody once that something waits for them; the letter says neither what nor where.

    Args:
        about: key of one step of one clock (`clocks.services`).

    Raises:
        AlarmNotSent: the mail server could not be reached or refused.

    Returns:
        How many letters went out: none to who had it before, has no address or has left.

    Writes: one row once the mail server took the letter.
    """
    with unit_of_work(Role.WORKER):
        people = User.objects.filter(pk=user_id, is_active=True).exclude(email="")
        person = people.only("id", "email", "language", "is_active").first()
        if AlarmSent.objects.filter(report_id=about, user_id=user_id, kind=AlarmKind.LATE).exists():
            return 0
    if person is None:
        return 0
    with translation.override(person.language):
        letter = EmailMessage(
            subject=_("Ada yang menunggu Anda"),
            body=_("Ada batas waktu yang hampir habis atau sudah lewat. Buka antrean kerja Anda: %(address)s")
            % {"address": _queue_address()},
            to=[person.email],
        )
    if not _is_sent(letter):
        raise AlarmNotSent("The letter did not go out.")
    with unit_of_work(Role.WORKER):
        AlarmSent.objects.bulk_create(
            [AlarmSent(report_id=about, user=person, kind=AlarmKind.LATE, sent_at=at)], ignore_conflicts=True
        )
    return 1


def call_glass(*, user_id: UUID, kind: GlassCall) -> int:
    """Write to somebody that an opening by an emergency key needs them: of which case, by whom and why stands nowhere.

    Raises:
        AlarmNotSent: the mail server could not be reached or refused.

    Returns:
        How many letters went out: none to who has no address or has left.
    """
    person = _reachable(user_id)
    if person is None:
        return 0
    with translation.override(person.language):
        letter = EmailMessage(
            subject=_("Ada yang perlu Anda lihat sekarang"),
            body="\n\n".join(
                [_glass_words(kind), _("Masuk dan buka: %(address)s") % {"address": _glass_address(kind)}]
            ),
            to=[person.email],
        )
    if not _is_sent(letter):
        raise AlarmNotSent("The letter did not go out.")
    return 1


def _glass_words(kind: GlassCall) -> str:
    """Return what is the matter, as far as whoever reads over a shoulder may learn it."""
    return {
        GlassCall.ASKED: _("Seseorang menunggu jawaban Anda sebagai orang kedua."),
        GlassCall.AGREED: _("Yang Anda minta sudah disetujui."),
        GlassCall.OPENED: _("Kunci darurat sedang dipakai."),
        GlassCall.OFTEN: _("Kunci darurat dipakai lebih sering dari biasanya."),
        GlassCall.LATE: _("Ada pemakaian kunci darurat yang belum ditinjau pada waktunya."),
        GlassCall.FROZEN: _("Hak Anda memakai kunci darurat dibekukan sampai yang terakhir ditinjau."),
    }[kind]


def _glass_address(kind: GlassCall) -> str:
    """Return where to look: that one runs stands in the queue, of the case's manager too, who has no page of them."""
    return f"{settings.RUANGAMAN_URL}/{'kerja' if kind is GlassCall.OPENED else 'darurat'}/"


def call_person(*, user_id: UUID) -> int:
    """Write to somebody that something waits for them: the letter of the desk, which says nothing else.

    Raises:
        AlarmNotSent: the mail server could not be reached or refused.

    Returns:
        How many letters went out: none to who has no address or has left.
    """
    person = _reachable(user_id)
    if person is None:
        return 0
    if not _is_sent(_letter(person)):
        raise AlarmNotSent("The letter did not go out.")
    return 1


def _reachable(user_id: UUID) -> User | None:
    """Return where somebody is written to; None: nowhere, or they have left. Of a person nothing else is read."""
    with unit_of_work(Role.WORKER):
        people = User.objects.filter(pk=user_id, is_active=True).exclude(email="")
        return people.only("id", "email", "language", "is_active").first()


def tell_former(*, letter_id: UUID) -> int:
    """Write once more where somebody was reached before that something about their account changed, not what.

    Raises:
        AlarmNotSent: the mail server could not be reached or refused.

    Returns:
        How many letters went out: none if it was sent before, or the address is forgotten.

    Writes: deletes the address once the mail server took the letter.
    """
    with unit_of_work(Role.WORKER):
        row = FormerAddress.objects.filter(pk=letter_id).first()
        person = User.objects.only("id", "language").get(pk=row.user_id) if row else None
    if row is None or person is None:
        return 0
    with translation.override(person.language):
        letter = EmailMessage(
            subject=_("Akun Anda diubah"),
            body=_(
                "Sesuatu pada akun Anda di Ruang Aman baru saja diubah. Bila Anda tidak tahu tentang ini, segera"
                " hubungi kepala unit atau petugas pelindungan data."
            ),
            to=[row.email],
        )
    if not _is_sent(letter):
        raise AlarmNotSent("The letter did not go out.")
    with unit_of_work(Role.WORKER):
        FormerAddress.objects.filter(pk=letter_id)._raw_delete("default")
    return 1


def _is_sent(letter: EmailMessage) -> bool:
    """Send it; False: the mail server could not be reached or refused. Its words name an address: they are not kept."""
    try:
        letter.send()
    except (smtplib.SMTPException, OSError):
        return False
    return True


def _letter(person: User) -> EmailMessage:
    """Return the letter: no code, no kind, no danger; whoever reads over a shoulder learns nothing."""
    with translation.override(person.language):
        return EmailMessage(
            subject=_("Ada yang baru di antrean"),
            body=_("Ada yang baru di antrean. Buka antrean kerja Anda: %(address)s") % {"address": _queue_address()},
            to=[person.email],
        )


def _queue_address() -> str:
    return f"{settings.RUANGAMAN_URL}/kerja/"
