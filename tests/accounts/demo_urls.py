"""The addresses of a demo: those of everywhere, and the change of roles."""

from __future__ import annotations

from ruangaman.accounts.urls import demo_urlpatterns
from ruangaman.config.urls import handler404, handler500
from ruangaman.config.urls import urlpatterns as everywhere

urlpatterns = [*everywhere, *demo_urlpatterns]
__all__ = ["handler404", "handler500", "urlpatterns"]
