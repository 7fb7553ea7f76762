"""What was looked at is what is kept: a preview carries a mark of what it showed, and only that is saved.

Between the look and the order to keep it somebody may type on, or the rules may change under the page. Then the mark
does not fit any more, and it is shown once more instead of being saved unseen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

FIELD = "dilihat"
"""Of the form that keeps it."""
CHANGED = _("Ada yang berubah sejak Anda melihatnya. Ini yang akan disimpan sekarang.")


def mark_of(place: str, values: Mapping[str, object], *shown: object) -> str:
    """Return the mark of a preview.

    Args:
        place: the address: a look at one thing keeps no other.
        values: what was typed, cleaned.
        shown: what else the preview said that may differ the next time.
    """
    whole = json.dumps([place, values, shown], default=str, sort_keys=True)
    return salted_hmac("ruangaman.ui.looked", whole, algorithm="sha256").hexdigest()


def is_marked(sent: Mapping[str, object], mark: str) -> bool:
    """Whether what was sent comes from the preview with this mark."""
    return constant_time_compare(str(sent.get(FIELD) or ""), mark)
