"""Django's entry for the vault."""

from __future__ import annotations

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Names and stories, sealed; who holds a key for what."""

    name = "ruangaman.vault"
    label = "vault"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the vault's kinds of event."""
        from ruangaman.vault import events  # noqa: F401 - importing fills the registry
