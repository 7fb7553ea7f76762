"""Writes of the pages around the subjects: reading the trail is one."""

from ruangaman.web.services.knocking import note_knock
from ruangaman.web.services.readers import Opened, Reader, read_readers
from ruangaman.web.services.resting import draw_resting
from ruangaman.web.services.roots import RootPage, compare_root, read_root
from ruangaman.web.services.trail import TrailPage, TrailRow, read_trail

__all__ = [
    "Opened",
    "Reader",
    "RootPage",
    "TrailPage",
    "TrailRow",
    "compare_root",
    "draw_resting",
    "note_knock",
    "read_readers",
    "read_root",
    "read_trail",
]
