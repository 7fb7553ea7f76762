"""The thread under a receipt: entering the number, reading, writing."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ruangaman.core import clock
from ruangaman.core.access import prepared, public
from ruangaman.core.errors import Busy
from ruangaman.intake import services
from ruangaman.intake.forms.faults import ask_files_again, tell_fault
from ruangaman.intake.forms.public import MessageForm, ReceiptForm
from ruangaman.intake.models import Report
from ruangaman.intake.selectors import thread as selectors
from ruangaman.intake.selectors.reception import cached_reception
from ruangaman.intake.views import visit
from ruangaman.vault import receipts
from ruangaman.vault import services as vault
from ruangaman.vault.receipts import Receipt

THREAD = "/p/pesan"


def prepare_enter(request: HttpRequest) -> HttpResponse | None:
    """Derive what a number leads to, without a connection; what is no number costs the same."""
    if request.method != "POST":
        return None
    form = ReceiptForm(request.POST, auto_id="%s")
    if not form.is_valid() or tell_fault(request, form):
        return _enter_page(request, form, status=422)
    digits = receipts.normalise_digits(form.cleaned_data["receipt"] or "")
    try:
        found = receipts.receipt_from_digits(digits) if digits else receipts.decoy()
    except Busy:
        form.add_error(None, _("Sedang ramai sekali. Tunggu sebentar, lalu coba lagi."))
        return _enter_page(request, form, status=503)
    request.prepared = (found, digits is not None)  # type: ignore[attr-defined]  # the door's own slot
    return None


@public(prepare=prepare_enter)
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Ask for the number. Mistyped, unknown and erased get one and the same answer."""
    if request.method != "POST":
        return _enter_page(request, ReceiptForm(auto_id="%s"))
    receipt, is_number = prepared(request)
    report = _find(request, receipt)
    if report is None or not is_number:
        form = ReceiptForm({}, auto_id="%s")
        words = _("Nomor ini belum cocok. Coba baca lagi pelan-pelan, satu baris demi satu baris.")
        form.add_error("receipt", words)
        return _enter_page(request, form, status=422)
    session = visit.remember(request, receipt)
    session.pop("digits", None)
    draft = request.POST.get("message", "")
    if visit.refuses_cookies(request):
        return show(request, session, MessageForm(initial={"message": draft}))
    session["draft"] = draft
    return _to_thread()


def prepare_messages(request: HttpRequest) -> HttpResponse | None:
    """Check what was written, and wait for room to store files, without a connection."""
    if request.method != "POST" or "read" in request.POST:
        return None
    hours = cached_reception().hours[services.BACK_KEY]
    uploads = _uploads(request)
    form = MessageForm(request.POST, has_files=bool(uploads))
    form.is_valid()
    tell_fault(request, form)
    slot = None
    if uploads and not form.errors:
        try:
            slot = vault.take_slot()
        except Busy as busy:
            form.add_error("files", str(busy))
    request.prepared = (form, slot, hours)  # type: ignore[attr-defined]  # the door's own slot
    return None


@public(files=True, prepare=prepare_messages)
@require_http_methods(["GET", "HEAD", "POST"])
def messages(request: HttpRequest) -> HttpResponse:
    """The thread; a POST adds a message. Without a live session the number is asked again; nothing typed is lost."""
    session = visit.resume(request)
    receipt = visit.receipt_of(session)
    if receipt is None:
        return _ask_number_again(request)
    if request.method != "POST" or "read" in request.POST:
        return show(request, session)
    form = prepared(request)[0]
    if form.errors:
        ask_files_again(request, form)
        return show(request, session, form, status=422)
    return _write(request, session, receipt)


def show(
    request: HttpRequest, session: Any, form: MessageForm | None = None, *, status: int = 200, sent: bool = False
) -> HttpResponse:
    """The thread's page."""
    receipt = visit.receipt_of(session)
    report = _find(request, receipt) if receipt else None
    viewer = vault.receipt_actor(receipt) if receipt else None
    if report is None or viewer is None:
        visit.end(request)
        return _ask_number_again(request)
    at = clock.now()
    thread = selectors.get_thread(report=report, viewer=viewer, at=at)
    services.mark_read(report=report, at=at)
    if form is None:
        form = MessageForm(initial={"message": session.pop("draft", "")})
    context = {
        "thread": thread,
        "form": form,
        "message_id": request.POST.get("id") if form.errors else uuid4(),
        "s": visit.carried_key(request),
        "sent": sent,
    }
    return render(request, "intake/thread.html", context, status=status)


def _write(request: HttpRequest, session: Any, receipt: Receipt) -> HttpResponse:
    form, slot, hours = prepared(request)
    report = _find(request, receipt)
    viewer = vault.receipt_actor(receipt)
    if report is None or viewer is None:
        visit.end(request)
        return _ask_number_again(request)
    stored = services.write_message(
        report=report,
        message_id=_message_id(request),
        text=form.cleaned_data["message"],
        uploads=_uploads(request),
        slot=slot,
        hours=hours,
        by=viewer,
        at=clock.now(),
    )
    if not stored:
        request.unit_of_work.roll_back()  # type: ignore[attr-defined]  # it is there already: what was sealed again goes
    if visit.refuses_cookies(request) and stored:
        return show(request, session, MessageForm(), sent=True)
    return _to_thread()


def _find(request: HttpRequest, receipt: Receipt) -> Report | None:
    """Tell the database whose receipt this is and look for its report: the same steps whether there is one or not."""
    located = vault.locate_receipt(receipt.locator)
    principal = located[0] if located else uuid4()
    request.unit_of_work.set_viewer(None, [principal])  # type: ignore[attr-defined]  # set by the door
    return selectors.find_own_report()


def _message_id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("id", ""), version=4)
    except ValueError:
        return uuid4()


def _uploads(request: HttpRequest) -> list[Any]:
    uploads = getattr(request, "uploads", None)
    return list(uploads.sealed) if uploads is not None else []


def _ask_number_again(request: HttpRequest) -> HttpResponse:
    draft = request.POST.get("message", "") if request.method == "POST" else ""
    if request.method != "POST":
        return HttpResponseRedirect(visit.kept_language("/p/"), status=303)
    form = ReceiptForm({}, auto_id="%s")
    form.add_error("receipt", _("Demi keamanan, masukkan nomormu sekali lagi. Tulisanmu masih ada."))
    return _enter_page(request, form, status=422, draft=draft)


def _enter_page(request: HttpRequest, form: ReceiptForm, *, status: int = 200, draft: str = "") -> HttpResponse:
    draft = draft or request.POST.get("message", "")
    return render(request, "intake/enter.html", {"form": form, "draft": draft}, status=status)


def _to_thread() -> HttpResponse:
    return HttpResponseRedirect(visit.kept_language(THREAD), status=303)
