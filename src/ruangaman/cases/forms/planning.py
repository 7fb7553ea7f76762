"""Safe first, the assessment, the rights, the plan, as forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ruangaman.accounts.models import User
from ruangaman.cases.forms.fields import MAX_STORY, MAX_TEXT, CaseForm, CleanText, RowId, choice, day, or_none, several
from ruangaman.cases.services import DomainNote, NewGoal
from ruangaman.cases.types import Agreed, Domain, Escort, NeedCode, Right, WhyNot
from ruangaman.codelists.types import Choices
from ruangaman.core.clock import end_of_day
from ruangaman.ui.moments import day_words

GOALS = 5
"""So many goals fit on the form of a plan."""


class SafetyForm(CaseForm):
    """Whether she is safe now."""

    is_safe = choice(
        [("yes", _("Ya, aman sekarang")), ("no", _("Belum aman"))], _("Apakah ia aman?"), widget=forms.RadioSelect
    )
    escort = choice(Escort.choices, _("Dijemput bersama siapa"), widget=forms.RadioSelect)
    words = CleanText(
        label=_("Di mana ia, dan siapa bersamanya"), rows=3, most=MAX_TEXT, required=False,
        help_text=_("Disimpan terkunci di cerita kejadian."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Who fetches her is asked after whether she is safe: nothing is missing there that was not asked yet."""
        cleaned = super().clean()
        if "is_safe" in self.errors and not self.data.get("escort"):
            self.errors.pop("escort", None)
        return cleaned


class AssessmentForm(CaseForm):
    """The seven domains. What was looked at and found calm is an answer as well."""

    summary = CleanText(label=_("Ringkasan"), rows=4, most=MAX_TEXT, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add three fields for each domain."""
        super().__init__(*args, **kwargs)
        for domain in Domain:
            needs = [(one.value, one.label) for one in NeedCode if one.domain is domain]
            self.fields[f"seen_{domain}"] = forms.BooleanField(label=_("Sudah dilihat"), required=False)
            self.fields[f"needs_{domain}"] = several(needs, _("Yang dibutuhkan"), required=False)
            self.fields[f"words_{domain}"] = CleanText(label=_("Yang ditemukan"), rows=3, most=MAX_TEXT, required=False)

    @property
    def domains(self) -> list[tuple[Domain, list[forms.BoundField]]]:
        """The fields of each domain, for the page."""
        return [(domain, [self[f"{part}_{domain}"] for part in ("seen", "needs", "words")]) for domain in Domain]

    def clean(self) -> dict[str, Any]:
        """Whatever says something about a domain has looked at it."""
        cleaned = super().clean()
        for domain in Domain:
            said = cleaned.get(f"needs_{domain}") or cleaned.get(f"words_{domain}")
            cleaned[f"seen_{domain}"] = bool(cleaned.get(f"seen_{domain}") or said)
        if not any(cleaned[f"seen_{domain}"] for domain in Domain):
            self.add_error(None, _("Tandai paling sedikit satu bidang yang sudah dilihat."))
        return cleaned

    def notes(self) -> dict[Domain, DomainNote]:
        """Return the domains that were looked at."""
        known = self.cleaned_data
        return {
            domain: DomainNote(known[f"words_{domain}"], tuple(NeedCode(one) for one in known[f"needs_{domain}"]))
            for domain in Domain
            if known[f"seen_{domain}"]
        }


class RightsForm(CaseForm):
    """Which rights she was told of."""

    rights = several(Right.choices, _("Hak yang sudah dijelaskan"))


class PlanForm(CaseForm):
    """A plan, made with her or saying why not."""

    with_her = choice(
        [("yes", _("Ya, bersama")), *WhyNot.choices], _("Disusun bersama orangnya?"), widget=forms.RadioSelect
    )
    agreed = choice(Agreed.choices, _("Kesepakatannya"), widget=forms.RadioSelect)
    safety = CleanText(
        label=_("Rencana keselamatan"), rows=5, most=MAX_STORY, required=False,
        help_text=_("Tanda bahaya, ke mana pergi, siapa yang dihubungi, apa yang dibawa. Disimpan terkunci."),
    )  # fmt: skip
    review_on = day(_("Ditinjau lagi"))

    def __init__(
        self, *args: Any, owners: Mapping[str, User], services: Choices, latest: date, at: datetime, **kwargs: Any
    ) -> None:
        """Add a row of fields for each goal that fits. Args: latest: by when the case's danger asks for a review."""
        super().__init__(*args, **kwargs)
        self.owners, self.latest, self.at = owners, latest, at
        by = {"day": day_words(latest)}
        self.fields["review_on"].help_text = _("Paling lambat %(day)s, menurut bahaya kasus ini.") % by
        people = [(key, user.display_name) for key, user in owners.items()]
        for place in range(GOALS):
            self.fields[f"goal_{place}"] = CleanText(label=_("Tujuan"), required=False)
            self.fields[f"service_{place}"] = choice(
                or_none(services, _("Pilih layanan")), _("Layanan"), required=False
            )
            self.fields[f"owner_{place}"] = choice(or_none(people, _("Pilih orang")), _("Siapa"), required=False)
            self.fields[f"due_{place}"] = day(_("Paling lambat"), required=False)
            self.fields[f"before_{place}"] = BeforeId()

    @property
    def goal_rows(self) -> list[tuple[int, list[forms.BoundField], forms.BoundField]]:
        """The fields of each goal, for the page, and the hidden one that says which earlier goal goes on."""
        names = ("goal", "service", "owner", "due")
        return [
            (place + 1, [self[f"{name}_{place}"] for name in names], self[f"before_{place}"]) for place in range(GOALS)
        ]

    def clean(self) -> dict[str, Any]:
        """Check that each goal is whole, that there is one, and that every day is to come."""
        cleaned = super().clean()
        today, found = timezone.localdate(self.at), 0
        for place in range(GOALS):
            if not cleaned.get(f"goal_{place}"):
                continue
            found += 1
            for name in ("service", "owner", "due"):
                if not cleaned.get(f"{name}_{place}"):
                    self.add_error(f"{name}_{place}", _("Lengkapi tujuan ini."))
            due = cleaned.get(f"due_{place}")
            if due and due < today:
                self.add_error(f"due_{place}", _("Hari ini atau sesudahnya."))
        if not found:
            self.add_error("goal_0", _("Tulis paling sedikit satu tujuan."))
        if cleaned.get("review_on") and cleaned["review_on"] <= today:
            self.add_error("review_on", _("Hari peninjauan harus masih akan datang."))
        if cleaned.get("review_on") and cleaned["review_on"] > self.latest:
            day_of = {"day": day_words(self.latest)}
            self.add_error("review_on", _("Dengan bahaya ini paling lambat %(day)s.") % day_of)
        return cleaned

    def why_not(self) -> WhyNot | None:
        """Return why it was not made with her; None: it was."""
        said = self.cleaned_data["with_her"]
        return None if said == "yes" else WhyNot(said)

    def goals(self) -> list[NewGoal]:
        """Return what was planned."""
        known = self.cleaned_data
        return [
            NewGoal(
                known[f"goal_{place}"],
                known[f"service_{place}"],
                self.owners[known[f"owner_{place}"]],
                end_of_day(known[f"due_{place}"]),
                known[f"before_{place}"],
            )
            for place in range(GOALS)
            if known[f"goal_{place}"]
        ]


class BeforeId(RowId):
    """The id of the goal before, or nothing; a broken one is nothing."""

    def __init__(self, **kwargs: Any) -> None:
        """Begin without one."""
        super().__init__(**kwargs)
        self.initial = None

    def clean(self, value: Any) -> UUID | None:  # type: ignore[override]  # none is a good answer here
        """Return the id, or None."""
        try:
            found: UUID | None = forms.UUIDField.clean(self, value)
        except forms.ValidationError:
            return None
        return found


def people_of(parts: Iterable[Any]) -> dict[str, User]:
    """Return who has a part in a case, by id as text."""
    return {str(part.user_id): part.user for part in parts}
