"""A visit: what the public session remembers between two pages, for half an hour of silence, two hours in all.

A browser that refuses cookies carries the session's key in the field `s` of each form; nowhere else is it accepted.
"""

from __future__ import annotations

import base64
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language

from ruangaman.core import clock
from ruangaman.vault.receipts import Receipt

IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 2 * 60 * 60
NOTED_SECONDS = 60
"""A visit that goes on is noted once in so long, not with each page."""
KEY_LENGTH = 43


def refuses_cookies(request: HttpRequest) -> bool:
    """Whether a form came without the cookie that its page had set."""
    return request.method == "POST" and bool(getattr(request, "cookie_is_new", False))


def resume(request: Any) -> Any:
    """Return the session of this visit; one that was silent for too long, or went on for too long, is emptied."""
    if refuses_cookies(request):
        key = request.POST.get("s", "")
        if len(key) == KEY_LENGTH and key.isascii():
            request.session = type(request.session)(key)
    moment = clock.now().timestamp()
    seen, since = request.session.get("seen"), request.session.get("since", moment)
    if seen is not None and (moment - seen > IDLE_SECONDS or moment - since > LONGEST_SECONDS):
        return end(request)
    if seen is not None and moment - seen > NOTED_SECONDS:
        request.session["seen"] = moment
    return request.session


def end(request: Any) -> Any:
    """End the visit: the row goes, and an empty session takes its place. The cookie stays: the form on it is good."""
    store = type(request.session)
    request.session.flush()
    request.session = store(None)
    return request.session


def remember(request: Any, receipt: Receipt) -> Any:
    """Keep the key of a thread in a session that begins now, and return it.

    A session that was there before gets no key: somebody else may hold its cookie.
    """
    session, moment = _renew(request), clock.now().timestamp()
    session["locator"] = base64.b64encode(receipt.locator).decode("ascii")
    session["seed"] = base64.b64encode(receipt.seed).decode("ascii")
    session["seen"] = session["since"] = moment
    session.set_expiry(IDLE_SECONDS)
    return session


def _renew(request: Any) -> Any:
    """Return an empty session in the place of the one that there was; only the language goes along."""
    before = resume(request)
    if before.is_empty():
        return before
    language = before.get("language")
    session = end(request)
    if language:
        session["language"] = language
    return session


def has_sent(request: Any, key_hmac: bytes) -> bool:
    """Whether this visit began with the form of this key: it was pressed twice, and the first time went through."""
    return bool(resume(request).get("sent") == key_hmac.hex())


def receipt_of(session: Any) -> Receipt | None:
    """Return the receipt of this visit without its digits, or None."""
    if "seed" not in session or "locator" not in session:
        return None
    return Receipt("", base64.b64decode(session["locator"]), base64.b64decode(session["seed"]))


def carried_key(request: Any) -> str:
    """Return the session's key for the forms of a browser that refuses cookies, else nothing."""
    if not refuses_cookies(request):
        return ""
    if request.session.session_key is None:
        request.session.save()
    return str(request.session.session_key)


def kept_language(path: str) -> str:
    """Return the path with the language, for browsers that refuse cookies and pages that read no session."""
    if get_language() != "en":
        return path
    return f"{path}{'&' if '?' in path else '?'}l=en"
