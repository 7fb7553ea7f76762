"""The app's entry in Django."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.consents"
    label = "consents"

    def ready(self) -> None:
        """Register the kinds of event."""
        from ruangaman.consents import events  # noqa: F401 - importing fills the registry
