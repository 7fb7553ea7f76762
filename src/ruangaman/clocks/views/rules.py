"""Kinds of clock and their limits: looked at, written down anew, ended. Each is said in words before it is saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ruangaman.accounts.types import Permission
from ruangaman.clocks import policies, selectors, services
from ruangaman.clocks.forms import EndKindForm, KindForm, LengthForm, LimitForm
from ruangaman.clocks.models import ClockKind, Limit
from ruangaman.clocks.registry import abouts
from ruangaman.clocks.types import Holder
from ruangaman.clocks.views import words
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest
from ruangaman.ui import looked
from ruangaman.ui.types import Words

RULES = "/pengaturan/jam/"
ASKED = {"reason", "seen"}
"""What is asked beside the preview: it stays while they are missing."""
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
    office = selectors.get_office()
    groups: dict[str, list[dict[str, Any]]] = {}
    for kind in sorted(selectors.list_kinds(), key=lambda one: abouts.get(one.about) is None):
        about = abouts.get(kind.about)
        title = str(about.label).capitalize() if about else _("Menunggu bagian yang belum ada")
        limit = limits.get(kind.limit_key)
        astray = words.out_of_reach(limit.length, office, at) if limit and kind.is_valid(at) else ""
        groups.setdefault(title, []).append(
            {"kind": kind, "limit": limit, "is_valid": kind.is_valid(at), "astray": astray}
        )
    answers = [(key, label, limits[key]) for key, label in REPORTS.items() if key in limits]
    context = {"groups": groups.items(), "answers": answers, "said": SAID.get(request.GET.get("sudah", ""))}
    return render(request, "clocks/rules.html", context)


@administrator
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    """A new kind: what it would do is said first, then it is saved."""
    at, look = clock.now(), NOTHING
    office = selectors.get_office()
    form = KindForm(posted(request), office=office, at=at)
    if form.is_valid():
        found = form.new
        same = [one for one in selectors.list_named(label=found.label, key=found.key) if one.pk != form.row_id]
        if any(one.key == found.key for one in same):
            form.add_error("label", _("Nama ini sudah dipakai jenis lain. Pilih nama yang lain."))
        lines = words.preview(found, about=form.about, office=office, at=at)
        look = Look.of(request, form, lines, warning=_twin(same))
        if look.is_kept(request, form) and _is_saved(
            form, lambda: services.add_kind(new=found, by=request.user, at=at, kind_id=form.row_id)
        ):
            return HttpResponseRedirect(f"{RULES}?sudah=jenis")
        look = look.with_lines(words.count_lines(form.about, found.condition))
    context = {"form": form, "look": NOTHING if form.errors else look}
    return render(request, "clocks/new.html", context, status=422 if form.errors or look.has_changed else 200)


@administrator
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: StaffRequest, key: str) -> HttpResponse:
    """One kind or limit: what it does, its versions, and a new version, said in words first."""
    at, look = clock.now(), NOTHING
    kind, limits = _found(key)
    office = selectors.get_office()
    data = None if kind is not None and kind.is_promised else posted(request)
    form = LimitForm(data, key=key, office=office, at=at, initial=_initial(limits))
    if form.is_valid():
        begins, basis = form.begins_at(at), form.cleaned_data["legal_basis"]
        running = selectors.count_open(key=key) if kind is not None else None
        lines = words.limit_preview(form.length, basis, begins=begins, office=office, at=at, longer=form.longer)
        lines += words.waiting_lines(key, form.length, has_kind=kind is not None)
        look = Look.of(request, form, lines, warning=words.longer_warning(form.longer))
        look = look.with_lines(words.running_lines(running) if kind is not None else [])
        facts = {"key": key, "length": form.length, "legal_basis": basis}
        facts |= {"reason": form.why, "has_looked": bool(form.cleaned_data.get("seen"))}
        if (
            look.is_kept(request, form)
            and form.is_explained()
            and _is_saved(form, lambda: services.set_limit(**facts, valid_from=begins, by=request.user, at=at))
        ):
            return HttpResponseRedirect(f"{RULES}{key}/?sudah=batas")
    return _rule_page(request, key, kind, limits, form, NOTHING if set(form.errors) - ASKED else look)


@requires(Permission.CASE_OVERSEE)
@require_safe
def longer(request: StaffRequest) -> HttpResponse:
    """The limits that were made longer where somebody waits: who, when, why; for who answers for a unit."""
    at = clock.now()
    names: dict[str, Words] = {one.limit_key: one.name for one in selectors.list_kinds() if one.limit_key}
    names |= REPORTS
    rows = [(one, names.get(one.key, one.key), before) for one, before in selectors.list_longer()]
    return render(request, "clocks/longer.html", {"rows": rows, "at": at})


@administrator
@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: StaffRequest, key: str) -> HttpResponse:
    """Ask before a kind begins no clock any more, with what that means and why; or let it begin again."""
    kind, _limits = _found(key)
    if kind is None:
        raise Http404
    at = clock.now()
    if "pakai" in request.POST:
        services.resume_kind(key=key, by=request.user, at=at)
        return HttpResponseRedirect(f"{RULES}{key}/?sudah=pakai")
    if not kind.is_valid(at):
        return HttpResponseRedirect(f"{RULES}{key}/")
    basis = selectors.basis_of(kind, at)
    is_binding = policies.is_asked_of_us(kind, basis)
    form = EndKindForm(posted(request), is_binding=is_binding)
    if form.is_valid():
        services.end_kind(key=key, reason=form.why, has_looked=form.has_looked, by=request.user, at=at)
        return HttpResponseRedirect(f"{RULES}{key}/?sudah=henti")
    context = {
        "kind": kind,
        "form": form,
        "is_binding": is_binding,
        "lines": words.end_preview(kind, basis=basis, running=selectors.count_open(key=key), at=at),
    }
    return render(request, "clocks/switch.html", context, status=422 if form.errors else 200)


def posted(request: StaffRequest) -> Any:
    """Return what was typed, or None."""
    return request.POST if request.method == "POST" else None


@dataclass(frozen=True)
class Look:
    """What a rule would do, as it is shown before it is saved.

    Args:
        mark: of all that it shows; the order to save has to bring it back.
        warning: what speaks against it.
        has_changed: it was asked to be saved, and is not what was shown.
    """

    lines: tuple[words.Line, ...] = ()
    mark: str = ""
    warning: str = ""
    has_changed: bool = False
    changed_words: Words = looked.CHANGED

    @classmethod
    def of(cls, request: StaffRequest, form: LengthForm, lines: list[words.Line], warning: str = "") -> Look:
        """Return the preview of what stands in a form."""
        mark = looked.mark_of(request.path, form.shown, lines, warning)
        wants, fits = "simpan" in request.POST, looked.is_marked(request.POST, mark)
        return cls(tuple(lines), mark, warning, has_changed=wants and not fits)

    def is_kept(self, request: StaffRequest, form: LengthForm) -> bool:
        """Whether it is to be saved: asked for, without fault, and what was looked at."""
        return "simpan" in request.POST and not self.has_changed and not form.errors

    def with_lines(self, more: list[words.Line]) -> Look:
        """Return it with lines that may differ at every look, so that they are no part of its mark."""
        return replace(self, lines=(*self.lines, *more))


NOTHING = Look()


def _twin(same: list[ClockKind]) -> str:
    """Warn of a kind that has the same name already; "" where there is none."""
    if not same:
        return ""
    return _("Sudah ada jenis bernama “%(name)s”. Simpan hanya bila memang lain.") % {"name": same[0].name}


def _is_saved(form: LengthForm, save: Callable[[], object]) -> bool:
    """Save. False: refused in words on the form."""
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
    look: Look,
) -> HttpResponse:
    about, at = (abouts.get(kind.about), clock.now()) if kind else (None, clock.now())
    context = {
        "key": key,
        "kind": kind,
        "title": kind.name if kind else REPORTS.get(key, key),
        "is_valid": kind is not None and kind.is_valid(at),
        "begins": words.begins(kind) if kind else "",
        "ends": words.stops_words(about, kind.stops_on, kind.rule) if kind else "",
        "holder": words.holder_words(about, Holder(kind.holder)) if kind else "",
        "steps": words.steps_words(kind.steps) if kind else "",
        "count": words.counted(about, kind.rule) if kind else "",
        "astray": next((words.out_of_reach(one.length, form.office, at) for one in limits if one.valid_from <= at), ""),
        "untold": ", ".join(words.untold(kind.starts_on)) if kind else "",
        "versions": [(one, one.length.words, one.valid_from > at) for one in limits],
        "form": form,
        "look": look,
        "said": SAID.get(request.GET.get("sudah", "")),
    }
    return render(request, "clocks/rule.html", context, status=422 if form.errors or look.has_changed else 200)


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
