"""A real mail server on the loopback that keeps letters, and refuses those for whom it is told to."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """What arrived."""

    def __init__(self) -> None:
        self.port = 0
        self.letters: list[tuple[str, Message]] = []
        self.refused: set[str] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Take or refuse one address."""
        if address in self.refused:
            return "451 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep a letter."""
        letter = email.message_from_bytes(envelope.content)
        self.letters += [(address, letter) for address in envelope.rcpt_tos]
        return "250 OK"

    @property
    def reached(self) -> list[str]:
        """Who got a letter, in the alphabet's order."""
        return sorted(address for address, _letter in self.letters)


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Serve on a free port of the loopback."""
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        box.port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=box.port)
    server.start()
    try:
        yield box
    finally:
        server.stop()
