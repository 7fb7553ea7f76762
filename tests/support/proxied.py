"""A browser behind the proxy that ends TLS: https to the outside, plain http to us, with the visitor's address."""

from __future__ import annotations

import http.client
import re
from datetime import UTC, datetime

from ruangaman.ops.visitor import Answer, Visitor
from tests.support.signing_in import code_for

_SECRET = re.compile(r'<code class="spaced"[^>]*>([A-Z2-7 ]+)</code>')


class _Forwarded(http.client.HTTPConnection):
    def __init__(self, port: int, host: str, address: str) -> None:
        super().__init__("127.0.0.1", port, timeout=60)
        self._outside, self._address = host, address

    def putheader(self, header: str | bytes, *values: object) -> None:
        """Say the outer host, and where the visitor is."""
        if header == "Host":
            super().putheader("X-Forwarded-For", self._address)
            values = (self._outside,)
        super().putheader(header, *values)  # type: ignore[arg-type]


class Proxied(Visitor):
    """One browser that knows only the https address."""

    def __init__(self, url: str, port: int, *, address: str = "203.0.113.7") -> None:
        """Nothing is asked yet."""
        super().__init__(url)
        self.port, self.address = port, address

    def enrol(self, page: Answer) -> tuple[Answer, str]:
        """Set up the second step on the page that a first sign-in leads to; return what follows, and the secret."""
        found = _SECRET.search(page.text)
        assert found, f"{page.path} ({page.status}) is not the enrolment page"
        secret = found[1].replace(" ", "")
        return self.submit(page, {"code": code_for(secret, datetime.now(UTC))}), secret

    def _connect(self) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = _Forwarded(self.port, self.host, self.address)
        return self._connection
