"""The report: the form, and the receipt once it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ruangaman.core import clock
from ruangaman.core.access import prepared, public
from ruangaman.core.errors import Busy
from ruangaman.intake import services
from ruangaman.intake.errors import NoDeskLeft, NotReady, Unreadable
from ruangaman.intake.forms.faults import ask_files_again
from ruangaman.intake.forms.public import CONTACT_NOTES, KIND_ICONS, ReportForm
from ruangaman.intake.registry import channels
from ruangaman.intake.selectors.reception import cached_reception
from ruangaman.intake.types import Outcome, Reception
from ruangaman.intake.views import thread, visit
from ruangaman.ui import kept
from ruangaman.vault import receipts

PATHS = {"anak": {"who": "child"}, "lain": {"who": "other"}}
"""`?untuk=` → what is chosen beforehand."""
TOKEN, KEY = "form-token-goes-here", "form-key-goes-here"


GROUPS = ("@1@@", "@2@@", "@3@@", "@4@@", "@5@@")
"""Where the digits go in a kept receipt page."""


@dataclass(frozen=True)
class SentAgain:
    """A form whose page is older than the visit: pressed twice, or left open. The visit knows which."""

    key_hmac: bytes
    page: HttpResponse


def prepare_form(request: HttpRequest) -> HttpResponse | None:
    """Everything that needs no connection: the blank form, or checking, deriving and sealing a sent one."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return None
    reception = cached_reception()
    if request.method != "POST":
        return _blank(request, reception)
    try:
        request.prepared = _prepare(request, reception)  # type: ignore[attr-defined]  # the door's own slot
    except Unreadable as asked:
        fault = getattr(request, "body_fault", None)
        page = _again(request, asked.form, reception, status=503 if fault == "busy" else 422)
        facts = receipts.check_key(request.POST.get("key", ""))
        if fault != "stale" or facts is None:
            return page
        request.prepared = SentAgain(facts.key_hmac, page)  # type: ignore[attr-defined]  # the door's own slot
    except NoDeskLeft as refused:
        return _again(request, _refilled(request, reception, "avoid", str(refused)), reception, no_desk=True)
    except NotReady as closed:
        form = _refilled(request, reception, None, str(closed))
        return _again(request, form, reception, status=503, no_desk=True)
    except Busy:
        words = _("Sedang ramai sekali. Tulisanmu masih ada; tunggu sebentar, lalu tekan Kirim lagi.")
        return _again(request, _refilled(request, reception, None, words), reception, status=503)
    return None


def _prepare(request: HttpRequest, reception: Reception) -> services.PreparedReport:
    uploads = getattr(request, "uploads", None)
    return services.prepare_report(
        draft=channels["web"].receive(request, avoidable=reception.avoidable, child=_path(request) == "anak"),
        uploads=uploads.sealed if uploads is not None else [],
        key=request.POST.get("key", ""),
        cookie=_cookie(request),
        reception=reception,
        at=clock.now(),
    )


@public(files=True, prepare=prepare_form)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Store what was prepared; the receipt is shown once it is durable."""
    ready: services.PreparedReport | SentAgain = prepared(request)
    if isinstance(ready, SentAgain):
        return _to_receipt() if visit.has_sent(request, ready.key_hmac) else ready.page
    outcome = services.accept_report(prepared=ready)
    if outcome is Outcome.OTHER:
        sent = visit.has_sent(request, ready.key_hmac)
        return _to_receipt() if sent else render(request, "intake/accepted_before.html")
    session = visit.remember(request, ready.receipt)
    session["sent"] = ready.key_hmac.hex()
    session["digits"], session["hours"] = ready.receipt.digits, ready.hours
    session["files"], session["kept_from"] = len(ready.files), ready.kept_from
    if visit.refuses_cookies(request):
        return _receipt_page(request, session)
    return _to_receipt()


def _to_receipt() -> HttpResponse:
    return HttpResponseRedirect(visit.kept_language("/i/selesai"), status=303)


@public()
@require_http_methods(["GET", "HEAD", "POST"])
def done(request: HttpRequest) -> HttpResponse:
    """The receipt, until she has noted it."""
    session = visit.resume(request)
    if request.method == "POST" and request.body_fault is None:  # type: ignore[attr-defined]
        session.pop("digits", None)
        if visit.refuses_cookies(request) and visit.receipt_of(session):
            return thread.show(request, session)
    if "digits" in session:
        return _receipt_page(request, session)
    return HttpResponseRedirect(visit.kept_language("/p/pesan" if visit.receipt_of(session) else "/p/"), status=303)


def _receipt_page(request: HttpRequest, session: Any) -> HttpResponse:
    """The receipt, from kept text for most: only token and digits are new."""
    shown = {name: session.get(name) for name in ("digits", "hours", "files", "kept_from")}
    carried = visit.carried_key(request)
    if carried or shown["files"] or shown["kept_from"]:
        return render(request, "intake/receipt.html", {**shown, "s": carried})
    places = dict(zip(GROUPS, receipts.group(shown["digits"]).split(), strict=True))
    page = _kept_receipt(get_language() or "id", shown["hours"])
    return page.fill(request, {TOKEN: get_token(request), **places})


def _blank(request: HttpRequest, reception: Reception) -> HttpResponse:
    """The empty form from kept text: only token and key are new."""
    page = _kept_form(get_language() or "id", _path(request), reception)
    return page.fill(request, {TOKEN: get_token(request), KEY: receipts.mint_key(_minted_for(request))})


@lru_cache(maxsize=64)
def _kept_form(language: str, path: str, reception: Reception) -> kept.KeptPage:
    form = ReportForm(avoidable=reception.avoidable, child=path == "anak", initial=PATHS.get(path))
    context = _context(form, reception, path) | {"csrf_token": TOKEN, "key": KEY}
    return kept.draw("intake/form.html", context, places=(TOKEN, KEY), query=f"untuk={path}" if path else "")


@lru_cache(maxsize=64)
def _kept_receipt(language: str, hours: int | None) -> kept.KeptPage:
    context = {"digits": "".join(GROUPS), "hours": hours, "csrf_token": TOKEN}
    return kept.draw("intake/receipt.html", context, places=(TOKEN, *GROUPS))


def _again(
    request: HttpRequest, form: ReportForm, reception: Reception, *, status: int = 422, no_desk: bool = False
) -> HttpResponse:
    """The form with everything that was typed, and what needs another look."""
    ask_files_again(request, form)
    key = request.POST.get("key", "")
    key = key if receipts.check_key(key) else receipts.mint_key(_minted_for(request))
    context = _context(form, reception, _path(request)) | {"key": key, "no_desk": no_desk, "busy": status == 503}
    return render(request, "intake/form.html", context, status=status)


def _refilled(request: HttpRequest, reception: Reception, field: str | None, words: str) -> ReportForm:
    form = ReportForm(request.POST, avoidable=reception.avoidable, child=_path(request) == "anak")
    form.is_valid()
    form.add_error(field, words)
    return form


def _context(form: ReportForm, reception: Reception, path: str) -> dict[str, Any]:
    chosen = set(form["avoid"].value() or ())
    options = [(code, name, code in reception.holders, code in chosen) for code, name in reception.offered()]
    return {
        "form": form,
        "path": path,
        "action": visit.kept_language(f"/i/?untuk={path}" if path else "/i/"),
        "avoid": options,
        "desks": [desk.name for desk in reception.desks],
        "kind_icons": KIND_ICONS,
        "contact_notes": CONTACT_NOTES,
    }


def _path(request: HttpRequest) -> str:
    path = request.GET.get("untuk", "")
    return path if path in PATHS else ""


def _cookie(request: HttpRequest) -> str | None:
    """The browser's cookie, or None: it came without one."""
    return None if request.cookie_is_new else str(request.cookie)  # type: ignore[attr-defined]


def _minted_for(request: HttpRequest) -> str:
    return str(request.cookie)  # type: ignore[attr-defined]  # also a new one: it goes out with this page
