"""What the lists tell the trail: which list, which code, from which day. The words stand in the list itself."""

from __future__ import annotations

from ruangaman.audit.registry import register
from ruangaman.audit.types import EventType

CODE_ADDED = register(
    EventType("codelists.code_added", "{actor} menambah pilihan {subject}", fields=frozenset({"list", "code", "since"}))
)
CODE_CHANGED = register(
    EventType(
        "codelists.code_changed", "{actor} mengubah kata pilihan {subject}", fields=frozenset({"list", "code", "since"})
    )
)
CODE_ENDED = register(
    EventType(
        "codelists.code_ended", "{actor} mengakhiri pilihan {subject}", fields=frozenset({"list", "code", "until"})
    )
)
