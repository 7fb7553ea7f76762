"""Addresses. A new address is in `tests/architecture/access_matrix.py` too, or the build fails."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from ruangaman.cases import urls as cases  # before the others: it registers `case_code`, which they use
from ruangaman.intake import urls as intake

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(intake.public_pages)),  # first: whoever reports waits for no other address to be compared
    path("", include(cases)),
    path("", include("ruangaman.web.urls")),
    path("", include(intake)),
    path("", include("ruangaman.codelists.urls")),
    path("", include("ruangaman.clocks.urls")),
    path("", include("ruangaman.accounts.urls")),
]

handler404 = "ruangaman.web.views.not_found"
handler500 = "ruangaman.web.views.broken"
handler400 = "ruangaman.web.views.bad_request"
