"""How a report reads to the desk: sentences made of the facts and of what was opened. No queries, no rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.core.codelists import AgeGroup, ContactWay, Danger, Now, Who
from ruangaman.core.regions import kelurahan_in_words
from ruangaman.intake.models import Report
from ruangaman.intake.types import LETHAL, Relation, ViolenceForm
from ruangaman.ui.types import Words
from ruangaman.vault.types import Closed, Content

HEADLINES: dict[str, Words] = {
    Who.SELF: gettext_lazy("Seseorang melapor tentang dirinya sendiri"),
    Who.CHILD: gettext_lazy("Seseorang melapor tentang seorang anak"),
    Who.OTHER: gettext_lazy("Seseorang melapor untuk orang lain"),
    "": gettext_lazy("Seseorang menulis kepada kita"),
}
WHAT_TO_DO: dict[str, Words] = {
    Danger.STRANGLED: gettext_lazy("Perlu diperiksa dokter hari ini, walau tanpa bekas."),
    Danger.SUICIDAL: gettext_lazy("Jangan biarkan sendirian. Hubungi psikolog jaga sekarang."),
    Danger.INJURED: gettext_lazy("Dahulukan pertolongan medis."),
    Danger.WEAPON: gettext_lazy("Jangan datang tanpa polisi."),
    Danger.NEAR: gettext_lazy("Jangan menghubungi dulu: pelaku bisa ikut membaca atau mendengar."),
}
HANDED: dict[str, Words] = {
    "beri": gettext_lazy("Sudah diserahkan. Sampai ada yang menerima, alarm juga sampai kepada Anda."),
    "terima": gettext_lazy("Anda yang jaga sekarang. Alarm sampai kepada Anda."),
}


@dataclass(frozen=True)
class Sign:
    """A sign of danger that the reporter chose."""

    label: Words
    todo: Words


@dataclass(frozen=True)
class SafeLimits:
    """What must not be done, and what may."""

    never: Words
    never_why: Words
    may: Words
    may_why: Words


def headline(report: Report) -> Words:
    """Say who reports about whom."""
    return HEADLINES.get(report.who, HEADLINES[""])


def alarm_text(report: Report, hidden: Sequence[str]) -> str:
    """Say how to come to somebody to whom it is happening now.

    Args:
        hidden: who must not know, by name: nobody is sent there whom she asked to keep out.
    """
    if hidden:
        words = _("Tidak boleh tahu: %(names)s. Jangan menghubungi mereka; bicarakan dulu dengan kepala unit.")
        return words % {"names": ", ".join(hidden)}
    if LETHAL.isdisjoint(report.dangers):
        return _("Jangan datang sendirian.")
    return _("Datang hanya bersama polisi.")


def kept_from(contact: Content | Closed, names: Mapping[str, str]) -> list[str]:
    """Return who must not know, by name.

    Args:
        names: of agencies and units by their code.
    """
    avoid = None if isinstance(contact, Closed) else contact.get("avoid")
    return [names.get(str(code), str(code)) for code in avoid] if isinstance(avoid, list) else []


def is_happening(report: Report) -> bool:
    """Whether it was happening when it was written."""
    return report.now == Now.YES


def signs(report: Report, hidden: Sequence[str], *, is_reachable: bool = True) -> list[Sign]:
    """Return the signs of danger, each with what follows from it; no police where somebody must not know.

    Args:
        is_reachable: she gave a way to reach her; where not, nobody is told to stay with her, and only somebody else
            is called.
    """
    todo = WHAT_TO_DO | ({Danger.WEAPON: _("Jangan datang sendirian.")} if hidden else {})
    if not is_reachable:
        todo |= {Danger.SUICIDAL: _("Hubungi psikolog jaga sekarang, bukan dia. Ia dijawab hanya di percakapan ini.")}
    return [Sign(Danger(code).label, todo.get(code, "")) for code in report.dangers]


def facts(answers: Content | Closed) -> list[tuple[str, str]]:
    """Return what was answered beside the story, as pairs of question and answer."""
    if isinstance(answers, Closed):
        return []
    kinds = answers.get("kinds")
    forms = [str(ViolenceForm(kind).label) for kind in kinds if kind in ViolenceForm] if isinstance(kinds, list) else []
    relation, age = text_of(answers, "relation"), text_of(answers, "age_group")
    pairs = (
        (_("Yang terjadi"), ", ".join(forms)),
        (_("Kapan"), text_of(answers, "when")),
        (_("Di mana"), kelurahan_in_words(text_of(answers, "where"))),
        (_("Pelakunya"), str(Relation(relation).label) if relation in Relation.values else relation),
        (_("Umur korban"), str(AgeGroup(age).label) if age in AgeGroup.values else age),
    )
    return [(label, value) for label, value in pairs if value]


def story(answers: Content | Closed) -> list[str]:
    """Return her words, paragraph by paragraph."""
    text = "" if isinstance(answers, Closed) else text_of(answers, "what")
    return [part for part in text.split("\n") if part.strip()]


def is_reachable(contact: Content | Closed) -> bool:
    """Whether the reporter gave a way to be reached by that the viewer can read."""
    if isinstance(contact, Closed):
        return False
    ways = {ContactWay.PHONE, ContactWay.WHATSAPP, ContactWay.EMAIL}
    return text_of(contact, "way") in ways and bool(text_of(contact, "value"))


def limits(contact: Content | Closed, names: Mapping[str, str]) -> SafeLimits:
    """Say how the reporter may be reached, and how not.

    Args:
        names: of agencies and units by their code, for those that must not know.
    """
    if isinstance(contact, Closed):
        return SafeLimits(
            _("Jangan hubungi pelapor"), _("Anda tidak memegang kunci untuk cara menghubunginya."), "", ""
        )
    hidden = kept_from(contact, names)
    keep = _("Ini tidak boleh diketahui: %(names)s.") % {"names": ", ".join(hidden)} if hidden else ""
    way, value = text_of(contact, "way"), text_of(contact, "value")
    if not is_reachable(contact):
        return SafeLimits(
            _("Jangan telepon, kirim pesan, atau datang"),
            keep or _("Ia tidak memberi cara lain untuk dihubungi."),
            _("Jawab di percakapan ini"),
            _("Ia membacanya saat membuka tanda terimanya."),
        )
    name, hours = text_of(contact, "name"), text_of(contact, "hours")
    why = [_("Sebut namanya: %(name)s.") % {"name": name}] if name else []
    why.append(_("Jam aman: %(hours)s.") % {"hours": hours} if hours else _("Ia tidak menyebut jam aman; tanya dulu."))
    return SafeLimits(
        _("Jangan sebut kantor atau laporan sebelum yakin itu dia"),
        keep or _("Orang lain bisa memegang HP-nya."),
        _("%(way)s ke %(value)s") % {"way": ContactWay(way).label, "value": value},
        " ".join(why),
    )


def text_of(content: Content, key: str) -> str:
    """Return a text in opened content, or nothing."""
    value = content.get(key)
    return value if isinstance(value, str) else ""
