"""What Django and Python do beside every page of a test and no test here asks for: a tenth of the time."""

from __future__ import annotations

import gc
from typing import Any

from django.template import Template
from django.test.client import ClientHandler

_draw, _load = Template._render, ClientHandler.load_middleware  # type: ignore[attr-defined]  # Django's own
_CHAIN = ("_view_middleware", "_template_response_middleware", "_exception_middleware", "_middleware_chain")
_first: list[ClientHandler] = []


def be_lean() -> None:
    """Begin once Django has prepared for tests and all tests are known.

    Nobody asks which templates drew a page, so what each was drawn with is not copied. Every client of a process goes
    through the middleware of the first: each of its own would look for all static files again.
    """
    Template._render = _draw  # type: ignore[attr-defined]
    ClientHandler.load_middleware = _load_once  # type: ignore[method-assign,assignment]


def collect_seldom() -> None:
    """Spare the collector what stays to the end: all code and all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _load_once(handler: Any, is_async: bool = False) -> None:
    if not _first:
        _load(handler, is_async)
        _first.append(handler)
    for name in _CHAIN:
        setattr(handler, name, getattr(_first[0], name))
