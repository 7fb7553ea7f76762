"""Days, hours and moments as people type them: on the office's clock, in 24 hours, whatever the browser speaks.

A browser draws its own control for an hour in the language it was installed in, with AM and PM. So hours are typed:
`14.30`, `14:30` or `8`. No day is taken that nobody can mean: the year 0202 or 9999 is a slip of a finger.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from ruangaman.core import clock
from ruangaman.core.clock import YEARS
from ruangaman.ui.words import NEEDED

NOT_A_DAY = gettext_lazy("Tanggal ini tidak dapat dibaca. Contoh: 24/11/2026.")
NOT_AN_HOUR = gettext_lazy("Jam ini tidak dapat dibaca. Contoh: 08.00 atau 21.30.")
NOT_A_MOMENT = gettext_lazy("Waktu ini tidak dapat dibaca. Isi tanggal dan jam, misalnya 14.30.")
SAMPLE = time(14, 30)
LIFE = 120
"""Years back in which somebody that is cared for today can have been born."""
_HOUR = re.compile(r"\s*([01]?\d|2[0-3])(?:[.:,]?([0-5]\d))?(?:[.:,]\d\d)?\s*", re.ASCII)


def read_hour(typed: str) -> time | None:
    """Return an hour as it was typed: 14.30, 14:30, 1430, 8; None: it is none."""
    found = _HOUR.fullmatch(typed)
    return time(int(found[1]), int(found[2] or 0)) if found else None


def hour_text(at: time) -> str:
    """Return an hour as one types it: 08.30, in English 08:30."""
    return at.strftime("%H.%M" if (get_language() or "id").startswith("id") else "%H:%M")


class DayField(forms.DateField):
    """A day on the city's calendar.

    Args:
        back, ahead: so many years are taken before and after today.
    """

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, *, back: int = LIFE, ahead: int = YEARS, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"invalid": NOT_A_DAY, "required": NEEDED})
        super().__init__(**kwargs)
        self.back, self.ahead = back, ahead

    def clean(self, value: Any) -> date | None:
        """Refuse a day that nobody can mean."""
        day: date | None = super().clean(value)
        refuse_far(day, back=self.back, ahead=self.ahead)
        return day


def refuse_far(day: date | None, *, back: int, ahead: int) -> None:
    """Raise ValidationError for a day that nobody can mean; None is no day."""
    why = clock.why_far(day, clock.now(), back=back, ahead=ahead) if day is not None else ""
    if why:
        raise forms.ValidationError(why)


class HourInput(forms.TextInput):
    """An hour, typed."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {"inputmode": "decimal", "maxlength": "8", "autocomplete": "off", "size": "5", **(attrs or {})}
        )

    def format_value(self, value: Any) -> str | None:
        """Return it as one types it; what could not be read, as it was typed."""
        return hour_text(value) if isinstance(value, time) else super().format_value(value)


class HourField(forms.TimeField):
    """An hour of the day."""

    widget = HourInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"invalid": NOT_AN_HOUR, "required": NEEDED})
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> time | None:
        """Return the hour. Raises ValidationError: it is none."""
        if value in self.empty_values or isinstance(value, time):
            return value or None
        found = read_hour(str(value))
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class MomentInput(forms.Widget):
    """A day and an hour side by side, under one name: what was kept unsent comes back as it was typed."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        """Return day and hour as one text."""
        sent = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or ()
        return " ".join(_parts([sent] if isinstance(sent, str) else list(sent))).strip()

    def format_value(self, value: Any) -> tuple[str, str]:
        """Return what stands in the two boxes."""
        if isinstance(value, datetime):
            return value.date().isoformat(), hour_text(value.time())
        day, hour = _parts([value] if isinstance(value, str) else list(value or ()))
        at = read_hour(hour)
        return day, hour_text(at) if at is not None else hour

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Draw both; the label belongs to the day."""
        day, hour = self.format_value(value)
        known = self.build_attrs(self.attrs, attrs)
        plain = {key: one for key, one in known.items() if key != "id"} | {"placeholder": hour_text(SAMPLE)}
        boxes = (
            forms.DateInput(attrs={**known, "type": "date"}).render(name, day, None, renderer),
            HourInput({**plain, "id": f"{known.get('id', name)}_jam", "aria-label": _("Jam, misalnya 14.30")}).render(
                name, hour, None, renderer
            ),
        )
        return format_html('<span class="moment">{}{}</span>', *boxes)


class MomentField(forms.DateTimeField):
    """A moment in the city."""

    widget = MomentInput

    def __init__(self, *, back: int = LIFE, ahead: int = YEARS, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"invalid": NOT_A_MOMENT, "required": NEEDED})
        super().__init__(**kwargs)
        self.back, self.ahead = back, ahead

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment. Raises ValidationError: it is none, or nobody can mean it."""
        if value in self.empty_values or isinstance(value, datetime):
            return super().to_python(value or None)
        day, hour = _parts([str(value)])
        at = read_hour(hour)
        try:
            on = date.fromisoformat(day)
        except ValueError:
            on = None
        if on is None or at is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        refuse_far(on, back=self.back, ahead=self.ahead)
        return super().to_python(datetime.combine(on, at))


def _parts(sent: list[Any]) -> tuple[str, str]:
    """Return the day and the hour of what was sent: two values, or both in one, as `2026-11-24T14:30`."""
    words = [word for one in sent for word in str(one).replace("T", " ").split()]
    day = next((word for word in words if "-" in word or "/" in word), "")
    rest = [word for word in words if word != day]
    return day, " ".join(rest)
