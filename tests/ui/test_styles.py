"""The rules of a page: only the parts it names, minified safely, allowed by their hash; the staff sheet is fresh."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re

import pytest

from ruangaman.ui import assets, inline

PUBLIC_SCRIPT_LIMIT = 3 * 1024


def test_style_holds_the_named_parts_and_the_ground():
    found = inline.style("sos")

    assert ".keys" in found.css
    assert ".exit" in found.css
    assert ".talk" not in found.css


def test_the_hash_is_the_one_a_browser_computes():
    found = inline.style("form")

    digest = base64.b64encode(hashlib.sha256(found.css.encode()).digest()).decode()
    assert found.csp_hash == f"'sha256-{digest}'"


def test_an_unknown_part_is_refused():
    with pytest.raises(ValueError, match="nope"):
        inline.style("nope")


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("a { color : red ; }", "a{color : red}"),
        ('a::before { content: "; }  /*" ; }', 'a::before{content:"; }  /*"}'),
        ("/* gone */ a:hover, b { inset: calc(1px + 2px) }", "a:hover,b{inset:calc(1px + 2px)}"),
        ("a + b > c :focus { margin: 0 }", "a + b > c :focus{margin:0}"),
    ],
)
def test_minify_keeps_what_matters(written, short):
    assert inline.minify(written) == short


def test_every_part_is_used_by_the_order_and_exists():
    assert {path.stem for path in (inline.FOLDER / "public").glob("*.css")} == set(inline.SECTIONS)
    components = {"tokens"} | {name for names in assets.LAYERS.values() for name in names}
    assert {path.stem for path in (inline.FOLDER / "staff").glob("*.css")} == components


def test_the_staff_sheet_is_what_its_parts_say():
    assert assets.SHEET.read_text(encoding="utf-8") == assets.build(), "run: python -m ruangaman.ui.assets"


def test_night_changes_nothing_but_colours():
    """The journeys look for all faults by day, and by night only for those that colours make."""
    colour = r"#[0-9a-f]{6}|rgb\(0 0 0 / \.6\)"
    for path in sorted(inline.FOLDER.rglob("*.css")):
        rules = path.read_text(encoding="utf-8")
        assert not re.search(r":lang\(|\[lang", rules), path.name
        for night in re.findall(r"prefers-color-scheme: dark\) \{\s*(.*?)\n\}", rules, re.DOTALL):
            assert re.fullmatch(rf":root \{{(\s*--[\w-]+: ({colour});)+\s*\}}", night), path.name
        assert rules.count("(prefers-color-scheme") == (path == inline.FOLDER / "tokens.css"), path.name


def test_no_rule_loads_anything():
    for path in inline.FOLDER.rglob("*.css"):
        assert not re.search(r"url\(|@import|expression\(", path.read_text(encoding="utf-8")), path


def test_the_public_script_is_small():
    script = inline.script().js

    assert len(gzip.compress(script.encode())) <= PUBLIC_SCRIPT_LIMIT
    assert "</script" not in script
    assert "<!--" not in script


def test_the_public_script_loses_only_remarks_and_indents():
    whole = [line.strip() for line in inline.SCRIPT.read_text(encoding="utf-8").splitlines() if line.strip()]
    lost = [line for line in whole if line not in inline.script().js.splitlines()]

    assert lost
    assert all(line.startswith("/*") and line.endswith("*/") for line in lost)


def test_a_files_address_names_its_content():
    assert re.fullmatch(r"[0-9a-f]{8}", assets.version("ui/staff.css"))
