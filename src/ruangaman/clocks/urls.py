"""The rules of the clocks."""

from __future__ import annotations

from django.urls import path

from ruangaman.clocks.views import office, rules

urlpatterns = [
    path("batas/", rules.longer, name="clock_longer"),
    path("pengaturan/jam/", rules.index, name="clock_rules"),
    path("pengaturan/jam/baru/", rules.new, name="clock_new"),
    path("pengaturan/jam/libur/", office.holidays, name="clock_holidays"),
    path("pengaturan/jam/libur/hapus", office.remove, name="clock_holiday_remove"),
    path("pengaturan/jam/libur/jam-kerja", office.hours, name="clock_hours"),
    path("pengaturan/jam/<str:key>/", rules.rule, name="clock_rule"),
    path("pengaturan/jam/<str:key>/berlaku", rules.switch, name="clock_switch"),
]
