"""The people of a unit, for who is in charge of them: invite, look at one, ask a second person, let go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ruangaman.accounts import policies, selectors, services
from ruangaman.accounts.forms import ConfirmForm, InviteForm
from ruangaman.accounts.models import User
from ruangaman.accounts.selectors import PAPER, lost
from ruangaman.accounts.types import Permission, RequestKind, Role
from ruangaman.accounts.views.roles import ROLES_SAID
from ruangaman.accounts.views.signing_in import posted
from ruangaman.core import clock
from ruangaman.core.access import requires, signed_in
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest
from ruangaman.ui.types import Words
from ruangaman.vault import services as vault

PEOPLE_URL, PAPER_URL = "/pengaturan/orang/", "/pengaturan/undangan/"
WITHDRAWN = gettext_lazy("Permintaan Anda sudah ditarik. Tidak ada yang berubah.")
SAID = {
    "keluar": gettext_lazy("Akun ini sudah ditutup. Semua kunci dan sesinya sudah hilang."),
    "ditarik": gettext_lazy("Undangan sudah ditarik. Kertasnya tidak berguna lagi."),
    "surel": gettext_lazy("Surel sudah diganti. Alamat yang lama mendapat surat bahwa ada yang berubah."),
    "diminta": gettext_lazy("Permintaan sudah dicatat. Orang kedua diberi tahu dan memutuskannya."),
    "batal": WITHDRAWN,
}


@requires(Permission.PEOPLE_MANAGE)
@require_safe
def people(request: StaffRequest) -> HttpResponse:
    """Everybody in the viewer's units, and what each one's key waits for."""
    at, users = clock.now(), selectors.list_people(viewer=request.user)
    keys = {one.principal_id: one for one in vault.list_keys([user.principal_id for user in users])}
    context = {
        "rows": [(user, keys.get(user.principal_id)) for user in users],
        "invitations": selectors.list_invitations(viewer=request.user),
        "left": len(services.list_left(by=request.user, at=at)),
        "at": at,
        "said": SAID.get(request.GET.get("sudah", "")),
    }
    return render(request, "accounts/people.html", context)


@requires(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: StaffRequest) -> HttpResponse:
    """Invite somebody; the paper with the code is the next page, once."""
    units = {str(unit.pk): unit for unit in selectors.list_units(viewer=request.user)}
    choices = [(key, f"{unit.name}, {unit.agency.name}") for key, unit in units.items()]
    form = InviteForm(posted(request), units=choices, roles=roles_for(request.user))
    if form.is_valid():
        facts = {**form.cleaned_data, "unit": units[form.cleaned_data["unit"]], "role": Role(form.cleaned_data["role"])}
        try:
            made, code = services.invite(**facts, by=request.user, at=clock.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return show_paper(request, code=code, name=made.display_name, username=made.username)
    context = {"form": form, "notes": ROLES_SAID}
    return render(request, "accounts/invite.html", context, status=422 if form.errors else 200)


def roles_for(viewer: User) -> list[tuple[str, Words]]:
    """Return the roles that `viewer` may give, of those that have a page in this release."""
    return [(role.value, role.label) for role in ROLES_SAID if policies.can_give_role(viewer, role)]


def show_paper(request: StaffRequest, *, code: str, name: str, username: str) -> HttpResponse:
    """Keep an invitation's code in the session until it is printed, and lead to it."""
    until = clock.now() + policies.INVITATION_LIMIT
    request.session[PAPER] = {"code": code, "name": name, "username": username, "until": until.isoformat()}
    return HttpResponseRedirect(PAPER_URL)


@signed_in()
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: StaffRequest) -> HttpResponse:
    """The invitation to print, until whoever made it says that it is."""
    facts = request.session.get(PAPER)
    back = PEOPLE_URL if request.user.has(Permission.PEOPLE_MANAGE) else "/pengaturan/"
    if not facts:
        return HttpResponseRedirect(back)
    if request.method == "POST":
        del request.session[PAPER]
        return HttpResponseRedirect(back)
    context = {**facts, "until": datetime.fromisoformat(facts["until"]), "groups": facts["code"].split("-")}
    context["address"] = re.split(r"(?<=/)(?=[^/])|(?=[.])", f"{settings.RUANGAMAN_URL}/masuk/undangan/")
    return render(request, "accounts/paper.html", context)


@requires(Permission.PEOPLE_MANAGE)
@require_POST
def withdraw(request: StaffRequest, invitation_id: UUID) -> HttpResponse:
    """Make an invitation worthless."""
    try:
        services.withdraw_invitation(invitation_id=invitation_id, by=request.user, at=clock.now())
    except DomainError:
        return HttpResponseRedirect(PEOPLE_URL)
    return HttpResponseRedirect(f"{PEOPLE_URL}?sudah=ditarik")


@requires(Permission.PEOPLE_MANAGE)
@require_safe
def person(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """One person: where their key stands, and what may be done."""
    user, at = selectors.get_person(user_id=user_id, viewer=request.user), clock.now()
    keys = vault.list_keys([user.principal_id])
    asked = selectors.list_requests_about(user=user, at=at)
    can_ask = policies.can_ask(request.user, user, RequestKind.SECOND_STEP)
    context = {
        "person": user,
        "key": keys[0] if keys else None,
        "asked": asked,
        "desks": [seat.desk.name for seat in user.desk_memberships.filter(until=None).select_related("desk")],
        "awaited": lost.get_awaited(user=user, at=at),
        "ways": ways_of(user, request.user, {one.kind for one in asked}, at) if can_ask else [],
        "can_ask": can_ask,
        "can_write_to": policies.can_write_to(request.user, user),
        "can_let_go": policies.can_let_go(request.user, user),
        "said": SAID.get(request.GET.get("sudah", "")),
    }
    return render(request, "accounts/person.html", context)


@dataclass(frozen=True)
class Way:
    """One thing that can be asked for who cannot sign in. `fault`: why not now, and who could."""

    kind: RequestKind
    fault: str
    is_asked: bool
    alone: lost.Alone | None


def ways_of(user: User, viewer: User, asked: set[str], at: datetime) -> list[Way]:
    """Return what `viewer` can ask for `user`, each with what stands against it and what it would close."""
    return [
        Way(
            kind,
            services.asking_fault(kind=kind, user=user, by=viewer),
            kind in asked,
            lost.count_alone(user=user, at=at) if kind == RequestKind.FRESH_KEYS else None,
        )
        for kind in (RequestKind.SECOND_STEP, RequestKind.FRESH_KEYS)
    ]


@requires(Permission.PEOPLE_MANAGE)
@require_POST
def ask(request: StaffRequest, user_id: UUID, kind: str) -> HttpResponse:
    """Ask for what needs a second person."""
    user = selectors.get_person(user_id=user_id, viewer=request.user)
    try:
        services.ask(kind=RequestKind(kind), user=user, by=request.user, at=clock.now())
    except DomainError as error:
        return refused(request, str(error), f"{PEOPLE_URL}{user.pk}/")
    return HttpResponseRedirect(f"{PEOPLE_URL}{user.pk}/?sudah=diminta")


@requires(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """What closing the account does, said first; then it is done and cannot be taken back."""
    user = selectors.get_person(user_id=user_id, viewer=request.user)
    form = ConfirmForm(posted(request))
    try:
        facts = services.preview_leaving(user=user, by=request.user)
        if form.is_valid():
            services.let_go(user=user, by=request.user, at=clock.now())
            return HttpResponseRedirect(f"{PEOPLE_URL}{user.pk}/?sudah=keluar")
    except DomainError as error:
        return refused(request, str(error), f"{PEOPLE_URL}{user.pk}/")
    context = {"person": user, "facts": facts, "form": form}
    return render(request, "accounts/leave.html", context, status=422 if form.errors else 200)


@requires(Permission.PEOPLE_MANAGE)
@require_POST
def renew_epochs(request: StaffRequest) -> HttpResponse:
    """Begin new epochs in what leavers could open, as far as the viewer sees it."""
    services.renew_epochs(by=request.user, at=clock.now())
    return HttpResponseRedirect(PEOPLE_URL)


def refused(request: StaffRequest, words: str, back: str) -> HttpResponse:
    """Say why nothing was changed, with the way back."""
    return render(request, "accounts/refused.html", {"words": words, "back": back}, status=409)
