"""Every address of the house, as the resolver knows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from ruangaman.accounts.urls import demo_urlpatterns


def addresses() -> dict[str, Callable[..., Any]]:
    """Route, as it is written in `urls.py` → view. The demo's own are included."""
    found = dict(_walk(get_resolver().url_patterns, ""))
    return found | dict(_walk(demo_urlpatterns, ""))


def _walk(patterns: Any, before: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback
