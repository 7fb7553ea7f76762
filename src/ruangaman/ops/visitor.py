"""A browser without script, for soaks, tests and pictures: keeps its cookies, fills in forms, follows redirects."""

from __future__ import annotations

import dataclasses
import http.client
import re
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

Fields = Mapping[str, str | Iterable[str]]
_RECEIPT = re.compile(r'<output id="receipt"[^>]*>(.*?)</output>', re.DOTALL)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Upload:
    """One chosen file."""

    field: str
    name: str
    media_type: str
    content: bytes = dataclasses.field(repr=False)


@dataclass
class Form:
    """A form of a page with what it would send untouched."""

    action: str
    method: str
    fields: dict[str, list[str]]
    names: set[str]
    """Of every control, those included that would send nothing yet."""


@dataclass(frozen=True)
class Answer:
    """What the server said, after redirects."""

    status: int
    path: str
    text: str = field(repr=False)
    headers: http.client.HTTPMessage = field(repr=False)

    @property
    def receipt(self) -> str | None:
        """The twenty digits that this page shows, without the gaps; None: it shows none."""
        found = _RECEIPT.search(self.text)
        digits = re.sub(r"\D", "", re.sub(r"<[^>]*>", "", found[1])) if found else ""
        return digits if len(digits) == 20 else None

    def forms(self) -> list[Form]:
        """The forms of this page."""
        parser = _Forms()
        parser.feed(self.text)
        return parser.forms

    def form(self, *names: str, action: str = "") -> Form:
        """The first form that has all these controls.

        Args:
            action: with what its address ends.

        Raises:
            LookupError: there is none.
        """
        for form in self.forms():
            if form.names.issuperset(names) and form.action.endswith(action):
                return form
        raise LookupError(f"{self.path} ({self.status}) has no form {action} with {', '.join(names)}.")


class Visitor:
    """One browser. Not to be shared by threads."""

    def __init__(self, url: str, *, cookies: bool = True, timeout: float = 60, patience: float = 0) -> None:
        """Nothing is asked yet.

        Args:
            url: of the server, without a path.
            cookies: False: this browser refuses them.
            patience: for so many seconds a request that got no answer, or «not now», is sent again just as it was.
        """
        self.host = urlsplit(url).netloc
        self.url = url
        self.keeps_cookies = cookies
        self.cookies: dict[str, str] = {}
        self.timeout = timeout
        self.patience = patience
        self.retries = 0
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Answer:
        """Open an address. Raises OSError or HTTPException: the server did not answer."""
        return self._ask("GET", path, None, "")

    def post(self, path: str, fields: Fields, files: Iterable[Upload] = ()) -> Answer:
        """Send a form, with files as multipart. Raises OSError or HTTPException: the server did not answer."""
        pairs = [(name, value) for name, values in fields.items() for value in _each(values)]
        files = list(files)
        if files:
            body, kind = multipart(pairs, files)
            return self._ask("POST", path, body, kind)
        return self._ask("POST", path, urlencode(pairs).encode(), "application/x-www-form-urlencoded")

    def submit(self, page: Answer, fields: Fields, files: Iterable[Upload] = (), *, action: str = "") -> Answer:
        """Fill in the form of `page` that has these controls, and send it."""
        form = page.form(*fields, action=action)
        return self.post(urljoin(page.path, form.action or page.path), {**form.fields, **fields}, files)

    def sign_in(self, username: str, password: str) -> Answer:
        """Sign in as staff. Raises PermissionError: the door stays closed."""
        page = self.submit(self.get("/masuk/"), {"username": username, "password": password})
        if page.status != 200 or page.path.startswith("/masuk"):
            raise PermissionError(f"{username} could not sign in: {page.status} at {page.path}.")
        return page

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, method: str, path: str, body: bytes | None, kind: str) -> Answer:
        for _ in range(6):
            answer = self._patiently(method, path, body, kind)
            target = answer.headers.get("Location")
            if answer.status not in _REDIRECTS or not target:
                return answer
            parts = urlsplit(urljoin(f"{self.url}{path}", target))
            if parts.netloc != self.host:
                return answer
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if answer.status in {301, 302, 303}:
                method, body, kind = "GET", None, ""
        raise http.client.HTTPException(f"{path} redirects for ever.")

    def _patiently(self, method: str, path: str, body: bytes | None, kind: str) -> Answer:
        end = time.monotonic() + self.patience
        while True:
            try:
                answer = self._once(method, path, body, kind)
                if answer.status != 503 or time.monotonic() > end:
                    return answer
            except (OSError, http.client.HTTPException):
                if time.monotonic() > end:
                    raise
            self.retries += 1
            time.sleep(0.25)

    def _once(self, method: str, path: str, body: bytes | None, kind: str) -> Answer:
        headers = {"Accept-Encoding": "identity"}
        if kind:
            headers |= {"Content-Type": kind, "Origin": self.url}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        reused = self._connection is not None
        connection = self._connect()
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if reused and method == "GET" and isinstance(error, ConnectionError):
                return self._once(method, path, body, kind)  # it was idle for so long that the server hung up
            raise
        self._keep(response.msg)
        return Answer(response.status, path, text, response.msg)

    def _connect(self) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self.host, timeout=self.timeout)
        return self._connection

    def _keep(self, headers: http.client.HTTPMessage) -> None:
        for line in headers.get_all("Set-Cookie") or () if self.keeps_cookies else ():
            pair, _, rest = line.partition(";")
            name, _, value = pair.strip().partition("=")
            if "max-age=0" in rest.lower() or value in {"", '""'}:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value


def multipart(pairs: Iterable[tuple[str, str]], files: Iterable[Upload]) -> tuple[bytes, str]:
    """Return the body of a form with files, and its media type."""
    mark = secrets.token_hex(16)
    parts = []
    for name, value in pairs:
        parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for each in files:
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{each.field}"; filename="{each.name}"\r\n'
        parts += [f"{head}Content-Type: {each.media_type}\r\n\r\n".encode(), each.content, b"\r\n"]
    return b"".join([*parts, f"--{mark}--\r\n".encode()]), f"multipart/form-data; boundary={mark}"


def _each(values: str | Iterable[str]) -> Iterable[str]:
    return (values,) if isinstance(values, str) else values


class _Forms(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._area = ""
        self._select: list[tuple[str, bool]] | None = None
        self._select_name = ""
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and their controls."""
        facts = dict(attrs)
        if tag == "form":
            self.forms.append(Form(facts.get("action") or "", (facts.get("method") or "get").lower(), {}, set()))
            self._open = True
        if not self._open:
            return
        name = facts.get("name") or ""
        if name:
            self.forms[-1].names.add(name)
        if tag == "input" and name and _sends(facts):
            self._add(name, facts.get("value") or ("on" if facts.get("type") in {"checkbox", "radio"} else ""))
        elif tag == "textarea" and name:
            self._area = name
            self.forms[-1].fields[name] = [""]
        elif tag == "select" and name:
            self._select, self._select_name = [], name
        elif tag == "option" and self._select is not None:
            self._select.append((facts.get("value") or "", "selected" in facts))

    def handle_data(self, data: str) -> None:
        """Keep the text of a text area; the line break after its tag does not count."""
        if self._area:
            kept = self.forms[-1].fields[self._area]
            kept[0] += data.removeprefix("\n") if not kept[0] else data

    def handle_endtag(self, tag: str) -> None:
        """Close what ends."""
        if tag == "textarea":
            self._area = ""
        elif tag == "select" and self._select is not None:
            chosen = [value for value, selected in self._select if selected] or [value for value, _ in self._select[:1]]
            self.forms[-1].fields[self._select_name] = chosen
            self._select = None
        elif tag == "form":
            self._open = False

    def _add(self, name: str, value: str) -> None:
        self.forms[-1].fields.setdefault(name, []).append(value)


def _sends(facts: Mapping[str, str | None]) -> bool:
    kind = (facts.get("type") or "text").lower()
    if kind in {"checkbox", "radio"}:
        return "checked" in facts
    return kind not in {"submit", "button", "image", "reset", "file"}
