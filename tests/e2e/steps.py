"""What people do in the journeys, in their words. The same steps with and without JavaScript."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from ruangaman.ops.demo import PASSWORD


def photo(comment: str = "") -> bytes:
    """A small real photograph with a comment in it."""
    file = BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(file, "JPEG", quality=80, comment=comment)
    return file.getvalue()


def press(scope: Page | Locator, name: str | re.Pattern[str]) -> None:
    """Press the button of this name."""
    scope.get_by_role("button", name=name).first.click()


@dataclass
class Reporter:
    """Somebody at the public pages."""

    page: Page
    receipt: str = ""

    def tell(self, what: str, *, file: bytes | None = None, file_name: str = "foto.jpg", **answers: Any) -> str:
        """Fill in the report and send it; returns the receipt."""
        self.open("/i/")
        self.fill(what, file=file, file_name=file_name, **answers)
        self.send()
        expect(self.page.locator("#receipt")).to_be_visible()
        self.receipt = re.sub(r"\D", "", self.page.locator("#receipt").inner_text())
        assert len(self.receipt) == 20
        return self.receipt

    def open(self, path: str) -> None:
        """Go to a public page and find it."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{answer.status} at {path}"

    def fill(self, what: str, *, file: bytes | None = None, file_name: str = "foto.jpg", **answers: Any) -> None:
        """Fill in the report; an answer is the code of an option, several codes, or text."""
        page = self.page
        page.locator("textarea[name=what]").fill(what)
        for name, value in answers.items():
            for one in [value] if isinstance(value, str) else value:
                self._answer(name, one)
        if file is not None:
            self._unfold("files")
            chosen = [{"name": file_name, "mimeType": "image/jpeg", "buffer": file}]
            page.locator("input[name=files]").set_input_files(chosen)  # type: ignore[arg-type]  # plain dicts do

    def send(self) -> None:
        """Press the button that sends the report."""
        self.page.locator("form.report .send button").click()

    def note(self) -> None:
        """Say that the receipt is noted; the thread follows."""
        self.page.locator("main form.send button").click()
        expect(self.page.locator("textarea[name=message]")).to_be_visible()

    def come_back(self, page: Page | None = None) -> None:
        """Open the thread by the receipt, perhaps on another device."""
        self.page = page or self.page
        self.page.goto("/p/")
        self.page.locator("[name=receipt]").fill(self.receipt)
        press(self.page.locator("main"), "Buka percakapan")
        expect(self.page.locator("textarea[name=message]")).to_be_visible()

    def write(self, words: str) -> None:
        """Send a message in the thread."""
        self.page.locator("textarea[name=message]").fill(words)
        press(self.page.locator("main"), re.compile("^Kirim$"))
        expect(self.page.locator(".talk")).to_contain_text(words)

    @property
    def status(self) -> str:
        """The safe status: where things stand, in the words of the page."""
        return self.page.locator("ol.steps [aria-current=step]").inner_text()

    def _answer(self, name: str, value: str) -> None:
        controls = self.page.locator(f"[name={name}]")
        option = self.page.locator(f'input[name={name}][value="{value}"]')
        if option.count() and not option.first.is_visible():
            self._unfold(name)
        if option.count():
            option.check(force=True)
            return
        if not controls.first.is_visible():
            self._unfold(name)
        if controls.first.evaluate("one => one.tagName") == "SELECT":
            controls.first.select_option(value)
        else:
            controls.first.fill(value)

    def _unfold(self, name: str) -> None:
        fold = self.page.locator(f"details:has([name={name}])")
        if fold.count() and fold.first.get_attribute("open") is None:
            fold.first.locator("summary").first.click()


@dataclass
class Colleague:
    """Somebody who works in the office."""

    page: Page
    username: str

    def sign_in(self) -> Colleague:
        """Come in by the door, to the first page."""
        self.page.goto("/masuk/")
        self.page.locator("input[name=username]").fill(self.username)
        self.page.locator("input[name=password]").fill(PASSWORD)
        press(self.page.locator("main"), "Lanjut")
        self.page.wait_for_url(re.compile("/kerja/"))
        return self

    def open(self, path: str) -> None:
        """Go to a page of ours and find it."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{self.username} gets {answer.status} at {path}"
