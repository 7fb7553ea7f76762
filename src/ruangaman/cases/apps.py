"""The app's entry in Django."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.cases"
    label = "cases"

    def ready(self) -> None:
        """Register the kinds of event, and bring the steps of the flow onto the case page."""
        from ruangaman.cases import events  # noqa: F401 - importing fills the registry
        from ruangaman.cases.registry import panels
        from ruangaman.cases.selectors.flow import FlowPanel

        panels.add(FlowPanel())
