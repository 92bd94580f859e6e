"""The gateway as a user starts it: `merlon up -c merlon.yaml` in a private folder, on free ports.

    with Upstream() as upstream, Gateway(upstream) as gateway:
        with gateway.tls() as client:
            response = client.request(target="/v1/items")
        gateway.record(response)

At the end it is stopped by its process id, and it is a failure if anything is left of it, if its
error log shows a crash, or if a call has more than one record.
"""
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import yaml

from lib.api import DOCUMENT
from lib.certs import Authority
from lib.h2client import H2Client
from lib.procs import Process, answers, free_port, read_stat, wait_until
from lib.rawhttp import Client

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("MERLON_BUILD", ROOT / "build")).resolve()
USER = "nobody"
HOSTS = ["localhost", "api.test"]
CRASHES = ["[alert]", "[emerg]", "exited on signal", "Sanitizer", "runtime error:"]


def merlon(*arguments, timeout=30, **options):
    """One run of the command line: a CompletedProcess with text."""
    return subprocess.run([BUILD / "cli" / "merlon", *map(str, arguments)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=timeout, **options)


def is_sanitized():
    options = json.loads((BUILD / "meson-info" / "intro-buildoptions.json").read_text())
    return any(option["name"] == "b_sanitize" and option["value"] != "none" for option in options)


class Gateway:
    """One running `merlon up`.

    `policy` is a mapping or a text. What a mapping lacks is filled in: `merlon`, listeners (one with
    TLS, one plain), a certificate for all its hosts, and one API for DOCUMENT at `upstream`. In a
    text @TLS@, @PLAIN@ and @UPSTREAM@ are replaced. `files` are further documents by name; a
    mapping is written as JSON. `local_ca`: no certificate is given, Merlon makes its own.
    """

    def __init__(self, upstream=None, policy=None, openapi=None, files=None, local_ca=False,
                 expected=(), arguments=None):
        self.upstream = upstream
        self.expected = list(expected)
        self.arguments = arguments
        self.local_ca = local_ca
        self.folder = Path(tempfile.mkdtemp(prefix="merlon-e2e-"))
        self.run_folder = Path(tempfile.mkdtemp(prefix="merlon-e2e-", dir="/dev/shm"))
        self.folder.chmod(0o755)
        self.run_folder.chmod(0o755)
        self.tls_port, self.plain_port = free_port(), free_port()
        self.process = self.guard = None
        self.read_bytes = 0
        self.parsed = []
        self.by_id = {}
        try:
            self.write_files(policy, openapi, files)
        except BaseException:
            self.remove()
            raise

    # --- what it is started with

    def write_files(self, policy, openapi, files):
        self.authority = Authority(self.folder)
        self.write_file("openapi.yaml", openapi if openapi is not None else DOCUMENT)
        for name, content in (files or {}).items():
            self.write_file(name, content)
        self.write_policy(policy if policy is not None else {})

    def write_file(self, name, content):
        path = self.folder / name
        if isinstance(content, Path):
            content = content.read_text()
        if not isinstance(content, str):
            content = json.dumps(content)
        path.write_text(content)
        return path

    def write_policy(self, policy):
        """May be called again before a reload."""
        if isinstance(policy, str):
            values = {"@TLS@": f"127.0.0.1:{self.tls_port}", "@PLAIN@": f"127.0.0.1:{self.plain_port}",
                      "@UPSTREAM@": self.upstream.url if self.upstream else ""}
            for mark, value in values.items():
                policy = policy.replace(mark, value)
            self.policy = yaml.safe_load(policy)
            self.write_file("merlon.yaml", policy)
            return
        self.policy = self.complete(policy)
        self.write_file("merlon.yaml", self.policy)

    def complete(self, policy):
        policy = {"merlon": 1, **policy}
        policy.setdefault("listeners", [{"address": f"127.0.0.1:{self.tls_port}"},
                                        {"address": f"127.0.0.1:{self.plain_port}", "plain": True}])
        if "apis" not in policy:
            policy["apis"] = [api(self.upstream)]
        # All calls come from one address; test_limit.py has limits of its own.
        policy.setdefault("limits", {"default": {"ip": "1000000000/1s", "global": "1000000000/1s"}})
        if "tls" not in policy and not self.local_ca:
            hosts = sorted({host for item in policy["apis"] for host in item["hosts"]})
            self.authority.issue("server", hosts)
            policy["tls"] = {"certificates": [{"cert": "server.crt", "key": "server.key"}]}
        return policy

    # --- its life

    def start(self):
        environment = {"PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin", "HOME": str(self.folder),
                       "LANG": "C.UTF-8", "XDG_STATE_HOME": str(self.folder / "state"),
                       "XDG_RUNTIME_DIR": str(self.run_folder)}
        if is_sanitized():
            environment |= self.sanitizer_environment()
        arguments = self.arguments or ["-c", self.folder / "merlon.yaml"]
        if os.geteuid() == 0:
            arguments = [*arguments, "--user", USER]
            self.give_to_user()
        try:
            self.process = Process([BUILD / "cli" / "merlon", "up", *arguments], self.folder, "up",
                                   env=environment, cwd=self.folder)
        except BaseException:
            self.remove()
            raise
        if self.guard:
            self.guard.release()
        self.guard = Guard(self.process.pid, self.folder, self.run_folder)
        self.wait_until_up()
        return self

    def sanitizer_environment(self):
        library = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
        return {"LD_PRELOAD": library.stdout.strip(),
                "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:handle_abort=0",
                "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}

    def give_to_user(self):
        """Started as root everything is an ordinary user's: nothing here may need root to be read."""
        user = pwd.getpwnam(USER)
        for folder in (self.folder, self.run_folder):
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)

    def ports(self):
        return [int(item["address"].rpartition(":")[2]) for item in self.policy["listeners"]]

    def wait_until_up(self, timeout=30):
        def up():
            said = "merlon is up" in self.process.log
            return not self.process.running or said and all(answers(port) for port in self.ports())
        try:
            wait_until(up, timeout, "merlon up listens")
            assert self.process.running, f"merlon up ended with {self.process.popen.returncode}"
        except AssertionError as error:
            self.give_up()
            raise AssertionError(f"{error}\n{self.last_words}") from None

    def give_up(self):
        self.last_words = self.process.log[-3000:] + self.error_log[-3000:]
        self.guard.release()
        self.kill_members()
        self.remove()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.run_folder, ignore_errors=True)

    def stop(self):
        """Ends it and looks at what it leaves; every finding is told at once."""
        findings = []
        self.guard.release()
        members = self.members()
        try:
            code = self.process.stop()
            if code != 0:
                findings.append(f"merlon up ended with {code}:\n{self.process.log[-2000:]}")
            wait_until(lambda: not alive(members), 5, f"all of {members} end")
            self.read_records()
        except AssertionError as error:
            findings.append(str(error))
        findings += self.crashes() + self.doubles()
        self.kill_members(members)
        self.remove()
        assert not findings, "\n".join(findings)

    def members(self):
        """Process ids, with the times of their start, of all that it started and that still run."""
        return descendants(self.process.pid)

    def kill_members(self, members=None):
        for pid in alive(members or self.members()):
            os.kill(pid, signal.SIGKILL)
        self.process.kill_all()

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
            return
        try:
            self.stop()
        except AssertionError as error:
            print(f"the gateway, after a failed test: {error}")

    def crashes(self):
        text = self.error_log + self.process.log
        return [line for line in text.splitlines()
                if any(mark in line for mark in CRASHES) and not any(known in line for known in self.expected)]

    def doubles(self):
        return [f"{len(records)} records of call {name}: {records}" for name, records in self.by_id.items()
                if len(records) != 1]

    # --- its clients

    def tls(self, sni="localhost", **options):
        return Client(("127.0.0.1", self.tls_port), ca=self.ca, sni=sni, **options)

    def plain(self, **options):
        return Client(("127.0.0.1", self.plain_port), **options)

    def clear_on_tls(self, **options):
        """Speaks HTTP to the port that wants TLS."""
        return Client(("127.0.0.1", self.tls_port), **options)

    def h2(self, sni="localhost", **options):
        return H2Client(("127.0.0.1", self.tls_port), self.ca, sni=sni, **options)

    @property
    def ca(self):
        if not self.local_ca:
            return self.authority.path
        return next((self.state / "ca").glob("*.crt"))

    # --- what it writes

    @property
    def state(self):
        return self.folder / "state" / "merlon" / "default"

    @property
    def audit_path(self):
        return self.state / "audit" / "audit.jsonl"

    @property
    def error_log(self):
        """nginx's and ours, all that was rotated too."""
        folder = self.state / "log"
        files = sorted(folder.glob("error.log*")) if folder.is_dir() else []
        return "".join(path.read_text(errors="replace") for path in files)

    def read_records(self):
        """Takes what is new in the audit file; only whole lines, each one must be JSON."""
        if not self.audit_path.exists():
            return
        with open(self.audit_path, "rb") as file:
            file.seek(self.read_bytes)
            data = file.read()
        data = data[:data.rfind(b"\n") + 1]
        self.read_bytes += len(data)
        for line in data.splitlines():
            self.take_record(json.loads(line))

    def take_record(self, record):
        if "request_id" not in record:
            return
        self.parsed.append(record)
        self.by_id.setdefault(record["request_id"], []).append(record)

    def records(self, at_least=0, timeout=5.0):
        """All records of calls so far, once there are that many."""
        def enough():
            self.read_records()
            return len(self.parsed) >= at_least
        wait_until(enough, timeout, f"{at_least} records in {self.audit_path}, there are {len(self.parsed)}")
        return self.parsed

    def record(self, call, timeout=5.0):
        """The one record of a call, by its answer or its id."""
        name = call if isinstance(call, str) else call.get("X-Request-Id")

        def there():
            self.read_records()
            return self.by_id.get(name)
        found = wait_until(there, timeout, f"a record of call {name}")
        assert len(found) == 1, f"{len(found)} records of call {name}: {found}"
        return found[0]

    def settle(self, quiet_s=0.15):
        """The number of records when no more come."""
        before = -1
        while before != len(self.parsed):
            before = len(self.parsed)
            time.sleep(quiet_s)
            self.read_records()
        return before

    def workers(self):
        """Process ids of nginx's workers."""
        return [pid for pid in sorted(self.members()) if b"worker process" in command_line(pid)]


class Guard:
    """Ends the gateway and clears its folders if the tests are killed: its pipe closes with them."""

    def __init__(self, pid, *folders):
        script = 'cat >/dev/null; kill "$0"; sleep 3; rm -rf -- "$@"'
        self.popen = subprocess.Popen(["sh", "-c", script, str(pid), *map(str, folders)], stdin=subprocess.PIPE,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def release(self):
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait()
            self.popen.stdin.close()


def api(behind, name="orders", hosts=None, openapi="openapi.yaml", upstream=None, **more):
    """An entry of `apis`; `behind` is an Upstream or a URL, `upstream` has further keys of that name."""
    url = behind if isinstance(behind, str) else behind.url
    return {"name": name, "hosts": hosts or HOSTS, "openapi": openapi, "upstream": {"url": url, **(upstream or {})}, **more}


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def descendants(pid):
    """pid -> start time of a process and all below it. Each child of `merlon up` has a session of its own."""
    stats = {int(entry): read_stat(entry) for entry in os.listdir("/proc") if entry.isdigit()}
    stats = {number: fields for number, fields in stats.items() if fields and fields[0] != "Z"}
    found, more = {}, [pid]
    while more:
        number = more.pop()
        if number in stats and number not in found:
            found[number] = stats[number][19]
            more += [child for child, fields in stats.items() if int(fields[1]) == number]
    return found


def alive(members):
    """Those of them that still run; a number that was given to another process since is none."""
    stats = {pid: read_stat(pid) for pid in members}
    return [pid for pid, fields in stats.items() if fields and fields[0] != "Z" and fields[19] == members[pid]]
