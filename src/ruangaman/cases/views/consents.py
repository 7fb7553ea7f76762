"""The ledger of consents of a case."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors, services
from ruangaman.cases.forms import ConfirmForm, ConsentForm
from ruangaman.cases.selectors import steps
from ruangaman.cases.views.answers import answer, data_of, kept
from ruangaman.consents.types import ConsentPurpose
from ruangaman.core import clock
from ruangaman.core.access import requires, resumed
from ruangaman.core.types import StaffRequest

form_page = require_http_methods(["GET", "POST"])


@requires(Permission.CASE_WRITE, keeps=kept(_("Persetujuan")))
@form_page
def ledger(request: StaffRequest, code: str) -> HttpResponse:
    """Who agreed to what, and the form that asks once more."""
    case, at = selectors.get_granted(code=code, viewer=request.user), clock.now()
    agencies = {str(one.pk): one for one in steps.list_recipients(viewer=request.user)}
    asked = {"is_child": steps.is_child(case), "is_parent_accused": steps.is_parent_accused(case)}
    form = ConsentForm(
        data_of(request),
        recipients=[(key, one.name) for key, one in agencies.items()],
        at=at,
        initial=resumed(request, {"given_on": timezone.localdate(at)}),
        **asked,
    )

    def give() -> None:
        known = form.cleaned_data
        services.give_consent(
            code=code, purpose=ConsentPurpose(known["purpose"]), recipient=agencies.get(known["recipient"]),
            answer=form.to_answer(), by=request.user, at=at, given_at=form.given_at(), consent_id=known["row_id"],
        )  # fmt: skip

    entries = steps.open_consents(case=case, viewer=request.user, at=at)
    return answer(
        request, "cases/consents.html", case, form, give, to="izin/", said="izin", entries=entries, asked=asked
    )


@requires(Permission.CASE_WRITE)
@form_page
def revoke(request: StaffRequest, code: str, consent_id: UUID) -> HttpResponse:
    """Somebody took a consent back."""
    case = selectors.get_granted(code=code, viewer=request.user)
    entry = steps.get_consent(case=case, consent_id=consent_id)
    form = ConfirmForm(data_of(request))

    def act() -> None:
        services.revoke_consent(code=code, consent_id=entry.pk, by=request.user, at=clock.now())

    return answer(request, "cases/consent_revoke.html", case, form, act, to="izin/", said="izin-dicabut", entry=entry)
