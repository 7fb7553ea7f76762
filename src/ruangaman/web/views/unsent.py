"""What somebody has typed and not sent: the list, and throwing one away. Going on happens where the form stands."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ruangaman.core.access import access_of, signed_in
from ruangaman.core.types import StaffRequest
from ruangaman.ui.types import Words
from ruangaman.vault import services as vault
from ruangaman.vault.services import DraftView

LIST_URL = "/tulisan/"


@dataclass(frozen=True)
class Waiting:
    """One row of the list: of which form, about what, where to go on; `url` empty: it cannot be opened any more."""

    draft: DraftView
    label: Words
    code: str
    url: str


@signed_in()
@require_safe
def unsent(request: StaffRequest) -> HttpResponse:
    """Everything of one's own that waits, with nothing of what stands in it."""
    rows = [waiting(draft) for draft in vault.list_drafts(by=request.user)]
    return render(request, "web/unsent.html", {"rows": rows})


@signed_in()
@require_POST
def discard(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    """Throw one away and go back to where one was."""
    if not vault.discard_draft(draft_id=draft_id, by=request.user):
        raise Http404
    wished = request.POST.get("next", "")
    ours = wished.startswith("/") and url_has_allowed_host_and_scheme(wished, allowed_hosts=None)
    return HttpResponseRedirect(wished if ours else LIST_URL)


def waiting(draft: DraftView) -> Waiting:
    """Say what a draft is for."""
    words = draft.words
    try:
        match = resolve(words.address) if words is not None else None
    except Resolver404:  # such a form is not there any more
        match = None
    access = access_of(match.func) if match is not None else None
    if words is None or match is None or access is None or access.keeps is None:
        return Waiting(draft, _("Tulisan yang tidak dapat dibuka lagi"), "", "")
    code = str(match.kwargs.get("code", ""))
    return Waiting(draft, access.keeps.label, code, f"{words.page}?lanjut={draft.id}")
