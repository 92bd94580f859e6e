"""What holds for every end-to-end test: something was built, and nothing is left running.

The traceability page and the lint read which test checks which control from the marker `control`.
"""
import os
import signal
from pathlib import Path

import pytest

from lib.procs import read_stat

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("MERLON_BUILD", ROOT / "build"))
# At the top of a shell's session its own children are nobody's leftovers.
OWN = os.getpid()


def pytest_report_header():
    return f"merlon: {BUILD}"


def pytest_collection_modifyitems(items):
    known = {line.split("(")[1].split(")")[0]
             for line in (ROOT / "include/merlon/controls.def").read_text().splitlines()
             if line.startswith("MRL_CONTROL(")}
    for item in items:
        for mark in item.iter_markers("control"):
            unknown = set(mark.args) - known
            if unknown:
                raise pytest.UsageError(f"{item.nodeid}: no such control: {', '.join(sorted(unknown))}")


def children(pid):
    """Living processes whose parent is this one."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        fields = read_stat(entry)
        if fields and fields[0] != "Z" and int(fields[1]) == pid:
            found.append(int(entry))
    return found


@pytest.fixture(scope="session", autouse=True)
def nothing_left_behind():
    """The last look: a process that a test forgot is a failure, and is ended by its id."""
    before = set(children(OWN))
    yield
    left = set(children(OWN)) - before
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left, f"processes left behind: {sorted(left)}"
