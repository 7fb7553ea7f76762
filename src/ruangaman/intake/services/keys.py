"""Keys of forms that were sent: needed while she may send the form again, forgotten afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from ruangaman.intake.models import IdempotencyKey

FORGOTTEN_AFTER = timedelta(hours=24)


def forget_keys(*, at: datetime) -> int:
    """Forget which browser sent which report. For the worker, which may see nothing but the date. Returns how many.

    A form that is sent again later is still no second report: its receipt is there already (`intake_accept`).
    """
    return IdempotencyKey.objects.filter(accepted_at__lt=at - FORGOTTEN_AFTER)._raw_delete("default")
