"""The app's entry in Django."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.cases"
    label = "cases"
