"""The answers that a gateway must survive: broken, slow, leaking or merely rare ones.

BEHAVIOURS names each, for tables of tests; those with options are functions to call as well.
"""
import gzip

from lib.upstreams import CLOSE, KEEP, message, pieces, raw, send_message

JSON = [("Content-Type", "application/json")]
TEXT = [("Content-Type", "text/plain; charset=utf-8")]
HTML = [("Content-Type", "text/html; charset=utf-8")]
TRACE = b"""Traceback (most recent call last):
  File "/srv/orders/views.py", line 42, in get_order
    return render(load(order_id))
  File "/srv/orders/db.py", line 118, in run
    return rows[key]
KeyError: 'canary-in-trace'
"""
LEAKY_FIELDS = [("Server", "Orders/1.4.2"), ("X-Powered-By", "Python/3.11"), ("Via", "1.1 inner"),
                ("Access-Control-Allow-Origin", "*"), ("X-Runtime", "0.02")]


def fixed(status, fields, body, reason=""):
    data = message(status, fields, body, reason)
    return lambda connection, request: send_message(connection, request, data)


def split_after_head(data, pause_s=0.2, then=KEEP):
    end = data.index(b"\r\n\r\n") + 4
    return pieces(data[:end], pause_s, data[end:], then=then)


def silent(connection, _request):
    """Takes the request and never says anything."""
    connection.wait_for_peer()
    return CLOSE


def slow_head(pause_s=0.05, then=KEEP):
    """A correct answer whose head comes byte by byte."""
    data = message(200, JSON, b"{}")
    parts = [part for byte in data[:-2] for part in (bytes([byte]), pause_s)]
    return pieces(*parts, data[-2:], then=then)


def slow_error(size=1 << 20, bytes_per_s=10000, status=500):
    """A long error page that trickles."""
    def send(connection, _request):
        connection.send(message(status, [*TEXT, ("Content-Length", str(size))], TRACE))
        left = size - len(TRACE)
        while left > 0 and connection.pause(0.05):
            part = min(left, bytes_per_s // 20)
            connection.send(b"x" * part)
            left -= part
        return CLOSE
    return send


def busy(retry_after="7"):
    return fixed(503, [*TEXT, ("Retry-After", retry_after)], b"busy: pool-3 exhausted\n")


def accel_redirect(target="/.merlon/e/header-too-large"):
    """An upstream that tries to choose a location inside nginx."""
    return fixed(200, [*JSON, ("X-Accel-Redirect", target)], b'{"own":"body"}')


def huge_head(size=65536):
    return raw(message(200, [*JSON, ("X-Filler", "f" * size)], b"{}"), CLOSE)


def many_fields(count=2000):
    return fixed(200, JSON + [(f"X-Field-{number}", "v") for number in range(count)], b"{}")


def events(count=3, trace_at=None, pause_s=0.05):
    """A stream of server-sent events; the one with number trace_at (from 0) holds a stack trace."""
    def send(connection, _request):
        connection.send(message(200, [("Content-Type", "text/event-stream"),
                                      ("Transfer-Encoding", "chunked")], b""))
        for number in range(count):
            data = TRACE if number == trace_at else b'{"event":%d}' % number
            send_chunk(connection, b"".join(b"data: %s\n" % line for line in data.splitlines()) + b"\n")
            if not connection.pause(pause_s):
                return CLOSE
        send_chunk(connection, b"")
        return KEEP
    return send


def send_chunk(connection, data):
    connection.send(b"%x\r\n%s\r\n" % (len(data), data))


def chunked(*parts, fields=(), trailer=b""):
    data = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    head = message(200, [*JSON, *fields, ("Transfer-Encoding", "chunked")], b"")
    return raw(head + data + b"0\r\n" + trailer + b"\r\n")


def after_head(status, fields, body):
    return split_after_head(message(status, fields, body))


CHUNKED = [*JSON, ("Transfer-Encoding", "chunked")]
BEHAVIOURS = {
    "500_trace": fixed(500, [*TEXT, *LEAKY_FIELDS], TRACE),
    "500_trace_after_head": after_head(500, TEXT, TRACE),
    "500_gzip": fixed(500, [*TEXT, ("Content-Encoding", "gzip")], gzip.compress(TRACE)),
    "500_slow": slow_error(),
    "501": fixed(501, TEXT, b"no\n"),
    "503_retry_after": busy(),
    "599": fixed(599, TEXT, b"odd\n"),
    "silent": silent,
    "slow_head": slow_head(),
    "garbage": raw(b"\x16\x03\x01\x00\xee garbage \x00\xff\r\n\r\n", CLOSE),
    "garbage_open": raw(b"\x16\x03\x01\x00\xee garbage \x00\xff\r\n\r\n"),
    "no_status_line": raw(b"<html>hello from 1991</html>\n", CLOSE),
    "closed": lambda _connection, _request: CLOSE,
    "100_then_200": raw(message(100, [], b"") + message(200, JSON, b"{}")),
    "103_then_200": raw(message(103, [("Link", "</a.css>; rel=preload")], b"") + message(200, JSON, b"{}")),
    "101": raw(message(101, [("Upgrade", "websocket"), ("Connection", "upgrade")], b"")),
    "099": raw(b"HTTP/1.1 099 Early\r\nContent-Length: 2\r\n\r\n{}"),
    "999": fixed(999, JSON, b"{}"),
    "two_lengths": raw(message(200, [*JSON, ("Content-Length", "2"), ("Content-Length", "3")], b"{}!"), CLOSE),
    "same_lengths": raw(message(200, [*JSON, ("Content-Length", "2"), ("Content-Length", "2")], b"{}"), CLOSE),
    "length_and_chunked": raw(message(200, [*CHUNKED, ("Content-Length", "2")], b"2\r\n{}\r\n0\r\n\r\n"), CLOSE),
    "transfer_gzip": raw(message(200, [*JSON, ("Transfer-Encoding", "gzip")], gzip.compress(b"{}")), CLOSE),
    "cut_by_length": raw(message(200, [*JSON, ("Content-Length", "100")], b'{"cut":'), CLOSE),
    "cut_by_chunks": raw(message(200, CHUNKED, b'7\r\n{"cut":\r\n40\r\nhalf'), CLOSE),
    "cut_head": raw(b"HTTP/1.1 200 OK\r\nContent-Ty", CLOSE),
    "accel_redirect": accel_redirect(),
    "200_trace": fixed(200, TEXT, TRACE),
    "200_trace_json": fixed(200, JSON, b'{"warnings":["' + TRACE.replace(b"\n", b"\\n").replace(b'"', b'\\"') + b'"]}'),
    "400_trace": fixed(400, TEXT, TRACE),
    "404_html": fixed(404, HTML, b"<h1>Not found on orders-01</h1>\n"),
    "404_json": fixed(404, JSON, b'{"error":"no such order"}'),
    "control_byte": fixed(200, [*JSON, ("X-Odd", "a\x01b")], b"{}"),
    "folded_field": raw(b"HTTP/1.1 200 OK\r\nX-Folded: a\r\n b\r\nContent-Length: 2\r\n\r\n{}"),
    "bad_name": raw(b"HTTP/1.1 200 OK\r\nX Bad: a\r\nContent-Length: 2\r\n\r\n{}"),
    "no_type": fixed(200, [], b"{}"),
    "huge_head": huge_head(),
    "many_fields": many_fields(),
    "204": fixed(204, [], b""),
    "206": fixed(206, [*TEXT, ("Content-Range", "bytes 0-4/10")], b"01234"),
    "304": fixed(304, [("ETag", '"v1"')], b""),
    "chunked": chunked(b'{"a":', b"1}"),
    "chunked_trailer": chunked(b"{}", fields=[("Trailer", "X-Sum")], trailer=b"X-Sum: 2\r\n"),
    "by_close": raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{}", CLOSE),
    "http_1_0": raw(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{}", CLOSE),
    "events": events(),
    "events_trace": events(count=5, trace_at=3),
    "leaky_fields": fixed(200, [*JSON, *LEAKY_FIELDS], b"{}"),
}
