"""The number in the navigation, where the page itself did not wait for it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ruangaman.core.access import signed_in
from ruangaman.core.types import StaffRequest
from ruangaman.web.context import nav_items


@signed_in(activity=False)
@require_safe
def count(request: StaffRequest) -> HttpResponse:
    """How much waits in the queue of whoever looks: the number, or nothing."""
    waiting = [item.count for item in nav_items("", request.user) if item.count]
    return render(request, "web/_count.html", {"count": waiting[0] if waiting else ""})
