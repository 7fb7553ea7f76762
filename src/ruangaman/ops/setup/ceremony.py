"""The recovery ceremony: five shares, each seen by its custodian alone, checked from the paper, then forgotten."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings

from ruangaman.ops.setup.plan import Custodian
from ruangaman.ops.setup.shares import mend
from ruangaman.ops.terminal import Terminal
from ruangaman.ops.words import translate as _
from ruangaman.vault import recovery
from ruangaman.vault.recovery import Recovery
from ruangaman.vault.wrapping import KemPublic

ASKED = 3
_COMMON_WORDS, _COLUMNS = 4, 3


def hold(terminal: Terminal, made: Recovery, custodians: Sequence[Custodian]) -> None:
    """Show each share to its custodian until the paper holds it. Nothing of it is kept.

    Raises:
        RuntimeError: the shares do not make the key; it must not be used.
    """
    terminal.say(_("Semua orang keluar dari depan layar. Penjaga masuk satu per satu, dengan kertas dan pena."))
    for number, (share, custodian) in enumerate(zip(made.shares, custodians, strict=True), start=1):
        what = {"number": number, "name": custodian.name, "body": custodian.body}
        terminal.wait(
            "\n" + _("Bagian %(number)d dari 5, untuk %(name)s (%(body)s). Hanya %(name)s melihat layar. Enter.") % what
        )
        _until_written(terminal, share, _("Bagian %(number)d dari 5: %(name)s, %(body)s") % what)
        terminal.say(_("Bagian %(number)d cocok dengan kertasnya dan tidak tersimpan di sini.") % what)
    if recovery.combine(made.shares[-recovery.THRESHOLD :]).public() != made.public:
        raise RuntimeError("The shares do not make the key.")


def keep_record(public: KemPublic, custodians: Sequence[Custodian], *, at: datetime) -> Path:
    """Write who keeps which share beside the data, to be printed and signed. It holds no word of a share."""
    path = settings.ENV.data / "recovery-record.txt"
    lines = [
        _("Kunci pemulihan Ruang Aman, dibagi lima pada %(day)s. Tiga bagian membukanya.") % {"day": f"{at:%Y-%m-%d}"}
    ]
    lines += [_("Sidik kunci: %(print)s") % {"print": recovery.fingerprint(public)}, ""]
    lines += [f"{number}. {one.name}, {one.body}" for number, one in enumerate(custodians, start=1)]
    lines += ["", _("Setiap bagian: 33 kata bahasa Inggris dari daftar baku SLIP-39, bernomor, tulisan tangan.")]
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    return Path(path)


def _until_written(terminal: Terminal, share: str, heading: str) -> None:
    while True:
        with terminal.alone():
            terminal.say(f"{heading}\n")
            for line in _table(share.split()):
                terminal.say(line)
            terminal.say("\n" + _("Kata-katanya bahasa Inggris: daftar baku SLIP-39, yang juga dibaca program lain."))
            terminal.say(_("Salin hurufnya persis; artinya tidak perlu dimengerti."))
            terminal.say(_("Tulis ke-33 kata dengan nomornya, di kertas yang hanya Anda simpan. Jangan difoto."))
            terminal.wait(_("Sudah ditulis semua? Enter."))
        with terminal.alone():
            if _is_on_paper(terminal, share):
                return
            terminal.say(_("Belum cocok dengan kertas. Bagian ini ditampilkan sekali lagi."))
            terminal.wait(_("Enter."))


def _is_on_paper(terminal: Terminal, share: str) -> bool:
    """Ask for three words by number, beyond those that all shares begin with; the whole share will do as well."""
    words = share.split()
    numbers = sorted(secrets.SystemRandom().sample(range(_COMMON_WORDS, len(words)), ASKED))
    for number in numbers:
        typed = terminal.ask(_("Kata ke-%(number)d dari kertas (atau seluruh bagian)") % {"number": number + 1})
        if len(typed.split()) > 1:
            return mend(terminal, typed) == share
        if typed.casefold() != words[number] and not _is_mended(terminal, number, words[number]):
            return False
    return True


def _is_mended(terminal: Terminal, number: int, word: str) -> bool:
    """Ask once more for one word; a slip of the finger is not worth the whole share."""
    terminal.say("  " + _("Kata ke-%(number)d tidak cocok. Lihat kertas, lalu ketik sekali lagi."), number=number + 1)
    return terminal.ask(_("Kata ke-%(number)d, sekali lagi") % {"number": number + 1}).casefold() == word


def _table(words: list[str]) -> list[str]:
    rows = -(-len(words) // _COLUMNS)
    cells = [f"{number:>2} {word:<12}" for number, word in enumerate(words, start=1)]
    return ["   ".join(cells[row::rows]) for row in range(rows)]
