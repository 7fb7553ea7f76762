"""For the second person: what waits to be decided. For colleagues: opening dossiers again for who lost their keys."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ruangaman.accounts import selectors, services
from ruangaman.accounts.models import User
from ruangaman.accounts.types import Permission, RequestKind
from ruangaman.accounts.views.people import refused, show_paper
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest
from ruangaman.vault import services as vault

REQUESTS_URL, REOPEN_URL = "/pengaturan/permintaan/", "/pengaturan/buka-kembali/"
SAID = {
    "setuju": gettext_lazy("Disetujui dan dicatat."),
    "tolak": gettext_lazy("Ditolak dan dicatat. Tidak ada yang berubah."),
    "diminta": gettext_lazy("Permintaan sudah dicatat. Setelah orang kedua setuju, Anda dapat membukanya di sini."),
    "dibuka": gettext_lazy("Berkas yang Anda berdua pegang sekarang terbuka lagi baginya."),
}


@requires(Permission.REQUEST_DECIDE)
@require_safe
def requests(request: StaffRequest) -> HttpResponse:
    """What one person asked for and the viewer decides as the second."""
    context = {
        "rows": selectors.list_requests(viewer=request.user, at=clock.now()),
        "said": SAID.get(request.GET.get("sudah", "")),
    }
    return render(request, "accounts/requests.html", context)


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
    rows = []
    for user in selectors.list_renewed(viewer=request.user):
        dossiers = services.shared_dossiers(user=user)
        if dossiers:
            count = len({one for found in dossiers.values() for one in found})
            asked = selectors.last_reopening(user=user, viewer=request.user)
            rows.append((user, count, asked, vault.is_active(user.principal_id)))
    context = {"rows": rows, "said": SAID.get(request.GET.get("sudah", ""))}
    return render(request, "accounts/reopening.html", context)


@requires(Permission.CASE_WRITE)
@require_POST
def reopen(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """Ask to open dossiers again for a colleague, or do it once a second person approved."""
    users: dict[UUID, User] = {user.pk: user for user in selectors.list_renewed(viewer=request.user)}
    if user_id not in users:
        raise Http404
    asked = selectors.last_reopening(user=users[user_id], viewer=request.user)
    try:
        if asked is not None and asked.is_approved and asked.done_at is None:
            services.regrant(request=asked, by=request.user, at=clock.now())
            return HttpResponseRedirect(f"{REOPEN_URL}?sudah=dibuka")
        services.ask(kind=RequestKind.REGRANT, user=users[user_id], by=request.user, at=clock.now())
    except DomainError as error:
        return refused(request, str(error), REOPEN_URL)
    return HttpResponseRedirect(f"{REOPEN_URL}?sudah=diminta")
