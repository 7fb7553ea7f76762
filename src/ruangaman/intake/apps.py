"""The app's entry in Django."""

from __future__ import annotations

from django.apps import AppConfig

from ruangaman.core.registry import load_folder


class IntakeConfig(AppConfig):
    """See the package's docstring."""

    name = "ruangaman.intake"
    label = "intake"

    def ready(self) -> None:
        """Fill the lists of channels and kinds of event, bring the conversation into the case, say who is called."""
        load_folder("ruangaman.intake.channels")
        from ruangaman.cases.registry import barriers, decisions, endings, followers, hearings, origins, panels
        from ruangaman.intake import events  # noqa: F401 - importing fills the registry
        from ruangaman.intake.selectors import needs  # noqa: F401 - importing fills the registry
        from ruangaman.intake.selectors.rulings import RulingsWaiting
        from ruangaman.intake.selectors.shifts import list_called_too
        from ruangaman.intake.services.casework import (
            AvoidBarrier,
            ReportOrigin,
            ThreadEnding,
            ThreadFollower,
            ThreadHearing,
            ThreadPanel,
        )
        from ruangaman.notifications.registry import AlsoCalled, also_called

        panels.add(ThreadPanel())
        followers.add(ThreadFollower())
        hearings.add(ThreadHearing())
        decisions.add(RulingsWaiting())
        endings.add(ThreadEnding())
        also_called.add(AlsoCalled("handover", list_called_too))
        barriers.add(AvoidBarrier())
        origins.add(ReportOrigin())
