"""What the pages around the subjects tell the trail."""

from __future__ import annotations

from ruangaman.audit.registry import register
from ruangaman.audit.types import EventType

KNOCKED = register(
    EventType("web.knocked", "{actor} meminta {subject}, yang tidak terbuka baginya", fields=frozenset({"address"}))
)
READERS_READ = register(EventType("web.readers_read", "{actor} melihat siapa yang membuka {subject}"))
FILTER_SAVED = register(EventType("web.filter_saved", "{actor} menyimpan saringan", fields=frozenset({"shared"})))
FILTER_CHANGED = register(EventType("web.filter_changed", "{actor} mengubah saringan", fields=frozenset({"shared"})))
FILTER_DELETED = register(EventType("web.filter_deleted", "{actor} menghapus saringan", fields=frozenset({"shared"})))
ROOT_COMPARED = register(
    EventType("web.root_compared", "{actor} membandingkan akar jejak dengan kertas", fields=frozenset({"holds"}))
)
TRAIL_READ = register(EventType("web.trail_read", "{actor} membaca jejak {subject}", fields=frozenset({"kind"})))
