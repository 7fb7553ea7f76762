"""The one place where the wall clock is read for the product's own use."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """Return this moment, timezone-aware, in UTC."""
    return timezone.now()
