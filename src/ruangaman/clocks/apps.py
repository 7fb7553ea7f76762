"""The app's entry in Django."""

from django.apps import AppConfig


class ClocksConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.clocks"
    label = "clocks"

    def ready(self) -> None:
        """Register the kinds of event."""
        from ruangaman.clocks import events  # noqa: F401 - importing fills the registry
