"""What happens in a case, as forms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.forms.fields import (
    MAX_STORY,
    MAX_TEXT,
    OLDEST,
    CaseForm,
    CleanText,
    choice,
    day,
    offer,
    or_none,
)
from ruangaman.codelists.types import CodeBook, ListKey
from ruangaman.ui.days import MomentField


class NoteForm(CaseForm):
    """A note, and the drawer that it goes into."""

    compartment = choice((), _("Disimpan di"), widget=forms.RadioSelect)
    text = CleanText(label=_("Catatan"), rows=8, most=MAX_STORY)
    corrects = forms.UUIDField(required=False, widget=forms.HiddenInput)
    """A note that this one sets right."""

    def __init__(self, *args: Any, compartments: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        """Offer only the drawers that the person holds."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["compartment"]
        field.choices = list(compartments)


class ServiceForm(CaseForm):
    """A service that was given."""

    type = choice((), _("Layanan"))
    on = day(_("Tanggal"))
    hours = forms.DecimalField(
        label=_("Lamanya dalam jam"),
        required=False,
        min_value=0.5,
        max_value=500,
        max_digits=4,
        decimal_places=1,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": _("Tulis angka, misalnya 1,5."), "min_value": _("Paling sedikit setengah jam.")},
        localize=True,
    )
    provider = choice((), _("Diberikan oleh"))
    result = CleanText(
        label=_("Hasil"), rows=4, most=MAX_TEXT, required=False, help_text=_("Dibaca seluruh tim kasus ini.")
    )

    def __init__(
        self, *args: Any, book: CodeBook, providers: Iterable[tuple[str, str]] = (), today: date, **kwargs: Any
    ) -> None:
        """Offer the kinds of service there were on the day, and the units that can have given it."""
        super().__init__(*args, **kwargs)
        self.today, self.book = today, book
        on = self._day()
        sent = self.data.get(self.add_prefix("type"), "") if self.is_bound else ""
        kept = [sent] if sent and book.versions(ListKey.SERVICE_TYPE, sent) else []
        offer(self, "type", or_none(book.choices(ListKey.SERVICE_TYPE, on, kept=kept), _("Pilih layanan")))
        offer(self, "provider", providers)

    def _day(self) -> date:
        """Return the day that was sent, or that the form begins with; today where none can be read."""
        said = self["on"].value()
        try:
            found = self.fields["on"].to_python(said)
        except forms.ValidationError:
            return self.today
        return found if isinstance(found, date) and OLDEST <= found <= self.today else self.today

    def clean_on(self) -> date:
        """A service is recorded once it was given."""
        on: date = self.cleaned_data["on"]
        if not OLDEST <= on <= self.today:
            raise forms.ValidationError(_("Layanan dicatat setelah diberikan: periksa tanggalnya."))
        return on

    def clean(self) -> dict[str, Any]:
        """What is offered today was perhaps not there yet on the day."""
        cleaned = super().clean()
        code, on = cleaned.get("type"), cleaned.get("on")
        if code and on and not any(one.is_valid(on) for one in self.book.versions(ListKey.SERVICE_TYPE, code)):
            self.add_error("type", _("Layanan ini tidak berlaku pada tanggal itu: periksa keduanya."))
        return cleaned


class TaskForm(CaseForm):
    """Something to do, by whom, until when."""

    keeps_due_at: datetime | None = None
    """When a task that is changed was due before."""

    title = CleanText(label=_("Apa yang perlu dilakukan"), help_text=_("Dibaca seluruh tim kasus ini."))
    owner = choice((), _("Siapa"))
    due_at = MomentField(label=_("Paling lambat"))

    def __init__(self, *args: Any, owners: Iterable[tuple[str, str]] = (), at: datetime, **kwargs: Any) -> None:
        """Offer the people of the case."""
        super().__init__(*args, **kwargs)
        self.at = at
        field: Any = self.fields["owner"]
        field.choices = list(owners)

    def clean_due_at(self) -> datetime:
        """A task is for the days to come; one that is late already may stay so while its words are changed."""
        due: datetime = self.cleaned_data["due_at"]
        if self.keeps_due_at is not None and due == self.keeps_due_at.replace(second=0, microsecond=0):
            return due
        if not self.at - timedelta(days=1) <= due <= self.at + timedelta(days=730):
            raise forms.ValidationError(_("Waktunya terlalu jauh: periksa tanggal dan tahunnya."))
        return due
