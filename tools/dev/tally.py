#!/usr/bin/env python3
"""Counts what passed and failed, so that ./dev test ends in one line and cannot pass by mistake.

A step without counts, or one that returned an error although nothing in it failed, is one failure;
a run in which no test ran has failed as well.
"""
import json
import sys
import xml.etree.ElementTree as tree
from pathlib import Path

MESON_PASSED = {"OK", "EXPECTEDFAIL"}
MESON_SKIPPED = {"SKIP", "IGNORED"}


def count_meson(path):
    results = [json.loads(line)["result"] for line in Path(path).read_text().splitlines() if line]
    judged = [result for result in results if result not in MESON_SKIPPED]
    passed = sum(result in MESON_PASSED for result in judged)
    return passed, len(judged) - passed


def count_pytest(path):
    total = failed = 0
    for suite in tree.parse(path).getroot().iter("testsuite"):
        total += int(suite.get("tests")) - int(suite.get("skipped"))
        failed += int(suite.get("failures")) + int(suite.get("errors"))
    return max(total - failed, 0), failed


def read_step(folder, name):
    """(passed, failed) of one step of ./dev test."""
    try:
        code = int((folder / f"{name}.code").read_text())
        passed, failed = map(int, (folder / f"{name}.count").read_text().split())
    except (OSError, ValueError):
        print(f"   {name:<20} broke off")
        return 0, 1
    if code != 0 and failed == 0:
        failed = 1
    print(f"   {name:<20} {passed} passed, {failed} failed")
    return passed, failed


def sum_up(folder):
    folder = Path(folder)
    names = (folder / "steps").read_text().split()
    counts = [read_step(folder, name) for name in names]
    passed, failed = (sum(column) for column in zip(*counts)) if counts else (0, 0)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def main():
    kind, path = sys.argv[1:]
    if kind == "sum":
        return sum_up(path)
    print(*(count_meson if kind == "meson" else count_pytest)(path))
    return 0


if __name__ == "__main__":
    sys.exit(main())
