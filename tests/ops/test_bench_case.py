"""What the bench of the case page holds against its limits."""

from __future__ import annotations

from typing import Any

import pytest

from ruangaman.ops.bench import case
from ruangaman.ops.bench.frame import Result

GOOD: dict[int, Any] = {
    0: {"page": [30.0, 31.0, 90.0], "sql": [10.0, 11.0, 12.0], "statements": 5, "opened": 20},
    200: {"page": [70.0, 71.0, 72.0], "sql": [12.0, 13.0, 14.0], "statements": 5, "opened": 220},
}


def judged(**changed: Any) -> Result:
    """Return what is said of good figures with some of the long case changed."""
    result = Result("case")
    case.judge(result, {**GOOD, 200: {**GOOD[200], **changed}})
    return result


def test_good_figures_are_ok() -> None:
    assert judged().ok


@pytest.mark.parametrize(
    "changed",
    [{"page": [120.0]}, {"statements": case.STATEMENTS + 1}, {"statements": 6}],
    ids=["too slow beside its SQL", "too many statements", "more statements than a short one"],
)
def test_each_limit_refuses(changed: dict[str, Any]) -> None:
    assert not judged(**changed).ok
