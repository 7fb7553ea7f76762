"""Addresses. A new address is in `tests/architecture/access_matrix.py` too, or the build fails."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("ruangaman.cases.urls")),  # first: it registers `case_code`, which the others use
    path("", include("ruangaman.web.urls")),
    path("", include("ruangaman.intake.urls")),
    path("", include("ruangaman.accounts.urls")),
]

handler404 = "ruangaman.web.views.not_found"
handler500 = "ruangaman.web.views.broken"
handler400 = "ruangaman.web.views.bad_request"
