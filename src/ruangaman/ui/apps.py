"""The app of the components."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Tags, templates and the files of the look."""

    name = "ruangaman.ui"
