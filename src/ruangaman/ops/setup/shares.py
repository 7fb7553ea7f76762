"""Typing a share from paper: what is wrong is said by its place, and one wrong word is mended without the other 32."""

from __future__ import annotations

from collections.abc import Sequence

from ruangaman.core.errors import DomainError
from ruangaman.ops.setup.ground import Unfit
from ruangaman.ops.terminal import Terminal
from ruangaman.ops.words import translate as _
from ruangaman.vault import recovery

_MOST_TRIES = 20


def mend(terminal: Terminal, typed: str) -> str:
    """Return a share that is good by itself, from what was typed first and what is mended of it.

    Call it on a screen of its own. No word of the share is repeated there.

    Raises:
        Unfit: it stays wrong.
    """
    words = recovery.normalise(typed).split()
    for _try in range(_MOST_TRIES):
        try:
            recovery.read_share(" ".join(words))
        except DomainError as error:
            terminal.say(f"  {error}")
        else:
            return " ".join(words)
        terminal.say("  " + _("Betulkan satu kata: nomornya lalu kata yang benar. Atau ketik semua kata sekali lagi."))
        words = _mended(words, terminal.ask(_("Nomor dan kata")))
    raise Unfit(_("Bagian ini tetap tidak cocok. Periksa kertasnya, lalu mulai lagi."))


def _mended(words: Sequence[str], answer: str) -> list[str]:
    parts = recovery.normalise(answer).split()
    if len(parts) == 2 and parts[0].isdigit() and 1 <= int(parts[0]) <= len(words):
        place = int(parts[0]) - 1
        return [*words[:place], parts[1], *words[place + 1 :]]
    return parts if len(parts) > 2 else list(words)
