"""The app's entry in Django."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.cases"
    label = "cases"

    def ready(self) -> None:
        """Register the kinds of event, and what keeps people out of a case; bring them onto its page."""
        from ruangaman.cases import events  # noqa: F401 - importing fills the registry
        from ruangaman.cases.registry import barriers, panels
        from ruangaman.cases.selectors.around import AroundPanel
        from ruangaman.cases.selectors.workplaces import WorkplaceBarrier

        barriers.add(WorkplaceBarrier())
        panels.add(AroundPanel())
