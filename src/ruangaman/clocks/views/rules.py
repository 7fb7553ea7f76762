"""Kinds of clock and their limits: looked at, written down anew, ended. Each is said in words before it is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ruangaman.accounts.types import Permission
from ruangaman.clocks import selectors, services
from ruangaman.clocks.forms import KindForm, LengthForm, LimitForm
from ruangaman.clocks.models import ClockKind, Limit
from ruangaman.clocks.registry import abouts
from ruangaman.clocks.types import Holder
from ruangaman.clocks.views import words
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.core.types import StaffRequest

RULES = "/pengaturan/jam/"
SAID = {
    "jenis": gettext_lazy("Jenis baru sudah berlaku. Ia mulai pada kejadian berikutnya."),
    "batas": gettext_lazy("Batas baru sudah dicatat. Yang sedang berjalan tidak berubah."),
    "henti": gettext_lazy("Jenis ini tidak dimulai lagi. Yang sedang berjalan tetap berjalan."),
    "pakai": gettext_lazy("Jenis ini dipakai lagi mulai sekarang."),
}
REPORTS = {
    "report.extreme": gettext_lazy("Menjawab laporan, bahaya ekstrem"),
    "report.high": gettext_lazy("Menjawab laporan, bahaya tinggi"),
    "report.medium": gettext_lazy("Menjawab laporan, bahaya sedang"),
    "report.low": gettext_lazy("Menjawab laporan, bahaya rendah"),
}
"""Limits that reports carry themselves: they are no kinds."""
administrator = requires(Permission.CODES_MANAGE)


@administrator
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    """Every kind by what it is about, with the limit that holds now."""
    at = clock.now()
    limits = {one.key: one for one in selectors.list_limits(at)}
    groups: dict[str, list[dict[str, Any]]] = {}
    for kind in sorted(selectors.list_kinds(), key=lambda one: abouts.get(one.about) is None):
        about = abouts.get(kind.about)
        title = str(about.label).capitalize() if about else _("Menunggu bagian yang belum ada")
        limit = limits.get(kind.limit_key)
        groups.setdefault(title, []).append({"kind": kind, "limit": limit, "is_valid": kind.is_valid(at)})
    answers = [(key, label, limits[key]) for key, label in REPORTS.items() if key in limits]
    context = {"groups": groups.items(), "answers": answers, "said": SAID.get(request.GET.get("sudah", ""))}
    return render(request, "clocks/rules.html", context)


@administrator
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    """A new kind: what it would do is said first, then it is saved."""
    at, lines = clock.now(), []
    form = KindForm(posted(request))
    if form.is_valid():
        lines = words.preview(form.new, about=form.about, office=selectors.get_office(), at=at)
        if _is_saved(
            form, lambda: services.add_kind(new=form.new, by=request.user, at=at, kind_id=form.row_id), request
        ):
            return HttpResponseRedirect(f"{RULES}?sudah=jenis")
    context = {"form": form, "lines": lines}
    return render(request, "clocks/new.html", context, status=422 if form.errors else 200)


@administrator
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: StaffRequest, key: str) -> HttpResponse:
    """One kind or limit: what it does, its versions, and a new version, said in words first."""
    at, lines = clock.now(), []
    kind, limits = _found(key)
    form = LimitForm(None if kind is not None and kind.is_promised else posted(request), initial=_initial(limits))
    if form.is_valid():
        begins = form.begins_at(at)
        lines = words.limit_preview(form.length, begins=begins, office=selectors.get_office(), at=at)
        facts = {"key": key, "length": form.length, "legal_basis": form.cleaned_data["legal_basis"]}
        if _is_saved(form, lambda: services.set_limit(**facts, valid_from=begins, by=request.user, at=at), request):
            return HttpResponseRedirect(f"{RULES}{key}/?sudah=batas")
    return _rule_page(request, key, kind, limits, form, lines)


@administrator
@require_POST
def switch(request: StaffRequest, key: str) -> HttpResponse:
    """Let a kind begin no clock any more, or again."""
    act, said = (services.resume_kind, "pakai") if "pakai" in request.POST else (services.end_kind, "henti")
    try:
        act(key=key, by=request.user, at=clock.now())
    except NotFound as error:
        raise Http404 from error
    return HttpResponseRedirect(f"{RULES}{key}/?sudah={said}")


def posted(request: StaffRequest) -> Any:
    """Return what was typed, or None."""
    return request.POST if request.method == "POST" else None


def _is_saved(form: LengthForm, save: Callable[[], object], request: StaffRequest) -> bool:
    """Save, if that was asked for and not only what it would do. False: not asked, or refused in words on the form."""
    if "simpan" not in request.POST:
        return False
    try:
        save()
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    return True


def _rule_page(
    request: StaffRequest,
    key: str,
    kind: ClockKind | None,
    limits: list[Limit],
    form: LimitForm,
    lines: list[words.Line],
) -> HttpResponse:
    about, at = (abouts.get(kind.about), clock.now()) if kind else (None, clock.now())
    context = {
        "key": key,
        "kind": kind,
        "title": kind.name if kind else REPORTS.get(key, key),
        "is_valid": kind is not None and kind.is_valid(at),
        "begins": words.begins(kind) if kind else "",
        "ends": words.stops_words(about, kind.stops_on, kind.rule) if kind else "",
        "holder": Holder(kind.holder).label if kind else "",
        "steps": words.steps_words(kind.steps) if kind else "",
        "count": words.concerned(about, kind.rule) if kind else "",
        "untold": ", ".join(words.untold(kind.starts_on)) if kind else "",
        "versions": [(one, one.length.words, one.valid_from > at) for one in limits],
        "form": form,
        "lines": lines,
        "said": SAID.get(request.GET.get("sudah", "")),
    }
    return render(request, "clocks/rule.html", context, status=422 if form.errors else 200)


def _found(key: str) -> tuple[ClockKind | None, list[Limit]]:
    """Return a kind and the versions of its limit, the newest first. Raises Http404: there is neither."""
    kind, limits = selectors.get_rule(key=key)
    if kind is None and not limits:
        raise Http404
    return kind, limits


def _initial(limits: list[Limit]) -> dict[str, Any]:
    if not limits:
        return {}
    last = limits[0]
    return {"value": last.value, "unit": last.unit, "calendar": last.calendar, "legal_basis": last.legal_basis}
