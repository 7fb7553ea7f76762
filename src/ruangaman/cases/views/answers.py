"""What the form pages share: one way to show a form, to hand it to a service, and to go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from ruangaman.cases import policies, selectors
from ruangaman.cases.models import Case
from ruangaman.cases.types import CaseState
from ruangaman.cases.views.said import having, said_of
from ruangaman.core.access import Kept
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest
from ruangaman.ui.types import Words


def kept(label: Words, *, find: Callable[..., object] = selectors.get_granted, is_once: bool = False) -> Kept:
    """Mark a form about one case whose words are not lost.

    Args:
        find: returns the case by `code` for `viewer`, or raises Http404.
        is_once: once it was taken, what else was kept of the page is past.
    """
    return Kept(label, lambda request, code, **_rest: find(code=code, viewer=request.user), is_once=is_once)


def data_of(request: StaffRequest) -> Any:
    """Return what a form is filled from: what was sent, or nothing."""
    return request.POST if request.method == "POST" else None


def is_sent(request: StaffRequest, form: forms.Form) -> bool:
    """Whether a form came in whole and says something that can be worked with."""
    if request.method != "POST":
        return False
    if getattr(request, "body_fault", None) is not None:
        form.add_error(None, _("Kirimannya tidak sampai utuh. Periksa isinya, lalu kirim sekali lagi."))
        return False
    return form.is_valid()


def is_done(form: forms.Form, act: Callable[[], object]) -> bool:
    """Call a service; what it refuses stands above the form."""
    try:
        act()
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    return True


def show(request: StaffRequest, template: str, case: Case, form: forms.Form, **context: Any) -> HttpResponse:
    """Draw a form page, or its form alone for htmx; 422 when something needs another look.

    Args:
        context: what the page shows beside the form. `ends`: what it asks cannot be sent once the case is closed; then
            the way to open it again stands in its place, but for what somebody has typed already.
    """
    is_typed = form.is_bound or getattr(getattr(request, "unsent", None), "opened", None)
    if context.pop("ends", False) and CaseState(case.state) is CaseState.CLOSED and not is_typed:
        template = "cases/is_closed.html"
        parts = case.assignments.filter(user=request.user, until=None)
        context["may_reopen"] = policies.can_reopen(request.user, case, parts)
    part = {"part": "cases/_form_part.html" if request.htmx else "ui/staff.html"}
    status = 422 if form.is_bound and form.errors else 200
    known = {"case": case, "form": form, "said": said_of(request), **part}
    return render(request, template, {**known, **context}, status=status)


def answer(
    request: StaffRequest, template: str, case: Case, form: forms.Form, act: Callable[[], object], *, said: str,
    to: str = "", **context: Any,
) -> HttpResponse:  # fmt: skip
    """Do what a form asks and go on, to the case or below it; draw the page when it was not sent or is refused.

    Args:
        said: what the next page says was recorded (`views.said`).
        context: as `show` takes it.
    """
    if is_sent(request, form) and is_done(form, act):
        return go(request, having(case_url(case) + to, said))
    return show(request, template, case, form, **context)


def refused(request: StaffRequest, case: Case, error: DomainError) -> HttpResponse:
    """Say why nothing was opened or changed, with the way back to the list or the case."""
    return render(request, "cases/refused.html", {"case": case, "words": str(error)}, status=409)


def case_url(case: Case, *, anchor: str = "", query: str = "", said: str = "") -> str:
    """Return the address of the case page.

    Args:
        said: what it says was recorded, beside the place that the browser is led to.
    """
    if said:
        return having(f"/kasus/{case.code}/", said, anchor=anchor)
    return f"/kasus/{case.code}/" + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else "")


def go(request: StaffRequest, url: str) -> HttpResponse:
    """Send the browser on, whether it asked by itself or through htmx."""
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)
