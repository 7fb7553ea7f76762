"""The unit's emergency key: who holds it, who shall, and the button of whoever can hand it on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ruangaman.accounts import selectors, services
from ruangaman.accounts.forms import EmergencyForm
from ruangaman.accounts.models import User
from ruangaman.accounts.selectors import EmergencyKey
from ruangaman.accounts.types import Permission, RequestKind
from ruangaman.accounts.views.people import WITHDRAWN, refused
from ruangaman.core import clock
from ruangaman.core.access import requires, signed_in
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest
from ruangaman.vault import services as vault

EMERGENCY_URL = "/pengaturan/darurat/"
SAID = {
    "diminta": gettext_lazy(
        "Permintaan sudah dicatat. Setelah orang kedua setuju, pemegang kunci menyerahkannya di sini."
    ),
    "diserahkan": gettext_lazy(
        "Kunci darurat sudah diserahkan. Yang digantikan tidak memegangnya lagi; kunci yang baru menunggu dua petugas"
        " kunci."
    ),
    "ditambah": gettext_lazy("Kunci darurat sudah diserahkan. Pemegangnya bertambah; tidak ada yang perlu disahkan."),
    "batal": WITHDRAWN,
    "baru": gettext_lazy("Kunci darurat baru sudah dibuat. Ia menunggu tanda tangan dua petugas kunci."),
    "dilepas": gettext_lazy("Orang ini tidak memegang kunci darurat lagi. Kunci barunya menunggu dua petugas kunci."),
}


@signed_in()
@require_safe
def emergency(request: StaffRequest) -> HttpResponse:
    """The emergency keys that the viewer holds or is in charge of; for everybody else there is no such page."""
    return page(request)


def page(request: StaffRequest, *, status: int = 200, fault: tuple[str, EmergencyForm] | None = None) -> HttpResponse:
    """Draw the page, with a unit's form that needs another look if there is one."""
    found = selectors.list_emergency_keys(viewer=request.user, at=clock.now())
    if not found:
        raise Http404
    groups = [one.unit.breakglass_id for one in found if one.unit.breakglass_id]
    states: dict[UUID | None, vault.KeyState] = {one.principal_id: one for one in vault.list_keys(groups)}
    faults = dict([fault] if fault else [])
    rows = [
        (
            one,
            states.get(one.unit.breakglass_id),
            faults.get(one.unit.code) or form_of(request.user, one),
            naming_fault(request.user, one),
        )
        for one in found
    ]
    context = {"rows": rows, "said": SAID.get(request.GET.get("sudah", ""))}
    return render(request, "accounts/emergency.html", context, status=status)


def form_of(viewer: User, key: EmergencyKey, data: Any = None) -> EmergencyForm:
    """Return the form that names a holder: its ids are its own, for an administrator sees several."""
    users = [
        (str(user.pk), f"{user.display_name}, {user.get_role_display()}")
        for user in (selectors.list_nameable(key=key, viewer=viewer) if key.is_in_charge else [])
    ]
    holders = [(str(user.pk), user.display_name) for user in key.holders]
    return EmergencyForm(data, users=users, holders=holders, auto_id=f"id_%s_{key.unit.code}")


def naming_fault(viewer: User, key: EmergencyKey) -> str:
    """Return why nobody could agree, whomever `viewer` named; who could name instead. Of some it may still be true."""
    nameable = selectors.list_nameable(key=key, viewer=viewer) if key.is_in_charge else []
    faults = [services.asking_fault(kind=RequestKind.EMERGENCY, user=user, by=viewer) for user in nameable]
    return faults[0] if faults and all(faults) else ""


@requires(Permission.PEOPLE_MANAGE)
@require_POST
def name(request: StaffRequest, code: str) -> HttpResponse:
    """Name who holds the key from now on, and instead of whom."""
    key = selectors.get_emergency_key(code=code, viewer=request.user, at=clock.now())
    form = form_of(request.user, key, request.POST)
    if not form.is_valid():
        return page(request, status=422, fault=(code, form))
    user = get_object_or_404(User.objects.select_related("unit"), pk=form.cleaned_data["user"])
    old = next((one for one in key.holders if str(one.pk) == form.cleaned_data["instead_of"]), None)
    act = partial(services.name_emergency_holder, unit=key.unit, user=user, instead_of=old)
    return answered(request, act, "diminta")


@signed_in()
@require_POST
def hand(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Hand the key on as two people agreed; or begin a new one, because nobody can."""
    agreed = selectors.get_agreed(request_id=request_id, viewer=request.user, at=clock.now())
    if request.POST.get("cara") == "baru":
        return answered(request, partial(services.begin_emergency_anew, request=agreed), "baru")
    said = "diserahkan" if agreed.instead_of_id else "ditambah"
    return answered(request, partial(services.hand_emergency_key, request=agreed), said)


@requires(Permission.PEOPLE_MANAGE)
@require_POST
def end(request: StaffRequest, code: str) -> HttpResponse:
    """Take the key from one of several who hold it."""
    key = selectors.get_emergency_key(code=code, viewer=request.user, at=clock.now())
    user = next((one for one in key.holders if str(one.pk) == request.POST.get("user")), None)
    if user is None:
        return HttpResponseRedirect(EMERGENCY_URL)
    return answered(request, partial(services.end_emergency_holding, unit=key.unit, user=user), "dilepas")


def answered(request: StaffRequest, act: Callable[..., object], said: str) -> HttpResponse:
    """Do something to the key and lead back to it with a sentence; or say why not."""
    try:
        act(by=request.user, at=clock.now())
    except DomainError as error:
        return refused(request, str(error), EMERGENCY_URL)
    if not selectors.list_emergency_keys(viewer=request.user, at=clock.now()):
        return HttpResponseRedirect("/pengaturan/?sudah=darurat")  # whoever gave the key away sees its page no more
    return HttpResponseRedirect(f"{EMERGENCY_URL}?sudah={said}")
