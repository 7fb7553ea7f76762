"""The root of a day: to print for the book, and to compare with what was printed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from ruangaman.accounts.types import Permission
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.regions import zone
from ruangaman.core.types import StaffRequest
from ruangaman.web import services
from ruangaman.web.forms import RootForm
from ruangaman.web.views.trail import parse_day


@requires(Permission.AUDIT_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def root(request: StaffRequest) -> HttpResponse:
    """The last root of a day; a POST compares one from paper with today's trail."""
    at = clock.now()
    today = at.astimezone(zone()).date()
    day = min(parse_day(request.GET.get("hari", "")) or today, today)
    form = RootForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "is_compared": form.is_valid(), "day": day, "at": at}
    if context["is_compared"]:
        context["compared"] = services.compare_root(root=form.cleaned_data["root"], by=request.user, at=at)
    context |= {
        "page": services.read_root(day=day, at=at),
        "noon": datetime(day.year, day.month, day.day, 12, tzinfo=zone()),
        "before": day - timedelta(days=1),
        "following": day + timedelta(days=1) if day < today else None,
    }
    return render(request, "web/root.html", context, status=422 if form.errors else 200)
