#!/usr/bin/env python3
"""The ladder: nginx alone as a TLS 1.3 proxy, then Merlon step by step, and peers beside.

One worker a server, all on CPU 0; upstream and load on the other CPUs. Servers take turns within a
round, in an order that rotates, and every number is compared with nginx alone in the same round.
"""
import argparse
import functools
import os
import re
import statistics
import sys
from pathlib import Path

import ladder_conf
import ladder_post
import measure
import report
from ladder_servers import Park

ROOT = Path(__file__).resolve().parents[1]
BASELINE = "nginx alone"
EVERYTHING = "merlon up, everything"
FOREIGN_MAX = 0.03
REPEATS_MAX = 2
# Two of the same server differ by as much.
NOISE = 0.07

CPU_BAR, RATE_BAR, H2_CPU_BAR, POST_CPU_BAR = 1.08, 0.92, 1.10, 1.20
LABELS = {"h1": "HTTP/1.1", "h2": "HTTP/2", "post1k": "POST of 1 KB", "post27k": "POST of 27 KB"}
CPU_BARS = {"h1": CPU_BAR, "h2": H2_CPU_BAR, "post1k": POST_CPU_BAR}


class Results:
    """Load (a name of LABELS) -> server's name -> runs, one a round."""

    def __init__(self):
        self.runs = {load: {} for load in LABELS}
        self.disturbed = 0

    def add(self, load, runs):
        for name, run in runs.items():
            self.runs[load].setdefault(name, []).append(run)

    def ratios(self, load, name, value):
        own, base = self.runs[load][name], self.runs[load][BASELINE]
        return [value(run) / value(other) for run, other in zip(own, base)]

    def median(self, load, name, value):
        return statistics.median(value(run) for run in self.runs[load][name])


def cpu_of(run):
    return run.cpu_us


def rate_of(run):
    return run.per_second


def generators(folder):
    """Load -> what makes it; the bodies and scripts of the posts lie in the folder."""
    found = {"h1": measure.run_wrk, "h2": measure.run_h2load}
    for load in ladder_post.SIZES:
        found[load] = functools.partial(measure.run_wrk, script=ladder_post.write_script(folder, load))
    return found


def servers_of(park, load):
    """Posts are measured where they are judged, and at nginx alone: peers here do not validate."""
    judging = (BASELINE, park.last_rung, EVERYTHING)
    return [server for server in park.servers if load not in ladder_post.SIZES or server.name in judging]


def check_posts(park):
    """Before anything is measured: only who validates refuses a bad member, and all else passes."""
    wrong = []
    for server in servers_of(park, "post1k"):
        wrong += ladder_post.wrong_answers(server, refuses=server.name != BASELINE)
    if wrong:
        raise measure.Failed("\n".join(wrong))


def one_round(park, servers, generate, options):
    """Every server once; again, at most twice, if somebody else used the machine meanwhile."""
    for repeat in range(REPEATS_MAX + 1):
        runs = {}
        for server in servers:
            runs[server.name] = measure.measure(server, generate, options.seconds, options.others, park.own_pids())
        foreign = max(run.foreign_cores for run in runs.values())
        if foreign <= FOREIGN_MAX:
            return runs, False
        print(f"   others used {foreign:.2f} cores{': once more' if repeat < REPEATS_MAX else ''}", flush=True)
    return runs, True


def climb(park, options):
    results = Results()
    for number in range(options.rounds):
        for load, generate in generators(park.root).items():
            servers = servers_of(park, load)
            turn = number % len(servers)
            print(f"round {number + 1} of {options.rounds}, {LABELS[load]}", flush=True)
            runs, disturbed = one_round(park, servers[turn:] + servers[:turn], generate, options)
            results.add(load, runs)
            results.disturbed += disturbed
    return results


def print_table(results, park, load, label):
    aims = {server.name: server.aim for server in park.servers}
    print(f"\n{label}: median; in brackets the least and the most of the ratios")
    print(f"{'':26} {'CPU us/request':>14}   {'ratio':<24}{'aim':>6}   {'requests/s':>10}   {'ratio':<22}")
    for name in results.runs[load]:
        cpu, rate = (results.ratios(load, name, value) for value in (cpu_of, rate_of))
        aim = "" if aims.get(name) is None else f"{aims[name]:.3f}"
        print(f"{name:26} {results.median(load, name, cpu_of):14.2f}   {spread(cpu):<24}{aim:>6}   "
              f"{results.median(load, name, rate_of):10.0f}   {spread(rate):<22}{noise_mark(name, cpu)}")


def spread(ratios):
    return f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"


def noise_mark(name, ratios):
    return "within noise" if name != BASELINE and max(ratios) - min(ratios) > NOISE else ""


def rows_of(results):
    rows = []
    for load, label in LABELS.items():
        for name in results.runs[load]:
            judged = name == EVERYTHING
            ratio = statistics.median(results.ratios(load, name, cpu_of))
            rows.append(report.row(f"{name}, {label}, CPU", results.median(load, name, cpu_of), "us/request",
                                   ratio, CPU_BARS.get(load) if judged else None))
            rate = statistics.median(results.ratios(load, name, rate_of))
            rows.append(report.row(f"{name}, {label}, rate", results.median(load, name, rate_of), "requests/s",
                                   rate, RATE_BAR if judged and load == "h1" else None, at_most=False))
    if EVERYTHING in results.runs["h1"]:
        beside = results.median("h1", EVERYTHING, lambda run: run.beside_us)
        rows.append(report.row("merlon-auditd beside, HTTP/1.1, CPU", beside, "us/request"))
    return rows


def make_park(options):
    controls = re.findall(r"^MRL_CONTROL\((\w+)\)", (ROOT / "include/merlon/controls.def").read_text(), re.MULTILINE)
    park = Park(ROOT / options.build, controls)
    park.add_upstream()
    rungs = ladder_conf.rungs(controls)
    for rung in rungs if not options.peers_only else rungs[:1]:
        park.add_rung(rung)
    park.last_rung = rungs[-1].name
    if not options.peers_only:
        park.add_merlon(EVERYTHING)
    park.add_peers()
    return park


def read_options():
    parser = argparse.ArgumentParser(prog="./dev bench ladder", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--json", default=str(ROOT / "build/bench/ladder.json"))
    parser.add_argument("--build", default="build-bench", help="folder of the build, with -Dbench=true")
    parser.add_argument("--peers-only", action="store_true", help="nginx alone and the peers, without Merlon")
    options = parser.parse_args()
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        parser.error("two CPUs are needed: one for the server, one for the load")
    options.cpu, options.others = str(cpus[0]), ",".join(map(str, cpus[1:]))
    return options


def main():
    options = read_options()
    park = make_park(options)
    try:
        park.start(options.cpu, options.others)
        check_posts(park)
        results = climb(park, options)
    except measure.Failed as error:
        print(f"ladder: {error}", file=sys.stderr)
        return 1
    finally:
        park.stop()
    print_table(results, park, "h1", "HTTP/1.1 over TLS 1.3, 32 connections, 1,024 bytes")
    print_table(results, park, "h2", "HTTP/2 over TLS 1.3, 8 connections with 16 streams, 1,024 bytes")
    print_table(results, park, "post1k", "POST of 1,024 bytes of JSON, validated, HTTP/1.1 over TLS 1.3, 32 connections")
    print_table(results, park, "post27k", "POST of 27 KB of JSON, validated, HTTP/1.1 over TLS 1.3, 32 connections")
    notes = park.notes
    if results.disturbed:
        notes = [*notes, f"{results.disturbed} rounds stayed disturbed by other processes"]
    for note in notes:
        print(f"note: {note}")
    print()
    return report.finish("ladder", rows_of(results), options.json, notes=notes, rounds=options.rounds)


if __name__ == "__main__":
    sys.exit(main())
