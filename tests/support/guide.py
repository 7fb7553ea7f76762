"""The guide for a city as data: the files that it tells people to write."""

from __future__ import annotations

import re

from ruangaman.ops.paths import ROOT

HOW_TO = ROOT / "docs" / "how-to"
INSTALL, BACK_UP = "install-for-a-city.md", "back-up-and-restore.md"
_BLOCK = re.compile(r"^```(\w+)\n(?:#!/bin/sh\n)?# (/\S+?)[,\n]", re.MULTILINE)


def files(page: str = INSTALL) -> dict[str, str]:
    """Return the text of each file that a page shows whole, by its path: the first line of the block names it."""
    text = (HOW_TO / page).read_text("utf-8")
    found = {}
    for match in _BLOCK.finditer(text):
        begin = match.start() + len(f"```{match[1]}\n")
        found[match[2]] = text[begin : text.index("\n```\n", begin) + 1]
    return found


def environments() -> dict[str, dict[str, str]]:
    """Return what each environment file of the guide says, by its name without the ending."""
    found = {}
    for path, text in files().items():
        if path.endswith(".env"):
            lines = [line for line in text.splitlines() if line and not line.startswith("#")]
            found[path.rpartition("/")[2].removesuffix(".env")] = dict(line.split("=", 1) for line in lines)
    return found
