"""The page that a proxy shows in our place while nothing of ours runs: whom to call, and the exit.

It stands alone: no request of it reaches us, so its security policy travels inside it.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html

from ruangaman.ui import inline

_HEADER_ONLY = "frame-ancestors 'none'; "
"""Browsers take it from a header alone; the proxy says it in the older words of `X-Frame-Options`."""
_BEFORE = '<meta charset="utf-8">\n'


def draw_resting() -> str:
    """Return the whole page in Indonesian, with the numbers and the exit of this installation."""
    request = HttpRequest()
    request.method, request.path, request.path_info = "HEAD", "/", "/"  # no link to another language
    with translation.override("id"):
        page = render_to_string("web/down.html", request=request)
    policy = format_html(
        '<meta http-equiv="Content-Security-Policy" content="{}">\n', inline.policy(request).replace(_HEADER_ONLY, "")
    )
    head, found, rest = page.partition(_BEFORE)
    if not found:
        raise RuntimeError("The public page has no place for its policy.")
    return f"{head}{_BEFORE}{policy}{rest}"
