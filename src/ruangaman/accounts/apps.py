"""The app's entry in Django."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who is who."""

    name = "ruangaman.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Register the kinds of event."""
        from ruangaman.accounts import events  # noqa: F401 - importing fills the registry
