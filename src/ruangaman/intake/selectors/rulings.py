"""What the desk decided against the answers, among what waits for the head's decision."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from ruangaman.accounts.models import User
from ruangaman.clocks.models import Clock
from ruangaman.clocks.types import span
from ruangaman.intake.models import Ruling
from ruangaman.ui.types import Promised, QueueRow


class RulingsWaiting:
    """The reasons of the desk that no head has read yet."""

    key = "rulings"

    def rows(self, viewer: User, at: datetime) -> list[QueueRow]:
        """Return them as rows, the most dangerous first, then the longest waiting."""
        found = Ruling.objects.filter(desk__unit_id__in=viewer.oversight_units, verdict="").select_related("made_by")
        rulings = list(found.order_by("-said", "made_at", "id"))
        clocks = Clock.objects.open().filter(anchor__in=[row.pk for row in rulings])
        due = dict(clocks.values_list("anchor", "due_at")) if rulings else {}
        return [_row(row, due.get(row.pk, row.made_at), at) for row in rulings]


def _row(ruling: Ruling, due_at: datetime, at: datetime) -> QueueRow:
    said = {"what": ruling.get_kind_display(), "span": span(at - ruling.made_at)}
    return QueueRow(
        url=f"/keputusan/laporan/{ruling.pk}/",
        sentence=_("%(what)s: alasannya menunggu dibaca %(span)s") % said,
        code=ruling.code,
        promised=Promised(ruling.made_at, due_at),
        danger=ruling.said,
        owner=_("dari %(name)s") % {"name": ruling.made_by.display_name},
        action=_("Baca alasannya"),
    )
