"""The trail, for the auditor and the data protection officer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ruangaman.accounts.types import Permission
from ruangaman.web.registry import Section, sections

sections.add(
    Section(
        key="trail",
        place=50,
        label=_("Jejak"),
        url="/pengaturan/jejak/",
        icon="trace",
        go="j",
        permissions=frozenset({Permission.AUDIT_READ}),
    )
)
