"""What is typed and not sent yet: kept beside the view, so that a form gets it by one mark (`core.access.Kept`).

While somebody types, the page sends the form to its own address with the name of the button "Simpan dulu"; the door
keeps it and the view is not called. When the screen is locked or the session is over, what was sent is sealed to whose
session it was. When the form is really sent, what was kept of it goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from posixpath import dirname
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.models import User
from ruangaman.audit.services import UnitOfWork
from ruangaman.core import clock
from ruangaman.core.access import Access, Door, Kept
from ruangaman.core.errors import DomainError
from ruangaman.ui import moments
from ruangaman.vault import services as vault
from ruangaman.vault.services import DraftView, FormWords
from ruangaman.web import views as web
from ruangaman.web.views import unsent as typed

SAVE, AUTHOR, BY_ITSELF = "simpan_dulu", "penulis", "X-Unsent"
"""The button, the hidden field that says for whom the form was drawn, and the header of a page that saves by itself:
`typed` when keys were pressed since the last time, `still` otherwise."""
BESIDE, BESIDE_OF = "di_samping", "alamat"
"""What was typed into another form of the page comes along with the one that is sent: its fields, with its address."""
NOT_WORDS = frozenset({"csrfmiddlewaretoken", SAVE, AUTHOR, BESIDE})
FORM_IDS = ("row_id", "once")
LARGEST = 128 * 1024
"""A body above this is not kept: it is no form of words."""
RESUME = "lanjut"


class Unsent:
    """What the door, the view and its page know about what was typed at one address."""

    def __init__(self, request: HttpRequest, access: Access, arguments: dict[str, Any]) -> None:
        self.request, self.access, self.arguments = request, access, arguments

    @property
    def kept(self) -> Kept:
        """The mark of the address."""
        assert self.access.keeps is not None  # noqa: S101 - made for addresses that have one
        return self.access.keeps

    @property
    def page(self) -> str:
        """Where the form stands."""
        path = self.request.path_info
        return dirname(path) + "/" if self.kept.page else path

    @property
    def words(self) -> FormWords | None:
        """What was sent, or None: nothing that anybody typed, or a page that only shows forms of others."""
        post = self.request.POST if self.kept.label else QueryDict()
        named = [(name, value) for name, values in post.lists() for value in values if name not in NOT_WORDS]
        if not any(value.strip() for name, value in named if name not in FORM_IDS):
            return None
        form_id = next((post[name] for name in FORM_IDS if post.get(name)), "")
        return FormWords(self.page, self.request.path_info, form_id[:64], tuple(named))

    @cached_property
    def opened(self) -> DraftView | None:
        """What somebody goes on with here; None: they begin anew."""
        asked = self.request.GET.get(RESUME, "") if self.request.method == "GET" else ""
        try:
            found = vault.open_draft(draft_id=UUID(asked), by=self.request.user) if asked else None  # type: ignore[arg-type]
        except ValueError:  # no id, or the keys are locked
            return None
        return found if found is not None and found.words is not None and found.words.page == self.page else None

    @cached_property
    def offers(self) -> list[typed.Waiting]:
        """What else waits for the forms of this page that can still be sent, each with what it is for."""
        if self.request.method != "GET":
            return []
        found = vault.find_drafts(page=self.page, by=self.request.user)  # type: ignore[arg-type]
        rest = [one for one in found if self.opened is None or one.id != self.opened.id]
        return [one for one in (typed.waiting(draft, self.request) for draft in rest) if one.can_be_sent]

    @property
    def is_just_saved(self) -> bool:
        """Whether the button was pressed a moment ago."""
        return "tersimpan" in self.request.GET

    def typed_for(self, address: str) -> dict[str, Any]:
        """Return what the form at `address` is filled with: a value, or several, by name."""
        words = self.opened.words if self.opened is not None else None
        if words is not None and words.address == address:
            return _by_name(words.fields)
        return self.beside.get(address, {})

    @cached_property
    def beside(self) -> dict[str, dict[str, Any]]:
        """What was typed into the other forms of the page when one of them was sent, by the address of each."""
        sent = [QueryDict(one) for one in self.request.POST.getlist(BESIDE)] if self._is_fit() else []
        found = {one.get(BESIDE_OF, ""): one for one in sent}
        return {
            address: _by_name((name, value) for name, values in one.lists() for value in values if name != BESIDE_OF)
            for address, one in found.items()
            if address.startswith(self.page) and address != self.request.path_info
        }

    def keep(self) -> HttpResponse | None:
        """Keep what was typed if that is what the page asks for; None: the view is called."""
        request = self.request
        if request.method != "POST" or SAVE not in request.POST:
            return None
        self.kept.find(request, **self.arguments)
        words, by_itself = self.words, BY_ITSELF in request.headers
        if words is None or request.body_fault is not None:  # type: ignore[attr-defined]  # set by the door
            return _said("", status=204) if by_itself else HttpResponseRedirect(self.page)
        try:
            draft = vault.keep_draft(words=words, by=request.user, at=clock.now(), is_pressed=not by_itself)  # type: ignore[arg-type]
        except DomainError as error:
            return _said(str(error), status=409) if by_itself else web.not_kept(request, str(error))
        if by_itself:
            return _said(saved_words(draft))
        return HttpResponseRedirect(f"{self.page}?{RESUME}={draft.id}&tersimpan")

    def settle(self, response: HttpResponse) -> None:
        """Forget what was kept once the form was taken: the browser is led on."""
        request = self.request
        led_on = response.status_code in {301, 302, 303} or "HX-Redirect" in response.headers
        words = self.words if request.method == "POST" and led_on else None
        if words is not None and SAVE not in request.POST:
            vault.finish_draft(
                words=words,
                by=request.user,  # type: ignore[arg-type]
                at=clock.now(),
                whole_page=self.kept.is_once,
                whole_form=self.kept.is_there is not None,  # done once from where things stand: no other try is left
            )

    def rescue(self, user: User | None, unit: UnitOfWork) -> HttpResponse | None:
        """Seal what was sent to whose session it was, and say so; None: nothing was, or nothing may be, kept.

        Args:
            user: whose session it is, or was.
        """
        request, words = self.request, self.words if self.request.method == "POST" else None
        if user is None or words is None or not self._is_fit() or not user.has(self.access.permission):
            return None
        if request.is_stale and not vault.is_author(request.POST.get(AUTHOR, ""), user.principal_id):  # type: ignore[attr-defined]
            return None
        is_open = request.user.is_authenticated
        if not is_open:
            unit.set_viewer(user.pk, [user.principal_id])  # for this one row
        draft = vault.rescue_draft(words=words, principal_id=user.principal_id, at=clock.now())
        if draft is None:
            return None
        if BY_ITSELF in request.headers:
            return _said(saved_words(draft))
        return web.rescued(request, is_open=is_open, page=self.page, had_files=_may_have_had_files(request))

    def _is_fit(self) -> bool:
        length = self.request.META.get("CONTENT_LENGTH") or "0"
        whole = self.request.body_fault is None  # type: ignore[attr-defined]  # set by the door
        return whole and length.isdecimal() and int(length) <= LARGEST


def unsent_of(request: HttpRequest, access: Access, arguments: dict[str, Any]) -> Unsent | None:
    """Return what is known about what was typed at an address; None: nothing is kept there."""
    return Unsent(request, access, arguments) if access.keeps is not None and access.door is Door.PERMITTED else None


def only_keeps(request: HttpRequest) -> bool:
    """Whether a form comes only to be kept: then nothing slow has to be prepared for it."""
    return getattr(request, "unsent", None) is not None and request.method == "POST" and SAVE in request.POST


def is_activity(request: HttpRequest, access: Access) -> bool:
    """Whether a person is at the screen: a page that saves by itself counts only when keys were pressed."""
    return access.activity and request.headers.get(BY_ITSELF) != "still"


def past_viewer(request: HttpRequest) -> User | None:
    """Return whose session it was that is not there any more."""
    if request.cookie_is_new:  # type: ignore[attr-defined]  # set by the door
        return None
    return accounts.past_viewer(session=request.session, cookie=request.cookie)  # type: ignore[attr-defined]


def saved_words(draft: DraftView) -> str:
    """Say when something was kept."""
    return _("tersimpan %(time)s") % {"time": moments.clock_time(draft.saved_at)}


def _by_name(fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return a value, or several, by name."""
    typed: dict[str, list[str]] = {}
    for name, value in fields:
        typed.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in typed.items()}


def _said(words: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")


def _may_have_had_files(request: HttpRequest) -> bool:
    return request.content_type == "multipart/form-data"
