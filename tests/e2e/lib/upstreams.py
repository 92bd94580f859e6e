"""Scriptable HTTP/1.1 upstreams on raw sockets, which keep the exact bytes of every request.

A behaviour is a function (connection, request) that sends what it likes and returns KEEP or CLOSE.
It is chosen by queue first, then by path, then the default, which is echo. The broken behaviours
stand in behaviours.py.
"""
import base64
import json
import os
import socket
import struct
import threading
from collections import deque

KEEP, CLOSE, ABORT = "keep", "close", "abort"
HEAD_BYTES_MAX = 1 << 20


class Request:
    """One request as it came: `raw` is every byte of it, `body` is without the framing."""

    def __init__(self, head, rest, body, connection):
        self.raw = head + rest
        self.body = body
        self.connection = connection
        lines = head[:-4].split(b"\r\n")
        self.line = lines[0].decode("latin-1")
        self.header_lines = [line.decode("latin-1") for line in lines[1:]]
        self.headers = [split_field(line) for line in self.header_lines]
        self.method, _, rest_of_line = self.line.partition(" ")
        self.target = rest_of_line.rpartition(" ")[0]
        self.path = self.target.partition("?")[0]

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name):
        values = self.all(name)
        assert len(values) < 2, f"{name} came {len(values)} times: {values}"
        return values[0] if values else None


def split_field(line):
    name, _, value = line.partition(":")
    return name, value.strip(" \t")


class Connection:
    """The upstream's end of one connection. Sends fail in silence once the peer or the test is gone."""

    def __init__(self, upstream, sock, number):
        self.upstream, self.sock, self.number = upstream, sock, number
        self.buffer = b""

    def send(self, data):
        self.sock.sendall(data)

    def pause(self, seconds):
        """Sleeps; False if the upstream is being stopped or reset meanwhile."""
        return not self.upstream.stopping.wait(seconds)

    def wait_for_peer(self):
        """Sends nothing more and waits until the peer closes."""
        while self.fill():
            pass

    def fill(self):
        data = self.sock.recv(65536)
        self.buffer += data
        return bool(data)

    def take(self, length):
        while len(self.buffer) < length:
            if not self.fill():
                raise ConnectionError("request cut")
        data, self.buffer = self.buffer[:length], self.buffer[length:]
        return data

    def take_through(self, end):
        while end not in self.buffer:
            if len(self.buffer) > HEAD_BYTES_MAX or not self.fill():
                raise ConnectionError("request cut")
        return self.take(self.buffer.index(end) + len(end))

    def read_request(self):
        """The next request, or None when the peer closed between requests."""
        if not self.buffer and not self.fill():
            return None
        head = self.take_through(b"\r\n\r\n")
        rest, body = self.read_body(Request(head, b"", b"", self.number))
        return Request(head, rest, body, self.number)

    def read_body(self, request):
        if any("chunked" in value.lower() for value in request.all("Transfer-Encoding")):
            return self.read_chunks()
        lengths = request.all("Content-Length")
        body = self.take(int(lengths[0])) if lengths else b""
        return body, body

    def read_chunks(self):
        raw, body = b"", b""
        while True:
            line = self.take_through(b"\r\n")
            size = int(line.split(b";")[0], 16)
            raw += line
            if size == 0:
                return raw + self.read_trailer(), body
            data = self.take(size + 2)
            raw, body = raw + data, body + data[:-2]

    def read_trailer(self):
        raw = b""
        while not raw.endswith(b"\r\n\r\n") and raw != b"\r\n":
            raw += self.take_through(b"\r\n")
        return raw


class Upstream:
    """Listens on a free loopback port, or on a Unix socket; one thread per connection.

    with Upstream() as upstream: upstream.on("/v1/orders", reply(200, b"{}")), then upstream.requests.
    """

    def __init__(self, unix_path=None, tls=None, port=0):
        self.tls = tls
        self.unix_path = unix_path
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.accepted = 0
        self.forget()
        if unix_path:
            self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.listener.bind(str(unix_path))
            self.listener.listen(128)
        else:
            self.listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.open = set()
        self.threads = set()
        self.accepting = threading.Thread(target=self.accept_all, daemon=True)
        self.accepting.start()

    def forget(self):
        self.requests = []
        self.connections = 0
        self.handshakes_failed = 0
        self.errors = []
        self.by_path = {}
        self.queued = deque()
        self.default = echo

    @property
    def port(self):
        return self.listener.getsockname()[1]

    @property
    def url(self):
        if self.unix_path:
            return f"unix:{self.unix_path}"
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def on(self, path, behaviour):
        """Every request for this path (without its query) gets this behaviour."""
        with self.lock:
            self.by_path[path] = behaviour

    def queue(self, *behaviours):
        """The next requests, whatever their path, get these, one each."""
        with self.lock:
            self.queued.extend(behaviours)

    def reset(self, drop=True):
        """Forgets scripts, requests and counts; drops open connections too, with what runs on them."""
        if drop:
            self.drop_connections()
        with self.lock:
            self.forget()

    def drop_connections(self):
        self.stopping.set()
        with self.lock:
            threads, socks = list(self.threads), list(self.open)
        for sock in socks:
            shut(sock)
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive(), "an upstream's connection does not end"
        self.stopping.clear()

    def cut_requests(self):
        """Requests of which bytes came, but not all."""
        return [error for error in self.errors if "request cut" in str(error)]

    def accept_all(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self.serve, args=(sock, self.accepted + 1), daemon=True)
            with self.lock:
                self.accepted += 1
                self.connections += 1
                self.open.add(sock)
                self.threads.add(thread)
            thread.start()

    def serve(self, sock, number):
        try:
            if not self.unix_path:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(60)
            if self.tls:
                sock = self.start_tls(sock)
            if self.shake_hands(sock):
                self.serve_requests(Connection(self, sock, number))
        except (OSError, ValueError) as error:
            self.errors.append(error)
        finally:
            sock.close()
            with self.lock:
                self.open.discard(sock)
                self.threads.discard(threading.current_thread())

    def start_tls(self, sock):
        """The wrapped socket takes the plain one's place, so that it can be shut as well."""
        wrapped = self.tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        with self.lock:
            self.open.discard(sock)
            self.open.add(wrapped)
        return wrapped

    def shake_hands(self, sock):
        if not self.tls:
            return True
        try:
            sock.do_handshake()
            return True
        except OSError:
            self.handshakes_failed += 1
            return False

    def serve_requests(self, connection):
        then = KEEP
        while then == KEEP:
            request = connection.read_request()
            if request is None:
                return
            with self.lock:
                self.requests.append(request)
                behaviour = self.choose(request)
            then = behaviour(connection, request) or KEEP
        if then == ABORT:
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def choose(self, request):
        if self.queued:
            return self.queued.popleft()
        return self.by_path.get(request.path, self.default)

    def stop(self):
        shut(self.listener)
        self.listener.close()
        self.accepting.join(10)
        self.drop_connections()
        if self.unix_path:
            os.unlink(self.unix_path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def shut(sock):
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def message(status, fields, body, reason=""):
    """The bytes of an answer; Content-Length is added unless fields name a framing of their own."""
    names = {name.lower() for name, _ in fields}
    if not names & {"content-length", "transfer-encoding"} and status >= 200 and status not in (204, 304):
        fields = [*fields, ("Content-Length", str(len(body)))]
    head = f"HTTP/1.1 {status} {reason}".encode("latin-1")
    lines = [f"{name}: {value}".encode("latin-1") for name, value in fields]
    return b"\r\n".join([head, *lines, b"", b""]) + body


def send_message(connection, request, data):
    """Leaves the body away for HEAD, as an honest server does."""
    if request.method == "HEAD":
        data = data[:data.index(b"\r\n\r\n") + 4]
    connection.send(data)


def echo(connection, request):
    """The request itself: its line, its header lines in order, its body, all exact."""
    seen = {"request_line": request.line, "header_lines": request.header_lines,
            "body_base64": base64.b64encode(request.body).decode(),
            "connection": request.connection}
    body = json.dumps(seen).encode()
    send_message(connection, request, message(200, [("Content-Type", "application/json")], body))


def reply(status, body=b"", fields=(("Content-Type", "application/json"),), reason=""):
    """A fixed, correct answer."""
    data = message(status, list(fields), body, reason)
    return lambda connection, request: send_message(connection, request, data)


def raw(data, then=KEEP):
    """Exactly these bytes, also for HEAD."""
    def send(connection, _request):
        connection.send(data)
        return then
    return send


def pieces(*parts, then=KEEP):
    """Bytes and pauses (numbers, in seconds) in turn."""
    def send(connection, _request):
        for part in parts:
            if isinstance(part, bytes):
                connection.send(part)
            elif not connection.pause(part):
                return CLOSE
        return then
    return send
