"""The queue, the alarm, the trail, and whether the house is awake."""

from __future__ import annotations

from django.urls import path

from ruangaman.web.views import door, queue, readers, roots, trail

urlpatterns = [
    path("livez", door.livez, name="livez"),
    path("readyz", door.readyz, name="readyz"),
    path("kerja/", queue.work, name="work"),
    path("kerja/alarm", queue.alarm, name="alarm"),
    path("pengaturan/jejak/", trail.trail, name="trail"),
    path("pengaturan/jejak/akar/", roots.root, name="root"),
    path("pengaturan/jejak/pembaca/", readers.of_code, name="readers"),
    path("kasus/<case_code:code>/pembaca/", readers.of_case, name="case_readers"),
]
