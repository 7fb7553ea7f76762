"""What clocks can be about: each app above adds its own, and says what happens there in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.audit.registry import event_types
from ruangaman.clocks.types import Condition, Holder
from ruangaman.core.registry import Registry
from ruangaman.ui.types import Words

NAMED = "owner"
"""The field of an event that names somebody."""


UNTOLD: Mapping[str, Words] = {
    "cases.bapas_asked": gettext_lazy("Bapas diminta meneliti"),
    "cases.bapas_reported": gettext_lazy("hasil Bapas diterima"),
    "cases.diversion_started": gettext_lazy("diversi dimulai"),
    "cases.diversion_ended": gettext_lazy("diversi berakhir"),
    "cases.examination_declined": gettext_lazy("pemeriksaan tidak diinginkan"),
    "cases.examined": gettext_lazy("pemeriksaan dilakukan"),
    "cases.followed_up": gettext_lazy("kontak sesudah penutupan dilakukan"),
    "cases.health_declined": gettext_lazy("pertolongan medis tidak diinginkan"),
    "cases.investigation_started": gettext_lazy("penyidikan dimulai"),
    "cases.judged": gettext_lazy("putusan dijatuhkan"),
    "cases.judgment_received": gettext_lazy("putusan diterima"),
    "cases.lpsk_asked": gettext_lazy("LPSK diminta melindungi"),
    "cases.mediation_convened": gettext_lazy("pertemuan mediasi dijadwalkan"),
    "cases.mediation_ended": gettext_lazy("mediasi berakhir"),
    "cases.movement_freed": gettext_lazy("pembatasan gerak berakhir"),
    "cases.movement_limited": gettext_lazy("gerak dibatasi"),
    "cases.order_asked": gettext_lazy("penetapan pengadilan diminta"),
    "cases.order_given": gettext_lazy("penetapan pengadilan diberikan"),
    "cases.planned": gettext_lazy("rencana disusun"),
    "cases.police_reported": gettext_lazy("laporan polisi dibuat"),
    "cases.protection_given": gettext_lazy("perlindungan diberikan"),
    "cases.protection_ended": gettext_lazy("perlindungan berakhir"),
    "cases.rehabilitation_asked": gettext_lazy("rehabilitasi diminta"),
    "cases.rehabilitation_given": gettext_lazy("rehabilitasi diberikan"),
    "cases.restitution_paid": gettext_lazy("restitusi dibayar"),
    "cases.shelter_admitted": gettext_lazy("masuk rumah aman"),
    "cases.shelter_extended": gettext_lazy("tinggal di rumah aman diperpanjang"),
    "cases.shelter_left": gettext_lazy("keluar dari rumah aman"),
    "consents.access_asked": gettext_lazy("pemilik data meminta salinan"),
    "consents.access_answered": gettext_lazy("permintaan salinan dijawab"),
    "consents.correction_asked": gettext_lazy("pemilik data meminta pembetulan"),
    "consents.correction_answered": gettext_lazy("permintaan pembetulan dijawab"),
    "consents.restriction_asked": gettext_lazy("pemilik data meminta pembatasan"),
    "consents.restriction_answered": gettext_lazy("permintaan pembatasan dijawab"),
    "consents.withdrawal_asked": gettext_lazy("izin ditarik"),
    "consents.withdrawal_answered": gettext_lazy("penarikan izin dijawab"),
    "intake.lapor_filed": gettext_lazy("aduan SP4N-LAPOR! masuk"),
    "intake.lapor_forwarded": gettext_lazy("aduan SP4N-LAPOR! diteruskan"),
    "intake.lapor_planned": gettext_lazy("rencana jawaban SP4N-LAPOR! ditulis"),
    "intake.lapor_closed": gettext_lazy("aduan SP4N-LAPOR! selesai"),
    "privacy.breach_known": gettext_lazy("kebocoran data diketahui"),
    "privacy.breach_told": gettext_lazy("kebocoran data diberitahukan"),
    "referrals.sent": gettext_lazy("rujukan dikirim"),
    "referrals.received": gettext_lazy("rujukan diterima"),
    "referrals.accepted": gettext_lazy("rujukan disetujui"),
    "referrals.refused": gettext_lazy("rujukan ditolak"),
    "referrals.withdrawn": gettext_lazy("rujukan ditarik kembali"),
}
"""Events of parts that are built later, as one says them: kinds wait for them already."""


@dataclass(frozen=True)
class About:
    """One kind of thing.

    Args:
        label: what one calls it: kasus, laporan.
        ends_on: events with which it ends: what starts again otherwise does not after them.
        events: event → what happened, as one says it after "bila": kasus dibuka.
        forms: asked when it is needed, for it is data: code → word, of what a condition may ask.
        case_types, states, marks: code → word, likewise.
        holders: whose turn it can be; of others nobody knows who they are here.
        instead: who has the turn while a part is empty, as one says it.
        count: how many open ones a condition fits now; None: nobody can say.
    """

    key: str
    label: Words
    ends_on: frozenset[str]
    events: Mapping[str, Words]
    forms: Callable[[], Mapping[str, Words]] = dict
    case_types: Mapping[str, Words] = field(default_factory=dict)
    states: Mapping[str, Words] = field(default_factory=dict)
    marks: Mapping[str, Words] = field(default_factory=dict)
    count: Callable[[Condition], int] | None = None
    holders: frozenset[str] = frozenset(Holder.values)
    instead: Words = ""

    def words(self, event: str) -> str:
        """Say what happened; an event that nobody knows by its name."""
        found = self.events.get(event) or UNTOLD.get(event)
        return str(found) if found is not None else event

    def why_not_held(self, holder: Holder, told: Iterable[str]) -> str:
        """Say why it cannot be this part's turn when one of these events begins it; "": it can."""
        if holder not in self.holders:
            return _("Pada %(what)s tidak ada %(holder)s. Pilih yang lain.") % {
                "what": self.label,
                "holder": str(holder.label).lower(),
            }
        silent = [] if holder is not Holder.OWNER else [one for one in told if not _names_somebody(one)]
        if silent:
            return _("Kejadian “%(event)s” tidak menyebut siapa orangnya. Pilih giliran yang lain.") % {
                "event": self.words(silent[0])
            }
        return ""

    @staticmethod
    def is_told(event: str) -> bool:
        """Whether the program tells of this event at all."""
        return event_types.get(event) is not None


def _names_somebody(event: str) -> bool:
    """Whether the detail of an event can say whose turn it is."""
    found = event_types.get(event)
    return found is not None and NAMED in found.fields


abouts: Registry[About] = Registry("subject of clocks")
