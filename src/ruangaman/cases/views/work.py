"""Tasks of a case: promised, ticked off, taken back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors, services
from ruangaman.cases.forms import DropForm, TaskForm
from ruangaman.cases.views.answers import case_url, data_of, go, is_done, is_sent, kept, refused, show
from ruangaman.clocks.policies import is_the_leads
from ruangaman.core import clock
from ruangaman.core.access import requires, resumed
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.core.types import StaffRequest


@requires(Permission.CASE_WRITE, keeps=kept(_("Langkah berikutnya")))
@require_http_methods(["GET", "POST"])
def add_task(request: StaffRequest, code: str) -> HttpResponse:
    """Something to do, by whom, until when."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    team = {str(part.user_id): part.user for part in selectors.list_parts(case=case, viewer=request.user)}
    owners = [(key, user.display_name) for key, user in team.items()]
    asked = request.GET.get("untuk", "")
    tomorrow = timezone.localtime(at + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    initial = {"owner": asked if asked in team else str(request.user.pk), "due_at": tomorrow}
    form = TaskForm(data_of(request), owners=owners, at=at, initial=resumed(request, initial))
    if is_sent(request, form):
        known = form.cleaned_data
        if is_done(
            form,
            lambda: services.add_task(
                code=code,
                title=known["title"],
                owner=team[known["owner"]],
                due_at=known["due_at"],
                by=request.user,
                at=at,
                task_id=known["row_id"],
            ),
        ):
            return go(request, case_url(case, anchor="berikutnya", said="tugas"))
    return show(request, "cases/task.html", case, form)


@requires(Permission.CASE_WRITE, keeps=kept(_("Hentikan batas waktu")))
@require_http_methods(["GET", "POST"])
def drop_clock(request: StaffRequest, code: str, clock_id: UUID) -> HttpResponse:
    """End a clock that began by mistake, with the reason."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    found = selectors.get_droppable(case=case, clock_id=clock_id, viewer=request.user, at=at)
    form = DropForm(data_of(request), initial=resumed(request, {}))
    if is_sent(request, form) and is_done(
        form,
        lambda: services.drop_clock(
            code=code,
            clock_id=found.pk,
            words=form.cleaned_data["words"],
            by=request.user,
            at=at,
            note_id=form.cleaned_data["row_id"],
        ),
    ):
        return go(request, case_url(case, said="jam"))
    law = found.limit.legal_basis if found.limit else ""
    return show(request, "cases/drop_clock.html", case, form, clock=found, law=law, is_the_leads=is_the_leads(found))


@requires(Permission.CASE_WRITE)
@require_POST
def complete_task(request: StaffRequest, code: str, task_id: UUID) -> HttpResponse:
    """Tick a task off; for a minute the page offers to take it back."""
    return _tick(request, code, task_id, is_done=True)


@requires(Permission.CASE_WRITE)
@require_POST
def undo_task(request: StaffRequest, code: str, task_id: UUID) -> HttpResponse:
    """Take a tick back."""
    return _tick(request, code, task_id, is_done=False)


def _tick(request: StaffRequest, code: str, task_id: UUID, *, is_done: bool) -> HttpResponse:
    case = selectors.get_granted(code=code, viewer=request.user)
    act = services.complete_task if is_done else services.undo_task
    try:
        act(code=code, task_id=task_id, by=request.user, at=clock.now())
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        return refused(request, case, error)
    return go(request, case_url(case, anchor="berikutnya", query=f"selesai={task_id}" if is_done else ""))
