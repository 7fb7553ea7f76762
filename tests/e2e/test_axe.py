"""WCAG 2.2 A and AA on every page, on a telephone and at a desk, by night for colours: no violation.

In Indonesian. English differs in words alone: of it every page is opened, and looked at whether the words fit.
"""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT as AXE
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from ruangaman.ops.pages import ACCOUNTS, ALL_PAGES, PUBLIC, Guide, set_language
from ruangaman.ops.running import RunningDemo
from ruangaman.ops.shots import WIDTHS, open_context, sign_in, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("axe")]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
"""By night only colours differ, at every width and in both languages (`test_night_changes_nothing_but_colours`)."""
ONE_LANGUAGE = {"tidak-ada"}
"""For strangers: one answer for all."""
DESK, TELEPHONE = max(WIDTHS), min(WIDTHS)
LOOKS: dict[str, list[tuple[int, str, dict[str, Any] | None]]] = {
    "id": [(DESK, "light", EVERYTHING), (DESK, "dark", COLOURS), (TELEPHONE, "light", EVERYTHING)],
    "en": [(TELEPHONE, "light", None), (DESK, "light", None)],
}
"""English differs in words alone, so there faults are not looked for again: only whether the words fit."""
LOOK = """async options => {
    scrollTo(0, 0)  // wherever a page was left, something lies half under the bar that stays
    await Promise.allSettled(document.getAnimations().map(one => one.finished))
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))  // it is laid out
    const told = options ? (await axe.run(options)).violations : []
    return [told, document.documentElement.scrollWidth]
}"""


def violations(tab: Tab, name: str, language: str) -> list[str]:
    """What axe finds in every look of the page that is open, as one line each, and where it is too wide."""
    found = []
    if any(options for _width, _scheme, options in LOOKS[language]):
        tab.evaluate(AXE)
    now = tab.viewport_size
    for width, scheme, options in sorted(LOOKS[language], key=lambda look: now is None or look[0] != now["width"]):
        tab.set_viewport_size({"width": width, "height": WIDTHS[width]})
        tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        faults, wide = tab.evaluate(LOOK, options)
        for fault in faults:
            found += [f"{name} {width} {scheme}: {fault['id']}: {_where(node)}" for node in fault["nodes"]]
        if wide > width:
            found.append(f"{name} {width} {scheme}: scrolls sideways, {wide} px wide")
    return found


def test_what_is_wrong_is_found(chromium: Browser) -> None:
    context = chromium.new_context()
    tab = context.new_page()
    style = (
        "main { color: light-dark(#000, #333); background: light-dark(#fff, #000); } :root { color-scheme: light dark }"
    )
    tab.set_content(f"<html lang=id><title>A</title><style>{style}</style><main>Teks<img src='data:,'></main></html>")
    found = violations(tab, "wrong", "id")
    context.close()

    assert sorted(line.split(": ")[:2] for line in found) == [
        ["wrong 1280 dark", "color-contrast"], ["wrong 1280 light", "image-alt"], ["wrong 360 light", "image-alt"],
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("who", [PUBLIC, "masuk", *ACCOUNTS])
def test_no_violation(chromium: Browser, house: RunningDemo, who: str, language: str) -> None:
    guide = Guide(house.url, who)
    context = open_context(chromium, house.url, width=1280, scheme="light")
    tab = context.new_page()
    found = []
    try:
        if who in ACCOUNTS:
            set_language(guide, language)
            sign_in(tab, who)
        for page in ALL_PAGES:
            if page.who == who:
                visit(tab, page, guide, language)
                if page.name not in ONE_LANGUAGE:
                    assert tab.locator("html").get_attribute("lang") == language, page.name
                found += violations(tab, page.name, language)
    finally:
        if who in ACCOUNTS:
            set_language(guide, "id")
        guide.close()
        context.close()

    assert found == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_violation_while_the_database_is_gone(chromium: Browser, house: RunningDemo, language: str) -> None:
    context = open_context(chromium, house.url, width=1280, scheme="light")
    tab = context.new_page()
    tab.goto(f"/i/?l={language}")
    tab.locator("textarea[name=what]").fill("Tulisan yang tetap ada.")
    try:
        with house.without_database():
            tab.locator("form.report .send button").click()
            tab.locator("#kept").wait_for()
            found = violations(tab, "kept", language)
            tab.goto(f"/p/?l={language}")
            found += violations(tab, "gone", language)
            tab.goto("/masuk/")
            found += violations(tab, "gone for staff", language)
    finally:
        context.close()
        house.wait_ready()

    assert found == []


def _where(node: dict[str, Any]) -> str:
    told = [one["message"] for one in (*node["any"], *node["all"], *node["none"])]
    return f"{' '.join(map(str, node['target']))} ({told[0] if told else node['html'][:80]})"
