"""The HTTP side of the example: one request in, one answer out, and all the fields that say too much.

HTTP/1.1 with kept connections; request bodies need a Content-Length.
"""
import json
import platform
import re
import sys
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

BODY_BYTES_MAX = 1 << 20
LEAKY_FIELDS = {
    "X-Powered-By": "Python/" + platform.python_version(),
    "X-Runtime": "orders 1.4.2",
    "X-Backend-Server": "orders-01.internal",
    "Access-Control-Allow-Origin": "*",
}


class Refused(Exception):
    """An answer that is no success but also no fault: a status and a short text."""

    def __init__(self, status, text, fields=None):
        super().__init__(text)
        self.status, self.text, self.fields = status, text, fields or {}


class Call(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    timeout = 65
    store = None
    routes = []

    def version_string(self):
        return "Orders/1.4.2 Python/" + platform.python_version()

    def log_message(self, format, *args):
        """The access log is the gateway's business."""

    def answer(self):
        self.body = self.read_body()
        if self.body is None:
            return
        path = urlsplit(self.path).path
        try:
            handle, values = self.route(path)
            handle(self, *values)
        except Refused as refused:
            self.send_json(refused.status, {"error": refused.text}, refused.fields)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except Exception as error:
            self.send_trace(500, error)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def do_OPTIONS(self):
        """Wrong on purpose: every origin may send everything."""
        self.body = b""
        self.send_body(204, None, "", {"Access-Control-Allow-Methods": "*",
                                       "Access-Control-Allow-Headers": "*"})

    def route(self, path):
        method = "GET" if self.command == "HEAD" else self.command
        allowed = []
        for known, pattern, handle in self.routes:
            match = pattern.fullmatch(path)
            if match and known == method:
                return handle, match.groups()
            if match:
                allowed.append(known)
        if allowed:
            raise Refused(405, f"Cannot {method} here", {"Allow": ", ".join(allowed)})
        raise Refused(404, f"Cannot {method} {path}")

    def read_body(self):
        """The whole body, so that the connection can go on; None if it was refused."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not re.fullmatch("[0-9]{1,9}", length):
            self.refuse_body(411, "length required")
            return None
        if int(length) > BODY_BYTES_MAX:
            self.refuse_body(413, "body too large")
            return None
        return self.rfile.read(int(length))

    def refuse_body(self, status, text):
        self.close_connection = True
        self.send_json(status, {"error": text}, {"Connection": "close"})

    def read_json(self):
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise Refused(400, str(error)) from error
        if not isinstance(value, dict):
            raise Refused(400, "an object is needed")
        return value

    def caller(self):
        """Naive on purpose: a fixed token, no signature, no end of life."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        user = self.store.user_of_token(token) if scheme.lower() == "bearer" else None
        if user is None:
            raise Refused(401, "unknown token", {"WWW-Authenticate": 'Bearer realm="orders"'})
        return user

    def query_value(self, name, default):
        return parse_qs(urlsplit(self.path).query).get(name, [default])[0]

    def query_number(self, name, default, most):
        return min(int(self.query_value(name, default)), most)

    def send_trace(self, status, error):
        """Wrong on purpose: the trace goes to the log and to the client as well."""
        trace = "".join(traceback.format_exception(error))
        print(f"id={self.headers.get('X-Request-Id', '-')} {trace}", file=sys.stderr, flush=True)
        self.send_json(status, {"error": str(error), "trace": trace})

    def send_json(self, status, value, fields=None):
        self.send_body(status, "application/json", json.dumps(value) + "\n", fields)

    def send_body(self, status, media_type, text, fields=None):
        data = text.encode()
        self.send_head(status, media_type, fields)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def send_head(self, status, media_type, fields=None):
        self.send_response(status)
        for name, value in {**LEAKY_FIELDS, **(fields or {})}.items():
            self.send_header(name, value)
        if media_type:
            self.send_header("Content-Type", media_type)

    def chunks(self, media_type):
        return Chunks(self, media_type)


class Chunks:
    """Sends events as they come: chunked for HTTP/1.1, up to the close for HTTP/1.0."""

    def __init__(self, call, media_type):
        self.call = call
        self.chunked = call.request_version == "HTTP/1.1"
        call.send_head(200, media_type)
        if self.chunked:
            call.send_header("Transfer-Encoding", "chunked")
        else:
            call.close_connection = True
        call.end_headers()

    def __enter__(self):
        return self.send

    def send(self, event, text):
        lines = "".join(f"data: {line}\n" for line in text.splitlines())
        self.write(f"event: {event}\n{lines}\n".encode())

    def write(self, data):
        if self.call.command == "HEAD":
            return
        if self.chunked:
            data = b"%x\r\n%s\r\n" % (len(data), data)
        self.call.wfile.write(data)
        self.call.wfile.flush()

    def __exit__(self, kind, error, trace):
        if kind is None and self.chunked:
            self.write(b"")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
