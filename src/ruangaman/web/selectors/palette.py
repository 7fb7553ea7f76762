"""The palette: what one may do here and now."""

from __future__ import annotations

import re
from datetime import datetime

from ruangaman.accounts.models import User
from ruangaman.web.registry import palette_sources
from ruangaman.web.types import Command, CommandGroup, Here

CODE = "[0-9A-HJKMNP-TV-Z]{8}"
OPEN_THING = re.compile(rf"/(?:kasus/(?P<kasus>K-{CODE})|laporan/(?P<laporan>L-{CODE}))/")
BEGINNING = re.compile(r"(?=[KL][-\s]|.*\d)(?:(?P<kind>[KL])[-\s])?(?P<code>[0-9A-HJKMNP-TV-Z]{3,8})")
"""The beginning of a code: a word has no digit, unless its kind stands before it with a line or a space."""
TYPED_CODE = re.compile(rf"(?:(?P<kind>[KL])[-\s]?)?(?P<code>{CODE})")


def parse_here(path: str) -> Here:
    """Return which case or report an address is about; whatever else it is, it is about neither."""
    found = OPEN_THING.match(path)
    if found is None:
        return Here()
    kind = found.lastgroup or ""
    return Here(kind, found[kind])


def codes_in(typed: str) -> list[str]:
    """Return the codes that somebody may mean: `k 7f3q2mwd` is one, eight signs without a kind before them are two."""
    found = TYPED_CODE.fullmatch(typed.strip().upper())
    if found is None:
        return []
    return [f"{kind}-{found['code']}" for kind in ([found["kind"]] if found["kind"] else ["K", "L"])]


def part_in(typed: str) -> str:
    """Return the beginning of a code that somebody may mean, as it is stored; "": what was typed is none, or whole."""
    text = typed.strip().upper()
    found = BEGINNING.fullmatch(text)
    if found is None or codes_in(typed):
        return ""
    return f"{found['kind']}-{found['code']}" if found["kind"] else found["code"]


def list_groups(*, viewer: User, here: Here, typed: str, at: datetime) -> list[CommandGroup]:
    """Return what `viewer` may do here and now, in groups, narrowed to what was typed.

    A code leads to what stands behind it only if the viewer may open that; otherwise the answer, and what is asked for
    it, is that for a code of nothing. The beginning of a code leads to what the viewer holds keys for.
    """
    codes, part, wanted = codes_in(typed), part_in(typed), typed.lower().split()
    groups = []
    for source in sorted(palette_sources, key=lambda source: source.place):
        found = source.list_commands(viewer=viewer, here=here, at=at)
        looked_up: list[Command] = []
        if codes:
            found, looked_up = [], source.find(viewer=viewer, codes=codes) if source.find else []
        elif wanted:
            found = [one for one in found if all(word in one.haystack for word in wanted)]
            there = {one.url for one in found}
            begun = source.begin(viewer=viewer, part=part) if part and source.begin else []
            looked_up = [one for one in begun if one.url not in there]
        if found:
            groups.append(CommandGroup(source.key, source.title(here), found))
        if looked_up:
            groups.append(CommandGroup(f"{source.key}-found", source.found_title, looked_up))
    return groups
