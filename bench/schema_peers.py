"""Who is measured by bench/schema.py: ours, ajv, and the native peer; each does batches, and sums them up in nanoseconds."""
import os
import platform
import re
import shutil
import subprocess
import time
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"
BATCH_MS = 4
SLOPE_S = 0.05
NATIVE_LINE = re.compile(r": (?:PASS|FAIL) ([\d.]+) \+- ")


class Skipped(Exception):
    """This contender cannot take part; the text says why."""


def install(folder):
    """The pinned peers under `folder`, by npm; False if there is no npm or it fails."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (PEERS / "package-lock.json").read_bytes()
    if (folder / "node_modules").is_dir() and (folder / "package-lock.json").read_bytes() == lock:
        return True
    if not shutil.which("npm"):
        return False
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PEERS / name, folder)
    print("installing the peers with npm", flush=True)
    result = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, capture_output=True,
                            text=True, stdin=subprocess.DEVNULL)
    if result.returncode:
        print(result.stderr.strip()[-500:])
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
    return result.returncode == 0


class Talker:
    """A program that answers "MODE MILLISECONDS" with nanoseconds per document."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        first = self.process.stdout.readline().split()
        if len(first) != 3 or not first[0].isdigit():
            self.close()
            raise Skipped(" ".join(first) or f"{command[0]} failed")
        self.documents, self.refused, self.extra = map(int, first)

    def batch(self, mode):
        self.process.stdin.write(f"{mode} {BATCH_MS}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise Skipped(f"{mode} failed")
        return float(answer)

    @staticmethod
    def summed_up(_, pick, runs):
        return pick(runs)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=60)


class Ours(Talker):
    def __init__(self, build, schema, documents, *options):
        super().__init__([str(build / "bench/bench_schema_run"), str(schema), str(documents), *options])


class Ajv(Talker):
    def __init__(self, modules, schema, documents, *options):
        if not shutil.which("node"):
            raise Skipped("no node")
        super().__init__(["node", str(PEERS / "ajv.cjs"), str(modules), str(schema), str(documents), *options])


class Native:
    """@sourcemeta/jsonschema: a process per batch, which prints the mean of a hot loop."""

    def __init__(self, modules, schema, documents, scratch):
        machine = {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine(), "none")
        self.program = modules / f"node_modules/@sourcemeta/jsonschema/build/github-releases/jsonschema-linux-{machine}"
        if not self.program.is_file():
            raise Skipped(f"no program for {platform.machine()}")
        self.program.chmod(0o755)
        self.schema, self.documents, self.scratch = schema, documents, scratch
        self.lines = [line for line in documents.read_bytes().splitlines() if line.strip()]
        self.loop, self.repeats = 10, None
        self.loop = max(1, int(BATCH_MS * 1e6 / max(self.validate() * len(self.lines), 1)))

    def run(self, *arguments):
        """(seconds, what it printed)."""
        start = time.perf_counter()
        result = subprocess.run([str(self.program), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                stdin=subprocess.DEVNULL, text=True)
        took = time.perf_counter() - start
        if result.returncode not in (0, 2):
            raise Skipped(f"the native peer ended with {result.returncode}")
        return took, result.stdout

    def validate(self):
        printed = self.run("validate", self.schema, self.documents, "--benchmark", "--loop", self.loop, "--fast")[1]
        means = [float(mean) for mean in NATIVE_LINE.findall(printed)]
        if len(means) == 0 or (len(means) != len(self.lines) and "FAIL" not in printed):
            raise Skipped("the native peer printed something else")
        return sum(means) * 1000 / len(means)

    def repeated(self, times):
        path = self.scratch / f"repeated-{os.getpid()}.jsonl"
        path.write_bytes(b"\n".join(self.lines * times) + b"\n")
        try:
            return self.run("validate", self.schema, path, "--fast")[0]
        finally:
            path.unlink()

    def both(self):
        """Twice the documents and once: start and compilation fall out of the difference."""
        if self.repeats is None:
            self.repeats = 1
            while self.repeated(2 * self.repeats) - self.repeated(self.repeats) < SLOPE_S and self.repeats < 1 << 20:
                self.repeats *= 2
        return self.repeated(2 * self.repeats), self.repeated(self.repeats)

    def compile(self):
        """The schema, and one of nothing."""
        empty = self.scratch / "empty.json"
        empty.write_text('{"$schema": "https://json-schema.org/draft/2020-12/schema"}\n')
        return tuple(self.run("compile", path, "--fast", "--minify")[0] for path in (self.schema, empty))

    def batch(self, mode):
        return getattr(self, mode)()

    def summed_up(self, mode, pick, runs):
        """Of a difference each part is picked by itself: the least difference would be the noisiest one."""
        if mode == "validate":
            return pick(runs)
        more, less = (pick(part) for part in zip(*runs))
        units = 1 if mode == "compile" else self.repeats * len(self.lines)
        return max(more - less, 0) * 1e9 / units

    def close(self):
        pass
