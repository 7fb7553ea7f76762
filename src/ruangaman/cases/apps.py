"""The app's entry in Django."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.cases"
    label = "cases"

    def ready(self) -> None:
        """Register the kinds of event, and what clocks can be about."""
        from ruangaman.cases import events  # noqa: F401 - importing fills the registry
        from ruangaman.cases.selectors import needs  # noqa: F401 - importing fills the registry
