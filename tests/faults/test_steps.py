"""Fault F2: the web process dies at a step of the accepting transaction. Every step: `./ruang soak durability`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ruangaman.intake.selectors import reception
from tests.factories.intake import make_office
from tests.faults.conftest import count_reports, send, started
from tests.faults.line import line_to
from tests.support import stage

FAILING = "ruangaman.ops.soak.failing"
EVERY = 7


@pytest.mark.committed
@pytest.mark.slow
def test_a_report_is_whole_or_absent_and_the_same_form_gives_the_same_receipt(transactional_db, tmp_path: Path):
    reception.forget()
    make_office()
    armed, died, step = tmp_path / "failpoint", 0, 1
    more = {"RUANGAMAN_FAILPOINT": str(armed), "RUANGAMAN_DEMO": "1"}
    with line_to(stage.socket()) as line:
        while True:
            # One death each: Granian gives up when a worker dies twice within seconds, and here nobody starts it again.
            log, application = tmp_path / f"web-{step}.log", f"{FAILING}:application"
            with started(line, log, workers=2, application=application, **more) as house:
                visitor = house.visitor(patience=40)
                page = visitor.get("/i/")
                cookies = dict(visitor.cookies)
                armed.write_text(str(step))
                shown = send(visitor, page, cookies)
                again = send(visitor, page, cookies)
            assert shown.receipt is not None
            assert again.receipt == shown.receipt
            if armed.exists():
                break
            died, step = died + 1, step + EVERY
    reception.forget()

    assert died >= 3
    assert count_reports() == died + 1


def test_outside_of_a_demo_such_a_server_refuses_to_start(tmp_path: Path):
    env = {**os.environ, "RUANGAMAN_FAILPOINT": str(tmp_path / "failpoint")}
    env.pop("RUANGAMAN_DEMO", None)
    done = subprocess.run([sys.executable, "-c", f"import {FAILING}"], env=env, capture_output=True, text=True)

    assert done.returncode == 1
    assert "for soaks and tests" in done.stderr
