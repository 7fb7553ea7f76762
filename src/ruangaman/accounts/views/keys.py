"""For key officers: which public keys wait for their word, and who is an officer."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ruangaman.accounts import selectors, services
from ruangaman.accounts.forms import PickForm, SignForm
from ruangaman.accounts.models import DoorRequest, User
from ruangaman.accounts.selectors.deciding import list_own_requests
from ruangaman.accounts.types import Permission, RequestKind
from ruangaman.accounts.views.people import WITHDRAWN, refused
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest
from ruangaman.vault import services as vault

KEYS_URL = "/pengaturan/kunci/"
SAID = {
    "sah": gettext_lazy("Tanda tangan Anda sudah disimpan. Kunci berlaku setelah ditandatangani dua petugas kunci."),
    "ulang": gettext_lazy("Semua kunci yang berlaku sekarang juga ditandatangani Anda."),
    "usul": gettext_lazy("Usulan dicatat. Administrator memutuskannya di halaman permintaan."),
    "batal": WITHDRAWN,
    "lepas": gettext_lazy("Petugas itu sudah dilepas. Semua kunci tetap berlaku tanpa dia."),
}


@requires(Permission.KEYS_VOUCH)
@require_safe
def keys(request: StaffRequest) -> HttpResponse:
    """What waits for two signatures, with the number to compare; and the officers themselves."""
    return page(request)


def page(request: StaffRequest, *, status: int = 200, fault_of: UUID | None = None) -> HttpResponse:
    """Draw the page, with the key whose form needs another look."""
    officers, states = vault.list_officers(), vault.list_keys()
    mine = request.user.principal_id
    waiting = [one for one in states if not one.is_vouched]
    names = selectors.names_of([*officers, *(one.principal_id for one in waiting)])
    people = selectors.people_of([*officers, *(one.principal_id for one in waiting)])
    context = {
        "is_officer": mine in officers,
        "waiting": [
            (one, names.get(one.principal_id, ""), people.get(one.principal_id), mine in one.signed_by, form_of(one))
            for one in waiting
        ],
        "fault_of": fault_of,
        "officers": [(who, names.get(who, ""), people.get(who)) for who in officers],
        "unsigned": sum(one.is_vouched and mine not in one.signed_by for one in states),
        "form": PickForm(users=offered(officers)),
        "own": proposed(request.user),
        "fault": proposing_fault(request.user, officers),
        "said": SAID.get(request.GET.get("sudah", "")),
    }
    return render(request, "accounts/keys.html", context, status=status)


def form_of(state: vault.KeyState) -> SignForm:
    """Return the form that signs one key: its ids are its own, for there are several on the page."""
    return SignForm(initial={"seen": state.digits}, auto_id=f"id_%s_{state.principal_id.hex[:8]}")


def offered(officers: list[UUID]) -> list[tuple[str, str]]:
    """Return who can be proposed as an officer."""
    users = [user for user in selectors.list_vouchers() if user.principal_id not in officers]
    return [(str(user.pk), f"{user.display_name}, {user.get_role_display()}") for user in users]


def proposed(viewer: User) -> list[DoorRequest]:
    """Return whom `viewer` proposed as an officer, while nobody has decided."""
    return [one for one in list_own_requests(viewer=viewer, at=clock.now()) if one.kind == RequestKind.OFFICER]


def proposing_fault(viewer: User, officers: list[UUID]) -> str:
    """Return why nobody could agree to whomever `viewer` proposes; "" when somebody could, or there is nobody."""
    users = [user for user in selectors.list_vouchers() if user.principal_id not in officers and user.pk != viewer.pk]
    return services.asking_fault(kind=RequestKind.OFFICER, user=users[0], by=viewer) if users else ""


@requires(Permission.KEYS_VOUCH)
@require_POST
def sign(request: StaffRequest, principal_id: UUID) -> HttpResponse:
    """Sign one key, by the number that was seen and compared."""
    if principal_id not in {one.principal_id for one in vault.list_keys([principal_id])}:
        raise Http404
    form = SignForm(request.POST)
    if not form.is_valid():
        return page(request, status=422, fault_of=principal_id)
    try:
        vault.sign_key(principal_id=principal_id, by=request.user, at=clock.now(), seen=form.cleaned_data["seen"])
    except DomainError as error:
        return refused(request, str(error), KEYS_URL)
    return HttpResponseRedirect(f"{KEYS_URL}?sudah=sah")


@requires(Permission.KEYS_VOUCH)
@require_POST
def countersign(request: StaffRequest) -> HttpResponse:
    """Sign everything that counts already, so that the directory stands without the officer who left."""
    try:
        vault.countersign(by=request.user, at=clock.now())
    except DomainError as error:
        return refused(request, str(error), KEYS_URL)
    return HttpResponseRedirect(f"{KEYS_URL}?sudah=ulang")


@requires(Permission.KEYS_VOUCH)
@require_POST
def propose(request: StaffRequest) -> HttpResponse:
    """Propose another key officer; an administrator decides."""
    form = PickForm(request.POST, users=offered(vault.list_officers()))
    if not form.is_valid():
        return page(request, status=422)
    user = User.objects.get(pk=form.cleaned_data["user"])
    try:
        services.ask(kind=RequestKind.OFFICER, user=user, by=request.user, at=clock.now())
    except DomainError as error:
        return refused(request, str(error), KEYS_URL)
    return HttpResponseRedirect(f"{KEYS_URL}?sudah=usul")


@requires(Permission.KEYS_VOUCH)
@require_POST
def dismiss(request: StaffRequest, principal_id: UUID) -> HttpResponse:
    """Take an officer off the list who has left, or whose keys are lost."""
    try:
        services.dismiss_officer(principal_id=principal_id, by=request.user, at=clock.now())
    except DomainError as error:
        return refused(request, str(error), KEYS_URL)
    return HttpResponseRedirect(f"{KEYS_URL}?sudah=lepas")
