"""Pictures of every page for every account, on a telephone and at a desk, by day and by night, and sheets of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from playwright.sync_api import Page as Tab

from ruangaman.ops.chromium import ARGUMENTS, find_chromium
from ruangaman.ops.demo import PASSWORD, DemoError
from ruangaman.ops.pages import ACCOUNTS, ALL_PAGES, PUBLIC, Guide, Page, in_language
from ruangaman.ops.progress import Progress

WIDTHS = {360: 740, 1280: 860}
SCHEMES = ("light", "dark")
LANGUAGES = {PUBLIC: ("id", "en")}
_TALLEST = 6000
_COLUMNS = {360: 6, 1280: 3}
_THUMB = {360: 240, 1280: 480}
_THUMB_HEIGHT, _GAP, _LABEL = 520, 16, 22


def take_all(url: str, folder: Path, *, only: str = "", progress: Progress) -> list[Path]:
    """Take every picture and lay out the contact sheets. Returns the sheets.

    Args:
        url: of a running demo.
        folder: made when it is not there; pictures of before are replaced.
        only: an account, `publik` or `masuk`; empty: all.

    Raises:
        DemoError: there is no Chromium, or nobody of that name.
    """
    program = find_chromium()
    if program is None:
        raise DemoError("There is no Chromium to take pictures with: install Debian's chromium.")
    groups = [(who, list(pages)) for who, pages in groupby(ALL_PAGES, key=lambda page: page.who)]
    groups = [(who, pages) for who, pages in groups if only in ("", who)]
    if not groups:
        raise DemoError(f"There are no pages of {only}.")
    total = sum(len(pages) * len(WIDTHS) * len(SCHEMES) * len(_languages(who)) for who, pages in groups)
    sheets, done = [], 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        for who, pages in groups:
            for width in WIDTHS:
                shots = []
                for path in _take_some(browser, url, folder, who, pages, width):
                    shots.append(path)
                    done += 1
                    progress("Pictures", done, total)
                sheets.append(lay_out(shots, folder / "sheets" / f"{who}-{width}.png", width=width))
        browser.close()
    return sheets


def _languages(who: str) -> tuple[str, ...]:
    return LANGUAGES.get(who, ("id",))


def _take_some(browser: Browser, url: str, folder: Path, who: str, pages: list[Page], width: int) -> Iterator[Path]:
    guide = Guide(url, who)
    try:
        for scheme in SCHEMES:
            for language in _languages(who):
                context = open_context(browser, url, width=width, scheme=scheme)
                tab = context.new_page()
                if who in ACCOUNTS:
                    sign_in(tab, who)
                for page in pages:
                    visit(tab, page, guide, language)
                    yield _take(tab, page, folder, f"{width}-{scheme}-{language}")
                context.close()
    finally:
        guide.close()


def open_context(browser: Browser, url: str, *, width: int, scheme: str) -> BrowserContext:
    """A fresh profile on a screen of this width."""
    return browser.new_context(
        base_url=url,
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="id-ID",
        timezone_id="Asia/Makassar",
        device_scale_factor=2 if width == min(WIDTHS) else 1,
    )


def sign_in(tab: Tab, who: str) -> None:
    """Sign in as a demo account."""
    tab.goto("/masuk/")
    tab.locator("input[name=username]").fill(who)
    tab.locator("input[name=password]").fill(PASSWORD)
    tab.locator("form.entry button").first.click()
    tab.wait_for_url("**/kerja/")


def visit(tab: Tab, page: Page, guide: Guide, language: str) -> None:
    """Go to a page and do there what it needs."""
    address = guide.address(page)
    tab.goto(address if page.who in ACCOUNTS else in_language(address, language))
    if page.act is not None:
        page.act(tab)


def _take(tab: Tab, page: Page, folder: Path, kind: str) -> Path:
    path = folder / page.who / f"{page.name}-{kind}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    tall = min(int(tab.evaluate("document.documentElement.scrollHeight")), _TALLEST)
    width = int(tab.evaluate("innerWidth"))
    tab.screenshot(path=path, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": tall})
    return path


def lay_out(shots: list[Path], path: Path, *, width: int) -> Path:
    """Put pictures beside each other, each with its name under it; only the top of a long one."""
    across, wide = _COLUMNS[width], _THUMB[width]
    rows = -(-len(shots) // across)
    cell = (wide + _GAP, _THUMB_HEIGHT + _LABEL + _GAP)
    sheet = Image.new("RGB", (across * cell[0] + _GAP, rows * cell[1] + _GAP), "#8a8f98")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for number, shot in enumerate(shots):
        left, top = _GAP + number % across * cell[0], _GAP + number // across * cell[1]
        with Image.open(shot) as picture:
            small = picture.convert("RGB").resize((wide, round(picture.height * wide / picture.width)))
        sheet.paste(small.crop((0, 0, wide, min(small.height, _THUMB_HEIGHT))), (left, top))
        draw.text((left, top + _THUMB_HEIGHT + 4), shot.stem, fill="#ffffff", font=font)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)
    return path
