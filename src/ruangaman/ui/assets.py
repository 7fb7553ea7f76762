"""The staff side's one style sheet, written from one file per component.

    python -m ruangaman.ui.assets

writes `static/ui/staff.css`. The file is committed, so serving needs no build step; a test compares it with its parts.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from ruangaman.ui.inline import FOLDER, minify

STATIC: Final = Path(__file__).parent / "static"
SHEET: Final = STATIC / "ui" / "staff.css"
LAYERS: Final = {
    "base": ("base",),
    "parts": (
        "shell",
        "demo",
        "controls",
        "again",
        "clock",
        "danger",
        "queue",
        "voice",
        "dossier",
        "holders",
        "glass",
        "timeline",
        "undo",
        "unsent",
        "palette",
    ),
    "pages": ("gate", "own", "rest", "casework", "trail", "papers", "handing", "load", "find"),
    "print": ("print",),
}
"""Cascade layers from weak to strong; in each, the components in order."""


def build() -> str:
    """Return the whole sheet: the tokens, then each layer."""
    staff = FOLDER / "staff"
    tokens = (FOLDER / "tokens.css").read_text(encoding="utf-8") + (staff / "tokens.css").read_text(encoding="utf-8")
    blocks = [f"@layer tokens,{','.join(LAYERS)};", f"@layer tokens{{{minify(tokens)}}}"]
    for layer, names in LAYERS.items():
        body = "".join(minify((staff / f"{name}.css").read_text(encoding="utf-8")) for name in names)
        blocks.append(f"@layer {layer}{{{body}}}")
    return "\n".join(blocks) + "\n"


@lru_cache(maxsize=32)
def version(path: str) -> str:
    """Return eight digits that change whenever the static file does, for its address."""
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:8]


if __name__ == "__main__":
    SHEET.write_text(build(), encoding="utf-8")
