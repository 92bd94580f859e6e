"""Processes and ports of the tests: started and stopped by process id, with nothing left behind.

Every process gets a session of its own, so that its children are known even after it died.
"""
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path


def free_port(host="127.0.0.1"):
    """A port that was free just now; another may take it, so callers start soon and look for failure."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.bind((host, 0))
        return sock.getsockname()[1]


def wait_until(true, timeout=10.0, what="condition", every=0.02):
    """The first true result of the function; an AssertionError that names `what` after the timeout."""
    deadline = time.monotonic() + timeout
    while True:
        result = true()
        if result:
            return result
        assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
        time.sleep(every)


def nginx_version():
    """Of the nginx that the tests run, as numbers: (1, 22, 1)."""
    path = {"PATH": "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"}
    said = subprocess.run(["nginx", "-v"], env=path, capture_output=True, text=True, check=True).stderr
    return tuple(map(int, re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said).groups()))


def answers(port, host="127.0.0.1"):
    try:
        socket.create_connection((host, port), 1).close()
        return True
    except OSError:
        return False


def session_members(session):
    """Process ids of a session that still run; zombies do not count."""
    members = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            fields = read_stat(entry)
            if fields and fields[0] != "Z" and int(fields[3]) == session:
                members.append(int(entry))
    return members


def read_stat(pid):
    """The fields of /proc/PID/stat behind the name: state, parent, group, session and on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


class Process:
    """One started program; its output goes to DIRECTORY/NAME.log."""

    def __init__(self, argv, directory, name=None, **options):
        self.name = name or Path(str(argv[0])).name
        self.log_path = Path(directory) / f"{self.name}.log"
        with open(self.log_path, "ab") as log:
            self.popen = subprocess.Popen([str(part) for part in argv], stdin=subprocess.DEVNULL,
                                          stdout=log, stderr=subprocess.STDOUT,
                                          start_new_session=True, **options)
        self.pid = self.popen.pid

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    @property
    def running(self):
        return self.popen.poll() is None

    def signal(self, number):
        if self.running:
            os.kill(self.pid, number)

    def wait_for_port(self, port, timeout=20.0):
        wait_until(lambda: answers(port) or not self.running, timeout, f"{self.name} on port {port}")
        assert self.running, f"{self.name} ended with {self.popen.returncode}:\n{self.log[-3000:]}"

    def wait_for_log(self, text, timeout=20.0):
        wait_until(lambda: text in self.log or not self.running, timeout, f"{text!r} from {self.name}")
        assert text in self.log, f"{self.name} ended with {self.popen.returncode}:\n{self.log[-3000:]}"

    def stop(self, timeout=15.0):
        """SIGTERM and its exit status; what does not end in time is killed and that is a failure."""
        self.signal(signal.SIGTERM)
        try:
            return self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill_all()
            raise AssertionError(f"{self.name} did not end within {timeout} s of SIGTERM") from None

    def leftovers(self):
        return session_members(self.pid)

    def kill_all(self):
        for pid in self.leftovers():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.popen.wait(10)

    def assert_nothing_left(self, timeout=5.0):
        try:
            wait_until(lambda: not self.leftovers(), timeout, f"children of {self.name} end")
        finally:
            self.kill_all()


class Processes:
    """All processes of one test, in a private directory that goes with them.

    with Processes() as procs: procs.start([...]) - at the end each is stopped, newest first.
    """

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="merlon-e2e-")
        self.directory = Path(self.temporary.name)
        self.all = []

    def start(self, argv, name=None, **options):
        process = Process(argv, self.directory, name or f"{len(self.all)}-{Path(str(argv[0])).name}", **options)
        self.all.append(process)
        return process

    def stop_all(self):
        failures = []
        for process in reversed(self.all):
            for step in (process.stop, process.assert_nothing_left):
                try:
                    step()
                except AssertionError as error:
                    failures.append(str(error))
        self.all = []
        assert not failures, "; ".join(failures)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.stop_all()
        finally:
            self.temporary.cleanup()
