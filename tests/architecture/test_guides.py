"""The how-to pages call things as the screens do."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po

from ruangaman.ops.messages import CATALOGUE
from ruangaman.ops.paths import ROOT

PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
NAME = re.compile(r"(?<![*\w])\*([^\s*][^*]*)\*(?!\*)(?:\s+\(([^)]+)\))?")
COUNT = re.compile(r"%\(\w+\)[ds]")


def plain(text):
    return " ".join(COUNT.sub("12", text).split())


@pytest.fixture(scope="module")
def screens():
    with CATALOGUE.open("rb") as file:
        found = [(one.id, one.string) for one in read_po(file) if isinstance(one.id, str) and one.id]
    return {plain(name): plain(english) for name, english in found}


def faults(text, screens):
    known = {}
    for words, english in NAME.findall(CODE.sub("", text)):
        name = plain(words)
        if name not in screens:
            yield f"{name}: no screen says that"
        elif english and plain(english) != screens[name]:
            yield f"{name}: in English the screen says {screens[name]}"
        elif not english and name not in known:
            yield f"{name}: say once what it means: ({screens[name]})"
        known[name] = english


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_in_italics_stands_on_a_screen_and_its_english_in_brackets(page, screens):
    assert list(faults(page.read_text("utf-8"), screens)) == []


def test_a_name_that_no_screen_has_is_found(screens):
    text = "Open *Pengaturan* (Settings), then *Settings* and *Pengaturan*; *Undang\nseseorang*; *Orang* (Human)."

    assert list(faults(text, screens)) == [
        "Settings: no screen says that",
        "Undang seseorang: say once what it means: (Invite somebody)",
        f"Orang: in English the screen says {screens['Orang']}",
    ]
