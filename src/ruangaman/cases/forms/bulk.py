"""Doing one thing to several tasks, as a form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.accounts.models import User
from ruangaman.cases.forms.fields import NEEDED, RowId, choice, or_none
from ruangaman.cases.types import BulkKind
from ruangaman.ui.days import MomentField


class BulkForm(forms.Form):
    """Which tasks, and what to do to each."""

    row_id = RowId()
    apa = choice(BulkKind.choices, _("Apa yang dilakukan"), widget=forms.RadioSelect, initial=BulkKind.DONE)
    owner = choice((), _("Kepada"), required=False, help_text=_("Bila diserahkan."))
    due_at = MomentField(label=_("Paling lambat"), required=False, help_text=_("Bila tenggatnya diubah."))

    def __init__(self, *args: Any, colleagues: Sequence[User] = (), at: datetime, **kwargs: Any) -> None:
        """Offer the people around these tasks."""
        super().__init__(*args, **kwargs)
        self.at, self.people = at, {str(user.pk): user for user in colleagues}
        field: Any = self.fields["owner"]
        field.choices = or_none([(key, user.display_name) for key, user in self.people.items()], _("Pilih orangnya"))

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen act needs, and for nothing else."""
        cleaned = super().clean() or {}
        kind, due = cleaned.get("apa"), cleaned.get("due_at")
        if kind == BulkKind.HAND and not cleaned.get("owner"):
            self.add_error("owner", NEEDED)
        if kind == BulkKind.DUE and "due_at" not in self.errors:
            if due is None:
                self.add_error("due_at", NEEDED)
            elif not self.at - timedelta(days=1) <= due <= self.at + timedelta(days=730):
                self.add_error("due_at", _("Waktunya terlalu jauh: periksa tanggal dan tahunnya."))
        return cleaned

    @property
    def kind(self) -> BulkKind:
        """What is done to each."""
        return BulkKind(self.cleaned_data["apa"])

    @property
    def colleague(self) -> User | None:
        """Who gets them."""
        return self.people.get(self.cleaned_data["owner"]) if self.kind == BulkKind.HAND else None

    @property
    def due(self) -> datetime | None:
        """Until when."""
        return self.cleaned_data["due_at"] if self.kind == BulkKind.DUE else None


def chosen(values: Sequence[str]) -> list[UUID]:
    """Return the ids that were ticked; what is none is passed over."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
