"""Writes of the pages around the subjects: reading the trail is one."""

from ruangaman.web.services.trail import TrailPage, TrailRow, read_trail

__all__ = ["TrailPage", "TrailRow", "read_trail"]
