"""The app's entry in Django."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.web"
    label = "web"
