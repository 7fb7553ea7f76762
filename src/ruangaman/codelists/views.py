"""The lists: all of them, one of them, and a code that is added, reworded or ended, after a look at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ruangaman.accounts.types import Permission
from ruangaman.codelists import selectors, services
from ruangaman.codelists.forms import AGAIN, SAVE, EndForm, NewCodeForm, Sample, WordsForm
from ruangaman.codelists.policies import can_grow
from ruangaman.codelists.registry import FEW
from ruangaman.codelists.types import ATTRIBUTES, COUNTED, CodeBook, CodeView, ListKey
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.errors import DomainError, NotFound
from ruangaman.core.types import StaffRequest
from ruangaman.ui import looked

LISTS_URL = "/pengaturan/daftar/"
SAID = {
    "tambah": gettext_lazy("Pilihan baru sudah disimpan."),
    "ubah": gettext_lazy("Kata yang baru sudah disimpan."),
    "akhiri": gettext_lazy("Pilihan itu akan berakhir pada hari yang Anda tentukan."),
}
WORDS = ("label_id", "label_en", "explanation", "source")
"""What may change about a code."""
form_page = require_http_methods(["GET", "POST"])


@requires(Permission.CODES_MANAGE)
@require_safe
def lists(request: StaffRequest) -> HttpResponse:
    """Every list."""
    rows = selectors.list_lists(viewer=request.user, at=clock.now())
    return render(request, "codelists/lists.html", {"rows": rows})


@requires(Permission.CODES_MANAGE)
@require_safe
def one_list(request: StaffRequest, list_key: str) -> HttpResponse:
    """One list: what can be chosen, what begins later, what ended."""
    found = list_or_404(list_key)
    rows = selectors.list_codes(key=found, viewer=request.user, at=clock.now())
    return render(
        request,
        "codelists/list.html",
        {
            "key": found,
            "rows": rows,
            "grows": can_grow(found),
            "said": SAID.get(request.GET.get("sudah", "")),
        },
    )


@requires(Permission.CODES_MANAGE)
@form_page
def add(request: StaffRequest, list_key: str) -> HttpResponse:
    """A new code: typed, looked at, kept."""
    found, at = list_or_404(list_key), clock.now()
    if not can_grow(found):
        raise Http404
    initial = {"since": selectors.day_of(at), "row_id": uuid4()}
    form = NewCodeForm(data_of(request), key=found, book=selectors.book(), initial=initial)

    def keep() -> None:
        services.add_code(
            key=found,
            code=form.cleaned_data["code"],
            new=form.to_code(),
            since=form.cleaned_data["since"],
            by=request.user,
            at=at,
            code_id=form.cleaned_data["row_id"],
        )

    def sample() -> CodeView:
        return view_of(found, form.cleaned_data["code"], form.cleaned_data, position=10**6)

    return steps(request, found, form, "codelists/add.html", "tambah", keep, sample)


@requires(Permission.CODES_MANAGE)
@form_page
def change(request: StaffRequest, list_key: str, list_code: str) -> HttpResponse:
    """Other words for a code from a day on."""
    found, at = list_or_404(list_key), clock.now()
    before = code_or_404(request, found, list_code)
    initial = {**vars(before), "since": selectors.day_of(at)}
    form = WordsForm(data_of(request), initial=initial, after=before.valid_from)

    def keep() -> None:
        words, since = form.to_words(before), form.cleaned_data["since"]
        services.change_code(key=found, code=list_code, new=words, since=since, by=request.user, at=at)

    def sample() -> CodeView:
        return replace(before, **{name: form.cleaned_data[name] for name in WORDS})

    return steps(request, found, form, "codelists/change.html", "ubah", keep, sample, before=before)


@requires(Permission.CODES_MANAGE)
@form_page
def end(request: StaffRequest, list_key: str, list_code: str) -> HttpResponse:
    """Let a code be chosen no more from a day on."""
    found, at = list_or_404(list_key), clock.now()
    before = code_or_404(request, found, list_code)
    if not can_grow(found):
        raise Http404
    first = services.first_end(before.valid_from, at)
    form = EndForm(data_of(request), initial={"until": first}, first=first)

    def keep() -> None:
        services.end_code(key=found, code=list_code, until=form.cleaned_data["until"], by=request.user, at=at)

    return steps(request, found, form, "codelists/end.html", "akhiri", keep, None, before=before)


def steps(
    request: StaffRequest,
    key: ListKey,
    form: forms.Form,
    template: str,
    word: str,
    keep: Callable[[], None],
    sample: Callable[[], CodeView] | None,
    *,
    before: CodeView | None = None,
) -> HttpResponse:
    """Show the form; then how it will be, with what was typed kept in hidden fields; then keep it and go back."""
    preview: dict[str, Any] = {}
    step = request.POST.get("langkah")
    if request.method == "POST" and form.is_valid() and step != AGAIN:
        preview = preview_of(request, key, form, sample, before)
        preview["has_changed"] = step == SAVE and not looked.is_marked(request.POST, preview["mark"])
        if step == SAVE and not preview["has_changed"]:
            try:
                keep()
            except DomainError as error:
                form.add_error(None, str(error))
                preview = {}
            else:
                return HttpResponseRedirect(f"{LISTS_URL}{key}/?sudah={word}")
    context = {"key": key, "form": form, "before": before, "changed_words": looked.CHANGED, **preview}
    is_wrong = (form.is_bound and form.errors) or preview.get("has_changed")
    return render(request, template, context, status=422 if is_wrong else 200)


def preview_of(
    request: StaffRequest,
    key: ListKey,
    form: forms.Form,
    sample: Callable[[], CodeView] | None,
    before: CodeView | None,
) -> dict[str, Any]:
    """Return how it will look in a form, how many records use the code, and from when."""
    day = form.cleaned_data.get("since") or form.cleaned_data["until"]
    code = before.code if before else form.cleaned_data["code"]
    shown = sample() if sample else None
    others = [one for one in selectors.book().valid(key, day) if one.code != code]
    codes = CodeBook([*others, *([replace(shown, valid_from=day)] if shown else [])]).valid(key, day)
    rows = said_of(key, shown) if shown else []
    twins = selectors.list_twins(
        key=key, code=code, words=(shown.label_id, shown.label_en), viewer=request.user, at=clock.now()
    ) if shown else []  # fmt: skip
    return {
        "is_preview": True,
        "rows": rows,
        "twins": twins,
        "mark": looked.mark_of(request.path, form.cleaned_data, rows, [one.code for one in twins]),
        "day": day,
        "code": code,
        "shown": shown,
        "sample": Sample(label=key.label, codes=codes, chosen=shown.code if shown else ""),
        "uses": selectors.count_uses(key=key, code=code, viewer=request.user),
        "is_counted": key in COUNTED,
        "few": FEW,
    }


def said_of(key: ListKey, shown: CodeView) -> list[tuple[Any, str]]:
    """Return, label by label, everything that a version says beside its words."""
    rows: list[tuple[Any, str]] = []
    if shown.parent:
        rows.append((_("Bagian dari"), selectors.book().label(key, shown.parent)))
    for one in ATTRIBUTES.get(key, ()):
        value = shown.extra.get(one.name, "")
        rows.append((one.label, str(dict(one.choices).get(value, value)) or _("belum dipilih")))
    rows.append((_("Penjelasan"), shown.explanation or _("tidak ada")))
    rows.append((_("Dasar"), shown.source or _("tidak disebut")))
    return rows


def view_of(key: ListKey, code: str, known: dict[str, Any], *, position: int) -> CodeView:
    """Return a code that is not kept yet, to be looked at."""
    words = {name: known[name] for name in ("label_id", "label_en", "explanation", "source", "parent")}
    extra = {one.name: known[one.name] for one in ATTRIBUTES.get(key, ())}
    return CodeView(
        list=key, code=code, valid_from=known["since"], valid_to=None, position=position, extra=extra, **words
    )


def data_of(request: StaffRequest) -> Any:
    """Return what a form is filled from: what was sent, or nothing."""
    return request.POST if request.method == "POST" else None


def list_or_404(key: str) -> ListKey:
    """Return a list by its key in the address."""
    if key not in ListKey.values:
        raise Http404
    return ListKey(key)


def code_or_404(request: StaffRequest, key: ListKey, code: str) -> CodeView:
    """Return the newest version of a code that has not ended."""
    try:
        found = selectors.get_code(key=key, code=code, viewer=request.user)
    except NotFound as error:
        raise Http404 from error
    if found.valid_to is not None:
        raise Http404
    return found
