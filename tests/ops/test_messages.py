"""The English catalogue is complete, and the check would notice if it were not."""

from __future__ import annotations

import pytest

from ruangaman.ops import messages
from ruangaman.ops.messages import Message


def test_every_sentence_of_the_screens_is_there_in_english():
    assert messages.problems() == []


def test_templates_python_and_the_trail_are_all_read():
    places = {message.place.split(":")[0] for message in messages.extract().values()}

    assert any(place.endswith("intake/start.html") for place in places)
    assert "core/codelists.py" in places
    assert "audit/events.py" in places or "cases/events.py" in places


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


def test_other_placeholders_are_named(monkeypatch):
    found = messages.extract()
    key, message = next((key, one) for key, one in found.items() if one.id == "Kasus %(code)s")
    changed = Message(message.id.replace("code", "kode"), None, None, message.place)
    monkeypatch.setattr(messages, "extract", lambda: {**found, key: message, changed.key: changed})

    assert any("not translated" in line and "kode" in line for line in messages.problems())
    assert messages._placeholders("Kasus %(code)s, {actor}") == {"%(code)s", "{actor}"}
