"""Who may enter: every view carries its mark, an address without one does not exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Prepare = Callable[..., HttpResponse | None]


class Door(StrEnum):
    """The four ways in."""

    PUBLIC = "public"
    """Anybody. Public cookie, role `ra_public`."""
    SIGN_IN = "sign_in"
    """Anybody on the way to signing in. Staff cookie, role `ra_web`."""
    SIGNED_IN = "signed_in"
    """Every signed-in person with an open session."""
    PERMITTED = "permitted"
    """Signed-in people who hold the permission; for everybody else the address does not exist."""


@dataclass(frozen=True)
class Kept:
    """What is typed into the form at this address is kept while it is typed, and when the lock strikes.

    Args:
        label: what the form is for, in the list of what is not sent yet; it names nobody. "": a page on which such
            forms stand and that is itself none.
        find: called with the request and the address's own arguments; raises Http404 for whom the form is not there.
        page: where the form stands, as seen from its address: "" there, ".." one step up.
        is_once: what it does can be done once from where things stand: when it is taken, whatever else was kept of its
            page is past, and thrown away.
    """

    label: str | Promise
    find: Callable[..., object]
    page: str = ""
    is_once: bool = False
    is_there: Callable[..., bool] | None = None
    """Called as `find`: whether the form can still be sent; what was typed into one that cannot is read in the list."""


@dataclass(frozen=True)
class Access:
    """What the door has to know about a view before it lets anybody in."""

    door: Door
    permission: StrEnum | None = None
    role: str = "ra_web"
    prepare: Prepare | None = None
    files: bool = False
    database: bool = True
    locked: bool = False
    """Reachable while the session is locked after idle minutes."""
    activity: bool = True
    """False: a poll, which does not count as activity and does not keep a session open."""
    keeps: Kept | None = None


def public(*, files: bool = False, prepare: Prepare | None = None, database: bool = True) -> Callable[[View], View]:
    """Mark a public page.

    Args:
        files: uploads are accepted and sealed as they arrive.
        prepare: called before a connection is taken; an HttpResponse from it is the answer.
        database: False: no connection is taken at all.
    """
    return _mark(Access(Door.PUBLIC, role="ra_public", prepare=prepare, files=files, database=database))


def sign_in(*, prepare: Prepare | None = None, locked: bool = True, activity: bool = True) -> Callable[[View], View]:
    """Mark a page on the way to signing in."""
    return _mark(Access(Door.SIGN_IN, prepare=prepare, locked=locked, activity=activity))


def signed_in(
    *, prepare: Prepare | None = None, locked: bool = False, activity: bool = True, files: bool = False
) -> Callable[[View], View]:
    """Mark a page for every signed-in person."""
    return _mark(Access(Door.SIGNED_IN, prepare=prepare, locked=locked, activity=activity, files=files))


def requires(
    permission: StrEnum,
    *,
    role: str = "ra_web",
    prepare: Prepare | None = None,
    files: bool = False,
    keeps: Kept | None = None,
) -> Callable[[View], View]:
    """Mark a page for those who hold `permission`; a stranger gets the 404 of an unknown address.

    Args:
        keeps: what is typed there is not lost (`config.unsent`); its form begins with `resumed`.
    """
    return _mark(Access(Door.PERMITTED, permission=permission, role=role, prepare=prepare, files=files, keeps=keeps))


def access_of(view: Any) -> Access | None:
    """Return the mark of a view, or None: such a view is never called."""
    found = getattr(view, "access", None)
    return found if isinstance(found, Access) else None


def _mark(access: Access) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]  # a mark on the function is the point
        return view

    return decorate


def resumed(request: HttpRequest, initial: Mapping[str, Any] | None = None, *, step: str = "") -> dict[str, Any]:
    """Return what a form begins with: what was typed and not sent, if somebody goes on with it, else `initial`.

    Args:
        step: what the form's own address has behind that of the page on which it stands.
    """
    unsent = getattr(request, "unsent", None)
    typed = unsent.typed_for(f"{unsent.page}{step}" if step else request.path_info) if unsent is not None else {}
    return {**(initial or {}), **typed}


def prepared(request: HttpRequest) -> Any:
    """Return what the view's `prepare` step left on the request, or None."""
    return getattr(request, "prepared", None)
