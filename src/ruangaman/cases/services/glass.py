"""Opening one case with the unit's emergency key: asked, agreed, begun, ended. Reading it is in `selectors.glass`.

Each step is done by a function of the database, which looks again at who asks and what is there; what is checked here
first gives the sentence. Whoever opens holds nothing of the case: the words have a dossier of their own.

Source: vault.md rule 13; security.md 3.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.audit import services as audit
from ruangaman.audit.types import Detail, Role
from ruangaman.cases import events, policies
from ruangaman.cases.errors import GlassFrozen, GlassShut, NoGlass, NotWrapped
from ruangaman.cases.models import Case, Glass
from ruangaman.cases.selectors.glass import Found, find_by_code, holds_key_of, list_reviewers, list_seconds
from ruangaman.cases.services.aside import seal_aside
from ruangaman.cases.services.telling import tell
from ruangaman.cases.types import GlassEnding, GlassReason, GlassState, GlassVerdict, review_due
from ruangaman.core.errors import NotAllowed

KIND = "glass"
"""Of the dossiers that hold the words of an opening and of its review."""
BEFORE = frozenset({GlassState.ASKED, GlassState.READY})
"""States in which an opening has not begun and still may."""


@transaction.atomic
def miss_glass(*, by: User, at: datetime) -> None:
    """Tell the trail that somebody tried a code that opens nothing for them; which one it was is not kept.

    Writes: one `cases.glass_missed` event.
    """
    audit.record(events.GLASS_MISSED, by=by, subject=by.unit.code, at=at)


@transaction.atomic
def ask_glass(
    *, code: str, reason: GlassReason, words: str, at_once: bool, by: User, at: datetime, glass_id: UUID
) -> Glass:
    """Ask to open a case by the unit's emergency key.

    Args:
        words: why, sealed for the one who asks, those who could agree and those who review.
        at_once: a life is in danger now: no second person is waited for.
        glass_id: the new row's id, minted with the form: sent twice, it is asked once.

    Raises:
        NoGlass: no such case, or not for `by` to know of.
        NotWrapped: the unit's emergency key, as `by` holds it, does not open the case.
        GlassFrozen: an earlier opening of `by` is not reviewed though it should be.
        GlassShut: `by` asked for this case already.
        Locked.

    Writes: a dossier with the words, the opening, a letter to those who could agree, one `cases.glass_asked` event.
    """
    found = _find(code, by)
    earlier = Glass.objects.filter(pk=glass_id, opener=by, case_id=found.case_id).first()
    if earlier is not None:
        return earlier
    _refuse_frozen(by, at)
    if any(one.state(at) in BEFORE for one in Glass.objects.filter(opener=by, case_id=found.case_id, opened_at=None)):
        raise GlassShut(_("Anda sudah meminta membuka kasus ini. Lanjutkan yang itu, atau batalkan dulu."))
    readers = {user.principal_id for user in (by, *list_seconds(unit_id=found.unit_id))}
    home, ref = seal_aside(KIND, words, readers, found.dossier_id, code, by=by, at=at)
    if not _call("cases_glass_ask", glass_id, code, reason.value, at_once, ref, home, at):
        raise GlassShut(_("Keadaannya berubah. Muat ulang halaman ini."))
    detail: Detail = {"reason": reason.value, "at_once": at_once}
    glass = Glass.objects.get(pk=glass_id)
    tell(events.GLASS_ASKED, _case_of(glass), by=by, at=at, detail=detail)
    return glass


@transaction.atomic
def agree_glass(*, glass: Glass, by: User, at: datetime) -> None:
    """Agree, as the second person, that a case is opened by the emergency key.

    Raises:
        NotAllowed: `by` asked, is nobody who could agree, or is needed to review it.
        GlassShut: somebody else decided, or it was taken back meanwhile.

    Writes: the opening, a letter to who asked, one `cases.glass_agreed` event.
    """
    holds, reviewers = holds_key_of(unit_id=glass.unit_id, viewer=by), {one.pk for one in list_reviewers(glass.unit_id)}
    if glass.state(at) is not GlassState.ASKED:
        raise GlassShut(_("Permintaan ini tidak menunggu orang kedua lagi."))
    if not policies.can_agree(by, glass, at, is_holder=holds, reviewers=reviewers):
        raise NotAllowed(_("Anda tidak dapat menjadi orang kedua: harus tersisa satu orang lain untuk meninjau."))
    if not _call("cases_glass_agree", glass.pk, at):
        raise GlassShut(_("Permintaan ini tidak menunggu orang kedua lagi."))
    tell(events.GLASS_AGREED, _case_of(glass), by=by, at=at, detail={"user": str(glass.opener_id)})


@transaction.atomic
def break_glass(*, glass: Glass, by: User, at: datetime) -> Glass:
    """Begin an opening: for sixty minutes `by` reads this one case. The caller has asked for the password.

    Those who have to know are written to in the same act.

    Raises:
        GlassFrozen, GlassShut: it is not to be begun any more, or not yet.
        NotAllowed: `by` is not who asked.

    Writes: the opening, letters to the case's manager, the head and the data protection officers (and once more to the
    latter from the fourth time in a month on), one `cases.glass_broken` event.
    """
    if glass.opener_id != by.pk:
        raise NotAllowed(_("Yang memulai adalah yang meminta."))
    _refuse_frozen(by, at)
    if not policies.can_begin(by, glass, at):
        raise GlassShut(_("Pembukaan ini tidak dapat dimulai. Bila masih perlu, minta lagi dengan alasannya."))
    times = _call("cases_glass_break", glass.pk, at, review_due(at))
    if times is None:
        raise GlassShut(_("Pembukaan ini tidak dapat dimulai. Bila masih perlu, minta lagi dengan alasannya."))
    detail: Detail = {"reason": glass.reason, "at_once": glass.is_danger, "times": int(str(times))}
    if glass.agreed_by_id is not None:
        detail["user"] = str(glass.agreed_by_id)
    tell(events.GLASS_BROKEN, _case_of(glass), by=by, at=at, detail=detail)
    return Glass.objects.get(pk=glass.pk)


@transaction.atomic
def end_glass(*, glass: Glass, how: GlassEnding, by: User, at: datetime) -> None:
    """End an opening now, or see to it that it never begins. From the next request on nothing of the case is shown.

    Args:
        how: closed by anybody who may, locked by who opened; withdrawn by who asked, declined by who could agree.

    Raises:
        GlassShut: it is over, or it is not for `by` to end so.

    Writes: the opening, one `cases.glass_closed` event.
    """
    if not _call("cases_glass_close", glass.pk, how.value, at):
        raise GlassShut(_("Akses darurat ini sudah berakhir."))
    detail: Detail = {"ending": how.value, "user": str(glass.opener_id)}
    tell(events.GLASS_CLOSED, _case_of(glass), by=by, at=at, detail=detail)


@transaction.atomic
def review_glass(*, glass: Glass, verdict: GlassVerdict, words: str, by: User, at: datetime) -> None:
    """Say afterwards whether an opening was needed and rightly done. Ends what is frozen because of it.

    Args:
        words: sealed for those who review and for who opened.

    Raises:
        NotAllowed: `by` does not answer for it, or opened or agreed.
        GlassShut: it is still running, never began, or is reviewed already.
        Locked.

    Writes: a dossier with the words, the opening, one `cases.glass_reviewed` event.
    """
    if not policies.can_review(by, glass):
        raise NotAllowed(_("Yang membuka dan yang menyetujui tidak meninjau. Minta orang lain."))
    if glass.state(at) not in {GlassState.TO_REVIEW, GlassState.LATE}:
        raise GlassShut(_("Akses darurat ini sudah ditinjau, atau masih berjalan."))
    readers = {by.principal_id, glass.opener.principal_id, *(one.principal_id for one in list_reviewers(glass.unit_id))}
    home, ref = seal_aside(KIND, words, readers, glass.dossier_id, glass.code, by=by, at=at)
    if not _call("cases_glass_review", glass.pk, verdict.value, ref, home, at):
        raise GlassShut(_("Akses darurat ini sudah ditinjau, atau masih berjalan."))
    detail: Detail = {"verdict": verdict.value, "user": str(glass.opener_id)}
    tell(events.GLASS_REVIEWED, _case_of(glass), by=by, at=at, detail=detail)


def freeze_late(*, at: datetime) -> int:
    """Tell of every opening that nobody reviewed in time, and mark the accounts. For the worker; twice is once.

    Writes: the openings, the accounts, letters, a `cases.glass_frozen` event for each. Returns how many.
    """
    with audit.unit_of_work(Role.WORKER):
        with connection.cursor() as cursor:
            cursor.execute("SELECT case_id, dossier_id, code, opener_id FROM cases_glass_freeze(%s)", [at])
            late = cursor.fetchall()
        for case_id, dossier_id, code, opener in late:
            case = Case(pk=case_id, dossier_id=dossier_id, code=code)
            tell(events.GLASS_FROZEN, case, by=None, at=at, detail={"user": str(opener)})
    return len(late)


def _find(code: str, by: User) -> Found:
    found = find_by_code(code=code, viewer=by)
    if found is None:
        raise NoGlass(_("Tidak ada kasus dengan kode ini yang dapat Anda buka."))
    if not found.is_wrapped:
        raise NotWrapped(_("Kunci darurat unit tidak membuka kasus ini."))
    return found


def _refuse_frozen(by: User, at: datetime) -> None:
    if policies.is_frozen(by, Glass.objects.filter(opener=by, reviewed_at=None), at):
        raise GlassFrozen(
            _(
                "Hak Anda membuka dengan kunci darurat dibekukan: pembukaan Anda sebelumnya belum ditinjau. Minta"
                " kepala unit atau petugas pelindungan data meninjaunya."
            )
        )


def _case_of(glass: Glass) -> Case:
    """Return what the trail has to know of the case, without asking for it: whoever acts here may not load it."""
    return Case(pk=glass.case_id, code=glass.code, dossier_id=glass.dossier_id, unit_id=glass.unit_id)


def _call(function: str, *values: str | bool | UUID | datetime) -> object:
    """Call a function of the database that does one step; what it returns says whether it did."""
    slots = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({slots})", values)
        return cursor.fetchone()[0]
