"""The queue, the alarm, the palette, the trail, and whether the house is awake."""

from __future__ import annotations

from django.urls import path

from ruangaman.web.views import (
    door,
    find,
    keys,
    later,
    load,
    numbers,
    palette,
    queue,
    readers,
    records,
    roots,
    saved,
    trail,
    unsent,
)

urlpatterns = [
    path("livez", door.livez, name="livez"),
    path("readyz", door.readyz, name="readyz"),
    path("kerja/", queue.work, name="work"),
    path("kerja/alarm", queue.alarm, name="alarm"),
    path("kerja/jumlah", numbers.count, name="count"),
    path("kerja/beban/", load.load, name="load"),
    path("kerja/tunda/<uuid:clock_id>/", later.put_off, name="later"),
    path("kerja/ditunda/", later.asleep, name="asleep"),
    path("kerja/ditunda/<uuid:clock_id>/kembalikan", later.wake, name="wake"),
    path("kerja/saringan/", saved.index, name="saved"),
    path("kerja/saringan/<uuid:saved_id>/", saved.change, name="saved-change"),
    path("kerja/saringan/<uuid:saved_id>/hapus", saved.delete, name="saved-delete"),
    path("palet/", palette.palette, name="palette"),
    path("palet/pintasan/", palette.shortcuts, name="shortcuts"),
    path("kerja/kunci/<uuid:waiting_id>/", keys.waiting, name="waiting"),
    path("kerja/kunci/<uuid:waiting_id>/lakukan", keys.do, name="waiting-do"),
    path("kerja/kunci/<uuid:waiting_id>/tolak", keys.decline, name="waiting-decline"),
    path("tulisan/", unsent.unsent, name="unsent"),
    path("tulisan/<uuid:draft_id>/buang", unsent.discard, name="unsent-discard"),
    path("cari/", find.search, name="find"),
    path("cari/lengkapi", find.catch_up, name="find-catch-up"),
    path("pengaturan/simpanan/", records.index, name="records"),
    path("pengaturan/simpanan/<str:code>/", records.detail, name="record"),
    path("pengaturan/simpanan/<str:code>/usul", records.propose, name="record-propose"),
    path("pengaturan/simpanan/<str:code>/tarik", records.withdraw, name="record-withdraw"),
    path("pengaturan/simpanan/<str:code>/setujui", records.approve, name="record-approve"),
    path("pengaturan/simpanan/<str:code>/tahan", records.hold, name="record-hold"),
    path("pengaturan/simpanan/<str:code>/lepas", records.release, name="record-release"),
    path("pengaturan/jejak/", trail.trail, name="trail"),
    path("pengaturan/jejak/akar/", roots.root, name="root"),
    path("pengaturan/jejak/pembaca/", readers.of_code, name="readers"),
    path("kasus/<case_code:code>/pembaca/", readers.of_case, name="case_readers"),
]
