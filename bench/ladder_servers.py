"""Starts and ends what the ladder measures: every server in a folder of its own, on ports of its own.

Everything is ended by its process id, also when the benchmark breaks off.
"""
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path

import ladder_conf
import ladder_peers
import measure

USER = "nobody"
IS_ROOT = os.geteuid() == 0
# nginx as root runs its workers as somebody; as an ordinary user it has no say in it.
USER_LINE = f"user {USER} nogroup;" if IS_ROOT else ""


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Server:
    """One server. `pids` are the processes whose CPU counts, `beside` those whose CPU is only shown."""

    def __init__(self, name, folder, port, command, aim=None, environment=None):
        self.name, self.folder, self.port, self.aim = name, folder, port, aim
        self.command, self.environment = command, environment
        self.pids, self.beside = [], []
        self.process = None

    @property
    def url(self):
        return f"https://localhost:{self.port}{ladder_conf.TARGET}"

    def start(self, cpu):
        log = open(self.folder / "output.log", "wb")
        environment = {**os.environ, **(self.environment or {})}
        self.process = subprocess.Popen(["taskset", "-c", cpu, *map(str, self.command)], stdin=subprocess.DEVNULL,
                                        stdout=log, stderr=log, cwd=self.folder, env=environment)
        log.close()

    def wait(self):
        deadline = time.monotonic() + 20
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise measure.Failed(f"{self.name} does not start:\n{self.said()}")
            time.sleep(0.05)
        self.find_pids()

    def is_ready(self):
        """A listening port is not enough: the master has it before there is a worker."""
        return answers(self.port)

    def said(self):
        texts = [path.read_text(errors="replace") for path in sorted(self.folder.rglob("*.log"))]
        return "\n".join(texts)[-3000:]

    def find_pids(self):
        everyone = measure.descendants(self.process.pid)
        workers = [pid for pid in everyone if "worker process" in command_line(pid)]
        self.pids = workers or everyone
        self.beside = [pid for pid in everyone if "merlon-auditd" in command_line(pid)]

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        everyone = measure.descendants(self.process.pid)
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            for pid in everyone:
                kill(pid)
            self.process.wait()


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def first_answer(port, folder):
    """One call over TLS 1.3, which is what all of them are compared at: the bytes of its answer."""
    context = ssl.create_default_context(cafile=str(folder / "server.crt"))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    request = f"GET {ladder_conf.TARGET} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), 5) as sock:
        with context.wrap_socket(sock, server_hostname="localhost") as tls:
            tls.sendall(request.encode())
            data = b""
            while part := tls.recv(65536):
                data += part
            return data


class TlsServer(Server):
    """One that is measured."""

    def is_ready(self):
        try:
            data = first_answer(self.port, self.folder)
        except OSError:
            return False
        return data.startswith(b"HTTP/1.1 200") and data.endswith(ladder_conf.BODY.encode())


class Park:
    """All servers of one run, and the folders that they stand in."""

    def __init__(self, build, controls):
        self.build, self.controls = build, controls
        self.root = Path(tempfile.mkdtemp(prefix="merlon-bench-"))
        self.fast = Path(tempfile.mkdtemp(prefix="merlon-bench-", dir="/dev/shm"))
        self.nginx = shutil.which("nginx")
        self.servers, self.notes = [], []
        self.last_rung = None
        self.upstream_port = free_port()
        self.make_certificate()

    @property
    def module(self):
        return self.build / "edge/nginx/ngx_http_merlon_module.so"

    def make_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "30",
                        "-keyout", self.root / "server.key", "-out", self.root / "server.crt"],
                       check=True, capture_output=True)
        pair = (self.root / "server.crt").read_text() + (self.root / "server.key").read_text()
        (self.root / "server.pem").write_text(pair)

    def make_folder(self, name):
        folder = self.root / name.replace(" ", "-").replace(",", "").replace("+", "")
        folder.mkdir()
        for file in ("server.crt", "server.key", "server.pem"):
            shutil.copy(self.root / file, folder / file)
        (folder / "openapi.json").write_text(ladder_conf.json.dumps(ladder_conf.DOCUMENT))
        return folder

    def add_upstream(self):
        folder = self.make_folder("upstream")
        (folder / "nginx.conf").write_text(ladder_conf.upstream_conf(folder, self.upstream_port, USER_LINE))
        self.upstream = Server("upstream", folder, self.upstream_port,
                               [self.nginx, "-p", folder, "-c", folder / "nginx.conf"])

    def add_rung(self, rung):
        folder, port = self.make_folder(rung.name), free_port()
        (folder / "merlon.yaml").write_text(ladder_conf.policy(self.upstream_port))
        text = ladder_conf.nginx_conf(rung, folder, port, self.upstream_port, self.module, USER_LINE)
        (folder / "nginx.conf").write_text(text)
        self.servers.append(TlsServer(rung.name, folder, port, [self.nginx, "-p", folder, "-c", folder / "nginx.conf"],
                                      rung.aim))

    def add_merlon(self, name):
        """The product itself: `merlon up`, pinned to one CPU, so that it runs one worker."""
        folder, port = self.make_folder(name), free_port()
        (folder / "merlon.yaml").write_text(ladder_conf.policy(self.upstream_port, port))
        (folder / "run").mkdir()
        environment = {"XDG_STATE_HOME": str(folder / "state"), "XDG_RUNTIME_DIR": str(self.fast),
                       "HOME": str(folder)}
        command = [self.build / "cli/merlon", "up", "-c", folder / "merlon.yaml"]
        if IS_ROOT:
            command += ["--user", USER]
            self.give_away(folder)
            self.give_away(self.fast)
        self.servers.append(TlsServer(name, folder, port, command, environment=environment))

    def give_away(self, folder):
        self.root.chmod(0o755)
        user = pwd.getpwnam(USER)
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, user.pw_uid, user.pw_gid)

    def add_peers(self):
        peers, missing = ladder_peers.installed(USER_LINE)
        for name, file, text_of, command_of in peers:
            folder, port = self.make_folder(name), free_port()
            (folder / file).write_text(text_of(folder, port, self.upstream_port))
            environment = {"GOMAXPROCS": "1", "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
            self.servers.append(TlsServer(name, folder, port, command_of(str(folder / file)), environment=environment))
        self.notes += [f"{name} is not installed: left out" for name in missing]

    def start(self, cpu, other_cpus):
        self.upstream.start(other_cpus)
        self.upstream.wait()
        for server in self.servers:
            server.start(cpu)
        for server in list(self.servers):
            server.wait()
            for pid in server.beside:
                subprocess.run(["taskset", "-a", "-p", "-c", other_cpus, str(pid)], check=True, capture_output=True)

    def own_pids(self):
        """Everything that the benchmark itself runs, this process included."""
        return set(measure.descendants(os.getpid()))

    def stop(self):
        for server in [*self.servers, self.upstream]:
            server.stop()
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.rmtree(self.fast, ignore_errors=True)
