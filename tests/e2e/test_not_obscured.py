"""On a phone the sections lie over the foot of every page: nothing that has the focus is under them (WCAG 2.4.11)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import Colleague
from tests.e2e.test_unsent import cases

pytestmark = pytest.mark.browser
WHERE = """() => {
  const at = document.activeElement, bar = document.querySelector('.nav').getBoundingClientRect();
  const box = at.getBoundingClientRect();
  return {what: at.tagName + ' ' + (at.name || at.textContent.trim()), inside: !!at.closest('main'),
          isLast: !!at.closest('.form-go') && at.tagName === 'A', top: box.top, foot: box.bottom, bar: bar.top};
}"""


def covered(page: Page) -> list[str]:
    """What gets the focus under the bar while one goes through the form with the keyboard."""
    found, at = [], {}
    for _press in range(60):
        page.keyboard.press("Tab")
        at: dict[str, Any] = page.evaluate(WHERE)
        if at["inside"] and at["foot"] > at["bar"] + 1:
            found.append(f"{at['what']}: {at['foot']:.0f} below {at['bar']:.0f}")
        if at["isLast"]:
            return found
    raise AssertionError(f"the end of the form was not reached: {at}")


@pytest.mark.parametrize("step", ["status/", "tugas/"])
def test_what_has_the_focus_is_never_under_the_bar(open_page: OpenPage, step: str) -> None:
    page = Colleague(open_page("phone"), "manajer").sign_in().page
    address = f"/kasus/{cases(page)[0]}/{step}"
    for height in (632, 668, 692, 740):  # at each of them something stands across the edge of the bar
        page.set_viewport_size({"width": 360, "height": height})
        page.goto(address)
        assert covered(page) == [], f"{step} at {height}"


@pytest.mark.parametrize("device", ["phone", "phone_plain"])
def test_the_end_of_a_form_is_reached_by_scrolling(open_page: OpenPage, device: str) -> None:
    page = Colleague(open_page(device), "manajer").sign_in().page
    page.goto(f"/kasus/{cases(page)[0]}/upaya/")
    page.mouse.wheel(0, 10_000)
    page.wait_for_timeout(300)
    foot, bar = page.locator(".form-go").bounding_box(), page.locator(".nav").bounding_box()
    assert foot is not None
    assert bar is not None
    assert foot["y"] + foot["height"] <= bar["y"]
