"""The people of a unit, for who is in charge of them: invite, look at one, ask a second person, let go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ruangaman.accounts import policies, selectors, services
from ruangaman.accounts.forms import ConfirmForm, InviteForm
from ruangaman.accounts.selectors import PAPER
from ruangaman.accounts.types import Permission, RequestKind, Role
from ruangaman.accounts.views.signing_in import posted
from ruangaman.core import clock
from ruangaman.core.access import requires, signed_in
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest
from ruangaman.vault import services as vault

PEOPLE_URL, PAPER_URL = "/pengaturan/orang/", "/pengaturan/undangan/"
SAID = {
    "keluar": gettext_lazy("Akun ini sudah ditutup. Semua kunci dan sesinya sudah hilang."),
    "ditarik": gettext_lazy("Undangan sudah ditarik. Kertasnya tidak berguna lagi."),
    "surel": gettext_lazy("Surel sudah diganti. Alamat yang lama mendapat surat bahwa ada yang berubah."),
    "diminta": gettext_lazy("Permintaan sudah dicatat. Orang kedua melihatnya di halaman permintaan."),
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
    form = InviteForm(posted(request), units=[(key, f"{unit.name}, {unit.agency.name}") for key, unit in units.items()])
    if form.is_valid():
        facts = {**form.cleaned_data, "unit": units[form.cleaned_data["unit"]], "role": Role(form.cleaned_data["role"])}
        try:
            made, code = services.invite(**facts, by=request.user, at=clock.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return show_paper(request, code=code, name=made.display_name, username=made.username)
    return render(request, "accounts/invite.html", {"form": form}, status=422 if form.errors else 200)


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
    context["address"] = f"{settings.RUANGAMAN_URL}/masuk/undangan/"
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
    context = {
        "person": user,
        "key": keys[0] if keys else None,
        "asked": selectors.list_requests_about(user=user, at=at),
        "can_ask": policies.can_ask(request.user, user, RequestKind.SECOND_STEP),
        "can_write_to": policies.can_write_to(request.user, user),
        "can_let_go": policies.can_let_go(request.user, user),
        "said": SAID.get(request.GET.get("sudah", "")),
    }
    return render(request, "accounts/person.html", context)


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
