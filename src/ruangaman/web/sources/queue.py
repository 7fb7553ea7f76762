"""The queue itself, and the settings, for everybody who is signed in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ruangaman.web.registry import Section, sections
from ruangaman.web.selectors import count_work

sections.add(
    Section(
        key="queue",
        place=10,
        label=_("Antrean"),
        url="/kerja/",
        icon="queue",
        also=("/laporan/", "/tulisan/", "/serah-terima/"),
        count=count_work,
        go="a",
    )
)
sections.add(Section(key="settings", place=90, label=_("Pengaturan"), url="/pengaturan/", icon="gear", go="p"))
