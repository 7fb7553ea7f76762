"""What somebody has typed and not sent: the list, and throwing one away. Going on happens where the form stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ruangaman.core.access import Kept, access_of, signed_in
from ruangaman.core.types import StaffRequest
from ruangaman.ui.types import Words
from ruangaman.vault import services as vault
from ruangaman.vault.services import DraftView

LIST_URL = "/tulisan/"
NOT_TYPED = frozenset({"once", "row_id"})
"""Fields of a form that nobody types."""


@dataclass(frozen=True)
class Waiting:
    """One row of the list: of which form, about what, where to go on; `url` empty: it cannot be opened any more.

    Args:
        read_url: where its words are read, when the form cannot be sent any more.
    """

    draft: DraftView
    label: Words
    code: str
    url: str
    read_url: str = ""

    @property
    def can_be_sent(self) -> bool:
        """Whether its form is still there to be sent."""
        return not self.read_url


@signed_in()
@require_safe
def unsent(request: StaffRequest) -> HttpResponse:
    """Everything of one's own that waits, with nothing of what stands in it."""
    rows = [waiting(draft, request) for draft in vault.list_drafts(by=request.user)]
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


def waiting(draft: DraftView, request: HttpRequest) -> Waiting:
    """Say what a draft is for."""
    match = _form_of(draft)
    access = access_of(match.func) if match is not None else None
    if draft.words is None or match is None or access is None or access.keeps is None:
        return Waiting(draft, _("Tulisan yang tidak dapat dibuka lagi"), "", "")
    keeps, code = access.keeps, str(match.kwargs.get("code", ""))
    if keeps.is_there is not None and not _is_there(keeps, request, match.kwargs):
        return Waiting(draft, keeps.label, code, "", f"{LIST_URL}{draft.id}/")
    return Waiting(draft, keeps.label, code, f"{draft.words.page}?lanjut={draft.id}")


@signed_in()
@require_safe
def read(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    """What was typed into a form that cannot be sent any more, for who may still know of what it is about."""
    draft = vault.open_draft(draft_id=draft_id, by=request.user)
    match = _form_of(draft) if draft is not None else None
    access = access_of(match.func) if match is not None else None
    if draft is None or draft.words is None or match is None or access is None or access.keeps is None:
        raise Http404
    if access.permission is not None and not request.user.has(access.permission):
        raise Http404
    access.keeps.find(request, **match.kwargs)
    row = waiting(draft, request)
    texts = [value for name, value in draft.words.fields if name not in NOT_TYPED and any(map(str.isspace, value))]
    return render(request, "web/unsent_words.html", {"row": row, "texts": texts})


def _form_of(draft: DraftView) -> ResolverMatch | None:
    try:
        return resolve(draft.words.address) if draft.words is not None else None
    except Resolver404:  # such a form is not there any more
        return None


def _is_there(keeps: Kept, request: HttpRequest, arguments: dict[str, Any]) -> bool:
    """Whether the form can still be sent; for whom it is not there at all, that is said by the page itself."""
    try:
        return keeps.is_there is None or keeps.is_there(request, **arguments)
    except Http404:
        return True
