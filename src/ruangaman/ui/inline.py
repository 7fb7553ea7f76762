"""The one `<style>` and the one `<script>` of a public page, minified once, allowed by their hashes.

A public page must arrive whole in the first network round trip, so its rules travel inside it: only the sections that
it names. So does its script: a first tap that came before a script of its own request would put a page of ours into
the browser's history, to be found with Back after leaving. The security policy allows nothing inline but what the page
registered by its SHA-256 (`request.csp_hashes`).
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest

FOLDER: Final = Path(__file__).parent / "css"
SCRIPT: Final = Path(__file__).parent / "js" / "public.js"
SECTIONS: Final = (
    "base",
    "sos",
    "ways",
    "start",
    "sections",
    "form",
    "folds",
    "again",
    "slip",
    "thread",
    "read",
)
"""In the order in which they are written, whatever order a page names them in: later ones may refine earlier ones."""

_KEEP: Final = re.compile(r'("[^"\n]*"|\'[^\'\n]*\')')
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE: Final = re.compile(r"\s+")
_REMARK: Final = re.compile(r"^\s*/\*.*?\*/\n", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Style:
    """A page's rules, and the source expression that allows them in `style-src`."""

    css: str
    csp_hash: str


@dataclass(frozen=True)
class Script:
    """What every public page runs, and the source expression that allows it in `script-src`."""

    js: str
    csp_hash: str


def minify(css: str) -> str:
    """Return `css` without comments and needless white space. Quoted text is left alone."""
    pieces = _KEEP.split(_COMMENT.sub("", css))
    for index in range(0, len(pieces), 2):
        text = _SPACE.sub(" ", pieces[index])
        text = re.sub(r" ?([{};,]) ?", r"\1", text)
        text = re.sub(r"([a-z-]): ", r"\1:", text)
        pieces[index] = text.replace(";}", "}")
    return "".join(pieces).strip()


@lru_cache(maxsize=64)
def style(*names: str) -> Style:
    """Return the rules of the named sections, tokens and ground first.

    Args:
        names: keys of `SECTIONS`; "base" is always there.

    Raises:
        ValueError: a name that is no section.
    """
    unknown = set(names) - set(SECTIONS)
    if unknown:
        raise ValueError(f"no such part of the public look: {', '.join(sorted(unknown))}")
    wanted = [name for name in SECTIONS if name == "base" or name in names]
    files = [FOLDER / "tokens.css", *(FOLDER / "public" / f"{name}.css" for name in wanted)]
    css = minify("\n".join(file.read_text(encoding="utf-8") for file in files))
    return Style(css=css, csp_hash=_csp_hash(css))


@lru_cache(maxsize=1)
def script() -> Script:
    """Return the script without its remarks and indents."""
    lines = _REMARK.sub("", SCRIPT.read_text(encoding="utf-8")).splitlines()
    js = "\n".join(line.strip() for line in lines if line.strip())
    return Script(js=js, csp_hash=_csp_hash(js))


def allow(request: HttpRequest | None, directive: str, csp_hash: str) -> None:
    """Let the security policy of this request's answer allow it; without a request there is no policy."""
    if request is not None:
        vars(request).setdefault("csp_hashes", set()).add((directive, csp_hash))


def policy(request: HttpRequest) -> str:
    """Return the security policy of this request's answer. A page that carries its script runs nothing else."""
    allowed = sorted(vars(request).get("csp_hashes", ()))
    styles = "".join(f" {found}" for directive, found in allowed if directive == "style-src")
    script = " ".join(found for directive, found in allowed if directive == "script-src") or "'self'"
    return (
        f"default-src 'none'; script-src {script}; connect-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"style-src 'self'{styles}; form-action 'self' {settings.RUANGAMAN_EXIT_URL}; "
        "base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    )


def _csp_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
