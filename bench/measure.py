"""Load, and what it costs: one run of wrk or h2load and the CPU time that processes spent meanwhile.

CPU time is the growth of the first field of /proc/PID/task/*/schedstat, in nanoseconds of really
being on a CPU. Processes that are not ours are watched too, since they spoil a run.
"""
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """The load met something else than answers of 2xx."""


@dataclass
class Run:
    requests: int
    seconds: float
    cpu_us: float          # of the measured processes, per request
    beside_us: float       # of the processes beside them (the audit daemon), per request
    foreign_cores: float   # cores that anybody else used

    @property
    def per_second(self):
        return self.requests / self.seconds


def cpu_ns(pids):
    """Nanoseconds on a CPU of all threads of these processes."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text().split()[0])
            except OSError:
                continue
    return total


def read_stat(pid):
    """The fields of /proc/PID/stat from the state on, or None."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def descendants(pid):
    """This process and all below it."""
    parents = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        fields = read_stat(entry)
        if fields:
            parents.setdefault(int(fields[1]), []).append(int(entry))
    found, queue = [], [pid]
    while queue:
        found.append(queue.pop())
        queue += parents.get(found[-1], [])
    return found


def foreign_ticks(own):
    """Ticks that everybody else used so far, children that ended included."""
    ticks = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        fields = read_stat(entry)
        if fields and int(entry) not in own:
            ticks[int(entry)] = sum(map(int, fields[11:15]))
    return ticks


def used_by_others(before, after, seconds):
    """What ended meanwhile is in its parent's ticks now, with all that it had used before."""
    grown = sum(ticks - before.get(pid, 0) for pid, ticks in after.items() if ticks > before.get(pid, 0))
    ended = sum(ticks for pid, ticks in before.items() if pid not in after)
    return max(grown - ended, 0) * TICK_S / seconds


def run_wrk(url, seconds, cpus, script=None):
    """(requests, seconds) of 32 kept connections over HTTP/1.1; a Lua script may say what is sent."""
    more = ["-s", str(script)] if script else []
    text = output_of(["taskset", "-c", cpus, "wrk", "-t1", "-c32", f"-d{seconds}s", *more, url], seconds)
    if "Non-2xx" in text or "Socket errors" in text:
        raise Failed(text)
    done = int(re.search(r"(\d+) requests in", text).group(1))
    return done, in_seconds(re.search(r"requests in ([\d.]+)(us|ms|s|m)", text))


def run_h2load(url, seconds, cpus):
    """(requests, seconds) of 8 connections with 16 streams each over HTTP/2.

    So many requests as take about that long: a server may end a connection after 10,000.
    """
    count = min(20000 * seconds, 79000)
    text = output_of(["taskset", "-c", cpus, "h2load", "-c8", "-m16", "-n", str(count), url], seconds)
    done = int(re.search(r"(\d+) succeeded", text).group(1))
    good = int(re.search(r"status codes: (\d+) 2xx", text).group(1))
    bad = sum(map(int, re.findall(r"(\d+) (?:3xx|4xx|5xx|errored)", text)))
    if "Application protocol: h2" not in text or bad or not good:
        raise Failed(text)
    return done, in_seconds(re.search(r"finished in ([\d.]+)(ms|us|s|m)", text))


def in_seconds(found):
    return float(found.group(1)) * {"us": 1e-6, "ms": 0.001, "s": 1.0, "m": 60.0}[found.group(2)]


def output_of(command, seconds):
    result = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30,
                            stdin=subprocess.DEVNULL)
    if result.returncode:
        raise Failed(f"{' '.join(command)}: {result.stdout}{result.stderr}")
    return result.stdout


def measure(server, generate, seconds, cpus, own):
    """One Run against a server, which has url, pids and beside; `own` are all processes of the benchmark."""
    others = foreign_ticks(own)
    cpu, beside = cpu_ns(server.pids), cpu_ns(server.beside)
    requests, took = generate(server.url, seconds, cpus)
    cpu, beside = cpu_ns(server.pids) - cpu, cpu_ns(server.beside) - beside
    foreign = used_by_others(others, foreign_ticks(own), took)
    if not requests:
        raise Failed(f"{server.name}: no request completed")
    return Run(requests, took, cpu / requests / 1000, beside / requests / 1000, foreign)
