"""The app's entry in Django."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.intake"
    label = "intake"
