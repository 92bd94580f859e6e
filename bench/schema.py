#!/usr/bin/env python3
"""bench/schema: reading JSON and judging it by a schema, beside other validators on the same bytes.

    ./dev bench schema [run] [--case NAME] [--mode MODE] [--seconds N] [--no-check]

Documents are those of schema_gen.py, and each folder of $MERLON_SCHEMA_BENCH that has schema.json and instances.jsonl.
Contenders take turns in short batches; of each the fastest batch counts, and the median is in the JSON file.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import report
import schema_gen
from schema_peers import BATCH_MS, Ajv, Native, Ours, Skipped, install

ROOT = Path(__file__).resolve().parents[1]
MODES = ("validate", "read", "both", "compile", "reject")
ROUNDS_MIN = 20
# Name of a ratio -> (bar, at most).
BARS = {
    "validate: ours / native": (1.0, True),
    "both: native / ours": (2.4, False),
    "both: ajv / ours": (5.0, False),
    "both: ours / (yyjson + native)": (1.06, True),
    "reject: invalid / valid": (1.0, True),
    "compile: ours / native": (1.0, True),
    "closed / open, no branches": (1.02, True),
    "closed / open, branches": (1.25, True),
    "formats / none": (1.3, True),
}


@dataclass
class Subject:
    """One schema with one file of documents."""
    name: str
    plain: Path             # schema without formats
    schema: Path
    documents: Path
    invalid: list
    branches: bool = False
    own: bool = True        # made by schema_gen: all of it is known to be valid
    first: bool = False     # of its schema: the one to compile with


def generated(folder):
    schema_gen.write(folder)
    for case in schema_gen.cases():
        for label in schema_gen.SIZES:
            place = folder / case.name
            yield Subject(f"{case.name} {label}", place / "plain.json", place / "schema.json", place / f"{label}-valid.json",
                          [place / f"{label}-{fault}.json" for fault in schema_gen.FAULTS], case.branches, first=label == "100B")


def one_a_line(text):
    """A stream of JSON values as lines; a string cannot hold a line feed, so those within a value are white space."""
    decoder, at, lines = json.JSONDecoder(), 0, []
    while True:
        while at < len(text) and text[at] in " \t\r\n":
            at += 1
        if at == len(text):
            return "\n".join(lines) + "\n"
        start, at = at, decoder.raw_decode(text, at)[1]
        lines.append(text[start:at].replace("\n", " ").replace("\r", " "))


def foreign(folder):
    """Documents of $MERLON_SCHEMA_BENCH."""
    root = os.environ.get("MERLON_SCHEMA_BENCH")
    for source in sorted(Path(root).iterdir()) if root else []:
        if not (source / "schema.json").is_file() or not (source / "instances.jsonl").is_file():
            continue
        place = folder / "foreign" / source.name
        place.mkdir(parents=True, exist_ok=True)
        schema = json.loads((source / "schema.json").read_text(encoding="utf-8"))
        (place / "plain.json").write_text(json.dumps(schema_gen.without_formats(schema)) + "\n", encoding="utf-8")
        (place / "documents.jsonl").write_text(one_a_line((source / "instances.jsonl").read_text(encoding="utf-8")), encoding="utf-8")
        yield Subject(source.name, place / "plain.json", source / "schema.json", place / "documents.jsonl", [], own=False, first=True)


class Bench:
    def __init__(self, options):
        self.options, self.build = options, Path(options.build)
        self.folder = ROOT / "build/bench/schema"
        self.peers = ROOT / "build/bench/peers"
        self.ratios, self.results, self.skipped = {}, [], {}

    def contenders(self, wanted):
        """name -> contender, of those that can take part."""
        there = {}
        for name, make in wanted.items():
            try:
                there[name] = make()
            except Skipped as reason:
                self.skipped.setdefault(name, str(reason))
        return there

    def race(self, subject, modes, contenders):
        """name -> fastest batch; `modes` says what each is to do."""
        rounds = max(ROUNDS_MIN, int(self.options.seconds * 1000 / BATCH_MS / max(len(contenders), 1)))
        times = {name: [] for name in contenders}
        for number in range(rounds):
            names = list(contenders)
            for name in names[number % len(names):] + names[:number % len(names)]:
                times[name].append(contenders[name].batch(modes[name]))
        for contender in contenders.values():
            contender.close()
        best = {}
        for name, runs in times.items():
            best[name], median = (contenders[name].summed_up(modes[name], pick, runs) for pick in (min, statistics.median))
            self.results.append({"subject": subject.name, "contender": name, "mode": modes[name],
                                 "min_ns": best[name], "median_ns": median})
        return best

    def note(self, name, over, under):
        """A ratio of one subject; the geometric mean over all of them is what counts."""
        if over and under and over > 0 and under > 0:
            self.ratios.setdefault(name, []).append(over / under)

    def ours(self, schema, documents, *options):
        return lambda: Ours(self.build, schema, documents, *options)

    def everybody(self, subject):
        return {"ours": self.ours(subject.plain, subject.documents), "ajv": lambda: Ajv(self.peers, subject.plain, subject.documents),
                "native": lambda: Native(self.peers, subject.plain, subject.documents, self.folder)}

    def judged_alike(self, subject, there):
        """What generated documents are is known; peers that judge otherwise are out."""
        for name, contender in list(there.items()):
            if subject.own and getattr(contender, "refused", 0):
                if name == "ours":
                    raise SystemExit(f"{subject.name}: ours refuses a valid document")
                self.skipped.setdefault(f"{name}, {subject.name}", "judges otherwise")
                there.pop(name).close()
        return there

    def validate(self, subject):
        wanted = self.everybody(subject)
        wanted["closed"] = self.ours(subject.plain, subject.documents, "--closed")
        wanted["formats"] = self.ours(subject.schema, subject.documents, "--formats")
        if not subject.own:
            del wanted["closed"], wanted["formats"]
        there = self.judged_alike(subject, self.contenders(wanted))
        best = self.race(subject, dict.fromkeys(there, "validate"), there)
        self.note("validate: ours / native", best["ours"], best.get("native"))
        self.note("validate: ajv / ours", best.get("ajv"), best["ours"])
        branches = "branches" if subject.branches else "no branches"
        self.note(f"closed / open, {branches}", best.get("closed"), best["ours"])
        if subject.plain.read_bytes() != subject.schema.read_bytes():
            self.note("formats / none", best.get("formats"), best["ours"])

    def read(self, subject):
        there = self.contenders({name: make for name, make in self.everybody(subject).items() if name != "native"})
        best = self.race(subject, dict.fromkeys(there, "read"), there)
        self.note("read: JSON.parse / ours", best.get("ajv"), best["ours"])

    def both(self, subject):
        wanted = self.everybody(subject)
        wanted["native alone"] = wanted["native"]
        wanted["yyjson"] = wanted["ours"]
        there = self.judged_alike(subject, self.contenders(wanted))
        if not there["yyjson"].extra:
            there.pop("yyjson").close()
            self.skipped.setdefault("yyjson", "this build has no yyjson")
        modes = {name: {"native alone": "validate", "yyjson": "yyjson"}.get(name, "both") for name in there}
        best = self.race(subject, modes, there)
        self.note("both: native / ours", best.get("native"), best["ours"])
        self.note("both: ajv / ours", best.get("ajv"), best["ours"])
        if "yyjson" in best and "native alone" in best:
            self.note("both: ours / (yyjson + native)", best["ours"], best["yyjson"] + best["native alone"])

    def compile(self, subject):
        wanted = self.everybody(subject)
        wanted["ours, with reading"] = wanted["ours"]
        there = self.contenders(wanted)
        modes = {name: "load" if name == "ours, with reading" else "compile" for name in there}
        best = self.race(subject, modes, there)
        self.note("compile: ours / native", best["ours"], best.get("native"))
        self.note("compile: ours / ajv", best["ours"], best.get("ajv"))

    def reject(self, subject):
        wanted = {"valid": self.ours(subject.plain, subject.documents)}
        wanted |= {path.stem: self.ours(subject.plain, path) for path in subject.invalid}
        there = self.contenders(wanted)
        for path in subject.invalid:
            if there[path.stem].refused != 1:
                raise SystemExit(f"{path}: is not refused")
        best = self.race(subject, dict.fromkeys(there, "validate"), there)
        for path in subject.invalid:
            self.note("reject: invalid / valid", best[path.stem], best["valid"])

    def run(self):
        subjects = [*generated(self.folder / "gen"), *foreign(self.folder)]
        chosen = [subject for subject in subjects if self.options.case in ("", subject.name, subject.name.split()[0])]
        if not chosen:
            raise SystemExit(f"no case {self.options.case}; there are: {', '.join(sorted({s.name.split()[0] for s in subjects}))}")
        for mode in MODES:
            if self.options.mode in ("", mode):
                for subject in chosen:
                    if mode == "compile" and not subject.first or mode == "reject" and not subject.invalid:
                        continue
                    print(f"{mode:9} {subject.name}", flush=True)
                    getattr(self, mode)(subject)

    def rows(self):
        rows = []
        for name, ratios in self.ratios.items():
            mean = math.exp(statistics.fmean(map(math.log, ratios)))
            bar, at_most = BARS.get(name, (None, True))
            rows.append(report.row(name, len(ratios), "documents", mean, bar, at_most))
        return rows


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", nargs="?", choices=["run"])
    parser.add_argument("--build", default=str(ROOT / "build-bench"))
    parser.add_argument("--json", default=str(ROOT / "build/bench/schema.json"), metavar="FILE")
    parser.add_argument("--case", default="", help="of schema_gen.py or $MERLON_SCHEMA_BENCH, with or without its size")
    parser.add_argument("--mode", default="", choices=MODES)
    parser.add_argument("--seconds", type=float, default=0, help="per document and mode; at least 20 rounds are run")
    parser.add_argument("--check", action=argparse.BooleanOptionalAction, default=True, help="exit 1 if a bar does not hold")
    return parser.parse_args()


def main():
    options = parse_arguments()
    subprocess.run(["ninja", "-C", options.build, "bench/bench_schema_run"], check=True, stdout=subprocess.DEVNULL)
    bench = Bench(options)
    if not install(bench.peers):
        print("skipped: the peers; npm cannot install them")
    bench.run()
    for name, reason in bench.skipped.items():
        print(f"skipped: {name}: {reason}")
    status = report.finish("schema", bench.rows(), options.json, results=bench.results, skipped=bench.skipped)
    return status if options.check else 0


if __name__ == "__main__":
    sys.exit(main())
