"""The catalogues: extract what the sources say, keep the English one complete, compile it. No GNU gettext needed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

SRC = Path(__file__).resolve().parents[1]
CATALOGUE = SRC / "locale" / "en" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "EventType": (2,),  # the trail's sentences are translated when they are read
}
RENAMED = re.compile(r"^from django\.utils\.translation import \w*gettext\w* as (\w+)$", re.MULTILINE)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
MARKUP = re.compile(r"</?\w[^>]*>|&\w+;")


@dataclass(frozen=True)
class Message:
    """One message as the sources say it."""

    id: str
    plural: str | None
    context: str | None
    place: str

    @property
    def key(self) -> tuple[str | None, str]:
        """What identifies it in a catalogue."""
        return self.context, self.id


@cache
def extract() -> dict[tuple[str | None, str], Message]:
    """Return every message of the Python sources and the templates."""
    found: dict[tuple[str | None, str], Message] = {}
    for path, code in _sources():
        for message in _extract_python(code, str(path.relative_to(SRC))):
            known = found.setdefault(message.key, message)
            if known.plural is None and message.plural is not None:
                found[message.key] = message
    return found


def problems() -> list[str]:
    """Return one sentence for each message that lacks a good English translation; empty: the catalogue is complete."""
    from babel.messages.pofile import read_po

    if not CATALOGUE.is_file():
        return ["There is no English catalogue."]
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="en")
    wanted, said = extract(), []
    for message in wanted.values():
        entry = catalogue.get(message.id, message.context)
        texts = _texts(entry.string if entry is not None else "")
        if not texts or not all(texts):
            said.append(f"{message.place}: not translated: {message.id[:60]!r}")
        elif entry is not None and entry.fuzzy:
            said.append(f"{message.place}: fuzzy: {message.id[:60]!r}")
        elif fault := _unlike(message, texts):
            said.append(f"{message.place}: {fault}: {message.id[:60]!r}")
    said += [
        f"no longer used: {str(entry.id)[:60]!r}"
        for entry in catalogue
        if entry.id and (entry.context, entry.id if isinstance(entry.id, str) else entry.id[0]) not in wanted
    ]
    said += [
        f"{path.relative_to(SRC)}: words in {name}() are not looked for: call it _ or by its own name"
        for path, code in _sources()
        for name in RENAMED.findall(code)
        if name not in KEYWORDS
    ]
    if not said and COMPILED.read_bytes() != _compile(catalogue):
        said.append("django.mo is older than django.po: run ./ruang messages.")
    return said


def update() -> tuple[int, int]:
    """Bring the catalogue to what the sources say, keep the translations, compile. Returns (messages, untranslated)."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po, write_po

    old = Catalog(locale="en")
    if CATALOGUE.is_file():
        with CATALOGUE.open("rb") as file:
            old = read_po(file, locale="en")
    new = Catalog(locale="en", project="Ruang Aman", fuzzy=False)
    missing = 0
    for message in sorted(extract().values(), key=lambda one: (one.place.split(":")[0], one.id)):
        entry = old.get(message.id, message.context)
        texts = _texts(entry.string if entry is not None else "") or [""]
        missing += not all(texts)
        added = new.add(
            message.id if message.plural is None else (message.id, message.plural),
            texts[0] if message.plural is None else (texts[0], texts[-1]),
            context=message.context,
        )
        added.locations = [(message.place.split(":")[0], 0)]
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, new, width=120, include_lineno=False)
    stable = re.sub(rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By):[^\n]*\n', b"", buffer.getvalue())
    CATALOGUE.write_bytes(stable)
    with CATALOGUE.open("rb") as file:
        COMPILED.write_bytes(_compile(read_po(file, locale="en")))
    return len(new), missing


def _texts(string: object) -> list[str]:
    """Return the forms of a translation, whether it has one or several."""
    if isinstance(string, str):
        return [string]
    return [str(one) for one in string] if isinstance(string, (tuple, list)) else []


def _compile(catalogue: Catalog) -> bytes:
    """Return the compiled catalogue: the same bytes for the same sentences, whenever it is done."""
    from babel.messages.mofile import write_mo

    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def _unlike(message: Message, texts: list[str]) -> str:
    """Say in what a translation differs that has to be equal; empty: nothing. A singular may leave out its number."""
    for number, text in enumerate(texts):
        wanted, found = _placeholders(message.id, message.plural), _placeholders(text)
        if found - wanted or (wanted - found and (message.plural is None or number > 0)):
            return "other placeholders"
        if sorted(MARKUP.findall(text)) != sorted(MARKUP.findall(message.id)):
            return "other markup"
        if (text[:1].isspace(), text[-1:].isspace()) != (message.id[:1].isspace(), message.id[-1:].isspace()):
            return "other space around it"
    return ""


def _placeholders(*texts: str | None) -> set[str]:
    return {found for text in texts if text for found in PLACEHOLDER.findall(text)}


def _sources() -> Iterator[tuple[Path, str]]:
    from django.utils.translation.template import templatize

    for path in sorted(SRC.rglob("*.py")):
        if "migrations" not in path.parts and path.name not in {"story.py", "plots.py"}:
            yield path, path.read_text("utf-8")
    for path in sorted([*SRC.rglob("templates/**/*.html"), *SRC.rglob("templates/**/*.txt")]):
        yield path, templatize(path.read_text("utf-8"), origin=str(path))


def _extract_python(code: str, place: str) -> Iterator[Message]:
    from babel.messages.extract import extract as babel_extract

    for line, said, _comments, context in babel_extract("python", io.BytesIO(code.encode()), KEYWORDS):
        parts = said if isinstance(said, tuple) else (said,)
        if parts and isinstance(parts[0], str) and parts[0]:
            plural = parts[1] if len(parts) > 1 and isinstance(parts[1], str) else None
            yield Message(parts[0], plural, context, f"{place}:{line}")
