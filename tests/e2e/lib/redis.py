"""A real Redis server of a test's own: on a free loopback port, with or without TLS and password, that can be killed and stopped."""
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path

from lib.procs import free_port

SERVER = shutil.which("redis-server") or shutil.which("valkey-server")


class RedisError(Exception):
    """What the server answered with -."""


class Redis:
    """`with Redis() as redis:`; options are redis-server's: Redis(maxmemory_policy="allkeys-lru")."""

    def __init__(self, authority=None, name="redis", **options):
        assert SERVER, "redis-server is not installed: ./dev setup"
        self.folder = Path(tempfile.mkdtemp(prefix="merlon-redis-"))
        self.port = free_port()
        self.authority = authority
        self.password = options.get("requirepass")
        self.options = {"save": "", "appendonly": "no", "bind": "127.0.0.1", "dir": str(self.folder), "loglevel": "warning", **options}
        if options.get("cluster_enabled"):
            self.options["cluster_port"] = free_port()
        if authority:
            authority.issue(name, ["localhost"])
            self.options |= {"port": 0, "tls-port": self.port, "tls-cert-file": str(authority.directory / f"{name}.crt"),
                             "tls-key-file": str(authority.directory / f"{name}.key"), "tls-ca-cert-file": str(authority.path),
                             "tls-auth-clients": "no"}
        else:
            self.options["port"] = self.port
        self.process = None

    def __enter__(self):
        return self.start()

    def start(self):
        arguments = [word for name, value in self.options.items() for word in ("--" + name.replace("_", "-"), str(value))]
        self.process = subprocess.Popen([SERVER, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while True:
            try:
                self.command("PING")
                return self
            except RedisError:
                return self
            except OSError:
                assert self.process.poll() is None and time.monotonic() < end, "redis-server does not answer"
                time.sleep(0.02)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def __exit__(self, *_):
        self.go_on()
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self):
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        if not self.authority:
            return sock
        context = ssl.create_default_context(cafile=str(self.authority.path))
        return context.wrap_socket(sock, server_hostname="localhost")

    def command(self, *words):
        """One command on a connection of its own; the answer as Python has it."""
        with self.connect() as sock, sock.makefile("rb") as answers:
            if self.password and words[0] != "AUTH":
                sock.sendall(encode("AUTH", self.password))
                read(answers)
            sock.sendall(encode(*words))
            return read(answers)

    def calls(self, name):
        """How often a command was run."""
        for line in self.command("INFO", "commandstats").decode().splitlines():
            if line.startswith(f"cmdstat_{name}:"):
                return int(line.split("calls=")[1].split(",")[0])
        return 0


def encode(*words):
    texts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(texts) + b"".join(b"$%d\r\n%s\r\n" % (len(text), text) for text in texts)


def read(answers):
    line = answers.readline()
    if not line:
        raise ConnectionError("the server closed")
    kind, rest = line[:1], line[1:-2]
    if kind == b"-":
        raise RedisError(rest.decode())
    if kind == b"$":
        return None if rest == b"-1" else answers.read(int(rest) + 2)[:-2]
    if kind == b"*":
        return [read(answers) for _ in range(int(rest))]
    return int(rest) if kind == b":" else rest.decode()
