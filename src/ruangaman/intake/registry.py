"""The channels by which reports come in; importing `intake.channels` fills the list."""

from __future__ import annotations

from ruangaman.core.registry import Registry
from ruangaman.intake.types import Channel

channels: Registry[Channel] = Registry("intake channel")
