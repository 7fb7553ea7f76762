"""The app's entry in Django."""

from django.apps import AppConfig

from ruangaman.core.registry import load_folder


class WebConfig(AppConfig):
    """The house around the subjects: queue, navigation, error pages."""

    name = "ruangaman.web"
    label = "web"

    def ready(self) -> None:
        """Fill the lists of work sources, sections and kinds of event."""
        from ruangaman.web import events  # noqa: F401 - importing fills the registry

        load_folder("ruangaman.web.sources")
