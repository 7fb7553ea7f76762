"""Somebody's address, and the move to other work: what ends is said first, a paper is what comes of it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from ruangaman.accounts import selectors, services
from ruangaman.accounts.forms import AddressForm, MoveForm
from ruangaman.accounts.types import Permission, Role
from ruangaman.accounts.views.people import PEOPLE_URL, refused, roles_for, show_paper
from ruangaman.accounts.views.roles import ROLES_SAID
from ruangaman.accounts.views.signing_in import posted
from ruangaman.core import clock
from ruangaman.core.access import requires
from ruangaman.core.errors import DomainError
from ruangaman.core.types import StaffRequest


@requires(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """Where somebody is written to from now on."""
    user = selectors.get_person(user_id=user_id, viewer=request.user)
    form = AddressForm(posted(request), initial={"email": user.email})
    if form.is_valid():
        try:
            services.change_email(user=user, email=form.cleaned_data["email"], by=request.user, at=clock.now())
        except DomainError as error:
            form.add_error("email", str(error))
        else:
            return HttpResponseRedirect(f"{PEOPLE_URL}{user.pk}/?sudah=surel")
    context = {"person": user, "form": form}
    return render(request, "accounts/address.html", context, status=422 if form.errors else 200)


@requires(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """What moving ends, said first; then the account is closed, and the paper for the next one is printed."""
    user = selectors.get_person(user_id=user_id, viewer=request.user)
    units = {str(unit.pk): unit for unit in selectors.list_units(viewer=request.user)}
    choices = [(key, f"{unit.name}, {unit.agency.name}") for key, unit in units.items()]
    form = MoveForm(posted(request), units=choices, roles=roles_for(request.user), initial={"unit": str(user.unit_id)})
    try:
        facts = services.preview_moving(user=user, by=request.user)
        if form.is_valid():
            role, unit = Role(form.cleaned_data["role"]), units[form.cleaned_data["unit"]]
            made, code = services.move(user=user, role=role, unit=unit, by=request.user, at=clock.now())
            return show_paper(request, code=code, name=made.display_name, username=made.username)
    except DomainError as error:
        return refused(request, str(error), f"{PEOPLE_URL}{user.pk}/")
    context = {"person": user, "facts": facts, "form": form, "notes": ROLES_SAID}
    return render(request, "accounts/move.html", context, status=422 if form.errors else 200)
