"""Which promises come from the law or from a window of medicine: nobody lets them end without a word."""

from __future__ import annotations

import re

LAW = r"^(UU|Perppu|PP|Perpres|Permen[A-Za-z]*|Perma|Perda|Perwali) "
"""How the basis of a limit begins that a law sets; read by the database in the same way."""
WINDOWS = r"^(clinical|evidence)[.]"
"""Keys of the kinds about health and evidence."""
SAFETY = frozenset(
    {"case.emergency", "case.safety_again", "safety.led", "safety.told", "safety.told_high", "aftercare.unsafe"}
)
"""Keys of the kinds that wait for somebody to be safe: never paused, never put off beyond their limit, and not dropped
before the last look says that she is."""


def is_binding(*, key: str, from_occurrence: bool, basis: str) -> bool:
    """Whether a clock of this kind, by a limit of this basis, is one of law or medicine."""
    return from_occurrence or re.match(WINDOWS, key) is not None or re.match(LAW, basis) is not None
