"""A real web server over a line to PostgreSQL that can be hurt, on a committed office."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from ruangaman.intake.models import Report
from ruangaman.intake.selectors import reception
from ruangaman.ops import demo, processes
from ruangaman.ops.supervisor import Child
from ruangaman.ops.visitor import Answer, Visitor
from tests.factories.intake import make_office
from tests.faults.line import Line, line_to
from tests.support import stage

PRODUCT = "ruangaman.config.wsgi:application"
STORY = "Tulisan panjang yang tidak mau saya ketik lagi."


@dataclass
class WebHouse:
    """A web server of its own, and the line to its database."""

    line: Line
    port: int
    process: subprocess.Popen[bytes]
    visitors: list[Visitor] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def visitor(self, **wishes: float) -> Visitor:
        self.visitors.append(Visitor(self.url, timeout=30, **wishes))
        return self.visitors[-1]


def count_reports() -> int:
    return int(Report.objects.count())


def send(visitor: Visitor, page: Answer, cookies: dict[str, str]) -> Answer:
    """Send the form of a page with the cookie that came with it, as a browser does that sends it again."""
    visitor.cookies = dict(cookies)
    return visitor.submit(page, {"what": STORY, "now": "no", "who": "self"})


@contextmanager
def started(line: Line, log: Path, *, workers: int = 1, application: str = PRODUCT, **more: str) -> Iterator[WebHouse]:
    folder = Path(settings.RUANGAMAN_SPOOL).parent.parent
    env = stage.process_environment("web", database=connection.settings_dict["NAME"], folder=folder)
    env |= {"RUANGAMAN_PG_SOCKET": str(line.folder), "PYTHONPATH": os.pathsep.join(sys.path), **more}
    port = demo.choose_port(0)
    words = [application if word == PRODUCT else word for word in demo.web_command(port, workers=workers)]
    with log.open("wb") as out:
        running = subprocess.Popen(
            [sys.executable, "-P", *words], env=env, stdout=out, stderr=out, start_new_session=True
        )
    try:
        demo.wait_live(port, Child("web", [], {}, log, process=running))
        house = WebHouse(line, port, running)
        yield house
        for visitor in house.visitors:
            visitor.close()
    finally:
        processes.stop(running, seconds=10)


@pytest.fixture
def web_house(transactional_db: None, tmp_path: Path) -> Iterator[WebHouse]:
    """One web worker, an office that takes reports, and a line in between."""
    reception.forget()
    make_office()
    with line_to(stage.socket()) as line, started(line, tmp_path / "web.log") as house:
        yield house
    reception.forget()
