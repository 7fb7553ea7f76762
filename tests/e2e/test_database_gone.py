"""The database goes and comes back: nothing that was typed is lost, and everything works again by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ruangaman.ops.running import RunningDemo
from tests.e2e.conftest import NewVisitor, OpenPage
from tests.e2e.steps import Reporter, press

STORY = "Tulisan panjang yang tidak mau saya ketik lagi."
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("device", ["phone_plain", "phone"])
def test_what_was_typed_comes_back_and_is_sent_once_the_database_is_there(
    house: RunningDemo, open_page: OpenPage, device: str
) -> None:
    page = open_page(device)
    reporter = Reporter(page)
    page.goto("/i/")
    reporter.fill(STORY, now="no", dangers="pregnant")

    with house.without_database():
        reporter.send()
        expect(page.get_by_text("Belum terkirim, tetapi tidak hilang.")).to_be_visible()
        assert page.locator("textarea[name=what]").input_value() == STORY
        assert page.locator("input[name=dangers]").first.input_value() == "pregnant"
        expect(page.locator('a[href="tel:112"]').first).to_be_visible()
    house.wait_ready()

    press(page.locator("main"), "Kirim lagi")
    expect(page.locator("#receipt")).to_be_visible()


def test_pages_that_need_no_data_stay_and_the_others_give_the_numbers(
    house: RunningDemo, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor()
    with house.without_database():
        still = {path: visitor.get(path).status for path in ("/", "/layanan", "/panduan/aman", "/panduan/hak")}
        asked = {path: visitor.get(path) for path in ("/p/", "/p/pesan", "/masuk/", "/kerja/")}
    house.wait_ready()

    assert set(still.values()) == {200}
    assert {path: answer.status for path, answer in asked.items()} == dict.fromkeys(asked, 503)
    assert 'href="tel:112"' in asked["/p/"].text
    assert visitor.get("/p/").status == 200
    assert visitor.get("/masuk/").status == 200
