"""Reviews, conferences, sessions, tries to reach her, mediation, the police, as forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ruangaman.accounts.models import User
from ruangaman.cases.forms.fields import (
    MAX_STORY,
    MAX_TEXT,
    NEEDED,
    OLDEST,
    CaseForm,
    CleanText,
    choice,
    day,
    or_none,
    several,
)
from ruangaman.cases.services import Decision
from ruangaman.cases.types import AskedBy, PoliceChoice, Reached, Seen, Way, is_harmless
from ruangaman.core.clock import end_of_day
from ruangaman.core.codelists import RiskLevel
from ruangaman.ui.days import MomentField

DECISIONS = 3
"""So many decisions fit on the form of a conference."""


class PastForm(CaseForm):
    """A form about something that has been: its days are not to come."""

    past: tuple[str, ...] = ()
    coming: tuple[str, ...] = ()

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        """Know what day it is."""
        super().__init__(*args, **kwargs)
        self.at = at

    def clean(self) -> dict[str, Any]:
        """Check that what was has been, and that what comes is to come."""
        cleaned = super().clean()
        today = timezone.localdate(self.at)
        for name in self.past:
            value = cleaned.get(name)
            known = timezone.localdate(value) if isinstance(value, datetime) else value
            if isinstance(known, date) and not OLDEST <= known <= today:
                self.add_error(name, _("Ini sudah berlangsung: periksa tanggalnya."))
        for name in self.coming:
            if cleaned.get(name) and cleaned[name] <= today:
                self.add_error(name, _("Pilih hari yang masih akan datang."))
        return cleaned


class ReviewForm(PastForm):
    """The plan looked at again, the danger weighed again."""

    coming = ("next_on",)
    risk = choice(RiskLevel.choices, _("Bahaya sekarang"), widget=forms.RadioSelect)
    reason = CleanText(
        label=_("Mengapa dinilai begitu"), rows=4, most=MAX_TEXT, help_text=_("Dibaca seluruh tim kasus ini.")
    )
    next_on = day(_("Ditinjau lagi"))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    """The danger and the last review that stood there when the form was drawn."""

    def __init__(self, *args: Any, latest: Mapping[int, date], seen: Seen, **kwargs: Any) -> None:
        """Know the last day of each danger, and what the form is drawn from."""
        super().__init__(*args, **kwargs)
        self.latest, self.now = latest, seen
        self.fields["seen"].initial = str(seen)
        weekly, monthly = self.latest[RiskLevel.TINGGI], self.latest[RiskLevel.SEDANG]
        self.fields["next_on"].help_text = _("Paling lambat %(monthly)s; bila tinggi atau ekstrem %(weekly)s.") % {
            "monthly": date_format(monthly, "j F Y"),
            "weekly": date_format(weekly, "j F Y"),
        }

    def clean(self) -> dict[str, Any]:
        """No later than the danger allows."""
        cleaned = super().clean()
        cleaned["seen"] = Seen.parse(cleaned.get("seen", ""))
        risk, next_on = cleaned.get("risk"), cleaned.get("next_on")
        if risk and next_on and next_on > self.latest[int(risk)]:
            day_of = {"day": date_format(self.latest[int(risk)], "j F Y")}
            self.add_error("next_on", _("Dengan bahaya ini paling lambat %(day)s.") % day_of)
        return cleaned

    def look_again(self) -> None:
        """Show what stands there now; the danger is chosen anew."""
        kept = {name: value for name, value in self.data.items() if name != "risk"}
        self.data = {**kept, "seen": str(self.now)}


class ConferenceForm(PastForm):
    """A case conference: who was there, what was said, what was decided."""

    past = ("held_at",)
    held_at = MomentField(label=_("Kapan"))
    participants = several((), _("Yang hadir dari tim ini"))
    guests = CleanText(
        label=_("Yang hadir dari luar"), rows=2, most=MAX_TEXT, required=False, help_text=_("Satu nama setiap baris.")
    )
    minutes = CleanText(label=_("Notulen"), rows=6, most=MAX_STORY)

    def __init__(self, *args: Any, team: Mapping[str, User], **kwargs: Any) -> None:
        """Offer the people of the case, and a row of fields for each decision that fits."""
        super().__init__(*args, **kwargs)
        self.team = team
        people = [(key, user.display_name) for key, user in team.items()]
        field: Any = self.fields["participants"]
        field.choices = people
        for place in range(DECISIONS):
            self.fields[f"words_{place}"] = CleanText(label=_("Keputusan"), required=False)
            self.fields[f"owner_{place}"] = choice(or_none(people, _("Pilih orang")), _("Siapa"), required=False)
            self.fields[f"due_{place}"] = day(_("Paling lambat"), required=False)

    @property
    def decision_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each decision, for the page."""
        return [[self[f"{name}_{place}"] for name in ("words", "owner", "due")] for place in range(DECISIONS)]

    @property
    def has_more(self) -> bool:
        """Whether more than the first decision was written, or is to be completed."""
        rows = self.decision_rows[1:]
        return any(field.value() or field.errors for row in rows for field in row)

    def clean(self) -> dict[str, Any]:
        """A decision is somebody's, until a day."""
        cleaned = super().clean()
        for place in range(DECISIONS):
            for name in ("owner", "due"):
                if cleaned.get(f"words_{place}") and not cleaned.get(f"{name}_{place}"):
                    self.add_error(f"{name}_{place}", _("Lengkapi keputusan ini."))
        return cleaned

    def decisions(self) -> list[Decision]:
        """Return what was decided."""
        known = self.cleaned_data
        return [
            Decision(known[f"words_{place}"], self.team[known[f"owner_{place}"]], end_of_day(known[f"due_{place}"]))
            for place in range(DECISIONS)
            if known[f"words_{place}"]
        ]

    def guest_names(self) -> list[str]:
        """Return who came from outside."""
        return [line.strip() for line in self.cleaned_data["guests"].splitlines() if line.strip()]


class SessionForm(PastForm):
    """A psychologist's session: what the manager sees, and what only the drawer holds."""

    past, coming = ("on",), ("next_on",)
    on = day(_("Tanggal sesi"))
    attended = choice([("yes", _("Hadir")), ("no", _("Tidak hadir"))], _("Kehadiran"), widget=forms.RadioSelect)
    next_on = day(_("Sesi berikutnya"), required=False)
    risk = choice(RiskLevel.choices, _("Bahaya menurut sesi ini"), widget=forms.RadioSelect)
    words = CleanText(
        label=_("Catatan sesi"), rows=8, most=MAX_STORY, required=False,
        help_text=_("Hanya pemegang laci klinis. Manajer tidak melihatnya."),
    )  # fmt: skip


class TryForm(CaseForm):
    """Somebody tried to reach her: by the way that she permits, or by another, knowing what that may do to her."""

    way = choice((), _("Lewat apa"), widget=forms.RadioSelect)
    result = choice(Reached.choices, _("Hasilnya"), widget=forms.RadioSelect)
    in_hours = choice(
        [("yes", _("Ya")), ("no", _("Tidak, di luar jam itu"))], _("Pada jam yang ia sebut?"),
        widget=forms.RadioSelect, required=False,
    )  # fmt: skip
    tried_at = MomentField(
        label=_("Kapan dicoba"), required=False,
        help_text=_("Kosongkan bila baru saja. Paling lama tiga hari yang lalu."),
    )  # fmt: skip
    words = CleanText(label=_("Catatan"), rows=3, most=MAX_TEXT, required=False)
    knows = forms.BooleanField(label=_("Cara ini tidak ia izinkan; saya tahu bahayanya"), required=False)
    why = CleanText(
        label=_("Mengapa lewat cara lain"), rows=2, most=MAX_TEXT, required=False,
        help_text=_("Disimpan terkunci. Upaya seperti ini tidak dihitung."),
    )  # fmt: skip

    def __init__(self, *args: Any, permitted: Way | None = None, hours: str = "", **kwargs: Any) -> None:
        """Offer the permitted way first.

        Args:
            permitted: None: nobody knows one, and no word is asked about any.
            hours: at which she may be reached; "": unknown.
        """
        super().__init__(*args, **kwargs)
        self.permitted, self.hours = permitted, hours
        field: Any = self.fields["way"]
        if permitted is None:
            field.choices = Way.choices
            del self.fields["knows"], self.fields["why"]
        else:
            others = [(way.value, way.label) for way in Way if way is not permitted]
            mine = [(permitted.value, permitted.label)]
            field.choices = [(_("Yang ia izinkan"), mine), (_("Yang tidak ia izinkan"), others)]
        if hours:
            self.fields["in_hours"].help_text = _("Yang ia sebut: %(hours)s.") % {"hours": hours}
        else:
            del self.fields["in_hours"]

    def clean(self) -> dict[str, Any]:
        """Another way says why; where hours are known, whether it was at one of them."""
        cleaned = super().clean()
        if not cleaned.get("way"):
            return cleaned
        way = Way(cleaned["way"])
        if self.permitted is not None and way is not self.permitted and not is_harmless(way):
            if not cleaned.get("knows"):
                self.add_error("knows", _("Centang bila Anda tahu bahayanya, atau pilih cara yang ia izinkan."))
            if not cleaned.get("why", "").strip():
                self.add_error("why", _("Tulis mengapa lewat cara ini."))
        if self.hours and not is_harmless(way) and not cleaned.get("in_hours"):
            self.add_error("in_hours", NEEDED)
        return cleaned

    def is_in_hours(self) -> bool | None:
        """Return whether it was at her hours; None: nobody asked."""
        said = self.cleaned_data.get("in_hours")
        return said == "yes" if said else None


class MediationForm(CaseForm):
    """Somebody asks for a mediation."""

    asked_by = choice(AskedBy.choices, _("Siapa yang meminta"), widget=forms.RadioSelect)
    words = CleanText(label=_("Apa yang diminta"), rows=4, most=MAX_TEXT)


class PoliceForm(PastForm):
    """What the legal staff decide about telling the police."""

    past = ("informed_at", "sent_on")
    decided = choice(PoliceChoice.choices, _("Keputusan"), widget=forms.RadioSelect)
    informed_at = MomentField(label=_("Kapan ia diberi tahu tentang kewajiban ini"))
    wish = CleanText(label=_("Keinginannya"), rows=3, most=MAX_TEXT)
    why = CleanText(label=_("Alasan keputusan"), rows=4, most=MAX_TEXT)
    sent_on = day(_("Tanggal surat"), required=False)
    letter = CleanText(label=_("Nomor surat"), required=False)
    receipt = CleanText(label=_("Nomor tanda terima polisi (LP)"), required=False)

    def clean(self) -> dict[str, Any]:
        """A letter is only for what is reported."""
        cleaned = super().clean()
        if cleaned.get("decided") != PoliceChoice.REPORT and cleaned.get("sent_on"):
            self.add_error("sent_on", _("Surat hanya untuk yang dilaporkan."))
        return cleaned
