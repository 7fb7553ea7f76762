"""The English catalogue is complete, and the check would notice if it were not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ruangaman.ops import messages
from ruangaman.ops.messages import Message

NAMES = {"Ruang Aman", "· Ruang Aman", "Informasi", "NIK", "WITA", "Indonesia", "Bahasa Indonesia", "English"}
"""What templates say without translating it: names, and the title that every public page has in every language."""


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of the catalogue, to be spoiled."""
    copy = tmp_path / "django.po"
    copy.write_bytes(messages.CATALOGUE.read_bytes())
    copy.with_suffix(".mo").write_bytes(messages.COMPILED.read_bytes())
    monkeypatch.setattr(messages, "CATALOGUE", copy)
    monkeypatch.setattr(messages, "COMPILED", copy.with_suffix(".mo"))
    return copy


def spoil(copy: Path, old: str, new: str) -> None:
    """Put `new` in the place of `old`, which is there once."""
    text = copy.read_text("utf-8")
    assert text.count(old) == 1
    copy.write_text(text.replace(old, new), "utf-8")


def test_every_sentence_of_the_screens_is_there_in_english():
    assert messages.problems() == []


def test_templates_python_and_the_trail_are_all_read():
    places = {message.place.split(":")[0] for message in messages.extract().values()}

    assert any(place.endswith("intake/start.html") for place in places)
    assert "core/codelists.py" in places
    assert {"accounts/events.py", "cases/events.py", "intake/events.py", "vault/events.py"} <= places


@pytest.mark.parametrize("path", sorted(messages.SRC.rglob("templates/**/*.html")), ids=lambda path: path.name)
def test_every_word_of_a_template_is_marked(path):
    text = path.read_text("utf-8")
    for wordless in (
        r"\{% comment %\}.*?\{% endcomment %\}|\{% block body_class %\}.*?\{% endblock %\}",
        r"\{% blocktranslate.*?endblocktranslate %\}",
        r"<style.*?</style>|<script.*?</script>|<svg.*?</svg>|<kbd.*?</kbd>",
        r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!--.*?-->",
    ):
        text = re.sub(wordless, "", text, flags=re.DOTALL)
    said = {piece.strip(" ,.()\n") for piece in re.split(r"<[^>]*>", text)}
    attributes = set(re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', text))
    assert {piece for piece in said | attributes if re.search("[A-Za-z]{2}", piece)} <= NAMES


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        (Message("Kalimat yang belum ada", None, None, "web/new.py:1"), "not translated"),
        (Message("Ya", None, "konteks lain", "web/new.py:1"), "not translated"),
    ],
)
def test_a_sentence_without_its_english_is_named(monkeypatch, planted, said):
    found = {**messages.extract(), planted.key: planted}
    monkeypatch.setattr(messages, "extract", lambda: found)

    assert [line for line in messages.problems() if said in line and "web/new.py" in line]


def test_a_sentence_that_no_screen_says_any_more_is_named(monkeypatch):
    found = messages.extract()
    gone = next(key for key, message in found.items() if message.id == "Ya")
    monkeypatch.setattr(messages, "extract", lambda: {key: one for key, one in found.items() if key != gone})

    assert messages.problems() == ["no longer used: 'Ya'"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('msgstr "Case %(code)s"', 'msgstr "Case %(kode)s"', "other placeholders"),
        ('msgstr "Case %(code)s"', 'msgstr "Case"', "other placeholders"),
        ('msgstr "{actor} signed in"', 'msgstr "{aktor} signed in"', "other placeholders"),
        ('msgstr[1] "%(n)d cases need a step now"', 'msgstr[1] "cases need a step now"', "other placeholders"),
        ('msgstr "Find the line called <strong>Informasi</strong>."', 'msgstr "Find the line."', "other markup"),
        ('msgstr " and "', 'msgstr "and"', "other space around it"),
        ('msgstr "Case %(code)s"', 'msgstr ""', "not translated"),
        ('msgstr[1] "%(n)d cases need a step now"', 'msgstr[1] ""', "not translated"),
    ],
)
def test_an_english_sentence_that_has_other_parts_is_named(copied, old, new, said):
    spoil(copied, old, new)

    problems = messages.problems()
    assert len(problems) == 1
    assert f": {said}: " in problems[0]


def test_a_singular_may_leave_its_number_out(copied):
    spoil(copied, 'msgstr[0] "%(n)d case needs a step now"', 'msgstr[0] "One case needs a step now"')
    messages.update()

    assert messages.problems() == []


def test_a_compiled_file_of_before_is_named_and_made_again(copied):
    spoil(copied, 'msgstr "{actor} signed in"', 'msgstr "{actor} came in"')
    assert messages.problems() == ["django.mo is older than django.po: run ./ruang messages."]

    messages.update()
    assert messages.problems() == []
    assert b"came in" in messages.COMPILED.read_bytes()


def test_bringing_a_complete_catalogue_up_to_date_changes_nothing(copied):
    before = copied.read_bytes(), copied.with_suffix(".mo").read_bytes()

    assert messages.update() == (len(messages.extract()), 0)
    stands_still = (copied.read_bytes(), copied.with_suffix(".mo").read_bytes()) == before
    assert stands_still, "run ./ruang messages"  # what changed is thousands of lines: to compare them takes minutes
