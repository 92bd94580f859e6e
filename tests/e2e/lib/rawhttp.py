"""An HTTP/1.1 client that sends the exact bytes it is given and shows the exact bytes it gets.

It knows just enough of HTTP to find the end of an answer. Every wait has a timeout.
"""
import json
import socket
import ssl
import time
import warnings

TIMEOUT_S = 5.0


class Truncated(Exception):
    """The connection ended, or went quiet, before the answer was whole. `got` holds what came."""

    def __init__(self, why, got):
        super().__init__(f"{why} after {len(got)} bytes: {got[:200]!r}")
        self.got = got


class Response:
    """Status, fields in order with repeats kept, and the body without its framing."""

    def __init__(self, status, headers, body=b"", version="HTTP/1.1", reason=""):
        self.status, self.headers, self.body = status, headers, body
        self.version, self.reason = version, reason
        self.interim = []
        self.trailers = []
        self.raw = b""

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name):
        values = self.all(name)
        assert len(values) < 2, f"{name} came {len(values)} times: {values}"
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.version} {self.status} {self.headers} {self.body[:300]!r}>"


def tls_context(ca, sni="localhost", alpn=("http/1.1",), lowest=None, highest=None):
    """Verifies against the CA file always, and the name whenever a server name is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = sni is not None
    context.load_verify_locations(str(ca))
    if alpn:
        context.set_alpn_protocols(list(alpn))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if lowest:
            context.minimum_version = lowest
        if highest:
            context.maximum_version = highest
    return context


def open_socket(address, timeout=TIMEOUT_S):
    """A path is a Unix socket, (host, port) is TCP."""
    if isinstance(address, tuple):
        sock = socket.create_connection(address, timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(timeout)
    sock.connect(str(address))
    return sock


class Client:
    """One connection. `ca` turns TLS on; `sni` None sends no server name (the chain is still verified)."""

    def __init__(self, address, ca=None, sni="localhost", timeout=TIMEOUT_S, context=None, alpn=("http/1.1",)):
        self.timeout = timeout
        self.buffer = b""
        self.sock = open_socket(address, timeout)
        try:
            if ca or context:
                context = context or tls_context(ca, sni, alpn)
                self.sock = context.wrap_socket(self.sock, server_hostname=sni)
        except BaseException:
            self.sock.close()
            raise

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        self.sock.sendall(data)

    def request(self, method="GET", target="/", headers=(), body=b"", host="localhost", version="HTTP/1.1"):
        """A well-formed request; headers may replace nothing, they are added in order. Reads the answer."""
        lines = [f"{method} {target} {version}"]
        if host is not None:
            lines.append(f"Host: {host}")
        lines += [f"{name}: {value}" for name, value in headers]
        if body and not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in headers):
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        return self.read_response(method)

    def exchange(self, data, method="GET"):
        self.send(data)
        return self.read_response(method)

    def read_response(self, method="GET"):
        """Exactly one final answer; 1xx before it stand in `interim`. Bytes behind it stay unread."""
        deadline = time.monotonic() + self.timeout
        interim = []
        while True:
            response = self.read_one(method, deadline)
            if not 100 <= response.status < 200 or response.status == 101:
                response.interim = interim
                return response
            interim.append(response)

    def read_one(self, method, deadline):
        head = self.take_through(b"\r\n\r\n", deadline)
        response = parse_head(head)
        framed, response.body = self.read_body(response, method, deadline)
        response.raw = head + framed
        return response

    def read_body(self, response, method, deadline):
        if method == "HEAD" or response.status < 200 or response.status in (204, 304):
            return b"", b""
        if response.get("Transfer-Encoding") == "chunked":
            return self.read_chunks(response, deadline)
        length = response.get("Content-Length")
        body = self.read_to_end(deadline) if length is None else self.take(int(length), deadline)
        return body, body

    def read_chunks(self, response, deadline):
        raw, body = b"", b""
        while True:
            line = self.take_through(b"\r\n", deadline)
            size = int(line.split(b";")[0], 16)
            raw += line
            if size == 0:
                return raw + self.read_trailers(response, deadline), body
            data = self.take(size + 2, deadline)
            assert data.endswith(b"\r\n"), f"chunk without its end: {data[-20:]!r}"
            raw, body = raw + data, body + data[:-2]

    def read_trailers(self, response, deadline):
        raw = b""
        while True:
            line = self.take_through(b"\r\n", deadline)
            raw += line
            if line == b"\r\n":
                return raw
            response.trailers.append(split_field(line[:-2]))

    def read_to_end(self, deadline):
        while self.fill(deadline):
            pass
        data, self.buffer = self.buffer, b""
        return data

    def take(self, length, deadline):
        while len(self.buffer) < length:
            self.need_more(deadline)
        data, self.buffer = self.buffer[:length], self.buffer[length:]
        return data

    def take_through(self, end, deadline):
        while end not in self.buffer:
            self.need_more(deadline)
        return self.take(self.buffer.index(end) + len(end), deadline)

    def need_more(self, deadline):
        if not self.fill(deadline):
            raise Truncated("connection ended", self.buffer)

    def fill(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0:
            raise Truncated("timeout", self.buffer)
        self.sock.settimeout(left)
        try:
            data = self.sock.recv(65536)
        except TimeoutError:
            raise Truncated("timeout", self.buffer) from None
        except ssl.SSLEOFError:
            return False
        except ConnectionResetError:
            return False
        self.buffer += data
        return bool(data)

    def is_closed(self, within=TIMEOUT_S):
        """True if the peer closes within this time and sends nothing more before."""
        try:
            more = self.fill(time.monotonic() + within)
        except Truncated:
            return False
        return not more and not self.buffer

    def is_open(self, for_s=0.2):
        return not self.buffer and not self.is_closed(for_s)


def parse_head(head):
    lines = head[:-4].split(b"\r\n")
    parts = lines[0].decode("latin-1").split(" ", 2)
    if not parts[0].startswith("HTTP/") or len(parts) < 2 or not parts[1].isdigit():
        raise Truncated("no status line", head)
    headers = [split_field(line) for line in lines[1:]]
    return Response(int(parts[1]), headers, version=parts[0], reason=parts[2] if len(parts) > 2 else "")


def split_field(line):
    name, _, value = line.decode("latin-1").partition(":")
    return name, value.strip(" \t")
