"""Open tasks over all cases, and one thing done to several: chosen, looked at, done, taken back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ruangaman.accounts.types import Permission
from ruangaman.cases import services
from ruangaman.cases.forms import FilterForm
from ruangaman.cases.forms.bulk import BulkForm, chosen
from ruangaman.cases.selectors import tasks as selectors
from ruangaman.cases.selectors.tasks import TaskLine
from ruangaman.cases.types import MOST_AT_ONCE
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.core.types import StaffRequest

LIST_URL = "/tugas/"


@requires(Permission.CASE_WRITE)
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    """The open tasks of the cases one works on, those that are due first."""
    return _list(request, None)


def _list(request: StaffRequest, form: BulkForm | None, *, status: int = 200) -> HttpResponse:
    at = clock.now()
    found = _matching(request)
    context = {
        "lines": selectors.with_titles(tasks=found, viewer=request.user, at=at),
        "form": form or BulkForm(colleagues=selectors.list_colleagues(tasks=found), at=at),
        "ticked": set(request.POST.getlist("tugas")),
        "everybody": request.GET.get("pemilik") == "tim",
        "query": _address("", request).removeprefix("?"),
        "is_full": len(found) >= MOST_AT_ONCE,
        "undo": _undo_of(request),
        "at": at,
    }
    return render(request, "cases/tasks.html", context, status=status)


def _matching(request: StaffRequest) -> list[Any]:
    return selectors.list_open_tasks(
        viewer=request.user,
        filters=FilterForm(request.GET).to_filters(),
        everybody=request.GET.get("pemilik") == "tim",
        at=clock.now(),
    )


def _undo_of(request: StaffRequest) -> dict[str, str] | None:
    """Return what can be taken back, from the address that doing it led to."""
    asked = chosen([request.GET.get("sudah", "")])
    found = selectors.find_undoable(act_id=asked[0], viewer=request.user, at=clock.now()) if asked else None
    if found is None:
        return None
    act, n = found
    words = ngettext("%(n)d tugas diubah.", "%(n)d tugas diubah.", n) % {"n": n}
    url = _address(f"{LIST_URL}banyak/{act.pk}/batal", request)
    return {"text": f"{act.get_kind_display()}: {words}", "url": url}


@requires(Permission.CASE_WRITE)
@require_POST
def preview(request: StaffRequest) -> HttpResponse:
    """What would be done to how many, and to which it cannot be done; nothing is changed yet."""
    found, form = _chosen(request)
    if not found:
        form.add_error(None, _("Pilih dulu tugasnya."))
    if not form.is_valid():
        return _list(request, form, status=422)
    lines = [
        TaskLine(line.row, line.title, _why_not(request, line, form))
        for line in selectors.with_titles(tasks=found, viewer=request.user, at=clock.now())
    ]
    able, unable = [one for one in lines if not one.why_not], [one for one in lines if one.why_not]
    context = {"able": able, "unable": unable, "form": form, "kind": form.kind.label, "query": request.GET.urlencode()}
    return render(request, "cases/tasks_preview.html", {**context, "owner": form.colleague, "due": form.due})


def _chosen(request: StaffRequest) -> tuple[list[Any], BulkForm]:
    """Return the tasks that were ticked, or all that match, and the form with the people around them."""
    ids = chosen(request.POST.getlist("tugas"))
    if "semua" in request.POST:
        ids = [task.pk for task in _matching(request)]
    found = selectors.get_tasks(ids=ids, viewer=request.user)
    return found, BulkForm(request.POST, colleagues=selectors.list_colleagues(tasks=found), at=clock.now())


def _why_not(request: StaffRequest, line: TaskLine, form: BulkForm) -> str:
    return selectors.why_not(task=line.row, kind=form.kind, owner=form.colleague, viewer=request.user)


@requires(Permission.CASE_WRITE)
@require_POST
def do(request: StaffRequest) -> HttpResponse:
    """Do it; for a minute the list offers to take it back."""
    found, form = _chosen(request)
    if not form.is_valid():
        return _list(request, form, status=422)
    try:
        act = services.do_bulk(
            task_ids=[task.pk for task in found],
            kind=form.kind,
            owner=form.colleague,
            due_at=form.due,
            by=request.user,
            at=clock.now(),
            act_id=form.cleaned_data["row_id"],
        )
    except DomainError as error:
        form.add_error(None, str(error))
        return _list(request, form, status=409)
    return HttpResponseRedirect(_address(LIST_URL, request, sudah=str(act.pk)))


@requires(Permission.CASE_WRITE)
@require_POST
def undo(request: StaffRequest, act_id: UUID) -> HttpResponse:
    """Take it back; what somebody changed meanwhile stays as they made it, and is named."""
    back = _address(LIST_URL, request)
    try:
        undone = services.undo_bulk(act_id=act_id, by=request.user, at=clock.now())
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        return render(request, "cases/tasks_undone.html", {"refusal": str(error), "back": back}, status=409)
    lines = selectors.with_titles(tasks=undone.changed, viewer=request.user, at=clock.now())
    if not lines:
        return HttpResponseRedirect(back)
    return render(request, "cases/tasks_undone.html", {"undone": undone, "lines": lines, "back": back})


def _address(path: str, request: StaffRequest, **more: str) -> str:
    """Return an address that says which list somebody was looking at."""
    known = {*FilterForm(request.GET).fields, "pemilik"}
    query = {name: value for name, value in request.GET.items() if name in known} | more
    return f"{path}?{urlencode(query)}" if query else path
