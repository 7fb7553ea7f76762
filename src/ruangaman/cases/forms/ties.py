"""What two people are to each other, as a form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from ruangaman.cases.forms.fields import CaseForm, choice
from ruangaman.cases.types.ties import RELATIONS, TieKind


class TieForm(CaseForm):
    """Somebody else, and what one is to them."""

    kind = choice([(kind.value, kind.label) for kind in (*RELATIONS, TieKind.HOUSEHOLD)], _("Orang ini adalah"))
    other = choice((), _("Siapa"))

    def __init__(self, *args: Any, others: Iterable[tuple[str, str]] = (), across: bool = False, **kwargs: Any) -> None:
        """Offer the others; `across`: what is said of two people with one number."""
        super().__init__(*args, **kwargs)
        other: Any = self.fields["other"]
        other.choices = list(others)
        if across:
            kind: Any = self.fields["kind"]
            kind.choices = [(one.value, one.label) for one in (TieKind.SAME, TieKind.OTHER, TieKind.HOUSEHOLD)]
