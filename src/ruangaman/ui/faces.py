"""Reading a clock: which of six shapes, how much is left, and in what words. Rounded down, never up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

STATES: Final = ("run", "soon", "over", "wait", "pause", "done")
SOON: Final = 0.25
"""The last quarter of a limit is "soon"."""


@dataclass(frozen=True)
class Reading:
    """What a clock shows at one moment. `left` is 0 to 100; `count` and `unit` are the number on the face."""

    state: str
    left: int
    count: str
    unit: str
    words: str

    @property
    def used(self) -> int:
        """How much of the limit has passed, 0 to 100."""
        return 100 - self.left


def count_in(span: timedelta) -> tuple[int, str]:
    """Return `span` as whole minutes below an hour, hours below two days, else days, and which of them."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return minutes, "minute"
    if minutes < 48 * 60:
        return minutes // 60, "hour"
    return minutes // (24 * 60), "day"


def unit_words(count: int, unit: str) -> str:
    """Return the bare unit under the number."""
    if unit == "minute":
        return ngettext("menit", "menit", count)
    if unit == "hour":
        return ngettext("jam", "jam", count)
    return ngettext("hari", "hari", count)


def left_words(count: int, unit: str) -> str:
    """Return how long is still left."""
    if unit == "minute":
        return ngettext("%(n)d menit lagi", "%(n)d menit lagi", count) % {"n": count}
    if unit == "hour":
        return ngettext("%(n)d jam lagi", "%(n)d jam lagi", count) % {"n": count}
    return ngettext("%(n)d hari lagi", "%(n)d hari lagi", count) % {"n": count}


def over_words(count: int, unit: str) -> str:
    """Return how long a limit has been missed by."""
    if unit == "minute":
        return ngettext("lewat %(n)d menit", "lewat %(n)d menit", count) % {"n": count}
    if unit == "hour":
        return ngettext("lewat %(n)d jam", "lewat %(n)d jam", count) % {"n": count}
    return ngettext("lewat %(n)d hari", "lewat %(n)d hari", count) % {"n": count}


def waited_words(count: int, unit: str) -> str:
    """Return how long something waits that was promised at once: nothing was missed in the moment it came."""
    if unit == "minute":
        return ngettext("menunggu %(n)d menit", "menunggu %(n)d menit", count) % {"n": count}
    if unit == "hour":
        return ngettext("menunggu %(n)d jam", "menunggu %(n)d jam", count) % {"n": count}
    return ngettext("menunggu %(n)d hari", "menunggu %(n)d hari", count) % {"n": count}


def after_words(count: int, unit: str) -> str:
    """Return after how long a promise was kept that was to be kept at once."""
    if unit == "minute":
        return ngettext("selesai setelah %(n)d menit", "selesai setelah %(n)d menit", count) % {"n": count}
    if unit == "hour":
        return ngettext("selesai setelah %(n)d jam", "selesai setelah %(n)d jam", count) % {"n": count}
    return ngettext("selesai setelah %(n)d hari", "selesai setelah %(n)d hari", count) % {"n": count}


def ago_words(span: timedelta) -> str:
    """Return how long ago something was."""
    count, unit = count_in(span)
    if count < 1:
        return _("baru saja")
    if unit == "minute":
        return ngettext("%(n)d menit lalu", "%(n)d menit lalu", count) % {"n": count}
    if unit == "hour":
        return ngettext("%(n)d jam lalu", "%(n)d jam lalu", count) % {"n": count}
    return ngettext("%(n)d hari lalu", "%(n)d hari lalu", count) % {"n": count}


def late_words(count: int, unit: str) -> str:
    """Return by how much a promise was kept too late."""
    if unit == "minute":
        return ngettext("selesai, terlambat %(n)d menit", "selesai, terlambat %(n)d menit", count) % {"n": count}
    if unit == "hour":
        return ngettext("selesai, terlambat %(n)d jam", "selesai, terlambat %(n)d jam", count) % {"n": count}
    return ngettext("selesai, terlambat %(n)d hari", "selesai, terlambat %(n)d hari", count) % {"n": count}


def read_done(*, start: datetime | None = None, due: datetime | None, done_at: datetime) -> Reading:
    """Return what a clock shows that stands still: done, and by how much too late if it was a minute or more.

    What was promised at once tells how long it took.
    """
    late = done_at - due if due is not None else timedelta(0)
    if late < timedelta(minutes=1):
        return Reading("done", 0, "", "", _("selesai"))
    count, unit = count_in(late)
    if start == due:
        return Reading("done", 0, "", "", after_words(count, unit))
    return Reading("over", 0, f"+{count}", unit_words(count, unit), late_words(count, unit))


def read_clock(*, start: datetime | None, due: datetime | None, now: datetime, state: str = "") -> Reading:
    """Return what the clock shows at `now`.

    Args:
        start: when it began; without it the ring stays full until the last hour. The same moment as `due`: at once.
        due: when it ends; without it somebody else is awaited.
        state: wait, pause or done, which time alone does not tell; empty otherwise.

    Raises:
        ValueError: a state that has no shape.
    """
    if state and state not in STATES:
        raise ValueError(f"a clock has no shape for {state!r}")
    if state == "done":
        return Reading("done", 0, "", "", _("selesai"))
    if state == "pause":  # its time does not count: neither what is left nor what is over says anything
        return Reading("pause", 0, "", "", _("dijeda"))
    if due is None:
        return Reading(state or "wait", 0, "", "", _("menunggu"))
    span = due - now
    if span <= timedelta(0):
        return _read_over(-span, is_at_once=start == due, state=state)
    whole = due - start if start is not None and start < due else max(span, timedelta(hours=4))
    share = min(1.0, span / whole)
    count, unit = count_in(span)
    words = left_words(count, unit)
    return Reading(
        state or ("soon" if share <= SOON else "run"), int(share * 100), str(count), unit_words(count, unit), words
    )


def _read_over(over: timedelta, *, is_at_once: bool, state: str) -> Reading:
    """Return what a clock shows from its end on; within the first minute nothing is called late."""
    if over < timedelta(minutes=1):
        return Reading(state or "soon", 0, "", "", _("segera") if is_at_once else _("batasnya sekarang"))
    count, unit = count_in(over)
    words = waited_words(count, unit) if is_at_once else over_words(count, unit)
    return Reading(state or "over", 0, f"+{count}", unit_words(count, unit), words)
