"""A conversation with one person at a terminal: questions, hidden answers, and a screen that is wiped."""

from __future__ import annotations

import contextlib
import sys
import termios
from collections.abc import Callable, Iterator
from typing import TextIO

from ruangaman.ops.words import translate as _

_ALONE, _BACK = "\x1b[?1049h\x1b[2J\x1b[H", "\x1b[2J\x1b[3J\x1b[H\x1b[?1049l"
_MOST_TRIES = 20

Check = Callable[[str], str | None]
"""Returns what is wrong with an answer, as a sentence, or None."""


class Gone(RuntimeError):
    """The person left, or this is no terminal; the text says what follows from that."""


class Terminal:
    """Asks on stdin, says on stdout. What is secret is only ever shown on a screen of its own, never in a pipe."""

    def __init__(self, source: TextIO | None = None, out: TextIO | None = None) -> None:
        """Talk on these streams, or on the process's own.

        Raises:
            Gone: one of them is no terminal: what is said here must not end in a file.
        """
        self._in, self._out = source or sys.stdin, out or sys.stdout
        if not (self._in.isatty() and self._out.isatty()):
            raise Gone(_("Perintah ini hanya berjalan di layar terminal: isinya tidak boleh masuk ke berkas."))

    def say(self, text: str = "", **values: object) -> None:
        """Say something, with values put into its places; a blank line when there is nothing to say."""
        self._out.write((text % values if values else text) + "\n")
        self._out.flush()

    def ask(self, question: str, *, default: str = "", check: Check | None = None) -> str:
        """Ask until there is an answer that `check` finds nothing wrong with; Enter takes the default."""
        shown = f"{question} [{default}]: " if default else f"{question}: "
        return self._until(lambda: self._line(shown).strip() or default, check or _is_there)

    def secret(self, question: str, *, check: Check | None = None) -> str:
        """Ask for something that the screen does not show, as it was typed."""
        return self._until(lambda: self._hidden(f"{question}: "), check or _is_there)

    def agrees(self, question: str, *, default: bool) -> bool:
        """Ask for yes or no."""
        shown = _("Y/t") if default else _("y/T")
        answer = self.ask(f"{question} ({shown})", default=_("y") if default else _("t"))
        return answer[:1].casefold() == "y"

    def wait(self, text: str, **values: object) -> None:
        """Wait for Enter."""
        self._line(f"{text % values if values else text} ")

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """A wiped screen for one pair of eyes; wiped again at the end, with what could be scrolled back to."""
        self._out.write(_ALONE)
        self._out.flush()
        try:
            yield
        finally:
            self._out.write(_BACK)
            self._out.flush()

    def _until(self, read: Callable[[], str], check: Check) -> str:
        for _try in range(_MOST_TRIES):
            answer = read()
            fault = check(answer)
            if fault is None:
                return answer
            self.say(f"  {fault}")
        raise Gone(_("Terlalu banyak jawaban yang tidak cocok. Mulai lagi kapan saja."))

    def _line(self, shown: str) -> str:
        self._out.write(shown)
        self._out.flush()
        line = self._in.readline()
        if not line:
            raise Gone(_("Percakapan terputus."))
        return line.rstrip("\n")

    def _hidden(self, shown: str) -> str:
        handle = self._in.fileno()
        before = termios.tcgetattr(handle)
        hidden = termios.tcgetattr(handle)
        hidden[3] &= ~termios.ECHO
        termios.tcsetattr(handle, termios.TCSADRAIN, hidden)
        try:
            return self._line(shown)
        finally:
            termios.tcsetattr(handle, termios.TCSADRAIN, before)
            self.say()


def _is_there(answer: str) -> str | None:
    return None if answer.strip() else _("Ini perlu diisi.")
