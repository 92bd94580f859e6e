#!/usr/bin/env python3
"""Writes the traceability page: line of the checklist -> control -> tests -> probe.

A line that no control answers yet says so; nothing is left out. What counts as a control's tests is
decided here, once: the lint asks this module too.
"""
import ast
import re
import sys
from pathlib import Path

ITEM = re.compile(r"^\| ([A-Z]+-[0-9]+) \| (.*?) \|", re.MULTILINE)


def checklist(root):
    """[(id, line)] in the order of the page."""
    return ITEM.findall((root / "docs/checklist.md").read_text())


def unit_test(root, control):
    """Path of the control's unit test, None if it has none."""
    path = f"tests/unit/control/test_{control}.c"
    return path if (root / path).is_file() else None


class Shown:
    """What tests/controls.txt says of a control."""

    def __init__(self, line):
        words, _, self.reason = line.partition(";")
        self.name, fuzz, *self.tests = words.split()
        self.fuzz = [] if fuzz == "-" else fuzz.split(",")


def shown(root):
    """control -> Shown."""
    lines = [line.split("#")[0].strip() for line in (root / "tests/controls.txt").read_text().splitlines()]
    return {row.name: row for row in (Shown(line) for line in lines if line)}


def functions_of(path):
    """Names of the tests in a file."""
    return {node.name for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def probe(root, item):
    """Path of the probe of `merlon check` for a line, None if there is none yet."""
    path = f"cli/check/probe_{item.lower().replace('-', '_')}.c"
    return path if (root / path).is_file() else None


def row(root, item, line, controls, tests):
    answering = [name for name, items in controls if item in items]
    units = ", ".join(f"`{unit_test(root, name) or 'none'}`" for name in answering)
    ends = ", ".join(f"`{place}`" for name in answering for place in tests[name].tests)
    names = ", ".join(f"[{name}](controls.md#{name})" for name in answering) or "not yet"
    return f"| {item} | {line} | {names} | {units} | {ends} | {probe(root, item) or 'not yet'} |"


def main():
    root, trace, output = map(Path, sys.argv[1:])
    controls = [(fields[0], fields[1].split())
                for fields in (line.split("\t") for line in trace.read_text().splitlines())]
    tests = shown(root)
    lines = ["# Traceability", "",
             "Generated: each line of the [checklist](checklist.md), the controls that answer it, and what shows it.",
             "A line is met when all of its controls are; lines that need a later stage say \"not yet\".", "",
             "| line | says | controls | unit tests | end-to-end tests | probe |", "|---|---|---|---|---|---|"]
    lines += [row(root, item, line, controls, tests) for item, line in checklist(root)]
    output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
