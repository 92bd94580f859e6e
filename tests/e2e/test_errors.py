"""ERR-1 to ERR-3: one error schema whoever failed, nothing of the inside in any body, the full error in our log by its id."""
import json
import re
import threading
import time

import pytest

from lib.api import DOCUMENT, declared, document, operation, replies
from lib.behaviours import BEHAVIOURS, HTML, JSON, TEXT, TRACE, events, fixed
from lib.gateway import Gateway, api
from lib.procs import wait_until
from lib.rawhttp import Truncated
from lib.schema import UUID7, check_preset, check_problem, check_problem_head
from lib.upstreams import CLOSE, Upstream, message, pieces, raw

PROBLEM = [("Content-Type", "application/problem+json")]
TRACES = {
    "java": b"java.lang.IllegalStateException: x\n\tat com.acme.Orders.load(Orders.java:42)\n",
    "java cause": b"Caused by: com.acme.LostException: x\n",
    "dotnet": b"   at Acme.Orders.Load() in C:\\src\\Orders.cs:line 42\n",
    "python": TRACE,
    "node": b"TypeError: x\n    at load (/srv/app/orders.js:42:17)\n",
    "php": b"PHP Fatal error:  Uncaught Error: x in /var/www/orders.php:42\nStack trace:\n#0 {main}\n",
    "ruby": b"/srv/app/orders.rb:42:in `load': x (RuntimeError)\n",
    "go": b"panic: x\n\ngoroutine 1 [running]:\nmain.load()\n\t/srv/orders.go:42 +0x1d\n",
    "rust": b"thread 'main' panicked at src/orders.rs:42:5:\nx\n",
    "elixir": b"** (KeyError) x\n    (orders 0.1.0) lib/orders.ex:42: Orders.load/1\n",
    "native": b"==1==ERROR: AddressSanitizer: heap-buffer-overflow\n",
    "sql state": b"SQLSTATE[42S02]: Base table or view not found\n",
    "oracle": b"ORA-00942: table or view does not exist\n",
    "mysql": b"You have an error in your SQL syntax; check the manual\n",
    "postgres": b'duplicate key value violates unique constraint "orders_pkey"\n',
    "sqlite": b'sqlite3.OperationalError: near "FROM": syntax error\n',
    "mongo": b"MongoServerError: E11000 duplicate key error collection\n",
}
PATHS = {
    **DOCUMENT["paths"],
    "/declared": {"get": operation("declared", responses=replies(**{
        "404": declared(), "4XX": declared({"text/plain": {"schema": {"type": "string"}}})}))},
    "/default": {"get": operation("defaulted", responses=replies(default=declared({"text/csv": {"schema": {}}})))},
    "/gone": {"get": operation("gone", responses=replies(**{"410": {"description": "Gone."}}))},
    "/reported": {"get": operation("reported")},
    "/exempted": {"get": operation("exempted")},
    "/small": {"get": operation("small")},
    "/shown": {"get": operation("shown", responses={"200": {
        "description": "Done.", "content": {"application/json": {
            "schema": {"type": "object"}, "example": {"hint": "You have an error in your SQL syntax"}}}}})},
    "/marked": {"get": operation("marked", security=[])},
}


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="module")
def gateway(upstream):
    operations = {"GET /reported": {"controls": {"reply_leak": {"action": "report"}}},
                  "GET /small": {"controls": {"reply_leak": {"scan_bytes": 4096}}},
                  "GET /marked": {"stream": True}}
    until = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 90 * 86400))
    policy = {"apis": [api(upstream, operations=operations),
                       api(upstream, "strict", base_path="/strict", controls={"reply_error": {"other_4xx": "problem"}})],
              "exemptions": [{"name": "old-portal", "control": "reply_leak", "api": "orders", "operations": ["GET /exempted"],
                              "reason": "an old page that prints what it did", "until": until}]}
    with Gateway(upstream, policy, document(PATHS)) as started:
        yield started


@pytest.fixture(autouse=True)
def fresh(upstream):
    upstream.reset(drop=False)


def get(gateway, target="/v1/items", method="GET", headers=(), **options):
    with gateway.tls(**options) as client:
        return client.request(method, target, headers)


def answer(gateway, upstream, status, fields, data, target="/v1/items", **options):
    upstream.default = fixed(status, list(fields), data)
    return get(gateway, target, **options)


def log_line(gateway, response, timeout=3.0):
    """The one line of ours about this call."""
    name = response.get("X-Request-Id")

    def find():
        return [line for line in gateway.error_log.splitlines() if f'"id":"{name}"' in line]
    line, = wait_until(find, timeout, f"a line about {name}")
    assert len(line) <= 2200
    return json.loads(re.search(r"merlon: (\{.*\})", line)[1])


# --- G-1: the schema

def test_the_bytes_of_a_problem(gateway):
    response = get(gateway, "/v1/nothing")
    assert response.body == (
        '{"type":"urn:merlon:problem:no-operation","title":"Not found","status":404,"instance":"urn:uuid:%s"}'
        % response.get("X-Request-Id")).encode()
    assert response.get("Content-Length") == str(len(response.body))


def test_head_has_length_and_type_and_no_body(gateway, upstream):
    check_problem_head(get(gateway, "/v1/nothing", "HEAD"), 404)
    upstream.default = BEHAVIOURS["500_trace"]
    check_problem_head(get(gateway, "/v1/items", "HEAD"), 500)
    assert get(gateway, "/v1/nothing", "HEAD").get("Content-Length") == get(gateway, "/v1/nothing").get("Content-Length")


@pytest.mark.parametrize("accept", ["text/html", "application/xml;q=1, */*;q=0", "application/json"])
def test_accept_is_not_asked(gateway, accept):
    check_problem(get(gateway, "/v1/nothing", headers=[("Accept", accept)]), "no-operation", 404)


def test_no_received_byte_comes_back(gateway):
    response = get(gateway, "/v1/canary-path?canary=query", headers=[("X-Canary", "canary-value")])
    assert b"canary" not in response.raw


def test_ids_are_new_and_in_order_of_time(gateway):
    names = [get(gateway, "/v1/nothing").get("X-Request-Id") for _ in range(5)]
    assert len(set(names)) == 5 and all(UUID7.fullmatch(name) for name in names)
    stamps = [int(name.replace("-", "")[:12], 16) for name in names]
    assert stamps == sorted(stamps) and abs(stamps[-1] / 1000 - time.time()) < 60


def test_problems_in_h2_have_the_same_body_but_for_the_id(gateway):
    with gateway.h2() as client:
        over_h2 = client.request(path="/v1/nothing")
    check_problem(over_h2, "no-operation", 404)
    over_h1 = get(gateway, "/v1/nothing")
    assert over_h1.json() | {"instance": ""} == over_h2.json() | {"instance": ""}


def test_a_refusal_keeps_the_connection_where_it_may(gateway):
    with gateway.tls() as client:
        for target in ("/v1/nothing", "/v1//x", "/v1/items"):
            client.request(target=target)
        response = client.request("POST", "/v1/items", [("Content-Encoding", "gzip")], b"x" * 3000)
        assert response.status == 415
        assert client.request(target="/v1/items").status == 200
        client.send(b"DELETE /v1/items HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n")
        assert client.read_response().status in (400, 405)
        client.send(b"{}GET /v1/items HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.read_response().status == 200


# --- G-5: what the upstream says in 5xx

@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 505, 507, 511, 520, 599])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_5xx_are_ours(gateway, upstream, status, method):
    telling = [*TEXT, ("X-Debug", "canary"), ("Set-Cookie", "canary=1"), ("Location", "/canary"), ("ETag", '"canary"'),
               ("Retry-After", "9"), ("Content-Language", "canary"), ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")]
    response = answer(gateway, upstream, status, telling, b"canary\n", method=method)
    expected = status if status <= 504 else 500
    check_preset(response)
    if method == "GET":
        check_problem(response, "upstream-error", expected)
    assert response.status == expected and b"canary" not in response.raw
    assert response.all("Retry-After") == (["9"] if status == 503 else [])
    assert not response.all("Last-Modified")


@pytest.mark.parametrize("value, kept", [
    ("1", True), ("86400", True), ("Sun, 06 Nov 2034 08:49:37 GMT", True), ("0", False), ("86401", False), ("-1", False),
    ("soon", False), ("1.5", False), ("Sunday, canary 2034 08:49:37 GMT", False), ("XXX, 99 Xxx 2034 99:49:37 GMT", False)])
def test_retry_after_of_a_503(gateway, upstream, value, kept):
    response = answer(gateway, upstream, 503, [*TEXT, ("Retry-After", value)], b"busy")
    check_problem(response, "upstream-error", 503)
    assert response.all("Retry-After") == ([value] if kept else [])


def test_the_connection_goes_on_after_every_5xx(gateway, upstream):
    with gateway.tls() as client:
        for status in (500, 501, 502, 503, 504, 599):
            upstream.queue(fixed(status, TEXT, b"x" * 100))
            assert client.request(target="/v1/items").status in (status, 500)
            assert client.request(target="/v1/items").status == 200


def test_a_5xx_of_a_post_is_ours_too(gateway, upstream):
    upstream.default = BEHAVIOURS["500_trace"]
    with gateway.tls() as client:
        check_problem(client.request("POST", "/v1/items", JSON, b"{}"), "upstream-error", 500)
        check_problem(client.request("POST", "/v1/items", JSON, b"{}"), "upstream-error", 500)
    assert len(upstream.requests) == 2


# --- G-5: what the upstream says in 4xx

def problem_body(status, **more):
    return json.dumps({"type": "urn:theirs", "title": "No", "status": status, **more}).encode()


@pytest.mark.parametrize("target, status, fields, data, passes", [
    ("/v1/items", 404, PROBLEM, problem_body(404), True), ("/v1/items", 409, PROBLEM, problem_body(409, detail="x"), True),
    ("/v1/items", 404, PROBLEM, problem_body(403), False), ("/v1/items", 404, PROBLEM, b'[{"status":404}]', False),
    ("/v1/items", 404, PROBLEM, b'{"status":404', False), ("/v1/items", 404, PROBLEM, b'"404"', False),
    ("/v1/items", 404, JSON, b'{"e":1}', False), ("/v1/declared", 404, JSON, b'{"e":1}', True),
    ("/v1/declared", 404, HTML, b"<p>no</p>", False), ("/v1/declared", 409, TEXT, b"taken", True),
    ("/v1/declared", 409, JSON, b"{}", False), ("/v1/default", 410, [("Content-Type", "text/csv")], b"a,b", True),
    ("/v1/default", 410, JSON, b"{}", False), ("/v1/declared", 404, [], b"{}", False),
    ("/v1/declared", 404, [*JSON, ("Content-Encoding", "gzip")], b"\x1f\x8b", False),
    ("/v1/declared", 404, [("Content-Type", "application/json; charset=utf-8")], b"{}", True),
    ("/strict/declared", 404, JSON, b'{"e":1}', False), ("/strict/declared", 404, PROBLEM, problem_body(404), True)])
def test_4xx(gateway, upstream, target, status, fields, data, passes):
    response = answer(gateway, upstream, status, fields, data, target)
    check_preset(response)
    assert response.status == status
    if passes:
        assert response.body == data and response.get("Content-Type") == fields[0][1]
    else:
        check_problem(response, "upstream-refused", status)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_4xx_without_content_passes_where_it_is_documented(gateway, upstream, method):
    response = answer(gateway, upstream, 410, [("X-Own", "yes")], b"", "/v1/gone", method=method)
    assert (response.status, response.body, response.get("X-Own"), response.get("Content-Type")) == (410, b"", "yes", None)
    check_preset(response)
    check_problem(answer(gateway, upstream, 410, [], b"x", "/v1/gone"), "upstream-refused", 410)
    check_problem(answer(gateway, upstream, 404, [], b"", "/v1/gone"), "upstream-refused", 404)
    check_problem(answer(gateway, upstream, 410, [], b"", "/v1/declared"), "upstream-refused", 410)


@pytest.mark.parametrize("status", [*range(400, 452), 499])
def test_every_4xx_of_the_upstream_is_answered(gateway, upstream, status):
    check_problem(answer(gateway, upstream, status, HTML, b"<p>no</p>"), "upstream-refused", status)


def test_what_a_client_needs_to_go_on_stays(gateway, upstream):
    useful = [("WWW-Authenticate", 'Bearer realm="orders"'), ("Allow", "GET, PUT"), ("Retry-After", "30")]
    response = answer(gateway, upstream, 401, [*HTML, *useful, ("Set-Cookie", "canary=1"), ("X-Debug-Token", "canary")],
                      b"<p>canary</p>")
    check_problem(response, "upstream-refused", 401)
    for name, value in useful:
        assert response.all(name) == [value]
    assert b"canary" not in response.raw


def test_several_challenges_stay(gateway, upstream):
    both = [("WWW-Authenticate", 'Bearer realm="a"'), ("WWW-Authenticate", 'Basic realm="b"')]
    response = answer(gateway, upstream, 401, [*HTML, *both], b"<p>no</p>")
    assert ", ".join(response.all("WWW-Authenticate")) == ", ".join(value for _, value in both)


def test_a_long_problem_of_the_upstream_is_replaced(gateway, upstream):
    long = problem_body(404, detail="x" * 5000)
    check_problem(answer(gateway, upstream, 404, PROBLEM, long, "/v1/small"), "upstream-refused", 404)
    assert answer(gateway, upstream, 404, PROBLEM, long).body == long


def test_head_of_a_4xx(gateway, upstream):
    response = answer(gateway, upstream, 404, HTML, b"<p>no</p>", method="HEAD")
    check_problem_head(response, 404)


# --- G-4: replies that are no HTTP

@pytest.mark.parametrize("data", [
    b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 199 Odd\r\n\r\n", b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n",
    b"HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 2000 Odd\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX@Bad: 1\r\n\r\n{}", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX_Bad: 1\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + b"X" * 65 + b": 1\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n{}", b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n{}", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/2 200\r\n\r\n", b"ICY 200 OK\r\n\r\n",
    b"\x00\x00\x12\x04\x00\x00\x00\x00\x00", b"\r\n\r\n"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_no_http_is_502(gateway, upstream, data, method):
    upstream.default = raw(data, CLOSE)
    response = get(gateway, method=method)
    assert response.status == 502, response
    check_preset(response)
    if method == "GET":
        check_problem(response, "upstream-unavailable", 502)
    record = gateway.record(response)
    assert (record["verdict"], record["problem"]) == ("denied", "upstream-unavailable")


def test_a_second_answer_does_not_reach_the_next_caller(gateway, upstream):
    """Bytes behind an answer end the upstream's connection."""
    extra = message(200, JSON, b'{"whose":"other"}')
    with gateway.tls() as client:
        upstream.queue(raw(message(200, JSON, b"{}") + extra))
        assert client.request(target="/v1/items").body == b"{}"
        assert b"other" not in client.request(target="/v1/items").body
        upstream.queue(BEHAVIOURS["103_then_200"])
        assert client.request(target="/v1/items").status == 502
        assert "request_line" in client.request(target="/v1/items").json()


def test_an_upstream_field_of_the_frame_is_a_fact(gateway, upstream):
    upstream.default = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX@Bad: 1\r\n\r\n{}", CLOSE)
    assert gateway.record(get(gateway))["facts"]["upstream_fault"] is True


# --- G-6 to G-8: leaks

def in_json(data):
    return json.dumps({"detail": data.decode()}).encode()


def in_html(data):
    text = data.decode()
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(char, entity)
    return f"<html><pre>{text}</pre></html>".encode()


WRAPPINGS = {"plain": (TEXT, bytes), "json": (JSON, in_json), "html": (HTML, in_html),
             "problem": ([("Content-Type", "application/problem+json")], in_json), "xml": ([("Content-Type", "text/xml")], in_html),
             "untyped": ([], bytes), "odd type": ([("Content-Type", "nonsense")], bytes),
             "suffix": ([("Content-Type", "application/vnd.acme+json")], in_json)}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("name", TRACES)
def test_a_trace_in_200_is_500(gateway, upstream, name, wrapping):
    fields, wrap = WRAPPINGS[wrapping]
    data = b"x" * 500 + b" " + TRACES[name] if wrapping == "plain" else wrap(TRACES[name])
    response = answer(gateway, upstream, 200, fields, data)
    check_preset(response)
    check_problem(response, "upstream-error", 500)
    assert gateway.record(response)["facts"]["leak"]


@pytest.mark.parametrize("status, expected, problem", [
    (201, 500, "upstream-error"), (301, 500, "upstream-error"), (400, 400, "upstream-refused"), (409, 409, "upstream-refused")])
def test_a_trace_in_another_status(gateway, upstream, status, expected, problem):
    check_problem(answer(gateway, upstream, status, TEXT, TRACE, "/v1/declared"), problem, expected)


def test_a_trace_in_a_problem_of_the_upstream(gateway, upstream):
    data = problem_body(404, detail=TRACE.decode())
    check_problem(answer(gateway, upstream, 404, PROBLEM, data), "upstream-refused", 404)


def test_a_trace_in_pieces(gateway, upstream):
    """Cut at every place that could fall between two reads."""
    whole = message(200, TEXT, TRACE)
    for cut in (len(whole) - 1, len(whole) - len(TRACE) + 10, len(whole) - 40):
        upstream.queue(pieces(whole[:cut], 0.03, whole[cut:]))
        check_problem(get(gateway), "upstream-error", 500)
    chunk = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
    parts = [b"%x\r\n%s\r\n" % (len(part), part) for part in (TRACE[:20], TRACE[20:21], TRACE[21:])]
    upstream.queue(pieces(chunk, 0.02, parts[0], 0.02, parts[1], 0.02, parts[2], b"0\r\n\r\n"))
    check_problem(get(gateway), "upstream-error", 500)


@pytest.mark.parametrize("data", [
    b'{"note":"an exception to the rule, at line 3, do not panic"}', b'{"q":"SELECT"}', b'{"file":"orders.java"}',
    b'{"text":"Caused by: rain"}', b'{"text":"Unexpected token given"}', b'{"at":"10.1.2.3"}'])
def test_ordinary_words_pass(gateway, upstream, data):
    response = answer(gateway, upstream, 200, JSON, data)
    assert (response.status, response.body) == (200, data)


def test_two_weak_hints_count_in_errors_only(gateway, upstream):
    weak = b'{"m":"Unexpected token } in JSON at position 12"}'
    assert answer(gateway, upstream, 200, JSON, weak).body == weak
    check_problem(answer(gateway, upstream, 404, JSON, weak, "/v1/declared"), "upstream-refused", 404)
    one = b'{"m":"Unexpected token }"}'
    assert answer(gateway, upstream, 404, JSON, one, "/v1/declared").body == one


@pytest.mark.parametrize("fields, data, method", [
    ([("Content-Type", "image/png")], TRACE, "GET"), ([("Content-Type", "application/octet-stream")], TRACE, "GET")])
def test_what_is_no_text_is_not_scanned(gateway, upstream, fields, data, method):
    assert answer(gateway, upstream, 200, fields, data, method=method).body == data


def test_a_part_is_not_scanned(gateway, upstream):
    assert answer(gateway, upstream, 206, [*TEXT, ("Content-Range", "bytes 0-9/99")], TRACE).body == TRACE


def test_a_coded_body_passes_with_a_fact(gateway, upstream):
    response = answer(gateway, upstream, 200, [*JSON, ("Content-Encoding", "gzip")], b"\x1f\x8b\x08")
    assert (response.status, response.body) == (200, b"\x1f\x8b\x08")
    assert gateway.record(response)["facts"]["unscanned"] is True


def test_reported_exempted_and_documented(gateway, upstream):
    reported = answer(gateway, upstream, 200, TEXT, TRACE, "/v1/reported")
    assert reported.body == TRACE and gateway.record(reported)["facts"]["leak"]
    assert answer(gateway, upstream, 200, TEXT, TRACE, "/v1/exempted").body == TRACE
    shown = b'{"hint":"You have an error in your SQL syntax; check"}'
    assert answer(gateway, upstream, 200, JSON, shown, "/v1/shown").body == shown
    check_problem(answer(gateway, upstream, 200, TEXT, TRACE, "/v1/shown"), "upstream-error", 500)


def test_behind_the_bound_nothing_is_scanned_and_nothing_is_lost(gateway, upstream):
    data = b"a" * 4096 + TRACE + b"b" * 200000
    response = answer(gateway, upstream, 200, TEXT, data, "/v1/small")
    assert (response.status, response.body) == (200, data)
    check_problem(answer(gateway, upstream, 200, TEXT, data), "upstream-error", 500)


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 65535, 65536, 65537, 300000])
@pytest.mark.parametrize("framing", ["length", "chunks", "close"])
def test_every_byte_of_a_clean_body_comes(gateway, upstream, size, framing):
    data = bytes(32 + number % 90 for number in range(size))
    head = {"length": [("Content-Length", str(size))], "chunks": [("Transfer-Encoding", "chunked")],
            "close": [("Connection", "close")]}[framing]
    lines = b"".join(f"{name}: {value}\r\n".encode() for name, value in [*TEXT, *head])
    chunk = 7000
    parts = [data[start:start + chunk] for start in range(0, size, chunk)]
    framed = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n" if framing == "chunks" else data
    upstream.default = raw(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n" + framed, CLOSE)
    for target in ("/v1/items", "/v1/small"):
        assert get(gateway, target).body == data
        with gateway.h2() as client:
            assert client.request(path=target).body == data


def test_a_body_cut_behind_the_bound_is_cut_for_the_client(gateway, upstream):
    """The head has gone out: what is missing must be seen as missing."""
    data = message(200, [*TEXT, ("Content-Length", "100000")], b"a" * 50000)
    upstream.default = raw(data, CLOSE)
    with gateway.tls() as client, pytest.raises(Truncated):
        client.request(target="/v1/small")


def test_a_stream_comes_piece_by_piece(gateway, upstream):
    upstream.default = events(3, pause_s=0.2)
    with gateway.tls() as client:
        begun = time.monotonic()
        client.send(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        client.take_through(b'{"event":0}', begun + 5)
        assert time.monotonic() - begun < 0.2
        client.take_through(b"0\r\n\r\n", begun + 5)


@pytest.mark.parametrize("target", ["/v1/events", "/v1/marked"])
def test_a_stream_with_a_trace_is_cut(gateway, upstream, target):
    """/events by its type, /marked by the policy."""
    kind = b"text/event-stream" if target == "/v1/events" else b"text/plain"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"data: %s\n\n"
    parts = [b"%x\r\n%s\r\n" % (len(part), part) for part in (piece % b"first", piece % TRACE, piece % b"last")]
    upstream.default = pieces(head, parts[0], 0.1, parts[1], 0.1, parts[2], b"0\r\n\r\n")
    with gateway.tls() as client, pytest.raises(Truncated) as caught:
        client.request(target=target)
    assert b"KeyError" not in caught.value.got and b"last" not in caught.value.got


# --- G-6: an upstream that stops while it is held

@pytest.mark.parametrize("name", ["cut_by_length", "cut_by_chunks"])
def test_a_held_body_that_is_cut_is_502_and_the_client_goes_on(gateway, upstream, name):
    with gateway.tls() as client:
        upstream.queue(BEHAVIOURS[name])
        check_problem(client.request(target="/v1/items"), "upstream-unavailable", 502)
        assert client.request(target="/v1/items").status == 200


def test_a_trace_is_answered_before_the_upstream_ends(gateway, upstream):
    head = message(200, [*TEXT, ("Content-Length", "200000")], b"")
    upstream.default = pieces(head, TRACE + b"a" * 90000, 8.0, b"a" * 1000, then=CLOSE)
    begun = time.monotonic()
    check_problem(get(gateway), "upstream-error", 500)
    assert time.monotonic() - begun < 1


# --- ERR-2: what our log says

def test_the_log_has_the_error_by_its_id(gateway, upstream):
    upstream.default = BEHAVIOURS["500_trace"]
    response = get(gateway, headers=[("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")])
    line = log_line(gateway, response)
    assert line["trace"] == "4bf92f3577b34da6a3ce929d0e0e4736" and line["op"] == "listItems"
    assert (line["upstream"], line["status"], line["reason"]) == (f"127.0.0.1:{upstream.port}", 500, "upstream_5xx")
    assert line["exception"] == "KeyError" and line["leak"] == ["python"]
    assert line["frames"] == ["views.py:42 get_order", "db.py:118 run"]
    assert line["type"] == "text/plain" and line["bytes"] > 0 and line["head_us"] >= 0


def test_the_log_has_no_message_path_or_text(gateway, upstream):
    upstream.default = BEHAVIOURS["500_trace"]
    refused = get(gateway, "/v1/items?q=canary-query", headers=[("Referer", "https://canary-referer.test"), ("Cookie", "canary-cookie=1")])
    log_line(gateway, refused)
    upstream.default = fixed(200, TEXT, TRACE)
    log_line(gateway, get(gateway, "/v1/items/canary-path"))
    upstream.default = BEHAVIOURS["garbage"]
    get(gateway, "/v1/items/canary-garbage")
    assert "canary" not in gateway.error_log and "/srv/" not in gateway.error_log
    for text in ("views.py", "render("):
        assert (text in gateway.error_log) == (text == "views.py")


def test_nginx_own_lines_have_id_and_address_and_nothing_else(gateway, upstream):
    upstream.default = BEHAVIOURS["closed"]
    response = get(gateway, "/v1/items/canary-closed")
    name = response.get("X-Request-Id")
    lines = wait_until(lambda: [line for line in gateway.error_log.splitlines() if f"id: {name}" in line], 3, "nginx's line")
    assert all("client: 127.0.0.1" in line and "request:" not in line and "GET" not in line for line in lines)


def test_the_log_is_the_owners_alone(gateway):
    for path in (gateway.state / "log" / "error.log", gateway.audit_path):
        assert path.stat().st_mode & 0o777 == 0o600, path


# --- G-10: ids and traces

def test_the_id_is_one_everywhere(gateway, upstream):
    with gateway.tls() as client:
        response = client.request(target="/v1/items", headers=[("X-Request-Id", "client-chose-this")])
    name = response.get("X-Request-Id")
    assert name != "client-chose-this" and upstream.requests[0].all("X-Request-Id") == [name]
    assert gateway.record(response)["client_request_id"] == "client-chose-this"


@pytest.mark.parametrize("theirs", ["a" * 65, "bad id", "<script>", "a/b", "\xe9", ""])
def test_an_odd_id_of_the_client_is_nothing(gateway, upstream, theirs):
    response = get(gateway, headers=[("X-Request-Id", theirs)])
    assert response.status == 200 and len(upstream.requests[0].all("X-Request-Id")) == 1
    assert "client_request_id" not in gateway.record(response)


TRACE_ID, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE_ID}-{PARENT}-01"


@pytest.mark.parametrize("value, flags", [
    (GOOD, "01"), (f"00-{TRACE_ID}-{PARENT}-00", "00"), (f"00-{TRACE_ID}-{PARENT}-03", "01"),
    (f"cc-{TRACE_ID}-{PARENT}-01", "01"), (f"cc-{TRACE_ID}-{PARENT}-01-more", "01")])
def test_a_trace_goes_on_with_our_span(gateway, upstream, value, flags):
    response = get(gateway, headers=[("traceparent", value), ("tracestate", "vendor=1")])
    sent, = upstream.requests[0].all("traceparent")
    version, trace, span, sampled = sent.split("-")
    assert (version, trace) == ("00", TRACE_ID) and span != PARENT and span != "0" * 16
    assert int(sampled, 16) & 1 == int(flags, 16) & 1
    assert upstream.requests[0].all("tracestate") == ["vendor=1"]
    record = gateway.record(response)
    assert (record["trace"], record["span"], record["parent"]) == (TRACE_ID, span, PARENT)
    assert record["sampled"] is (flags == "01")


@pytest.mark.parametrize("values", [
    [], [GOOD.upper()], ["ff" + GOOD[2:]], [GOOD + "-x"], [GOOD[:-1]], [f"00-{'0' * 32}-{PARENT}-01"],
    [f"00-{TRACE_ID}-{'0' * 16}-01"], [GOOD, GOOD], [GOOD.replace("-", "_")], [f"cc-{TRACE_ID}-{PARENT}-01x"], ["0" + GOOD]])
def test_else_a_new_trace_begins(gateway, upstream, values):
    headers = [("traceparent", value) for value in values] + [("tracestate", "vendor=1")]
    response = get(gateway, headers=headers)
    sent, = upstream.requests[0].all("traceparent")
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", sent) and TRACE_ID not in sent
    assert upstream.requests[0].all("tracestate") == []
    record = gateway.record(response)
    assert record["trace"] == sent.split("-")[1] and "parent" not in record


@pytest.mark.parametrize("size, passes", [(512, True), (513, False)])
def test_tracestate_is_bounded(gateway, upstream, size, passes):
    value = "v=" + "a" * (size - 2)
    get(gateway, headers=[("traceparent", GOOD), ("tracestate", value)])
    assert upstream.requests[0].all("tracestate") == ([value] if passes else [])


# --- G-11

def test_unknown_and_forbidden_are_alike(gateway):
    """Two refusals of one kind differ in the id alone: status, fields in order, body."""
    def shape(target, method="GET"):
        response = get(gateway, target, method)
        name = response.get("X-Request-Id")
        headers = [(key, value.replace(name, "ID")) for key, value in response.headers if key not in ("Date", "RateLimit")]
        return response.status, headers, response.body.replace(name.encode(), b"ID")
    assert shape("/v1/nothing") == shape("/v1/other/nothing") == shape("/elsewhere")
    assert shape("/v1//a") == shape("/v1/a/../b") == shape("/v1/%2f")
    assert shape("/v1/items", "DELETE") == shape("/v1/items", "PUT")


# --- all of it at once

def test_answers_at_once_do_not_mix(gateway, upstream):
    """Held, replaced, refused and passed bodies side by side: each caller gets its own."""
    kinds = {"/v1/items/trace": (500, "200_trace"), "/v1/items/broken": (502, "cut_by_length"), "/v1/items/down": (500, "500_trace_after_head"),
             "/v1/items/busy": (503, "503_retry_after"), "/v1/items/none": (404, "404_html")}
    for target, (_, name) in kinds.items():
        upstream.on(target, BEHAVIOURS[name])
    wrong = []

    def look(number, target, response):
        status = kinds.get(target, (200,))[0]
        own = response.json().get("request_line", "") == f"GET {target} HTTP/1.1" if status == 200 else True
        if response.status != status or not own:
            wrong.append((number, target, response))

    def run(number):
        targets = [*kinds, *[f"/v1/items/{number}-{count}-{'x' * count * 90}" for count in range(8)]] * 3
        with gateway.tls(timeout=20) as client, gateway.h2(timeout=20) as h2:
            for target in targets:
                look(number, target, client.request(target=target))
                look(number, target, h2.request(path=target))
    threads = [threading.Thread(target=run, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads) and wrong == []
