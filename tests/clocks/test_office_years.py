"""A year that is over is only read, and can be read though nothing is written down in it."""

from __future__ import annotations

import html
from datetime import date

import pytest
from django.utils import timezone

from ruangaman.clocks import services
from ruangaman.clocks.models import Holiday
from ruangaman.core.errors import Conflict
from tests.factories.accounts import working
from tests.support.signing_in import signed_in

PAGE = "/pengaturan/jam/libur/"


def test_a_day_of_a_year_that_is_over_is_not_written_down(clocks):
    over = date(timezone.localdate().year - 1, 5, 5)
    with working(clocks.admin), pytest.raises(Conflict, match="sudah selesai"):
        services.set_holiday(on=over, name="x", source="y", by=clocks.admin, at=timezone.now())
    answer = signed_in(clocks.admin).post(PAGE, {"on": over.isoformat(), "name": "x", "source": "y"})
    assert (answer.status_code, "sudah selesai" in answer.content.decode()) == (422, True)
    assert not Holiday.objects.filter(on=over).exists()


def test_earlier_years_are_reached_though_they_are_empty(clocks):
    client, this = signed_in(clocks.admin), timezone.localdate().year
    Holiday.objects.filter(on__year__lt=this)._raw_delete("default")
    page = html.unescape(client.get(PAGE).content.decode())
    assert f"?tahun={this - 1}#tahun" in page
    old = html.unescape(client.get(f"{PAGE}?tahun={this - 5}").content.decode())
    assert f"Untuk {this - 5} tidak ada hari libur yang tercatat." in old
    assert f"?tahun={this - 6}#tahun" in old
