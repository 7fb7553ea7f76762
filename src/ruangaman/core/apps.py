"""The app's entry in Django."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.core"
    label = "core"
