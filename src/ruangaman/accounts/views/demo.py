"""The demo's change of roles: the address does not exist anywhere else."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from ruangaman.accounts import services
from ruangaman.accounts.types import DEMO_PASSWORD, Attempt, Role
from ruangaman.accounts.views.signing_in import address_of, begin, remember
from ruangaman.core import clock
from ruangaman.core.access import prepared, sign_in


def try_demo_door(request: HttpRequest) -> None:
    """Try the demo's printed password at the same door as any other."""
    username = request.POST.get("username", "")
    if settings.RUANGAMAN_DEMO and request.method == "POST" and username in Role.values:
        attempt = services.try_password(
            username=username, password=DEMO_PASSWORD, address=address_of(request), at=clock.now()
        )
        remember(request, attempt)


@sign_in(prepare=try_demo_door)
@require_POST
def change_role(request: HttpRequest) -> HttpResponse:
    """Sign in as another demo account."""
    attempt = prepared(request)
    if isinstance(attempt, Attempt):
        answer = begin(request, attempt)
        if answer is not None:
            return answer
    return HttpResponseRedirect(settings.LOGIN_URL)
