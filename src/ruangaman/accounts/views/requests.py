"""For the second person: what waits to be decided. For colleagues: opening dossiers again for who lost their keys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ruangaman.accounts import selectors, services
from ruangaman.accounts.models import DoorRequest, User
from ruangaman.accounts.selectors import deciding, lost
from ruangaman.accounts.types import Permission, RequestKind
from ruangaman.accounts.views.people import PEOPLE_URL, WITHDRAWN, refused, show_paper
from ruangaman.core import clock
from ruangaman.core.access import requires, signed_in
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.core.types import StaffRequest

REQUESTS_URL, REOPEN_URL = "/pengaturan/permintaan/", "/pengaturan/buka-kembali/"
ASKED_AT = {
    RequestKind.REGRANT: REOPEN_URL,
    RequestKind.OFFICER: "/pengaturan/kunci/",
    RequestKind.EMERGENCY: "/pengaturan/darurat/",
}
"""Where what is not asked on a person's page is asked."""
SAID = {
    "setuju": gettext_lazy("Disetujui dan dicatat."),
    "batal": WITHDRAWN,
    "tolak": gettext_lazy("Ditolak dan dicatat. Tidak ada yang berubah."),
    "diminta": gettext_lazy("Permintaan sudah dicatat. Setelah orang kedua setuju, Anda dapat membukanya di sini."),
    "dibuka": gettext_lazy("Berkas yang Anda berdua pegang sekarang terbuka lagi baginya."),
}


@requires(Permission.REQUEST_DECIDE)
@require_safe
def requests(request: StaffRequest) -> HttpResponse:
    """What one person asked for and the viewer decides as the second; below it what the viewer asked for."""
    at = clock.now()
    context = {
        "rows": [(one, consequence(one, at)) for one in selectors.list_requests(viewer=request.user, at=at)],
        "own": deciding.list_own_requests(viewer=request.user, at=at),
        "said": SAID.get(request.GET.get("sudah", "")),
    }
    return render(request, "accounts/requests.html", context)


def consequence(request: DoorRequest, at: datetime) -> lost.Alone | None:
    """Return what fresh keys would close to everybody; None: the request is for something else."""
    return lost.count_alone(user=request.user, at=at) if request.kind == RequestKind.FRESH_KEYS else None


@signed_in()
@require_POST
def withdraw(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Take back what the viewer asked for, and lead to the page where it was asked."""
    try:
        taken = services.withdraw(request_id=request_id, by=request.user, at=clock.now())
    except NotFound as error:
        raise Http404 from error
    back = ASKED_AT.get(RequestKind(taken.kind), f"{PEOPLE_URL}{taken.user_id}/")
    return HttpResponseRedirect(f"{back}?sudah=batal")


@requires(Permission.REQUEST_DECIDE)
@require_POST
def decide(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Approve or refuse; fresh keys lead to the paper to hand over."""
    found = selectors.get_request(request_id=request_id, viewer=request.user)
    is_approved = request.POST.get("jawaban") == "setuju"
    try:
        code = services.decide(request=found, is_approved=is_approved, by=request.user, at=clock.now())
    except DomainError as error:
        return refused(request, str(error), REQUESTS_URL)
    if code:
        return show_paper(request, code=code, name=found.user.display_name, username=found.user.username)
    return HttpResponseRedirect(f"{REQUESTS_URL}?sudah={'setuju' if is_approved else 'tolak'}")


@requires(Permission.CASE_WRITE)
@require_safe
def reopening(request: StaffRequest) -> HttpResponse:
    """Colleagues with fresh keys, and how many dossiers the viewer could open again for each."""
    viewer, at = request.user, clock.now()
    rows = [
        (
            user,
            count,
            lost.last_reopening(user=user, viewer=viewer),
            lost.step_of_reopening(user=user, viewer=viewer, at=at),
            services.asking_fault(kind=RequestKind.REGRANT, user=user, by=viewer),
        )
        for user, count in lost.list_reopenable(viewer=viewer, at=at)
    ]
    context = {
        "rows": rows,
        "own": lost.get_awaited(user=viewer, at=at),
        "said": SAID.get(request.GET.get("sudah", "")),
    }
    return render(request, "accounts/reopening.html", context)


@requires(Permission.CASE_WRITE)
@require_POST
def reopen(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """Ask to open dossiers again for a colleague, or do it once a second person approved."""
    at = clock.now()
    users: dict[UUID, User] = {user.pk: user for user, _count in lost.list_reopenable(viewer=request.user, at=at)}
    if user_id not in users:
        raise Http404
    asked = lost.last_reopening(user=users[user_id], viewer=request.user)
    try:
        if asked is not None and asked.is_approved and asked.done_at is None:
            services.regrant(request=asked, by=request.user, at=at)
            return HttpResponseRedirect(f"{REOPEN_URL}?sudah=dibuka")
        services.ask(kind=RequestKind.REGRANT, user=users[user_id], by=request.user, at=at)
    except DomainError as error:
        return refused(request, str(error), REOPEN_URL)
    return HttpResponseRedirect(f"{REOPEN_URL}?sudah=diminta")
