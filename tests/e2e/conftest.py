"""What holds for every end-to-end test: nothing is left running.

tests/controls.txt says which test shows which control's promise.
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


# Failures seen in other gateways; each has a test with its number, trap_01 and on.
TRAPS = 30


def pytest_configure(config):
    for number in range(1, TRAPS + 1):
        config.addinivalue_line("markers", f"trap_{number:02}: a failure that was seen in another gateway")


def pytest_report_header():
    return f"merlon: {BUILD}"


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
