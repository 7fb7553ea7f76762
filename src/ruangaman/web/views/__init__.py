"""What an address that belongs to no subject answers."""

from ruangaman.web.views.door import (
    bad_request,
    broken,
    down,
    livez,
    locked,
    not_found,
    not_kept,
    readyz,
    rescued,
    stale,
)

__all__ = ["bad_request", "broken", "down", "livez", "locked", "not_found", "not_kept", "readyz", "rescued", "stale"]
