"""The app's entry in Django."""

from django.apps import AppConfig


class CodelistsConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.codelists"
    label = "codelists"

    def ready(self) -> None:
        """Register the kinds of event."""
        from ruangaman.codelists import events  # noqa: F401 - importing fills the registry
