"""The app's entry in Django."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Calling people: what they are told, and that nobody is told twice."""

    name = "ruangaman.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Register the kinds of event."""
        from ruangaman.notifications import events  # noqa: F401 - importing fills the registry
