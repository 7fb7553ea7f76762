"""Fields that the forms of a case are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.types import Answer
from ruangaman.core import text
from ruangaman.ui.days import DayField, MomentField
from ruangaman.ui.words import NEEDED as NEEDED
from ruangaman.ui.words import UNKNOWN as UNKNOWN

MAX_STORY, MAX_TEXT, MAX_LINE = 40_000, 4_000, 200
TWICE = _("Isian ini terkirim dua kali dengan isi berbeda. Periksa lagi.")
OLDEST = date(1940, 1, 1)


class CleanText(forms.CharField):
    """Text that people type: invisible marks go silently, what cannot be kept is told in a sentence."""

    def __init__(self, *, most: int = MAX_LINE, multiline: bool = False, rows: int = 0, **kwargs: Any) -> None:
        """Take the limit in characters; `rows` makes it a text area."""
        if rows:
            kwargs["widget"] = forms.Textarea(attrs={"rows": rows})
        super().__init__(strip=False, error_messages={"required": NEEDED}, **kwargs)
        self.most = most
        self.multiline = multiline or bool(rows)

    def to_python(self, value: Any) -> str:
        """Return the text as `core.text.clean` leaves it."""
        try:
            return text.clean(str(value or ""), max_length=self.most, multiline=self.multiline)
        except text.TextError as error:
            raise forms.ValidationError(str(error), code=error.key) from error


class RowId(forms.UUIDField):
    """The id of the row that this form will make: sent twice, it is made once. A broken one is replaced."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        """Mint the id when the form is drawn."""
        super().__init__(required=False, initial=uuid4, **kwargs)

    def clean(self, value: Any) -> UUID:
        """Return the id, or a fresh one."""
        try:
            return super().clean(value) or uuid4()
        except forms.ValidationError:
            return uuid4()


def choice(choices: Iterable[Any] | Callable[[], Iterable[Any]], label: Any, **kwargs: Any) -> forms.ChoiceField:
    """Return a field with one answer of a list; one that is told by the city is asked for when a form is drawn."""
    kwargs.setdefault("error_messages", {"invalid_choice": UNKNOWN, "required": NEEDED})
    return forms.ChoiceField(choices=choices if callable(choices) else list(choices), label=label, **kwargs)


def several(choices: Iterable[Any], label: Any, **kwargs: Any) -> forms.MultipleChoiceField:
    """Return a field with any number of answers of a list."""
    messages = {"invalid_choice": UNKNOWN, "invalid_list": UNKNOWN, "required": _("Pilih paling sedikit satu.")}
    return forms.MultipleChoiceField(
        choices=list(choices), label=label, widget=Several, error_messages=messages, **kwargs
    )


class Several(forms.CheckboxSelectMultiple):
    """Boxes to tick. Several codes may come in one value, with commas: as one of two answers to choose between."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the codes."""
        found = super().value_from_datadict(data, files, name)
        return [code for one in found or () for code in str(one).split(",") if code]


def answer(label: Any, **kwargs: Any) -> forms.ChoiceField:
    """Return a question that may stay open: yes, no, not known. What is not sent is not known."""
    return choice(Answer.choices, label, widget=forms.RadioSelect, initial=Answer.UNKNOWN, required=False, **kwargs)


def offer(form: forms.Form, name: str, choices: Iterable[Any]) -> None:
    """Put choices that are data into a field."""
    field: Any = form.fields[name]
    field.choices = list(choices)


def day(label: Any, **kwargs: Any) -> DayField:
    """Return a field for a day on the city's calendar."""
    return DayField(label=label, **kwargs)


def or_none(choices: Iterable[Any], words: Any) -> list[Any]:
    """Return choices with an empty one before them."""
    return [("", words), *choices]


class CaseForm(forms.Form):
    """What the forms of a case share: the id of the new row, and no value twice."""

    row_id = RowId()
    opened = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    """The version that stood there when the form was drawn; nothing: the form makes something new."""

    def is_open(self, *names: str) -> bool:
        """Whether one of these fields holds something or needs another look: then its fold stands open."""
        values = [self[name].value() for name in names]
        return any(self[name].errors for name in names) or any(
            value and str(value) != str(Answer.UNKNOWN) for value in values
        )

    def clean(self) -> dict[str, Any]:
        """Refuse fields that have one answer and came with two."""
        cleaned = super().clean() or {}
        data: Any = self.data
        if hasattr(data, "getlist"):
            for name, field in self.fields.items():
                is_several = isinstance(field, forms.MultipleChoiceField | MomentField)
                if not is_several and len(set(data.getlist(self.add_prefix(name)))) > 1:
                    self.add_error(name, TWICE)
        return cleaned
