"""Opening one case with the unit's emergency key: why, how it ended, what was found, and how it stands.

Source: vault.md rule 13; security.md 3.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from ruangaman.core.regions import zone

GLASS_OPEN_FOR = timedelta(minutes=60)
"""How long one opening lasts. The database says so too."""
GLASS_ASKED_FOR = timedelta(hours=24)
"""How long an opening may wait for a second person, and for the one who asked."""
GLASS_USUAL = 3
"""More openings of one person in a month are told to those who review."""
REVIEW_DAYS = 2
SATURDAY = 5


class GlassReason(models.TextChoices):
    """Why a case has to be read by somebody who has no part in it."""

    LIFE = "life", _("Nyawa atau keselamatan seseorang terancam")
    MISSING = "missing", _("Orangnya hilang atau tidak terjangkau")
    TEAM_AWAY = "team_away", _("Tim kasus tidak terjangkau, dan ada yang tidak dapat menunggu")
    AUTHORITY = "authority", _("Polisi, rumah sakit, atau pengadilan memerlukan jawaban segera")


class GlassEnding(models.TextChoices):
    """How an opening ended before its time was over, or why it never began."""

    CLOSED = "closed", _("ditutup")
    LOCKED = "locked", _("berakhir karena layar terkunci atau sesi berganti")
    WITHDRAWN = "withdrawn", _("dibatalkan oleh yang meminta")
    DECLINED = "declined", _("ditolak orang kedua")
    LAPSED = "lapsed", _("tidak dipakai dalam 24 jam")


class GlassVerdict(models.TextChoices):
    """What somebody else finds afterwards."""

    RIGHT = "right", _("Perlu, dan dilakukan dengan benar")
    CLUMSY = "clumsy", _("Perlu, tetapi caranya harus diperbaiki")
    WRONG = "wrong", _("Tidak perlu")


class GlassState(StrEnum):
    """How an opening stands."""

    ASKED = "asked"
    """It waits for the second person."""
    READY = "ready"
    """Whoever asked may begin."""
    OPEN = "open"
    TO_REVIEW = "to_review"
    LATE = "late"
    """To be reviewed, and it should have been by now: the right of who opened is frozen."""
    REVIEWED = "reviewed"
    DROPPED = "dropped"
    """It never began."""


@dataclass(frozen=True)
class GlassFacts:
    """What the state of an opening follows from."""

    asked_at: datetime
    is_danger: bool
    agreed_at: datetime | None
    opened_at: datetime | None
    until: datetime | None
    closed_at: datetime | None
    review_due_at: datetime | None
    reviewed_at: datetime | None


def glass_state(facts: GlassFacts, at: datetime) -> GlassState:
    """Return how an opening stands at a moment."""
    if facts.opened_at is None or facts.until is None or facts.review_due_at is None:
        if facts.closed_at is not None or at >= facts.asked_at + GLASS_ASKED_FOR:
            return GlassState.DROPPED
        return GlassState.READY if facts.is_danger or facts.agreed_at is not None else GlassState.ASKED
    if facts.reviewed_at is not None:
        return GlassState.REVIEWED
    if facts.closed_at is None and at < facts.until:
        return GlassState.OPEN
    return GlassState.LATE if at >= facts.review_due_at else GlassState.TO_REVIEW


def review_due(opened_at: datetime, *, free: Collection[date] = ()) -> datetime:
    """Return until when an opening has to be reviewed: the midnight that ends the second working day after its day.

    Args:
        free: days off beside Saturday and Sunday, in the city's calendar.
    """
    day, left = opened_at.astimezone(zone()).date(), REVIEW_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY and day not in free
    return datetime.combine(day + timedelta(days=1), time.min, zone())
