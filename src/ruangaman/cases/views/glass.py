"""Opening one case with the unit's emergency key: the code, the question, the hour of reading, the review.

Who holds an emergency key is a fact of the vault and no role, so these addresses are marked for everybody who is signed
in, and are not there for who has no business with an opening.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ruangaman.accounts import services as accounts
from ruangaman.accounts.types import Attempt, Permission
from ruangaman.cases import policies, selectors, services
from ruangaman.cases.forms import GlassAskForm, GlassBeginForm, GlassCodeForm, GlassReviewForm
from ruangaman.cases.forms.glass import WRONG_CODE
from ruangaman.cases.models import Glass
from ruangaman.cases.types import GlassEnding, GlassReason, GlassState, GlassVerdict
from ruangaman.cases.views.answers import data_of, go, is_done, is_sent
from ruangaman.core import clock
from ruangaman.core.access import Kept, prepared, requires, resumed, signed_in
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest

URL = "/darurat/"
MARK = "glass"
"""In the session: which opening was begun in it, and under which key it lived then. A locked screen gets a new one."""
form_page = require_http_methods(["GET", "POST"])


@signed_in()
@form_page
def board(request: StaffRequest) -> HttpResponse:
    """The code of a case, for who holds an emergency key; every opening, for who answers for them."""
    viewer, at = request.user, clock.now()
    page = selectors.get_board(viewer=viewer, at=at)
    if request.method == "POST" and not page.is_holder:
        raise Http404
    form = GlassCodeForm(data_of(request))
    if request.method == "POST" and not page.is_frozen:
        code = form.cleaned_data["code"] if is_sent(request, form) else ""
        if selectors.find_by_code(code=code, viewer=viewer) is not None:
            return go(request, f"{URL}{code}/")
        services.miss_glass(by=viewer, at=at)
        if not form.errors:
            form.add_error("code", WRONG_CODE)
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/glass_board.html", {"page": page, "form": form, "at": at}, status=status)


@signed_in()
@form_page
def ask(request: StaffRequest, code: str) -> HttpResponse:
    """What an opening means, why it is asked for, and whether somebody can be waited for."""
    viewer, at = request.user, clock.now()
    found = selectors.find_by_code(code=code, viewer=viewer)
    if found is None:
        raise Http404
    form = GlassAskForm(data_of(request))
    if is_sent(request, form):
        asked = sent(request, code, form)
        if asked is not None:
            return go(request, f"{URL}{asked.pk}/")
    context = {
        "code": code,
        "found": found,
        "form": form,
        "seconds": [user for user in selectors.list_seconds(unit_id=found.unit_id) if user.pk != viewer.pk],
        "is_frozen": policies.is_frozen(viewer, Glass.objects.filter(opener=viewer, reviewed_at=None), at),
    }
    return render(request, "cases/glass_ask.html", context, status=422 if form.errors else 200)


def sent(request: StaffRequest, code: str, form: GlassAskForm) -> Glass | None:
    """Ask for what stands in the form; None: what was refused stands above it."""
    known, asked = form.cleaned_data, list[Glass]()
    is_asked = is_done(
        form,
        lambda: asked.append(
            services.ask_glass(
                code=code,
                reason=GlassReason(known["reason"]),
                words=known["words"],
                at_once=form.at_once,
                by=request.user,
                at=clock.now(),
                glass_id=known["row_id"],
            )
        ),
    )
    return asked[0] if is_asked else None


@signed_in()
@require_safe
def one(request: StaffRequest, glass_id: UUID) -> HttpResponse:
    """One opening: how it stands and what can be done about it; while it runs, the case itself for who opened it.

    It is read in the session that began it. That session after its screen was locked ends it; another one of the same
    person reads nothing, and leaves it running where it was begun.
    """
    glass = selectors.get_glass(glass_id=glass_id, viewer=request.user)
    at = clock.now()
    if glass.opener_id == request.user.pk and glass.state(at) is GlassState.OPEN:
        mark = request.session.get(MARK)
        if mark == mark_of(request, glass):
            return read(request, glass)
        if not mark or mark[0] != str(glass.pk):
            return page_of(request, glass, is_elsewhere=True)
        services.end_glass(glass=glass, how=GlassEnding.LOCKED, by=request.user, at=at)
        glass = selectors.get_glass(glass_id=glass_id, viewer=request.user)
    return page_of(request, glass)


def read(request: StaffRequest, glass: Glass) -> HttpResponse:
    """Draw the case as it is read through the glass."""
    at = clock.now()
    try:
        page = selectors.read_through_glass(glass=glass, viewer=request.user, at=at)
    except DomainError as error:
        return render(request, "cases/glass_refused.html", {"words": str(error)}, status=409)
    context = {"page": page, "case": page.case, "glass": glass, "row": row_of(request, glass), "at": at}
    return render(request, "cases/glass_read.html", context)


def page_of(request: StaffRequest, glass: Glass, form: Any = None, *, is_elsewhere: bool = False) -> HttpResponse:
    """Draw the page of an opening, with the password's form when it needs another look."""
    at = clock.now()
    words, verdict = selectors.open_words(glass=glass, viewer=request.user, at=at)
    context = {
        "row": row_of(request, glass),
        "glass": glass,
        "words": words,
        "verdict_words": verdict,
        "form": form or GlassBeginForm(),
        "at": at,
        "is_mine": glass.opener_id == request.user.pk,
        "is_elsewhere": is_elsewhere,
    }
    return render(request, "cases/glass_one.html", context, status=422 if form else 200)


def try_password(request: Any, glass_id: UUID) -> None:
    """Try the password of whoever the session belongs to, before the page takes a connection: the hash is slow."""
    form = GlassBeginForm(request.POST)
    if request.method == "POST" and form.is_valid() and not request.cookie_is_new:
        request.prepared = accounts.try_own_password(
            cookie=request.cookie, password=form.cleaned_data["password"], at=clock.now()
        )


@signed_in(prepare=try_password)
@require_POST
def begin(request: StaffRequest, glass_id: UUID) -> HttpResponse:
    """Begin an opening that was asked for, with the own password."""
    glass = selectors.get_glass(glass_id=glass_id, viewer=request.user)
    if glass.opener_id != request.user.pk:
        raise Http404
    form, attempt, at = GlassBeginForm(request.POST), prepared(request), clock.now()
    if isinstance(attempt, Attempt):
        accounts.settle_attempt(attempt=attempt, at=at)
        if attempt.user_id != request.user.pk:
            wait = attempt.wait_until or attempt.busy
            form.add_error("password", _("Tunggu sebentar, lalu coba lagi.") if wait else _("Kata sandi tidak cocok."))
    if not is_sent(request, form) or not isinstance(attempt, Attempt):
        return page_of(request, glass, form)
    try:
        glass = services.break_glass(glass=glass, by=request.user, at=at)
    except DomainError as error:
        return render(request, "cases/glass_refused.html", {"words": str(error), "glass": glass}, status=409)
    request.session[MARK] = mark_of(request, glass)
    return go(request, f"{URL}{glass.pk}/")


@signed_in()
@require_POST
def agree(request: StaffRequest, glass_id: UUID) -> HttpResponse:
    """Agree as the second person."""
    glass = selectors.get_glass(glass_id=glass_id, viewer=request.user)
    return answered(request, glass, lambda: services.agree_glass(glass=glass, by=request.user, at=clock.now()))


@signed_in()
@require_POST
def decline(request: StaffRequest, glass_id: UUID) -> HttpResponse:
    """Say no as the second person."""
    glass, at = selectors.get_glass(glass_id=glass_id, viewer=request.user), clock.now()
    return answered(
        request, glass, lambda: services.end_glass(glass=glass, how=GlassEnding.DECLINED, by=request.user, at=at)
    )


@signed_in()
@require_POST
def end(request: StaffRequest, glass_id: UUID) -> HttpResponse:
    """End a running opening, or take back one that has not begun."""
    viewer, at = request.user, clock.now()
    glass = selectors.get_running(glass_id=glass_id, viewer=viewer)
    how = GlassEnding.WITHDRAWN if glass.opened_at is None else GlassEnding.CLOSED
    own = glass.opener_id == viewer.pk or policies.oversees_glass(viewer, glass)
    back = f"{URL}{glass.pk}/" if own else f"/kasus/{glass.code}/"
    return answered(request, glass, lambda: services.end_glass(glass=glass, how=how, by=viewer, at=at), back)


def _to_review(request: Any, glass_id: UUID) -> Glass:
    """Return an opening that the viewer reviews. Raises Http404."""
    glass = selectors.get_glass(glass_id=glass_id, viewer=request.user)
    if not policies.can_review(request.user, glass):
        raise Http404
    return glass


@requires(Permission.GLASS_REVIEW, keeps=Kept(gettext_lazy("Tinjauan akses darurat"), _to_review))
@form_page
def review(request: StaffRequest, glass_id: UUID) -> HttpResponse:
    """Say whether an opening was needed and rightly done: neither who opened nor who agreed."""
    viewer, at = request.user, clock.now()
    glass = _to_review(request, glass_id)
    form = GlassReviewForm(data_of(request), initial=resumed(request))
    if is_sent(request, form) and is_done(
        form,
        lambda: services.review_glass(
            glass=glass,
            verdict=GlassVerdict(form.cleaned_data["verdict"]),
            words=form.cleaned_data["words"],
            by=viewer,
            at=at,
        ),
    ):
        return go(request, f"{URL}{glass.pk}/")
    words, _verdict = selectors.open_words(glass=glass, viewer=viewer, at=at)
    context = {"glass": glass, "row": row_of(request, glass), "form": form, "words": words, "at": at}
    return render(request, "cases/glass_review.html", context, status=422 if form.errors else 200)


def row_of(request: StaffRequest, glass: Glass) -> selectors.GlassRow:
    """Return how an opening stands for the viewer."""
    return selectors.get_row(glass=glass, viewer=request.user, at=clock.now())


def mark_of(request: StaffRequest, glass: Glass) -> list[str]:
    """Return what the session keeps of an opening begun in it: locking the screen gives the session another key."""
    return [str(glass.pk), sha256(f"glass {request.session.session_key}".encode()).hexdigest()]


def answered(request: StaffRequest, glass: Glass, act: Callable[[], object], back: str = "") -> HttpResponse:
    """Do something about an opening and lead back to it; or say why not."""
    try:
        act()
    except DomainError as error:
        return render(request, "cases/glass_refused.html", {"words": str(error), "glass": glass}, status=409)
    return go(request, back or f"{URL}{glass.pk}/")
