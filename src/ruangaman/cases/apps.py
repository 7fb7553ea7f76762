"""The app's entry in Django."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.cases"
    label = "cases"

    def ready(self) -> None:
        """Register the kinds of event, what clocks can be about, what lists count, and the steps on the case page."""
        from ruangaman.cases import events  # noqa: F401 - importing fills the registry
        from ruangaman.cases.registry import panels
        from ruangaman.cases.selectors import needs  # noqa: F401 - importing fills the registry
        from ruangaman.cases.selectors.counting import count_code
        from ruangaman.cases.selectors.flow import FlowPanel
        from ruangaman.codelists.registry import Counter, counters
        from ruangaman.codelists.types import COUNTED

        counters.add(Counter("cases", COUNTED, count_code))
        panels.add(FlowPanel())
