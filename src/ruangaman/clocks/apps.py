"""The app's entry in Django."""

from django.apps import AppConfig


class ClocksConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.clocks"
    label = "clocks"
