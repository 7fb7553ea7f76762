"""The section of the search."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from ruangaman.accounts.types import Permission
from ruangaman.web.registry import Section, sections

sections.add(
    Section(
        key="find",
        place=30,
        label=gettext_lazy("Cari"),
        url="/cari/",
        icon="search",
        permissions=frozenset({Permission.PEOPLE_FIND}),
    )
)
