"""The app's entry in Django."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.cases"
    label = "cases"

    def ready(self) -> None:
        """Register events, what clocks can be about, what lists count, who is kept out, and the panels of the page."""
        from ruangaman.cases import events  # noqa: F401 - importing fills the registry
        from ruangaman.cases.registry import barriers, panels
        from ruangaman.cases.selectors import needs  # noqa: F401 - importing fills the registry
        from ruangaman.cases.selectors.around import AroundPanel
        from ruangaman.cases.selectors.counting import count_code
        from ruangaman.cases.selectors.flow import FlowPanel
        from ruangaman.cases.selectors.workplaces import WorkplaceBarrier
        from ruangaman.codelists.registry import Counter, counters
        from ruangaman.codelists.types import COUNTED

        counters.add(Counter("cases", COUNTED, count_code))
        panels.add(FlowPanel())
        barriers.add(WorkplaceBarrier())
        panels.add(AroundPanel())
