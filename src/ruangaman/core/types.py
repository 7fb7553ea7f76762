"""Shapes that every layer may name without importing the app that fills them."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

Json = str | int | float | bool | None | list[Any] | dict[str, Any]


class Actor(Protocol):
    """Somebody on whose behalf something is read or written: a signed-in person, or the holder of a receipt."""

    @property
    def principal_id(self) -> UUID:
        """The vault principal whose keys this actor holds."""

    @property
    def principals(self) -> list[UUID]:
        """The principals whose grants this actor may use: the own one, then desks."""

    @property
    def keyring(self) -> Any:
        """The unlocked keys (`vault.keyring.Keyring`), or None while the session is locked."""


class StaffRequest(HttpRequest):
    """A request of a signed-in person, as `core.access.requires` hands it on."""

    user: Any
    htmx: HtmxDetails
    counts_later: bool
    """Set by a view whose page is drawn without the number of the navigation, and asks for it afterwards."""
