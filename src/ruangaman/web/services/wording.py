"""The trail's codes in words: what each field of an event is called, and what its values mean to a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ruangaman.accounts.models import Desk, FormerKeys, Unit, User
from ruangaman.accounts.types import RequestKind, Role
from ruangaman.cases.types import AccessReason, CaseState, GlassEnding, GlassReason, GlassVerdict, PersonKind
from ruangaman.codelists.selectors import book
from ruangaman.codelists.types import ListKey
from ruangaman.core.codelists import Authority, CaseType, ClosingReason, RefusalReason, RiskLevel
from ruangaman.core.regions import zone
from ruangaman.intake.types import State
from ruangaman.ui.moments import clock_time
from ruangaman.ui.types import Words
from ruangaman.vault.models import Principal
from ruangaman.vault.types import Compartment, ErasureReason, HoldReason, PrincipalKind, Purpose

LABELS: dict[str, Words] = {
    "added": gettext_lazy("ditambah"),
    "after": gettext_lazy("sesudah"),
    "agency": gettext_lazy("instansi"),
    "approved": gettext_lazy("disetujui"),
    "at_once": gettext_lazy("tanpa orang kedua"),
    "authority": gettext_lazy("wewenang"),
    "before": gettext_lazy("sebelum"),
    "case": gettext_lazy("kasus"),
    "case_type": gettext_lazy("jenis kasus"),
    "channel": gettext_lazy("saluran"),
    "compartment": gettext_lazy("bagian"),
    "compartments": gettext_lazy("bagian"),
    "count": gettext_lazy("jumlah"),
    "danger": gettext_lazy("bahaya"),
    "desks": gettext_lazy("meja"),
    "door": gettext_lazy("pintu"),
    "dossiers": gettext_lazy("berkas"),
    "ending": gettext_lazy("berakhir"),
    "epoch": gettext_lazy("masa kunci"),
    "erased": gettext_lazy("dihapus lagi"),
    "files": gettext_lazy("berkas"),
    "from": gettext_lazy("dari"),
    "generation": gettext_lazy("kunci ke"),
    "keys": gettext_lazy("kunci"),
    "kind": gettext_lazy("jenis"),
    "language": gettext_lazy("bahasa"),
    "left": gettext_lazy("yang pergi"),
    "links": gettext_lazy("hubungan"),
    "list": gettext_lazy("daftar"),
    "manager": gettext_lazy("manajer"),
    "original": gettext_lazy("laporan asal"),
    "owner": gettext_lazy("pemilik"),
    "people": gettext_lazy("orang"),
    "principals": gettext_lazy("kunci untuk"),
    "purpose": gettext_lazy("tujuan"),
    "reason": gettext_lazy("alasan"),
    "refs": gettext_lazy("isi"),
    "removed": gettext_lazy("dikeluarkan"),
    "risk": gettext_lazy("risiko"),
    "role": gettext_lazy("peran"),
    "rows": gettext_lazy("baris"),
    "second": gettext_lazy("langkah kedua"),
    "sha256": gettext_lazy("sidik jari"),
    "since": gettext_lazy("sejak"),
    "state": gettext_lazy("tahap"),
    "step": gettext_lazy("langkah"),
    "taken": gettext_lazy("keadaan"),
    "times": gettext_lazy("pembukaan dalam bulan itu"),
    "to": gettext_lazy("ke"),
    "type": gettext_lazy("jenis"),
    "unit": gettext_lazy("unit"),
    "until": gettext_lazy("sampai"),
    "user": gettext_lazy("orang"),
    "verdict": gettext_lazy("tinjauan"),
    "why": gettext_lazy("sebab"),
}
"""What a field is called. A field that is not here is an inner number of a row, and stays out."""

COMPARTMENTS: dict[str, Words] = {one.name.lower(): one.label for one in Compartment}
"""As events name them."""
_NUMBERED: dict[str, Words] = {str(one.value): one.label for one in Compartment}
"""As the first `cases.note_added` did. No event is ever rewritten: here alone both are read."""
STATES = {**dict(State.choices), **dict(CaseState.choices)}
REASONS = {
    **dict(ClosingReason.choices),
    **dict(RefusalReason.choices),
    **dict(AccessReason.choices),
    **dict(HoldReason.choices),
    **dict(ErasureReason.choices),
    **dict(GlassReason.choices),
    "left": gettext_lazy("tidak bekerja lagi di sini"),
}
RISKS = {str(value): label for value, label in RiskLevel.choices}
KINDS: dict[str, Words] = {
    **dict(PersonKind.choices),
    "report": gettext_lazy("laporan"),
    "case": gettext_lazy("kasus"),
    "desk": gettext_lazy("meja"),
    "breakglass": gettext_lazy("kunci darurat"),
    "user": gettext_lazy("orang"),
    "recovery": gettext_lazy("kunci pemulihan"),
    "new": gettext_lazy("baru"),
    "late": gettext_lazy("lewat batas"),
    "password": gettext_lazy("kata sandi"),
    "printed": gettext_lazy("kode pemulihan"),
    **dict(RequestKind.choices),
}
VALUES: dict[str, Mapping[str, Words]] = {
    "authority": dict(Authority.choices),
    "case_type": dict(CaseType.choices),
    "compartment": COMPARTMENTS | _NUMBERED,
    "compartments": COMPARTMENTS | {"whole": gettext_lazy("seluruh berkas")},
    "danger": RISKS,
    "risk": RISKS,
    "purpose": dict(Purpose.choices),
    "role": dict(Role.choices),
    "list": dict(ListKey.choices),
    "state": STATES,
    "from": STATES,
    "to": STATES,
    "reason": REASONS,
    "ending": dict(GlassEnding.choices),
    "verdict": dict(GlassVerdict.choices),
    "kind": KINDS,
    "door": KINDS,
    "channel": {"web": gettext_lazy("halaman web")},
}
SUBJECTS = {"database": gettext_lazy("basis data"), "dossiers": gettext_lazy("yang menunggu kunci baru")}
UUID_LENGTH = 36
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COUNTED = ("rows", "erased")
GROUP, SHOWN = 4, 16
"""Of a fingerprint so much is shown, in groups: enough to find the number that somebody noted."""


class Names:
    """Names of those whom the trail knows by a key: people, desks, emergency keys, the recovery key. Six queries."""

    def __init__(self, keys: Iterable[str]) -> None:
        wanted = {key for key in keys if _is_id(key)}
        self._known: dict[str, str] = {"public": _("Seseorang dari luar"), "system": _("Sistem")}
        ids = [UUID(key) for key in wanted]
        people = User.objects.filter(principal_id__in=ids) | User.objects.filter(pk__in=ids)
        for pk, principal, name in people.values_list("pk", "principal_id", "display_name"):
            self._known[str(pk)] = self._known[str(principal)] = name
        former = FormerKeys.objects.filter(principal_id__in=ids)
        for principal, name in former.values_list("principal_id", "user__display_name"):
            self._known[str(principal)] = name
        for principal, name in Desk.objects.filter(principal_id__in=ids).values_list("principal_id", "name"):
            self._known[str(principal)] = name
        for principal, name in Unit.objects.filter(breakglass_id__in=ids).values_list("breakglass_id", "name"):
            self._known[str(principal)] = _("kunci darurat %(unit)s") % {"unit": name}
        for principal in Principal.objects.filter(kind=PrincipalKind.RECOVERY, pk__in=ids).values_list("pk", flat=True):
            self._known[str(principal)] = _("kunci pemulihan")
        receipts = Principal.objects.filter(kind=PrincipalKind.RECEIPT, pk__in=ids).values_list("pk", flat=True)
        self._outside = {"public", *(str(one) for one in receipts)}

    def is_from_outside(self, key: str) -> bool:
        """Whether it is nobody of the house: the street, or who holds a receipt."""
        return key in self._outside

    def get(self, key: str, otherwise: str) -> str:
        """Return the name of a key, or `otherwise`."""
        return self._known.get(key, otherwise)


def _is_id(text: str) -> bool:
    """Whether it is an id. A subject may be any text, as long as one."""
    return bool(_ID.fullmatch(text))


def keys_in(detail: Mapping[str, object]) -> set[str]:
    """Return the keys that an event's detail names."""
    values = [one for value in detail.values() for one in (value if isinstance(value, list) else [value])]
    return {str(one) for one in values if len(str(one)) == UUID_LENGTH}


def describe(detail: Mapping[str, object], names: Names) -> str:
    """Return an event's detail as a person reads it; inner ids of rows are left out."""
    parts = []
    for key, label in LABELS.items():
        value = detail.get(key)
        if value in (None, "", []):
            continue
        words = _value(key, value, names)
        if words:
            parts.append(words if key == "refs" else f"{label}: {words}")
    return " · ".join(parts)


def _value(key: str, value: object, names: Names) -> str:
    if key == "refs":
        return ngettext("%(n)d isi", "%(n)d isi", int(str(value))) % {"n": int(str(value))}
    several = value if isinstance(value, list) else [value]
    found = [_word(key, one, names) for one in several]
    return ", ".join(dict.fromkeys(word for word in found if word))


def _word(key: str, value: object, names: Names) -> str:
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    text = str(value)
    if len(text) == UUID_LENGTH:
        return names.get(text, _("kunci pemulihan atau tanda terima"))
    if key == "type":
        return book().label(ListKey.SERVICE_TYPE, text)
    if key in {"since", "until"}:
        return _day(text)
    if key == "taken":
        return _moment(text)
    if key == "sha256":
        return " ".join(text[place : place + GROUP] for place in range(0, SHOWN, GROUP)) + " …"
    if key in COUNTED:
        return number_format(text, force_grouping=True)
    return str(VALUES.get(key, {}).get(text, text))


def name_subject(text: str, names: Names) -> str:
    """Return what an event is about: a name, a day, or the code that people know."""
    if len(text) == UUID_LENGTH:
        return names.get(text, f"{text[:8]}…")
    return str(SUBJECTS.get(text, _day(text)))


def _moment(text: str) -> str:
    """Return a moment as day and hour on the office's clock; what is none stays as it is."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{_day(text)} {clock_time(found)}"


def _day(text: str) -> str:
    """Return a moment or a day as a day of the office's calendar; what is neither stays as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return date_format(moment.astimezone(zone()) if moment.tzinfo else moment, "j F Y")
