"""Who agrees to what, as a form. Who may be asked follows from the case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.forms.fields import MAX_TEXT, NEEDED, OLDEST, CaseForm, CleanText, choice, day, or_none
from ruangaman.consents.policies import bases_for, givers_for
from ruangaman.consents.types import OWN_PURPOSES, Answer, Basis, ConsentPurpose, Giver, How

HOWS = [(how.value, how.label) for how in How if how is not How.RECORD]


class ConsentForm(CaseForm):
    """An answer, or the legal basis in its place. No answer is chosen beforehand: it is hers."""

    purpose = choice(ConsentPurpose.choices, _("Untuk apa"), initial=ConsentPurpose.SERVICES.value)
    recipient = choice((), _("Dibagikan kepada"), required=False)
    source = choice((), _("Siapa yang menjawab, atau atas dasar apa"), widget=forms.RadioSelect)
    is_given = choice([("yes", _("Ya")), ("no", _("Tidak"))], _("Jawabannya"), widget=forms.RadioSelect, required=False)
    how = choice(HOWS, _("Caranya"), widget=forms.RadioSelect, required=False)
    given_on = day(_("Tanggal"))
    until = day(_("Berlaku sampai"), required=False, help_text=_("Kosongkan bila berlaku sampai dicabut."))
    withhold = CleanText(
        label=_("Yang tidak boleh diteruskan"), rows=3, most=MAX_TEXT, required=False,
        help_text=_("Apa, kepada siapa. Dibaca seluruh tim kasus ini."),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        is_child: bool,
        is_parent_accused: bool,
        recipients: Iterable[tuple[str, str]] = (),
        at: datetime,
        **kwargs: Any,
    ) -> None:
        """Offer only those whose word counts, and the bases that may take its place."""
        super().__init__(*args, **kwargs)
        self.at = at
        of_case = {"is_child": is_child, "is_parent_accused": is_parent_accused}
        givers = [(one.value, one.label) for one in givers_for(**of_case)]
        bases = [(one.value, one.label) for one in bases_for(**of_case) if one is not Basis.CONSENT]
        fields: dict[str, Any] = self.fields
        fields["source"].choices = [*givers, *bases]
        fields["recipient"].choices = or_none(recipients, _("Tidak dibagikan"))

    def clean(self) -> dict[str, Any]:
        """Check that sharing names who receives, and that the days fit."""
        cleaned = super().clean()
        purpose, recipient = cleaned.get("purpose"), cleaned.get("recipient")
        if purpose in {one.value for one in OWN_PURPOSES} and recipient:
            self.add_error("recipient", _("Tujuan ini tidak menyebut penerima. Pilih “Tidak dibagikan”."))
        elif purpose and purpose not in {one.value for one in OWN_PURPOSES} and not recipient:
            self.add_error("recipient", _("Pilih satu penerima. Setiap lembaga ditanyakan sendiri."))
        given, until = cleaned.get("given_on"), cleaned.get("until")
        if given and not OLDEST <= given <= timezone.localdate(self.at):
            self.add_error("given_on", _("Tanggal ini tidak mungkin: periksa tahunnya."))
        if given and until and until <= given:
            self.add_error("until", _("Hari terakhir harus setelah hari diberikan."))
        for name in ("is_given", "how"):
            if cleaned.get("source") in Giver.values and not cleaned.get(name):
                self.add_error(name, NEEDED)
        if cleaned.get("is_given") == "no" and cleaned.get("source") in Basis.values:
            self.add_error("is_given", _("Dasar hukum tidak dijawab tidak. Pilih siapa yang menjawab."))
        return cleaned

    def to_answer(self) -> Answer:
        """Return what was answered."""
        known = self.cleaned_data
        is_consent = known["source"] in Giver.values
        return Answer(
            basis=Basis.CONSENT if is_consent else Basis(known["source"]),
            giver=Giver(known["source"]) if is_consent else Giver.NOBODY,
            how=How(known["how"]) if is_consent else How.RECORD,
            is_given=not is_consent or known["is_given"] == "yes",
            until=_end_of(known["until"]) if known["until"] else None,
            withhold=known["withhold"],
        )

    def given_at(self) -> datetime:
        """Return when it was said: that day's beginning, or now when it was today."""
        given: date = self.cleaned_data["given_on"]
        if given == timezone.localdate(self.at):
            return self.at
        return timezone.make_aware(datetime.combine(given, time.min))


def _end_of(day: date) -> datetime:
    """Return the last moment of a day in the city's calendar."""
    return timezone.make_aware(datetime.combine(day, time.max))
