"""What a broken trail says: the fault itself when it is one of the trail, and always a sentence."""

from __future__ import annotations

import pytest

from ruangaman.audit.types import BadRow
from ruangaman.vault.errors import TrailBroken

ROW = BadRow(3, 7, "hash")


@pytest.mark.parametrize(("why", "fault"), [("The chain is cut.", None), (ROW, ROW)])
def test_a_broken_trail_says_why(why: BadRow | str, fault: BadRow | None) -> None:
    error = TrailBroken(why)

    assert str(error) == str(why)
    assert error.fault == fault
