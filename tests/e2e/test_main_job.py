"""The main job in a real browser, with and without JavaScript."""

from __future__ import annotations

import pytest

from ruangaman.ops.running import RunningDemo
from tests.e2e.conftest import OpenPage
from tests.e2e.main_job import MainJob

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("public", "staff"), [("phone_plain", "desk_plain"), ("phone", "desk")], ids=["without-script", "with-script"]
)
def test_a_report_becomes_a_case_and_the_reporter_reads_where_it_stands(
    house: RunningDemo, open_page: OpenPage, public: str, staff: str
) -> None:
    MainJob(house, open_page, public, staff).run()
