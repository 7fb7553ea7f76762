"""The public web form."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ruangaman.intake.errors import Unreadable
from ruangaman.intake.forms.faults import tell_fault
from ruangaman.intake.forms.public import ReportForm
from ruangaman.intake.registry import channels
from ruangaman.intake.types import Channel, ReportDraft

KEY = "web"


def receive(request: HttpRequest, *, avoidable: Collection[tuple[str, str]], child: bool) -> ReportDraft:
    """Return the draft of a sent form. Raises Unreadable: something has to be looked at again.

    Args:
        avoidable: code and name of everything that may be kept from reading.
        child: the form was asked in a child's words.
    """
    form = ReportForm(request.POST, avoidable=avoidable, child=child)
    sound = form.is_valid()
    told = tell_fault(request, form)
    if told or not sound:
        raise Unreadable(form)
    return form.to_draft(KEY)


channels.add(Channel(key=KEY, label=_("Halaman web"), receive=receive))
