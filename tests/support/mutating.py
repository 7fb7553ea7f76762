"""Plugin of pytest for `./ruang soak mutants`: collects once, then tries one change after another, each in a fork.

Everything slow, Django, the tests themselves and a copy of the template database, is there before the fork; a change
costs the tests that reach it. The other end of the conversation is `ruangaman.ops.soak.mutants.servers`.
"""

from __future__ import annotations

import gc
import importlib.machinery
import json
import os
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from ruangaman.ops import processes
from ruangaman.ops.environment import SOURCE
from ruangaman.ops.soak.mutants.changes import TRIED, Change, changed

PACKAGE = SOURCE / "ruangaman"
_line = socket.socket(fileno=int(os.environ.pop("RUANGAMAN_MUTANTS_LINE")))
_cold: dict[str, Any] | None = json.loads(os.environ.pop("RUANGAMAN_MUTANTS_CHANGE", "null"))


def pytest_configure(config: pytest.Config) -> None:
    """Keep the plugin's own socket out of the suite's rule that everything is closed."""
    config.add_cleanup(_line.close)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Answer until the other end hangs up."""
    from django.db import connection

    from tests.support import stage

    database = str(connection.settings_dict["NAME"])
    stage.ensure_template()
    stage.clone(database)
    items = {item.nodeid: item for item in session.items}
    _say({"tests": list(items)})
    functions = _functions()
    with _line.makefile("r", encoding="utf-8") as jobs:
        for text in jobs:
            job = json.loads(text)
            end_with_us = processes.die_with_parent(signal.SIGKILL)
            child = os.fork()
            if child == 0:
                end_with_us()
                _keep_database(stage)
                _work(job, items, functions)
            _, status = os.waitpid(child, 0)
            _end_group(child)
            if status:
                stage.clone(database)  # whoever was killed may have left anything in it
                ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
                _say({"result": {0: "broken", signal.SIGALRM: "slow"}.get(ended, "died"), "by": f"signal {ended}"})
    return True


def _keep_database(stage: Any) -> None:
    """Begin with the copy of the template that is there: tests undo what they do, or copy it again."""
    clone, is_first = stage.clone, True

    def clone_later(name: str) -> None:
        nonlocal is_first
        if not is_first:
            clone(name)
        is_first = False

    stage.clone = clone_later


def _say(answer: dict[str, Any]) -> None:
    _line.sendall(json.dumps(answer).encode() + b"\n")


def _end_group(child: int) -> None:
    """End what a test started and a dead child could not end."""
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        return


def _work(job: dict[str, Any], items: dict[str, pytest.Item], functions: dict[str, list[FunctionType]]) -> None:
    """The child's whole life."""
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        if job["do"] == "measure":
            answer = _measure([items[name] for name in job["tests"]])
        elif job["change"] and not _take_on(Change(**job["change"]), functions):
            answer = {"result": "cold"}
        else:
            answer = _try([(items[name], limit) for name, limit in job["tests"]], job["within"])
        _say(answer)
        code = 0
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
        raise
    finally:
        os._exit(code)


def _try(tests: list[tuple[pytest.Item, float]], within: float) -> dict[str, Any]:
    """Run until one fails or the time is over.

    Whoever takes far longer than ever is ended by the alarm, and the child with it.
    """
    end = time.monotonic() + within
    for number, (item, limit) in enumerate(tests):
        if number and time.monotonic() > end:
            return {"result": "left", "ran": number}
        following = tests[number + 1][0] if number + 1 < len(tests) else None
        signal.setitimer(signal.ITIMER_REAL, limit)
        reports = runtestprotocol(item, log=False, nextitem=following)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if any(report.failed for report in reports):
            return {"result": "noticed", "by": item.nodeid, "ran": number + 1}
    return {"result": "left", "ran": len(tests)}


def _measure(tests: list[pytest.Item]) -> dict[str, Any]:
    """Run all of them, unchanged; note how long each takes, whether it holds and which lines of ours it reaches."""
    from coverage import Coverage

    told: dict[str, Any] = {}
    include = [str(PACKAGE / pattern) for pattern in TRIED]
    for number, item in enumerate(tests):
        meter = Coverage(data_file=None, config_file=False, include=include, messages=False)
        meter.set_option("run:disable_warnings", ["no-data-collected"])
        started = time.monotonic()
        meter.start()
        reports = runtestprotocol(item, log=False, nextitem=tests[number + 1] if number + 1 < len(tests) else None)
        meter.stop()
        data = meter.get_data()
        told[item.nodeid] = {
            "seconds": time.monotonic() - started,
            "holds": not any(report.failed for report in reports),
            "lines": {
                str(Path(name).relative_to(PACKAGE)): sorted(data.lines(name) or []) for name in data.measured_files()
            },
        }
    return {"measured": told}


# --- making a change in a running process ----------------------------------------------------------------------------


def _functions() -> dict[str, list[FunctionType]]:
    """Every function of ours that lives now, by its file: decorated ones too."""
    found: dict[str, list[FunctionType]] = {}
    gc.unfreeze()  # what is frozen is not told of
    gc.collect()
    for one in gc.get_objects():
        if type(one) is FunctionType and one.__code__.co_filename.startswith(str(PACKAGE)):
            found.setdefault(one.__code__.co_filename, []).append(one)
    gc.freeze()
    if not found:
        raise RuntimeError("No living function of ours was found: every change would cost a new process.")
    return found


def _take_on(change: Change, functions: dict[str, list[FunctionType]]) -> bool:
    """Give the living functions their changed code. False: it cannot be done, it takes a new process."""
    path = PACKAGE / change.path
    source = path.read_text("utf-8")
    before = dict(_codes(compile(source, path, "exec", dont_inherit=True)))
    after = dict(_codes(compile(changed(source, change), path, "exec", dont_inherit=True)))
    new = {code: after[place] for place, code in before.items() if place in after and after[place] != code}
    swapped = 0
    for function in functions.get(str(path), []):
        if function.__code__ in new:
            try:
                function.__code__ = new[function.__code__]
            except ValueError:  # what it closes over is not the same any more
                return False
            swapped += 1
    return bool(swapped)


def _codes(code: CodeType) -> list[tuple[tuple[str, int], CodeType]]:
    found = [((code.co_qualname, code.co_firstlineno), code)]
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found += _codes(inner)
    return found


if _cold is not None:
    _load = importlib.machinery.SourceFileLoader.get_code

    def _load_changed(self: importlib.machinery.SourceFileLoader, fullname: str) -> CodeType | None:
        """Load the one module with its change, past its cached bytecode."""
        if _cold is None or self.path != str(PACKAGE / _cold["path"]):
            return _load(self, fullname)
        tree = changed(Path(self.path).read_text("utf-8"), Change(**_cold))
        code: CodeType = compile(tree, self.path, "exec", dont_inherit=True)
        return code

    importlib.machinery.SourceFileLoader.get_code = _load_changed  # type: ignore[method-assign]
