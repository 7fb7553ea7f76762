"""The queue, the alarm, the trail, and whether the house is awake."""

from __future__ import annotations

from django.urls import path

from ruangaman.web import views

urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
]
