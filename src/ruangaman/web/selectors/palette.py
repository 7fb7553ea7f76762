"""The palette: what one may do here and now."""

from __future__ import annotations

import re
from datetime import datetime

from ruangaman.accounts.models import User
from ruangaman.web.registry import palette_sources
from ruangaman.web.types import CommandGroup, Here

CODE = "[0-9A-HJKMNP-TV-Z]{8}"
OPEN_THING = re.compile(rf"/(?:kasus/(?P<kasus>K-{CODE})|laporan/(?P<laporan>L-{CODE}))/")
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


def list_groups(*, viewer: User, here: Here, typed: str, at: datetime) -> list[CommandGroup]:
    """Return what `viewer` may do here and now, in groups, narrowed to what was typed.

    A code leads to what stands behind it only if the viewer may open that; otherwise the answer, and what is asked for
    it, is that for a code of nothing.
    """
    codes, wanted = codes_in(typed), typed.lower().split()
    groups = []
    for source in sorted(palette_sources, key=lambda source: source.place):
        found = source.list_commands(viewer=viewer, here=here, at=at)
        if codes:
            found = source.find(viewer=viewer, codes=codes) if source.find else []
        elif wanted:
            found = [one for one in found if all(word in one.haystack for word in wanted)]
        if found:
            groups.append(CommandGroup(source.key, source.title(here), found))
    return groups
