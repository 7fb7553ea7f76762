"""Drawing a form field: which control, which words around it, how they are tied together for a screen reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.forms import BoundField
from django.utils.safestring import SafeString

from ruangaman.ui.types import Words

SINGLE: Final = frozenset({"text", "textarea", "code", "select", "file", "check"})
GROUPS: Final = {
    "public": frozenset({"choices", "three", "duo", "chips"}),
    "staff": frozenset({"radios", "checks", "pick", "segments", "levels"}),
}
LOOKS: Final = {"public": "in", "staff": "input"}


@dataclass(frozen=True)
class Option:
    """One choice of a group."""

    id: str
    value: str
    label: Words
    checked: bool
    icon: str = ""
    note: Words = ""
    level: int = 0
    group: Words = ""
    """What it belongs to, among many."""


@dataclass(frozen=True)
class Drawn:
    """A field ready for its template: `widget` is set for one control, `options` for a group."""

    control: str
    name: str
    id: str
    label: Words
    hint: Words
    errors: list[str]
    described_by: str
    widget: SafeString | None
    options: list[Option]
    kind: str


def draw(
    bound: BoundField,
    *,
    control: str,
    side: str,
    label: Words,
    hint: Words | None,
    icons: Mapping[str, str] | None,
    notes: Mapping[str, Words] | None,
) -> Drawn:
    """Return how `bound` looks as `control` on that side.

    Args:
        side: public or staff.
        hint: None takes the field's help text.
        icons, notes: by the value of a choice.

    Raises:
        ValueError: a control that this side does not know.
    """
    if control not in SINGLE | GROUPS[side]:
        raise ValueError(f"the {side} side has no control called {control!r}")
    words = bound.help_text if hint is None else hint
    ids = [f"{bound.auto_id}_hint"] * bool(words) + [f"{bound.auto_id}_oops"] * bool(bound.errors)
    described = " ".join(ids)
    grouped = control not in SINGLE
    return Drawn(
        control=control,
        name=bound.html_name,
        id=bound.auto_id,
        label=label or bound.label or "",
        hint=words or "",
        errors=[str(message) for message in bound.errors],
        described_by=described,
        widget=None if grouped else _widget(bound, control, side, described),
        options=list(_options(bound, control, icons or {}, notes or {})) if grouped else [],
        kind="checkbox" if getattr(bound.field.widget, "allow_multiple_selected", False) else "radio",
    )


def _widget(bound: BoundField, control: str, side: str, described: str) -> SafeString:
    """Return the one control of the field with its look and its ties."""
    look = {"code": f"{LOOKS[side]} code", "check": ""}.get(control, LOOKS[side])
    attrs: dict[str, Any] = {"class": look, "aria-describedby": described or False, "autocomplete": "off"}
    if "autocomplete" in bound.field.widget.attrs:
        del attrs["autocomplete"]
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return bound.as_widget(attrs=attrs)


def _options(bound: BoundField, control: str, icons: Mapping[str, str], notes: Mapping[str, Words]) -> Iterator[Option]:
    """Yield the choices of a group; the empty choice of an optional field is no option."""
    value = bound.value()
    chosen = {str(one) for one in value} if isinstance(value, (list, tuple, set)) else {str(value)}
    choices: Any = getattr(bound.field, "choices", ())
    kept = [(str(key), label, group) for key, label, group in _flat(choices) if str(key)]
    for place, (key, label, group) in enumerate(kept):
        yield Option(
            id=f"{bound.auto_id}_{place}",
            value=key,
            label=label,
            checked=key in chosen,
            icon=icons.get(key, ""),
            note=notes.get(key, ""),
            level=place + 1 if control == "levels" else 0,
            group=group,
        )


def _flat(choices: Any) -> Iterator[tuple[Any, Words, Words]]:
    """Yield value, label and group of choices, which may be grouped as Django's are."""
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from ((one, words, key) for one, words in label)
        else:
            yield key, label, ""
