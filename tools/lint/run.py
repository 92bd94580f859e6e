#!/usr/bin/env python3
"""Runs the checks of the sources: all, or those named. Each is one module of this folder.

A check has ABOUT, one line, and check(repo), which returns findings: texts that begin with
"path:line: " where there is a place. Advice ("advice: ...") is shown and does not fail.
"""
import argparse
import importlib
import sys
import time
from pathlib import Path

import repo as repository

CHECKS = ["includes", "symbols", "headers", "sources", "functions", "paths", "controls", "format", "tidy",
          "packages", "links", "shell", "python"]


def run_check(name, repo):
    started = time.monotonic()
    findings = importlib.import_module(f"check_{name}").check(repo)
    advice = [finding for finding in findings if "advice: " in finding]
    errors = [finding for finding in findings if "advice: " not in finding]
    verdict = f"{len(errors)} findings" if errors else "ok"
    if advice:
        verdict += f", {len(advice)} pieces of advice"
    print(f"lint {name:<10} {verdict} ({time.monotonic() - started:.1f} s)", flush=True)
    for finding in errors + (advice if repo.verbose else []):
        print(f"   {finding}", flush=True)
    return not errors


def main():
    parser = argparse.ArgumentParser(prog="./dev lint", description=__doc__.splitlines()[0])
    parser.add_argument("checks", nargs="*", metavar="CHECK", help="default: all")
    parser.add_argument("--list", action="store_true", help="names the checks")
    parser.add_argument("--build", default="build", help="a build folder (default: build)")
    parser.add_argument("--counts", help="file for the numbers of passed and failed checks")
    parser.add_argument("--verbose", action="store_true", help="shows advice too")
    options = parser.parse_args()
    unknown = set(options.checks) - set(CHECKS)
    if unknown:
        parser.error(f"no such check: {', '.join(sorted(unknown))}")
    if options.list:
        for name in CHECKS:
            print(f"{name:<10} {importlib.import_module(f'check_{name}').ABOUT}")
        return 0
    root = Path(__file__).resolve().parents[2]
    repo = repository.Repo(root, root / options.build, options.verbose)
    results = [run_check(name, repo) for name in options.checks or CHECKS]
    if options.counts:
        Path(options.counts).write_text(f"{results.count(True)} {results.count(False)}\n")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
