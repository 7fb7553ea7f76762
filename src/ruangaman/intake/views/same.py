"""Side by side: a report and those that may be of the same person."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ruangaman.accounts.types import Permission
from ruangaman.cases.selectors import comparing
from ruangaman.core import clock
from ruangaman.core.access import prepared, requires
from ruangaman.core.codelists import AgeGroup, ContactWay
from ruangaman.core.errors import NotFound
from ruangaman.core.regions import KELURAHAN
from ruangaman.core.types import StaffRequest
from ruangaman.intake.services import same
from ruangaman.intake.types import Relation, Step, ViolenceForm, steps_from
from ruangaman.vault.types import Content


def stretch_number(request: Any, code: str) -> None:
    """Stretch the number in the report before the page takes a connection."""
    if request.method == "POST" and not request.cookie_is_new:
        request.prepared = same.prepare_numbers(cookie=request.cookie, code=code, at=clock.now())


@requires(Permission.REPORT_DESK, prepare=stretch_number)
@require_POST
def compare(request: StaffRequest, code: str) -> HttpResponse:
    """What is known by the number in this report, beside it. For htmx the part of the report's page alone."""
    try:
        found = same.compare_same(code=code, probes=prepared(request) or (), by=request.user, at=clock.now())
    except NotFound as error:
        raise Http404 from error
    own = _facts(found.own.answers, found.own.contact)
    pairs = [(side, comparing.compare(own, _facts(side.answers, side.contact))) for side in found.others]
    may_mark = Step.MARK_DUPLICATE in steps_from(found.own.report.state)
    template = "intake/_same.html" if request.htmx else "intake/same.html"
    context = {"report": found.own.report, "pairs": pairs, "has_number": found.has_number, "may_mark": may_mark}
    return render(request, template, context)


def _facts(answers: Content, contact: Content) -> comparing.Facts:
    kinds = answers.get("kinds")
    chosen = kinds if isinstance(kinds, list) else []
    where, way = str(answers.get("where", "")), str(contact.get("way", ""))
    relation, age = str(answers.get("relation", "")), str(answers.get("age_group", ""))
    return [
        (_("Nama"), str(contact.get("name", ""))),
        (_("Kontak"), str(contact.get("value", ""))),
        (_("Lewat"), str(ContactWay(way).label) if way in ContactWay.values else way),
        (_("Umur"), str(AgeGroup(age).label) if age in AgeGroup.values else age),
        (_("Tempat"), KELURAHAN[where][0] if where in KELURAHAN else where),
        (_("Pelaku"), str(Relation(relation).label) if relation in Relation.values else relation),
        (_("Yang terjadi"), ", ".join(str(ViolenceForm(one).label) for one in chosen if one in ViolenceForm.values)),
        (_("Kapan"), str(answers.get("when", ""))),
    ]
