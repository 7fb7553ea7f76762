"""The reference pages say what the code says."""

from __future__ import annotations

from ruangaman.ops import reference


def test_the_reference_pages_are_what_the_code_says():
    assert reference.faults() == []


def test_a_page_that_somebody_edited_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    reference.write_pages()
    (tmp_path / "events.md").write_text("edited by hand")

    assert reference.faults() == ["docs/reference/events.md is not what the code says: run ./ruang docs."]
