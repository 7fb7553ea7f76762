"""The app's entry in Django."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.notifications"
    label = "notifications"
