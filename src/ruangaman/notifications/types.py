"""Words of the alarm."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AlarmKind(TextChoices):
    """Why somebody is called; the letter itself says neither."""

    NEW = "new", _("Ada yang baru")
    """To those on duty, at once."""
    LATE = "late", _("Batas waktunya lewat")
    """To every member of the desk: it was not opened in time."""
    TURN = "turn", _("Jaga belum diterima")
    """To whoever oversees the desk's unit: a turn of duty began and nobody said that they stand guard."""


class GlassCall(TextChoices):
    """Why somebody is called about an opening by an emergency key; the letter names neither case nor person."""

    ASKED = "asked", _("Menunggu orang kedua")
    AGREED = "agreed", _("Sudah disetujui")
    OPENED = "opened", _("Sedang dibuka")
    OFTEN = "often", _("Lebih sering dari biasanya")
    LATE = "late", _("Belum ditinjau")
    FROZEN = "frozen", _("Haknya dibekukan")


class AlarmNotSent(Exception):
    """Some letters did not go out; the job is tried again for those. Carries a count, never an address."""
